"""A network that is like another is refused, or not, as if all of it were looked at; and what is the same in both is not looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from model.notation import HOST, Actor, DeclarationError, Network, Scope, all_, build, changes, on, stays
from model.notation.changes import Parts, conjuncts, with_event
from model.notation.terms import In
from model.protocol import PROTOCOL
from proofs.mutants.operators import Mutant, mutants_of
from tests.counted import TooMuch, calls
from tests.model.notation.house import Mode, Power, house, lamp

Change = Callable[[Parts], None]


def network_of(parts: Parts, *, like: Network | None) -> Network:
    rules = parts.actors.values(), parts.events.values(), parts.faults.values()
    return build(*rules, parts.at_start, parts.known_ids, like=like)


def refused(parts: Parts, like: Network | None) -> str:
    """What is said of it, "" if nothing."""
    try:
        network_of(parts, like=like)
    except DeclarationError as problem:
        return str(problem)
    return ""


def guarded(event: str, states: In) -> Change:
    def change(parts: Parts) -> None:
        parts.events[event] = replace(parts.events[event], when=states)

    return change


def at(event: str, scope: Scope) -> Change:
    def change(parts: Parts) -> None:
        parts.events[event] = replace(parts.events[event], scope=scope)

    return change


def without(actor: str) -> Change:
    def change(parts: Parts) -> None:
        del parts.actors[actor]

    return change


def with_two_ways(parts: Parts) -> None:
    parts.set_table("power", [*parts.actors["power"].moves, on("lamp_lit", Power.OFF, Power.BROKEN)])


def watching(parts: Parts) -> None:
    """Another machine in the place of one that a table reads: an observer."""
    parts.actors["mode"] = Actor("mode", Mode, starts=Mode, says="It watches.", observer=True)


def of_a_lamp(parts: Parts) -> None:
    """Another in the place of the host's."""
    parts.actors["mode"] = Actor("mode", Mode, of=lamp, starts=Mode, says="Of each lamp.")


CHANGES: dict[str, Change] = {
    "a guard that reads nobody": guarded("lamp_lit", In("nobody", frozenset({"ON"}))),
    "a guard that reads a part": guarded("lamp_lit", In("glow", frozenset({"DARK"}))),
    "an event of the host that moves members": at("lamp_lit", Scope(HOST)),
    "an event of all that waits for one": at("lamp_lit", all_(lamp)),
    "a machine that is read is gone": without("mode"),
    "two ways at once": with_two_ways,
    "an observer is read": watching,
    "a member is read by the host": of_a_lamp,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_refused_is_refused_in_one_that_is_like_it(change: Change) -> None:
    network = house().network()
    parts = Parts.of(network)
    change(parts)
    said = refused(parts, None)
    assert said
    assert refused(parts, network) == said
    with pytest.raises(DeclarationError):
        parts.built()


def test_an_observer_that_reads_what_is_gone_is_refused_in_one_that_is_like_it() -> None:
    h = house()
    network = h.network()
    watch = Actor("watch", Mode, starts=Mode.DAY, observer=True, says="It watches.").table(
        on("all_out", Mode.DAY, Mode.NIGHT, h.mode.is_(Mode.NIGHT)), stays("all_out")
    )
    watched = network.with_observers([watch])
    assert network.with_observers([watch], like=watched).participants("all_out") == watched.participants("all_out")
    parts = Parts.of(network)
    parts.set_table("door", [row for row in h.door.moves if row.event != "all_out"])
    without("mode")(parts)
    fewer = parts.built()
    with pytest.raises(DeclarationError, match="no machine of the network is called mode"):
        fewer.with_observers([watch], like=watched)


def is_refused(mutant: Mutant) -> bool:
    try:
        mutant.change(PROTOCOL)
    except DeclarationError:
        return True
    return False


def test_of_the_mutants_the_same_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    some_mutants = mutants_of(PROTOCOL)[::9]
    now = [is_refused(one) for one in some_mutants]

    def of_all(*rules: Any, like: Network) -> Network:
        del like
        return build(*rules)

    monkeypatch.setattr(changes, "build", of_all)
    assert now == [is_refused(one) for one in some_mutants]
    assert set(now) == {True, False}


MOST = 4_000
"""Functions that are called where one guard is changed. To look at all tables takes more than four times as many."""


def test_of_one_changed_guard_no_table_is_looked_at() -> None:
    term = PROTOCOL.events["vm_saved"].when
    fewer = conjuncts(term)[0]
    with_event(PROTOCOL, "vm_saved", when=fewer)  # what is worked out of terms, and kept
    with calls(MOST):
        with_event(PROTOCOL, "vm_saved", when=fewer)
    with pytest.raises(TooMuch), calls(MOST):
        network_of(Parts.of(PROTOCOL), like=None)
