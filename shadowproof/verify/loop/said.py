"""What a checkout says, column by column and promise by promise, as hashes: what is the same in two of them gives the same verdicts.

Run as a module it writes that of the checkout that is on its path, which may be an older one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from model.notation import Network
from proofs.answers.column_cache import content_of_property, protocol_content
from proofs.verdicts.columns import ALL_FAULTS, every_column
from proofs.world.world import Column, Slice, World
from properties.catalogue import PROPERTIES, watched


@dataclass(frozen=True)
class Said:
    """protocol: a hash of all of it. columns: of the protocol in each, with its readings fixed and the faults that are not tolerated
    left out; promises: of each. Both are empty where the protocol is known to be another one than is asked about."""

    protocol: str
    columns: Mapping[str, str] = field(default_factory=dict)
    promises: Mapping[str, str] = field(default_factory=dict)


def said_here(columns: Collection[str]) -> Said:
    """What the checkout says that is loaded, in these columns of the record, as far as it has them."""
    asked = [column for column in (*every_column(), ALL_FAULTS) if column.name in columns]
    return Said(
        protocol_content(),
        {column.name: _hash(in_column(column)) for column in asked},
        {name: _hash(content_of_property(found)) for name, found in PROPERTIES.items()},
    )


def in_column(column: Column, network: Network | None = None) -> str:
    """All that an engine can see of the protocol (or of another network) in a column, and so every run there is."""
    watching = watched(network)
    sorts = f"{watching.replicated} {[(sort.name, sort.of) for sort in watching.parts]}"
    return f"{sorts}\n{World(watching, column).content(Slice(frozenset(watching.actors), frozenset(watching.events)))}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    protocol, *asked = sys.argv[1:]  # only if it is of this protocol is the rest asked for
    json.dump(asdict(said_here(asked) if protocol_content() == protocol else Said(protocol_content())), sys.stdout)
