"""Wrong protocols, and the right one, as SPIN is given them: in the column and with the VMs that it takes."""

from __future__ import annotations

from collections.abc import Sequence

from model.notation import Network
from model.notation.run import Shape
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.slices import Worlds, as_asked, needs_every_event
from proofs.world.world import Column
from properties.kinds import Property, terms_of


def slice_for(
    network: Network, column: Column, properties: Sequence[Property], shapes: tuple[Shape, ...] = (ONE_OF_EACH,)
) -> tuple[Compiled, list[Property]]:
    """The smallest slice on which all these can be judged, and they as they are judged there. All of one network: a statement
    about two runs is asked by itself. shapes: the parts of the VMs."""
    found = [as_asked(one, network) for one in properties]
    (asked_of,) = {id(of): of for of, _ in found}.values()
    asked = [one for _, one in found]
    worlds = Worlds(asked_of, column)
    smallest = {id(world): world for world in map(worlds.smallest_for, asked)}
    world = worlds.whole if len(smallest) > 1 else next(iter(smallest.values()))
    terms = [term for one in asked for term in terms_of(one)]
    part = world.cone(terms, whole_events=any(needs_every_event(one, world) for one in asked))
    return Compiled(world, part, shapes, terms), asked
