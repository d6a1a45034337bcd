"""What to do: the way from a situation to rest with nothing left, what must not be done there, and what to look at next.

All of it is read off the machines: the way is a shortest one in which nothing goes wrong, and what must not be done is what somebody
may do on purpose after which no such way is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from conformance.diagnosis import GOALS, STAKE, Diagnosis, Situation, seen_with
from conformance.observed import meet
from conformance.possible import Possible, States
from conformance.runs import Found, Searches
from model.actors.child import child_session
from model.actors.conditions import integration
from model.actors.method import Progress, method, progress
from model.actors.power import power
from model.actors.requester import Requester, requester
from model.actors.vss import other_writer, provider, vss
from model.actors.writer import last_error, process, writer_state
from model.events.disturbances import EVENTS as DISTURBANCES
from model.notation.terms import Term
from model.protocol import FAULTS, PROTOCOL
from proofs.answers.verdict import RunFound
from proofs.search.symmetry import State
from proofs.world.world import Column

BY_HAND = "operator_changes_vm"
ON_PURPOSE = frozenset({*(fault.name for fault in FAULTS if fault.duty), "host_loses_power"})
"""Faults that somebody may bring about on purpose: those that somebody has the duty to avoid, and switching the host off."""

_STARTS = frozenset(name for name, event in PROTOCOL.events.items() if "requester" in {a.name for a in PROTOCOL.participants(name)}
                    and requester.rules(name, Requester.AT_REST.name))  # fmt: skip
_WAITS = frozenset(
    one.name for one in (Requester.SNAPSHOTTING, Requester.PRE_RESTORING, Requester.POST_RESTORING, Requester.RELEASED,
                         Requester.VANISHED, Requester.RESTORE_VANISHED)
)  # fmt: skip
"""States in which a requester is not asked anything: what comes then is not its call."""


@dataclass(frozen=True)
class Move:
    """A step on the way to rest. by: "requester", "operator", or "itself" (it comes by itself, or the writer's or VSS's doing)."""

    event: str
    by: str
    vm: int | None


@dataclass(frozen=True)
class Never:
    """What must not be done: the fault it would be, with the event."""

    fault: str
    event: str


@dataclass(frozen=True)
class Advice:
    """From where the worst of a situation is: the run that shows it (with a VM at stake, if one can be), the way to rest, what must
    not be done on it. way: None where there is none without repair that the document does not know."""

    at_stake: bool
    found: Found
    column: Column
    way: tuple[Move, ...] | None
    never: tuple[Never, ...]


def advise(told: Diagnosis, situations: Sequence[Situation]) -> list[Advice | None]:
    """What to do in each of these situations."""
    terms = [told.observation.term(one.host, one.vm) for one in situations]
    columns = [_worst(one) for one in situations]
    wide = [Column(c.faults | ON_PURPOSE | {BY_HAND}, c.readings) for c in columns]
    searches = Searches(list(dict.fromkeys([*columns, *wide])), [*terms, *(term & STAKE for term in terms), *GOALS])
    staked = _staked(searches, situations, columns, terms)
    found: list[Advice | None] = []
    for at, one in enumerate(situations):
        run = staked.get(at)
        if run is not None:
            found.append(_advice(searches, run, columns[at], wide[at], at_stake=True))
            continue
        runs = (
            searches.shortest(one.explanations[0].column, {"s": terms[at]})
            if one.explanations[0].column in columns
            else {}
        )
        there = runs.get("s")
        found.append(_advice(searches, there, columns[at], wide[at], at_stake=False) if there is not None else None)
    return found


def _worst(one: Situation) -> Column:
    """The likeliest circumstances in which a VM may be at stake; else the likeliest."""
    return next((column for left in one.left[:1] for column in left.within), one.explanations[0].column)


DEEPER = 8
"""Steps by which the run that puts a VM at stake may be longer than the one that explains the situation."""


def _staked(
    searches: Searches, situations: Sequence[Situation], columns: Sequence[Column], terms: Sequence[Term]
) -> dict[int, Found]:
    """For each situation in which one can be, by its place, a run in which a VM is at stake; of one VM, else of two."""
    found: dict[int, Found] = {}
    for vms in (1, 2):
        for column in dict.fromkeys(columns):
            asked = [at for at, one in enumerate(situations)
                     if columns[at] == column and at not in found and one.left and one.left[0].within]  # fmt: skip
            if asked:
                told = [situations[at].explanations[0].found.run for at in asked]
                longest = max(len(run.steps) for run in told) + DEEPER
                wanted = {f"{at}": terms[at] & STAKE for at in asked}
                runs = (
                    searches.shortest(column, wanted, vms, longest)
                    if vms == 1
                    else _two(searches, column, wanted, longest, told)
                )
                found |= {int(k): run for k, run in runs.items()}
    return found


def _two(
    searches: Searches, column: Column, wanted: Mapping[str, Term], longest: int, told: Sequence[RunFound]
) -> dict[str, Found]:
    """Runs of two VMs: first those in which one that runs is added to the VM of the runs that explain the situations, and nothing else
    happens than there and that it is saved; then whatever else happens; then of any two. The first are few, and mostly do."""
    beside = list(searches.beside(told[0]))
    there = {"vm_saved", *(name for run in told for name, _ in run.steps)}
    found: dict[str, Found] = {}
    for only, events in ((beside, there), (beside, set[str]()), (list[State](), set[str]())):
        left = {name: term for name, term in wanted.items() if name not in found}
        if left:
            found |= searches.shortest(column, left, 2, longest, only, events)
    return found


def _advice(searches: Searches, found: Found, column: Column, wide: Column, *, at_stake: bool) -> Advice:
    usual = _usual(searches, wide)
    way = searches.onward(found.state, GOALS[0], usual)
    never = tuple(_never(searches, found, wide, usual)) if way is not None else ()
    if way is None:
        way = searches.onward(found.state, GOALS[0], usual | _by_hand(searches, wide))
    return Advice(at_stake, found, column, tuple(_moves(found, way)) if way is not None else None, never)


def _usual(searches: Searches, column: Column) -> frozenset[int]:
    """The events in which nothing goes wrong, nobody begins anew, and nobody does as they like."""
    return frozenset(
        e
        for e in searches.permitted(column)
        if (event := PROTOCOL.events[searches.names[e]]).fault is None and event.fair and event.name not in _STARTS
    )


def _by_hand(searches: Searches, column: Column) -> frozenset[int]:
    hand = {event.name for event in DISTURBANCES if event.fault == BY_HAND}
    return frozenset(e for e in searches.permitted(column) if searches.names[e] in hand)


def _never(searches: Searches, found: Found, column: Column, usual: frozenset[int]) -> Iterator[Never]:
    seen: set[str] = set()
    for name, target in searches.steps_from(found.state, column):
        fault = PROTOCOL.events[name].fault
        if fault is None or fault in seen or fault not in ON_PURPOSE:
            continue
        if searches.onward(target, GOALS[0], usual) is None:
            seen.add(fault)
            yield Never(fault, name)


def _moves(found: Found, way: Sequence[tuple[str, tuple[int, ...]]]) -> Iterator[Move]:
    """Who takes each step, told by where the requester is then."""
    state = _requester_after(found)
    for name, at in way:
        event = PROTOCOL.events[name]
        moves = requester.name in {actor.name for actor in PROTOCOL.participants(name)}
        by = "operator" if event.fault == BY_HAND else "requester" if moves and state not in _WAITS else "itself"
        yield Move(name, by, at[0] if at else None)
        if moves:
            state = next((r.dest for r in requester.rules(name, state) if r.dest is not None), state)


def _requester_after(found: Found) -> str:
    from model.notation import Run  # noqa: PLC0415 - the machines, where a way is told

    run = Run(PROTOCOL, found.run.shapes, found.run.starts, frozenset(fault.name for fault in FAULTS))
    for name, index in found.run.steps:
        run.fire(name, index)
    return run.state(requester.name)


# -- what to look at next -------------------------------------------------------------------------------------------------

_TROUBLED = {progress.name: frozenset({Progress.FAILED.name, Progress.STUCK.name})}

LOOK: tuple[tuple[str, States, str, str], ...] = (
    (writer_state.name, {}, "the writer's state", "vssadmin list writers"),
    (last_error.name, {}, "the writer's last error", "vssadmin list writers"),
    (other_writer.name, {}, "whether another writer has failed", "vssadmin list writers"),
    (vss.name, {}, "whether a snapshot set is in the making", "vssadmin list shadows; another requester is refused with 0x80042316"),
    (provider.name, {}, "the provider, and whether it can auto-recover", "vssadmin list providers"),
    (process.name, {}, "whether the management service has restarted", "Get-WinEvent of System: Service Control Manager 7036 of vmms"),
    (method.name, _TROUBLED, "the method of the VM that failed", "diskshadow: list writers detailed (the component's caption)"),
    (power.name, _TROUBLED, "the power state of the VM that failed", "Get-VM | Select-Object Name, State"),
    (integration.name, _TROUBLED, "the backup service of the VM that failed", "Get-VMIntegrationService; the service vmicvss in the guest"),
    (child_session.name, _TROUBLED, "the backup inside the VM that failed", "vssadmin list writers, inside the guest"),
)  # fmt: skip
"""What can be looked at: the machine, which VM's, in words, and the command that shows it."""


@dataclass(frozen=True)
class Question:
    """What tells explanations apart best: what to look at, how, and what each explanation would show."""

    what: str
    command: str
    answers: tuple[tuple[frozenset[str], tuple[Column, ...]], ...]
    machine: str


def tell_apart(told: Diagnosis, possible: Possible, situation: Situation) -> Question | None:
    """The question that parts most pairs of explanations for good, if any does."""
    seen = told.observation
    if len(situation.explanations) < 2:
        return None
    host, vms = meet(seen.host, situation.host) or {}, seen_with(seen, situation.vm)
    best: tuple[int, Question] | None = None
    for machine, of, what, command in LOOK:
        if machine in seen.host:
            continue
        shown = {e.column: possible.values(machine, host, vms, of, e.column) for e in situation.explanations}
        parted = sum(1 for a, b in combinations(shown.values(), 2) if a and b and not a & b)
        if parted and (best is None or parted > best[0]):
            answers: dict[frozenset[str], list[Column]] = {}
            for column, values in shown.items():
                answers.setdefault(values, []).append(column)
            best = parted, Question(what, command, tuple((v, tuple(c)) for v, c in answers.items()), machine)
    return best[1] if best is not None else None
