"""Rules that are wrong where they stand, or would be dropped without a word: each is refused, with its line and the remedy."""

# mypy: disable-error-code="arg-type, comparison-overlap, list-item, redundant-expr, unreachable"
# What is wrong here mypy would tell too: these are what is loaded all the same.

from typing import Any

from model.notation import HOST, TRUE, Actor, Fault, States, all_, build, event, on, stays
from tests.model.notation.house import Door, Mode, Power, house
from tests.model.notation.refusals import put_together, refused, toggle

NO_TERM = "Write machine.is_(state), same(...) or iff(...), and join terms with &, | and ~"


class TestTruth:
    def test_and_between_the_terms_of_a_guard(self) -> None:
        h = house()
        with refused(
            "a term has no truth value, so Python's and, or, not and if would drop a condition",
            "Write &, | and ~, or implies(premise, conclusion)",
        ):
            event("e", when=h.door.is_(Door.OPEN) and h.mode.is_(Mode.DAY), by="H-1", says="E.")  # planted

    def test_or_between_the_states_of_a_row(self) -> None:
        with refused(
            "Mode.DAY has no truth value, so Python's and, or, not and if would drop a state", "Join states with |"
        ):
            on("e", Mode.DAY or Mode.NIGHT, Mode.DAY)  # planted

    def test_a_comparison_in_a_guard(self) -> None:
        h = house()
        with refused("False is no term", NO_TERM):
            event("e", when=h.door.is_(Door.OPEN) == h.mode.is_(Mode.DAY), by="H-1", says="E.")  # planted

    def test_a_truth_in_a_row(self) -> None:
        with refused("True is no term", NO_TERM):
            on("e", Mode.DAY, Mode.NIGHT, when=True)  # planted

    def test_a_comparison_at_the_start(self) -> None:
        h = house()
        with refused("False is no term", NO_TERM):
            build(h.actors, h.events, h.faults, [h.door == Door.OPEN])  # planted


class TestRows:
    def test_from_no_state(self) -> None:
        with refused("the row on e starts nowhere", "Give it a state to start from"):
            on("e", frozenset(Mode) - (Mode.DAY | Mode.NIGHT), Mode.DAY)  # planted

    def test_to_several_states(self) -> None:
        several: Any = frozenset({Mode.DAY})
        with refused(f"the row on e leads to {several!r}", "Give it one state to lead to"):
            on("e", Mode.DAY, several)  # planted

    def test_a_list_of_events_that_it_stays_on(self) -> None:
        with refused("stays: (['e', 'f'],) is no list of names", "Write stays(name, name)"):
            stays(["e", "f"])  # planted

    def test_rows_that_are_not_spread(self) -> None:
        rows = [on("e", Mode.DAY, Mode.NIGHT)]
        with refused(
            f"the table of extra has {rows!r} in it, which is no row", "Write on(...), stays(...), or *(... for ...)"
        ):
            toggle("extra").table(rows)  # planted

    def test_no_rows(self) -> None:
        with refused("the table of extra has no row", "Give it rows or leave it out"):
            toggle("extra").table()  # planted


class TestSentences:
    def test_an_actor_without_a_sentence(self) -> None:
        with refused("actor extra: its sentence is empty", "Say it in words"):
            Actor("extra", Mode, starts=Mode.DAY, says="")  # planted

    def test_an_actor_without_a_name(self) -> None:
        with refused("the name of an actor is empty", "Say it in words"):
            Actor(" ", Mode, starts=Mode.DAY, says="One more.")  # planted

    def test_an_event_without_a_sentence(self) -> None:
        with refused("event e: its sentence is empty", "Say it in words"):
            event("e", by="H-1", says=" ")  # planted

    def test_an_event_without_a_name(self) -> None:
        with refused("the name of an event is empty", "Say it in words"):
            event("", by="H-1", says="E.")  # planted

    def test_a_fault_without_a_sentence(self) -> None:
        with refused("fault f: its sentence is empty", "Say it in words"):
            Fault("f", "house", "")  # planted

    def test_a_fault_that_arises_nowhere(self) -> None:
        with refused("fault f: its corner is empty", "Say it in words"):
            Fault("f", "", "It fails.")  # planted

    def test_two_states_with_one_meaning(self) -> None:
        class Twice(States):
            OFF = "not on"
            DARK = "not on"

        with refused(
            "Twice.OFF and DARK of extra are one state, for they have one meaning",
            "Give each state a meaning of its own",
        ):
            Actor("extra", Twice, starts=Twice.OFF, says="One more.")  # planted


class TestEvents:
    def test_what_it_comes_from_in_brackets(self) -> None:
        with refused("event e cites ('H-1',), which is no text", 'Write by="ID ID"'):
            event("e", by=("H-1",), says="E.")  # planted

    def test_to_a_machine(self) -> None:
        h = house()
        with refused("event e: Actor(power) is no sort", "Write at=sort or at=all_(sort)"):
            event("e", at=h.power, by="H-1", says="E.")  # planted

    def test_to_all_hosts(self) -> None:
        with refused("host is no sort of which there are several", "Name a Sort of members or of their parts"):
            all_(HOST)  # planted

    def test_not_spread(self) -> None:
        h, dawn = house(), event("dawn", by="H-1", says="Dawn.")
        with refused(f"{dawn!r} is no event", "Write *event(...), which is one or two"):
            build(h.actors, (*h.events, dawn), h.faults)  # planted

    def test_an_actor_among_the_faults(self) -> None:
        h = house()
        with refused("Actor(door) is no fault", "Give Fault(...) and no other"):
            build(h.actors, h.events, (*h.faults, h.door))  # planted

    def test_an_event_among_the_actors(self) -> None:
        h = house()
        with refused(f"{h.events[0]!r} is no actor", "Give Actor(...) and no other"):
            build((*h.actors, h.events[0]), h.events, h.faults)  # planted

    def test_a_text_that_a_fault_silences(self) -> None:
        with refused("fault f silences: 'bulb_fails' is no list of names", "Write frozenset({name, name})"):
            Fault("f", "house", "It fails.", "bulb_fails")  # planted


def test_a_state_says_where_it_was_asked_for_its_truth() -> None:
    state: Any = Power.OFF
    with refused(
        "Power.OFF has no truth value, so Python's and, or, not and if would drop a state", "Join states with |"
    ):
        bool(state)  # planted


def test_what_is_right_is_not_refused() -> None:
    extra = toggle("extra").table(on("dawn", Mode.DAY | Mode.NIGHT, Mode.DAY, when=TRUE))
    put_together(house(), extra, events=event("dawn", by="H-1", says="Dawn."))
