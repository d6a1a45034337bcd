"""The page of cut sets: what breaks a headline promise, alone and together, as engineers of safety read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from model.protocol import FAULTS, READINGS
from model.versions import option
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record
from proofs.answers.record import load as load_record
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import meaning
from proofs.verdicts.combined.kept_cuts import KeptCut, KeptCuts, load
from proofs.verdicts.combined.pairs import parts
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import options


def page() -> str:
    """The page, from the record and from the cut sets that are kept. Raises RecordError and KeptCutsError."""
    record, kept = load_record(), load(protocol_content())
    lines = [
        "# Cut sets",
        "",
        "A cut set is a smallest combination of faults and other readings under which a promise is broken. Each has a run that the",
        "machines replayed; of all other combinations of up to two, and of three faults, that hold none of them, a closed set of views",
        "shows, for any number of VMs, that nothing breaks the promise, where they are not said to be open. What only more break together",
        f"is not shown. `shadowproof cuts PROPERTY{option()}` works it out for any promise, `--faults --size 3` for three faults.",
        "",
    ]
    if not kept:
        lines += [
            f"What is kept is of another protocol, or nothing is: `shadowproof cuts --record{option()}` makes it anew.",
            "",
        ]
    for one in kept.values():
        lines += _of_promise(one)
    lines += _failure_modes(record, kept)
    return "\n".join(lines).rstrip() + "\n"


def _of_promise(found: KeptCuts) -> Iterator[str]:
    yield f"## {found.property}"
    yield ""
    yield f"[{PROPERTIES[found.property].says}](properties.md#{found.property})"
    yield ""
    yield f"**{_only_if(found)}**"
    yield ""
    if found.sets:
        yield "| cut set | steps | what it means | tell the run |"
        yield "|---|---|---|---|"
        yield from (_row(found.property, cut) for cut in found.sets)
        yield ""
        yield from _tree(found)
        yield ""
    if found.open:
        yield f"Open, {len(found.open)}: {'; '.join(column.name for column in found.open)}."
        yield ""
    yield f"{found.columns:,} combinations of up to {found.reach} were looked at; in {found.closed:,} nothing breaks it."
    yield ""


def _only_if(found: KeptCuts) -> str:
    """What has to be so for the promise to be broken, in one sentence."""
    if not found.sets:
        return f"No combination of up to {found.reach} breaks it."
    alone = [cut.column.name for cut in found.sets if len(parts(cut.column)) == 1]
    said = [f"one of {len(alone)} alone" if len(alone) > 1 else alone[0]] if alone else []
    for many, called in ((2, "pairs"), (3, "threes")):
        together = [cut.column.name for cut in found.sets if len(parts(cut.column)) == many]
        said += [f"one of {len(together)} {called}" if len(together) > 1 else together[0]] if together else []
    return f"Of all combinations of up to {found.reach}, broken only if there is {' or '.join(said)}."


def _row(name: str, cut: KeptCut) -> str:
    means = " ".join(filter(None, (meaning(part) for part in parts(cut.column)))) or _says(cut.column)
    return f"| {cut.column.name} | {cut.steps} | {means} | `shadowproof explain {name} {options(cut.column)}` |"


def _says(column: Column) -> str:
    said = [fault.says for fault in FAULTS if fault.name in column.faults]
    return " ".join([*said, *(one.actor.says for one in READINGS if one.actor.name in dict(column.readings))])


def _tree(found: KeptCuts) -> Iterator[str]:
    """The fault tree: any of the cut sets is enough; of a pair it takes both."""
    yield "```mermaid"
    yield "flowchart TD"
    yield f'  top["{found.property} is broken"] --> any(("or"))'
    for number, cut in enumerate(found.sets):
        of = parts(cut.column)
        if len(of) == 1:
            yield f'  any --> c{number}["{of[0].name}"]'
            continue
        yield f'  any --> c{number}(("and"))'
        yield from (f'  c{number} --> c{number}p{i}["{part.name}"]' for i, part in enumerate(of))
    yield "```"


def _failure_modes(record: Record, kept: Mapping[str, KeptCuts]) -> Iterator[str]:
    """Faults by what they break, alone and with others."""
    names = list(kept)
    yield "## Faults, by what they break"
    yield ""
    yield "Failure modes and effects, of the promises above. *With* names what has to come to it."
    yield ""
    yield "| fault | alone it breaks | with | what it means |"
    yield "|---|---|---|---|"
    for fault in FAULTS:
        column = Column(frozenset({fault.name}))
        alone = [name for name in names if _refuted(record, name, column) and not _refuted(record, name, Column())]
        yield f"| {fault.name} | {', '.join(alone) or 'none of them'} | {_with(fault.name, kept)} | {meaning(column) or fault.says} |"
    yield ""


def _with(fault: str, kept: Mapping[str, KeptCuts]) -> str:
    found = [
        f"{' and '.join(part.name for part in _others(cut.column, fault))}: {name}"
        for name, one in kept.items()
        for cut in one.sets
        if fault in cut.column.faults and len(parts(cut.column)) > 1
    ]
    return "; ".join(found) or "nothing"


def _others(column: Column, fault: str) -> Sequence[Column]:
    return [part for part in parts(column) if part.faults != frozenset({fault})]


def _refuted(record: Record, name: str, column: Column) -> bool:
    cell = record.cell(name, column.name)
    return cell is not None and cell.verdict == REFUTED
