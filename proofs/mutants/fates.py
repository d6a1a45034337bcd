"""What became of every mutant, kept in the project: one line each, so that a change reads as a change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proofs.answers.column_cache import protocol_content
from proofs.mutants.judge import EQUIVALENT, KILLED, OPEN, REFUSED, SURVIVES, Fate, Kill
from proofs.mutants.operators import Mutant
from properties.unpromised import why_unpromised

PATH = Path(__file__).parent / "mutants.json"
SCHEMA = "shadowproof-mutants/1"
_FIELDS = ("kind", "column", "killed by (how, steps)", "columns", "views", "reason")


class FatesError(ValueError):
    """What is kept of the mutants cannot be read; the message names the file and the remedy."""


@dataclass(frozen=True)
class Record:
    """What is kept. protocol: the content of the protocol and the promises that all of it was judged of but the older ones; "": it does
    not say. older: the names of those that were judged of others."""

    fates: Mapping[str, Fate]
    protocol: str = ""
    older: frozenset[str] = frozenset()

    @property
    def is_old(self) -> bool:
        """Whether some of it was, or may have been, judged of other rules or promises than those of today."""
        return len(self.today) < len(self.fates)

    @property
    def today(self) -> Mapping[str, Fate]:
        """What was judged of the rules and promises of today."""
        if self.protocol != protocol_content():
            return {}
        return {name: fate for name, fate in self.fates.items() if name not in self.older}

    def and_also(self, found: Mapping[str, Fate], mutants: Mapping[str, Mutant]) -> Record:
        """With what was found of today's protocol, of the mutants that there are; what is open is not kept."""
        new = {name: fate for name, fate in found.items() if fate.kind != OPEN}
        both, today = {**self.fates, **new}, {*self.today, *new}
        fates = {name: replace(both[name], seconds=0.0) for name in mutants if name in both}
        if not today:
            return replace(self, fates=fates, older=self.older & fates.keys())
        return Record(fates, protocol_content(), frozenset(fates.keys() - today))


def load(path: Path = PATH) -> Record:
    """What is kept. Raises FatesError."""
    remedy = "Make it anew with: shadowproof mutate --record"
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise FatesError(f"{path.name} has schema {data['schema']}, not {SCHEMA}. {remedy}")
        protocol, older = data.get("protocol", ""), data.get("older", [])
        if not isinstance(protocol, str) or not isinstance(older, list):
            raise TypeError("protocol is no text, or older no list")
        found = {name: _fate(name, row) for name, row in data["mutants"].items()}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as problem:
        if isinstance(problem, FatesError):
            raise
        raise FatesError(f"{path.name} cannot be read ({type(problem).__name__}: {problem}). {remedy}") from None
    if not found:
        raise FatesError(f"{path.name} holds no mutant. {remedy}")
    return Record(found, protocol, frozenset(map(str, older)))


def dump(kept: Record) -> str:
    """What became of mutants, as text."""
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(_row(fate))}" for name, fate in kept.fates.items())
    head: dict[str, object] = {"schema": SCHEMA, **({"protocol": kept.protocol} if kept.protocol else {})}
    head |= {**({"older": sorted(kept.older)} if kept.older else {}), "of each": _FIELDS}
    said = "".join(f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in head.items())
    return f'{{\n{said}"mutants": {{\n{rows}\n}}\n}}\n'


def _row(fate: Fate) -> list[object]:
    kills = [[kill.property, kill.how, kill.length] for kill in fate.kills]
    column = fate.kills[0].column if fate.kills else ""
    return [fate.kind, column, kills, fate.columns, fate.views, fate.reason]


def _fate(name: str, row: Sequence[object]) -> Fate:
    kind, column, kills, columns, views, reason = row
    numbers = isinstance(columns, int) and isinstance(views, int)
    if kind not in {REFUSED, KILLED, EQUIVALENT, SURVIVES} or not isinstance(kills, list) or not numbers:
        raise ValueError(f"{name} has not the shape of a fate")
    by = tuple(Kill(str(one), str(column), str(how), length) for one, how, length in kills)
    return Fate(name, str(kind), by, int(str(columns)), views=int(str(views)), reason=str(reason))


@dataclass(frozen=True)
class Tally:
    """How many mutants of something there are, and what became of them. holes: those that survive for no listed reason. open:
    those of which that is not known."""

    mutants: int
    refused: int
    killed: int
    equivalent: int
    listed: int
    holes: tuple[str, ...]
    open: int = 0

    @staticmethod
    def of(fates: Iterable[Fate]) -> Tally:
        found = list(fates)
        count = {kind: sum(fate.kind == kind for fate in found) for kind in (REFUSED, KILLED, EQUIVALENT, SURVIVES)}
        holes = tuple(fate.mutant for fate in found if fate.kind == SURVIVES and not why_unpromised(fate.mutant))
        listed = count[SURVIVES] - len(holes)
        left = len(found) - sum(count.values())
        return Tally(len(found), count[REFUSED], count[KILLED], count[EQUIVALENT], listed, holes, left)


def by_operator(mutants: Mapping[str, Mutant], fates: Mapping[str, Fate]) -> dict[str, Tally]:
    """For each operator, what became of its mutants."""
    names = dict.fromkeys(mutants[name].operator for name in fates)
    return {one: Tally.of(fate for name, fate in fates.items() if mutants[name].operator == one) for one in names}


def by_requirement(mutants: Mapping[str, Mutant], fates: Mapping[str, Fate]) -> dict[str, Tally]:
    """For each requirement and reading, what became of the mutants of the rules that carry it."""
    ids = sorted({name for one in fates for name in mutants[one].by}, key=_numbered)
    return {one: Tally.of(fate for name, fate in fates.items() if one in mutants[name].by) for one in ids}


def matrix(mutants: Mapping[str, Mutant], fates: Mapping[str, Fate]) -> dict[tuple[str, str], int]:
    """For each requirement and property how many mutants of the rules that carry the one are killed by the other, in the first
    column in which anything kills them."""
    found: dict[tuple[str, str], int] = {}
    for name, fate in fates.items():
        for kill in fate.kills:
            for one in mutants[name].by:
                found[one, kill.property] = found.get((one, kill.property), 0) + 1
    return found


def _numbered(name: str) -> tuple[str, int]:
    group, _, number = name.partition("-")
    return group, int(number)
