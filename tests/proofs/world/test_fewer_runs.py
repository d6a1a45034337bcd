"""That one network has only runs of another is never said where it has one more; and it is said where a rule only allows less."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from model.actors.power import Power, note, power
from model.notation import DeclarationError, Network, Run
from model.notation.changes import (
    Parts,
    Rows,
    conjuncts,
    rows_of,
    with_dest,
    with_event,
    with_guard,
    with_sources,
    with_table,
    without_row,
)
from model.notation.events import Event, Scope
from model.protocol import PROTOCOL
from proofs.mutants.all_mutants import all_mutants
from proofs.world.fewer_runs import has_fewer_runs
from proofs.world.parts import ONE_OF_EACH

FAULTS = frozenset(PROTOCOL.faults)
ROWS = rows_of(PROTOCOL, "power")
STARTS = {("power", (0,)): "RUNNING", ("port", (0, 0)): "OLD"}


def told(rows: Rows) -> Network:
    return with_table(PROTOCOL, "power", rows)


def without_event() -> Network:
    parts = Parts.of(PROTOCOL)
    del parts.events["vm_deleted"]
    for name, actor in PROTOCOL.actors.items():
        if "vm_deleted" in actor.machine.events:
            parts.set_table(name, [row for row in actor.moves if row.event != "vm_deleted"])
    return parts.built()


def other_start() -> Network:
    return with_table(PROTOCOL, "power", ROWS, starts=frozenset({Power.OFF, Power.RUNNING}))


def at_once(name: str) -> dict[str, Event]:
    """An event that happens to all VMs at once, and not to each; no network that is built has all else alike."""
    return {name: replace(PROTOCOL.events[name], scope=Scope(PROTOCOL.events[name].scope.sort, all=True))}


LESS: dict[str, Callable[[], Network]] = {
    "the same": lambda: PROTOCOL,
    "a state less": lambda: told(with_sources(ROWS, "vm_saved", Power.RUNNING)),
    "a row's guard": lambda: told(with_guard(ROWS, "vm_saved", note.is_(note.enum["NOTHING"]))),
    "an event's guard": lambda: with_event(
        PROTOCOL, "vm_saved", when=PROTOCOL.events["vm_saved"].when & power.is_(Power.PAUSED)
    ),
    "fairness": lambda: with_event(PROTOCOL, "vm_saved", fair=not PROTOCOL.events["vm_saved"].fair),
}
MORE: dict[str, Callable[[], Network]] = {
    "a state more": lambda: told(with_sources(ROWS, "vm_saved", Power.RUNNING | Power.PAUSED | Power.OFF)),
    "leads elsewhere": lambda: told(with_dest(ROWS, "vm_saved", Power.OFF)),
    "an event's guard": lambda: with_event(PROTOCOL, "vm_saved", when=conjuncts(PROTOCOL.events["vm_saved"].when)[0]),
    "no row": lambda: told(without_row(ROWS, "vm_fails_over")),
    "another fault": lambda: with_event(PROTOCOL, "vm_saved", fault=min(FAULTS)),
    "a machine that takes part no more": lambda: with_table(
        PROTOCOL, "note", without_row(rows_of(PROTOCOL, "note"), "vm_saved")
    ),
    "fewer starts": other_start,
    "starts that go together otherwise": lambda: replace(PROTOCOL, at_start=()),
    "all VMs at once": lambda: replace(PROTOCOL, events={**PROTOCOL.events, **at_once("vm_turned_off")}),
}


@pytest.mark.parametrize("name", LESS)
def test_what_allows_less_has_fewer_runs(name: str) -> None:
    made = LESS[name]()
    assert has_fewer_runs(made, PROTOCOL)
    assert (name in {"the same", "fairness"}) == has_fewer_runs(PROTOCOL, made)


@pytest.mark.parametrize("name", MORE)
def test_what_allows_more_has_not(name: str) -> None:
    """What starts in fewer states is not told apart from what starts elsewhere: that errs on the safe side."""
    assert not has_fewer_runs(MORE[name](), PROTOCOL)


def test_an_event_that_is_gone_takes_runs_away_and_none_comes_in() -> None:
    assert not has_fewer_runs(PROTOCOL, without_event())
    assert has_fewer_runs(without_event(), PROTOCOL)


def test_each_mutant_of_which_it_is_said_takes_steps_of_the_protocol_only() -> None:
    """Walks of some hundred mutants, with all faults, each step of which the machines of the protocol have to take."""
    draw, said, walked = random.Random(3), 0, 0
    names = sorted(all_mutants())
    for name in draw.sample(names, 120):
        try:
            mutant = all_mutants()[name].change(PROTOCOL)
        except DeclarationError:
            continue
        if not has_fewer_runs(mutant, PROTOCOL):
            continue
        said += 1
        now = Run(mutant, [ONE_OF_EACH], STARTS, FAULTS)
        was = Run(PROTOCOL, [ONE_OF_EACH], now.states(), FAULTS)
        for _ in range(15):
            if not (can := now.enabled()):
                break
            step = draw.choice(can)
            now.fire(*step)
            was.fire(*step)
            assert now.states() == was.states(), name
            walked += 1
    assert said > 20
    assert walked > 200
