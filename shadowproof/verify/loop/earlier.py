"""The protocols that were judged whole, the latest first, in the cache: after a change that only takes runs away what held of one of them
holds still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from model.notation import DeclarationError, Network
from model.protocol import PROTOCOL
from model.versions import suffix
from proofs.answers.cache import in_use
from proofs.differences.data import DataError, from_data, to_data
from proofs.world.fewer_runs import has_fewer_runs
from properties.catalogue import watched

_KEY = f"protocols judged{suffix()}"
_MOST = 8
"""Protocols that are remembered."""


def remember() -> None:
    """Keep today's protocol in the cache in use, as one that was judged whole."""
    today = to_data(PROTOCOL, observers=True)
    in_use().put(_KEY, [today, *(one for one in _kept() if one != today)][:_MOST])


def with_more_runs() -> Network | None:
    """The latest protocol that was judged whole and has all runs of today's; None: the cache in use has none."""
    now = watched()
    for than in _networks():
        if has_fewer_runs(now, watched(than)):
            return than
    return None


def _kept() -> list[object]:
    found = in_use().get(_KEY)
    return found if isinstance(found, list) else []


def _networks() -> Iterator[Network]:
    """What cannot be read, or does not go with today's properties, is none."""
    for one in _kept():
        with suppress(DataError, DeclarationError, LookupError):
            network = from_data(one)
            watched(network)
            yield network
