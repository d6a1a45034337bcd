"""Who acts is said of every event and of no other name, once; and it changes nothing of what may happen."""

from collections import Counter

from model import who
from model.protocol import PROTOCOL
from model.readings import READINGS


def test_every_event_is_somebodys_doing_once() -> None:
    said = Counter(name for names in who._DOINGS.values() for name in names.split())
    assert said == Counter(PROTOCOL.events.keys())
    assert set(who.WHO.values()) == set(who.EVERYBODY)


def test_every_machine_has_a_lane_but_the_readings() -> None:
    assert set(PROTOCOL.actors) - set(who.LANE_OF) == {reading.actor.name for reading in READINGS}
    for name, lane in who.LANE_OF.items():
        assert lane.of_a_vm == (PROTOCOL.actors[name].sort.name != "host"), name


def test_an_event_of_the_host_alone_is_not_told_in_a_lane_of_a_vm() -> None:
    of_vms = [name for name, one in who.WHO.items() if one.lane.of_a_vm]
    assert len(of_vms) >= 20
    for name in of_vms:
        scope = PROTOCOL.events[name].scope
        assert not scope.all, name
        assert scope.sort.name != "host", name
