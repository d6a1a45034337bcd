"""What was found wrong in the engines, each as a small protocol on which they once erred."""

from __future__ import annotations

import pytest

import proofs.verdicts.check
from model.notation import (
    HOST,
    TRUE,
    Actor,
    Event,
    Network,
    Shape,
    Sort,
    States,
    Term,
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
)
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED
from proofs.search.plain import explore
from proofs.search.swift import explore_swiftly
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.kinds import Property, always, ends, fired, step
from tests.helpers.networks.tiny import named
from tests.helpers.networks.whole import compiled_whole

crew = Sort("crew", of=HOST)
tool = Sort("tool", of=crew)
BARE = Shape({})
EQUIPPED = Shape({"tool": 1})


class Flag(States):
    UP = "up"
    DOWN = "down"


class Kind(States):
    UP = "names are those of Flag"
    DOWN = "so that `same` can compare the two"


class Work(States):
    LATE = "late"
    WAITING = "waiting"
    BUSY = "busy"
    DONE = "done"


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)


def happening(
    name: str, at: Sort = crew, when: Term = TRUE, *, of_all: bool = False, fair: bool = True
) -> tuple[Event, ...]:
    return event(name, at=all_(at) if of_all else at, by="T-1", says="It happens.", fair=fair, when=when)


def machine(name: str, states: type[States], *starts: States, of: Sort = crew) -> Actor:
    return Actor(name, states, of=of, starts=frozenset(starts) if starts else states, says="One machine.")


def judged(found: Property, network: Network, vms: int = 1, shape: Shape = BARE) -> str:
    (verdict,) = check(Column(), scope=Scope(vms=vms, shapes=(shape,)), network=network, properties=named(it=found))
    return verdict.verdict


def test_a_guard_over_all_members_is_asked_anew_for_each_state() -> None:
    """2026-11-22: the answer was remembered for one member's state, whatever state the others were in."""
    work = machine("work", Work, Work.LATE, Work.WAITING).table(on("go", Work.WAITING, Work.BUSY))
    network = build([work], happening("go", when=~some(crew, work.is_(Work.LATE))))
    compiled = compiled_whole(network, [BARE])
    for found in (explore(compiled, 2), explore_swiftly(compiled, 2)):
        assert (found.states, found.steps) == (5, 2)


def test_fairness_to_two_members_is_not_fairness_to_one() -> None:
    """2026-11-22: swapping for ever, each of two members can finish half of the time, so neither must; they were taken
    for one member that could finish all the time."""
    work = machine("work", Work, Work.WAITING, Work.BUSY).table(
        on("swap", Work.WAITING, Work.BUSY),
        on("swap", Work.BUSY, Work.WAITING),
        on("wake", Work.BUSY, Work.WAITING),
        stays("swap", "wake"),
        on("finish", Work.WAITING, Work.DONE),
    )
    waiting, busy = some(crew, work.is_(Work.WAITING)), some(crew, work.is_(Work.BUSY))
    events = (
        *happening("swap", when=waiting & busy, of_all=True),
        *happening("wake", when=~waiting & busy, of_all=True),
        *happening("finish"),
    )
    done = ends("All finish.", every(crew, work.is_(Work.DONE)), without=(), shows="T-1", witness=fired("finish"))
    network = build([work], events)
    assert judged(done, network, vms=1) == HOLDS
    assert judged(done, network, vms=2) == REFUTED


def test_an_event_stays_the_same_event_while_the_host_moves() -> None:
    """2026-11-22: an event that stays possible while the host goes up and down was taken for two, neither of them always
    possible, so that nobody had to take it."""
    kind, flag = machine("kind", Kind), machine("flag", Flag, Flag.UP, of=HOST)
    work = machine("work", Work, Work.WAITING).table(
        on("go", Work.WAITING, Work.DONE, when=kind.is_(Kind.UP)),
        on("go", Work.WAITING, Work.BUSY, when=kind.is_(Kind.DOWN)),
        on("back", Work.BUSY, Work.WAITING),
    )
    flag.table(on("back", Flag.UP, Flag.DOWN), on("back", Flag.DOWN, Flag.UP))
    network = build([work, kind, flag], (*happening("go"), *happening("back")))
    rest = every(crew, kind.is_(Kind.DOWN) | work.is_(Work.DONE)) & flag.is_(Flag.UP)
    assert judged(ends("It ends.", rest, without=(), shows="T-1", witness=fired("go")), network, vms=2) == HOLDS


def test_configurations_that_same_tells_apart_are_not_alike() -> None:
    """2026-11-22: `same` of a fixed and a moving machine was not seen to tell configurations apart."""
    kind, flag = machine("kind", Kind), machine("flag", Flag, Flag.UP)
    work = machine("work", Work, Work.WAITING).table(on("go", Work.WAITING, Work.DONE, when=same(kind, flag)))
    flag.table(on("turn", Flag.UP, Flag.DOWN), on("turn", Flag.DOWN, Flag.UP))
    network = build([kind, flag, work], (*happening("go"), *happening("turn")))
    up_only = step("Only while up.", every(crew, implies(happens("go"), flag.is_(Flag.UP))), shows="T-1",
                   witness=fired("go"))  # fmt: skip
    assert judged(up_only, network) == REFUTED


@pytest.mark.parametrize("of", [crew, tool])
def test_configurations_that_a_host_machine_tells_apart_are_not_alike(of: Sort) -> None:
    """2026-11-22: rows of the host that read the member an event happens to were not looked at."""
    kind, flag = machine("kind", Kind, of=of), machine("flag", Flag, Flag.UP, of=HOST)
    flag.table(on("turn", Flag.UP, Flag.DOWN, when=kind.is_(Kind.DOWN)))
    work = machine("work", Work, Work.WAITING).table(on("go", Work.WAITING, Work.DONE))
    network = build([kind, flag, work], (*happening("turn", at=of), *happening("go")))
    up = always("The flag stays up.", flag.is_(Flag.UP), shows="T-1", witness=fired("turn"))
    assert judged(up, network, shape=EQUIPPED) == REFUTED


def test_a_machine_of_one_state_may_stand_in_the_way() -> None:
    """2026-11-22: it was left out of the slice because it never moves, and its guard with it."""
    watch, flag = machine("watch", Flag, Flag.UP, of=HOST), machine("flag", Flag, Flag.UP, of=HOST)
    watch.table(on("go", Flag.UP, Flag.UP, when=flag.is_(Flag.DOWN)))
    flag.table(on("turn", Flag.UP, Flag.DOWN))
    work = machine("work", Work, Work.WAITING).table(on("go", Work.WAITING, Work.DONE))
    network = build([watch, flag, work], (*happening("go"), *happening("turn", at=HOST)))
    late = step("Only after the turn.", implies(happens("go"), flag.is_(Flag.DOWN)), shows="T-1", witness=fired("go"))
    assert judged(late, network) == HOLDS


@pytest.mark.parametrize("shapes", [(BARE, EQUIPPED), (EQUIPPED, BARE)])
def test_the_order_of_shapes_does_not_matter(shapes: tuple[Shape, ...]) -> None:
    """2026-11-22: what rules an event out for members of the first shape was taken to rule it out for all."""
    state, flag = machine("state", Flag, of=tool), machine("flag", Flag, Flag.UP, of=HOST)
    work = machine("work", Work, Work.WAITING).table(on("go", Work.WAITING, Work.DONE))
    flag.table(on("turn", Flag.UP, Flag.DOWN))
    events = (
        *happening("go", when=some(tool, state.is_(Flag.DOWN)) | flag.is_(Flag.DOWN)),
        *happening("turn", at=HOST),
    )
    # bare: flag up or down, then done; tool up: the same; tool down: both flags, waiting or done
    compiled = compiled_whole(build([state, flag, work], events), shapes)
    assert explore(compiled, 1).states == 3 + 3 + 4


def test_an_event_of_a_part_may_move_the_host_alone() -> None:
    """2026-11-22: the replay looked for a part that moves."""
    state, flag = machine("state", Flag, Flag.UP, of=tool), machine("flag", Flag, Flag.UP, of=HOST)
    state.table(on("used", Flag.UP, Flag.UP))
    flag.table(on("used", Flag.UP, Flag.DOWN))
    work = machine("work", Work, Work.WAITING).table(on("go", Work.WAITING, Work.DONE))
    network = build([state, flag, work], (*happening("used", at=tool), *happening("go")))
    up = always("The flag stays up.", flag.is_(Flag.UP), shows="T-1", witness=fired("used"))
    assert judged(up, network, shape=EQUIPPED) == REFUTED


def test_a_verdict_is_not_remembered_for_another_question() -> None:
    """2026-11-22: what holds at the start, and which events are not to happen again, were no part of what it was
    remembered by."""

    def network(*at_start: Term) -> Network:
        work = machine("work", Work, Work.WAITING, Work.LATE).table(
            on("go", Work.WAITING, Work.DONE), on("back", Work.DONE, Work.WAITING)
        )
        return build([work], (*happening("go"), *happening("back", fair=False)), (), at_start)

    work = network().actors["work"]
    undone = always("Nobody is done.", every(crew, ~work.is_(Work.DONE)), shows="T-1", witness=fired("go"))
    assert judged(undone, network()) == REFUTED
    assert judged(undone, network(~work.is_(Work.WAITING))) == NOT_EXERCISED
    rest = every(crew, work.is_(Work.DONE | Work.LATE))
    assert judged(ends("It ends.", rest, without=(), shows="T-1", witness=fired("go")), network()) == HOLDS
    assert judged(ends("It ends.", rest, without=("go",), shows="T-1", witness=fired("go")), network()) == REFUTED
