"""A tiny protocol of our own, whose states can be counted by hand: a gate on the host, and any number of boats.

A boat goes out while the gate is open; the gate shuts when a boat is out; a storm (a fault) brings a boat to the bottom; the
keeper calls all boats in. A boat has oars, which may be left behind one by one.

One boat without oars, no fault: (gate, boat) is open-in, open-out, shut-out, shut-in; open-in again when the gate opens.
"""

from __future__ import annotations

from dataclasses import replace

from model.notation import HOST, Actor, Fault, Network, Shape, Sort, States, all_, build, event, on, some, stays
from properties.kinds import Property

boat = Sort("boat", of=HOST)
oar = Sort("oar", of=boat)
NO_OARS = Shape({})
ONE_OAR = Shape({"oar": 1})


class Gate(States):
    OPEN = "open"
    SHUT = "shut"


class Boat(States):
    IN = "in the harbour"
    OUT = "at sea"
    SUNK = "at the bottom"


class Oar(States):
    ABOARD = "aboard"
    LEFT = "left behind"


gate = Actor("gate", Gate, starts=Gate.OPEN, says="The gate of the harbour.")
place = Actor("place", Boat, of=boat, starts=Boat.IN, says="Where the boat is.")
oars = Actor("oars", Oar, of=oar, starts=Oar.ABOARD, says="Where the oar is.")

gate.table(on("gate_shuts", Gate.OPEN, Gate.SHUT), on("gate_opens", Gate.SHUT, Gate.OPEN))
place.table(
    on("boat_leaves", Boat.IN, Boat.OUT),
    on("storm", Boat.OUT, Boat.SUNK),
    on("all_called_in", Boat.OUT, Boat.IN),
    stays("all_called_in"),
)
oars.table(on("oar_left", Oar.ABOARD, Oar.LEFT))

at_sea = place.is_(Boat.OUT)
open_ = gate.is_(Gate.OPEN)

EVENTS = (
    *event("boat_leaves", at=boat, when=open_, by="T-1", says="A boat leaves."),
    *event("gate_shuts", when=some(boat, at_sea), by="T-1", says="The gate shuts behind a boat."),
    *event("gate_opens", when=~some(boat, at_sea), by="T-1", says="The gate opens when no boat is at sea."),
    *event("all_called_in", at=all_(boat), when=some(boat, at_sea), by="T-1", says="All boats come in.", fair=False),
    *event("storm", at=boat, by="T-1", says="A storm sinks a boat.", fault="storm"),
    *event("oar_left", at=oar, by="T-1", says="An oar is left behind.", fair=False),
)
FAULTS = (Fault("storm", "sea", "Boats may sink."),)

HARBOUR: Network = build((gate, place, oars), EVENTS, FAULTS)


def named(**properties: Property) -> dict[str, Property]:
    """Properties by name, as the catalogue has them."""
    return {name: replace(found, name=name) for name, found in properties.items()}
