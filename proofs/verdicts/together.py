"""What many columns have in common, worked out once for all of them: what labelled views show, and runs to the witnesses of
properties that are runs of other columns too. What is left is judged column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from model.notation.network import Network
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, RunFound, Verdict, closed_for
from proofs.verdicts.check import check, search, shown_by_views, without_search
from proofs.verdicts.witnesses import WITNESS, Seen, Witnesses, last_step, to_be_seen
from proofs.views.labelled.family_proof import Found, Proving, Shown
from proofs.views.proof import Proof
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Fact, Possible, Property, Step

FEW = 5
"""Columns that are judged as quickly one by one."""

Runs = dict[str, list[Seen]]
"""By property what runs show."""

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


def first(column: Column, names: Sequence[str], scope: Scope, known: Mapping[str, Proof]) -> tuple[list[Verdict], Runs]:
    """The verdicts in the column that all others are larger than, and what runs show in it: of properties that hold, that they may be
    exercised. known: what views were found to show already."""
    known = {**known, **shown_by_views(column, [name for name in names if name not in known])}
    verdicts = check(column, names, scope, known=known)
    return verdicts, {**_exercising(column, names, known), **_deciding(column, verdicts)}


def _exercising(column: Column, names: Iterable[str], known: Mapping[str, Proof]) -> Runs:
    """Runs of one VM that exercise what holds by views."""
    asked = [
        to_be_seen(PROPERTIES[name])
        for name in names
        if name in known and known[name].holds and known[name].exercised and _is_seen_once(PROPERTIES[name])
    ]
    found = search(watched(), column, asked, Scope(vms=1, proofs=True, counts=False), known)
    return {name: [_seen(column, WITNESS, one.run)] for name, one in found.items() if one.run is not None}


def _deciding(column: Column, verdicts: Iterable[Verdict]) -> Runs:
    """The runs that decide verdicts, and decide them in larger columns too."""
    return {
        one.property: [_seen(column, one.verdict, one.run)]
        for one in verdicts
        if one.run is not None and _is_handed_on(PROPERTIES[one.property])
    }


def _seen(column: Column, shows: str, run: RunFound) -> Seen:
    return Seen(column, run, shows, last_step(watched(), run, column.faults))


def is_a_run(found: Property) -> bool:
    """Whether a property says that some run can be: most columns have one that a smaller column has, and views need not be asked."""
    return isinstance(found, Possible)


def _is_seen_once(found: Property) -> bool:
    """Whether a run to the witness is all that is asked, and is one of the network as it is."""
    return not isinstance(found, Possible) and as_asked(found, watched())[0] is watched()


def _is_handed_on(found: Property) -> bool:
    """Whether a run that decides a property decides it wherever it is a run: its last step does. What must come in the end is decided
    by all that could come after."""
    return isinstance(found, (Always, Step, Possible)) and as_asked(found, watched())[0] is watched()


def judged(
    column: Column, names: Sequence[str], scope: Scope, known: Mapping[str, Proof], seen: Mapping[str, Sequence[Seen]]
) -> list[Verdict]:
    """The verdicts of `check`, where runs of smaller columns and views do not decide without it. seen: such runs, by property."""
    early = _early(column, names, scope, known, seen)
    return _with_the_rest(column, names, scope, known, early)


def judged_for_larger(
    column: Column, names: Sequence[str], scope: Scope, known: Mapping[str, Proof], seen: Mapping[str, Sequence[Seen]]
) -> tuple[list[Verdict], Runs]:
    """The same, and what runs show in this column that those of smaller ones do not: for columns that are larger still."""
    early = _early(column, names, scope, known, seen)
    left = [name for name in names if name not in early]
    exercising = _exercising(column, left, known)
    early |= _early(column, list(exercising), scope, known, exercising)
    verdicts = _with_the_rest(column, names, scope, known, early)
    of_this = {one.property: one for one in verdicts}
    return verdicts, {**exercising, **_deciding(column, [of_this[name] for name in left])}


def _early(
    column: Column, names: Iterable[str], scope: Scope, known: Mapping[str, Proof], seen: Mapping[str, Sequence[Seen]]
) -> dict[str, Verdict]:
    """What these runs and views decide without a search."""
    early: dict[str, Verdict] = {}
    runs = Witnesses(watched(), seen)
    for name in names:
        found = PROPERTIES[name]
        if without_search(found, column, scope) is None:
            verdict = _by_smaller(found, column, runs) or _at_once(found, column, known.get(name), runs)
            if verdict is not None:
                early[name] = verdict
    return early


def _with_the_rest(
    column: Column, names: Sequence[str], scope: Scope, known: Mapping[str, Proof], early: Mapping[str, Verdict]
) -> list[Verdict]:
    left = [name for name in names if name not in early]
    later = {one.property: one for one in check(column, left, scope, known=known)} if left else {}
    return [early[name] if name in early else later[name] for name in names]


def _by_smaller(found: Property, column: Column, runs: Witnesses) -> Verdict | None:
    decided = runs.deciding(found, column)
    if decided is None:
        return None
    verdict, run = decided
    return Verdict(found.name, column.name, verdict, "a run was replayed", vms=len(run.shapes), run=run)


def _at_once(found: Property, column: Column, proof: Proof | None, runs: Witnesses) -> Verdict | None:
    if proof is None or isinstance(found, Possible):
        return None
    views = Verdict(found.name, column.name, HOLDS, closed_for(0), "views", views=proof.views, cached=proof.cached)
    if not proof.exercised:
        return replace(views, verdict=NOT_EXERCISED, reason="its witness cannot fire in this column")
    if proof.holds and _is_seen_once(found) and runs.has(found, column):
        return views
    return None
