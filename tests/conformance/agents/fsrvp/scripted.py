"""Servers of our own: an honest one, which does what the protocol's text asks, and deletes what it drops; and a place for what it keeps."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from conformance.agents import calls
from conformance.agents.asked import LOOKS, PASSES, RENEWS, Ask, Copy, Told, as_ask
from conformance.agents.calls import Call
from conformance.agents.fsrvp import rules
from tests.conformance.agents.scripted import Script

STARTED, CREATING, COMMITTED, EXPOSED, RECOVERED = range(5)


@dataclass
class Set:
    """A shadow copy set, with the shares in it."""

    status: int = STARTED
    shares: list[int] = field(default_factory=list)


@dataclass
class Kept:
    """What outlives a process: what it has kept, and the stores' snapshots."""

    sets: dict[int, Set] = field(default_factory=dict)
    snapshots: list[Copy] = field(default_factory=list)


class Refused(Exception):
    """The call is refused, with this error."""

    def __init__(self, error: int) -> None:
        self.error = error


class Honest:
    """Keeps to the text. That a set which is dropped or undone leaves no snapshot is its own doing."""

    def __init__(self, kept: Kept) -> None:
        self.kept, self.sets = kept, deepcopy(kept.sets)
        self.context, self.other, self.timer = False, False, False

    def run(self) -> Script:
        while True:
            yield Call(calls.WAIT)
            read = yield Call(calls.READ)
            asked = as_ask(read.data or b"")
            try:
                self.does(asked)
                self.kept.sets, status = deepcopy(self.sets), rules.DONE
            except Refused as refused:
                status = refused.error
            yield Call(calls.WRITE, data=self.told(asked, status).line())

    def told(self, asked: Ask, status: int) -> Told:
        return Told(status, tuple(sorted(self.kept.snapshots)), frozenset(self.sets))

    def does(self, asked: Ask) -> None:
        match asked.call:
            case call if call == PASSES and self.timer:
                self.drops(asked)
                self.timer = self.context = False
            case call if call == RENEWS:
                self.sets, self.kept.snapshots = {}, []
            case rules.SET_CONTEXT:
                self.sets_context(asked)
            case rules.START:
                self.starts(asked)
            case rules.GET_VERSION:
                pass
            case call if call not in {PASSES, LOOKS}:
                missing = rules.NOT_FOUND if call == rules.DELETE_MAPPING else rules.NO_SUCH_SET
                self.does_to(self.sets.get(asked.set) or self.refuses(missing), asked)

    def does_to(self, one: Set, asked: Ask) -> None:
        match asked.call:
            case rules.ADD:
                self.needs(one.status in {STARTED, CREATING})
                self.needs(asked.share not in one.shares, rules.EXISTS)
                one.shares.append(asked.share)
                self.timer = True
            case rules.PREPARE:
                self.needs(one.status in {STARTED, CREATING} and bool(one.shares))
                self.timer = True
            case rules.COMMIT:
                self.needs(one.status in {STARTED, CREATING} and bool(one.shares))
                self.timer = True
                self.commits(one, asked)
            case rules.EXPOSE:
                self.needs(one.status == COMMITTED)
                one.status, self.timer = EXPOSED, True
            case rules.RECOVERED:
                self.needs(one.status == EXPOSED)
                one.status, self.context, self.timer = RECOVERED, False, False
            case rules.ABORT:
                self.deletes(asked.set, asked)
                del self.sets[asked.set]
                self.context = False
            case rules.GET_MAPPING:
                self.needs(one.status in {EXPOSED, RECOVERED})
                self.needs(asked.share in one.shares, rules.INVALID)
            case rules.DELETE_MAPPING:
                self.needs(one.status in {EXPOSED, RECOVERED})
                self.needs(asked.share in one.shares, rules.NOT_FOUND)
                self.deletes(asked.set, asked, only=asked.share)
                one.shares.remove(asked.share)
                if not one.shares:
                    del self.sets[asked.set]

    @staticmethod
    def refuses(error: int) -> Set:
        raise Refused(error)

    @staticmethod
    def needs(fact: bool, error: int = rules.BAD_STATE) -> None:
        if not fact:
            raise Refused(error)

    @property
    def in_progress(self) -> list[int]:
        return [number for number, one in self.sets.items() if one.status != RECOVERED]

    def sets_context(self, asked: Ask) -> None:
        self.needs(asked.context == rules.PERSISTENT, rules.BAD_CONTEXT)
        self.needs(not self.context or asked.other == self.other, rules.IN_PROGRESS)
        if self.context:
            self.drops(asked)
        self.context, self.other, self.timer = True, asked.other, True

    def starts(self, asked: Ask) -> None:
        self.needs(self.context)
        self.needs(not self.in_progress, rules.IN_PROGRESS)
        self.sets[asked.set], self.timer = Set(), True

    def commits(self, one: Set, asked: Ask) -> None:
        one.status = CREATING
        for share in one.shares:
            if share in asked.fails:
                self.kept.sets = deepcopy(self.sets)
                raise Refused(0x80004005)
            if (asked.set, share) not in self.kept.snapshots:
                self.kept.snapshots.append((asked.set, share))
        one.status = COMMITTED

    def deletes(self, number: int, asked: Ask, only: int | None = None) -> None:
        """Its snapshots, or fails where the first cannot be deleted."""
        for copy in [one for one in self.kept.snapshots if one[0] == number and only in {None, one[1]}]:
            self.needs(copy[1] not in asked.keeps, 0x80004005)
            self.kept.snapshots.remove(copy)

    def drops(self, asked: Ask) -> None:
        for number in self.in_progress:
            self.kept.snapshots[:] = [one for one in self.kept.snapshots if one[0] != number or one[1] in asked.keeps]
            del self.sets[number]
