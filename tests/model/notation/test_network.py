"""The network: who takes part, which sorts there are, how an event is declared."""

import pytest

from model.notation import HOST, Actor, Fault, Scope, all_, build, event, on, stays
from tests.model.notation.house import IDS, Mode, bulb, house, lamp, shade


def test_sorts() -> None:
    h = house()
    tint = Actor("tint", Mode, of=shade, starts=Mode, says="A shade.")
    network = build((tint, *h.actors), h.events, h.faults)
    assert network.replicated == lamp
    assert network.parts == (bulb, shade)
    assert network.of_sort(HOST) == (h.door, h.mode, h.last)
    assert network.of_sort(bulb) == (h.glow,)


def test_the_replicated_sort_may_have_machines_of_its_parts_only() -> None:
    tint = Actor("tint", Mode, of=shade, starts=Mode, says="A shade.")
    network = build((tint,), ())
    assert (network.replicated, network.parts) == (lamp, (shade,))


def test_a_network_of_the_host_alone() -> None:
    door = Actor("door", Mode, starts=Mode, says="A door.").table(on("e", Mode.DAY, Mode.NIGHT))
    network = build((door,), event("e", by="X", says="It happens."))
    assert network.parts == ()
    with pytest.raises(LookupError):
        _ = network.replicated


def test_participants_are_the_machines_that_know_the_event() -> None:
    h = house()
    network = h.network()
    assert network.participants("lamp_lit") == (h.last, h.power, h.glow)
    assert network.participants("all_out") == (h.door, h.power, h.glow)


def test_an_event_and_the_fault_in_its_place() -> None:
    usual, fault = event("e", at=lamp, by="H-1 H-2", says="It happens.", or_fault="f")
    assert (usual.name, usual.fault, usual.fair, usual.says) == ("e", None, True, "It happens.")
    assert (fault.name, fault.fault, fault.fair) == ("f", "f", False)
    assert usual.scope == fault.scope == Scope(lamp)
    assert usual.by == fault.by == ("H-1", "H-2")
    assert usual.when == fault.when
    (alone,) = event("g", by="H-1", says="It happens.", fault="f")
    assert not alone.fair, "nobody need do a fault"
    (lazy,) = event("h", by="H-1", says="It happens.", fair=False)
    assert not lazy.fair


def test_scopes_in_words() -> None:
    assert [str(Scope(HOST)), str(Scope(bulb)), str(all_(lamp))] == ["host", "bulb", "all lamps"]


def test_observers_are_added_and_the_rest_is_kept() -> None:
    h = house()
    network = h.network()
    watch = Actor("watch", Mode, of=lamp, starts=Mode.DAY, observer=True, says="It watches.")
    watch.table(on("lamp_lit", Mode.DAY, Mode.NIGHT), stays("lamp_lit"))
    watched = network.with_observers([watch])
    assert set(watched.actors) - set(network.actors) == {"watch"}
    assert (watched.events, watched.faults, watched.at_start) == (network.events, network.faults, network.at_start)
    assert watched.known_ids == IDS
    assert len({network, watched}) == 2, "networks can be keys of what engines keep"


def test_ids_are_not_checked_where_none_are_known() -> None:
    h = house()
    assert build(h.actors, h.events, h.faults).known_ids == frozenset()


def test_a_fault_that_only_silences_needs_no_event_of_its_own() -> None:
    h = house()
    quiet = Fault("quiet", "house", "Nothing is heard.", frozenset({"lamp_lit"}))
    assert build(h.actors, h.events, (*h.faults, quiet)).faults["quiet"] is quiet
