"""All combinations of readings: which promises each of them keeps, for any number of VMs, where a VM may fail to be saved, as the
document says that VMs may, and nothing else goes wrong.

What breaks a promise is told as rows: a row names for some readings the values they may have, and stands for every combination that
has such values. `closing.py` works them out.

Readings are in one block where they are combined; of readings of different blocks cut sets have every two (`kept_cuts.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from typing import Any

import proofs.answers
from model.protocol import READINGS
from model.readings import Reading
from model.versions import option, suffix
from proofs.world.world import Column

PATH = Path(proofs.answers.__file__).parent / f"combinations{suffix()}.json"
SCHEMA = "shadowproof-combinations/2"
FAILURES = frozenset({"vm_cannot_be_saved"})
"""What may fail in every combination: without a VM that fails nobody vetoes, and what becomes of a veto would not be seen."""

BLOCKS = (
    ("READ-1", "READ-2", "READ-5", "READ-6", "READ-8", "READ-9", "READ-11", "READ-14", "READ-15", "READ-17"),
    ("READ-3", "READ-4", "READ-7", "READ-10", "READ-16"),
    ("READ-12", "READ-13"),
)
"""The readings that are combined: what becomes of a backup after a veto; what is left; and what a VM's disks must be like."""

Values = Mapping[str, tuple[str, ...]]
Combination = tuple[tuple[str, str], ...]


class CombinationsError(Exception):
    """What is kept of combinations cannot be read; the message says the remedy."""


@dataclass(frozen=True)
class Row:
    """Combinations that break a promise. values: by reading those that it may have (readings not named: any). steps: of a run of
    `shown`; a run of each other combination was replayed, too. open: views alone leave it open whether it is broken there, and no run
    is known: a closer look at `shown` found none."""

    values: Values
    shown: Mapping[str, str]
    steps: int | None

    open: bool = False

    def has(self, chosen: Mapping[str, str]) -> bool:
        """Whether a combination is of this row."""
        return is_in(self.values, chosen)


@dataclass(frozen=True)
class Block:
    """Readings that are combined with one another, and by promise the rows in which it is broken. asked: promises that were judged;
    views: of the largest closed set."""

    readings: tuple[str, ...]
    asked: tuple[str, ...]
    broken: Mapping[str, tuple[Row, ...]]
    views: int

    def all(self) -> Iterator[dict[str, str]]:
        """Every combination, the default first."""
        for states in product(*(reading(name).actor.states for name in self.readings)):
            yield dict(zip(self.readings, states, strict=True))

    def breaks(self, chosen: Mapping[str, str]) -> frozenset[str]:
        """The promises that a combination breaks."""
        return frozenset(
            name for name, rows in self.broken.items() if any(not row.open and row.has(chosen) for row in rows)
        )

    @cached_property
    def judged(self) -> tuple[tuple[Mapping[str, str], frozenset[str]], ...]:
        """Every combination with the promises that it breaks, worked out once: a letter asks for them all, point by point."""
        return tuple((chosen, self.breaks(chosen)) for chosen in self.all())

    def leaves_open(self, chosen: Mapping[str, str]) -> frozenset[str]:
        """The promises of which neither is known in a combination."""
        found = {name for name, rows in self.broken.items() if any(row.has(chosen) and row.open for row in rows)}
        return frozenset(found) - self.breaks(chosen)


def reading(name: str) -> Reading:
    """The reading of that name."""
    return next(one for one in READINGS if one.actor.name == name)


def column_of(chosen: Mapping[str, str], faults: frozenset[str] = frozenset()) -> Column:
    """A combination as a column, in which these faults may happen: what is as by default is not named."""
    order = [one.actor.name for one in READINGS]
    other = [(name, state) for name, state in chosen.items() if state != reading(name).default]
    return Column(faults, tuple(sorted(other, key=lambda pair: order.index(pair[0]))))


def rows(broken: Sequence[Mapping[str, str]], block: Block) -> list[Values]:
    """Few rows that stand for just these combinations, each as wide as can be."""
    states = {name: reading(name).actor.states for name in block.readings}
    known = {tuple(one.items()) for one in broken}
    left, found = list(broken), list[Values]()
    while left:
        values: dict[str, tuple[str, ...]] = {name: (left[0][name],) for name in block.readings}
        for name in block.readings:  # first whether it matters at all, then which of its values do the same
            for more in (states[name], *((s,) for s in states[name])):
                wider = {**values, name: tuple(s for s in states[name] if s in {*values[name], *more})}
                if all(one in known for one in _combinations(wider)):
                    values = wider
        found.append({name: allowed for name, allowed in values.items() if len(allowed) < len(states[name])})
        left = [one for one in left if not all(one[name] in allowed for name, allowed in values.items())]
    return found


def _combinations(values: Values) -> Iterator[Combination]:
    for states in product(*values.values()):
        yield tuple(zip(values, states, strict=True))


def is_in(values: Values, chosen: Mapping[str, str]) -> bool:
    """Whether a combination has such values."""
    return all(chosen[name] in allowed for name, allowed in values.items())


# -- what follows ---------------------------------------------------------------------------------------------------------


def interacting(block: Block) -> list[tuple[str, ...]]:
    """Groups of readings that some row names together: whether one keeps a promise may hang on the others. Readings of no row are in
    none: all combinations of them do the same."""
    groups: list[set[str]] = []
    for row in (row for found in block.broken.values() for row in found if not row.open):
        touched = [group for group in groups if group & row.values.keys()]
        groups = [group for group in groups if group not in touched]
        if row.values:
            groups.append({*row.values}.union(*touched))
    return [tuple(name for name in block.readings if name in group) for group in groups]


def conflicts(block: Block, most: int = 3) -> list[tuple[str, ...]]:
    """The smallest sets of promises of which every combination breaks one: they cannot all be kept."""
    kept = {name: set[int]() for name in block.broken}
    for number, (_, broken) in enumerate(block.judged):
        for name in kept.keys() - broken:
            kept[name].add(number)
    found: list[tuple[str, ...]] = []
    for many in range(1, most + 1):
        for names in combinations(kept, many):
            if not any(set(one) <= set(names) for one in found) and not set.intersection(*(kept[n] for n in names)):
                found.append(names)
    return found


def best(block: Block) -> tuple[list[dict[str, str]], frozenset[str]]:
    """The combinations that break fewest promises, and what each of them breaks at least."""
    fewest = min(len(broken) for _, broken in block.judged)
    found = [(chosen, broken) for chosen, broken in block.judged if len(broken) == fewest]
    return [dict(chosen) for chosen, _ in found], frozenset.intersection(*(broken for _, broken in found))


# -- kept -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """protocol: the hash of what it was worked out of. wordings: what a proposed wording mends, by its name: see the letter."""

    protocol: str
    blocks: tuple[Block, ...]
    wordings: Mapping[str, Any]


def dump(kept: Kept) -> str:
    """As text, for `load`."""
    data = {
        "schema": SCHEMA,
        "protocol": kept.protocol,
        "blocks": [
            {
                "readings": one.readings,
                "asked": one.asked,
                "views": one.views,
                "broken": {
                    name: [
                        {"values": dict(r.values), "shown": dict(r.shown), "steps": r.steps, "open": r.open}
                        for r in rows
                    ]
                    for name, rows in one.broken.items()
                },
            }
            for one in kept.blocks
        ],
        "wordings": dict(kept.wordings),
    }
    return json.dumps(data, indent=1) + "\n"


def load(path: Path = PATH) -> Kept:
    """What is kept. Raises CombinationsError."""
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise ValueError("of another schema")
        blocks = tuple(
            Block(
                tuple(one["readings"]),
                tuple(one["asked"]),
                {
                    name: tuple(
                        Row({n: tuple(v) for n, v in r["values"].items()}, dict(r["shown"]), r["steps"], r["open"])
                        for r in found
                    )
                    for name, found in one["broken"].items()
                },
                int(one["views"]),
            )
            for one in data["blocks"]
        )
        return Kept(str(data["protocol"]), blocks, dict(data["wordings"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise CombinationsError(
            f"{path} cannot be read ({problem}). Make it anew: shadowproof letter{option()} --anew"
        ) from None
