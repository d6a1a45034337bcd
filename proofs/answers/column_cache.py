"""The verdicts of whole columns, kept by all that they depend on: asked the same again, nothing is compiled or searched.

The key hashes the whole watched network, not what a column can see of it: it is worked out in no time, and any changed rule
makes every column another question. Slices that did not change are then still known by what they are (`memory.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from hashlib import sha256

from model.notation.network import Network
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.answers.cache import versions
from proofs.answers.content import content_of
from proofs.answers.memory import keep, recall, stable
from proofs.answers.verdict import Verdict
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Property

_WORDS = frozenset({"says", "shows", "derived", "place", "constants", "observers"})
"""Fields of a property that no judgement depends on, but for its constants, which are compared as they are now, and its
observers, which are machines of the network."""


def column_key(
    column: Column,
    names: Sequence[str],
    scope: Scope,
    *,
    network: Network | None = None,
    properties: Mapping[str, Property] | None = None,
) -> str:
    """The key of the verdicts on these properties, in this order, as `check` would give them."""
    asked = (
        _catalogue_hash(tuple(names))
        if properties is None
        else _hash(content_of_property(properties[name]) for name in names)
    )
    return _hash(["column", network_hash(watched(network)), _engines(), asked, stable(column), stable(scope)])


def recall_column(key: str) -> list[Verdict] | None:
    """The verdicts kept under this key in the cache in use, said to be from there; None: none are."""
    return recall({}, key, Verdict)


def keep_column(key: str, verdicts: Sequence[Verdict]) -> None:
    """Keep the verdicts of a column in the cache in use."""
    keep({}, key, list(verdicts))


@cache
def project_content() -> str:
    """A hash of all that verdicts depend on besides the question: the protocol, its properties, the engines, and what they
    stand on. Two processes in which it is the same give the same verdicts."""
    return _hash([network_hash(watched()), _engines(), _catalogue_hash(tuple(PROPERTIES))])


@cache
def protocol_content(network: Network | None = None) -> str:
    """A hash of the protocol and its properties, whatever engines judge them: what a run is a run of, and what it breaks. network: in
    place of today's."""
    return _hash([network_hash(watched(network)), _catalogue_hash(tuple(PROPERTIES))])


@cache
def network_hash(network: Network) -> str:
    """A hash of what a network says, wherever it stands."""
    return _hash(content_of(network))


@cache
def _catalogue_hash(names: tuple[str, ...]) -> str:
    return _hash(content_of_property(PROPERTIES[name]) for name in names)


@cache
def _engines() -> str:
    """The engines and what they stand on; and which machines they leave out where they may."""
    return _hash([stable(versions()), stable(LEFT_OUT_WHERE_NOT_ASKED)])


def content_of_property(found: Property) -> str:
    """All of a property that its verdict depends on."""
    said = {field.name: getattr(found, field.name) for field in fields(found) if field.name not in _WORDS}
    constants = list(found.constants()) if isinstance(found, Fact) else []
    return f"{type(found).__name__} {stable(said)} {stable(constants)}"


def _hash(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()
