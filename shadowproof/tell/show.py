"""`shadowproof show`: anything that has a name: what it says, where it stands, what links to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import model.requirements as required
from model import left_out, versions
from model.left_out import ANSWERED, LEFT_OUT
from model.notation import Actor, Event, words
from model.notation.events import Fault
from model.notation.terms import events_of, machines_of
from model.protocol import FAULTS, PROTOCOL, READINGS, REQUIREMENTS, VERSION
from model.readings import Reading
from model.requirements import SENTENCES, Requirement
from model.versions.version import Version
from proofs.answers.record import Cell, RecordError, load
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import BASE, fault_columns, reading_columns, title
from properties.catalogue import LEFT_OUT as LEFT_OUT_HERE
from properties.catalogue import PROPERTIES, left_out_in
from properties.kinds import Possible, Property, terms_of
from shadowproof.ask import LISTS, AskError, near
from shadowproof.verify.changed import row_place


@dataclass(frozen=True)
class Shown:
    """One thing. links: what it links to or what links to it, by what that is."""

    name: str
    what: str
    says: str
    place: str
    more: tuple[str, ...] = ()
    links: Mapping[str, tuple[str, ...]] | None = None

    def lines(self) -> Iterator[str]:
        yield f"{self.name}: {self.what}, {self.place}" if self.place else f"{self.name}: {self.what}"
        yield f"  {self.says}"
        yield from (f"  {line}" for line in self.more)
        for what, names in (self.links or {}).items():
            if names:
                yield f"  {what}: {', '.join(names)}"


def show(name: str) -> list[Shown]:
    """All that has this name, in capitals or not; a fault, and the event in which it occurs, may have one name. Raises AskError."""
    found = [
        thing
        for kind in (_property, _requirement, _reading, _fault, _event, _actor, _question)
        for thing in kind(name.lower())
    ]
    if found:
        return found
    if name.lower() in versions.names():
        return [_version(versions.load(name.lower()))]
    if name.lower() in LEFT_OUT_HERE:
        raise AskError(f"{name} is left out in version {VERSION.name}. {LEFT_OUT_HERE[name.lower()]}")
    number = name.lower().removeprefix("s")
    if number.isdecimal() and int(number) in SENTENCES:
        return [_sentence(int(number))]
    raise AskError(f"Nothing has the name {name!r}. {near(name, names(), *LISTS)}")


def _version(one: Version) -> Shown:
    """A version: what it overrides, why, and by which source; what its sources leave open; which promises of the document it has not."""
    left_out = left_out_in(one.name)
    return Shown(
        one.name, "a version of the protocol", one.of, str(one.place),
        (
            *(f"{one.sort_of(change)} {change.name} {change.what} ({change.source}): {change.why}" for change in one.overrides),
            *(f"{name}: {text}" for name, text in one.sources.items()),
            *(f"Reading {reading.actor.name}: {reading.actor.says}" for reading in one.readings),
            *(f"Left open, {name}: {text}" for name, text in one.leaves_open.items()),
            *(f"Left out, {name}: {why}" for name, why in left_out.items()),
        ),
    )  # fmt: skip


def names() -> list[str]:
    """All that can be shown."""
    return list(dict.fromkeys([
        *PROPERTIES, *(one.id for one in REQUIREMENTS), *(one.actor.name for one in READINGS), *(one.name for one in FAULTS),
        *PROTOCOL.events, *PROTOCOL.actors, *(f"S{number}" for number in SENTENCES),
        *versions.names(), *ANSWERED,
    ]))  # fmt: skip


def _named(name: str, things: Iterable[tuple[str, object]]) -> Iterator[str]:
    return (one for one, _ in things if one.lower() == name)


def _property(name: str) -> Iterator[Shown]:
    for one in _named(name, PROPERTIES.items()):
        found = PROPERTIES[one]
        derived = ("Shows what is inferred, not stated.",) if found.derived else ()
        needs = found.needs if isinstance(found, Possible) else ()
        yield Shown(
            one, f"a promise ({found.kind})", found.says, str(found.place), (*derived, *_terms(found)),
            {
                "shows": found.shows,
                "asked where a run tolerates one of": needs,
                "reads": tuple(sorted({machine for term in terms_of(found) for machine in machines_of(term)})),
                "witness": tuple(sorted(events_of(found.witness))),
                "broken, as recorded, under": _breaks(property_=one),
            },
        )  # fmt: skip


def _breaks(*, property_: str = "", column: str = "") -> tuple[str, ...]:
    """The columns of one fault or one reading in which the record has a promise as refuted; or the promises that it has so in a
    column, and not without any fault. None, where it cannot be read."""
    try:
        record = load()
    except RecordError:
        return ()
    if property_:
        columns = [BASE, *fault_columns(), *reading_columns()]
        return tuple(title(one) for one in columns if _refuted(record.cell(property_, one.name)))
    return tuple(
        name
        for name in record.cells
        if _refuted(record.cell(name, column)) and not _refuted(record.cell(name, BASE.name))
    )


def _refuted(cell: Cell | None) -> bool:
    return cell is not None and cell.verdict == REFUTED


def _terms(found: Property) -> tuple[str, ...]:
    return tuple(f"It says: {words(term)}" for term in terms_of(found) if term != found.witness)


def _requirement(name: str) -> Iterator[Shown]:
    for one in REQUIREMENTS:
        if one.id.lower() == name:
            more = (f"Derived: {one.derived}",) if one.derived else ()
            yield Shown(one.id, "a requirement", one.says, _place_of(one), more, {
                "sentences": tuple(f"S{number}" for number in one.sentences), "also": (one.also,) if one.also else (), **_citing(one.id),
            })  # fmt: skip


def _citing(name: str) -> dict[str, tuple[str, ...]]:
    return {
        "events": tuple(event.name for event in PROTOCOL.events.values() if name in event.by),
        "shown by": tuple(found.name for found in PROPERTIES.values() if name in found.shows),
        "left out": tuple(f"{', '.join(left.ids)}: {left.what}" for left in LEFT_OUT if name in left.ids),
    }


def _place_of(one: Requirement) -> str:
    if one.id in VERSION.sources:
        return str(VERSION.place)
    return _place_in(required, f'"{one.id}"')


def _place_in(module: ModuleType, text: str) -> str:
    """The first line of a file of the model that has a text."""
    file = Path(str(module.__file__))
    lines = file.read_text("utf-8").splitlines()
    return f"model/{file.name}:{next((number for number, line in enumerate(lines, 1) if text in line), 1)}"


def _reading(name: str) -> Iterator[Shown]:
    for one in READINGS:
        values = {f"{one.actor.name}={state}".lower() for state in one.actor.states}
        if name == one.actor.name.lower() or name in values:
            yield Shown(one.actor.name, "a reading of a point on which the document is silent", one.question, str(one.place), (
                one.actor.says, *(line for state in one.actor.states for line in _value(one, state)),
            ), {"matters of itself under": one.matters_under, **_citing(one.actor.name), "read by": _readers(one.actor.name)})  # fmt: skip


def _value(one: Reading, state: str) -> Iterator[str]:
    """A value of a reading in words, and what it means that promises fail under it, where that is said."""
    yield f"{one.actor.name}={state}: {one.actor.enum[state].value}{' (default)' if state == one.default else ''}"
    if state in one.means:
        yield f"  Means: {one.means[state]}"


def _readers(machine: str) -> tuple[str, ...]:
    """The events whose guards, or whose rows, look at a machine."""
    found = dict.fromkeys(event.name for event in PROTOCOL.events.values() if machine in machines_of(event.when))
    for actor in PROTOCOL.actors.values():
        for event in actor.events:
            rules = (rule for state in actor.states for rule in actor.rules(event, state))
            if event in PROTOCOL.events and any(machine in machines_of(rule.when) for rule in rules):
                found[event] = None
    return tuple(found)


def _fault(name: str) -> Iterator[Shown]:
    for one in FAULTS:
        if one.name == name:
            yield Shown(one.name, f"a fault ({one.where})", one.says, str(one.place), tuple(_words(one)), {
                "happens as": tuple(event.name for event in PROTOCOL.events.values() if event.fault == one.name),
                "silences": tuple(sorted(one.silences)),
                "breaks by itself, as recorded": _breaks(column=one.name),
                "readings that matter under it": tuple(r.actor.name for r in READINGS if one.name in r.matters_under),
                "promises asked where it is tolerated": tuple(
                    found.name for found in PROPERTIES.values() if isinstance(found, Possible) and one.name in found.needs
                ),
            })  # fmt: skip


def _words(one: Fault) -> Iterator[str]:
    if one.means:
        yield f"Means: {one.means}"
    if one.duty:
        yield f"Duty: {one.duty}"


def _event(name: str) -> Iterator[Shown]:
    for one in _named(name, PROTOCOL.events.items()):
        event = PROTOCOL.events[one]
        yield Shown(one, f"an event of {event.scope}", event.says, str(event.place), tuple(_when(event)), {
            "by": event.by,
            "moves": tuple(actor.name for actor in PROTOCOL.participants(one) if not actor.observer),
            "named by": tuple(
                found.name for found in PROPERTIES.values() if any(one in events_of(t) for t in (*terms_of(found), found.witness))
            ),
        })  # fmt: skip


def _when(event: Event) -> Iterator[str]:
    yield f"When: {words(event.when)}"
    for actor in PROTOCOL.participants(event.name):
        if actor.observer:
            continue
        rows: dict[tuple[str, str], list[str]] = {}
        for state in actor.states:
            for rule in actor.rules(event.name, state):
                if rule.dest is not None and rule.dest != state:
                    rows.setdefault((rule.dest, words(rule.when)), []).append(state)
        for (dest, when), states in rows.items():
            yield f"{actor.name}: {', '.join(states)} → {dest}, when {when} ({row_place(actor, event.name)})"


def _actor(name: str) -> Iterator[Shown]:
    readings = {one.actor.name for one in READINGS}
    for one in _named(name, PROTOCOL.actors.items()):
        actor = PROTOCOL.actors[one]
        if one not in readings:
            kind = (
                "a machine that only watches"
                if actor.observer
                else "a machine"
                if actor.moves
                else "a machine that never moves"
            )
            states = tuple(
                f"{state}: {actor.enum[state].value}{' (start)' if state in actor.starts else ''}"
                for state in actor.states
            )
            yield Shown(one, f"{kind}, of {actor.sort}", actor.says, str(actor.place), states, {
                "moves on": _moves(actor), "read by": _readers(one),
                "promises that read it": tuple(
                    found.name for found in PROPERTIES.values() if any(one in machines_of(term) for term in terms_of(found))
                ),
                "leaves out": actor.leaves_out,
            })  # fmt: skip


def _moves(actor: Actor) -> tuple[str, ...]:
    return tuple(event for event in actor.events if event in PROTOCOL.events)


def _sentence(number: int) -> Shown:
    claiming = _claiming(number)
    what = f"sentence {number} of {len(SENTENCES)} of the document, in our words"
    return Shown(f"S{number}", what, in_our_words(number), "", (), {
        "claimed by": tuple(f"{one.id} ({_place_of(one)})" for one in claiming),
        "events": _of_all(claiming, lambda one: _citing(one.id)["events"]),
        "shown by": _of_all(claiming, lambda one: _citing(one.id)["shown by"]),
        "questions": tuple(f"{q}: {answer}" for q, answer in ANSWERED.items() if f"S{number} " in f"{q} {answer} "),
    })  # fmt: skip


def in_our_words(number: int) -> str:
    """A sentence of the document, as the requirements say it that claim it."""
    return " ".join(f"{one.id}: {one.says}" for one in _claiming(number)) or "No requirement claims it."


def _claiming(number: int) -> list[Requirement]:
    return [one for one in REQUIREMENTS if number in one.sentences]


def _question(name: str) -> Iterator[Shown]:
    """A question or contradiction that the document leaves: what became of it here, and who speaks of it by its id."""
    for one in _named(name, ANSWERED.items()):
        answer = ANSWERED[one]
        what = "a question that the document leaves open" if one[0] == "Q" else "a contradiction between the texts"
        names = set(re.findall(r"[\w-]+", answer))
        yield Shown(one, what, answer[0].upper() + answer[1:], _place_in(left_out, f'"{one}": '), (), {
            "requirements": tuple(r.id for r in REQUIREMENTS if one == r.also),
            "readings": tuple(r.actor.name for r in READINGS if one == r.question or r.actor.name in names),
            "faults": tuple(f.name for f in FAULTS if f.name in names or _cites(one, f.means, f.duty)),
            "events": tuple(event for event in PROTOCOL.events if event in names),
            "machines": tuple(
                actor.name for actor in PROTOCOL.actors.values() if actor.name in names - _READINGS or _cites(one, *actor.leaves_out)
            ),
            "left out": tuple(f"{left.what} {left.why}" for left in LEFT_OUT if one in left.ids),
        })  # fmt: skip


_READINGS = {one.actor.name for one in READINGS}


def _cites(question: str, *texts: str) -> bool:
    return any(re.search(rf"\b{question}\b", text) for text in texts)


def _of_all(found: Iterable[Requirement], what: Callable[[Requirement], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in found for name in what(one)))
