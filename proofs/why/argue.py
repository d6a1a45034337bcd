"""The argument for a property in a column, kept in the cache: a table; of what must come in the end, what every step uses up."""

from __future__ import annotations

from dataclasses import replace

from model.notation.network import Network
from proofs.answers.memory import key_of
from proofs.solvers.solvers import ask
from proofs.views.proof import Closed, closed_groups, judged
from proofs.why.confirmed import confirmed_by
from proofs.why.ending import Ending, ending_of
from proofs.why.falling import Falling
from proofs.why.kept import kept
from proofs.why.tables.build import LIMIT, table_for
from proofs.why.tables.free import NoReason
from proofs.why.tables.table import Table
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.kinds import Always, Ends, Property, Step


def table(network: Network, column: Column, found: Property, *, seconds: float = LIMIT) -> tuple[Table, bool]:
    """The table that argues for a property in a column, and whether it comes from the cache. seconds: of computing, at
    most. Raises NoReason."""
    in_network, asked = as_asked(found, network)
    if not isinstance(asked, (Always, Step)):
        raise NoReason(f"{found.name} is no statement about states or steps: its argument is no table")
    closed = closed_for(in_network, column, asked)
    return kept(key_of("table", closed.group), Table, lambda: table_for(closed, seconds))


def ending(network: Network, column: Column, found: Ends) -> tuple[Ending, bool]:
    """The argument for what must come in the end, which both solvers have confirmed, and whether it comes from the cache. Raises
    NoReason."""
    closed = closed_for(network, column, found)

    def made() -> Ending:
        told = ending_of(closed, found)
        return replace(told, confirmed=confirmed_by(ask(Falling(closed, found, told)), "what every step uses up"))

    return kept(key_of("ending", closed.group), Ending, made)


def closed_for(network: Network, column: Column, asked: Property) -> Closed:
    """The closed set that shows the property: the smallest that does. Raises NoReason."""
    for whole in (False, True):
        for found in closed_groups(network, column, [asked], whole=whole):
            if isinstance(found, list):
                raise NoReason(found[0].problem)
            (proof,) = judged(found)
            if proof.holds and not proof.exercised:
                raise NoReason(f"the witness of {asked.name} cannot fire in this column: nothing is put to the test")
            if proof.holds:
                return found
    raise NoReason(f"{asked.name} is not shown for any number of VMs in this column: there is nothing to argue")
