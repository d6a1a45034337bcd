"""What many columns have in common, worked out once for all of them: what labelled views show, and runs to the witnesses of
properties that are runs of other columns too. What is left is judged column by column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from model.notation.network import Network
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, RunFound, Verdict, closed_for
from proofs.search.replay import EnginesDisagree
from proofs.verdicts.check import check, search, searched, shown_by_views, without_search
from proofs.verdicts.known.kept import kept_runs, puts_to_the_test
from proofs.verdicts.known.witnesses import WITNESS, Seen, Witnesses, last_step, to_be_seen
from proofs.views.proof import Proof
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends, Fact, Possible, Property

if TYPE_CHECKING:
    from proofs.views.labelled.family_proof import Found, Proving, Shown

FEW = 5
"""Columns that are judged as quickly one by one."""

SOON = 50_000
"""States that are looked at for a run before it is asked whether there can be one."""

Runs = dict[str, list[Seen]]
"""By property what runs show."""

Names = tuple[str, ...]
Unit = tuple[tuple[Column, ...], Names, Names]
"""Columns of one family, the properties that are asked of it in one network, and those of them that one closed set is for."""


def units(columns: Sequence[Column], names: Iterable[str]) -> list[Unit]:
    """The closed sets that show what views can show of properties in these columns, as questions that can be asked apart."""
    found: list[Unit] = []
    by_views = (PROPERTIES[name] for name in names if not isinstance(PROPERTIES[name], Fact))
    for members in _by_network(by_views, None).values():
        asked = (tuple(columns), tuple(one.name for one in members))
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
    from proofs.views.labelled.family_proof import Proving  # noqa: PLC0415 - loads numba, which few questions need

    asked = [as_asked(PROPERTIES[name], watched()) for name in names]
    return Proving(asked[0][0], columns, [judged for _, judged in asked])


# -- runs -----------------------------------------------------------------------------------------------------------------


def is_a_run(found: Property) -> bool:
    """Whether a property says that some run can be: most columns have one that a smaller column has, and views need not be asked."""
    return isinstance(found, Possible)


def _network(found: Property, network: Network | None) -> Network:
    """Of what runs are that show something of a property."""
    return as_asked(found, watched(network))[0]


def judged(
    column: Column,
    names: Sequence[str],
    scope: Scope,
    known: Mapping[str, Proof],
    seen: Mapping[str, Sequence[Seen]],
    from_record: bool = False,
    network: Network | None = None,
) -> tuple[list[Verdict], Runs]:
    """The verdicts of `check`, where runs and views do not decide without it; and what runs show in this column that those of smaller
    ones do not: for larger ones. known: what views were found to show already. seen: runs of smaller columns, by property.
    from_record: runs that are kept with the record are tried before any are searched for, unless every state is to be counted.
    network: another protocol than ours (a changed rule, say)."""
    own = kept_runs(column, names, network) if from_record and not scope.counts else {}
    runs = both(own, seen)
    early = _early(column, names, scope, known, runs, network)
    if scope.proofs:
        asked = [name for name in names if name not in {*early, *known} and not is_a_run(PROPERTIES[name])]
        known = {**known, **shown_by_views(column, asked, network)}
        early |= _early(column, [name for name in asked if name in known], scope, known, runs, network)
    left = [name for name in names if name not in early]
    found = _exercising(column, left, known, scope, network) if scope.proofs else {}
    early |= _early(column, list(found), scope, known, found, network)
    left = [name for name in names if name not in early]
    later = {one.property: one for one in check(column, left, scope, network=network, known=known)} if left else {}
    verdicts = [early[name] if name in early else later[name] for name in names]
    return verdicts, both(own, {**found, **_deciding(column, later.values(), network)})


def judged_soon(
    column: Column,
    names: Sequence[str],
    scope: Scope,
    known: Mapping[str, Proof],
    seen: Mapping[str, Sequence[Seen]],
    from_record: bool = False,
    sought: Collection[str] = (),
    network: Network | None = None,
) -> tuple[list[Verdict], Runs]:
    """What is decided before anything is closed, as `judged` would decide it, and the runs that do; what is left open says nothing.
    known: what held before a change that only took runs away, and holds still. sought: of these runs are searched for among few
    states, if known ones do not decide; of what must come in the end only without faults. network: see `judged`."""
    own = kept_runs(column, names, network) if from_record else {}
    early = _early(column, names, scope, known, both(own, seen), network)
    sure = [name for name in names if name not in early and _needs_no_run(PROPERTIES[name], column, scope, known)]
    early |= {one.property: one for one in (check(column, sure, scope, network=network, known=known) if sure else ())}
    left = [name for name in names if name in sought and name not in early]
    found = _exercising(column, left, known, replace(scope, limit=SOON), network)
    early |= _early(column, list(found), scope, known, found, network)
    broken = _broken_soon(column, [name for name in left if name not in known], scope, both(own, seen), network)
    early |= {one.property: one for one in broken}
    found |= _deciding(column, broken, network)
    return [early[name] for name in names if name in early], both(own, found)


def _needs_no_run(found: Property, column: Column, scope: Scope, known: Mapping[str, Proof]) -> bool:
    """Whether nothing has to be looked for: constants are compared, it is not asked here, or no run can reach what has to be possible."""
    impossible = isinstance(found, Possible) and found.name in known and not known[found.name].exercised
    return impossible or without_search(found, column, scope) is not None


def _broken_soon(
    column: Column, names: Iterable[str], scope: Scope, seen: Mapping[str, Sequence[Seen]], of: Network | None
) -> list[Verdict]:
    """Verdicts of properties of which views are not asked, where a run among few states decides them; how far there is a shorter one is
    then looked at as ever. Where views rule a witness out nobody looks for what breaks a promise: so there has to be a run with it."""
    verdicts: list[Verdict] = []
    asked = [PROPERTIES[name] for name in names if column == Column() or not isinstance(PROPERTIES[name], Ends)]
    for network, members in _by_network(asked, of).items():
        judged = [as_asked(one, watched(of))[1] for one in members]
        open_still = {one.name: Proof(one.name, holds=False, exercised=True) for one in judged}
        soon = searched(network, column, judged, replace(scope, limit=SOON), open_still)
        sure = [one for one in judged if _is_tested(column, soon[one.name], seen, scope, of)]
        cut = [one for one in sure if soon[one.name].vms < scope.vms]
        further = searched(network, column, cut, scope, open_still)
        verdicts += [further.get(one.name, soon[one.name]) for one in sure]
    return verdicts


def _is_tested(
    column: Column, found: Verdict, seen: Mapping[str, Sequence[Seen]], scope: Scope, of: Network | None
) -> bool:
    """Whether what a run decides is put to the test in a column: by that run, by one that is known, or by one among few states."""
    asked = PROPERTIES[found.property]
    if found.run is None:
        return False
    if isinstance(asked, Possible) or puts_to_the_test(column, found.run, found.property, of):
        return True
    open_still = {found.property: Proof(found.property, holds=True, exercised=True)}
    return Witnesses(_network(asked, of), seen).has(asked, column) or bool(
        _exercising(column, [found.property], open_still, replace(scope, limit=SOON), of)
    )


def both(runs: Mapping[str, Sequence[Seen]], more: Mapping[str, Sequence[Seen]]) -> Runs:
    """Runs by property, and more of them."""
    return {name: [*runs.get(name, ()), *more.get(name, ())] for name in {**runs, **more}}


def _exercising(
    column: Column, names: Iterable[str], known: Mapping[str, Proof], scope: Scope, of: Network | None
) -> Runs:
    """Runs of one VM that exercise what holds by views; where there is none, of two, up to so many."""
    left = [name for name in names if name in known and known[name].holds and known[name].exercised]
    left = [name for name in left if not isinstance(PROPERTIES[name], Possible)]
    found: Runs = {}
    for number in range(1, scope.vms + 1):
        few = replace(scope, vms=number, fewest=number, proofs=True, counts=False)
        for network, asked in _by_network((PROPERTIES[name] for name in left if name not in found), of).items():
            runs = search(network, column, map(to_be_seen, asked), few, known)
            found |= {name: [_seen(network, column, WITNESS, one.run)] for name, one in runs.items() if one.run}
    return found


def _by_network(asked: Iterable[Property], network: Network | None) -> dict[Network, list[Property]]:
    found: dict[Network, list[Property]] = {}
    for one in asked:
        found.setdefault(_network(one, network), []).append(one)
    return found


def _deciding(column: Column, verdicts: Iterable[Verdict], of: Network | None) -> Runs:
    """The runs that decide verdicts, and decide them in larger columns too; of one that never rests that is asked there."""
    return {
        one.property: [
            replace(
                _seen(_network(PROPERTIES[one.property], of), column, one.verdict, one.run),
                reason=one.reason if isinstance(PROPERTIES[one.property], Ends) else "",
            )
        ]
        for one in verdicts
        if one.run is not None
    }


def _seen(network: Network, column: Column, shows: str, run: RunFound) -> Seen:
    return Seen(column, run, shows, last_step(network, run, column.faults))


def _early(
    column: Column,
    names: Iterable[str],
    scope: Scope,
    known: Mapping[str, Proof],
    seen: Mapping[str, Sequence[Seen]],
    of: Network | None,
) -> dict[str, Verdict]:
    """What these runs and views decide without a search. Raises EnginesDisagree where a run does what views rule out."""
    early: dict[str, Verdict] = {}
    of_network: dict[Network, Witnesses] = {}
    for name in names:
        found, network = PROPERTIES[name], _network(PROPERTIES[name], of)
        runs = of_network.setdefault(network, Witnesses(network, seen))
        if without_search(found, column, scope) is None:
            proof = known.get(name)
            verdict = _by_run(found, column, runs) or _at_once(found, column, proof, runs)
            if proof is not None and _is_ruled_out(found, proof, verdict, runs.has(found, column)):
                raise EnginesDisagree(f"views rule out what a run does: {name} in {column}")
            if verdict is not None:
                early[name] = verdict
    return early


def _is_ruled_out(found: Property, proof: Proof, verdict: Verdict | None, witnessed: bool) -> bool:
    """Whether views say of a property that nothing breaks it, or that its witness never fires, and a run shows it."""
    if isinstance(found, Possible):
        return verdict is not None and verdict.run is not None and not proof.exercised
    broken = verdict is not None and verdict.verdict == REFUTED
    return (proof.holds and broken) or (witnessed and not proof.exercised)


def _by_run(found: Property, column: Column, runs: Witnesses) -> Verdict | None:
    seen = runs.deciding(found, column)
    if seen is None:
        return None
    vms = max(seen.vms, len(seen.run.shapes))
    by = "a run was replayed"
    return Verdict(found.name, column.name, seen.shows, by, vms=vms, run=seen.run, reason=seen.reason)


def _at_once(found: Property, column: Column, proof: Proof | None, runs: Witnesses) -> Verdict | None:
    if proof is None or isinstance(found, Possible):
        return None
    views = Verdict(found.name, column.name, HOLDS, closed_for(0), "views", views=proof.views, cached=proof.cached)
    if not proof.exercised and (
        proof.holds or not isinstance(found, Ends)
    ):  # a run may break it that never puts it to the test
        return replace(views, verdict=NOT_EXERCISED, reason="its witness cannot fire in this column")
    if proof.holds and runs.has(found, column):
        return views
    return None
