"""What one closed set of views, plain or exact, shows of properties."""

from __future__ import annotations

from collections.abc import Iterable

from model.notation import Network
from proofs.views.endings import ends
from proofs.views.fulfilment import state_found, step_found
from proofs.views.proof import Closed, closed_groups
from proofs.world.world import Column
from properties.kinds import Always, Ends, Property, Step


def shown_by_views(
    network: Network, column: Column, properties: Iterable[Property], *, exact: bool, limit: int
) -> dict[str, bool]:
    """Whether views of one kind show each property; those are missing of which there are too many views."""
    groups = closed_groups(network, column, properties, exact=exact, limit=limit)
    return {one.name: _shows(closed, one) for closed in groups if isinstance(closed, Closed) for one in closed.members}


def _shows(closed: Closed, one: Property) -> bool:
    match one:
        case Always(term=term):
            return not state_found(closed.views, ~term)
        case Step(term=term):
            return not step_found(closed.views, ~term)
        case Ends():
            return ends(closed.views, one) is None
    raise TypeError(one.kind)
