"""What does it mean? From what was seen to the situations that fit, and what explains each.

A situation is a phase of the requester's session (and, where a VM was seen saved, who saved it). Whatever is said to be impossible
is so for any number of VMs; an explanation counts only with a run that the machines have executed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from conformance.observed import Observation, meet, moment
from conformance.possible import MACHINES, Possible, States, contains, size, term_of
from conformance.runs import Found, Searches
from conformance.texts.facts import Fact
from model.actors.child import ChildSession, child_session
from model.actors.due import SavedBy, saved_by
from model.actors.image import TAKEN, Outcome, image, outcome
from model.actors.power import Power, power
from model.actors.requester import IN_RESTORE, Requester, requester
from model.actors.volumes import Selected, selected
from model.actors.vss import Vss, vss
from model.actors.writer import WriterState, writer_state
from model.notation import Actor, Term, some
from model.notation import States as Enumeration
from model.sorts import vm
from proofs.world.world import Column

R = Requester

PHASES: tuple[tuple[frozenset[Enumeration], str], ...] = (
    (frozenset({R.AT_REST}), "No session is open: what is seen is left from an earlier one."),
    (R.INITIALIZED | R.CONTEXT_SET | R.METADATA_GATHERED | R.CHOOSING | R.PREPARED,
     "A backup session is open, and PrepareForSnapshot has not come yet."),
    (frozenset({R.SNAPSHOTTING}), "A backup session is inside DoSnapshotSet: the requester waits."),
    (R.SNAPSHOT_MADE | R.SNAPSHOT_FAILED | R.COMPLETE_REFUSED | R.FAILURE_SEEN,
     "DoSnapshotSet has returned; the requester has yet to draw its conclusion."),
    (R.COPYING | R.COPIED | R.COPY_FAILED | R.REPORTED, "The requester has gone on to copy the files, or to report on them."),
    (R.COMPLETED | R.ABORTED | R.RELEASED, "The session is coming to its end: completed, aborted or released."),
    (R.VANISHED | R.RESTORE_VANISHED, "The requester is gone in the middle of its session, and VSS has yet to notice."),
    (IN_RESTORE, "A restore is under way."),
)  # fmt: skip
"""The phases of a session: every state of the requester, in one of them."""


def _only(actor: Actor, states: Enumeration | frozenset[Enumeration]) -> dict[str, frozenset[str]]:
    chosen = states if isinstance(states, frozenset) else frozenset({states})
    return {actor.name: frozenset(state.name for state in chosen)}


LEFT_BEHIND: tuple[tuple[str, States, States], ...] = (
    ("a VM that the writer saved is still saved", {}, {**_only(saved_by, SavedBy.WRITER), **_only(power, Power.SAVED)}),
    ("a guest's writers are frozen", {}, _only(child_session, ChildSession.FROZEN | ChildSession.COMMITTED)),
    ("a guest's backup is under way that nobody drives", {}, _only(child_session, ChildSession.ORPHANED)),
    ("there is a shadow copy of a VM although the writer has failed",
     _only(writer_state, frozenset(state for state in WriterState if state.name.startswith("FAILED"))), _only(image, TAKEN)),
    ("files of a VM were copied of which nobody has reported anything", {}, _only(outcome, Outcome.COPIED)),
    ("a VM that was to be restored is deleted", {}, {**_only(power, Power.GONE), **_only(selected, Selected.FOR_RESTORE)}),
    ("VSS is occupied: a set or a restore is under way, and another requester is refused",
     _only(vss, frozenset(Vss) - {Vss.IDLE}), {}),
)  # fmt: skip
"""What a failed backup or restore may leave, of the host and of some VM."""


@dataclass(frozen=True)
class Explanation:
    """Circumstances in which a situation can be, with a shortest run (of those searched) that leads to it. supported: how many of
    the earlier facts are so somewhere in that run. timed: 1, what took how long, or what the text says, fits a fault of it; -1, it speaks
    against one; 0, neither."""

    column: Column
    found: Found
    supported: int
    timed: int = 0

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Fewest faults first, then what times and earlier facts support, then the shortest run."""
        return size(self.column), -self.timed, -self.supported, len(self.found.run.steps)


@dataclass(frozen=True)
class Left:
    """Something that may be left behind: in which of the explanations; and, where in none, in which other circumstances."""

    what: str
    within: tuple[Column, ...]
    elsewhere: tuple[Column, ...]


@dataclass(frozen=True)
class Situation:
    """One phase that fits: in words, what explains it (likelier first), what may be left behind. host, vm: what is so in it besides
    what was seen. unseen: circumstances that no closed set excludes and no search has shown."""

    says: str
    host: States
    vm: States
    explanations: tuple[Explanation, ...]
    left: tuple[Left, ...]
    unseen: tuple[Column, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """That of what explains it best."""
        return self.explanations[0].rank


@dataclass(frozen=True)
class Near:
    """What would fit if some facts were otherwise: those facts, what their machines are then, and the smallest circumstances."""

    dropped: tuple[Fact, ...]
    instead: tuple[tuple[str, frozenset[str]], ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Diagnosis:
    """The situations that fit what was seen, the likelier first; open: those that no closed set excludes and no search has shown. None
    of either: what is nearest."""

    observation: Observation
    situations: tuple[Situation, ...]
    near: tuple[Near, ...]
    open: tuple[Situation, ...] = ()


# -- what it means --------------------------------------------------------------------------------------------------------


def diagnose(seen: Observation, possible: Possible, *, thorough: bool = False) -> Diagnosis:
    """The situations that fit; where none does, what is nearest. thorough: a run is sought for each explanation, however long that
    takes."""
    fitting = [(says, host, one, label) for says, host, one in _situations(seen)
               if (label := possible.label(meet(seen.host, host) or {}, seen_with(seen, one)))]  # fmt: skip
    if not fitting:
        return Diagnosis(seen, (), tuple(_nearest(seen, possible)))
    likely = {at: _smallest(possible, label) for at, (*_, label) in enumerate(fitting)}
    wanted = {f"{at}": seen.term(fitting[at][1], fitting[at][2]) for at in likely}
    columns = list(dict.fromkeys(column for found in likely.values() for column in found))
    searches = Searches(columns, list(wanted.values()))
    runs = _searched(searches, wanted, likely, _powers(seen), thorough=thorough)
    found = [_situation(seen, possible, *fitting[at][:3], columns_, runs, f"{at}") for at, columns_ in likely.items()]
    situations = sorted((one for one in found if one.explanations), key=lambda one: one.rank)
    unshown = tuple(one for one in found if not one.explanations)
    return Diagnosis(seen, tuple(_with_who_saved(situations)), (), unshown)


def _with_who_saved(situations: Sequence[Situation]) -> list[Situation]:
    """The situations as they are ranked; but where it is open who saved a VM, what a writer may have left at rest comes second: it
    is what somebody who sees a saved VM has to know of."""
    for one in situations[1:]:
        if one.host == _only(requester, R.AT_REST) and one.vm == _only(saved_by, SavedBy.WRITER):
            return [situations[0], one, *(each for each in situations[1:] if each is not one)]
    return list(situations)


STAKE = some(vm, term_of({**_only(saved_by, SavedBy.WRITER), **_only(power, Power.SAVED)}))
"""Something is at stake: a VM is saved that only its note brings back."""

AT_REST = term_of(_only(requester, R.AT_REST))
UNDONE = ~some(vm, term_of(_only(saved_by, SavedBy.WRITER))) & ~some(
    vm, ~term_of(_only(child_session, ChildSession.IDLE))
)
GOALS = (AT_REST & UNDONE,)
"""Rest, with nothing left: no VM saved by the writer, no guest's backup open."""


def _powers(seen: Observation) -> frozenset[str]:
    """The powers that VMs were seen with."""
    return frozenset[str]().union(*(one.get(power.name, frozenset()) for one in seen.vms))


def _situations(seen: Observation) -> Iterator[tuple[str, States, States]]:
    """Each phase that goes with what was seen; where a VM was seen saved, with who saved it."""
    saved = any(one.get(power.name) == frozenset({Power.SAVED.name}) for one in seen.vms)
    for states, says in PHASES:
        host = _only(requester, states)
        if meet(seen.host, host) is None:
            continue
        if saved:
            yield f"{says} It was the writer that saved the VM.", host, _only(saved_by, SavedBy.WRITER)
            yield f"{says} The VM was saved by somebody else, or before.", host, _only(saved_by, SavedBy.NOBODY)
        else:
            yield says, host, {}


def seen_with(seen: Observation, more: States) -> list[States]:
    if not more:
        return list(seen.vms)
    first = meet(seen.vms[0], more) if seen.vms else dict(more)
    return [first or {}, *seen.vms[1:]]


def _smallest(possible: Possible, label: int) -> list[Column]:
    """The minimal circumstances of a label, those of fewest things."""
    minimal = possible.minimal(label)
    return [column for column in minimal if size(column) == size(minimal[0])]


FEW, MANY = 2, 10_000
"""Explanations of a situation with which one looks no harder for others, unless thoroughly."""

FURTHER = 6
"""Steps by which an explanation's run may be longer than the shortest there is, to be looked for."""


def _searched(
    searches: Searches,
    wanted: Mapping[str, Term],
    likely: Mapping[int, Sequence[Column]],
    powers: frozenset[str],
    *,
    thorough: bool,
) -> dict[Column, dict[str, Found]]:
    """Runs, by circumstances and situation: of one VM; then with the machines that were left out, and of two, for situations that few
    explain yet (thorough: for all that have none). Where something is explained, the two are VMs that run: of any two there are a
    hundred thousand states in each circumstance. Where nothing goes wrong they may begin with the powers that were seen, too: a VM may
    have been saved all along. Those much longer than the shortest for its situation are not sought; of two, where it has none, those much
    longer than any."""
    runs: dict[Column, dict[str, Found]] = {column: {} for column in searches.columns}

    def left(column: Column, few: int) -> dict[str, Term]:
        asked = {k: t for k, t in wanted.items() if column in likely[int(k)] and k not in runs[column]}
        return {k: t for k, t in asked.items() if sum(k in found for found in runs.values()) < few}

    def longest(asked: Mapping[str, Term]) -> int:
        of_any = [len(found.run.steps) for r in runs.values() for found in r.values()]
        most = max(of_any) if of_any and vms > 1 and not thorough else LONGEST
        known = [min((len(r[k].run.steps) for r in runs.values() if k in r), default=most) for k in asked]
        return min(LONGEST, max(known, default=0) + FURTHER)

    for vms, whole in ((1, False), (1, True), (2, False)):
        wider: Searches | None = None if whole else searches
        for column, known in runs.items():
            is_first = vms == 1 and not whole
            few = MANY if thorough or is_first or (whole and column in searches.refused) else FEW
            asked = left(column, few)
            if asked and (is_first or (vms > 1 and powers and not column.faults)):
                only = searches.running(vms, powers | {Power.RUNNING.name}) if vms > 1 else ()
                usual = set(searches.names) - RARE
                known.update(searches.shortest(column, asked, vms, longest(asked), only, usual))
                asked = left(column, few)
            if asked and (vms == 1 or not known):
                wider = wider or Searches([c for c in runs if left(c, few)], list(wanted.values()), whole=True)
                if vms > 1:  # VMs that run: they are few, and most that goes wrong with two goes wrong with them
                    known.update(wider.shortest(column, asked, vms, longest(asked), wider.running(vms)))
                still = {k: term for k, term in asked.items() if k not in known}
                if still and (vms == 1 or thorough or not any(runs.values())):
                    known.update(wider.shortest(column, still, vms, longest(asked)))
    return runs


RARE = frozenset({"cluster_saves_vm", "context_set_without_autorecovery"})
"""What needs no fault and makes a run shorter, since it takes a VM out of the backup or has the writer veto it, and which few hosts ever
see: runs do without, where they can."""

LONGEST = 60
"""Steps of a run, at most, that is sought."""


def _situation(
    seen: Observation, possible: Possible, says: str, host: States, one: States, columns: Sequence[Column],
    runs: Mapping[Column, Mapping[str, Found]], key: str,
) -> Situation:  # fmt: skip
    explained = [
        Explanation(column, runs[column][key], _supported(seen, runs[column][key]), timed(seen, column))
        for column in columns
        if key in runs[column]
    ]
    explained.sort(key=lambda one: one.rank)
    shown = [e.column for e in explained]
    unseen = tuple(column for column in columns if column not in shown)
    left = tuple(_left(seen, possible, host, one, shown)) if shown else ()
    return Situation(says, host, one, tuple(explained), left, unseen)


def _supported(seen: Observation, found: Found) -> int:
    """How many of the earlier facts are so somewhere in a run."""
    from conformance.passing import passes  # noqa: PLC0415 - runs on the machines themselves, where there is something to ask

    return passes(found.run, [one for one in seen.earlier if one.machine in MACHINES]) if seen.earlier else 0


def timed(seen: Observation, column: Column) -> int:
    """Whether times (or words) fit a fault of these circumstances, or times speak against one. Of several sessions in a log one may
    fit and another not: then it is not excluded."""
    if column.faults & (seen.spoken | {span.fits for span in seen.spans}):
        return 1
    return -1 if column.faults & {span.excludes for span in seen.spans} else 0


def _left(seen: Observation, possible: Possible, host: States, one: States, shown: Sequence[Column]) -> Iterator[Left]:
    for what, of_host, of_vm in LEFT_BEHIND:
        there = meet(meet(seen.host, host) or {}, of_host)
        vms = [*seen_with(seen, one), *([of_vm] if of_vm else [])]
        label = possible.label(there, vms) if there is not None else 0
        within = tuple(column for column in shown if label & possible.bits([column]))
        elsewhere = [c for c in possible.minimal(label) if not any(contains(c, mine) for mine in shown)]
        yield Left(what, within, () if within else tuple(elsewhere))


def _nearest(seen: Observation, possible: Possible) -> Iterator[Near]:
    """The fewest facts without which the rest fits."""
    for many in (1, 2):
        found = list(_without(seen, possible, many))
        if found:
            yield from found
            return


def _without(seen: Observation, possible: Possible, many: int) -> Iterator[Near]:
    for dropped in combinations(seen.facts, many):
        if len({(one.machine, one.of) for one in dropped}) < many:
            continue
        rest = moment([one for one in seen.facts if (one.machine, one.of) not in {(d.machine, d.of) for d in dropped}])
        if rest is None or not (label := possible.label(rest.host, rest.vms)):
            continue
        columns = possible.minimal(label)
        instead = tuple(
            (
                one.machine,
                frozenset[str]().union(
                    *(possible.values(one.machine, rest.host, rest.vms, {}, c) for c in columns[:1])
                ),
            )
            for one in dropped
        )
        yield Near(dropped, instead, tuple(columns))
