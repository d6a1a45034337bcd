"""Readings of one network, each of which says by itself what can happen in a state and what holds there.

The machines, executed; the explorer's remembered steps; the complete tables that visits of every state use; and the symbolic
relation, in `relation.py`. `tests/helpers/readings/one_graph.py` holds them against one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from model.notation import Run
from model.notation.run import Index
from proofs.counts.tables import STAY, Move, Tables
from proofs.search.plain import Look, starts, successors
from proofs.world.predicates import Step as Snapshot
from properties.kinds import Always, Property, Step
from tests.helpers.readings.setting import Setting, State

Happening = tuple[str, Index, State]
"""An event, the VM that it happens to (or a part of it; (): no single one), and where it leads."""


class Reading(Protocol):
    """What can happen, as one engine has it."""

    name: str

    def starts(self) -> Iterable[State]: ...

    def out(self, state: State) -> list[Happening]: ...


class Judge(Protocol):
    """What holds, as one engine has it."""

    name: str

    def of_state(self, state: State) -> Mapping[str, bool]: ...

    def of_step(self, state: State, happening: Happening) -> Mapping[str, bool]: ...


class Executed:
    """The `transitions` machines themselves, put into a state and asked what they can do."""

    name = "the run"

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        named = dict(zip(setting.keys, min(setting.starts), strict=True))
        self.run = Run(setting.network, setting.shapes, named, setting.column.faults)
        self.at = min(setting.starts)

    def starts(self) -> Iterable[State]:
        """Those in which a run can be begun."""
        for state in self.setting.starts:
            Run(self.setting.network, self.setting.shapes, dict(zip(self.setting.keys, state, strict=True)))
            yield state

    def put(self, state: State) -> None:
        """Put every machine into its state."""
        self.run._states.update(zip(self.setting.keys, state, strict=True))
        self.at = state

    def out(self, state: State) -> list[Happening]:
        self.put(state)
        found: list[Happening] = []
        for name, at in self._enabled():
            self.run.fire(name, at)
            self.at = tuple(self.run.state(*key) for key in self.setting.keys)
            found.append((name, at[:1], self.at))
            self.put(state)
        return found

    def _enabled(self) -> list[tuple[str, Index]]:
        """What `Run.enabled` says; a reason why not, which takes longest, is not asked for where the guard does not hold."""
        run = self.run
        return [
            (event.name, at)
            for event in self.setting.network.events.values()
            for at in run._happens_to(event)
            if run.holds(event.when, at) and run.why_not(event.name, at) is None
        ]


class Explored:
    """The explorer's steps, which it works out from the tables once and remembers; VMs told apart."""

    name = "the explorer"

    def __init__(self, setting: Setting) -> None:
        self.setting, self.compiled = setting, setting.compiled

    def starts(self) -> Iterable[State]:
        return [
            self.setting.in_words(self.compiled, one) for one in starts(self.compiled, self.setting.vms, sort=False)
        ]

    def out(self, state: State) -> list[Happening]:
        compiled, setting = self.compiled, self.setting
        return [
            (compiled.events[edge[0]].name, () if edge[4] < 0 else (edge[4],), setting.in_words(compiled, target))
            for edge, target in successors(compiled, setting.in_numbers(compiled, state), sort=False)
        ]


class Tabulated:
    """The complete tables: a place, a digit for each VM, and what each event makes of them."""

    name = "the tables"

    def __init__(self, setting: Setting, tables: Tables | None = None) -> None:
        self.setting, self.tables = setting, tables or Tables(setting.compiled)

    def starts(self) -> Iterable[State]:
        tables, setting = self.tables, self.setting
        first: list[tuple[int, tuple[int, ...]]] = [(place, ()) for place, _ in tables.starts]
        digits = dict(tables.starts)
        for _ in range(setting.vms):
            first = [(place, (*chosen, digit)) for place, chosen in first for digit in digits[place]]
        return [setting.in_words(tables.compiled, tables.state(*one)) for one in first]

    def out(self, state: State) -> list[Happening]:
        tables, setting = self.tables, self.setting
        numbers = setting.in_numbers(tables.compiled, state)
        place = tables.place[numbers[0]]
        digits = tuple(tables.alphabets[place].index(vm) for vm in numbers[1:])
        guards = tables.guards[place]
        together = guards.own[digits[0]]
        for digit in digits[1:]:
            together = guards.union[together][guards.own[digit]]
        found = [self._after(move, (), digits) for move in tables.of_host[place][together]]
        for i, digit in enumerate(digits):
            found += [self._after(move, (i,), digits) for move in tables.of_vm[place][together][digit]]
        return found

    def _after(self, move: Move, at: Index, digits: tuple[int, ...]) -> Happening:
        moved = list(digits) if move.others == STAY else [move.others[digit] for digit in digits]
        if at and move.digit is not None:
            moved[at[0]] = move.digit
        compiled = self.tables.compiled
        target = self.setting.in_words(compiled, self.tables.state(move.place, tuple(moved)))
        return compiled.events[move.event].name, at, target


# -- what holds -------------------------------------------------------------------------------------------------------


class Evaluated:
    """The evaluator that is apart from every engine, which knows all machines."""

    name = "the evaluator"

    def __init__(self, setting: Setting, properties: Iterable[Property]) -> None:
        self.setting = setting
        asked = list(properties)
        self.always = [one for one in asked if isinstance(one, Always)]
        self.steps = [one for one in asked if isinstance(one, Step)]

    def of_state(self, state: State) -> Mapping[str, bool]:
        moment = self.setting.moment(state, state)
        return {one.name: moment.holds(one.term) for one in self.always}

    def of_step(self, state: State, happening: Happening) -> Mapping[str, bool]:
        event, at, target = happening
        moment = self.setting.moment(state, target, event, at)
        return {one.name: moment.holds(one.term) for one in self.steps}


class CompiledTests:
    """The compiled tests that every search uses."""

    name = "the compiled tests"

    def __init__(self, setting: Setting, properties: Iterable[Property]) -> None:
        self.setting, self.compiled = setting, setting.compiled
        asked = list(properties)
        self.broken = {one.name: ~one.term for one in asked if isinstance(one, Always)}
        self.broken_by_steps = {one.name: ~one.term for one in asked if isinstance(one, Step)}
        self.look = Look(self.compiled, self.broken, self.broken_by_steps)
        self.number = {event.name: number for number, event in enumerate(self.compiled.events)}

    def of_state(self, state: State) -> Mapping[str, bool]:
        host, *vms = self.setting.in_numbers(self.compiled, state)
        snapshot = Snapshot(self.compiled.hosts[host], (), 0, self.compiled.bits_of_all(host, vms))
        return {name: not test(snapshot) for name, test in self.look.states}

    def of_step(self, state: State, happening: Happening) -> Mapping[str, bool]:
        event, at, target = happening
        compiled, number = self.compiled, self.number[event]
        (host, *vms), (host2, *vms2) = (self.setting.in_numbers(compiled, one) for one in (state, target))
        bits, bits2 = compiled.bits_of_all(host, vms), compiled.bits_of_all(host2, vms2)
        edge = (number, host2, vms[at[0]], vms2[at[0]], at[0]) if at else (number, host2, -1, -1, -1)
        of_step = self.look._bits_of_step(edge, host, vms, bits)
        snapshot = Snapshot(compiled.hosts[host], (), 0, bits, compiled.hosts[host2], (), bits2, of_step, event)
        found = dict.fromkeys(self.broken_by_steps, True)
        return found | {name: not test(snapshot) for name, test in self.look.steps.get(number, ())}
