"""Sides of a comparison that no process had to say: of the small backup protocol, and what was made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from examples.small_backup import PROPERTIES
from model.notation import Network, Term
from model.notation.terms import events_of, machines_of
from proofs.differences.data import term_data, to_data
from properties.kinds import Always
from shadowproof.diff.revisions import Side, cleaned

TERMS: dict[str, Term] = {name: one.term for name, one in PROPERTIES.items() if isinstance(one, Always)}


def side(label: str, network: Network, terms: Mapping[str, Term] = TERMS, **more: Any) -> Side:
    """A side as a process would say it. more: in place of what is said else."""
    readings = [
        {"name": one.name, "says": one.says, "values": list(one.states)}
        for one in network.actors.values()
        if one.name.startswith("READ-")
    ]
    promises = [
        {
            "name": name, "says": f"{name} holds.", "shows": ["SB-8"], "content": str(term_data(term)),
            "place": ["examples/small_backup.py", 1], "term": term_data(term), "events": sorted(network.events),
            "speaks_of": sorted({*machines_of(term), *events_of(term)}),
        }
        for name, term in terms.items()
    ]  # fmt: skip
    said = {
        "schema": "shadowproof-model/1", "protocol": label, "network": to_data(network), "requirements": [], "readings": readings,
        "promises": promises, **more,
    }  # fmt: skip
    return Side(label, Path("nowhere"), cleaned(json.loads(json.dumps(said))))
