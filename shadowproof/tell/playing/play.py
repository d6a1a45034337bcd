"""`shadowproof play`: what happens if these events come, one after the other, from this start.

The machines themselves say what can happen. An event that they refuse changes nothing, and the next one is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from model.notation import HOST, Actor, Network, Run, Shape, Term, words
from model.notation.run import Index
from model.notation.terms import And
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Possible, Property, Step
from properties.vocabulary import at_rest
from shadowproof.tell.argument import Moment, Recorded, plain, whose
from shadowproof.tell.playing.start import Starts, Wanted

BROKEN_HERE, BROKEN_EARLIER, NOT_BROKEN = "broken here", "broken earlier", "not broken"
AT_REST, NOT_AT_REST = "at rest", "not at rest"
REACHED, NOT_REACHED = "reached", "not reached"
OF_NO_RUN = "not of one run"
STATES = (BROKEN_HERE, BROKEN_EARLIER, NOT_BROKEN, AT_REST, NOT_AT_REST, REACHED, NOT_REACHED, OF_NO_RUN)
"""How a promise stands at the end. Here: by the state at the end, or by the last step. The last: it speaks of pairs of runs, or of
constants."""


@dataclass(frozen=True)
class Subject:
    """What is played: a network with the observers of what it promises, and when a session is at rest."""

    network: Network
    promises: tuple[Property, ...]
    at_rest: Term


def main_protocol() -> Subject:
    return Subject(watched(), tuple(PROPERTIES.values()), at_rest)


@dataclass(frozen=True)
class Happened:
    """An event that was asked for. step: its number in the run; None: it was refused after `after` steps, for the reason."""

    wanted: Wanted
    step: int | None
    after: int
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """How a promise stands at the end. step: the first that broke it, or reached it; 0: the start did."""

    property: Property
    state: str
    step: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Played:
    """What came of it."""

    subject: Subject
    column: Column
    recorded: Recorded
    events: tuple[Happened, ...]
    run: RunFound

    @property
    def refused(self) -> list[Happened]:
        return [one for one in self.events if one.step is None]

    @cached_property
    def promises(self) -> list[Standing]:
        return [standing(self.recorded, found) for found in self.subject.promises]

    @property
    def broken(self) -> list[Standing]:
        return [one for one in self.promises if one.state in {BROKEN_HERE, BROKEN_EARLIER}]

    @property
    def at_rest(self) -> bool:
        """Whether no session is open at the end."""
        return self._there.holds(self.subject.at_rest)

    @property
    def session(self) -> str:
        """How far the session has come, and since when."""
        return self._there.said(self._there.reasons(self.subject.at_rest, value=self.at_rest))

    @property
    def _there(self) -> Moment:
        return Moment(self.recorded, len(self.recorded.steps))

    @property
    def possible(self) -> list[tuple[str, Index]]:
        """What may happen next."""
        return self.recorded.run.enabled()

    @property
    def status(self) -> int:
        """2: an event was refused, so this is not the run that was asked for; else 1: a promise was broken; 0: none was."""
        return 2 if self.refused else 1 if self.broken else 0


def play(subject: Subject, shapes: Sequence[Shape], starts: Starts, column: Column, wanted: Sequence[Wanted]) -> Played:
    """Let the events happen that can."""
    network = subject.network
    starts = starts | {(name, ()): state for name, state in column.readings}
    run = Run(network, shapes, starts, column.faults)
    steps: list[tuple[str, Index]] = []
    tried: list[tuple[Wanted, int, Refused | None]] = []
    for one in wanted:
        refused = _refused(run, one)
        tried.append((one, len(steps), refused))
        if refused is None:
            run.fire(one.event, one.at)
            steps.append((one.event, one.at))
    found = RunFound(tuple(shapes), starts, tuple(steps))
    recorded = Recorded(found, network, column)
    events = (
        Happened(one, after + 1, after)
        if refused is None
        else Happened(one, None, after, _why(recorded, after, one, refused))
        for one, after, refused in tried
    )
    return Played(subject, column, recorded, tuple(events), found)


@dataclass(frozen=True)
class Refused:
    """What refuses an event: the machine in whose table no row fits, its member's index with it; none: a fault or a condition."""

    machine: Actor | None = None
    index: Index = ()


def _refused(run: Run, one: Wanted) -> Refused | None:
    if run.why_not(one.event, one.at) is None:
        return None
    event = run.network.events[one.event]
    tolerated = event.fault is None or event.fault in run.faults
    blocking = run.blocking(one.event, one.at) if tolerated and run.holds(event.when, one.at) else None
    return Refused() if blocking is None else Refused(*blocking)


def _why(recorded: Recorded, after: int, one: Wanted, refused: Refused) -> str:
    """Which part of the event's condition fails, or in which machine's table no row fits, and what is so now; or which fault it is."""
    event, there = recorded.network.events[one.event], Moment(recorded, after)
    if event.fault is not None and event.fault not in recorded.run.faults:
        return f"it is the fault {event.fault}, which is not tolerated: write --fault {event.fault}"
    if refused.machine is None:
        parts = [part for part in _parts(event.when) if not there.holds(part, one.at)]
        return f"it needs: {'; '.join(map(words, parts))}. Now: {_now(there, parts, one.at)}"
    actor, about = refused.machine, refused.index or one.at
    state = recorded.states[after][actor.name, refused.index]
    of = f" of {whose(recorded.network, refused.index, actor.sort)}" if actor.sort != HOST else ""
    said = f"no row of {plain(actor.name)}{of} fits: it is {plain(state)}, and"
    guards = [rule.when for rule in actor.rules(one.event, state)]
    if not guards:
        sources = [plain(source) for source in actor.states if actor.rules(one.event, source)]
        return f"{said} its rows for it start from {', '.join(sources) or 'nowhere'}"
    return f"{said} its rows from there need: {' or '.join(map(words, guards))}. Now: {_now(there, guards, about)}"


def _parts(term: Term) -> tuple[Term, ...]:
    return term.parts if isinstance(term, And) else (term,)


def _now(there: Moment, false: Sequence[Term], at: Index) -> str:
    """What makes these terms false."""
    return there.said(reason for term in false for reason in there.reasons(term, at))


def standing(recorded: Recorded, found: Property) -> Standing:
    """How a promise stands at the end of a run."""
    last = len(recorded.steps)
    match found:
        case Always(term=term):
            broken = [number for number in range(last + 1) if not Moment(recorded, number).holds(term)]
            return _broken(recorded, found, term, broken, here=last)
        case Step(term=term):
            broken = [number for number in range(1, last + 1) if not _at_step(recorded, number).holds(term)]
            return _broken(recorded, found, term, broken, here=last)
        case Ends(rest=rest):
            there = Moment(recorded, last)
            if there.holds(rest):
                return Standing(found, AT_REST)
            return Standing(found, NOT_AT_REST, None, there.said(there.reasons(rest)))
        case Possible(term=term):
            reached = next(_where(recorded, term), None)
            return Standing(found, NOT_REACHED if reached is None else REACHED, reached)
    return Standing(found, OF_NO_RUN)


def _broken(recorded: Recorded, found: Property, term: Term, broken: list[int], *, here: int) -> Standing:
    """broken: the numbers of the moments, or of the steps, of which the term is false."""
    if not broken:
        return Standing(found, NOT_BROKEN)
    number = here if here in broken else broken[0]
    there = _at_step(recorded, number) if isinstance(found, Step) else Moment(recorded, number)
    why = there.said(there.reasons(term))
    return Standing(found, BROKEN_HERE if here in broken else BROKEN_EARLIER, broken[0], why)


def _at_step(recorded: Recorded, number: int) -> Moment:
    return Moment(recorded, number - 1, about_step=True)


def _where(recorded: Recorded, term: Term) -> Iterator[int]:
    return (number for number in range(1, len(recorded.steps) + 1) if _at_step(recorded, number).holds(term))


def name_of(event: str, at: Index) -> str:
    """An event and its member as a user writes them."""
    return Wanted(event, at, "").name
