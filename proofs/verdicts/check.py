"""Judge properties in a column: by closed sets of views, for any number of VMs; and by exploring every reachable state of a
few, for witnesses, counterexamples, exact counts, and whatever the views leave open."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from model.notation.network import Network
from model.notation.run import Index
from model.notation.terms import Term
from proofs.answers.memory import around, keep, key_of, recall, replays
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict, closed_for
from proofs.search.plain import Explored, LimitReached, Wanted, explore
from proofs.search.swift import SwiftlyExplored, TooManyNumbers, explore_swiftly
from proofs.verdicts.evidence import NOT_REPLAYED, Judge
from proofs.verdicts.nearness import nearness
from proofs.views.proof import Proof, prove, worlds_of
from proofs.world.compiled import Compiled
from proofs.world.parts import bound, sorts_looked_at, with_more
from proofs.world.scope import Scope
from proofs.world.slices import Group, as_asked, groups
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Possible, Property, terms_of


def check(
    column: Column,
    names: Sequence[str] | None = None,
    scope: Scope = Scope(),
    *,
    network: Network | None = None,
    properties: Mapping[str, Property] | None = None,
    known: Mapping[str, Proof] | None = None,
) -> list[Verdict]:
    """Judge properties (all by default) in one column. network: another protocol than ours (a changed rule, say). known: what
    views were found to show already. Raises ValueError if no property is asked."""
    properties = PROPERTIES if properties is None else properties
    chosen = [properties[name] for name in (names if names is not None else properties)]
    if not chosen:
        raise ValueError(f"no property is asked in the column {column.name}")
    watching = watched(network)
    verdicts = {found.name: early for found in chosen if (early := without_search(found, column, scope)) is not None}
    asked = _by_network((found for found in chosen if found.name not in verdicts), watching)
    for in_network, members in asked.items():
        verdicts |= _check(in_network, column, members, scope, known or {})
    return [verdicts[found.name] for found in chosen]


def shown_by_views(column: Column, names: Iterable[str], network: Network | None = None) -> dict[str, Proof]:
    """What closed sets of views show of properties in a column, for any number of VMs."""
    asked = _by_network(
        (PROPERTIES[name] for name in names if not isinstance(PROPERTIES[name], Fact)), watched(network)
    )
    return {name: one for network, of in asked.items() for name, one in prove(network, column, of).items()}


def _by_network(asked: Iterable[Property], network: Network) -> dict[Network, list[Property]]:
    """The properties as engines judge them, by the network in which they do."""
    found: dict[Network, list[Property]] = {}
    for one in asked:
        in_network, as_judged = as_asked(one, network)
        found.setdefault(in_network, []).append(as_judged)
    return found


def _check(
    network: Network, column: Column, asked: Sequence[Property], scope: Scope, known: Mapping[str, Proof]
) -> dict[str, Verdict]:
    """Views first, if they are asked; then searches; then both once more, harder, for what is still open."""
    proofs = {one.name: known[one.name] for one in asked if one.name in known}
    if scope.proofs:
        proofs |= prove(network, column, [one for one in asked if one.name not in known], kinds=scope.kinds)
    worlds, verdicts = worlds_of(network, column), searched(network, column, asked, scope, proofs)
    if not scope.proofs:
        return verdicts
    left = [one for one in asked if not proofs[one.name].holds and verdicts[one.name].run is None]
    quick = _with_more_parts(left, worlds.whole, replace(scope, limit=min(scope.limit, QUICK)), proofs, verdicts)
    verdicts |= {name: one for name, one in quick.items() if one.run is not None}
    left = [one for one in left if verdicts[one.name].run is None]
    harder = prove(network, column, left, kinds=scope.kinds, harder=True)
    for one in left:
        if harder[one.name].holds:
            verdicts[one.name] = by_views(verdicts[one.name], harder[one.name])
    further = [one for one in left if not harder[one.name].holds]
    shown = proofs | {name: proof for name, proof in harder.items() if proof.holds}
    verdicts |= _with_more_parts([*further, *_not_seen(asked, shown, verdicts)], worlds.whole, scope, shown, verdicts)
    further = [one for one in further if verdicts[one.name].run is None]
    beyond = _search_all(((worlds.whole, one) for one in further), _further(scope), {})
    return verdicts | {name: _both(verdicts[name], found) for name, found in beyond.items()}


def _not_seen(
    asked: Sequence[Property], proofs: Mapping[str, Proof], verdicts: Mapping[str, Verdict]
) -> list[Property]:
    """Those of which views leave open whether something ever happens (a witness, or what must be possible), and no search has
    seen it."""
    not_seen = {one.name for one in asked if verdicts[one.name].verdict == NOT_EXERCISED or isinstance(one, Possible)}
    found = [one for one in asked if one.name in not_seen and verdicts[one.name].run is None]
    return [one for one in found if proofs[one.name].holds and proofs[one.name].exercised]


def _with_more_parts(
    asked: Sequence[Property], world: World, scope: Scope, proofs: Mapping[str, Proof], before: Mapping[str, Verdict]
) -> dict[str, Verdict]:
    """Verdicts of searches of VMs that have no part of a sort, or two. A host's VMs have the parts that they have."""
    if scope.kinds is not None:
        return {}
    more = replace(scope, more_parts=True, counts=False, limit=min(scope.limit, 3_000_000))
    looked = [one for group in groups((world, one) for one in asked) if with_more(world, group.part, group.members)
              for one in group.members]  # fmt: skip
    found = _search_all(((world, one) for one in looked), more, {one.name: proofs[one.name] for one in looked})
    return {name: _both(before[name], one) for name, one in found.items()}


def _both(one: Verdict, other: Verdict) -> Verdict:
    """What two searches that looked at different VMs show together: a run decides; else each has to have come to its end."""
    if other.run is not None or other.views:
        return other
    if UNDECIDED in {one.verdict, other.verdict} or one.assurance == other.assurance:
        return one if one.verdict == UNDECIDED else other
    better = one if one.verdict == HOLDS else other
    return replace(better, assurance=f"{one.assurance}; {other.assurance}")


def _search_all(
    asked: Iterable[tuple[World, Property]], scope: Scope, proofs: Mapping[str, Proof]
) -> dict[str, Verdict]:
    return {verdict.property: verdict for group in groups(asked) for verdict in _judge(group, scope, proofs)}


def search(
    network: Network, column: Column, asked: Iterable[Property], scope: Scope, proofs: Mapping[str, Proof]
) -> dict[str, Verdict]:
    """What searches alone find of properties, where it is known what views show of them."""
    worlds = worlds_of(network, column)
    return _search_all(((worlds.smallest_for(found), found) for found in asked), scope, proofs)


def searched(
    network: Network, column: Column, asked: Sequence[Property], scope: Scope, proofs: Mapping[str, Proof]
) -> dict[str, Verdict]:
    """The same, and with all machines where a run that was found with fewer is none of the whole network."""
    verdicts, whole = search(network, column, asked, scope, proofs), worlds_of(network, column).whole
    again = [(whole, found) for found in asked if verdicts[found.name].reason == NOT_REPLAYED]
    found = _search_all(again, scope, proofs)
    return verdicts | {name: one for name, one in found.items() if one.run is not None or verdicts[name].run is None}


def _further(scope: Scope) -> Scope:
    """Where neither views nor the searches decide: one VM more, as far as that goes."""
    return replace(scope, vms=scope.vms + 1, proofs=False, limit=min(scope.limit, 3_000_000))


def by_views(found: Verdict, proof: Proof) -> Verdict:
    """A verdict of searches that found nothing wrong, with what the views show. That its witness never fires in any number of VMs, or
    that no run reaches what has to be possible, they do not show where one can be made of them."""
    if found.verdict in {NOT_EXERCISED, REFUTED} and proof.exercised:
        return found
    return replace(
        found,
        assurance=closed_for(proof.kinds, whole=proof.whole),
        engine="views",
        views=proof.views,
        cached=found.cached or proof.cached,
    )


def without_search(found: Property, column: Column, scope: Scope) -> Verdict | None:
    if isinstance(found, Fact):
        constants = found.constants()
        if not constants:
            reason = "no constant is compared"
            return Verdict(found.name, column.name, NOT_EXERCISED, "not asked", "comparison", reason=reason)
        wrong = [f"{what} is {is_}, not {should}" for what, is_, should in constants if is_ != should]
        return Verdict(
            found.name,
            column.name,
            REFUTED if wrong else HOLDS,
            "constants compared",
            "comparison",
            reason="; ".join(wrong),
        )
    if isinstance(found, Possible) and found.needs_vms > scope.vms:
        reason = f"asked of {found.needs_vms} VMs or more"
        return Verdict(found.name, column.name, NOT_EXERCISED, "not asked", reason=reason)
    if isinstance(found, Possible) and found.needs and not column.faults & set(found.needs):
        needs = " or ".join(found.needs)
        return Verdict(
            found.name, column.name, NOT_EXERCISED, "not asked", reason=f"asked where the fault {needs} is tolerated"
        )
    return None


_JUDGED: dict[str, list[Verdict]] = {}
"""Verdicts by all that they depend on: columns in which nothing that matters differs are judged once."""


def _judge(group: Group, scope: Scope, proofs: Mapping[str, Proof]) -> list[Verdict]:
    """The verdicts on all the properties of one slice; those of another column, where nothing that matters differs; those
    that are kept, if their runs are still runs."""
    world = group.world
    key = key_of("verdicts", group, around(group), scope, [proofs.get(found.name) for found in group.members])
    here = key in _JUDGED
    known = recall(_JUDGED, key, Verdict)
    if known is not None:
        moved = [_moved(found, world) for found in known]
        if here or all(one.run is None or replays(one.run, world.network, world.column.faults) for one in moved):
            _JUDGED[key] = known
            return moved
    return keep(_JUDGED, key, _judge_anew(group, scope, proofs))


def _moved(found: Verdict, world: World) -> Verdict:
    """The verdict for a column with the same slice: its run starts with that column's readings."""
    if found.column == world.column.name:
        return found
    run = found.run
    if run is not None:
        fixed: dict[tuple[str, Index], str] = {
            (name, ()): next(iter(world.starts[name])) for (name, at) in run.starts if not at and world.is_reading(name)
        }
        run = replace(run, starts={**run.starts, **fixed})
    return replace(found, column=world.column.name, run=run)


def _judge_anew(group: Group, scope: Scope, proofs: Mapping[str, Proof]) -> list[Verdict]:
    """Search 1, 2, ... VMs for all the properties of one slice: every state, or where views are asked first as far as it
    takes to decide, and then for runs that are shorter with more VMs."""
    begun = time.perf_counter()
    world, members = group.world, group.members
    judges = {found.name: Judge(found, world, proofs.get(found.name)) for found in members}
    terms = [term for found in members for term in terms_of(found)]
    graph = any(judge.wants_graph for judge in judges.values())
    thorough = scope.counts or not scope.proofs
    states = steps = depth = 0
    failure = ""
    compiled: Compiled | None = None
    shapes = with_more(world, group.part, members) if scope.more_parts else scope.shapes
    own = "" if scope.whole else ", with few of their disks and adapters"
    parts = own if scope.kinds else bound(sorts_looked_at(world, group.part, terms), shapes)
    for vms in range(min(scope.fewest, scope.vms), scope.vms + 1):
        until = None if thorough else {look: most for judge in judges.values() for look, most in judge.wants()}
        if until is not None and not until:
            break
        compiled = compiled or Compiled(
            world, group.part, shapes, terms, scope.allowed, scope.reduce, together=scope.together
        )
        look_states = {f"{n}/not": ~j.term for n, j in judges.items() if j.of_states}
        look_steps = {f"{n}/not": ~j.term for n, j in judges.items() if j.of_steps}
        look_steps |= {f"{n}/witness": j.found.witness for n, j in judges.items()}
        try:
            explored = _search(compiled, vms, look_states, look_steps, graph, max(1, scope.limit - states), until)
        except LimitReached as reached:
            failure, explored = f"with {vms} VM{'s' if vms > 1 else ''}: {reached}", reached.explored
        states, steps, depth = states + explored.states, steps + explored.steps, max(depth, explored.depth)
        for judge in judges.values():
            judge.learn(explored, whole=not failure, every=thorough)
        if failure:
            break
    seconds = (time.perf_counter() - begun) / len(members)
    return [
        replace(
            judge.verdict(failure, scope.vms, min(scope.fewest, scope.vms), parts),
            column=world.column.name,
            states=states,
            steps=steps,
            depth=depth,
            seconds=seconds,
        )
        for judge in judges.values()
    ]


def _search(
    compiled: Compiled,
    vms: int,
    states: Mapping[str, Term],
    steps: Mapping[str, Term],
    graph: bool,
    limit: int,
    until: Wanted | None,
) -> Explored | SwiftlyExplored:
    """The swift search, or the plain one: where the graph is wanted, where it is small, and where no word holds a state."""
    if graph:
        return explore(compiled, vms, states=states, steps=steps, keep_graph=True, limit=limit, until=until)
    try:
        if vms == 1:
            return explore(compiled, vms, states=states, steps=steps, limit=min(limit, SMALL), until=until)
    except LimitReached:
        if limit <= SMALL:
            raise
    try:
        return _swiftly(compiled, vms, states, steps, limit, until)
    except TooManyNumbers:
        return explore(compiled, vms, states=states, steps=steps, limit=limit, until=until)


def _swiftly(
    compiled: Compiled,
    vms: int,
    states: Mapping[str, Term],
    steps: Mapping[str, Term],
    limit: int,
    until: Wanted | None,
) -> SwiftlyExplored:
    """Where only runs of so many steps are wanted, and there are many states: those that are near enough to what is wanted."""
    search = partial(explore_swiftly, compiled, vms, states=states, steps=steps, until=until)
    most = {name: steps for name, steps in (until or {}).items() if steps is not None}
    if limit <= FAR or not most or len(most) < len(until or {}):
        return search(limit=limit)
    try:
        return search(limit=FAR)
    except LimitReached:
        return search(limit=limit, near=nearness(compiled, states, steps, most))


QUICK = 200_000
"""States of VMs with none or two of a sort of parts that are looked at for a run before views are asked harder."""

FAR = 100_000
"""States from which on it is worth while to know which of them are too far from what is looked for."""

SMALL = 4000
"""States up to which the plain search of one VM is the quicker one."""
