"""Runs: who an event happens to, machines that move at once, and refusals that change nothing."""

import threading

import pytest

from model.notation import Network, NotEnabled, Run, Shape, after, build, unchanged
from model.notation.run import _INSTANCES
from tests.model.notation.house import Door, House, house

FAULTS = frozenset({"lamp_breaks"})


@pytest.fixture
def h() -> House:
    return house()


def run_of(h: House, *bulbs: int, faults: frozenset[str] = frozenset(), **starts: str) -> Run:
    """A run with one lamp for each number of bulbs. Starts: `power_1="ON"` for lamp 1, `glow_1_0` for its bulb 0."""
    found = {}
    for key, state in starts.items():
        name, *index = key.split("_")
        found[name, tuple(map(int, index))] = state
    return Run(h.network(), [Shape({"bulb": count}) for count in bulbs], found, faults)


def moved(run: Run, name: str, at: tuple[int, ...] = ()) -> dict[str, str]:
    """Let the event happen: which machines are elsewhere afterwards, and where."""
    before = run.states()
    run.fire(name, at)
    return {
        " ".join((actor, *map(str, index))): state
        for (actor, index), state in run.states().items()
        if before[actor, index] != state
    }


def test_members(h: House) -> None:
    run = run_of(h, 2, 0, 1)
    lamp, (bulb,) = run.network.replicated, run.network.parts
    assert run.members(h.door.sort) == [()]
    assert run.members(lamp) == [(0,), (1,), (2,)]
    assert run.members(lamp, (1,)) == [(1,)]
    assert run.members(bulb) == [(0, 0), (0, 1), (2, 0)]
    assert run.members(bulb, (2,)) == [(2, 0)]
    assert run.members(bulb, (1,)) == []


class TestScopes:
    def test_one_member_with_all_its_parts_and_the_host(self, h: House) -> None:
        run = run_of(h, 2, 1, left_0="LIT", last="DARK")
        assert moved(run, "lamp_lit", (0,)) == {
            "power 0": "ON",
            "glow 0 0": "GLOWING",
            "glow 0 1": "GLOWING",
            "last": "LIT",
        }

    def test_the_host_judges_the_member_that_the_event_happens_to(self, h: House) -> None:
        run = run_of(h, 0, 0, left_0="LIT", left_1="DARK")
        run.fire("lamp_lit", (0,))
        assert run.state("last") == "LIT"
        assert moved(run, "lamp_lit", (1,)) == {"power 1": "ON", "last": "DARK"}

    def test_one_part(self, h: House) -> None:
        run = run_of(h, 2, 2, power_0="ON", power_1="ON", glow_0_0="GLOWING", glow_0_1="GLOWING", glow_1_1="GLOWING")
        assert moved(run, "bulb_fails", (0, 1)) == {"glow 0 1": "DARK"}

    def test_all_members_with_all_their_parts(self, h: House) -> None:
        run = run_of(h, 1, 1, 1, mode="NIGHT", power_0="ON", power_2="ON", glow_0_0="GLOWING", glow_2_0="GLOWING")
        assert moved(run, "all_out") == {
            "door": "CLOSED",
            "power 0": "OFF",
            "power 2": "OFF",
            "glow 0 0": "DARK",
            "glow 2 0": "DARK",
        }

    def test_in_an_event_for_all_each_machine_judges_its_own_member(self, h: House) -> None:
        glowing = {"glow_0_0": "GLOWING", "glow_1_0": "GLOWING", "power_0": "ON", "power_1": "ON"}
        run = run_of(h, 1, 1, faults=FAULTS, mode="NIGHT", **glowing)
        run.fire("bulb_fails", (0, 0))
        assert moved(run, "all_out") == {"door": "CLOSED", "power 0": "OFF", "power 1": "OFF", "glow 1 0": "DARK"}

    def test_the_host(self, h: House) -> None:
        assert moved(run_of(h, 1), "door_closes") == {"door": "CLOSED"}

    @pytest.mark.parametrize(
        ("name", "at", "whom"),
        [
            ("lamp_lit", (), "lamp"),
            ("lamp_lit", (2,), "lamp"),
            ("lamp_lit", (0, 0), "lamp"),
            ("bulb_fails", (0,), "bulb"),
            ("bulb_fails", (1, 0), "bulb"),
            ("all_out", (0,), "all lamps"),
            ("door_closes", (0,), "host"),
        ],
    )
    def test_a_wrong_member_is_refused(self, h: House, name: str, at: tuple[int, ...], whom: str) -> None:
        run = run_of(h, 1, 0)
        assert run.why_not(name, at) == f"{name} happens to {whom}, and there is no such member as {at}"

    def test_an_event_of_a_part_where_there_are_none(self, h: House) -> None:
        run = run_of(h, 0)
        assert run.why_not("bulb_fails") == "bulb_fails happens to bulb, and there is no such member as ()"
        assert "bulb_fails" not in {name for name, _ in run.enabled()}


class TestSynchronisation:
    @pytest.mark.parametrize(("left", "right"), [("LIT", "DARK"), ("DARK", "LIT"), ("LIT", "LIT"), ("DARK", "DARK")])
    def test_a_swap_is_judged_on_the_states_before_the_step(self, h: House, left: str, right: str) -> None:
        run = run_of(h, 0, left_0=left, right_0=right)
        run.fire("sides_swapped", (0,))
        assert (run.state("left", (0,)), run.state("right", (0,))) == (right, left)

    def test_a_machine_that_knows_the_event_and_cannot_move_blocks_it(self, h: House) -> None:
        run = run_of(h, 1, power_0="OFF", glow_0_0="DARK")
        assert run.why_not("bulb_fails", (0, 0)) == "power blocks bulb_fails: it is in OFF, where it has no move"

    def test_a_blocking_machine_says_what_it_needs(self, h: House) -> None:
        run = run_of(h, 0, mode="DAY")
        assert run.why_not("all_out") == "door blocks all_out: it is in OPEN, and needs mode is night"

    def test_a_machine_that_stays_does_not_block(self, h: House) -> None:
        run = run_of(h, 1, glow_0_0="DARK", power_0="ON", mode="NIGHT")
        assert moved(run, "all_out") == {"power 0": "OFF", "door": "CLOSED"}

    def test_what_is_enabled(self, h: House) -> None:
        run = run_of(h, 1, 1, power_1="ON", glow_1_0="GLOWING")
        assert set(run.enabled()) == {
            ("lamp_lit", (0,)),
            ("bulb_fails", (1, 0)),
            ("sides_swapped", (0,)),
            ("sides_swapped", (1,)),
        }
        assert set(run_of(h, 1, faults=FAULTS).enabled()) - set(run_of(h, 1).enabled()) == {("lamp_breaks", (0,))}


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "at", "reason"),
        [
            ("dawn", (), "there is no event dawn"),
            ("lamp_breaks", (0,), "lamp_breaks is a fault, and this run does not tolerate lamp_breaks"),
            ("lamp_lit", (1,), "power blocks lamp_lit: it is in ON, where it has no move"),
            ("bulb_fails", (1, 0), "glow blocks bulb_fails: it is in DARK, where it has no move"),
            ("all_out", (), "door blocks all_out: it is in OPEN, and needs mode is night"),
            ("door_closes", (), "door_closes needs: for every lamp: power is not on"),
        ],
    )
    def test_a_refusal_says_why_and_changes_nothing(
        self, h: House, name: str, at: tuple[int, ...], reason: str
    ) -> None:
        run = run_of(h, 1, 1, power_1="ON")
        before = run.states()
        assert run.why_not(name, at) == reason
        with pytest.raises(NotEnabled) as refusal:
            run.fire(name, at)
        assert str(refusal.value) == reason
        assert run.states() == before

    def test_a_refusal_names_the_part_of_the_guard_that_fails(self, h: House) -> None:
        run = run_of(h, 0)
        run.fire("door_closes")
        assert run.why_not("lamp_lit", (0,)) == "lamp_lit needs: door is open"
        broken = run_of(h, 0, faults=FAULTS)
        broken.fire("lamp_breaks", (0,))
        assert broken.why_not("lamp_lit", (0,)) == "lamp_lit needs: power is not broken"
        broken.fire("door_closes")
        assert broken.why_not("lamp_lit", (0,)) == "lamp_lit needs: door is open; power is not broken"

    def test_a_tolerated_fault_happens(self, h: House) -> None:
        assert moved(run_of(h, 0, faults=FAULTS), "lamp_breaks", (0,)) == {"power 0": "BROKEN"}

    @pytest.mark.parametrize("of_step", ["after", "unchanged"])
    def test_a_run_has_states_only(self, h: House, of_step: str) -> None:
        term = {"after": after(h.door.is_(Door.OPEN)), "unchanged": unchanged(h.door)}[of_step]
        with pytest.raises(TypeError, match="a run has states only"):
            run_of(h, 0).holds(term)


class TestStarts:
    def test_the_first_of_the_start_states_unless_another_is_chosen(self, h: House) -> None:
        run = run_of(h, 1, 0, mode="NIGHT", power_1="ON")
        assert run.states() == {
            ("door", ()): "OPEN",
            ("mode", ()): "NIGHT",
            ("last", ()): "DARK",
            ("power", (0,)): "OFF",
            ("power", (1,)): "ON",
            ("left", (0,)): "LIT",
            ("left", (1,)): "LIT",
            ("right", (0,)): "LIT",
            ("right", (1,)): "LIT",
            ("glow", (0, 0)): "DARK",
        }

    @pytest.mark.parametrize("state", ["BROKEN", "SHUT"])
    def test_a_state_that_it_cannot_start_in(self, h: House, state: str) -> None:
        with pytest.raises(ValueError, match=f"^power cannot start in {state}; it starts in OFF, ON$"):
            run_of(h, 0, power_0=state)

    @pytest.mark.parametrize("machine", ["power_1", "glow_0_0", "door_0", "window"])
    def test_a_machine_that_there_is_not(self, h: House, machine: str) -> None:
        with pytest.raises(ValueError, match=f"^no machine .*{machine.split('_', maxsplit=1)[0]}.* in this run$"):
            run_of(h, 0, faults=FAULTS, **{machine: "OPEN"})

    def test_states_that_cannot_hold_together(self, h: House) -> None:
        expected = "^lamp 2 cannot start so: for every bulb: \\(power is not off or glow is dark\\)$"
        with pytest.raises(ValueError, match=expected):
            run_of(h, 1, 1, glow_1_0="GLOWING")


def test_runs_do_not_disturb_one_another_nor_stay_behind(h: House) -> None:
    network: Network = build(h.actors, h.events, h.faults)
    first, second = (Run(network, [Shape({})]) for _ in range(2))
    first.fire("lamp_lit", (0,))
    assert (first.state("power", (0,)), second.state("power", (0,))) == ("ON", "OFF")
    assert all(actor.machine.models == [] for actor in h.actors)


class TestPut:
    def test_it_goes_on_from_there_and_what_was_given_stays(self, h: House) -> None:
        run = run_of(h, 1)
        dark = run.states()
        run.fire("lamp_lit", (0,))
        lit = run.states()
        run.put(dark)
        assert run.states() == dark != lit
        run.fire("lamp_lit", (0,))
        assert run.states() == lit
        run.put(dark)
        assert dark["power", (0,)] == "OFF"

    @pytest.mark.parametrize("parts", [(0,), (1, 1), ()])
    def test_other_machines_are_refused_and_nothing_moves(self, h: House, parts: tuple[int, ...]) -> None:
        run = run_of(h, 1)
        before = run.states()
        with pytest.raises(ValueError, match=r"^these are not the machines of this run$"):
            run.put(run_of(h, *parts).states())
        assert run.states() == before


def test_runs_in_several_threads_do_not_disturb_one_another(h: House) -> None:
    """Each thread has objects of its own: one that is about to move is not put elsewhere by another thread."""
    network, actor = h.network(), h.door
    put = {threading.get_ident(): _INSTANCES.put(actor, actor.starts[0])}

    def other() -> None:
        Run(network, []).why_not(next(iter(network.events)))
        put[threading.get_ident()] = _INSTANCES.put(actor, actor.starts[0])

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    mine, theirs = put.values()
    assert mine is _INSTANCES.put(actor, actor.starts[0])
    assert mine is not theirs
