"""The cut sets that are kept: of the promises that people ask for first, all combinations of two faults and readings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import proofs.answers
from proofs.verdicts.combined.cuts import Cuts
from proofs.world.world import Column

PATH = Path(proofs.answers.__file__).parent / "cut_sets.json"
SCHEMA = "shadowproof-kept-cuts/1"

HEADLINE = (
    "no-partial-backup", "back-in-prior-state", "auto-recovery-required", "no-vm-left-saved", "no-vm-is-lost", "backup-is-of-all-chosen",
)  # fmt: skip
"""The promises whose cut sets are kept."""


class KeptCutsError(Exception):
    """What is kept of cut sets cannot be read; the message says the remedy."""


@dataclass(frozen=True)
class KeptCut:
    """A minimal cut set, and how many steps the run takes that showed it."""

    column: Column
    steps: int


@dataclass(frozen=True)
class KeptCuts:
    """What breaks a promise: see `Cuts`, of which this is what is kept."""

    property: str
    size: int
    sets: tuple[KeptCut, ...]
    open: tuple[Column, ...]
    columns: int
    closed: int


def dump(protocol: str, found: Sequence[Cuts]) -> str:
    """As text, for `load`. protocol: the hash of what they are cut sets of."""
    cuts = [
        {
            "property": one.property,
            "size": one.size,
            "sets": [{**_named(column), "steps": verdict.length} for column, verdict in one.sets],
            "open": [_named(column) for column in one.open],
            "columns": one.columns,
            "closed": one.closed,
        }
        for one in found
    ]
    return json.dumps({"schema": SCHEMA, "protocol": protocol, "cuts": cuts}, indent=1) + "\n"


def load(protocol: str, path: Path = PATH) -> dict[str, KeptCuts]:
    """What is kept, by promise; nothing, where it is of another protocol. Raises KeptCutsError."""
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError("of another schema")
        found = [
            KeptCuts(
                str(one["property"]),
                int(one["size"]),
                tuple(KeptCut(_column(cut), int(cut["steps"])) for cut in one["sets"]),
                tuple(map(_column, one["open"])),
                int(one["columns"]),
                int(one["closed"]),
            )
            for one in data["cuts"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise KeptCutsError(
            f"{path.name} cannot be read ({problem}). Make it anew: shadowproof cuts --record"
        ) from None
    return {one.property: one for one in found} if data["protocol"] == protocol else {}


def _named(column: Column) -> dict[str, Any]:
    return {"faults": sorted(column.faults), "readings": dict(column.readings)}


def _column(said: Mapping[str, Any]) -> Column:
    return Column(frozenset(map(str, said["faults"])), tuple((str(n), str(s)) for n, s in said["readings"].items()))
