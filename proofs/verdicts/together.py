"""What many columns have in common, worked out once for all of them: what labelled views show, and runs to the witnesses of
properties that are runs of other columns too. What is left is judged column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from model.notation.network import Network
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, RunFound, Verdict, closed_for
from proofs.verdicts.check import check, search, without_search
from proofs.verdicts.witnesses import Seen, Witnesses, to_be_seen
from proofs.views.labelled.family_proof import Found, Proving, Shown
from proofs.views.proof import Proof
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Possible, Property

FEW = 5
"""Columns that are judged as quickly one by one."""

Names = tuple[str, ...]
Unit = tuple[tuple[Column, ...], Names, Names]
"""Columns of one family, the properties that are asked of it in one network, and those of them that one closed set is for."""


def units(columns: Sequence[Column], names: Iterable[str]) -> list[Unit]:
    """The closed sets that show what views can show of properties in these columns, as questions that can be asked apart."""
    by_network: dict[Network, list[str]] = {}
    for name in names:
        if not isinstance(PROPERTIES[name], Fact):
            by_network.setdefault(as_asked(PROPERTIES[name], watched())[0], []).append(name)
    found: list[Unit] = []
    for members in by_network.values():
        asked = (tuple(columns), tuple(members))
        try:
            found += ((*asked, unit) for unit in _proving(*asked).units())
        except NotForAnyNumber:
            continue
    return found


def shown(unit: Unit) -> dict[str, Shown]:
    """What one closed set shows."""
    columns, names, members = unit
    return _proving(columns, names).shown(members)


def proofs(found: Iterable[tuple[Unit, Mapping[str, Shown]]]) -> Found:
    """All that was shown, column by column."""
    by_family: dict[tuple[tuple[Column, ...], Names], dict[str, Shown]] = {}
    for (columns, names, _), known in found:
        by_family.setdefault((columns, names), {}).update(known)
    told: Found = {}
    for family, known in by_family.items():
        for column, of_column in _proving(*family).proofs(known).items():
            told.setdefault(column, {}).update(of_column)
    return told


@lru_cache(maxsize=4)
def _proving(columns: tuple[Column, ...], names: Names) -> Proving:
    asked = [as_asked(PROPERTIES[name], watched()) for name in names]
    return Proving(asked[0][0], columns, [judged for _, judged in asked])


# -- runs -----------------------------------------------------------------------------------------------------------------


def witnesses(column: Column, names: Iterable[str], known: Mapping[str, Proof]) -> dict[str, RunFound]:
    """For properties that hold and may be exercised in a column: a run to the witness of each, where few VMs have one."""
    asked = [
        to_be_seen(PROPERTIES[name])
        for name in names
        if name in known and known[name].holds and known[name].exercised and _is_seen_once(PROPERTIES[name])
    ]
    found = search(watched(), column, asked, Scope(vms=1, proofs=True, counts=False), known)
    return {name: one.run for name, one in found.items() if one.run is not None}


def _is_seen_once(found: Property) -> bool:
    """Whether what a run shows is all that is asked: not how short it is, nor in another network."""
    return not isinstance(found, Possible) and as_asked(found, watched())[0] is watched()


def judged(
    column: Column,
    names: Sequence[str],
    scope: Scope,
    known: Mapping[str, Proof],
    seen: Mapping[str, Sequence[Seen]],
) -> list[Verdict]:
    """The verdicts of `check`, where views and runs of other columns decide without it. seen: such runs, by property."""
    early: dict[str, Verdict] = {}
    runs = Witnesses(watched(), seen)
    for name in names:
        found = PROPERTIES[name]
        if name in known and without_search(found, column, scope) is None:
            verdict = _at_once(found, column, known[name], runs)
            if verdict is not None:
                early[name] = verdict
    left = [name for name in names if name not in early]
    later = {one.property: one for one in check(column, left, scope, known=known)} if left else {}
    return [early[name] if name in early else later[name] for name in names]


def _at_once(found: Property, column: Column, proof: Proof, runs: Witnesses) -> Verdict | None:
    if isinstance(found, Possible):
        return None
    views = Verdict(found.name, column.name, HOLDS, closed_for(0), "views", views=proof.views, cached=proof.cached)
    if not proof.exercised:
        return replace(views, verdict=NOT_EXERCISED, reason="its witness cannot fire in this column")
    if proof.holds and _is_seen_once(found) and runs.has(found, column):
        return views
    return None
