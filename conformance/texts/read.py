"""A file, or several, as one observation: what is in it decides how it is read, never its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.content import ReadError
from conformance.texts import beyond, clients, events, times, vms, writers
from conformance.texts.facts import Fact, Place, Seen, together
from conformance.texts.lines import EVTX, Line, bytes_of, decoded, lines_of, shown
from model.notation import HOST
from model.protocol import PROTOCOL
from model.versions import option

SEEN = frozenset({
    "requester", "vss", "writer_state", "last_error", "other_writer", "context", "process", "provider",
    "power", "saved_by", "method", "progress", "child_session", "image", "outcome", "selected", "integration",
})  # fmt: skip
"""The machines of which something may be said (those of `possible.py`, which takes long to load)."""

READERS = (writers.read, events.read, clients.read, vms.read, beyond.read, times.read)


def read_file(path: Path) -> Seen:
    """What is to be read off a file (`-`: stdin). Raises ReadError."""
    name = "stdin" if str(path) == "-" else shown(str(path))
    content = bytes_of(path)
    if content.startswith(EVTX):
        from conformance.texts.saved_log import text_of  # noqa: PLC0415 - needs a package that few have

        content = text_of(content, name).encode()
    return read_text(decoded(content, name), name)


def read_text(text: str, file: str) -> Seen:
    """What is to be read off a text."""
    return read_lines(lines_of(text, file))


def read_lines(lines: Sequence[Line]) -> Seen:
    seen = together(reader(lines) for reader in READERS)
    return replace(seen, facts=tuple(_latest(seen.facts)))


def _latest(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Of what one text says several times of a machine, the last is so now; what stands before was so."""
    ordered = sorted(facts, key=lambda one: one.place.line)
    last = {(one.machine, one.of): one.place.line for one in ordered if one.now}
    for one in ordered:
        yield replace(one, now=one.now and one.place.line == last[one.machine, one.of])


def said(texts: Iterable[str]) -> Seen:
    """What a person knows: MACHINE=STATE of the host, VM:MACHINE=STATE of a VM. Raises ReadError."""
    return Seen(tuple(_said(text) for text in texts))


def _said(text: str) -> Fact:
    known, _, value = text.partition("=")
    of, _, name = known.rpartition(":")
    place = Place(f"--see {shown(text)}")
    actor = PROTOCOL.actors.get(name.strip())
    if actor is None or not value:
        raise ReadError(
            f"{place} names no machine. Write MACHINE=STATE; shadowproof list actors{option()} has the machines."
        )
    states = frozenset(part.strip().upper() for part in value.split(","))
    if unknown := sorted(states - set(actor.states)):
        raise ReadError(f"{place}: {actor.name} is never {unknown[0]}. It is one of {', '.join(actor.states)}.")
    if actor.sort not in (HOST, PROTOCOL.replicated):
        raise ReadError(
            f"{place}: {actor.name} is of a part of a VM, of which nothing is diagnosed. Say what is so of the VM."
        )
    whose = "" if actor.sort == HOST else shown(of.strip()) or "a VM"
    return Fact(actor.name, states, place, f"{actor.name} is {' or '.join(sorted(states))}", whose)


def refuse_contradictions(seen: Iterable[Seen]) -> None:
    """Raises ReadError where two sources say of one machine, now, what cannot be so together."""
    known: dict[tuple[str, str], Fact] = {}
    for one in seen:
        for fact in one.facts:
            if not fact.now or fact.of == "a VM":
                continue
            before = known.setdefault((fact.machine, fact.of), fact)
            if not before.states & fact.states and before.place.file != fact.place.file:
                whose = f" of {fact.of}" if fact.of else ""
                raise ReadError(
                    f"{fact.place}: {fact.machine}{whose} is {_or(fact.states)}, but {_or(before.states)} in {before.place}. Give what "
                    "was seen at one time, or say with --see what is so."
                )


def _or(states: Iterable[str]) -> str:
    return " or ".join(sorted(states))
