"""`shadowproof verify`: which columns are judged, and how far."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from rich.console import Console

from model.notation.network import Network
from proofs.answers.cache import use
from proofs.answers.column_cache import protocol_content
from proofs.answers.exercising import Exercise
from proofs.answers.memory import replays
from proofs.answers.record import Record
from proofs.answers.runs import NONE, load_for
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.search.replay import EnginesDisagree
from proofs.solvers.confirm import confirm, confirmed
from proofs.solvers.confirm import tasks as tasks_for_solvers
from proofs.verdicts.columns import ALL_FAULTS, BASE, combined_columns, every_column
from proofs.verdicts.shares import judge_in_shares
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Possible
from shadowproof.host.kinds import Kind
from shadowproof.outside.spelling import many
from shadowproof.outside.telling import telling as work
from shadowproof.verify.coverage import Covered, covered
from shadowproof.verify.loop import earlier
from shadowproof.verify.progress import NOTHING, Enough, announce, confirming, ended_early, telling
from shadowproof.verify.report import Verification

Task = tuple[Column, Sequence[str], Scope]


BOUND_OF_ALL_FAULTS = 5_000
"""States of one VM that are searched with all faults together, for what closed sets do not show; `--full` searches them all."""


def recorded_tasks(names: Sequence[str], vms: int = 2, *, full: bool = False) -> list[Task]:
    """Every column of the record; where a reading meets a fault, the properties that speak of the reading; for all faults
    together, so many states of one VM. `full`: every state of as many VMs everywhere."""
    combined = set(combined_columns())
    tasks: list[Task] = []
    for column in every_column():
        asked = [name for name in names if column not in combined or column.readings[0][0] in PROPERTIES[name].shows]
        if asked:
            tasks.append((column, asked, Scope(vms=vms, proofs=True, counts=full)))
    tasks.append((ALL_FAULTS, names, Scope(vms=vms) if full else Scope(vms=1, limit=BOUND_OF_ALL_FAULTS, counts=False)))
    return tasks


def judge(
    tasks: Sequence[Task],
    record: Record,
    *,
    compared: bool,
    console: Console,
    cache: Path | None = None,
    kinds: Sequence[Kind] | None = None,
    fail_fast: bool = False,
    last: Record = NOTHING,
    all_faults: Mapping[str, Proof] | None = None,
    anew: bool = False,
    solvers: bool = True,
    quiet: bool = False,
    exercised: Callable[[Column, list[Exercise]], None] = lambda *_: None,
) -> Verification:
    """Judge all tasks, and tell on the console how far that is. cache: the folder of what was judged before. kinds: the VMs of the
    host that is judged. fail_fast: until something is worse than recorded. last: what the run before this found. all_faults: what is
    shown with all faults together (None: what is kept, if it is of this protocol). anew: every run is searched for, and none is taken
    from those that are kept with the record. solvers: they are asked for a second opinion. quiet: how far that is is not told, only what
    is worse. exercised: see `judge_columns`."""
    how_far = Console(quiet=True) if quiet else console
    use(cache)
    promises = {name for _, names, _ in tasks for name in names}
    whole = kinds is None and compared and promises == PROPERTIES.keys()
    more_runs = earlier.with_more_runs() if whole and not anew else []
    wanted = any(column == ALL_FAULTS for column, _, _ in tasks)
    of_today = bool(all_faults)
    if wanted and not of_today:
        all_faults, of_today = _kept_of_all_faults(more_runs, all_faults)
    heavy_first = sorted(tasks, key=lambda task: (-len(task[0].faults & _HEAVY), -task[2].vms))
    announce(
        how_far,
        len(tasks),
        f"Judging {many(len(promises), 'promise')} in {many(len(tasks), 'column')}",
    )
    with telling(console, len(tasks), record, fail_fast=fail_fast, last=last, quiet=quiet) as told:
        try:
            if kinds is None:
                from proofs.verdicts.suite import judge_columns  # noqa: PLC0415 - it loads numba, which a host does without

                proved = {ALL_FAULTS: all_faults} if all_faults else {}
                glance = told.at_a_glance if load_for(protocol_content()) is NONE else None
                judge_columns(
                    heavy_first, progress=told.done, closing_views=told.closing, cache=cache, proved=proved,
                    from_record=not anew, more_runs=more_runs, at_a_glance=glance, exercised=exercised,
                    recalled=told.recalled,
                )  # fmt: skip
            else:
                for task in tasks:
                    begun = time.perf_counter()
                    found = of_these_vms(judge_in_shares(task, cache=cache))
                    told.done(task[0], found, time.perf_counter() - begun)
        except Enough:
            raise
        except BaseException as problem:
            what = "Interrupted" if isinstance(problem, KeyboardInterrupt) else "Failed"
            said = ended_early(what, len(told.judged), len(tasks), kept=cache is not None)
            console.print(said, highlight=False, soft_wrap=True)
            raise
    judged = [task for task in tasks if task[0] in told.judged]
    in_order = with_single_faults({column: told.judged[column] for column, _, _ in judged}, all_faults or {})
    if ALL_FAULTS in in_order and not of_today and kinds is None:
        in_order[ALL_FAULTS] = asked_of_searches(in_order[ALL_FAULTS], record)
    left = len(tasks) - len(judged)
    if whole and not left and not anew:
        earlier.remember()
    if solvers and not left and BASE in in_order and any(scope.proofs for column, _, scope in tasks if column == BASE):
        in_order[BASE] = _confirmed(in_order[BASE], how_far, cache)
    scopes, host = {column: scope for column, _, scope in tasks}, None
    if kinds is not None and len(tasks) == 1:
        ((column, verdicts),) = in_order.items()
        with how_far.status("judging each kind alone"):
            host = covered(kinds, column, verdicts, scopes[column], cache)
    elif kinds is not None:
        host = Covered(kinds, {})  # which kinds break it alone is asked of one column
    return Verification(in_order, scopes, told.seconds, record, compared, host, left, solvers=solvers)


def of_these_vms(found: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts on the VMs of a host. What has to be possible for VMs of some kind, and is not for these, does not apply to them: a host
    without a paused VM breaks no promise about one."""
    return [
        replace(one, verdict=NOT_EXERCISED, reason="no run of these VMs reaches it")
        if one.verdict == REFUTED and isinstance(PROPERTIES[one.property], Possible)
        else one
        for one in found
    ]


def _kept_of_all_faults(
    more_runs: Sequence[Network], shown_now: Mapping[str, Proof] | None
) -> tuple[Mapping[str, Proof], bool]:
    """What is kept of all faults together, and whether it is of today's protocol; else what is kept of a network with more runs and holds
    still. shown_now: nothing is looked up of today's where it was worked out now."""
    from proofs.verdicts import all_together  # noqa: PLC0415 - it loads numba

    if shown_now is None and (kept := all_together.load(protocol_content())):
        return kept, True
    return next(filter(None, map(all_together.carried_over, more_runs)), {}), False


def _confirmed(found: list[Verdict], console: Console, cache: Path | None) -> list[Verdict]:
    """The verdicts of the column without faults, with what solvers confirm of them."""
    work = tasks_for_solvers(BASE, [one.property for one in found if one.assurance == CLOSED])
    if not work:
        return found
    with confirming(console, len(work)) as hears:
        return confirmed(found, confirm(work, cache=cache, progress=hears))


def shown_anew(console: Console, cache: Path | None) -> dict[str, Proof]:
    """What closed sets show with all faults together, worked out now; told on the console how far that is."""
    from proofs.verdicts import all_together  # noqa: PLC0415 - it loads numba

    with work(console, "closing sets with all faults together", "") as told:
        return all_together.prove_all(cache=cache, progress=lambda done, total: told(done, total, "closed sets"))


def asked_of_searches(found: Sequence[Verdict], record: Record) -> list[Verdict]:
    """Of all faults together what a bounded search can be asked: what only closed sets show, and nobody has closed for this protocol,
    is not judged."""

    def is_asked(one: Verdict) -> bool:
        cell = record.cell(one.property, one.column)
        return one.verdict != UNDECIDED or cell is None or cell.verdict == UNDECIDED

    return [one for one in found if is_asked(one)]


def with_single_faults(
    verdicts: dict[Column, list[Verdict]], shown: Mapping[str, Proof] = MappingProxyType({})
) -> dict[Column, list[Verdict]]:
    """What single faults show of all of them together: what one breaks, or makes possible, is so with all of them, by the same run,
    which is replayed so; and a promise that was put to the test under one is put to the test by that. shown: what closed sets show
    with all faults together. Of a run of one fault and one of all together the shorter counts."""
    alone = [found for column, found in verdicts.items() if len(column.faults) == 1 and not column.readings]
    runs: dict[tuple[str, str], Verdict] = {}
    for one in (one for found in alone for one in found if one.run is not None and one.verdict in {REFUTED, HOLDS}):
        key = one.property, one.verdict
        runs[key] = min(one, runs.get(key, one), key=lambda v: v.length or 0)
    tested = {one.property for found in alone for one in found if one.verdict == HOLDS}

    def of_all(cell: Verdict) -> Verdict:
        found = _by_one(cell, runs.get((cell.property, REFUTED)))
        proof = shown.get(cell.property)
        if found.verdict == REFUTED and proof is not None and proof.holds:
            raise EnginesDisagree(f"{cell.property} is shown with all faults together, and a run breaks it")
        if found.verdict == UNDECIDED and isinstance(PROPERTIES[cell.property], Possible):
            return _by_one(cell, runs.get((cell.property, HOLDS)))
        if found.verdict == UNDECIDED and proof is not None and proof.holds and cell.property in tested:
            return replace(found, verdict=HOLDS, assurance=CLOSED, engine="views", views=proof.views, reason="")
        return found

    return {column: [*map(of_all, found)] if column == ALL_FAULTS else found for column, found in verdicts.items()}


def _by_one(cell: Verdict, one: Verdict | None) -> Verdict:
    if one is None or one.run is None or (cell.run is not None and len(cell.run.steps) <= len(one.run.steps)):
        return cell
    network, _ = as_asked(PROPERTIES[one.property], watched())
    if not replays(one.run, network, ALL_FAULTS.faults):
        raise EnginesDisagree(
            f"{one.property} is {one.verdict} under {one.column} by a run that all faults do not allow"
        )
    cached = cell.cached or one.cached
    return replace(
        cell,
        verdict=one.verdict,
        assurance=one.assurance,
        engine=one.engine,
        vms=one.vms,
        run=one.run,
        reason=one.reason,
        cached=cached,
    )


_HEAVY = frozenset(
    {"integration_service_stops", "operator_changes_vm", "requester_vanishes", "management_service_restarts"}
)
"""Faults whose columns take longest: begun first, so that no core waits at the end."""
