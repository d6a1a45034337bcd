"""A made-up protocol in which everything depends on everything before the step: horses that change places.

A carousel has two lamps, which swap their colours; its horses go up and down, each with its rider, and look at one another.
"""

from __future__ import annotations

from model.notation import (
    HOST,
    Actor,
    Network,
    Sort,
    States,
    after,
    all_,
    build,
    event,
    every,
    happens,
    implies,
    on,
    same,
    some,
    stays,
    unchanged,
)
from properties.kinds import Property, always, fired, step
from tests.helpers.networks.tiny import named

horse = Sort("horse", of=HOST)


class Lamp(States):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Height(States):
    LOW = "low"
    HIGH = "high"


class Rider(States):
    HIGH = "a tall one"
    LOW = "a small one"


L, Y, R = Lamp, Height, Rider

left = Actor("left", Lamp, starts=L.RED | L.GREEN, says="The lamp on the left.")
right = Actor("right", Lamp, starts=L.GREEN, says="The lamp on the right.")
height = Actor("height", Height, of=horse, starts=Height, says="How high the horse is.")
height_before = Actor(
    "height before", Height, of=horse, starts=Y.LOW, says="How high it was; it is called as copies are."
)
rider = Actor("rider", Rider, of=horse, starts=R.LOW, says="Who sits on it.")

_COLOURS = frozenset(Lamp)

left.table(
    *(on("lamps_swap", _COLOURS, colour, when=right.is_(colour)) for colour in Lamp),
    on("horses_turn", L.RED, L.BLUE, when=some(horse, height.is_(Y.HIGH))),
    on("horses_turn", L.BLUE, L.RED, when=every(horse, height.is_(Y.LOW))),
    stays("horses_turn"),
)
right.table(
    *(on("lamps_swap", _COLOURS, colour, when=left.is_(colour)) for colour in Lamp),
    on("horse_swaps_with_rider", L.GREEN, L.RED, when=height.is_(Y.HIGH)),
    on("horse_swaps_with_rider", L.RED, L.GREEN, when=some(horse, height.is_(Y.HIGH))),
    stays("horse_swaps_with_rider"),
)
height.table(
    *(on("horse_swaps_with_rider", frozenset(Height), one, when=rider.is_(R[one.name])) for one in Height),
    on("horses_turn", Y.LOW, Y.HIGH, when=every(horse, height.is_(Y.LOW))),
    on("horses_turn", Y.HIGH, Y.LOW, when=~left.is_(L.RED)),
    stays("horses_turn"),
)
rider.table(*(on("horse_swaps_with_rider", frozenset(Rider), one, when=height.is_(Y[one.name])) for one in Rider))
height_before.table(
    *(on("horse_swaps_with_rider", frozenset(Height), one, when=height.is_(one)) for one in Height),
    *(on("horses_turn", frozenset(Height), one, when=height.is_(one)) for one in Height),
    stays("horses_turn"),
)

EVENTS = (
    *event("lamps_swap", when=~same(left, right), by="C-1", says="The lamps swap their colours."),
    *event("horses_turn", at=all_(horse), by="C-2", says="All horses move, by what they see on the left."),
    *event(
        "horse_swaps_with_rider", at=horse, by="C-3", says="A horse is as high as its rider was; and */ the other way."
    ),
)

CAROUSEL: Network = build((left, right, height, height_before, rider), EVENTS)

_by_itself = happens("horse_swaps_with_rider")
_anything = fired("lamps_swap")

HOLD = named(
    lamps=step(
        "The lamps swap.",
        implies(happens("lamps_swap") & left.is_(L.BLUE), after(right.is_(L.BLUE))),
        shows="C-1",
        witness=_anything,
    ),
    turn=step(
        "What is on the left before they turn decides.",
        every(horse, implies(happens("horses_turn") & left.is_(L.RED) & height.is_(Y.HIGH), unchanged(height))),
        shows="C-2",
        witness=_anything,
    ),
    untouched=step(
        "A horse that nothing happens to stays as it is.",
        every(horse, implies(~happens("horse_swaps_with_rider", "horses_turn"), unchanged(height, rider))),
        shows="C-3",
        witness=_anything,
    ),
    remembered=step(
        "How high it was is kept.",
        every(horse, implies(_by_itself & height.is_(Y.LOW), after(height_before.is_(Y.LOW) & rider.is_(R.LOW)))),
        shows="C-3",
        witness=_anything,
    ),
)
BROKEN = named(
    red_for_tall_riders=always(
        "While it is red on the right, all riders are tall.",
        implies(right.is_(L.RED), every(horse, rider.is_(R.HIGH))),
        shows="C-3",
        witness=_anything,
    ),
    still=step("A horse stays.", every(horse, implies(_by_itself, unchanged(height))), shows="C-3", witness=_anything),
    others_are_low=step(
        "A horse swaps if all are low.",
        implies(_by_itself, every(horse, height.is_(Y.LOW) | after(height.is_(Y.HIGH)))),
        shows="C-3",
        witness=_anything,
    ),
    blue=always("No lamp is blue.", ~left.is_(L.BLUE) & ~right.is_(L.BLUE), shows="C-1", witness=_anything),
    one_is_high=always("Some horse is high.", some(horse, height.is_(Y.HIGH)), shows="C-2", witness=_anything),
    high_while_green=always(
        "All are high or all riders small, while it is green.",
        implies(left.is_(L.GREEN), every(horse, height.is_(Y.HIGH)) | every(horse, rider.is_(R.LOW))),
        shows="C-2",
        witness=_anything,
    ),
)
PROPERTIES: dict[str, Property] = HOLD | BROKEN
