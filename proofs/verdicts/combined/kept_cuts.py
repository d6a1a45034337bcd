"""The cut sets that are kept: of the promises that people ask for first, all combinations of two faults and readings, and of three
faults."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import proofs.answers
from model.versions import option, suffix
from proofs.answers.json_form import from_json, to_json
from proofs.answers.runs import Kept, Runs, bare, load_for, run_text
from proofs.answers.verdict import RunFound
from proofs.verdicts.combined.cuts import Cuts, up_to
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched

PATH = Path(proofs.answers.__file__).parent / f"cut_sets{suffix()}.json"
SCHEMA = "shadowproof-kept-cuts/1"

_ASKED_FIRST = (
    "no-partial-backup", "back-in-prior-state", "auto-recovery-required", "no-vm-left-saved", "no-vm-is-lost", "backup-is-of-all-chosen",
    "every-session-ends",
)  # fmt: skip
HEADLINE = tuple(name for name in _ASKED_FIRST if name in PROPERTIES)
"""The promises whose cut sets are kept, of those that the version has."""


class KeptCutsError(Exception):
    """What is kept of cut sets cannot be read; the message says the remedy."""


@dataclass(frozen=True)
class KeptCut:
    """A minimal cut set, and how many steps the run takes that showed it. run: that run, where none is kept with the record."""

    column: Column
    steps: int
    run: RunFound | None = None


@dataclass(frozen=True)
class KeptCuts:
    """What breaks a promise: see `Cuts`, of which this is what is kept."""

    property: str
    size: int
    sets: tuple[KeptCut, ...]
    open: tuple[Column, ...]
    columns: int
    closed: int
    of_faults: int = 0

    @builtins.property
    def reach(self) -> str:
        """What was combined, in words: of up to ..."""
        return up_to(self.size, self.of_faults)


def dump(protocol: str, found: Sequence[Cuts]) -> str:
    """As text, for `load`: a line for each cut set, and a few for its run. protocol: the hash of what they are cut sets of."""
    recorded = load_for(protocol)
    cuts = ",\n".join(_text(one, recorded) for one in found)
    return f'{{\n"schema": {json.dumps(SCHEMA)},\n"protocol": {json.dumps(protocol)},\n"cuts": [\n{cuts}\n]\n}}\n'


def _text(found: Cuts, recorded: Runs) -> str:
    about = {
        "property": found.property,
        "size": found.size,
        "of_faults": found.of_faults,
        "columns": found.columns,
        "closed": found.closed,
        "open": [_named(column) for column in found.open],
    }
    sets = (
        {**_named(column), "steps": verdict.length, **_run(recorded, found.property, column, verdict.run)}
        for column, verdict in found.sets
    )
    return f'{json.dumps(about)[:-1]}, "sets": [\n' + ",\n".join(map(run_text, sets)) + "\n]}"


def load(protocol: str, path: Path = PATH) -> dict[str, KeptCuts]:
    """What is kept, by promise; nothing, where it is of another protocol, or nothing is kept of a version. Raises KeptCutsError."""
    if suffix() and path == PATH and not path.exists():
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError("of another schema")
        found = [
            KeptCuts(
                str(one["property"]),
                int(one["size"]),
                tuple(KeptCut(_column(cut), int(cut["steps"]), _run_of(cut)) for cut in one["sets"]),
                tuple(map(_column, one["open"])),
                int(one["columns"]),
                int(one["closed"]),
                int(one.get("of_faults", 0)),
            )
            for one in data["cuts"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise KeptCutsError(
            f"{path.name} cannot be read ({problem}). Make it anew: shadowproof cuts{option()} --record"
        ) from None
    return {one.property: one for one in found} if data["protocol"] == protocol else {}


def runs_of(kept: Mapping[str, KeptCuts]) -> list[Kept]:
    """The runs that are kept with cut sets, and not with the record."""
    return [
        Kept(name, cut.column.name, one.size, "", cut.run)
        for name, one in kept.items()
        for cut in one.sets
        if cut.run is not None
    ]


@dataclass(frozen=True)
class _Shown:
    """A run as data."""

    run: RunFound


def _run(recorded: Runs, name: str, column: Column, run: RunFound | None) -> dict[str, Any]:
    if run is None or recorded.of(name, column.name):
        return {}
    return to_json(_Shown(bare(run, as_asked(PROPERTIES[name], watched())[0])))


def _run_of(cut: Mapping[str, Any]) -> RunFound | None:
    return from_json(_Shown, {"run": cut["run"]}).run if "run" in cut else None


def _named(column: Column) -> dict[str, Any]:
    return {"faults": sorted(column.faults), "readings": dict(column.readings)}


def _column(said: Mapping[str, Any]) -> Column:
    return Column(frozenset(map(str, said["faults"])), tuple((str(n), str(s)) for n, s in said["readings"].items()))
