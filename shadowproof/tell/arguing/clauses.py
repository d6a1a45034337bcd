"""`shadowproof why`: the argument for a property, for any number of VMs, as a person reads it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from proofs.why.wording import Needed, Said, Told
from properties.kinds import Property
from shadowproof.outside.spelling import many

WIDTH = 116
SHOWN = 4
"""Events named for each clause; --all names every one."""


def why(
    found: Property, told: Told, *, cached: bool, depth: int = 2, formulas: bool = False, everything: bool = False
) -> Iterator[str]:
    """The argument, line by line: the property, what it follows from, each clause, with what keeps it where depth is more than 1, and who
    confirms it."""
    yield f"{found.name}: holds for any number of VMs, disks and adapters ({told.column})"
    yield f'  "{found.says}" ({" ".join(found.shows)})'
    yield ""
    yield "It holds, because"
    for needed in _most(told.follows, everything):
        yield from _wrapped(f"{_where(needed)}{_by(needed.clauses)}, it cannot be broken", "  ")
    yield from _rest(told.follows, everything, "  ")
    if told.clauses:
        yield ""
        yield "where"
    for number, clause in enumerate(told.clauses, 1):
        yield from _clause(number, clause, kept=depth > 1 or everything, formulas=formulas, everything=everything)
    if told.hosts:
        yield ""
        yield from _wrapped(
            f"The order of the host: {', '.join(told.host)} go together, and are in {told.hosts:,} states together, no more.",
            "  0  ",
        )
    yield ""
    if depth < 2 and told.clauses and not everything:
        yield "Each event keeps all of them, by induction over the events. By which others each is kept: --depth 2."
    yield from _wrapped(f"{_size(told)} {'; '.join(told.confirmed)}.", "")
    yield f"Found in {told.seconds:.1f} s, {told.checks:,} questions to Z3{'; from the cache' if cached else ''}."


def _size(told: Told) -> str:
    count = f"{len(told.clauses)} clause{'s' if len(told.clauses) != 1 else ''}"
    return f"{count} carry it ({told.tried} were tried, {told.views:,} views closed)."


def _clause(number: int, clause: Said, *, kept: bool, formulas: bool, everything: bool) -> Iterator[str]:
    yield from _wrapped(clause.words, f"{number:>3}  ")
    if formulas:
        yield from _wrapped(f"never together: {clause.formula}", "       ")
    if not kept:
        return
    if clause.kept:
        by = [f"{needed.event}{_by(needed.clauses, number)}" for needed in _most(clause.kept, everything)]
        more = len(clause.kept) - len(by)
        yield from _wrapped(
            "kept by " + ", ".join(by) + (f" and {many(more, 'more event')}" if more else ""), "       "
        )
    else:
        yield "       no event touches it"


def _most(needed: Sequence[Needed], everything: bool) -> Sequence[Needed]:
    """What is told first: what takes other clauses."""
    in_order = sorted(needed, key=lambda one: -len(one.clauses))
    return in_order if everything else in_order[:SHOWN]


def _rest(needed: Sequence[Needed], everything: bool, indent: str) -> Iterator[str]:
    if not everything and len(needed) > SHOWN:
        yield f"{indent}and likewise for {many(len(needed) - SHOWN, 'more event')} (--all: by name)."


def _where(needed: Needed) -> str:
    return f"when {needed.event} happens" if needed.event else "in every state"


def _by(clauses: Sequence[int], own: int | None = None) -> str:
    others = [number for number in clauses if number != own]
    return f" (by {', '.join(map(str, others))})" if others else ""


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first]
