"""Prove properties for any number of VMs: no state or step made of a closed set of views breaks them. The VMs have any number
of disks and adapters; or they are of given kinds, just as they are.

First without what most questions can do without, and with views as they are. Only what is still open then is worth more:
the whole network, then exact views.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from model.notation.network import Network
from model.notation.run import Shape
from proofs.answers.memory import keep, key_of, recall
from proofs.views.endings import ends
from proofs.views.fulfilment import state_found, step_found
from proofs.views.saturation import TooManyViews, Views, saturate
from proofs.world.any_number.any_parts import AnyParts, NotForAnyNumber
from proofs.world.compiled import Compiled
from proofs.world.scope import Kinds
from proofs.world.slices import Group, Worlds, groups, joined, union
from proofs.world.world import Column
from properties.kinds import Always, Ends, Possible, Property, Step, terms_of

LIMIT = 400_000
"""Views at most; beyond, nothing is known."""


@dataclass(frozen=True)
class Proof:
    """What a closed set of views shows of a property. holds: nothing made of the views breaks it. exercised: the witness can
    be made of them (if not, no run of any number of VMs has it). problem: what stands in the way of a proof. kinds: the VMs
    are of so many kinds (0: of any). whole: with parts that show all that theirs do. cached: it was not worked out now."""

    property: str
    holds: bool
    exercised: bool
    views: int = 0
    steps: int = 0
    exact: bool = False
    problem: str = ""
    kinds: int = 0
    whole: bool = True
    cached: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Closed:
    """A closed set of views, and the properties that are asked of it, said for any number of parts."""

    group: Group
    views: Views
    members: tuple[Property, ...]


class ForAnyNumber:
    """Properties in a column, said for any number of parts. Raises NotForAnyNumber."""

    def __init__(self, network: Network, column: Column, properties: Sequence[Property]) -> None:
        any_parts = AnyParts(network, column, properties)
        self._variants = any_parts.variants
        self._worlds = Worlds(any_parts.network, column)

    def groups(self, properties: Iterable[Property], variant: int = 0, *, whole: bool = False) -> list[Group]:
        """Properties in one of their wordings (those that have so many), judged together. whole: with every machine."""
        worded = [self._variants[one.name][variant] for one in properties if variant < len(self._variants[one.name])]
        return _groups(self._worlds, worded, whole=whole)

    def leaves_out(self, found: Property) -> bool:
        """Whether a property is judged without some machines, so that with every machine more may be shown."""
        return any(self._worlds.smallest_for(worded) is not self._worlds.whole for worded in self._variants[found.name])


class ForKinds:
    """Properties in a column, said of VMs of given kinds: there is one wording of each, as it stands."""

    def __init__(self, network: Network, column: Column) -> None:
        self._worlds = worlds_of(network, column)

    def groups(self, properties: Iterable[Property], variant: int = 0, *, whole: bool = False) -> list[Group]:
        """Properties judged together; see `ForAnyNumber`."""
        return [] if variant else _groups(self._worlds, properties, whole=whole)


@lru_cache(maxsize=4)
def worlds_of(network: Network, column: Column) -> Worlds:
    """The worlds of a network in a column; those that were asked for last are kept, since they take long to build."""
    return Worlds(network, column)


def _groups(worlds: Worlds, properties: Iterable[Property], *, whole: bool) -> list[Group]:
    return groups(((worlds.whole if whole else worlds.smallest_for(one), one) for one in properties), late=True)


_MOST_VARIANTS = 3
"""Wordings of a property that are tried, where it claims several things of every part."""


def prove(
    network: Network,
    column: Column,
    properties: Iterable[Property],
    *,
    kinds: Kinds | None = None,
    harder: bool = False,
    limit: int = LIMIT,
) -> dict[str, Proof]:
    """What the views show of properties (all but facts) in a column. kinds: what VMs there are (None: of any kind). harder:
    with the whole network, and exact views if plain ones do not do."""
    left = list(properties)
    if not left:
        return {}
    try:
        asked = ForKinds(network, column) if kinds else ForAnyNumber(network, column, left)
    except NotForAnyNumber as reason:
        return {proof.property: proof for proof in _unknown(left, reason)}
    found: dict[str, Proof] = {}
    for exact in (False, True) if harder else (False,):
        for variant in range(_MOST_VARIANTS):
            for group in asked.groups(left, variant, whole=harder):
                found |= {proof.property: proof for proof in _proved(group, kinds, limit, exact=exact)}
            left = [one for one in left if one.name not in found or not found[one.name].holds]
    return found


def closed_groups(
    network: Network,
    column: Column,
    properties: Iterable[Property],
    *,
    variant: int = 0,
    whole: bool = False,
    exact: bool = False,
    growth: float | None = None,
    limit: int = LIMIT,
) -> Iterator[Closed | list[Proof]]:
    """The closed sets of views that properties are judged on; where there are too many views, proofs that say so. growth: see `joined`
    (None: each group on one of its own)."""
    asked = list(properties)
    try:
        found = ForAnyNumber(network, column, asked).groups(asked, variant, whole=whole)
    except NotForAnyNumber as reason:
        yield _unknown(asked, reason)
        return
    for together in ([group] for group in found) if growth is None else joined(found, growth):
        yield from _closed(together, limit, exact=exact)


def _closed(together: Sequence[Group], limit: int, *, exact: bool) -> Iterator[Closed | list[Proof]]:
    """The closed set of several groups; where that is too large, that of each."""
    group = union(together)
    try:
        yield Closed(group, saturate(prepared(group), limit, exact=exact), group.members)
    except TooManyViews as reason:
        if len(together) == 1:
            yield _unknown(group.members, reason)
        else:
            for one in together:
                yield from _closed([one], limit, exact=exact)


def _unknown(properties: Iterable[Property], reason: Exception) -> list[Proof]:
    return [Proof(one.name, holds=False, exercised=True, problem=str(reason)) for one in properties]


_PROVED: dict[str, list[Proof]] = {}
"""Proofs by all that they depend on, in this process."""


def _proved(group: Group, kinds: Kinds | None, limit: int, *, exact: bool) -> list[Proof]:
    """What the closed set of a group shows; that of another column, where nothing that matters differs."""
    key = key_of("views", group, kinds, limit, exact)
    known = recall(_PROVED, key, Proof)
    if known is not None:
        return known
    try:
        closed = Closed(group, saturate(prepared(group, kinds), limit, exact=exact), group.members)
    except TooManyViews as reason:
        return keep(_PROVED, key, _unknown(group.members, reason))
    many, whole = (len(kinds.shapes), kinds.whole) if kinds else (0, True)
    return keep(_PROVED, key, [replace(proof, kinds=many, whole=whole) for proof in judged(closed)])


def prepared(group: Group, kinds: Kinds | None = None) -> Compiled:
    """The slice of a group, with bits for all that its properties ask; for VMs of these kinds, or (None) for a VM with one
    part of each sort, those that are watched."""
    watched = Shape({sort.name: 1 for sort in group.world.network.parts})
    shapes, allowed = (kinds.shapes, kinds.allowed) if kinds else ((watched,), None)
    terms = [term for one in group.members for term in terms_of(one)]
    late = not any(isinstance(one, Ends) for one in group.members)
    compiled = Compiled(group.world, group.part, shapes, terms, allowed, late=late, together=kinds is not None)
    for one in group.members:
        match one:
            case Always(term=term):
                compiled.state_test(~term)
            case Step(term=term):
                compiled.step_tests(~term)
            case Ends(rest=rest):
                compiled.state_test(rest)
        compiled.step_tests(one.witness)
    compiled.settle()
    return compiled


def judged(closed: Closed) -> list[Proof]:
    """What one closed set shows of each property of its group. Raises ValueError at an empty one, which would show anything."""
    views, found = closed.views, []
    if not views or not closed.members:
        raise ValueError("a closed set of no views, or of which nothing is asked, shows nothing")
    for one in closed.members:
        problem = ""
        match one:
            case Always(term=term):
                holds = not state_found(views, ~term)
            case Step(term=term):
                holds = not step_found(views, ~term)
            case Ends():
                problem = ends(views, one) or ""
                holds = not problem
            case Possible():
                holds = True
            case _:
                raise TypeError(f"{one.name}: views say nothing of {one.kind}")
        if not holds and not problem:
            problem = "some states made of views break it, which need not be reachable"
        found.append(
            Proof(one.name, holds, step_found(views, one.witness), len(views), views.steps, views.exact, problem)
        )
    return found
