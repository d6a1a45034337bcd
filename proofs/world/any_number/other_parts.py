"""What changed rules say of the parts that are not watched, and the network itself does not (`AnyParts.more`): on each view it may be
whatever it can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product

from model.notation.terms import FALSE, machines_of
from proofs.world.any_number.any_parts import AnyParts, Presence
from proofs.world.layout import States
from proofs.world.world import fold

LabelledAt = Mapping[States, Mapping[States, int]]
"""For each state of some machines of the host the states of one VM's that go with it, with the columns in which they do: a number, with
a bit for each."""


class OtherParts:
    """The parts that are not watched, in a network for any number of them."""

    def __init__(self, any_parts: AnyParts) -> None:
        self.any_parts = any_parts

    def beside(
        self, more: Sequence[str], machines: Collection[str], at: LabelledAt, names: Sequence[str]
    ) -> LabelledAt:
        """Views, with each way in which machines that they leave out may be: those that hold of parts that are not watched. Where
        there is no part, all others are so. more: those machines. machines, names: those that the views have, and a VM's variables."""
        if not more:
            return at
        actors, meaning = self.any_parts.network.actors, self.any_parts.meaning
        here = {*machines, *more}
        limits = [t for t in self.any_parts.network.at_start if machines_of(t) <= here and machines_of(t) & set(more)]
        presence = {name: self.any_parts.presence(meaning[name][0]).name for name in more}
        asked = {*more, *presence.values(), *(name for term in limits for name in machines_of(term))}
        known: dict[object, bool] = {}

        def fits(states: Mapping[str, str]) -> bool:
            key = tuple((name, state) for name, state in states.items() if name.split("#")[0] in asked)
            if key not in known:
                filled = {name: frozenset({state}) for name, state in key}
                none = (name for name in more if states.get(presence[name]) == Presence.ABSENT.name)
                known[key] = all(states[name] == "FIT" for name in none) and all(
                    fold(term, filled) != FALSE for term in limits
                )
            return known[key]

        def ways(vm: States) -> Iterator[States]:
            for chosen in product(*(range(len(actors[name].states)) for name in more)):
                both = [*zip(names, vm, strict=True), *zip(more, chosen, strict=True)]
                if fits({name: actors[name.split("#")[0]].states[number] for name, number in both}):
                    yield (*vm, *chosen)

        return {host: {way: label for vm, label in vms.items() for way in ways(vm)} for host, vms in at.items()}
