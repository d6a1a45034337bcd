"""The labelled views of the protocol itself, in columns of every sort, against the views of each column alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest
import rustworkx

from model.notation import HOST, Network
from proofs.verdicts.columns import every_column
from proofs.views.labelled.family import Family
from proofs.views.labelled.family_proof import prove_columns
from proofs.views.labelled.labels import Labelled
from proofs.views.proof import prepared, prove
from proofs.views.saturation import saturate
from proofs.world.any_number.any_parts import AnyParts
from proofs.world.compiled import Compiled
from proofs.world.slices import Group
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Independent, Property, terms_of
from tests.helpers.networks.whole import in_words
from tests.helpers.nightly import nightly

NAMES = ("no-vm-left-saved", "auto-recovery-required")


def chosen() -> list[Column]:
    """Some twenty columns: faults, readings, both, and what silences events."""
    family = every_column()
    silencing = {name for name, fault in watched().faults.items() if fault.silences}
    some = [column for i, column in enumerate(family) if i % 4 == 0 or column.faults & silencing]
    assert any(c.faults and c.readings for c in some)
    assert any(c.readings and not c.faults for c in some)
    assert any(c.faults & silencing for c in some)
    return some


def prepared_for(network: Network, column: Column, found: Property) -> tuple[Compiled, dict[str, str]]:
    """The slice of a property, said for any number of parts; and what machines are called that say whether other parts fit:
    their numbers depend on what else is asked."""
    any_parts = AnyParts(network, column, [found])
    world = World(any_parts.network, column)
    worded = any_parts.variants[found.name][0]
    keys = {actor.name: repr(key) for key, actor in any_parts._others.items()}
    return prepared(Group(world, world.cone(terms_of(worded)), (worded,))), keys


Groups = list[tuple[list[str], Mapping[tuple[str, ...], tuple[str, ...]]]]
"""Machines that are configuration together, and for each of their states the first of those that nothing tells from it."""


def groups_of(alone: Compiled, own_keys: dict[str, str], family: Compiled, keys: dict[str, str]) -> Groups:
    """Configurations of a column that are alike: for itself, or for its family, which does not see what no guard reads."""
    found: list[tuple[list[str], Mapping[tuple[str, ...], tuple[str, ...]]]] = []
    for group in alone.alike(0):
        names = [own_keys.get(name, name) for name in group.names]
        classes = [set(like) for like in group.like.values()]
        for of_family in family.alike(0):
            theirs = [keys.get(name, name) for name in of_family.names]
            if set(names) <= set(theirs):
                at = [theirs.index(name) for name in names]
                classes += ({tuple(one[i] for i in at) for one in like} for like in set(of_family.like.values()))
        found.append((names, joined(classes)))
    return found


def joined(classes: Iterable[set[tuple[str, ...]]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Of everything the first that some chain of classes joins it to."""
    net: rustworkx.PyGraph[tuple[str, ...], None] = rustworkx.PyGraph()
    number: dict[tuple[str, ...], int] = {}
    for members in set(map(frozenset, classes)):
        for one in members - number.keys():
            number[one] = net.add_node(one)
        first, *others = (number[one] for one in members)
        net.add_edges_from_no_data([(first, other) for other in others])
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for component in rustworkx.connected_components(net):
        members_of = [net[i] for i in component]
        found |= dict.fromkeys(members_of, min(members_of))
    return found


def told(
    compiled: Compiled, views: Sequence[tuple[int, int]], keys: dict[str, str], names: set[str], groups: Groups
) -> set[object]:
    """Views in words, as far as some machines go; of configurations that are alike each view has the first."""
    hosts: dict[int, frozenset[tuple[str, str]]] = {}
    vms: dict[int, frozenset[tuple[str, str]]] = {}
    for host, vm in views:
        if host not in hosts or vm not in vms:
            of_host, of_vm = in_words(compiled, (host, vm))
            hosts[host] = frozenset((name, state) for name, state in of_host if name in names)
            named = {keys.get(name, name): state for name, state in of_vm}
            for group, first in groups:
                now = tuple(named[name] for name in group)
                named |= zip(group, first.get(now, now), strict=True)
            vms[vm] = frozenset((name, state) for name, state in named.items() if name in names)
    return {(hosts[host], vms[vm]) for host, vm in views}


@nightly
@pytest.mark.parametrize("name", NAMES)
def test_views_with_a_columns_bit_are_its_own(name: str) -> None:
    columns = chosen()
    family = Family(watched(), columns)
    assert len(columns) > 15
    (split,) = family.split(PROPERTIES[name])
    compiled, keys = prepared_for(family.network, family.column, split.found)
    closed = Labelled(compiled, len(columns), family.allowed, [family.all] * len(compiled.starts))
    views = list(closed.all_views())
    for bit, column in enumerate(columns):
        alone, own_keys = prepared_for(watched(), column, PROPERTIES[name])
        names, groups = machines(alone, own_keys), groups_of(alone, own_keys, compiled, keys)
        assert names <= machines(compiled, keys)
        own = saturate(alone)
        mine = [(host, vm) for host, vm, label in views if label >> bit & 1]
        assert closed.views_in(bit) == len(mine) > 100
        theirs = [(host, vm) for host, here in own.at.items() for vm in here]
        assert told(compiled, mine, keys, names, groups) == told(alone, theirs, own_keys, names, groups), column


def machines(compiled: Compiled, keys: dict[str, str]) -> set[str]:
    return {keys.get(name, name) for name in (*compiled.host_vars.names, *compiled.vm_vars[0].names)}


def test_a_reading_is_no_machine_of_the_family() -> None:
    family = Family(watched(), chosen())
    gone = {actor.name for actor in watched().of_sort(HOST) if not actor.moves}
    assert gone
    assert not gone & family.network.actors.keys()
    assert all(actor.moves for actor in family.network.of_sort(HOST))


@nightly
def test_verdicts_are_those_of_each_column() -> None:
    columns = chosen()[::6]
    asked = [one for one in PROPERTIES.values() if not isinstance(one, (Fact, Independent))][::9]
    found = prove_columns(watched(), columns, asked)
    seen = 0
    for column in columns:
        for name, proof in prove(watched(), column, asked).items():
            mine = found[column][name]
            assert (mine.holds, mine.exercised, mine.problem) == (proof.holds, proof.exercised, proof.problem), (
                column,
                name,
            )
            seen += 1
    assert seen == len(columns) * len(asked) > 60
