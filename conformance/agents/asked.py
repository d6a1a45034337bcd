"""What is asked of a server of shadow copies and what it answers, each as a line: apart from how it is carried, by a server that runs or as
it was recorded."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

PASSES = -1
"""In the place of a call: nobody calls, and more time passes than the server waits for the next call."""

LOOKS, RENEWS = -2, -3
"""In the place of a call: nothing is asked, but what there is; and what went before is not spoken of any more."""

Copy = tuple[int, int]
"""A shadow copy: the number of its set, in the order in which a client started them, and that of its share."""


@dataclass(frozen=True)
class Ask:
    """One call. call: its number in the interface; set, share: what it is about (a set that was never started has no name there, and one
    is made up); context: where a context is set; other: it comes from another address. fails, keeps: shares whose stores can make,
    and delete, no snapshot now."""

    call: int
    set: int = 0
    share: int = 0
    context: int = 0
    other: bool = False
    fails: tuple[int, ...] = ()
    keeps: tuple[int, ...] = ()

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True)
class Told:
    """The answer. status: nought, or an error. snapshots: which shadow copies there are snapshots of, in the stores, whoever knows of them;
    one of which there are two is named twice. sets: which sets the server knows of, as it says when it is asked to prepare each."""

    status: int
    snapshots: tuple[Copy, ...]
    sets: frozenset[int]

    def line(self) -> bytes:
        return json.dumps([self.status, list(self.snapshots), sorted(self.sets)]).encode()


def as_ask(line: bytes) -> Ask:
    found = json.loads(line)
    return Ask(**found | {name: tuple(found[name]) for name in ("fails", "keeps")})


def as_told(line: bytes) -> Told:
    """Raises ValueError at what is no answer."""
    try:
        status, snapshots, sets = json.loads(line)
        return Told(int(status), tuple((int(a), int(b)) for a, b in snapshots), frozenset(map(int, sets)))
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{line[:80]!r} is no answer of a server. Report that.") from problem
