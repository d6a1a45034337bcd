"""What `shadowproof why` prints: a table, where one is found; else clauses; for what must come in the end, what every step uses up."""

from __future__ import annotations

from dataclasses import dataclass

from model.notation import happens
from model.protocol import PROTOCOL
from model.versions import option
from proofs.why.argue import ending, table
from proofs.why.ending import Ending
from proofs.why.tables.free import NoReason
from proofs.why.tables.table import Table
from proofs.why.tell import named
from proofs.why.wording import Told, told
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Independent, Property, Step
from shadowproof.tell.arguing.clauses import why as by_clauses
from shadowproof.tell.arguing.ending import why as in_the_end
from shadowproof.tell.arguing.why import listed, wrapped
from shadowproof.tell.arguing.why import why as as_table


@dataclass(frozen=True)
class Argued:
    """What argues for a property, as data. cached: it was not worked out now. why_not: where clauses argue, why no table does."""

    by: Table | Told | Ending
    cached: bool
    why_not: str = ""


def argument(
    name: str,
    column: Column,
    depth: int,
    seconds: float,
    *,
    clauses: bool = False,
    formulas: bool = False,
    everything: bool = False,
) -> list[str]:
    """The argument for a property in a column, line by line. Raises NoReason."""
    argued = worked_out(name, column, seconds, clauses=clauses or formulas)
    return in_words(PROPERTIES[name], argued, column, depth, formulas=formulas, everything=everything)


def worked_out(name: str, column: Column, seconds: float, *, clauses: bool = False) -> Argued:
    """What argues for a property in a column. clauses: no table is looked for. Raises NoReason."""
    found, network, why_not = PROPERTIES[name], watched(None), ""
    if not isinstance(found, (Always, Step, Ends, Independent)):
        raise NoReason(
            f"{name} says that something is possible: shadowproof explain {name}{option()} tells a run that shows it"
        )
    if isinstance(found, Ends):
        return Argued(*ending(network, column, found))
    if not clauses:
        try:
            return Argued(*table(network, column, found, seconds=seconds))
        except NoReason as problem:
            why_not = str(problem)
    return Argued(*told(network, column, found, seconds=seconds), why_not)


def in_words(
    found: Property, argued: Argued, column: Column, depth: int, *, formulas: bool = False, everything: bool = False
) -> list[str]:
    """The argument, line by line."""
    by, cached = argued.by, argued.cached
    if isinstance(by, Ending) and isinstance(found, Ends):
        return list(in_the_end(found, by, cached=cached, depth=depth))
    if isinstance(by, Table):
        lines = list(as_table(found, by, PROTOCOL, cached=cached, depth=depth))
        read = [*never_read(found, column), ""] if isinstance(found, Independent) else []
        return [*lines[:3], *read, *lines[3:]]
    assert isinstance(by, Told)  # noqa: S101 - an Ending is of a property that comes in the end
    lines = list(by_clauses(found, by, cached=cached, depth=depth, formulas=formulas, everything=everything))
    said = [f"It is argued by clauses, for no table was found: {argued.why_not}."] if argued.why_not else []
    return [*lines, *said]


def never_read(found: Independent, column: Column) -> list[str]:
    """What the events read that must not depend on some machines, and that those are not among it, if so."""
    world = World(watched(None), column)
    reads = world.cone([happens(*found.events)]).machines
    of = [named(actor.name) for actor in found.of]
    if reads & {actor.name for actor in found.of}:
        return wrapped(
            f"{listed(found.events)} may read {listed(of)}, or what hangs on it; but never so that it shows:", ""
        )
    names = sorted(named(name) for name in reads)
    said = f"Never read: {listed(of)}. Whether and how {listed(found.events)} happen hangs on {len(names)} machines, and it is none of them"
    return wrapped(f"{said}: {listed(names)}.", "")
