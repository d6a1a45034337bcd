"""A network as one JSON document: what `export --to json` writes, and what the page in the browser walks.

Machines and states go by their names. Tables are read back from the `transitions` machines; rows that are equal stand once. Each
distinct term stands once, those below it before it, and is referred to by its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from typing import Any

from model.notation import TRUE, Actor, Event, Network, Sort, Term
from model.notation.terms import After, And, Const, Every, Happens, In, Not, Or, Same, Some, Unchanged
from model.protocol import PHASES, PROTOCOL, READINGS, REQUIREMENTS, VERSION
from model.readings import Reading
from model.who import EVERYBODY, LANE_OF, LANES, WHO, Lane, Who
from proofs.answers.content import content_of
from properties.catalogue import PROPERTIES, group_of, watched
from properties.kinds import Always, Ends, Possible, Property, Step
from properties.vocabulary import at_rest
from shadowproof.tell.story import TELLING

SCHEMA = "shadowproof-network/1"


@dataclass(frozen=True)
class Told:
    """What is said of a network besides what it is: who acts, in which lane what is told, phases, readings, requirements."""

    version: str = ""
    rest: Term = TRUE
    telling: Sequence[str] = ()
    lanes: Sequence[Lane] = ()
    lane_of: Mapping[str, Lane] = field(default_factory=dict)
    everybody: Sequence[Who] = ()
    who: Mapping[str, Who] = field(default_factory=dict)
    phases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    readings: Sequence[Reading] = ()
    requirements: Mapping[str, str] = field(default_factory=dict)


def protocol_document() -> dict[str, Any]:
    """The document of the protocol, with the observers that its promises need."""
    told = Told(
        version=VERSION.name,
        rest=at_rest,
        telling=TELLING,
        lanes=LANES,
        lane_of=LANE_OF,
        everybody=EVERYBODY,
        who=WHO,
        phases={phase: [event.name for event in events] for phase, events in PHASES.items()},
        groups={name: group_of(name) for name in PROPERTIES},
        readings=READINGS,
        requirements={one.id: one.says for one in REQUIREMENTS},
    )
    return document(watched(), PROPERTIES.values(), told, digest_of=PROTOCOL)


def protocol_text() -> str:
    """The document of the protocol as text: a line for each machine, event, promise and term, so that a change reads as a change."""
    return _in_lines(protocol_document())


def _in_lines(data: Mapping[str, Any]) -> str:
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value and not isinstance(value[0], (str, int)):
            lines.append(f"{json.dumps(key)}: [\n" + ",\n".join(map(_in_a_line, value)) + "\n]")
        else:
            lines.append(f"{json.dumps(key)}: {_in_a_line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _in_a_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def document(
    network: Network, promises: Iterable[Property] = (), told: Told | None = None, digest_of: Network | None = None
) -> dict[str, Any]:
    """The document of any network. digest_of: the network without observers, if it is another; what decides runs is hashed."""
    told, terms = told or Told(), _Terms()
    phase_of = {name: phase for phase, names in told.phases.items() for name in names}
    machines = [_machine(actor, terms, told) for actor in network.actors.values()]
    events = [_event(event, terms, told, phase_of) for event in network.events.values()]
    at_start = [terms.number(term) for term in network.at_start]
    rest = terms.number(told.rest)
    properties = [_property(found, terms, told) for found in promises]
    return {
        "schema": SCHEMA,
        "version": told.version,
        "digest": digest(digest_of or network),
        "replicated": network.replicated.name,
        "sorts": [_sort(sort) for sort in (network.replicated, *network.parts)],
        "lanes": [{"name": lane.name, "says": lane.says, "of_a_member": lane.of_a_vm} for lane in told.lanes],
        "who": [{"name": who.name, "says": who.says, "lane": who.lane.name} for who in told.everybody],
        "phases": list(told.phases),
        "telling": list(told.telling),
        "machines": machines,
        "events": events,
        "faults": [
            {"name": fault.name, "where": fault.where, "says": fault.says, "silences": sorted(fault.silences),
             "duty": fault.duty, "means": fault.means}
            for fault in network.faults.values()
        ],
        "readings": [
            {"name": reading.actor.name, "question": reading.question, "default": reading.default, "means": dict(reading.means)}
            for reading in told.readings
        ],
        "at_start": at_start,
        "at_rest": rest,
        "properties": properties,
        "requirements": dict(told.requirements),
        "terms": terms.written,
    }  # fmt: skip


def digest(network: Network) -> str:
    """Twelve hexadecimal digits of a hash over all that decides what can happen, and over no sentence."""
    return sha256("\n".join(content_of(network)).encode()).hexdigest()[:12]


def schema_text() -> str:
    """The published JSON schema of the document."""
    return files("shadowproof").joinpath("schema/network-1.json").read_text("utf-8")


class _Terms:
    """Each distinct term with its number, in the order in which they are written."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []
        self._numbers: dict[Term, int] = {}

    def number(self, term: Term) -> int:
        if term not in self._numbers:
            written = self._as_data(term)  # what is below it comes first
            self._numbers[term] = len(self.written)
            self.written.append(written)
        return self._numbers[term]

    def _as_data(self, term: Term) -> dict[str, Any]:
        match term:
            case Const(value):
                return {"const": value}
            case In(actor, states):
                return {"in": actor, "states": sorted(states)}
            case Same(left, right):
                return {"same": [left, right]}
            case Not(body):
                return {"not": self.number(body)}
            case And(parts):
                return {"and": [self.number(part) for part in parts]}
            case Or(parts):
                return {"or": [self.number(part) for part in parts]}
            case Every(sort, body):
                return {"every": sort.name, "body": self.number(body)}
            case Some(sort, body):
                return {"some": sort.name, "body": self.number(body)}
            case After(body):
                return {"after": self.number(body)}
            case Unchanged(actor):
                return {"unchanged": actor}
            case Happens(events):
                return {"happens": sorted(events)}
        raise TypeError(f"{term!r} is no term that the document knows")


def _sort(sort: Sort) -> dict[str, Any]:
    return {"name": sort.name, "of": sort.of.name if sort.of is not None else None}


def _machine(actor: Actor, terms: _Terms, told: Told) -> dict[str, Any]:
    lane = told.lane_of.get(actor.name)
    return {
        "name": actor.name,
        "sort": actor.sort.name,
        "says": actor.says,
        "lane": lane.name if lane is not None else None,
        "observer": actor.observer,
        "states": [[state.name, state.value] for state in actor.enum],
        "starts": list(actor.starts),
        "rows": {event: _rows(actor, event, terms) for event in actor.events},
    }


def _rows(actor: Actor, event: str, terms: _Terms) -> list[dict[str, Any]]:
    """What the machine does on an event: states of which the same is said stand together. To: a state's name (null: it stays), and
    the number of the guard; the first row whose guard holds is taken."""
    found: dict[tuple[tuple[str | None, int], ...], list[str]] = {}
    for state in actor.states:
        rules = tuple((rule.dest, terms.number(rule.when)) for rule in actor.rules(event, state))
        if rules:
            found.setdefault(rules, []).append(state)
    return [{"from": states, "to": [list(rule) for rule in rules]} for rules, states in found.items()]


def _event(event: Event, terms: _Terms, told: Told, phase_of: Mapping[str, str]) -> dict[str, Any]:
    who = told.who.get(event.name)
    return {
        "name": event.name,
        "of": event.scope.sort.name,
        "all": event.scope.all,
        "when": terms.number(event.when),
        "ids": list(event.by),
        "says": event.says,
        "fault": event.fault,
        "fair": event.fair,
        "phase": phase_of.get(event.name),
        "who": who.name if who is not None else None,
    }


def _property(found: Property, terms: _Terms, told: Told) -> dict[str, Any]:
    """A promise. term: of each state (always), of each step, or of one step at least (possible); rest: of a state to which every
    run comes (ends); both null where it speaks of no single run."""
    term = terms.number(found.term) if isinstance(found, (Always, Step, Possible)) else None
    return {
        "name": found.name,
        "group": told.groups.get(found.name),
        "kind": found.kind,
        "of": "states" if isinstance(found, Always) else "steps" if isinstance(found, (Step, Possible)) else None,
        "says": found.says,
        "ids": list(found.shows),
        "term": term,
        "rest": terms.number(found.rest) if isinstance(found, Ends) else None,
        "without": list(found.without) if isinstance(found, Ends) else [],
        "witness": terms.number(found.witness),
    }
