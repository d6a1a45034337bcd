"""Circumstances, sentences and readings, as somebody reads them who knows the document and not this project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap

from model.protocol import PROTOCOL, REQUIREMENTS
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from shadowproof.letter.findings import Finding

WIDTH = 118


def paragraph(text: str, indent: str = "") -> list[str]:
    """Folded, and a line between it and what follows."""
    return [*folded(text, indent), ""]


def folded(text: str, indent: str = "") -> list[str]:
    """An item of a list or a paragraph, folded; indent: of the lines after the first."""
    return wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def listed(things: Sequence[str], last: str = "and") -> str:
    """One, two and three."""
    return f" {last} ".join(filter(None, (", ".join(things[:-1]), *things[-1:])))


def named(names: Iterable[str]) -> str:
    """Promises by their names, as code."""
    return ", ".join(f"`{name}`" for name in names)


def question(name: str) -> str:
    """What a silent point leaves open."""
    return PROTOCOL.actors[name].says


def value(name: str, state: str) -> str:
    """A reading in words."""
    return str(PROTOCOL.actors[name].enum[state].value)


def read_as(values: Mapping[str, Sequence[str]]) -> str:
    """Silent points, each with the readings that it may have."""
    return "; ".join(
        f"{name} {listed([f'“{value(name, state)}”' for state in states], 'or')}" for name, states in values.items()
    )


def circumstance(column: Column) -> str:
    """A column: what goes wrong, and what is read otherwise than here."""
    if column == BASE:
        return "Nobody does anything wrong"
    faults = [f"{PROTOCOL.faults[name].says.rstrip('.')} (`{name}`)" for name in sorted(column.faults)]
    read = read_as({name: (state,) for name, state in column.readings})
    return "; ".join(filter(None, (read, *faults)))


def concerned(one: Finding) -> list[str]:
    """The sentences of a finding in our words, a line a requirement."""
    return [
        f"{', '.join(f'S{number}' for number in found.sentences if number in one.sentences)}: {found.says}"
        for found in REQUIREMENTS
        if set(found.sentences) & set(one.sentences)
    ]
