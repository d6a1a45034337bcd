"""Judge many columns at once, over the cores of this machine or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from model.notation.network import Network
from proofs.answers.cache import use
from proofs.answers.column_cache import column_key, keep_column, recall_column
from proofs.answers.exercising import Exercise, keep_exercises, recall_exercises
from proofs.answers.memory import stable
from proofs.answers.verdict import Verdict
from proofs.computer.processes import early_stops_are_meant
from proofs.verdicts.check import check
from proofs.verdicts.cluster import Cluster
from proofs.verdicts.known.carried import carried_over
from proofs.verdicts.known.kept import all_kept, exercises
from proofs.verdicts.together import FEW, Runs, Unit, both, is_a_run, judged, judged_soon, proofs, shown, units
from proofs.verdicts.work import Work
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES

if TYPE_CHECKING:
    from proofs.views.labelled.family_proof import Shown

Task = tuple[Column, Sequence[str], Scope]
_Done = tuple[Column, list[Verdict], Runs, float]
_Family = tuple[Sequence[Column], Sequence[str]]
_Judge = Callable[..., tuple[list[Verdict], Runs]]
_Shown = Mapping[Column, Mapping[str, Proof]]
Found = TypeVar("Found")

TOGETHER = Scope(proofs=True, counts=False)
"""How far columns are judged that have what views show in common."""

GLANCE = Scope(vms=1, proofs=False, counts=False, limit=20_000)
"""How far one VM is searched for what can be told in seconds."""


def judge_columns(
    tasks: Sequence[Task],
    *,
    jobs: int = -1,
    progress: Callable[[Column, list[Verdict], float], None] = lambda *_: None,
    closing_views: Callable[[int, int], None] = lambda *_: None,
    cache: Path | None = None,
    cluster: Cluster | None = None,
    views: _Shown | None = None,
    proved: _Shown | None = None,
    from_record: bool = False,
    more_runs: Sequence[Network] = (),
    at_a_glance: Callable[[list[Verdict]], None] | None = None,
    exercised: Callable[[Column, list[Exercise]], None] = lambda *_: None,
    recalled: Callable[[int], None] = lambda _: None,
) -> dict[Column, list[Verdict]]:
    """The verdicts of every task, in the order of the tasks, whatever the order in which they are done.

    progress: hears of each column that is judged; closing_views: before that, how many closed sets for many columns are closed, and
    of how many. cache: the folder in which judgements are kept (None: nowhere); whole columns are kept in it as they arrive, so
    that work that was interrupted goes on where it was. The cache in use here hears of its entries that were damaged, and of
    what could not be kept. views: what they are known to show (None: that is worked out). proved: what they show in some columns that
    are judged by themselves. from_record: runs that are kept with the record are executed before any are searched for. more_runs:
    networks that have all runs of today's: what the cache knows of one decides, as far as it goes, before anything is closed. exercised:
    hears the runs of each column that put properties to the test, and that smaller columns have not. at_a_glance: hears early of
    what runs of one VM show in the column without faults, where many columns are judged: it is no verdict but where there is a run.
    recalled: hears how many columns are known from the cache, before `progress` hears of these, those with fewest faults and readings
    first, and then of the others.
    cluster: who works in place of `jobs` processes of this machine. Raises OtherVersion and
    ClusterError, CacheError if the folder cannot be used at all, and ValueError if there is nothing to judge.
    """
    if not tasks or not all(names for _, names, _ in tasks):
        raise ValueError("no column is to be judged, or no property in one of them")
    known = use(cache)
    found: dict[Column, list[Verdict]] = {}
    keys: dict[Column, str] = {}
    if cache is not None:
        for column, names, scope in tasks:
            keys[column] = key_of_task((column, names, scope), (proved or {}).get(column), from_record=from_record)
            if (kept := recall_column(keys[column])) is not None:
                found[column] = kept
    left = [task for task in tasks if task[0] not in found]
    if found:
        recalled(len(found))
    for column in sorted(found, key=_size):
        exercised(column, recall_exercises(keys[column]))
        progress(column, found[column], 0.0)
    work = Work(jobs, cache, cluster, known, from_record)
    working = nullcontext() if cluster is None else cluster.working()
    carried = carried_over(_alike(left), more_runs, _recalled(from_record))
    telling = _Telling(closing_views, at_a_glance)
    with (
        early_stops_are_meant(),
        working,
        closing(_carried_first(left, work, telling, carried, views, proved or {})) as arriving,
    ):
        for column, verdicts, runs, seconds in arriving:
            found[column] = verdicts
            its = exercises(column, runs)
            if cache is not None:
                keep_column(keys[column], verdicts)
                keep_exercises(keys[column], its)
            exercised(column, its)
            progress(column, verdicts, seconds)
    return {column: found[column] for column, _, _ in tasks}


def _size(column: Column) -> int:
    """How much must come together."""
    return len(column.faults) + len(column.readings)


def key_of_task(
    task: Task, proved: Mapping[str, Proof] | None, *, from_record: bool, network: Network | None = None
) -> str:
    """The key of a column's verdicts. They depend on what was proved before, if anything was, and on kept runs, if those are tried: of
    a changed protocol they need not be the shortest. network: in place of today's."""
    depends = [stable(proved)] if proved else []
    depends += [all_kept()] if from_record else []
    of_column = column_key(*task, network=network)
    return sha256(" ".join([of_column, *depends]).encode()).hexdigest() if depends else of_column


@dataclass(frozen=True)
class _Telling:
    """Who hears of what comes before the columns; see `judge_columns`."""

    closing_views: Callable[[int, int], None]
    at_a_glance: Callable[[list[Verdict]], None] | None = None


def _alike(tasks: Sequence[Task]) -> list[Task]:
    """Those that are judged together."""
    return [task for task in tasks if task[2] == TOGETHER]


def _recalled(from_record: bool) -> Callable[[Task, Network], list[Verdict] | None]:
    return lambda task, network: recall_column(key_of_task(task, None, from_record=from_record, network=network))


def _carried_first(
    tasks: Sequence[Task], work: Work, telling: _Telling, carried: _Shown, known: _Shown | None, proved: _Shown
) -> Generator[_Done, None, None]:
    """Tasks as they are done. carried: what is known before anything is closed: what that decides together with runs that are known,
    or are among few states, is not asked again, and those columns come first, with fewest faults and readings before the others."""
    early: dict[Column, _Done] = {}
    if carried and (first := _alike(tasks)):
        early = _soon(first, work, carried)
        if telling.at_a_glance is not None and Column() in early:
            telling.at_a_glance([one for one in early[Column()][1] if one.run is not None and len(one.run.shapes) == 1])
            telling = replace(telling, at_a_glance=None)
    left: list[Task] = []
    order = {column: names for column, names, _ in tasks}
    for column, names, scope in tasks:
        decided = {one.property for one in early[column][1]} if column in early else set()
        if rest := [name for name in names if name not in decided]:
            left.append((column, rest, scope))
    open_ = {column for column, _, _ in left}
    for column in sorted((column for column in order if column not in open_), key=_size):
        yield _whole(early[column], (column, [], {}, 0.0), order[column])
    with closing(_judged(left, work, telling, known, carried, proved, early)) as arriving:
        for done in arriving:
            yield _whole(early[done[0]], done, order[done[0]]) if done[0] in early else done


def _whole(early: _Done, late: _Done, names: Sequence[str]) -> _Done:
    """What was decided early of a column, and what late, in the order asked for."""
    by_name = {one.property: one for one in [*early[1], *late[1]]}
    return early[0], [by_name[name] for name in names], both(early[2], late[2]), early[3] + late[3]


def _judged(
    tasks: Sequence[Task],
    work: Work,
    telling: _Telling,
    known: _Shown | None,
    carried: _Shown,
    proved: _Shown,
    early: Mapping[Column, _Done],
) -> Generator[_Done, None, None]:
    """Tasks as they are done, in any order. What columns have in common is worked out first: what views show of all of them. known:
    what they show, where nothing more is wanted in common. carried: of what only has to be possible, that is believed to be impossible
    still. early: see `_in_waves`."""
    few = [task for task in tasks if task[2] == TOGETHER or _is_bounded(task[2])] if known is None else []
    views = dict(known or {})
    if len(together := _alike(few)) >= FEW:
        views = _by_views(_families(together) if early else [_all_of(together)], work, telling)
    for column, found in carried.items():
        impossible = {name: proof for name, proof in found.items() if is_a_run(PROPERTIES[name])}
        views[column] = {**impossible, **views.get(column, {})}
    yield from _in_waves(tasks, work, {**views, **proved}, few, early)


def _soon(tasks: Sequence[Task], work: Work, carried: _Shown) -> dict[Column, _Done]:
    """What is decided before anything is closed, in the order of the tasks. What no run shows among few states without faults is not
    searched for in the other columns: perhaps no run can do it any more."""
    names = _asked(tasks)
    call = (judged_soon, Column(), names, TOGETHER, carried.get(Column(), {}), Runs(), work.from_record, names)
    ((_, (verdicts, runs), seconds),) = work.done([call])
    done: dict[Column, _Done] = {Column(): (Column(), verdicts, runs, seconds)}
    sought = [one.property for one in verdicts]
    others = [task for task in tasks if task[0] != Column()]
    columns = [column for column, _, _ in others]
    done |= {one[0]: one for one in _two_waves(judged_soon, others, work, carried, others, columns, runs, {}, sought)}
    return {column: done[column] for column in (Column(), *columns)}


def _in_waves(
    tasks: Sequence[Task], work: Work, views: _Shown, few: Sequence[Task], early: Mapping[Column, _Done]
) -> Generator[_Done, None, None]:
    """Tasks as they are done: the column without faults first, whose runs may be runs of the others too, then those that are part of
    others, and hand their runs on. views: what they show. few: the tasks that have runs in common. early: what was decided before."""
    left, before = list(tasks), {column: runs for column, _, runs, _ in early.values()}
    known = {one.property for one in early[Column()][1]} if Column() in early else set()
    runs = before.pop(Column(), Runs())
    if any(column != Column() for column, _, _ in few):
        names = [name for name in _asked(few) if name not in known]
        call = (judged, Column(), names, TOGETHER, views.get(Column(), {}), Runs(), work.from_record)
        ((_, (verdicts, found), seconds),) = work.done([call])
        runs = both(runs, found)
        for task in [task for task in few if task[0] == Column() and task[2] == TOGETHER]:
            left.remove(task)
            by_name = {one.property: one for one in verdicts}
            yield task[0], [by_name[name] for name in task[1] if name in by_name], found, seconds
    parts = [*before, *(column for column, _, _ in left if column not in before)]
    yield from _two_waves(judged, left, work, views, few, parts, runs, before)


def _two_waves(
    judge: _Judge,
    tasks: Sequence[Task],
    work: Work,
    views: _Shown,
    few: Sequence[Task],
    parts: Sequence[Column],
    of_base: Runs,
    before: Mapping[Column, Runs],
    *more: object,
) -> Generator[_Done, None, None]:
    """Tasks as `judge` does them: first those that are part of others, and hand their runs on. parts: the columns whose runs are handed
    on. of_base: runs of the column without faults. before: of others, that are known. more: what else is asked of `judge`."""
    handed_on = dict(before)
    smaller = [one for one in tasks if of_base and one in few and any(one[0].is_part_of(other[0]) for other in few)]
    for wave in (smaller, [task for task in tasks if task not in smaller]):
        calls: list[tuple[_Judge, *tuple[Any, ...]]] = []
        for column, names, scope in wave:
            seen = runs_of_smaller(column, of_base, parts, handed_on)
            asked: tuple[Any, ...] = (column, names, scope, views.get(column, {}), seen, work.from_record, *more)
            calls.append((judge, *asked))
        with closing(work.done(calls)) as arriving:
            for number, (verdicts, found), seconds in arriving:
                column = wave[number][0]
                handed_on[column] = both(handed_on.get(column, {}), found)
                yield column, verdicts, found, seconds


def _asked(tasks: Sequence[Task]) -> list[str]:
    """The properties of tasks, in the order of the catalogue."""
    asked = {name for _, names, _ in tasks for name in names}
    return [name for name in PROPERTIES if name in asked]


def runs_of_smaller(column: Column, runs: Runs, parts: Sequence[Column], handed_on: Mapping[Column, Runs]) -> Runs:
    """What runs of the columns show that are part of this one: those of the column without faults first, then the shortest."""
    more: Runs = {}
    for part in (one for one in parts if one.is_part_of(column)):
        for name, seen in handed_on.get(part, {}).items():
            more.setdefault(name, []).extend(seen)
    for seen in more.values():
        seen.sort(key=lambda one: len(one.run.steps))
    return {name: [*runs.get(name, ()), *more.get(name, ())] for name in {**runs, **more}}


def _is_bounded(scope: Scope) -> bool:
    """Whether views are not asked, and not every state is counted: what runs of the column without faults show is welcome."""
    return not scope.proofs and not scope.counts


def _all_of(tasks: Sequence[Task]) -> _Family:
    return [column for column, _, _ in tasks], _asked(tasks)


def _families(tasks: Sequence[Task]) -> list[_Family]:
    """Columns, and what is asked in them, together: what is asked in most columns in all of them, and the rest where any of it is."""
    columns, names = _all_of(tasks)
    asked = {name: {column for column, of, _ in tasks if name in of} for name in names}
    widely = [name for name in names if 2 * len(asked[name]) > len(columns)]
    rarely = [name for name in names if name not in widely]
    there = [column for column in columns if any(column in asked[name] for name in rarely)]
    return [(of, those) for of, those in ((columns, widely), (there, rarely)) if those and len(of) >= FEW]


def _by_views(families: Sequence[_Family], work: Work, telling: _Telling) -> dict[Column, Mapping[str, Proof]]:
    """What views show in columns of each of these families; of what only has to be possible they are not asked."""
    with work.coming_up(shown):
        to_close = [
            unit
            for columns, names in families
            for unit in units(columns, [name for name in names if not is_a_run(PROPERTIES[name])])
        ]
    names = [name for _, those in families for name in those]
    closed: list[tuple[Unit, Mapping[str, Shown]]] = []
    telling.closing_views(0, len(to_close))
    calls: list[tuple[Callable[..., Any], *tuple[Any, ...]]] = [(shown, unit) for unit in to_close]
    if telling.at_a_glance is not None:
        calls.insert(0, (check, Column(), names, GLANCE))
    before = len(calls) - len(to_close)
    for number, known, _ in work.done(calls):
        if telling.at_a_glance is not None and number < before:
            telling.at_a_glance(known)
        else:
            closed.append((to_close[number - before], known))
            telling.closing_views(len(closed), len(to_close))
    return dict(proofs(closed))


def prove_in(
    column: Column,
    *,
    jobs: int = -1,
    closing_views: Callable[[int, int], None] = lambda *_: None,
    cache: Path | None = None,
) -> Mapping[str, Proof]:
    """What closed sets of views show in one column of all properties that say what always holds, or of every step: sets of millions of
    views, closed as those of many columns are. jobs, closing_views, cache: see `judge_columns`."""
    with early_stops_are_meant():
        telling = _Telling(closing_views)
        return _by_views([([column], list(PROPERTIES))], Work(jobs, cache, None, use(cache)), telling)[column]
