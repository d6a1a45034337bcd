"""What `shadowproof why` prints: a table, where one is found; else clauses; for what must come in the end, what every step uses up."""

from __future__ import annotations

from model.protocol import PROTOCOL
from proofs.why.argue import table
from proofs.why.localise import NoReason
from proofs.why.wording import told
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Independent, Step
from shadowproof.tell.clauses import why as by_clauses
from shadowproof.tell.why import why as as_table


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
        raise NoReason(f"{name} says that something is possible: shadowproof explain {name} tells a run that shows it")
    if not clauses and not formulas:
        try:
            made, cached = table(network, column, found)
            return list(as_table(found, made, PROTOCOL, cached=cached, depth=depth))
        except NoReason as problem:
            if isinstance(found, Ends):
                raise
            why_not = str(problem)
    by, cached = told(network, column, found, seconds=seconds)
    lines = list(by_clauses(found, by, cached=cached, formulas=formulas, everything=everything))
    return lines if clauses or formulas else [*lines, f"It is argued by clauses, for no table was found: {why_not}."]
