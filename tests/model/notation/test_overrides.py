"""Overrides of named rules: each does what it says, and one that is wrong is refused, with its line and the remedy."""

from typing import TypedDict

import pytest

from model.notation import Actor, DeclarationError, Network, States, event, on, stays
from model.notation.overrides import (
    event_gone,
    event_is,
    event_new,
    fault_is,
    machine_gone,
    machine_instead,
    machine_is,
    machine_new,
    overridden,
    rows_are,
)
from tests.model.notation.house import Door, Mode, house
from tests.model.notation.refusals import refused


class Said(TypedDict):
    why: str
    source: str


SAID: Said = {"why": "So it is.", "source": "X-1"}
HERE = "Name a rule of the network that it is a version of"


class Weather(States):
    DRY = "dry"
    WET = "wet"


def network() -> Network:
    return house().network()


def test_an_event_that_is_otherwise() -> None:
    h = house()
    found = overridden(h.network(), [event_is("door_closes", only=h.mode.is_(Mode.NIGHT), by="X-1", **SAID)], ["X-1"])
    assert found.events["door_closes"].by == ("X-1",)
    assert found.events["door_closes"].when == h.network().events["door_closes"].when & h.mode.is_(Mode.NIGHT)
    assert list(found.events) == list(h.network().events)


def test_an_event_that_is_gone_takes_its_rows_and_its_fault_with_it() -> None:
    found = overridden(network(), [event_gone("lamp_breaks", **SAID)])
    assert network().events.keys() - found.events.keys() == {"lamp_breaks"}
    assert "lamp_breaks" not in found.faults
    assert not found.participants("lamp_breaks")
    assert "bulb_hangs" not in overridden(network(), [event_gone("bulb_fails", **SAID)]).faults


def test_a_new_event_and_its_rows() -> None:
    found = overridden(
        network(),
        [
            event_new(event("door_opens", by="H-1", says="The door opens."), **SAID),
            rows_are("door", "door_opens", on("door_opens", Door.CLOSED, Door.OPEN), **SAID),
        ],
    )
    assert [actor.name for actor in found.participants("door_opens")] == ["door"]


def test_machines() -> None:
    weather = Actor("weather", Weather, starts=Weather, says="The weather.")
    other = Actor("weather", Weather, starts=Weather.WET, says="The weather, which is bad.")
    found = overridden(
        network(),
        [machine_new(weather, **SAID), machine_is("mode", starts=Mode.DAY, **SAID)],
    )
    assert (found.actors["weather"].starts, found.actors["mode"].starts) == (("DRY", "WET"), ("DAY",))
    assert overridden(found, [machine_instead(other, **SAID)]).actors["weather"].starts == ("WET",)
    assert "weather" not in overridden(found, [machine_gone("weather", **SAID)]).actors


class TestRefused:
    def test_an_unknown_event(self) -> None:
        with refused("the override of event door_flies: no event door_flies", HERE):
            overridden(network(), [event_gone("door_flies", **SAID)])  # planted

    def test_an_unknown_machine(self) -> None:
        with refused("the override of rows roof on door_closes: no machine roof", HERE):
            overridden(network(), [rows_are("roof", "door_closes", stays("door_closes"), **SAID)])  # planted

    def test_an_unknown_fault(self) -> None:
        with refused("the override of fault flood: no fault flood", HERE):
            overridden(network(), [fault_is("flood", duty="Build a dam.", **SAID)])  # planted

    def test_a_row_on_another_event(self) -> None:
        row = on("other", Door.OPEN, Door.CLOSED)
        with refused("the override of rows door on door_closes: a row is on other", HERE):
            overridden(network(), [rows_are("door", "door_closes", row, **SAID)])  # planted

    def test_a_new_event_that_there_is(self) -> None:
        closes = event("door_closes", by="H-1", says="It closes.")
        with refused("the override of event door_closes: there is an event door_closes already", HERE):
            overridden(network(), [event_new(closes, **SAID)])  # planted

    def test_one_that_changes_nothing(self) -> None:
        with refused("the override of machine mode changes nothing", "Drop it, or say what is otherwise"):
            overridden(network(), [machine_is("mode", starts=Mode.DAY | Mode.NIGHT, **SAID)])  # planted

    def test_one_that_says_what_was_there_before_another_changed_it(self) -> None:
        """The second has the rows as the house has them: it takes back what the first did to them, and is no override."""
        whole = network()
        rows = [row for row in whole.actors["door"].moves if row.event == "door_closes"]
        with refused("the override of rows door on door_closes changes nothing", "Drop it, or say what is otherwise"):
            back = rows_are("door", "door_closes", *rows, **SAID)  # planted
            overridden(whole, [event_gone("door_closes", **SAID), back])

    def test_a_part_that_says_what_is_there(self) -> None:
        whole = network()
        closes, breaks = whole.events["door_closes"].says, whole.faults["lamp_breaks"].says
        for rule, override in {
            "event door_closes says of its says": event_is("door_closes", says=closes, by="H-2", **SAID),
            "machine mode says of its starts": machine_is("mode", starts=Mode.DAY | Mode.NIGHT, says="Other.", **SAID),
            "fault lamp_breaks says of its says": fault_is("lamp_breaks", says=breaks, duty="Take care.", **SAID),
        }.items():
            with pytest.raises(DeclarationError, match=f"the override of {rule} what is there already. Leave that out"):
                overridden(whole, [override])

    def test_two_of_one_rule(self) -> None:
        one, other = "The door falls shut.", "The door is shut."
        twice = r"the override of {} is there twice, first at .*test_overrides.py:\d+"
        for rule, overrides in {
            "event door_closes and its says": [event_is("door_closes", says=text, **SAID) for text in (one, other)],
            "event door_closes": [event_is("door_closes", says=one, **SAID), event_gone("door_closes", **SAID)],
            "machine mode and its starts": [
                machine_is("mode", starts=state, **SAID) for state in (Mode.DAY, Mode.NIGHT)
            ],
            "fault lamp_breaks and its duty": [fault_is("lamp_breaks", duty=text, **SAID) for text in (one, other)],
            "rows door on door_closes": [
                rows_are("door", "door_closes", on("door_closes", state, Door.OPEN), **SAID) for state in Door
            ],
        }.items():
            with pytest.raises(DeclarationError, match=twice.format(rule)):
                overridden(network(), overrides)

    def test_two_parts_of_one_rule_are_two_overrides(self) -> None:
        overrides = [event_is("door_closes", says="It shuts.", **SAID), event_is("door_closes", by="H-2", **SAID)]
        found = overridden(network(), overrides).events["door_closes"]
        assert (found.says, found.by) == ("It shuts.", ("H-2",))

    def test_one_without_a_reason(self) -> None:
        with refused("the override of event door_closes: why is empty", "Say it in words"):
            event_gone("door_closes", why=" ", source="X-1")  # planted

    def test_one_without_a_source(self) -> None:
        with refused("the override of event door_closes: its source is empty", "Say it in words"):
            event_gone("door_closes", why="So it is.", source="")  # planted
