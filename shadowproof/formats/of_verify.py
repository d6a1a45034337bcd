"""A verification, as CI's formats are told it: how each verdict stands with the record, and where its rules stand."""

from __future__ import annotations

from collections.abc import Iterator

from model.notation import Network
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import BETTER, NEW
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.formats.found import At, Found, Report, Standing
from shadowproof.outside.version import version
from shadowproof.verify.changed import Since
from shadowproof.verify.comparison import Change, findings
from shadowproof.verify.report import Verification
from shadowproof.verify.summary import first_line, not_as_recorded

HEAD = 12


def report_of(done: Verification, since: Since | None = None) -> Report:
    """All that was judged. since: the rules that changed, where something is not as recorded."""
    changes = {(group.promise, one.column): one for group in done.against.groups for one in group.changes}
    smallest = findings(done.by_cell)
    found = tuple(
        _found(done, column, one, changes.get((name, column)), smallest=(name, column) in smallest)
        for (name, column), one in done.by_cell.items()
    )
    seconds = {title(column): taken for column, taken in done.seconds.items()}
    head = tuple(list(not_as_recorded(done, since, most=HEAD))[:HEAD])
    return Report("verify", head, found, done.status, version(), protocol_content(), seconds)


def _found(done: Verification, column: Column, one: Verdict, change: Change | None, *, smallest: bool) -> Found:
    property_ = PROPERTIES[one.property]
    cell = done.record.cell(one.property, column.name)
    was = "" if cell is None else cell.verdict
    standing = _standing(one, change, recorded=done.record.kind(one) != NEW)
    steps = tuple(steps_of(one.run, watched())) if one.run is not None else ()
    rules = tuple(dict.fromkeys(At(step.file, step.line, step.says.partition(" ")[0]) for step in steps))
    return Found(
        promise=one.property,
        says=property_.says,
        shows=property_.shows,
        under=title(column),
        verdict=one.verdict,
        standing=standing,
        told=_told(one, title(column), was if change is not None else one.verdict),
        at=At(property_.place.file, property_.place.line),
        rules=rules,
        run=steps,
        was=was,
        smallest=smallest or one.verdict != REFUTED,
    )


def _standing(one: Verdict, change: Change | None, *, recorded: bool) -> Standing:
    if change is not None and change.kind != BETTER:
        return Standing.FAILED
    if one.verdict == HOLDS:
        return Standing.KEPT
    if one.verdict == REFUTED:
        return Standing.KNOWN if recorded else Standing.FAILED
    return Standing.FAILED if one.verdict == UNDECIDED and not recorded else Standing.OPEN


def _told(one: Verdict, under: str, was: str) -> str:
    how = f": {first_line(one)}" if one.verdict == REFUTED else f": {one.reason}" if one.reason else ""
    recorded = "" if was == one.verdict else f", recorded is {was}" if was else ", and nothing is recorded"
    return f"{one.verdict} under {under}{recorded}{how}".rstrip(".")


def steps_of(run: RunFound, network: Network) -> Iterator[At]:
    """The steps of a run, each at the rule of its event."""
    for event, member in run.steps:
        place = network.events[event].place
        whose = f" (vm {', part '.join(str(one + 1) for one in member)})" if member else ""
        yield At(place.file, place.line, f"{event}{whose}")
