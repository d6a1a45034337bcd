"""What a revision's model says, as JSON on stdout. It runs in a process that has that revision's `model` and `properties` in place of
today's, and the engines of today."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from typing import Any

from model.notation.terms import events_of, machines_of
from model.protocol import PROTOCOL, READINGS, REQUIREMENTS
from proofs.answers.column_cache import content_of_property, protocol_content
from proofs.differences.data import term_data, to_data
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Property, terms_of

SCHEMA = "shadowproof-model/1"


def said() -> dict[str, Any]:
    """The protocol, what it cites, and what it promises."""
    world = World(watched(), Column(frozenset(PROTOCOL.faults)))
    return {
        "schema": SCHEMA,
        "protocol": protocol_content(),
        "network": to_data(PROTOCOL),
        "requirements": [{"name": one.id, "says": one.says} for one in REQUIREMENTS],
        "readings": [
            {"name": one.actor.name, "says": one.question, "values": [*map(str, (one.default, *one.others))]}
            for one in READINGS
        ],
        "promises": [_promise(one, world) for one in PROPERTIES.values()],
    }


def _promise(one: Property, world: World) -> dict[str, Any]:
    """A promise; `events`: those that can have a say in it, under default readings (null: any may); `speaks_of`: the machines and
    events that its terms name."""
    terms = terms_of(one)
    events = None if isinstance(one, Ends) or not terms else sorted(world.cone(terms).events)
    return {
        "name": one.name,
        "says": one.says,
        "shows": list(one.shows),
        "content": sha256(content_of_property(one).encode()).hexdigest(),
        "place": [one.place.file, one.place.line],
        "term": term_data(one.term) if isinstance(one, Always) else None,
        "events": events,
        "speaks_of": sorted({name for term in terms for name in (*machines_of(term), *events_of(term))}),
    }


if __name__ == "__main__":
    json.dump(said(), sys.stdout)
