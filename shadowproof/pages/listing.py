"""`shadowproof list`: names with one line each, see `ask.LISTS`."""

from __future__ import annotations

from model import versions
from model.protocol import FAULTS, PROTOCOL, READINGS, REQUIREMENTS
from model.requirements import SENTENCES
from properties.catalogue import PROPERTIES
from shadowproof.ask import AskError
from shadowproof.tell.show import in_our_words


def listing(what: str) -> str:
    """One line a name. Raises AskError for an unknown list."""
    lists = {
        "properties": [(p.name, p.says) for p in PROPERTIES.values()],
        "faults": [(f.name, f.says) for f in FAULTS],
        "readings": [
            (
                f"{r.actor.name}={state}",
                f"{r.actor.says} {r.actor.enum[state].value}{' (default)' if state == r.default else ''}",
            )
            for r in READINGS
            for state in r.actor.states
        ],
        "actors": [(a.name, a.says) for a in PROTOCOL.actors.values()],
        "events": [(e.name, e.says) for e in PROTOCOL.events.values()],
        "versions": [(name, versions.load(name).of) for name in versions.names()],
        "requirements": [(r.id, r.says) for r in REQUIREMENTS],
        "sentences": [(f"S{number}", in_our_words(number)) for number in SENTENCES],
    }
    if what not in lists:
        raise AskError(f"There is no list of {what!r}. It is one of {', '.join(lists)}.")
    width = max(len(name) for name, _ in lists[what])
    return "\n".join(f"{name:<{width}}  {says}" for name, says in lists[what])
