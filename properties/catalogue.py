"""All properties, by name; and the network with the observers that they need."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from dataclasses import replace
from functools import cache
from types import ModuleType

from model.notation import DeclarationError, Network
from model.protocol import PROTOCOL
from properties import (
    backup,
    causes,
    cluster,
    copies,
    faults,
    general,
    giving_back,
    handlers,
    images,
    method,
    refinement,
    restore,
    sessions,
    vss,
)
from properties.checked import checked, observers_of
from properties.kinds import Property

FILES: tuple[ModuleType, ...] = (
    general, method, backup, giving_back, images, copies, causes, refinement, sessions, restore, cluster, handlers, faults, vss,
)  # fmt: skip


def collected(files: tuple[ModuleType, ...]) -> dict[str, Property]:
    """The properties of some files: each is called as its variable is, with dashes. Raises DeclarationError at two of one name,
    be it that the second takes the first one's place."""
    found: dict[str, Property] = {}
    for file in files:
        given = _assigned(file)
        for variable, thing in vars(file).items():
            if isinstance(thing, Property):
                name = variable.replace("_", "-")
                if name in found or given[variable] > 1:
                    raise DeclarationError(thing.place, f"two properties are called {name}", "Rename or remove one")
                found[name] = replace(thing, name=name)
    return found


def _assigned(file: ModuleType) -> Counter[str]:
    """How often each variable of a file is given a value at its outermost level."""
    statements = ast.parse(inspect.getsource(file)).body
    return Counter(
        target.id
        for one in statements
        for target in (
            one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        )
        if isinstance(target, ast.Name)
    )


PROPERTIES = checked(collected(FILES), PROTOCOL)


def group_of(name: str) -> str:
    """The file that a property stands in."""
    return next(file.__name__.rsplit(".", 1)[1] for file in FILES if name.replace("-", "_") in vars(file))


@cache
def watched(network: Network | None = None) -> Network:
    """The network with every observer that a property needs (one for each name)."""
    watching = network or PROTOCOL
    return watching.with_observers(observers_of(PROPERTIES.values(), watching))
