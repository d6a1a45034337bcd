"""Which versions of the protocol know a name: of an event, a machine, a fault, a reading, a requirement or source, or a promise."""

from __future__ import annotations

from collections.abc import Iterator

from model import requirements, versions
from model.protocol import DOCUMENT, VERSION
from properties.catalogue import collected_of_the_document, left_out_in, promised_by


def knowing(name: str) -> tuple[str, ...]:
    """The versions that know a name, in capitals or not, where the one that this process speaks of is not among them."""
    found = tuple(one for one in versions.names() if name.lower() in {known.lower() for known in _names(one)})
    return () if VERSION.name in found else found


def _names(version: str) -> Iterator[str]:
    one = versions.load(version)
    network = one.applied(DOCUMENT)
    yield from (*network.events, *network.actors, *network.faults, *requirements.BY_ID, *one.sources)
    yield from collected_of_the_document().keys() - left_out_in(version).keys()
    yield from promised_by(version)
