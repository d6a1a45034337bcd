"""Rules that say nothing, which a network may have when it is changed but not when it is written down: each is refused."""

import pytest

from examples.small_backup import NETWORK as SMALL
from model.notation import (
    FALSE,
    Actor,
    Event,
    Fault,
    Move,
    Term,
    build,
    declared,
    event,
    every,
    implies,
    on,
    some,
    stays,
)
from tests.model.notation.house import IDS, Door, Glow, House, Mode, Power, Side, bulb, house, lamp
from tests.model.notation.refusals import refused, toggle

Rows = tuple[Move | tuple[Move, ...], ...]
DROP = "Drop what decides nothing, or say what was meant"


def written(h: House, *actors: Actor, events: tuple[Event, ...] = (), faults: tuple[Fault, ...] = ()) -> None:
    """The house with more in it, as a protocol is written down."""
    declared(build((*h.actors, *actors), (*h.events, *events), (*h.faults, *faults), (), IDS))


def dawn(when: Term | None = None) -> tuple[Event, ...]:
    return event("dawn", by="H-1", says="Dawn.") if when is None else event("dawn", when=when, by="H-1", says="Dawn.")


def test_the_house_and_the_small_backup_are_not_refused() -> None:
    network = house().network()
    assert declared(network) is network
    assert declared(SMALL) is SMALL


class TestEventGuards:
    def test_never_true(self) -> None:
        h, extra = house(), toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        never = h.door.is_(Door.OPEN) & h.door.is_(Door.CLOSED)
        opening = event("dawn", when=never, by="H-1", says="Dawn.")  # planted
        with refused('event dawn: of its guard, "door is open and door is closed" is never true', DROP):
            written(h, extra, events=opening)

    def test_false(self) -> None:
        h, extra = house(), toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        opening = event("dawn", when=FALSE, by="H-1", says="Dawn.")  # planted
        with refused("event dawn: of its guard, it is never true, whatever happens", DROP):
            written(h, extra, events=opening)

    def test_always_true(self) -> None:
        h, extra = house(), toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        opening = event("dawn", when=h.door.is_(Door.OPEN | Door.CLOSED), by="H-1", says="Dawn.")  # planted
        with refused('event dawn: of its guard, "door is closed or open" is always true', DROP):
            written(h, extra, events=opening)

    def test_one_condition_that_is_always_true(self) -> None:
        h, extra = house(), toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        lit = every(lamp, h.power.is_(Power.ON) | ~h.power.is_(Power.ON))
        opening = event("dawn", when=lit & h.door.is_(Door.OPEN), by="H-1", says="Dawn.")  # planted
        with refused(
            'event dawn: of its guard, "for every lamp: (power is on or power is not on)" is always true', DROP
        ):
            written(h, extra, events=opening)

    def test_a_quantifier_over_nobody(self) -> None:
        h, extra = house(), toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        opening = event("dawn", when=some(lamp, h.door.is_(Door.OPEN)), by="H-1", says="Dawn.")  # planted
        with refused('event dawn: of its guard, "for some lamp: door is open" says nothing of any lamp', DROP):
            written(h, extra, events=opening)

    def test_of_the_member_that_the_event_happens_to(self) -> None:
        """One lamp may be on while some lamp is not; that lamp itself may not."""
        h, extra = house(), toggle("extra", lamp).table(on("dawn", Mode.NIGHT, Mode.DAY))
        on_while_some_is_not = h.power.is_(Power.ON) & some(lamp, ~h.power.is_(Power.ON))
        written(h, extra, events=event("dawn", at=lamp, when=on_while_some_is_not, by="H-1", says="Dawn."))
        never = h.power.is_(Power.ON) & every(lamp, ~h.power.is_(Power.ON))
        at_a_lamp = event("dawn", at=lamp, when=never, by="H-1", says="Dawn.")  # planted
        with refused(
            'event dawn: of its guard, "power is on and (for every lamp: power is not on)" is never true', DROP
        ):
            written(h, toggle("extra", lamp).table(on("dawn", Mode.NIGHT, Mode.DAY)), events=at_a_lamp)


class TestRowGuards:
    def test_never_true_in_one_of_its_states(self) -> None:
        extra = toggle("extra")
        row = on("dawn", Mode.NIGHT | Mode.DAY, Mode.DAY, when=extra.is_(Mode.DAY))  # planted
        with refused('extra on dawn in DAY: of its guard, "extra is day" is always true', DROP):
            written(house(), extra.table(row), events=dawn())

    def test_never_true_in_its_state(self) -> None:
        extra = toggle("extra")
        row = on("dawn", Mode.NIGHT, Mode.DAY, when=extra.is_(Mode.DAY))  # planted
        with refused('extra on dawn in NIGHT: of its guard, "extra is day" is never true', DROP):
            written(house(), extra.table(row), events=dawn())

    def test_always_true(self) -> None:
        h = house()
        row = on("dawn", Mode.NIGHT, Mode.DAY, when=h.mode.is_(Mode.DAY) | ~h.mode.is_(Mode.DAY))  # planted
        with refused('extra on dawn in NIGHT: of its guard, "mode is day or mode is not day" is always true', DROP):
            written(h, toggle("extra").table(row), events=dawn())

    def test_in_one_of_the_states_that_it_starts_in(self) -> None:
        """From DAY the guard decides; from NIGHT, which comes after, it is always true."""
        h, extra = house(), toggle("extra")
        either = extra.is_(Mode.NIGHT) | h.mode.is_(Mode.NIGHT)
        extra.table(on("dawn", Mode.DAY | Mode.NIGHT, Mode.NIGHT, when=either))  # planted
        with refused('extra on dawn in NIGHT: of its guard, its conclusion "extra is night" is always true', DROP):
            written(h, extra, events=dawn())


class TestRows:
    def test_one_that_does_what_stays_does(self) -> None:
        row = on("dawn", Mode.DAY, Mode.DAY)  # planted
        with refused(
            "extra on dawn: the row leaves the machine in DAY, as stays does without it",
            "Drop the row, or let it lead elsewhere",
        ):
            written(
                house(),
                toggle("extra").table(
                    row, on("dawn", Mode.NIGHT, Mode.DAY, when=house().door.is_(Door.OPEN)), stays("dawn")
                ),
                events=dawn(),
            )

    def test_staying_twice(self) -> None:
        one = stays("dawn")
        two = stays("dawn")  # planted
        with refused("extra on dawn: it stays twice", "Drop one of them"):
            written(house(), toggle("extra").table(on("dawn", Mode.DAY, Mode.NIGHT), one, two), events=dawn())

    def test_staying_and_nothing_else(self) -> None:
        row = stays("door_closes")  # planted
        with refused(
            "extra on door_closes: it stays, whatever it is in, so the event is nothing to it",
            "Drop the event from stays, or give it a row",
        ):
            written(house(), toggle("extra").table(row))

    def test_staying_where_a_row_fits_in_every_state(self) -> None:
        row = stays("door_closes")  # planted
        with refused(
            "extra on door_closes: some row fits in every state, so it never stays", "Drop the event from stays"
        ):
            written(house(), toggle("extra").table(on("door_closes", Mode.DAY | Mode.NIGHT, Mode.NIGHT), row))

    def test_an_observer_may_know_an_event_and_stay(self) -> None:
        written(house(), toggle("extra", observer=True).table(stays("door_closes")))

    def test_an_event_that_moves_nobody(self) -> None:
        nothing = event("dawn", by="H-1", says="Dawn.")  # planted
        with refused("event dawn moves no machine", "Let a row lead to another state"):
            written(house(), toggle("extra").table(on("dawn", Mode.DAY, Mode.DAY)), events=nothing)


@pytest.mark.parametrize("by", ["", " "])
def test_an_event_that_comes_from_nothing(by: str) -> None:
    cited = event("dawn", by=by, says="Dawn.")  # planted
    with refused("event dawn cites nothing", 'Name what it comes from: by="ID"'):
        written(house(), toggle("extra").table(on("dawn", Mode.DAY, Mode.NIGHT)), events=cited)


class TestSentences:
    def test_an_actor(self) -> None:
        extra = Actor("extra", Mode, starts=Mode.DAY, says=".")  # planted
        with refused("actor extra: '.' is no sentence", "Say it in words, and end with a full stop"):
            written(house(), extra)

    def test_an_event(self) -> None:
        h = house()
        says_little = event("dawn", by="H-1", says="Dawn")  # planted
        with refused("event dawn: 'Dawn' is no sentence", "Say it in words, and end with a full stop"):
            written(h, toggle("extra").table(on("dawn", Mode.DAY, Mode.NIGHT)), events=says_little)

    def test_a_fault(self) -> None:
        fault = Fault("bulbs_hang", "house", " It hangs.", frozenset({"bulb_fails"}))  # planted
        with refused("fault bulbs_hang: ' It hangs.' is no sentence", "Say it in words, and end with a full stop"):
            written(house(), faults=(fault,))

    def test_a_duty(self) -> None:
        fault = Fault("bulbs_hang", "house", "It hangs.", frozenset({"bulb_fails"}), duty="Mind")  # planted
        with refused(
            "the duty of fault bulbs_hang: 'Mind' is no sentence", "Say it in words, and end with a full stop"
        ):
            written(house(), faults=(fault,))

    def test_a_meaning(self) -> None:
        fault = Fault("bulbs_hang", "house", "It hangs.", frozenset({"bulb_fails"}), means="Dark")  # planted
        with refused(
            "the meaning of fault bulbs_hang: 'Dark' is no sentence", "Say it in words, and end with a full stop"
        ):
            written(house(), faults=(fault,))


class TestReadings:
    def test_a_machine_that_is_none_and_stays_where_it_starts(self) -> None:
        several = Actor("H-2", Mode, starts=Mode, says="Left open.")
        written(house(), several)
        several = Actor("H-3", Mode, starts=Mode, says="Left open.")  # planted
        remedy = "Give it rows or a single start, or make it a reading in model/readings.py"
        with refused("H-3 may start in several states and never moves: only its first would be judged", remedy):
            written(house(), several)


class TestStarts:
    def test_always_true(self) -> None:
        h = house()
        network = build(h.actors, h.events, h.faults, [h.left.is_(Side.LIT | Side.DARK)])
        with refused('at_start: of its guard, "left is dark or lit" is always true', DROP):
            declared(network)  # planted

    def test_no_start_is_left(self) -> None:
        h = house()
        network = build(h.actors, h.events, h.faults, [h.power.is_(Power.BROKEN)])
        with refused("at_start leaves no state to start in", "Let some start fulfil all its terms"):
            declared(network)  # planted

    def test_no_start_is_left_that_fits_all(self) -> None:
        h = house()
        terms = [h.left.is_(Side.LIT), implies(h.left.is_(Side.LIT), h.right.is_(Side.LIT)), h.right.is_(Side.DARK)]
        network = build(h.actors, h.events, h.faults, terms)
        with refused("at_start leaves no state to start in", "Let some start fulfil all its terms"):
            declared(network)  # planted

    def test_no_part_need_be_there(self) -> None:
        h = house()
        declared(
            build(h.actors, h.events, h.faults, [every(bulb, h.glow.is_(Glow.DARK) & h.power.is_(Power.OFF))], IDS)
        )


def test_a_changed_network_may_say_nothing() -> None:
    """A mutant may have an event that never happens: it is built, and judged, all the same."""
    h, extra = house(), toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
    found = build((*h.actors, extra), (*h.events, *dawn(FALSE)), h.faults)
    assert found.events["dawn"].when == FALSE
    with pytest.raises(ValueError, match="never true"):
        declared(found)
