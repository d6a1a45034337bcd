"""Runs that can be opened in the page: those behind each recorded finding, and of an inventory's VMs. A file's: see `files`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from model.notation import Network, Shape
from model.notation.run import Index
from model.protocol import PROTOCOL, VERSION
from model.versions import option
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record, RecordError, load
from proofs.answers.runs import Kept, load_for
from proofs.answers.verdict import HOLDS
from proofs.verdicts.combined.kept_cuts import KeptCutsError, runs_of
from proofs.verdicts.combined.kept_cuts import load as load_cuts
from proofs.world.world import Column
from shadowproof.ask import AskError, options
from shadowproof.host.inventory import read_inventory
from shadowproof.host.kinds import kinds
from shadowproof.tell.playing.start import Starts, Wanted, vm_starts

EVERY_FAULT = "every fault"
"""What the column that tolerates all of them is called in the page."""


def column_of(name: str) -> Column:
    """The column that is called so: no fault, or readings and faults joined by plus signs."""
    parts = [] if name == Column().name else name.split(" + ")
    readings = (part.partition("=") for part in parts if "=" in part)
    return Column(
        frozenset(part for part in parts if "=" not in part), tuple((one, state) for one, _, state in readings)
    )


def called(column: Column) -> str:
    """What the page calls a column."""
    return EVERY_FAULT if column.faults == PROTOCOL.faults.keys() and not column.readings else column.name


def link(
    shapes: Sequence[Shape], starts: Starts, column: Column, steps: Iterable[tuple[str, Index]], loop: int | None = None
) -> str:
    """The link that opens a run, by names: what stands behind the page's address and a #."""
    said = {
        "vms": ",".join(
            "".join(f"{sort.name}{shape.parts.get(sort.name, 0)}" for sort in PROTOCOL.parts) for shape in shapes
        ),
        "start": ",".join(_start(*one) for one in starts.items() if one[0][1] and not _is_usual(*one)),
        "reading": ",".join(f"{name}:{state}" for name, state in column.readings),
        "fault": ",".join(sorted(column.faults)),
        "run": ",".join(Wanted(event, at, "").name for event, at in steps),
        "loop": "" if loop is None else str(loop),
    }
    return "&".join(f"{name}={quote(value, safe=',:@')}" for name, value in said.items() if value)


def _is_usual(key: tuple[str, Index], state: str) -> bool:
    return state == PROTOCOL.actors[key[0]].starts[0] if key[0] in PROTOCOL.actors else True


def _start(key: tuple[str, Index], state: str) -> str:
    return f"{Wanted(key[0], key[1], '').name}:{state}"


# -- recorded findings ------------------------------------------------------------------------------------------------


def opened(start: str = "", hosts: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """What can be opened in the page. start: the link it begins with. hosts: VMs of an inventory."""
    record = _record()
    columns: dict[str, int] = {}
    runs: dict[str, int] = {}
    findings = [
        [
            one.property,
            columns.setdefault(one.column, len(columns)),
            runs.setdefault(_link_of(one), len(runs)),
            _needed(one, record),
        ]
        for one in recorded()
    ]
    return {
        "start": start,
        "columns": [_column(column_of(name)) for name in columns],
        "runs": list(runs),
        "findings": findings,
        "hosts": list(hosts),
    }


@cache
def recorded() -> tuple[Kept, ...]:
    """The runs that are kept with the record, and those of cut sets, of this protocol."""
    try:
        cuts = load_cuts(protocol_content())
    except KeptCutsError:
        cuts = {}
    return (*load_for(protocol_content()).kept.values(), *runs_of(cuts))


def _record() -> Record:
    """What is recorded; nothing, where it cannot be read."""
    try:
        return load()
    except RecordError:
        return Record({})


def _needed(kept: Kept, record: Record) -> list[int]:
    """Which of its circumstances, faults in order and then readings, the run needs: without that one the promise holds, as recorded."""
    column = column_of(kept.column)
    without = [Column(column.faults - {fault}, column.readings) for fault in sorted(column.faults)]
    without += [
        Column(column.faults, tuple(one for one in column.readings if one[0] != name)) for name, _ in column.readings
    ]
    cells = [record.cell(kept.property, rest.name) for rest in without]
    return [number for number, cell in enumerate(cells) if cell is not None and cell.verdict == HOLDS]


def _link_of(kept: Kept) -> str:
    """Without the circumstances: many columns have one run."""
    run = kept.run
    return link(run.shapes, run.starts, Column(), run.steps, run.loop)


def _column(column: Column) -> list[Any]:
    return [called(column), sorted(column.faults), dict(column.readings)]


def finding_link(name: str, column: Column, given: bool) -> str:
    """The link that opens a recorded finding. given: the column was asked for; else the one of the fewest circumstances is taken.
    Raises AskError where no run is recorded."""
    kept = [one for one in recorded() if one.property == name]
    if not kept and not VERSION.base:
        search = f"shadowproof explain {name} {options(column)} --save run.jsonl"
        raise AskError(
            f"No run that breaks {name} is recorded of version {VERSION.name}. Look for one, and open it: {search}, then "
            f"shadowproof walk{option()} --run run.jsonl"
        )
    if not kept:
        raise AskError(
            f"No run is recorded that breaks {name}: it holds wherever it was judged, or is of no single run."
        )
    if not given:
        return _named(name, min((column_of(one.column) for one in kept), key=_size))
    if not any(column_of(one.column) == column for one in kept):
        others = sorted((column_of(one.column) for one in kept), key=_size)[:3]
        raise AskError(
            f"No run is recorded that breaks {name} with {column.name}. There is one with: {'; '.join(called(one) for one in others)}."
        )
    return _named(name, column)


def _size(column: Column) -> tuple[int, str]:
    return len(column.faults) + len(column.readings), column.name


def _named(name: str, column: Column) -> str:
    return f"finding={quote(f'{name}/{called(column)}', safe='/ ')}".replace(" ", "%20")


# -- an inventory's VMs -----------------------------------------------------------------------------------


def usual_link() -> str:
    """Where nothing else is asked for: one VM that is running, and nothing has happened."""
    shapes, starts = vm_starts(["power=RUNNING,switch=THERE"], PROTOCOL)
    return link(shapes, starts, Column(), ())


def hosts_of(path: Path) -> list[dict[str, Any]]:
    """The VMs of an inventory, for the page: one for each kind of them that the model can tell apart; what is not known of it is
    taken to be as it is first named, and said. Raises InventoryError."""
    return [
        {
            "name": kind.machines[0]
            if len(kind.machines) == 1
            else f"{kind.machines[0]} and {len(kind.machines) - 1} alike",
            "parts": dict(kind.shape.parts),
            **_starts_of(kind.shape, kind.allowed, PROTOCOL),
        }
        for kind in kinds(read_inventory(path))
    ]


def _starts_of(shape: Shape, allowed: Mapping[str, frozenset[str]], network: Network) -> dict[str, Any]:
    known = {_one_based(name): states for name, states in allowed.items()}
    texts = [f"{sort}s={many}" for sort, many in shape.parts.items()]
    texts += [f"{name}={next(iter(states))}" for name, states in known.items() if len(states) == 1]
    _, starts = vm_starts([",".join(texts)], network)
    found = {_one_based("#".join([name, *map(str, at[1:])])): state for (name, at), state in starts.items()}
    open_ = [name for name, states in known.items() if len(states) > 1]
    for name in open_:
        first = next(state for state in network.actors[name.partition("#")[0]].starts if state in known[name])
        found.setdefault(name, first)
    return {"starts": found, "unknown": f"not known: {', '.join(open_)}" if open_ else ""}


def _one_based(name: str) -> str:
    machine, _, part = name.partition("#")
    return f"{machine}#{int(part) + 1}" if part else machine
