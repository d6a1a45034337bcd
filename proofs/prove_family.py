"""Prove properties in many columns at once: what `prove` shows column by column, from one labelled closure a slice.

Columns whose readings bring in what tells more configurations apart have a family of their own: in one family with the others,
these would tell them apart as well. What must come in the end is asked column by column, as is a column or a property to which
a family does not apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from model.notation.network import Network
from model.notation.terms import HOST, Every, Some, Term, children, machines_of
from proofs.any_parts import NotForAnyNumber
from proofs.family import Family, Split
from proofs.label_judge import Judging
from proofs.labelled import Labelled
from proofs.projected import TooWide
from proofs.prove import ForAnyNumber, Proof, prepared, prove
from proofs.saturate import TooManyViews
from proofs.slices import Group, needs_every_event
from proofs.world import Column, fold
from properties.kinds import Always, Ends, Possible, Property, Step, terms_of

_BROKEN = "some states made of views break it, which need not be reachable"
_MOST_VARIANTS = 3

Found = dict[Column, dict[str, Proof]]


def prove_columns(network: Network, columns: Sequence[Column], properties: Iterable[Property]) -> Found:
    """What `prove` gives for these properties in each of the columns; counts of views are those of the column in the family's
    slice, which may tell more apart."""
    asked = list(properties)
    found: Found = {column: {} for column in columns}
    for alike in kin(network, columns):
        try:
            proofs = _Proving(network, alike, asked).proofs()
        except NotForAnyNumber:
            proofs = {}
        for column in alike:
            known = proofs.get(column, {})
            known |= prove(network, column, [one for one in asked if one.name not in known])
            found[column] = {one.name: known[one.name] for one in asked}
    return found


def kin(network: Network, columns: Iterable[Column]) -> list[list[Column]]:
    """Columns that make good families: the same is asked of what never moves in a VM."""
    found: dict[object, list[Column]] = {}
    known: dict[tuple[tuple[str, str], ...], frozenset[Term]] = {}
    for column in columns:
        if column.readings not in known:
            known[column.readings] = frozenset(_asked_of_configuration(network, column))
        found.setdefault(known[column.readings], []).append(column)
    return list(found.values())


def _asked_of_configuration(network: Network, column: Column) -> Iterator[Term]:
    fixed = dict(column.readings)
    readings = {a.name: frozenset({fixed.get(a.name, a.starts[0])}) for a in network.of_sort(HOST) if not a.moves}
    constant = {a.name for a in network.actors.values() if a.sort != HOST and not a.moves}
    terms = [event.when for event in network.events.values()]
    terms += [move.when for actor in network.actors.values() for move in actor.moves]
    waiting = [fold(term, readings) for term in terms]
    while waiting:
        term = waiting.pop()
        names = machines_of(term)
        if names and names <= constant and not (isinstance(term, (Every, Some)) and term.sort.of == HOST):
            yield term
        else:
            waiting += children(term)


class _Proving:
    def __init__(self, network: Network, columns: Sequence[Column], properties: Sequence[Property]) -> None:
        self.family = Family(network, columns)
        self.columns = columns
        self.splits: dict[str, Split] = {
            split.found.name: split
            for one in properties
            if not isinstance(one, Ends)
            for split in self.family.split(one)
        }
        found = [split.found for split in self.splits.values()]
        self.asked = ForAnyNumber(self.family.network, self.family.column, found)
        self.found: dict[tuple[str, int], Proof] = {}

    def proofs(self) -> Found:
        left = {name: split.label for name, split in self.splits.items()}
        for variant in range(_MOST_VARIANTS):
            members = [split.found for name, split in self.splits.items() if left[name]]
            for group in self.asked.groups(members, variant):
                for part in apart(group):
                    self._judge(part, left)
        return {
            column: {name: proof for (name, bit), proof in self.found.items() if bit == number}
            for number, column in enumerate(self.columns)
        }

    def _judge(self, group: Group, left: dict[str, int]) -> None:
        family = self.family
        try:
            closed = Labelled(prepared(group), len(self.columns), family.allowed, family.all)
        except (TooManyViews, TooWide):
            return
        judging = Judging(closed)
        views = [closed.views_in(bit) for bit in range(len(self.columns))]
        for one in group.members:
            label = left[one.name]
            broken = 0
            match one:
                case Always(term=term):
                    broken = judging.of_states(~term, label)
                case Step(term=term):
                    broken = judging.of_steps(~term, label)
                case Possible():
                    pass
                case _:
                    raise TypeError(f"{one.name}: views say nothing of {one.kind}")
            exercised = judging.of_steps(one.witness, label)
            left[one.name] = broken
            name = self.splits[one.name].asked.name
            for bit in _bits(label):
                fails = bool(broken >> bit & 1)
                problem = _BROKEN if fails else ""
                self.found[name, bit] = Proof(name, not fails, bool(exercised >> bit & 1), views[bit], problem=problem)


def apart(group: Group) -> list[Group]:
    """The properties of a group that look at the same machines of the host: where many watch each something of their own, host
    states are as many as all that they can have seen together."""
    world, found = group.world, dict[frozenset[str], list[Property]]()
    for one in group.members:
        part = world.cone(terms_of(one), whole_events=needs_every_event(one, world))
        hosts = frozenset(name for name in part.machines if world.network.actors[name].sort == HOST)
        found.setdefault(hosts, []).append(one)
    return [
        Group(
            world,
            world.cone(
                [term for one in members for term in terms_of(one)],
                whole_events=any(needs_every_event(one, world) for one in members),
            ),
            tuple(members),
        )
        for members in found.values()
    ]


def _bits(label: int) -> Iterator[int]:
    while label:
        lowest = label & -label
        yield lowest.bit_length() - 1
        label ^= lowest


__all__ = ["apart", "kin", "prove_columns"]
