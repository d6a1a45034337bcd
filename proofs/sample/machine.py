"""A stateful test with one rule for each event of a network, made from it.

Only what can happen is offered to Hypothesis, and of that what leads to the run's aim or what the run has seen least; a
failing run shrinks to one that is steered by nothing, in which every event that is possible is offered.

All of it is a function of what Hypothesis has drawn, so that a run comes out the same each time. What has happened in
other runs is counted (`proofs.sample.tally`), and heeded by the next class of machines only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

from hypothesis import event as note
from hypothesis import settings, target
from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.stateful import Rule, RuleBasedStateMachine, RuleStrategy, initialize, rule

from model.notation import HOST
from model.notation.run import Index
from proofs.sample.board import Act
from proofs.sample.promises import Broken, Promises, Watch
from proofs.sample.settings import Plan, Setup, begins, one_of_many
from proofs.sample.steer import Aim, Guide
from proofs.sample.tally import Tally
from proofs.sample.walk import Begin, Walk
from proofs.world.world import Column

Judges = Callable[[Column], Promises]
"""What runs of a column are held to."""

AT_RANDOM = 0.1
"""How often a step is not steered."""

FAULTS = 0.08
"""How often a fault is offered that the aim does not ask for."""

PATIENCE = 40
"""How many steps a run goes towards one aim in vain: the way to a child's image that is rolled back takes 23."""

LOST = 5
"""How many steps in vain it counts for if no way is known."""

REFUSED = 16
"""Each step, every sixteenth of the events that are not possible is tried as well: another sixteenth each time."""


class _Offered(RuleStrategy):
    """Of the rules that are offered one is drawn, and of no others: Hypothesis would leave out some rules in all of a run, and
    give the run up where nothing else is offered."""

    def do_draw(self, data: ConjectureData) -> tuple[Rule, dict[str, Any]]:
        offered = self.machine.offered  # type: ignore[attr-defined]  # of the rounds, whose machine is any
        rule = data.draw(one_of_many([rule for rule in self.rules if rule.function.__name__ in offered]))
        return rule, {name: data.draw(drawn) for name, drawn in rule.arguments_strategies.items()}


class Sampled(RuleBasedStateMachine):
    """A run that Hypothesis draws. Its rules are made by `machine_for`."""

    setup: ClassVar[Setup]
    judges: ClassVar[Judges]
    tally: ClassVar[Tally]
    failed: ClassVar[tuple[Begin, tuple[Act, ...], str] | None] = None
    """The latest run that broke a promise, and the promise: after shrinking, the shortest."""

    walk: Walk
    watch: Watch
    guide: Guide

    def __init__(self) -> None:
        super().__init__()
        self._rules_strategy = _Offered(self)
        self.offered: dict[str, list[Index]] = {}
        self.plan: Plan | None = None
        self.reached = 0
        self.patience = PATIENCE
        self.ahead: tuple[Aim, ...] = ()

    def begin(self, begin: Begin, plan: Plan | None) -> None:
        self.walk, self.plan = Walk(self.setup.network, begin), plan
        self.ahead = plan.aims if plan is not None else ()
        self.guide = Guide(self.walk)
        self.unseen = self.tally.begins(self.walk)
        self._judged(lambda: self._watch(begin))
        self._offer()

    def _watch(self, begin: Begin) -> None:
        self.watch = Watch(self.setup.network, self.walk, type(self).judges(begin.column), self.tally.held)

    def happens(self, act: Act) -> None:
        """An event happens; the step is judged, and events that are not possible now are tried."""
        taken = self.walk.take(act)
        rows = list(self.walk.rows(taken))
        self.tally.steps(self.walk, taken, rows)
        self._judged(lambda: self.watch.step(taken))
        if self.ahead:
            got = self.ahead[0] == act[0] or self.ahead[0] in rows
            self.reached += got
            self.patience -= 1
            if got or self.patience <= 0:
                self.ahead, self.patience = self.ahead[1:], PATIENCE
        self._refuses()
        self._offer()

    def _judged(self, judge: Callable[[], None]) -> None:
        try:
            judge()
        except Broken as broken:
            broken.run = self.walk.begin, tuple(self.walk.steps)
            type(self).failed = (*broken.run, broken.promise)
            raise

    def _refuses(self) -> None:
        """Events that are not possible are refused, and change nothing."""
        possible, acts = self.walk.possible, self.walk.board.acts
        asked = [k for k in range(len(self.walk.steps) % REFUSED, len(acts), REFUSED) if k not in possible]
        self.tally.refused += len(asked)
        allowed = [acts[k] for k in asked if not self.walk.is_refused(k)]
        if allowed or not self.walk.is_as_known():
            told = allowed or [acts[k] for k in asked]
            raise AssertionError(f"what is not possible changes something, or what is not known: {told}")

    # -- what is offered --------------------------------------------------------------------------------------------------

    def _offer(self) -> None:
        self.offered = {}
        for number in sorted(self._preferred()):
            name, at = self.walk.board.acts[number]
            self.offered.setdefault(name_of(name), []).append(at)
        if not self.offered:
            self.offered[_over.__name__] = []

    def _preferred(self) -> set[int]:
        possible = self.walk.possible
        if self.plan is None or not possible:
            return possible
        pick = Random(self.plan.seed * 1_000_003 + len(self.walk.steps))
        if self.ahead and pick.random() >= AT_RANDOM:
            found = self.guide.towards(self.ahead[0])
            if found:
                return set(found)
            self.patience -= LOST
        faults = {k for k in possible if self.walk.board.of_fault(self.walk.board.acts[k]) is not None}
        usual = possible - faults
        chosen = faults if faults and (not usual or pick.random() < FAULTS) else usual
        seen, acts = self.walk.seen, self.walk.board.acts
        fewest = min(seen[acts[k][0]] for k in chosen)
        return {k for k in chosen if seen[acts[k][0]] == fewest}

    def teardown(self) -> None:
        if hasattr(self, "walk"):
            note(f"aims reached: {self.reached}")
            if self.tally.steering:
                target(float(self.unseen()), label="states not seen in earlier rounds")
                target(float(self.reached), label="aims reached")


def name_of(event: str) -> str:
    """The name of an event's rule: the event's own, where Python can have it as a name."""
    return re.sub(r"\W", "_", event)


def _rule_of(name: str, single: bool) -> Any:
    """The rule of one event. single: it happens to the host or to all members; otherwise to one, which is drawn."""

    def offered(machine: Sampled) -> list[Index]:
        return machine.offered.get(name_of(name), [])

    def of_all(self: Sampled) -> None:
        self.happens((name, ()))

    def of_member(self: Sampled, member: int | Index) -> None:
        self.happens((name, (member,) if isinstance(member, int) else member))

    function = of_all if single else of_member
    function.__name__ = function.__qualname__ = name_of(name)
    member = st.runner().flatmap(
        lambda machine: st.sampled_from([at[0] if len(at) == 1 else at for at in offered(machine)])
    )
    return rule()(function) if single else rule(member=member)(function)


def _over(self: Sampled) -> None:
    """Nothing can happen any more."""


def machine_for(name: str, setup: Setup, judges: Judges, tally: Tally) -> type[Sampled]:
    """The class of machines whose runs Hypothesis draws. judges: the promises of each column. tally: what is counted."""
    network = setup.network

    def starts(self: Sampled, begin: tuple[Begin, Plan | None]) -> None:
        self.begin(*begin)

    members: dict[str, Any] = {
        name_of(event.name): _rule_of(event.name, event.scope.all or event.scope.sort == HOST)
        for event in network.events.values()
    }
    members["starts"] = initialize(begin=begins(setup))(starts)
    members |= {
        _over.__name__: rule()(_over),
        "setup": setup,
        "judges": staticmethod(judges),
        "tally": tally,
        "__module__": __name__,
    }
    return type(name, (Sampled,), members)


def small(examples: int, steps: int, **others: Any) -> settings:
    """Settings for machines: so many runs of so many steps."""
    return settings(max_examples=examples, stateful_step_count=steps, **others)
