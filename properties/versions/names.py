"""Which versions of the protocol know a name: of an event, a machine, a fault, a reading, a requirement or source, or a promise."""

from __future__ import annotations

from functools import cache

from model import requirements, versions
from model.protocol import DOCUMENT, VERSION
from properties.catalogue import collected_of_the_document, left_out_in, promised_by


def knowing(name: str) -> tuple[str, ...]:
    """The versions that know a name, in capitals or not, where the one that this process speaks of is not among them."""
    found = tuple(one for one in versions.names() if name.lower() in _in_small(one))
    return () if VERSION.name in found else found


@cache
def _in_small(version: str) -> frozenset[str]:
    """The names that a version knows, in small letters. It is put together for them, which takes longer than what is asked."""
    one = versions.load(version)
    network = one.applied(DOCUMENT)
    found = {*network.events, *network.actors, *network.faults, *requirements.BY_ID, *one.sources}
    found |= collected_of_the_document().keys() - left_out_in(version).keys()
    return frozenset(name.lower() for name in found | set(promised_by(version)))
