"""A small protocol of our own: a house with a door, any number of lamps, and for each lamp any number of bulbs."""

from dataclasses import dataclass

from model.notation import (
    HOST,
    Actor,
    Event,
    Fault,
    Network,
    Sort,
    States,
    all_,
    build,
    event,
    every,
    implies,
    on,
    stays,
)

lamp = Sort("lamp", of=HOST)
bulb = Sort("bulb", of=lamp)
shade = Sort("shade", of=lamp)


class Door(States):
    OPEN = "open"
    CLOSED = "closed"


class Mode(States):
    DAY = "day"
    NIGHT = "night"


class Power(States):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Side(States):
    LIT = "lit"
    DARK = "dark"


class Glow(States):
    DARK = "dark"
    GLOWING = "glowing"


IDS = frozenset({"H-1", "H-2", "mode"})
"""What rules may cite: two requirements, and the configuration, which is a reading."""


@dataclass(frozen=True)
class House:
    """Fresh actors, so that each test may spoil its own."""

    door: Actor
    mode: Actor
    last: Actor
    power: Actor
    left: Actor
    right: Actor
    glow: Actor
    events: tuple[Event, ...]
    faults: tuple[Fault, ...] = (
        Fault("lamp_breaks", "house", "A lamp breaks when it is lit."),
        Fault("bulb_hangs", "house", "A bulb may never fail.", frozenset({"bulb_fails"})),
    )

    @property
    def actors(self) -> tuple[Actor, ...]:
        return (self.door, self.mode, self.last, self.power, self.left, self.right, self.glow)

    def network(self) -> Network:
        dark_while_off = every(bulb, implies(self.power.is_(Power.OFF), self.glow.is_(Glow.DARK)))
        return build(self.actors, self.events, self.faults, [dark_while_off], IDS)


def house() -> House:
    """The house, its tables given."""
    door = Actor("door", Door, starts=Door.OPEN, says="The door of the house.")
    mode = Actor("mode", Mode, starts=Mode, says="What time it is: configuration.")
    last = Actor("last", Side, starts=Side.DARK, says="Whether the last lamp that was lit had its left side lit.")
    power = Actor("power", Power, of=lamp, starts=Power.OFF | Power.ON, says="A lamp's power.")
    left = Actor("left", Side, of=lamp, starts=Side, says="A lamp's left side.")
    right = Actor("right", Side, of=lamp, starts=Side, says="A lamp's right side.")
    glow = Actor("glow", Glow, of=bulb, starts=Glow, says="A bulb.")

    door.table(
        on("door_closes", Door.OPEN, Door.CLOSED),
        on("all_out", Door.OPEN, Door.CLOSED, when=mode.is_(Mode.NIGHT)),
        on("all_out", Door.CLOSED, Door.CLOSED),
    )
    last.table(
        on("lamp_lit", Side.LIT | Side.DARK, Side.LIT, when=left.is_(Side.LIT)),
        on("lamp_lit", Side.LIT | Side.DARK, Side.DARK, when=left.is_(Side.DARK)),
    )
    power.table(
        on("lamp_lit", Power.OFF, Power.ON),
        on("lamp_breaks", Power.OFF, Power.BROKEN),
        on("all_out", Power.ON, Power.OFF),
        on("bulb_fails", Power.ON, Power.ON),
        stays("all_out"),
    )
    left.table(
        on("sides_swapped", Side.LIT, Side.DARK, when=right.is_(Side.DARK)),
        on("sides_swapped", Side.DARK, Side.LIT, when=right.is_(Side.LIT)),
        stays("sides_swapped"),
    )
    right.table(
        on("sides_swapped", Side.LIT, Side.DARK, when=left.is_(Side.DARK)),
        on("sides_swapped", Side.DARK, Side.LIT, when=left.is_(Side.LIT)),
        stays("sides_swapped"),
    )
    glow.table(
        on("lamp_lit", Glow.DARK, Glow.GLOWING),
        on("all_out", Glow.GLOWING, Glow.DARK, when=power.is_(Power.ON)),
        on("bulb_fails", Glow.GLOWING, Glow.DARK),
        stays("lamp_lit", "all_out"),
    )
    events = (
        *event(
            "lamp_lit",
            at=lamp,
            when=door.is_(Door.OPEN) & ~power.is_(Power.BROKEN),
            by="H-1",
            says="A lamp is lit.",
            or_fault="lamp_breaks",
        ),
        *event("bulb_fails", at=bulb, by="H-2", says="A bulb fails.", fair=False),
        *event("sides_swapped", at=lamp, by="H-1", says="A lamp's sides are swapped."),
        *event("all_out", at=all_(lamp), by="H-1 H-2", says="All lamps go out."),
        *event("door_closes", when=every(lamp, ~power.is_(Power.ON)), by="H-1", says="The door closes."),
    )
    return House(door, mode, last, power, left, right, glow, events)
