"""All properties, by name; and the network with the observers that they need."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from types import ModuleType

from model.notation import DeclarationError, Network
from model.protocol import DOCUMENT, PROTOCOL, VERSION
from model.versions import DOCUMENT as DOCUMENT_NAME
from properties.checked import checked, observers_of
from properties.conduct import causes, faults, handlers
from properties.kinds import Property
from properties.promises import (
    backup,
    cluster,
    copies,
    general,
    giving_back,
    images,
    method,
    refinement,
    restore,
    sessions,
    vss,
)
from properties.versions.read import in_version


def _own(version: str) -> ModuleType:
    """The file of what a version promises, other than the document."""
    return import_module(f"properties.versions.{version.replace('-', '_')}")


_OWN = () if VERSION.base else (_own(VERSION.name),)

_OF_THE_DOCUMENT = (
    general, method, backup, giving_back, images, copies, causes, refinement, sessions, restore, cluster, handlers, faults, vss,
)  # fmt: skip
FILES: tuple[ModuleType, ...] = (*_OF_THE_DOCUMENT, *_OWN)
"""In an order that is kept: which of several shortest runs is told hangs on it."""

SHELVES: tuple[ModuleType, ...] = tuple(sorted(FILES, key=lambda file: file.__name__.startswith("properties.conduct.")))
"""Promises first, then how the model has to conduct itself for them to mean something."""


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


def left_out_in(version: str) -> Mapping[str, str]:
    """Promises of the document that a version does not have, and why."""
    found: Mapping[str, str] = {} if version == DOCUMENT_NAME else _own(version).LEFT_OUT
    return found


def collected_of_the_document() -> dict[str, Property]:
    """What the document promises, as its files say it, whichever version is chosen."""
    return collected(_OF_THE_DOCUMENT)


def promised_by(version: str) -> dict[str, Property]:
    """What a version promises besides."""
    return {} if version == DOCUMENT_NAME else collected((_own(version),))


LEFT_OUT = left_out_in(VERSION.name)
"""Promises of the document that the version does not have, and why."""

_FOUND = collected(FILES)
PROPERTIES = checked(in_version(_FOUND, LEFT_OUT, DOCUMENT, PROTOCOL) if _OWN else _FOUND, PROTOCOL)


def left_out_of(requirement: str) -> tuple[str, ...]:
    """The promises of the document that show a requirement, and that the version does not have."""
    return tuple(name for name in LEFT_OUT if requirement in _FOUND[name].shows)


def group_of(name: str) -> str:
    """The file that a property stands in."""
    return _file_of(name).__name__.rsplit(".", 1)[1]


def _file_of(name: str) -> ModuleType:
    return next(file for file in FILES if name.replace("-", "_") in vars(file))


def is_conduct(name: str) -> bool:
    """Whether a property stands on the second shelf."""
    return _file_of(name).__name__.startswith("properties.conduct.")


@cache
def watched(network: Network | None = None) -> Network:
    """The network with every observer that a property needs (one for each name)."""
    if network is None:
        return PROTOCOL.with_observers(observers_of(PROPERTIES.values(), PROTOCOL))
    return network.with_observers(observers_of(PROPERTIES.values(), network), like=watched())
