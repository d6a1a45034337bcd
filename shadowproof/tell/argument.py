"""Why a term is false: read off the recorded states of a run, down to the machines that make it so and since when.

The states come from `model.notation.Run`, which `transitions` executes; nothing here decides what may happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from model.notation import HOST, Actor, Network, Run, Sort, Term, words
from model.notation.run import Index
from model.notation.terms import After, And, Const, Every, Happens, In, Not, Or, Same, Some, Unchanged
from proofs.answers.verdict import RunFound
from proofs.world.world import Column

_SEEN = "seen "
"""So begins the name of an observer of what has happened; what it says is a sentence of its own."""

SHORT = 18
"""A meaning up to this length stands in the place of a state's name."""

States = dict[tuple[str, Index], str]


def plain(name: str) -> str:
    """A state's or machine's name in words; ids such as READ-1 stay."""
    return name if "-" in name else name.lower().replace("_", " ")


def called(actor: Actor) -> str:
    """A machine as it is called beside the member that it belongs to: of a disk, its `disk_kind` is its kind."""
    return plain(actor.name.removeprefix(f"{actor.sort}_"))


def in_short(actor: Actor, state: str) -> str:
    """The state by its meaning where that is short, else by its name."""
    meaning = actor.enum[state].value
    return meaning if isinstance(meaning, str) and len(meaning) <= SHORT else plain(state)


def whose(network: Network, index: Index, sort: Sort) -> str:
    """The member that an index names: `vm 1`, `disk 2 of vm 1`."""
    if not index:
        return "the host"
    member = f"{network.replicated} {index[0] + 1}"
    return member if len(index) == 1 else f"{sort} {index[1] + 1} of {member}"


class Recorded:
    """A run executed again, with the states of every machine at the start and after each step."""

    def __init__(self, found: RunFound, network: Network, column: Column) -> None:
        self.network, self.steps = network, found.steps
        self.run = Run(network, found.shapes, found.starts, column.faults)
        self.states: list[States] = [self.run.states()]
        for name, index in found.steps:
            self.run.fire(name, index)
            self.states.append(self.run.states())

    def members(self, sort: Sort, at: Index) -> list[Index]:
        """The members that a quantifier ranges over, said of `at`."""
        return self.run.members(sort) if sort == self.network.replicated else self.run.members(sort, at)

    def key(self, machine: str, at: Index) -> tuple[str, Index]:
        """The machine of that name which a term about `at` reads."""
        sort = self.network.actors[machine].sort
        return machine, () if sort == HOST else at[:1] if sort == self.network.replicated else at

    def since(self, key: tuple[str, Index], moment: int) -> int:
        """The last step, up to the moment, that changed the machine; 0 if none did."""
        changed = (k for k in range(moment, 0, -1) if self.states[k][key] != self.states[k - 1][key])
        return next(changed, 0)


@dataclass(frozen=True)
class Reason:
    """One machine that makes the term what it is (or, without one, a phrase). moment: how many steps came before."""

    at: Index
    machine: str = ""
    moment: int = 0
    phrase: str = ""


def _is_seen(reason: Reason) -> bool:
    return reason.machine.startswith(_SEEN)


@dataclass(frozen=True)
class Moment:
    """A place in a recorded run: the states after `number` steps and, for terms about a step, the step that follows."""

    recorded: Recorded
    number: int
    about_step: bool = field(default=False)

    def holds(self, term: Term, at: Index = (), later: int = 0) -> bool:
        """Evaluate a term here, said of the member `at` (`later`: 1 below `after`)."""
        recorded, states = self.recorded, self.recorded.states[self.number + later]
        match term:
            case Const(value):
                return value
            case In(machine, names):
                return states[recorded.key(machine, at)] in names
            case Same(left, right):
                return states[recorded.key(left, at)] == states[recorded.key(right, at)]
            case Not(body):
                return not self.holds(body, at, later)
            case And(parts):
                return all(self.holds(part, at, later) for part in parts)
            case Or(parts):
                return any(self.holds(part, at, later) for part in parts)
            case Every(sort, body):
                return all(self.holds(body, member, later) for member in recorded.members(sort, at))
            case Some(sort, body):
                return any(self.holds(body, member, later) for member in recorded.members(sort, at))
            case After(body):
                return self.holds(body, at, 1)
            case Unchanged(machine):
                key = recorded.key(machine, at)
                return recorded.states[self.number][key] == recorded.states[self.number + 1][key]
            case Happens(events):
                name, to = recorded.steps[self.number]
                return name in events and all(a == b for a, b in zip(to, at, strict=False))
        raise TypeError(term)

    def reasons(self, term: Term, at: Index = (), *, value: bool = False, later: int = 0) -> Iterator[Reason]:
        """What makes the term have the value that it has here."""
        match term:
            case In(machine, _):
                yield self._of(machine, at, later)
            case Same(left, right):
                yield self._of(left, at, later)
                yield self._of(right, at, later)
            case Unchanged(machine):
                yield self._of(machine, at, 1)
            case Not(body):
                yield from self.reasons(body, at, value=not value, later=later)
            case And(parts) | Or(parts):
                decides = isinstance(term, Or) == value
                deciding = [part for part in parts if self.holds(part, at, later) == value]
                for part in deciding[:1] if decides else deciding:
                    yield from self.reasons(part, at, value=value, later=later)
            case Every(sort, body) | Some(sort, body):
                if isinstance(term, Some) == value:
                    for member in self.recorded.members(sort, at):
                        if self.holds(body, member, later) == value:
                            yield from self.reasons(body, member, value=value, later=later)
                else:
                    yield Reason(at, phrase=words(term if value else ~term))
            case After(body):
                yield from self.reasons(body, at, value=value, later=1)

    def _of(self, machine: str, at: Index, later: int) -> Reason:
        key = self.recorded.key(machine, at)
        return Reason(key[1], machine, self.number + later)

    def said(self, reasons: Iterable[Reason]) -> str:
        """The reasons as one sentence, member by member, the host first."""
        by_member: dict[Index, list[Reason]] = {}
        for reason in dict.fromkeys(reasons):
            by_member.setdefault(reason.at, []).append(reason)
        return "; ".join(self._of_member(at, by_member[at]) for at in sorted(by_member))

    def _of_member(self, at: Index, reasons: list[Reason]) -> str:
        power = [r for r in reasons if r.machine == "power" and not self._leaves(r)]
        rest = [self._phrase(r) for r in reasons if r not in power[:1]]
        if not at:
            return ", ".join(rest)
        sort = next((self.recorded.network.actors[r.machine].sort for r in reasons if r.machine), HOST)
        member = whose(self.recorded.network, at, sort)
        if not power:
            return f"{member}: {', '.join(rest)}"
        key = ("power", at)
        state, since = plain(self.recorded.states[power[0].moment][key]), self._since(power[0])
        seen = [self._phrase(r) for r in reasons if r not in power[:1] and _is_seen(r)]
        others = [phrase for phrase in rest if phrase not in seen]
        with_them = f", with {', '.join(others)}" if others else ""
        return f"{member} has been {state} {since}{with_them}" + "".join(f", and {phrase}" for phrase in seen)

    def _phrase(self, reason: Reason) -> str:
        """`note paused since step 9 (the writer saved it; it was paused before)`."""
        if not reason.machine:
            return reason.phrase
        actor = self.recorded.network.actors[reason.machine]
        state = self.recorded.states[reason.moment][reason.machine, reason.at]
        if _is_seen(reason):
            events, _, since = actor.name.removeprefix(_SEEN).partition(" since ")
            return f"{events} has {'' if state == 'HAPPENED' else 'not '}happened since the latest {since}"
        value, name = actor.enum[state].value, plain(state)
        if not isinstance(value, str) or value.lower() == name:
            return f"{called(actor)} {value if isinstance(value, str) else name} {self._since(reason)}"
        return f"{called(actor)} {name} {self._since(reason)} ({value})"

    def _since(self, reason: Reason) -> str:
        step = self.recorded.since((reason.machine, reason.at), reason.moment)
        begun = f"since step {step}" if step else "from the start"
        return f"{begun} until this step" if self._leaves(reason) else begun

    def _leaves(self, reason: Reason) -> bool:
        """Whether the reason is a state that this very step ends."""
        key, states = (reason.machine, reason.at), self.recorded.states
        about_before = self.about_step and reason.moment == self.number
        return about_before and states[self.number][key] != states[self.number + 1][key]
