"""`shadowproof explain`: the story of the shortest run, of each property that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap

from proofs.answers.column_cache import protocol_content
from proofs.answers.memory import replays
from proofs.answers.record import Record, RecordError, load
from proofs.answers.runs import NONE, Runs, load_for
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import ALL_FAULTS, fault_columns, reading_columns
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import circumstances, options
from shadowproof.outside.spelling import many
from shadowproof.tell.story import WIDTH, story
from shadowproof.verify.report import column_text


def explained(
    asked: str,
    names: Sequence[str],
    column: Column,
    vms: int,
    spell: Callable[[str], str] = str,
    width: int = WIDTH,
) -> tuple[str, int]:
    """What there is to tell of these properties, and the exit status: 1 if one is refuted, then 3 if one is undecided, 2 if
    none is put to the test, 0 else. asked: what stands for all of them, where there are several. spell, width: see `story`."""
    found = answers(names, column, vms)
    status = _status(found)
    if len(found) == 1:
        return _told(found[0], column, vms, spell, width), status
    refuted = [one for one in found if one.verdict == REFUTED]
    lines = [f"{asked} is shown by {len(found)} properties. Assuming {column_text(column)}:", *map(_in_a_line, found)]
    return "\n\n".join(
        ["\n".join(lines), *(_told(one, column, vms, spell, width).rstrip("\n") for one in refuted)]
    ), status


def answers(names: Sequence[str], column: Column, vms: int) -> list[Verdict]:
    """The verdicts on properties in a column: those with a run that is kept with the record as it says, where it is of this
    protocol; the others as they are found now."""
    runs = load_for(protocol_content())
    kept = {name: one for name in names if (one := _kept(runs, name, column, vms)) is not None}
    left = [name for name in names if name not in kept]
    found = {one.property: one for one in check(column, left, _scope(vms))} if left else {}
    return [kept[name] if name in kept else found[name] for name in names]


def possibility(name: str, column: Column, vms: int) -> tuple[str, int]:
    """Of a property that says that something is possible, in place of an argument: how it stands, who tells more, and the exit status."""
    found = answers([name], column, vms)
    see = " ".join(filter(None, ["shadowproof explain", name, options(column)]))
    return (
        f"{name}: {found[0].verdict}, assuming {column_text(column)}. It says that something is possible, which a run shows and nothing "
        f"argues for. See: {see}"
    ), _status(found)


def run_of(names: Sequence[str], column: Column, vms: int) -> RunFound | None:
    """The run that is told of these properties: of several the first that is refuted; of one, be it that it is possible."""
    found = answers(names, column, vms)
    refuted = [one for one in found if one.verdict == REFUTED]
    told = found if len(found) == 1 else refuted
    return next((one.run for one in told if one.run is not None), None)


def _scope(vms: int) -> Scope:
    return Scope(vms=vms, proofs=True, counts=False)


def _kept(runs: Runs, name: str, column: Column, vms: int) -> Verdict | None:
    """What the run decides that is kept, where it is the shortest of so many VMs. All faults together are told as recorded: to
    look further is to search for hours."""
    kept = runs.of(name, column.name) if column == ALL_FAULTS else runs.up_to(name, column.name, vms)
    if kept is None or not replays(kept.run, as_asked(PROPERTIES[name], watched())[0], column.faults):
        return None
    return kept.verdict()


def _status(found: Sequence[Verdict]) -> int:
    verdicts = {one.verdict for one in found}
    if REFUTED in verdicts:
        return 1
    if UNDECIDED in verdicts:
        return 3
    return 2 if verdicts == {NOT_EXERCISED} else 0


def _in_a_line(found: Verdict) -> str:
    if found.run is None:
        said = f"{found.assurance}{'; ' + found.reason if found.reason else ''}"
        return f"  {found.property}: {found.verdict} ({said})"
    vms = len(found.run.shapes)
    return f"  {found.property}: {found.verdict}, a run of {many(found.length, 'step')} with {many(vms, 'VM')}"


def _told(found: Verdict, column: Column, vms: int, spell: Callable[[str], str], width: int) -> str:
    """The story of the run; where there is none, the verdict, where else the property breaks, and what else breaks here."""
    name, property_ = found.property, PROPERTIES[found.property]
    if found.run is not None:
        network, _ = as_asked(property_, watched())
        holds = holds_when(name, column) if found.verdict == REFUTED else []
        return story(found.run, network, property_, column, found, holds, spell, width)
    head, assuming = f"{name}: {property_.says}", f"assuming {column_text(column)}"
    if found.verdict == HOLDS:
        said = f"Holds ({found.assurance}), {assuming}. There is no run to tell. {_broken_elsewhere(name)}"
    elif found.verdict == NOT_EXERCISED:
        said = f"Not exercised, {assuming}: {found.reason}. {_broken_elsewhere(name)}"
    else:
        return _folded([head, f"{found.verdict.capitalize()} ({found.assurance}), {assuming}: {found.reason}."], width)
    return _folded([head, said.rstrip(), *broken_beside(name, column, vms, found.verdict)], width)


def _folded(lines: Sequence[str], width: int) -> str:
    """Lines that fit a terminal; where it is as wide as a page, or there is none, each stays whole."""
    if width >= WIDTH:
        return "\n".join(lines)
    return "\n".join(
        part for line in lines for part in wrap(line, width, subsequent_indent="    ", break_on_hyphens=False)
    )


def _broken_elsewhere(name: str) -> str:
    """Under which single faults and readings the record has a run that breaks the property."""
    try:
        record = load()
    except RecordError:
        return ""
    cells = ((column, record.cell(name, column.name)) for column in (*fault_columns(), *reading_columns()))
    broken = [circumstances(column) for column, cell in cells if cell is not None and cell.verdict == REFUTED]
    return f"It fails with: {', '.join(broken)}." if broken else ""


def broken_beside(name: str, column: Column, vms: int, verdict: str = HOLDS) -> list[str]:
    """For each other property that shows one of the same requirements and is refuted in this column: that it is, and how to have
    its run told. So nobody takes what one property says of a requirement for all that is to be said of it."""
    shows = PROPERTIES[name].shows
    beside = [one.name for one in PROPERTIES.values() if one.name != name and set(one.shows) & set(shows)]
    refuted = _refuted(beside, column, vms)
    found = []
    for other in refuted:
        shared = " ".join(one for one in shows if one in PROPERTIES[other].shows)
        ask = " ".join(filter(None, ["shadowproof explain", other, options(column)]))
        is_ = "holds" if verdict == HOLDS else f"is {verdict}"
        found.append(f"{name} {is_}; {other}, which shows {shared} too, does not hold, see: {ask}")
    return found


def _refuted(names: Sequence[str], column: Column, vms: int) -> list[str]:
    """Those of the properties that are refuted in a column: as recorded, where the record is of this protocol and has them
    all; else as found now."""
    if not names:
        return []
    record = _record_of_now() or Record({})
    cells = {name: cell for name in names if (cell := record.cell(name, column.name)) is not None}
    if len(cells) == len(names):
        return [name for name, cell in cells.items() if cell.verdict == REFUTED]
    return [one.property for one in answers(names, column, vms) if one.verdict == REFUTED]


def _record_of_now() -> Record | None:
    """The record, if it is of this protocol, as the runs say that are written with it."""
    if load_for(protocol_content()) is NONE:
        return None
    try:
        return load()
    except RecordError:
        return None


def holds_when(name: str, column: Column) -> list[str]:
    """What would keep the property: each fault or reading of the column without which it holds."""
    found = []
    for fault in sorted(column.faults):
        (without,) = check(Column(column.faults - {fault}, column.readings), [name])
        if without.verdict == HOLDS:
            found.append(f"without the fault {fault}")
    for reading, value in column.readings:
        rest = Column(column.faults, tuple(r for r in column.readings if r[0] != reading))
        (without,) = check(rest, [name])
        if without.verdict == HOLDS:
            default = watched().actors[reading].starts[0]
            found.append(f"under {reading}={default} instead of {value}")
    return found
