"""Properties judged for each kind of VM alone: any number of VMs of this kind, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from model.notation.network import Network
from proofs.answers.verdict import Verdict
from proofs.verdicts.check import check
from proofs.views.proof import worlds_of
from proofs.world.compiled import Compiled
from proofs.world.scope import Scope
from proofs.world.slices import as_asked, groups
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Property, terms_of


def by_kind(
    column: Column,
    names: Sequence[str],
    scope: Scope,
    *,
    network: Network | None = None,
    properties: Mapping[str, Property] | None = None,
) -> dict[str, list[Verdict]]:
    """The verdicts on each property, for the kinds of the scope in their order. Kinds that nothing tells apart, neither the
    property nor all that it depends on, are judged once."""
    return in_order([some_by_kind(column, names, scope, network=network, properties=properties)], names, scope)


def in_order(
    shares: Iterable[Mapping[str, Mapping[int, Verdict]]], names: Sequence[str], scope: Scope
) -> dict[str, list[Verdict]]:
    """What shares found, for the kinds of the scope in their order. Raises KeyError where none judged a property for some kind."""
    found: dict[str, dict[int, Verdict]] = {name: {} for name in names}
    for share in shares:
        for name, verdicts in share.items():
            found[name] |= verdicts
    return {name: [verdicts[kind] for kind in range(len(scope.shapes))] for name, verdicts in found.items()}


def some_by_kind(
    column: Column,
    names: Sequence[str],
    scope: Scope,
    share: tuple[int, int] = (0, 1),
    *,
    network: Network | None = None,
    properties: Mapping[str, Property] | None = None,
) -> dict[str, dict[int, Verdict]]:
    """The same, by the number of the kind; share: of the questions there are, every so many-th, from which on. All shares together ask
    each question, whoever asks them."""
    if scope.kinds is None:
        raise ValueError("a scope without kinds: say how the VMs of each shape may start")
    properties, found = PROPERTIES if properties is None else properties, dict[str, dict[int, Verdict]]()
    (turn, many), questions = share, count()
    asked = [as_asked(properties[name], watched(network)) for name in names]
    for group in groups((worlds_of(of, column).whole, one) for of, one in asked):
        terms = [term for one in group.members for term in terms_of(one)]
        shapes, allowed = scope.kinds.shapes, scope.kinds.allowed
        compiled = Compiled(group.world, group.part, shapes, terms, allowed, together=True)
        members = [one.name for one in group.members]
        for first, *others in compiled.stand_ins.unlike_kinds():
            if next(questions) % many != turn:
                continue
            alone = replace(scope, shapes=(shapes[first],), allowed=(allowed[first],))
            for verdict in check(column, members, alone, network=network, properties=properties):
                found.setdefault(verdict.property, {}).update(dict.fromkeys((first, *others), verdict))
    return found
