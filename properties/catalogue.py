"""All properties, by name; and the network with the observers that they need."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import ModuleType

from model.notation import Actor, Network
from model.protocol import PROTOCOL
from properties import backup, causes, cluster, faults, general, handlers, method, refinement, restore, sessions, vss
from properties.kinds import Property

FILES: tuple[ModuleType, ...] = (
    general, method, backup, causes, refinement, sessions, restore, cluster, handlers, faults, vss,
)  # fmt: skip


def _collect() -> dict[str, Property]:
    """A property is called as its variable is, with dashes."""
    found: dict[str, Property] = {}
    for file in FILES:
        for variable, thing in vars(file).items():
            if isinstance(thing, Property):
                name = variable.replace("_", "-")
                if name in found:
                    raise ValueError(f"{thing.place}: two properties are called {name}")
                found[name] = replace(thing, name=name)
    return found


PROPERTIES = _collect()


def group_of(name: str) -> str:
    """The file that a property stands in."""
    return next(file.__name__.rsplit(".", 1)[1] for file in FILES if name.replace("-", "_") in vars(file))


@cache
def watched(network: Network | None = None) -> Network:
    """The network with every observer that a property needs (one for each name)."""
    observers: dict[str, Actor] = {}
    for found in PROPERTIES.values():
        for observer in found.observers:
            observers.setdefault(observer.name, observer)
    return (network or PROTOCOL).with_observers(observers.values())
