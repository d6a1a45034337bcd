"""What a requester has to do after each kind of failure, read off the machines: runs are led to where it learns of the
failure, and from there to rest, with nothing more going wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from model.actors.requester import Context, Requester, context, requester
from model.actors.restore import files
from model.actors.writer import FAILED, LastError, last_error, writer_state
from model.notation import Event, Fault, Run, Term, after, happens
from model.protocol import FAULTS, PROTOCOL
from model.versions import option
from proofs.answers.verdict import UNDECIDED, RunFound
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import watched
from properties.kinds import Possible

WAITS_FOR_AN_ANSWER = (
    Requester.SNAPSHOTTING | Requester.SNAPSHOT_MADE | Requester.PRE_RESTORING | Requester.POST_RESTORING
)
"""Where a requester waits for what it is told: by a call that VSS passes on to the writers, or by GatherWriterStatus."""

AT_REST = Requester.AT_REST.name

_status_is_bad = writer_state.is_(FAILED) | ~last_error.is_(LastError.NO_ERROR)
_auto_recoverable = context.is_(Context.AUTORECOVERABLE)


class CannotSay(ValueError):
    """The model does not decide what a requester has to do; the message says why."""


@dataclass(frozen=True)
class Step:
    """A named step, with its sentence."""

    event: str
    says: str


@dataclass(frozen=True)
class Failure:
    """Something that goes wrong, and a shortest run of one VM in which the requester comes to know of it."""

    name: str
    says: str
    run: RunFound


@dataclass(frozen=True)
class Way:
    """How a requester learns of some failures. status_is_bad: it is the writer's status that shows them, not the event."""

    learned_by: Step
    status_is_bad: bool
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Aftermath:
    """Every step that a requester takes to the end of its session, after it has learned of a failure in one of some ways."""

    ways: tuple[Way, ...]
    calls: tuple[Step, ...]


@dataclass(frozen=True)
class Aftermaths:
    """What follows each failure. unanswered: failures that may leave the requester waiting for ever; unnoticed: those that
    no answer tells it of, so that it goes on as if there were none."""

    known: tuple[Aftermath, ...]
    unanswered: tuple[Step, ...]
    unnoticed: tuple[Step, ...]


def _says(event: Event) -> str:
    """The sentence of an event; that of the fault, where the event is one."""
    return event.says if event.fault is None else PROTOCOL.faults[event.fault].says


def _step(name: str) -> Step:
    return Step(name, _says(PROTOCOL.events[name]))


def is_requesters(fault: Fault) -> bool:
    """Whether it is the requester that fails in something."""
    return fault.where == requester.name


def calls() -> frozenset[str]:
    """The steps that are the requester's: those its machine takes, and those in whose place it may fail in its duty."""
    events = PROTOCOL.events.values()
    failing = {e.place for e in events if e.fault is not None and is_requesters(PROTOCOL.faults[e.fault])}
    taken = {e.name for e in events if requester in PROTOCOL.participants(e.name)}
    return frozenset(e.name for e in events if e.fault is None and (e.name in taken or e.place in failing))


def _answers() -> dict[str, Term]:
    """Each answer to the requester, by its event, as a term over a step."""
    return {
        name: happens(name) & requester.is_(WAITS_FOR_AN_ANSWER)
        for name, event in PROTOCOL.events.items()
        if event.fault is None and _leads_from_waiting(name)
    }


def _leads_from_waiting(event: str) -> set[str | None]:
    """The states to which an event leads a requester that waits for an answer."""
    if event not in requester.events:
        return set()
    return {rule.dest for state in WAITS_FOR_AN_ANSWER for rule in requester.rules(event, state.name)}


@cache
def _usual_answers() -> frozenset[str]:
    """The answers that a run without a failure gives."""
    return frozenset(_runs(BASE, {name: term & _auto_recoverable for name, term in _answers().items()}))


def _told() -> dict[str, Term]:
    """The answers that no run gives without a failure. Where the usual answer is the last, the writer's status goes with it."""
    answers, usual = _answers(), _usual_answers()
    waiting = {state.name for state in WAITS_FOR_AN_ANSWER}
    return {
        name: term & after(_status_is_bad) if name in usual else term
        for name, term in answers.items()
        if name not in usual or not _leads_from_waiting(name) & waiting
    }


def _runs(column: Column, asked: dict[str, Term]) -> dict[str, RunFound]:
    """For each term over a step that has one: a shortest run of one VM that ends with such a step. Raises CannotSay."""
    questions = {
        name: Possible(name=name, says=name, shows=(), term=term, witness=term) for name, term in asked.items()
    }
    verdicts = check(column, list(questions), Scope(vms=1), properties=questions)
    for found in verdicts:
        if found.verdict == UNDECIDED:
            raise CannotSay(f"Whether a requester is told {found.property} is undecided in {column}: {found.reason}.")
    return {found.property: found.run for found in verdicts if found.run is not None}


def _known_at_once(fault: str) -> dict[str, Term]:
    """The events of a fault that the requester needs no answer to know of: it restores the files itself, or it is hit."""
    return {
        event.name: happens(event.name) & ~requester.is_(Requester.AT_REST)
        for event in PROTOCOL.events.values()
        if event.fault == fault
        and (
            files in PROTOCOL.participants(event.name)
            or any(rule.dest not in {None, s} for s in requester.states for rule in requester.rules(event.name, s))
        )
    }


def _choices() -> list[Event]:
    """What a requester may choose, without any fault, that forbids auto-recovery."""
    forbidden = Context.NO_AUTORECOVERY.name
    return [
        PROTOCOL.events[name]
        for name in context.events
        if any(rule.dest == forbidden for state in context.states for rule in context.rules(name, state))
    ]


def _noticed() -> Iterator[tuple[Step, str, RunFound]]:
    """Every way in which a requester learns of a failure: the failure, the event that tells, and the run."""
    told = _told()
    for event in _choices():
        for name, run in _runs(BASE, {name: term & ~_auto_recoverable for name, term in told.items()}).items():
            yield _step(event.name), name, run
    for fault in FAULTS:
        if not is_requesters(fault):
            asked = _known_at_once(fault.name) or {name: term & _auto_recoverable for name, term in told.items()}
            for name, run in _runs(Column(frozenset({fault.name})), asked).items():
                yield Step(fault.name, fault.says), name, run


def replayed(found: RunFound, faults: frozenset[str]) -> Run:
    """The machines, where a run has led them."""
    run = Run(watched(), found.shapes, found.starts, faults)
    for name, index in found.steps:
        run.fire(name, index)
    return run


def _to_rest(run: Run) -> tuple[Step, ...]:
    """The requester's steps from here to the end of its session, in which nothing more goes wrong. Raises CannotSay."""
    ours, taken, seen = calls(), list[Step](), list[object]()
    while run.state(requester.name) != AT_REST:
        possible = [(name, at) for name, at in run.enabled() if PROTOCOL.events[name].fair]
        if not possible or run.states() in seen:
            raise CannotSay(
                f"A requester whose session has failed comes to no end. See: shadowproof verify{option()} -p every-session-ends"
            )
        seen.append(run.states())
        name, index = possible[0]
        run.fire(name, index)
        if name in ours:
            taken.append(_step(name))
    return tuple(taken)


@cache
def aftermaths() -> Aftermaths:
    """What a requester must do after each kind of failure that is not its own. Raises CannotSay."""
    usual = _usual_answers()
    found: dict[tuple[Step, ...], dict[str, list[Failure]]] = {}
    for failure, told_by, run in _noticed():
        duties = _to_rest(replayed(run, frozenset({failure.event} & PROTOCOL.faults.keys())))
        found.setdefault(duties, {}).setdefault(told_by, []).append(Failure(failure.event, failure.says, run))
    order = list(PROTOCOL.events)
    known = [
        Aftermath(
            tuple(Way(_step(event), event in usual, tuple(ways[event])) for event in sorted(ways, key=order.index)),
            duties,
        )
        for duties, ways in found.items()
    ]
    known.sort(key=lambda row: order.index(row.ways[0].learned_by.event))
    noticed = {failure.name for row in known for way in row.ways for failure in way.failures}
    rest = [fault for fault in FAULTS if not is_requesters(fault) and fault.name not in noticed]
    return Aftermaths(
        tuple(known),
        tuple(Step(fault.name, fault.says) for fault in rest if fault.silences),
        tuple(Step(fault.name, fault.says) for fault in rest if not fault.silences),
    )
