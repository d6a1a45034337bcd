"""Samba's server of shadow copies as an agent: it waits for a call, reads it, and writes what it answers, in the words of `calls`."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from uuid import UUID, uuid4

from conformance.agents import calls
from conformance.agents.asked import LOOKS, PASSES, RENEWS, Ask, Copy, Told, as_ask
from conformance.agents.calls import Answer, Call, Over
from conformance.agents.samba.instance import SHARES, NoSamba, Samba
from conformance.agents.samba.pipe import Pipe, PipeError, text

PATIENCE = 20.0
"""Seconds without an answer after which a server is taken to hang."""
_LONG = struct.pack("<I", 60_000)
"""Milliseconds that a call may take: longer than any does here."""
_UNKNOWN = (0x80042501, 0x80070057)
"""What is answered of a set that is not there: by the text, and by its older edition."""
_PREPARE, _LEVEL = 12, struct.pack("<I", 1)
_ADDRESSES = {False: "192.0.2.1", True: "192.0.2.2"}


class Served:
    """A private Samba whose server of shadow copies is asked. Use it in a `with`. Raises NoSamba."""

    def __init__(self, program: Path, patience: float = PATIENCE) -> None:
        self._samba, self._patience = Samba(program), patience
        self._pipes: dict[bool, Pipe] = {}
        self._is_over: Over | None = Over(0)
        self._asked: Ask | None = None
        self._says: Told | None = None
        self._renew()

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._hang_up()
        self._samba.close()

    def _renew(self) -> None:
        """What went before is not spoken of any more: sets are counted from nought, nothing is kept, and snapshots are nobody's."""
        self._samba.forget()
        self._sets: dict[int, bytes] = {}
        self._copies: dict[Copy, bytes] = {}
        self._of: dict[str, Copy | None] = dict.fromkeys(self._samba.snapshots())

    # -- as an agent ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A process is started when somebody connects."""
        until = time.monotonic() + self._patience
        while not self._pipes:
            try:
                self._pipes[False] = Pipe(self._samba.socket, _ADDRESSES[False], self._patience)
            except PipeError as problem:
                if time.monotonic() > until:
                    raise NoSamba(f"{problem}. Name a Samba that serves shadow copies.") from problem
                time.sleep(0.005)  # until its dispatcher listens, or has heard that the process before is gone
        self._is_over = self._asked = self._says = None

    def next(self) -> Call | Over:
        if self._is_over is not None:
            return self._is_over
        if self._says is not None:
            return Call(calls.WRITE, data=self._says.line())
        return Call(calls.WAIT) if self._asked is None else Call(calls.READ)

    def answer(self, answer: Answer) -> None:
        if self._says is not None:
            self._says = self._asked = None
        elif self._asked is None:
            self._asked = Ask(LOOKS)
        elif answer.data is not None:
            try:
                self._says = self._answered(as_ask(answer.data))
            except PipeError:
                self.kill(0)

    def kill(self, number: int) -> None:
        """However it is ended, another is started when somebody connects."""
        self._hang_up()
        self._samba.kill_worker()
        self._is_over = Over(-number)

    def _hang_up(self) -> None:
        for pipe in self._pipes.values():
            pipe.close()
        self._pipes.clear()

    # -- calls ------------------------------------------------------------------------------------------------------------

    def _pipe(self, *, other: bool) -> Pipe:
        if other not in self._pipes:
            self._pipes[other] = Pipe(self._samba.socket, _ADDRESSES[other], self._patience)
        return self._pipes[other]

    def _answered(self, asked: Ask) -> Told:
        self._samba.refuse("fails", asked.fails)
        self._samba.refuse("keeps", asked.keeps)
        status = 0
        if asked.call == PASSES:
            if not self._samba.can_pass:
                raise NoSamba("Its clock cannot be put forward. Unpack libfaketime into the same folder.")
            self._samba.passes()
            for _ in range(2):  # the first wakes it; what was due is done before the second
                self._pipe(other=False).call(0)
        elif asked.call == RENEWS:
            self._renew()
        elif asked.call != LOOKS:
            status = self._called(asked)
        there = self._samba.snapshots()
        for name in there.keys() - self._of.keys():
            self._of[name] = (asked.set, SHARES.index(there[name]))
        snapshots = tuple(sorted(of for name, of in self._of.items() if of is not None and name in there))
        return Told(status, snapshots, frozenset(number for number in self._sets if self._is_known(number)))

    def _called(self, asked: Ask) -> int:
        found = self._pipe(other=asked.other).call(asked.call, self._arguments(asked))
        status = int(struct.unpack("<I", found[-4:])[0])
        if status == 0 and asked.call == 2:
            self._sets[asked.set] = found[:16]
        if status == 0 and asked.call == 3:
            self._copies[asked.set, asked.share] = found[:16]
        return status

    def _arguments(self, asked: Ask) -> bytes:
        of_set, of_copy = self._set(asked.set), self._copy(asked.set, asked.share)
        share = text(f"\\\\HERE\\{SHARES[asked.share]}")
        match asked.call:
            case 1:
                return struct.pack("<I", asked.context)
            case 2:
                return uuid4().bytes_le
            case 3:
                return uuid4().bytes_le + of_set + share
            case 4 | 5 | 12:
                return of_set + _LONG
            case 6 | 7:
                return of_set
            case 8 | 9:
                return share
            case 10:
                return of_copy + of_set + share + _LEVEL
            case 11:
                return of_set + of_copy + share
        return b""

    def _set(self, number: int) -> bytes:
        return self._sets.get(number) or UUID(int=number + 1).bytes_le

    def _copy(self, number: int, share: int) -> bytes:
        return self._copies.get((number, share)) or UUID(int=1000 + 10 * number + share).bytes_le

    def _is_known(self, number: int) -> bool:
        """Whether it knows of a set: it is asked to prepare it, which changes nothing, whatever it has come to."""
        found = self._pipe(other=False).call(_PREPARE, self._arguments(Ask(_PREPARE, number)))
        return struct.unpack("<I", found[-4:])[0] not in _UNKNOWN
