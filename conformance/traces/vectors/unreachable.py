"""Why does no vector take a move from a state? For any number of VMs: because no run does, as closed sets of views show, where nothing
goes wrong, or one thing does. What they leave open is sought once more, by searches that aim at it.

A move of a row from one of its states is mostly excluded with its event: if a machine is never in that state when the event happens, it
never moves from there, wherever the row would lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from conformance.possible import single_columns
from conformance.runs import Searches
from conformance.traces.vectors.goals import FROM, Candidate, Goal
from model.notation import after, every, happens
from model.notation.errors import Place
from model.notation.terms import HOST, In, Term
from model.protocol import PROTOCOL
from proofs.views.labelled.family_proof import Proving
from proofs.views.saturation import TooManyViews
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.world import Column
from properties.kinds import Step

UNREACHABLE = "no run of any number of VMs takes it, without a fault, with any one fault, or with one other reading (closed views)"
"""Why something is missing that cannot be shown in small circumstances."""

AIMED = (
    "released_while_waiting", "freeze_window_overrun", "management_service_restarts", "cluster_fails_over",
    "operator_changes_vm released_while_waiting", "cluster_fails_over operator_changes_vm", "cluster_fails_over host_loses_power",
)  # fmt: skip
"""Faults with which views do not exclude what is left, and those that have to come before."""

Told = Callable[[int, int, str], None]


def moves_of(goals: Iterable[Goal]) -> dict[Goal, tuple[str, str, str, str]]:
    """Of moves from a state: the machine, the event, from where and to where."""
    found = {}
    for goal in goals:
        machine, _, rest = goal.name.partition(": ")
        event, _, rest = rest.partition(" from ")
        source, _, dest = rest.partition(" to ")
        if goal.kind == FROM:
            found[goal] = machine, event, source, dest
    return found


def unreachable(goals: Iterable[Goal], told: Told | None = None) -> set[Goal]:
    """Those of the goals (moves from a state) that no run takes in small circumstances; first by where they start, then by where they
    lead, too. What views leave open is not among them."""
    moves = moves_of(goals)
    found: set[Goal] = set()
    for parts in (3, 4):
        asked: dict[str, list[Goal]] = {}
        for goal, move in moves.items():
            if goal not in found:
                asked.setdefault(" ".join(move[:parts]), []).append(goal)
        found.update(goal for name in _excluded([_never(name) for name in asked], told) for goal in asked[name])
    return found


def _excluded(steps: Sequence[Step], told: Told | None) -> Iterator[str]:
    """The names of the statements that hold in every small circumstance."""
    if not steps:
        return
    proving = Proving(PROTOCOL, single_columns(), steps)
    units = list(proving.units())
    for done, unit in enumerate(units, 1):
        try:
            shown = proving.shown(unit)
        except (TooManyViews, NotForAnyNumber):
            continue
        yield from (name for name, one in shown.items() if not one.broken)
        if told is not None:
            told(done, len(units), "closed views")


def aimed(goals: Iterable[Goal]) -> dict[Goal, Candidate]:
    """For each goal (a move from a state) that is found so, a shortest run of one VM in the first of AIMED that has one."""
    names = {" ".join(move): goal for goal, move in moves_of(goals).items()}
    columns = [Column(frozenset(faults.split())) for faults in AIMED]
    found: dict[Goal, Candidate] = {}
    for whole in (False, True):  # with the cluster, too, which most questions can do without
        if names:
            searches = Searches(columns, properties=[_never(name) for name in names], whole=whole)
        for column in columns:
            left = [name for name, goal in names.items() if goal not in found]
            for name, run in (searches.violations(column, left, 1) if left else {}).items():
                found[names[name]] = Candidate(column, run)
    return found


def _never(move: str) -> Step:
    """A machine is never in a state when an event happens (to whom it is of), or never comes from there to another."""
    machine, event, source, *dest = move.split(" ")
    there: Term = happens(event) & In(machine, frozenset({source}))
    if dest:
        there = there & after(In(machine, frozenset(dest)))
    term, sort = ~there, PROTOCOL.actors[machine].sort
    while sort != HOST:
        term, sort = every(sort, term), sort.of or HOST
    return Step(
        says=f"{machine} is never {source} when {event} happens{f', and {dest[0]} after it' if dest else ''}.",
        shows=(),
        witness=happens("backup_initialized"),
        name=move,
        term=term,
        place=Place("unreachable.py", 0),
    )
