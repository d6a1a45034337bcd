"""What a proposed wording mends: promises broken without it that hold with it, and what it costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from model.notation.network import Network
from model.notation.overrides import Override, overridden
from model.protocol import PROTOCOL, REQUIREMENTS
from proofs.answers.content import content_of
from proofs.answers.record import Cell, Record, load
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.verdicts.combined.combinations import column_of
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.letter.findings import Finding
from shadowproof.letter.wordings import WORDINGS, Wording

_KINDS = {"always", "step", "precedes", "possible", "ends"}


def proof_of(name: str, sentences: Collection[int]) -> list[dict[str, Any]]:
    """For each circumstance: the promises that are broken without the wording and hold with it (mended), those that stay broken,
    and those that only the wording breaks (lost), with the assurance of what is mended; `of` says of which variant. Where the wording
    only settles readings, and the record knows that column, all promises are compared; else what is broken there, and every promise
    that shows a requirement of these sentences."""
    wording, record = WORDINGS[name], load()
    meant = {one.id for one in REQUIREMENTS if set(one.sentences) & set(sentences)}
    found = []
    for column in wording.helps:
        before = {
            one: cell for one in PROPERTIES if (cell := record.cell(one, column.name)) is not None and _is_judged(one)
        }
        after = _recorded(wording, column, before, record)
        if after is None:
            names = [n for n, cell in before.items() if cell.verdict == REFUTED or meant & set(PROPERTIES[n].shows)]
            after = check(settled(wording, column), names, _SCOPE, network=_network(wording))
        found.append({"of": variant_of(wording, column), **_compared(column, before, after)})
    return found


def _is_judged(name: str) -> bool:
    return PROPERTIES[name].kind in _KINDS


def _recorded(wording: Wording, column: Column, names: Iterable[str], record: Record) -> list[Verdict] | None:
    """The verdicts with a wording that only settles readings, where the record has that column."""
    where = settled(wording, column).name
    cells = {name: record.cell(name, where) for name in names}
    known = [Verdict(name, where, cell.verdict, cell.assurance) for name, cell in cells.items() if cell is not None]
    return known if not wording.overrides and len(known) == len(cells) else None


_SCOPE = Scope(proofs=True, counts=False)


def _network(wording: Wording) -> Network | None:
    return overridden(PROTOCOL, wording.overrides) if wording.overrides else None


def settled(wording: Wording, column: Column) -> Column:
    """A circumstance in which the wording decides the readings that it settles."""
    return Column(column.faults, column_of(dict(column.readings) | dict(wording.readings)).readings)


def variant_of(wording: Wording, column: Column) -> str:
    """A hash of the protocol with the wording, in a circumstance: a proof of another variant is none of this."""
    return sha256(f"{settled(wording, column).name}\n{_content(wording.overrides)}".encode()).hexdigest()[:16]


@cache
def _content(overrides: tuple[Override, ...]) -> str:
    return "\n".join(content_of(overridden(PROTOCOL, overrides) if overrides else PROTOCOL))


def changes_no_rule(one: Finding) -> bool:
    """Whether a wording asks of others what the protocol leaves to them: all its circumstances are faults that are somebody's to
    prevent. Then there is no variant to be made of it."""
    return all(name in PROTOCOL.faults and PROTOCOL.faults[name].duty for name in one.circumstances)


def held_without(names: Collection[str], record: Record) -> list[str]:
    """Those promises that hold where nobody fails."""
    cells = {name: record.cell(name, BASE.name) for name in names}
    return [name for name, cell in cells.items() if cell is not None and cell.verdict == HOLDS]


def _compared(column: Column, before: Mapping[str, Cell], after: Sequence[Verdict]) -> dict[str, Any]:
    was_broken = {name for name, cell in before.items() if cell.verdict == REFUTED}
    mended = [one for one in after if one.property in was_broken and one.verdict == HOLDS]
    return {
        "circumstance": {"faults": sorted(column.faults), "readings": dict(column.readings)},
        "mended": [one.property for one in mended],
        "assurance": sorted({one.assurance for one in mended}),
        "still": [one.property for one in after if one.property in was_broken and one.verdict != HOLDS],
        "lost": [one.property for one in after if one.verdict == REFUTED and before[one.property].verdict == HOLDS],
        "judged": len(after),
    }
