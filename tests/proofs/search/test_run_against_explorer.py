"""Two engines, one protocol: random runs of the `transitions` machines, held step by step against the compiled explorer.

In runs without faults and with the default readings every promise that holds there is held against every step as well, by an
evaluator of its own.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from model.faults import FAULTS
from model.notation import NotEnabled, Run, Shape
from model.notation.run import Index
from model.readings import READINGS
from proofs.answers.record import load
from proofs.answers.verdict import REFUTED
from proofs.sample.settings import shapes, starts
from proofs.search.plain import successors
from proofs.search.symmetry import State
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Step
from tests.helpers.networks.whole import compiled_whole, in_numbers
from tests.helpers.readings.evaluate import Moment
from tests.helpers.undone import undone
from tests.sampled.usual import USUAL

NETWORK = watched()
BROKEN = {name for name, cells in load().cells.items() if cells[BASE.name].verdict == REFUTED}
"""What is broken without any fault: a random run may come to it."""

PROMISES = [found for found in PROPERTIES.values() if isinstance(found, (Always, Step)) and found.name not in BROKEN]
ALL = [fault.name for fault in FAULTS]
FIRED: Counter[str] = Counter()
HELD: Counter[str] = Counter()

Act = tuple[str, Index]

columns = st.one_of(
    st.just(Column()),
    st.builds(
        Column,
        st.frozensets(st.sampled_from(ALL), max_size=4) | st.just(frozenset(ALL)),
        st.lists(
            st.sampled_from([(r.actor.name, other) for r in READINGS for other in r.others]),
            max_size=2,
            unique_by=lambda pair: pair[0],
        ).map(tuple),
    ),
)


class Engines(RuleBasedStateMachine):
    """A run, and the explorer beside it."""

    run: Run
    compiled: Compiled
    seen: Counter[str]
    judged: bool

    @initialize(
        data=st.data(),
        column=st.booleans().flatmap(lambda usual: st.just(Column()) if usual else columns),
        forms=st.lists(shapes(NETWORK, 2), min_size=1, max_size=2).map(tuple),
    )
    def begin(self, data: st.DataObject, column: Column, forms: tuple[Shape, ...]) -> None:
        chosen = data.draw(starts(NETWORK, forms, column, USUAL), label="starts")
        self.run = Run(NETWORK, forms, chosen, column.faults)
        self.judged, self.seen = column == Column(), Counter()
        allowed = [
            {n + (f"#{at[1]}" if at[1:] else ""): frozenset({s}) for (n, at), s in chosen.items() if at[:1] == (i,)}
            for i in range(len(forms))
        ]
        self.compiled = compiled_whole(NETWORK, forms, column, allowed=allowed)
        assert in_numbers(self.compiled, self.run.states()) == (self.compiled.start_hosts[0], *self.compiled.starts)

    @rule(steps=st.integers(1, 20), seed=st.integers(0, 2**32 - 1))
    def go_on(self, steps: int, seed: int) -> None:
        """Some possible events happen, one after the other: mostly those that this run has seen least, and now and then
        a fault. Drawn one by one they would hardly leave the first few events: so a seed picks them all."""
        pick = Random(seed)
        for _ in range(steps):
            enabled = self.run.enabled()
            assume(enabled)
            faults = [act for act in enabled if NETWORK.events[act[0]].fault is not None]
            usual = [act for act in enabled if act not in faults]
            chosen = faults if faults and (not usual or pick.random() < 0.15) else usual
            fewest = min(self.seen[name] for name, _ in chosen)
            rare = [act for act in chosen if self.seen[act[0]] == fewest]
            name, at = pick.choice(rare if pick.random() < 0.8 else chosen)
            self.seen[name] += 1
            self.happens(name, at)

    def happens(self, name: str, at: Index) -> None:
        before, code = self.run.states(), in_numbers(self.compiled, self.run.states())
        self.run.fire(name, at)
        FIRED[name] += 1
        after = self.run.states()
        assert (name, at[:1], in_numbers(self.compiled, after)) in self.by_explorer(code)
        if self.judged:
            moment = Moment(NETWORK, self.run.shapes, before, after, name, at)
            for promise in PROMISES:
                HELD[promise.name] += 1
                assert isinstance(promise, (Always, Step))
                if isinstance(promise, Step):
                    assert moment.holds(promise.term), f"{promise.name} is broken by {name} at {at}"
                else:
                    assert moment.holds(promise.term, later=True), f"{promise.name} is broken after {name} at {at}"

    @rule(seed=st.integers(0, 2**32 - 1))
    def refuse(self, seed: int) -> None:
        """Events that are not possible are refused, and change nothing."""
        enabled = set(self.run.enabled())
        others = [
            (event.name, at)
            for event in NETWORK.events.values()
            for at in ([()] if event.scope.all else self.run.members(event.scope.sort))
            if (event.name, at) not in enabled
        ]
        before = self.run.states()
        for name, at in Random(seed).sample(others, 5):
            with pytest.raises(NotEnabled):
                self.run.fire(name, at)
        assert self.run.states() == before

    @invariant()
    def engines_agree(self) -> None:
        """The same events are possible, to the same members, and each leads to the same state."""
        if not hasattr(self, "run"):
            return
        found: Counter[tuple[str, Index, State]] = Counter()
        for name, at in self.run.enabled():
            with undone(self.run):
                self.run.fire(name, at)
                found[name, at[:1], in_numbers(self.compiled, self.run.states())] += 1
        assert found == self.by_explorer(in_numbers(self.compiled, self.run.states()))

    def by_explorer(self, code: State) -> Counter[tuple[str, Index, State]]:
        return Counter(
            (self.compiled.events[edge[0]].name, () if edge[4] < 0 else (edge[4],), target)
            for edge, target in successors(self.compiled, code, sort=False)
        )


def test_run_and_explorer_agree() -> None:
    FIRED.clear()
    HELD.clear()
    examples = settings().max_examples * 2 // 10  # each is a run of some 40 steps
    always = settings(max_examples=2 * examples, stateful_step_count=12, derandomize=True, database=None)
    run_state_machine_as_test(Engines, settings=always)
    assert len(FIRED) >= 60, f"only {len(FIRED)} of {len(NETWORK.events)} events happened: {sorted(FIRED)}"
    assert min(HELD[promise.name] for promise in PROMISES) >= 100, "too few steps without fault and reading"
