"""Actors: what is read back from the `transitions` machine is what was declared."""

from transitions import Machine

from model.notation import TRUE, Actor, Term, on, same, stays, unchanged
from model.notation.machines import Rule
from model.notation.terms import In, Same, Unchanged, all_of
from tests.model.notation.house import Door, Glow, Mode, Power, Side, house


def declared(actor: Actor, event: str, state: str) -> list[Rule]:
    """The rows of the declaration that fit an event and a state: fallbacks last."""
    rows = [row for row in actor.moves if row.event == event]
    firm = [row for row in rows if row.sources is not None and actor.enum[state] in row.sources]
    staying = [row for row in rows if row.sources is None]
    return [Rule(row.dest.name if row.dest is not None else None, row.when) for row in (*firm, *staying)]


def test_rules_read_back_are_those_declared() -> None:
    seen = 0
    for actor in house().actors:
        assert isinstance(actor.machine, Machine)
        for event in actor.events:
            for state in actor.states:
                assert list(actor.rules(event, state)) == declared(actor, event, state)
                seen += len(actor.rules(event, state))
    assert seen == 29


def test_rules_of_one_row_each() -> None:
    h = house()
    assert h.door.rules("all_out", "OPEN") == (Rule("CLOSED", h.mode.is_(Mode.NIGHT)),)
    assert h.door.rules("all_out", "CLOSED") == (Rule("CLOSED", TRUE),)
    assert h.door.rules("door_closes", "CLOSED") == ()
    assert h.door.rules("lamp_lit", "OPEN") == ()
    assert h.mode.rules("all_out", "DAY") == ()


def test_stays_is_the_last_row_wherever_it_stands_in_the_table() -> None:
    extra = Actor("extra", Mode, starts=Mode.DAY, says="One more.")
    lit = In("x", frozenset({"LIT"}))
    extra.table(stays("e", "f"), on("e", Mode.DAY, Mode.NIGHT, when=lit))
    assert extra.rules("e", "DAY") == (Rule("NIGHT", lit), Rule(None, TRUE))
    assert extra.rules("e", "NIGHT") == extra.rules("f", "DAY") == (Rule(None, TRUE),)


def test_what_blocks() -> None:
    h = house()
    assert h.door.blocks("door_closes"), "no row where it is closed"
    assert h.door.blocks("all_out"), "a guard where it is open"
    assert h.power.blocks("lamp_lit")
    assert not h.power.blocks("all_out"), "it stays where no other row fits"
    assert not h.left.blocks("sides_swapped")
    assert not h.mode.blocks("all_out"), "it does not know the event"
    always = Actor("always", Mode, starts=Mode.DAY, says="One more.").table(on("e", Mode.DAY | Mode.NIGHT, Mode.DAY))
    assert not always.blocks("e"), "a row without a guard in every state"


def test_an_actor_knows_its_events_states_and_starts() -> None:
    h = house()
    assert h.glow.events == ("lamp_lit", "all_out", "bulb_fails")
    assert h.mode.events == ()
    assert h.power.states == ("OFF", "ON", "BROKEN")
    assert h.power.starts == ("OFF", "ON"), "in the order of the states"
    assert h.mode.starts == ("DAY", "NIGHT")
    assert repr(h.mode) == "Actor(mode)"


def test_terms_of_actors() -> None:
    h = house()
    is_lit: Term = In("left", frozenset({"LIT"}))
    assert h.left.is_(Side.LIT) == is_lit
    assert h.power.is_(Power.ON | Power.OFF) == In("power", frozenset({"ON", "OFF"}))
    assert h.glow.is_(frozenset(Glow)) == In("glow", frozenset({"DARK", "GLOWING"}))
    assert same(h.left, h.right) == Same("left", "right")
    assert h.door.unchanged() == unchanged(h.door) == Unchanged("door")
    assert unchanged(h.door, h.mode) == all_of(Unchanged("door"), Unchanged("mode"))
    assert h.door.is_(Door.OPEN) != h.door.is_(Door.CLOSED)
