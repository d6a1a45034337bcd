"""What a recorded run is as data: what it begins with, then what was seen, line by line; some of it, or all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.texts.lines import shown
from model.notation import HOST, Actor, Network, Shape
from model.notation.run import Index
from model.protocol import PROTOCOL, READINGS
from model.versions import DOCUMENT, not_of_this, option

SCHEMA = "shadowproof-trace/1"
MOST_VMS, MOST_PARTS = 6, 9
USUAL = {"disk": 1, "adapter": 1}
NOT_SAID = ("power", "integration")
"""Machines of a VM that may start in any of their ways where a trace that is not complete does not say it."""

Key = tuple[str, Index]
Allowed = frozenset[str]


class TraceError(ValueError):
    """A trace cannot be read: one sentence with the place and the remedy."""


@dataclass(frozen=True)
class Header:
    """What a trace begins with. starts: the states that a machine may start in, as far as it is said. faults: those that the run
    tolerates; None: it is not said, so the fewest are looked for. complete: every event is in it. says: what it is of."""

    shapes: tuple[Shape, ...] = (Shape(USUAL),)
    starts: Mapping[Key, Allowed] = field(default_factory=dict)
    faults: frozenset[str] | None = None
    readings: tuple[tuple[str, str], ...] = ()
    complete: bool = False
    says: str = ""


@dataclass(frozen=True)
class Line:
    """What was seen at a moment: an event (or none), and after it states of some machines; when, in seconds. number: its place."""

    number: int
    event: str = ""
    at: Index = ()
    states: tuple[tuple[Key, Allowed], ...] = ()
    time: float | None = None

    @property
    def said(self) -> str:
        """The line as it may be quoted."""
        told = [name_of(self.event, self.at)] if self.event else []
        return ", ".join([*told, *(f"{name_of(*key)} {' or '.join(sorted(allowed))}" for key, allowed in self.states)])


def name_of(name: str, at: Index) -> str:
    """An event or a machine with its member, as people write it: vm_saved@1, disk_kind@1.2."""
    return name + ("@" + ".".join(str(i + 1) for i in at) if at else "")


_NAME = re.compile(r"([A-Za-z][\w-]{0,79})(?:@([1-9])(?:\.([1-9]))?)?")


def member_of(text: object, where: str) -> Key:
    """A name and the member that it names. Raises TraceError."""
    found = _NAME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise TraceError(f"{where}: {shown(str(text)[:60])!r} is no name. Write vm_saved@1, power@1 or disk_kind@1.2.")
    return found[1], tuple(int(i) - 1 for i in found.groups()[1:] if i is not None)


class Reader:
    """Makes headers and lines of plain data, for one network. Each refuses what it does not know: TraceError."""

    def __init__(self, network: Network = PROTOCOL) -> None:
        self.network = network

    def header(self, data: object, where: str) -> Header:
        known = {"schema", "version", "says", "vms", "faults", "readings", "complete"}
        read = _object(data, where, known)
        if read.get("schema") != SCHEMA:
            raise TraceError(
                f"{where}: the first line names no schema {SCHEMA}. Begin a trace with "
                f'{{"schema": "{SCHEMA}"}}; shadowproof replay --schema says what may stand in it.'
            )
        if problem := not_of_this(read.get("version", DOCUMENT)):
            raise TraceError(f"{where}: the run {problem}.")
        says = read.get("says", "")
        if not isinstance(says, str) or not isinstance(read.get("complete", False), bool):
            raise TraceError(f"{where}: says is a text, and complete true or false. Write them so.")
        vms = _list(read.get("vms", [{}]), f"{where}, vms")
        if not 1 <= len(vms) <= MOST_VMS:
            raise TraceError(f"{where}: {len(vms):,} VMs. Write 1 to {MOST_VMS}.")
        shapes, starts = [], dict[Key, Allowed]()
        for number, one in enumerate(vms):
            shape, own = self._vm(one, number, f"{where}, VM {number + 1}")
            shapes.append(shape)
            starts |= own
        return Header(
            tuple(shapes), starts, self._faults(read, where), self._readings(read, where), bool(read.get("complete")),
            shown(says),
        )  # fmt: skip

    def _vm(self, data: object, number: int, where: str) -> tuple[Shape, dict[Key, Allowed]]:
        read = _object(data, where, {"parts", "start"})
        parts = dict(USUAL)
        for sort, many in _object(read.get("parts", {}), f"{where}, parts", set(USUAL)).items():
            if not isinstance(many, int) or isinstance(many, bool) or not 0 <= many <= MOST_PARTS:
                raise TraceError(f"{where}: {shown(str(many)[:60])} {sort}s. Write a number from 0 to {MOST_PARTS}.")
            parts[sort] = many
        starts: dict[Key, Allowed] = {}
        for text, value in _object(read.get("start", {}), f"{where}, start", None).items():
            name, _, part = text.partition("#")
            actor = self._machine(name, where)
            if actor.sort == HOST or (actor.sort == self.network.replicated) == bool(part):
                raise TraceError(
                    f"{where}: {shown(text)!r} is no machine of a VM. Write power, or disk_kind#1 of a part."
                )
            if part and not (part.isascii() and part.isdecimal() and 1 <= int(part[:2]) <= parts[actor.sort.name]):
                raise TraceError(
                    f"{where}: {shown(text)!r}: there is no such {actor.sort}. Write parts, or leave it out."
                )
            allowed = self._states(actor, value, where)
            if not allowed <= set(actor.starts):
                raise TraceError(f"{where}: {name} starts as {' or '.join(actor.starts)}. Write one of them.")
            starts[name, (number, int(part) - 1) if part else (number,)] = allowed
        return Shape(parts), starts

    def _faults(self, read: Mapping[str, Any], where: str) -> frozenset[str] | None:
        if read.get("faults") is None:
            return None
        faults = _list(read["faults"], f"{where}, faults")
        for one in faults:
            if not isinstance(one, str) or one not in self.network.faults:
                raise TraceError(
                    f"{where}: there is no fault {shown(str(one)[:60])!r}. List them: shadowproof list faults{option()}"
                )
        return frozenset(faults)

    def _readings(self, read: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
        known = {one.actor.name: one for one in READINGS}
        found = _object(read.get("readings", {}), f"{where}, readings", None)
        for name, value in found.items():
            if name not in known or value not in known[name].actor.states:
                raise TraceError(
                    f"{where}: there is no reading {shown(f'{name}={value}'[:80])}. List them: shadowproof list readings{option()}"
                )
        return tuple(sorted((name, value) for name, value in found.items() if value != known[name].default))

    def line(self, data: object, number: int, where: str, header: Header) -> Line:
        read = _object(data, where, {"event", "states", "time"})
        event, at = ("", ()) if "event" not in read else self._event(read["event"], where, header)
        states = self.states(_object(read.get("states", {}), f"{where}, states", None), where, header)
        time = read.get("time")
        if time is not None and (isinstance(time, bool) or not isinstance(time, (int, float)) or abs(time) > 1e15):
            raise TraceError(f"{where}: the time is no number of seconds. Write 12.5, say, or leave it out.")
        if not event and not states:
            raise TraceError(f"{where}: nothing was seen. Name an event, or states.")
        return Line(number, event, at, states, None if time is None else float(time))

    def _event(self, text: object, where: str, header: Header) -> Key:
        name, at = member_of(text, where)
        event = self.network.events.get(name)
        if event is None:
            raise TraceError(
                f"{where}: there is no event {shown(name)!r}. List them with: shadowproof list events{option()}"
            )
        sort = HOST if event.scope.all else event.scope.sort
        return name, self._member(name, at, sort, f"{where}: {name} happens to", header)

    def _member(self, name: str, at: Index, sort: object, what: str, header: Header) -> Index:
        """The member, where there is such a one; the only one, where none is named."""
        if sort == HOST:
            if at:
                raise TraceError(f"{what} the host. Leave {name_of('', at)} out.")
            return at
        wanted = 1 if sort == self.network.replicated else 2
        if not at and wanted == 1 and len(header.shapes) == 1:
            return (0,)
        parts = header.shapes[at[0]].parts.get(str(sort), 0) if at and at[0] < len(header.shapes) else 0
        if len(at) != wanted or at[0] >= len(header.shapes) or (wanted == 2 and at[1] >= parts):
            raise TraceError(f"{what} a {sort}, and there is none such. Write {name}@1{'.1' if wanted == 2 else ''}.")
        return at

    def states(self, read: Mapping[str, object], where: str, header: Header) -> tuple[tuple[Key, Allowed], ...]:
        """What is said of machines, by name and member."""
        found = dict[Key, Allowed]()
        for text, value in read.items():
            name, at = member_of(text, where)
            actor = self._machine(name, where)
            key = name, self._member(name, at, actor.sort, f"{where}: {name} is of", header)
            if key in found:
                raise TraceError(f"{where}: {name_of(*key)} is said twice. Say it once.")
            found[key] = self._states(actor, value, where)
        return tuple(found.items())

    def _machine(self, name: str, where: str) -> Actor:
        actor = self.network.actors.get(name)
        if actor is None:
            raise TraceError(
                f"{where}: there is no machine {shown(name)!r}. List them with: shadowproof list actors{option()}"
            )
        return actor

    def _states(self, actor: Actor, value: object, where: str) -> Allowed:
        """One state, or several of which it is one; by name, or by the number that VSS gives it."""
        several = value if isinstance(value, list) else [value]
        found = {self._state(actor, one) for one in several}
        if None in found or not found:
            said = shown(str(several[0])[:60]) if several else "nothing"
            raise TraceError(f"{where}: {actor.name} is never {said!r}. It is one of {', '.join(actor.states)}.")
        return frozenset(one for one in found if one is not None)

    @staticmethod
    def _state(actor: Actor, value: object) -> str | None:
        if isinstance(value, str):
            return value if value in actor.states else None
        by_number = {one.value: one.name for one in actor.enum if isinstance(one.value, int)}
        return by_number.get(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _object(data: object, where: str, known: set[str] | None) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise TraceError(f"{where} is no object. shadowproof replay --schema says what it may be.")
    if known is not None and (odd := next((key for key in data if key not in known), None)) is not None:
        raise TraceError(
            f"{where} has {shown(odd[:60])!r}, which nobody reads. Leave it out; known are {', '.join(sorted(known))}."
        )
    return data


def _list(data: object, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise TraceError(f"{where} is no list. shadowproof replay --schema says what it may be.")
    return data
