"""What `shadowproof why` prints: a table, where one is found; else clauses; for what must come in the end, what every step uses up."""

from __future__ import annotations

from model.notation import happens
from model.protocol import PROTOCOL
from model.versions import option
from proofs.why.argue import table
from proofs.why.ending import ending
from proofs.why.tables.free import NoReason
from proofs.why.tell import named
from proofs.why.wording import told
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Independent, Step
from shadowproof.tell.arguing.clauses import why as by_clauses
from shadowproof.tell.arguing.ending import why as in_the_end
from shadowproof.tell.arguing.why import listed, wrapped
from shadowproof.tell.arguing.why import why as as_table


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
    found, network = PROPERTIES[name], watched(None)
    if not isinstance(found, (Always, Step, Ends, Independent)):
        raise NoReason(
            f"{name} says that something is possible: shadowproof explain {name}{option()} tells a run that shows it"
        )
    if isinstance(found, Ends):
        end, cached = ending(network, column, found)
        return list(in_the_end(found, end, cached=cached, depth=depth))
    if not clauses and not formulas:
        try:
            made, cached = table(network, column, found, seconds=seconds)
            lines = list(as_table(found, made, PROTOCOL, cached=cached, depth=depth))
            return (
                lines
                if not isinstance(found, Independent)
                else [*lines[:3], *never_read(found, column), "", *lines[3:]]
            )
        except NoReason as problem:
            why_not = str(problem)
    by, cached = told(network, column, found, seconds=seconds)
    lines = list(by_clauses(found, by, cached=cached, formulas=formulas, everything=everything))
    return lines if clauses or formulas else [*lines, f"It is argued by clauses, for no table was found: {why_not}."]


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
