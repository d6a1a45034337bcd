"""The machines of the host, or of a VM, as places in a tuple of small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.notation.machines import Actor

States = tuple[int, ...]


class Variables:
    """The machines of the host, or of a VM of one shape with its parts: their names, states and places in a tuple."""

    def __init__(self, actors: Sequence[tuple[str, Actor]]) -> None:
        self.names = tuple(name for name, _ in actors)
        self.actors = tuple(actor for _, actor in actors)
        self.at = {name: i for i, name in enumerate(self.names)}
        self.number = {name: {s: k for k, s in enumerate(actor.states)} for name, actor in actors}

    def encode(self, states: Mapping[str, str]) -> States:
        return tuple(self.number[name][states[name]] for name in self.names)

    def decode(self, states: States) -> dict[str, str]:
        return {name: actor.states[k] for name, actor, k in zip(self.names, self.actors, states, strict=True)}


def known_numbers(numbers: Mapping[str, int], states: frozenset[str]) -> frozenset[int]:
    """The numbers of the states that the machine has."""
    return frozenset(numbers[state] for state in states if state in numbers)
