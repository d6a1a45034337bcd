"""Nonsense in states, names and faults is refused, with its line and the remedy."""

from typing import Any

from model.notation import (
    Actor,
    Fault,
    event,
    on,
    stays,
)
from tests.model.notation.house import Door, Glow, Mode, Power, Side, house
from tests.model.notation.refusals import put_together, refused, toggle


def test_the_house_itself_is_not_refused() -> None:
    h = house()
    put_together(h)
    assert set(h.network().events) == {
        "lamp_lit", "lamp_breaks", "bulb_fails", "sides_swapped", "all_out", "door_closes",
    }  # fmt: skip


class TestStates:
    def test_a_row_from_an_unknown_state(self) -> None:
        rows = [
            on("e", Mode.DAY, Mode.NIGHT),
            on("e", Door.OPEN, Mode.DAY),  # planted
        ]
        with refused("Door.OPEN is no state of extra", "Use one of DAY, NIGHT"):
            toggle("extra").table(*rows)

    def test_a_row_to_an_unknown_state(self) -> None:
        row = on("e", Mode.DAY, Power.OFF)  # planted
        with refused("Power.OFF is no state of extra", "Use one of DAY, NIGHT"):
            toggle("extra").table(row)

    def test_a_start_in_an_unknown_state(self) -> None:
        with refused("Door.OPEN is no state of extra", "Use one of DAY, NIGHT"):
            Actor("extra", Mode, starts=Door.OPEN, says="One more.")  # planted

    def test_no_start(self) -> None:
        with refused("extra starts nowhere", "Give it a state to start in"):
            Actor("extra", Mode, starts=frozenset(), says="One more.")  # planted

    def test_a_state_of_another_machine_in_is(self) -> None:
        h = house()
        with refused("Glow.DARK is no state of door", "Use one of OPEN, CLOSED"):
            h.door.is_(Glow.DARK)  # planted

    def test_a_state_of_another_machine_among_several_in_is(self) -> None:
        h = house()
        with refused("Side.LIT is no state of door", "Use one of OPEN, CLOSED"):
            h.door.is_(Door.OPEN | Side.LIT)  # planted

    def test_a_second_table(self) -> None:
        extra = toggle("extra").table(on("e", Mode.DAY, Mode.NIGHT))
        with refused("extra has a table already", "Put all its rows in one table"):
            extra.table(on("f", Mode.DAY, Mode.NIGHT))  # planted


class TestNames:
    def test_two_actors_of_one_name(self) -> None:
        second = Actor("door", Mode, starts=Mode.DAY, says="Again.")  # planted
        with refused("actor door is declared twice", "Rename or remove one"):
            put_together(house(), second)

    def test_two_events_of_one_name(self) -> None:
        second = event("all_out", by="H-1", says="Again.")  # planted
        with refused("event all_out is declared twice", "Rename or remove one"):
            put_together(house(), events=second)

    def test_an_event_and_a_fault_of_one_name(self) -> None:
        second = event("more", by="H-1", says="Again.", or_fault="all_out")  # planted
        with refused("event all_out is declared twice", "Rename or remove one"):
            put_together(house(), events=second)

    def test_two_faults_of_one_name(self) -> None:
        second = Fault("lamp_breaks", "house", "Again.")  # planted
        with refused("fault lamp_breaks is declared twice", "Rename or remove one"):
            put_together(house(), faults=(second,))

    def test_an_event_that_nothing_declares(self) -> None:
        row = on("windows_open", Mode.DAY, Mode.NIGHT)  # planted
        with refused("extra moves on windows_open, which nothing declares", "Declare it with event(...)"):
            put_together(house(), toggle("extra").table(row))

    def test_an_event_that_is_nearly_one_is_told_which(self) -> None:
        row = on("all_outt", Mode.DAY, Mode.NIGHT)  # planted
        with refused("extra moves on all_outt, which nothing declares", "Write all_out, or declare it with event(...)"):
            put_together(house(), toggle("extra").table(row))

    def test_a_stay_on_an_event_that_nothing_declares(self) -> None:
        row = stays("windows_open")  # planted
        with refused("extra moves on windows_open, which nothing declares", "Declare it with event(...)"):
            put_together(house(), toggle("extra").table(row))

    def test_an_event_that_no_machine_knows(self) -> None:
        unknown = event("windows_open", by="H-1", says="The windows open.")  # planted
        with refused("no machine knows event windows_open", "Give a machine a move on it"):
            put_together(house(), events=unknown)

    def test_a_requirement_that_does_not_exist(self) -> None:
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", by="H-1 H-9", says="The sun rises.")  # planted
        with refused("event dawn cites H-9, which is no requirement", "Use an id of the reference"):
            put_together(house(), extra, events=dawn)

    def test_a_guard_over_a_machine_that_is_not_in_the_network(self) -> None:
        stranger = toggle("stranger")
        row = on("dawn", Mode.NIGHT, Mode.DAY, when=stranger.is_(Mode.DAY))  # planted
        problem = "extra on dawn: no machine of the network is called stranger"
        with refused(problem, "Add the actor to the network"):
            put_together(house(), toggle("extra").table(row), events=event("dawn", by="H-1", says="Dawn."))


class TestFaults:
    def test_undeclared(self) -> None:
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", by="H-1", says="The sun rises.", fault="eclipse")  # planted
        with refused("fault eclipse is not declared", "Declare it among the faults"):
            put_together(house(), extra, events=dawn)

    def test_undeclared_in_the_place_of_an_event(self) -> None:
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY), on("eclipse", Mode.NIGHT, Mode.NIGHT))
        dawn = event("dawn", by="H-1", says="The sun rises.", or_fault="eclipse")  # planted
        with refused("fault eclipse is not declared", "Declare it among the faults"):
            put_together(house(), extra, events=dawn)

    def test_unused(self) -> None:
        eclipse = Fault("eclipse", "sky", "The sun does not rise.")  # planted
        with refused("no event belongs to fault eclipse", "Add the event or drop the fault"):
            put_together(house(), faults=(eclipse,))

    def test_silence_of_an_unknown_event(self) -> None:
        eclipse = Fault("eclipse", "sky", "The sun does not rise.", frozenset({"all_out", "dawn"}))  # planted
        with refused("eclipse silences dawn, an unknown event", "Use the name of an event"):
            put_together(house(), faults=(eclipse,))


def test_a_network_is_checked_again_when_it_is_watched() -> None:
    network = house().network()
    second = Actor("mode", Mode, starts=Mode.DAY, says="Again.", observer=True)  # planted
    with refused("actor mode is declared twice", "Rename or remove one"):
        network.with_observers([second])


def test_a_place_outside_the_checkout_is_named_by_its_file_alone() -> None:
    found: dict[str, Any] = {"Actor": Actor, "Mode": Mode}
    exec(compile("\n\na = Actor('a', Mode, starts=Mode.DAY, says='.')", "/elsewhere/model/mine.py", "exec"), found)  # noqa: S102 - our own text, to stand in another file
    assert str(found["a"].place) == "mine.py:3"
