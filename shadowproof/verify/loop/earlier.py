"""The protocols that were judged whole, the latest first, in the cache: after a change that only takes runs away what held of one of them
holds still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from model.notation import DeclarationError, Network
from model.protocol import PROTOCOL
from model.versions import suffix
from proofs.answers.cache import in_use
from proofs.answers.column_cache import network_hash
from proofs.differences.data import DataError, from_data, to_data
from proofs.world.fewer_runs import has_fewer_runs
from properties.catalogue import watched

_KEY = f"protocols judged{suffix()}"
_MOST = 8
"""Protocols that are remembered."""


def remember() -> None:
    """Keep today's protocol in the cache in use, as one that was judged whole."""
    others = [[said, data] for said, data in _kept() if said != network_hash(PROTOCOL)]
    in_use().put(_KEY, [[network_hash(PROTOCOL), to_data(PROTOCOL, observers=True)], *others][:_MOST])


def with_more_runs() -> list[Network]:
    """The protocols that were judged whole and have all runs of today's and more, the latest first."""
    return [network for network in _others() if has_fewer_runs(watched(), watched(network))]


def _kept() -> list[tuple[str, object]]:
    """What is kept: what each network says, and the network as data. What is no such thing is left out."""
    found = in_use().get(_KEY)
    return [(one[0], one[1]) for one in found if _is_kept(one)] if isinstance(found, list) else []


def _is_kept(one: object) -> bool:
    return isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)


def _others() -> Iterator[Network]:
    """Those that say something else than today's. What cannot be read, or does not go with today's properties, is none."""
    for said, data in _kept():
        if said != network_hash(PROTOCOL):
            with suppress(DataError, DeclarationError, LookupError):
                network = from_data(data)
                watched(network)
                yield network
