"""Terms as tests of states and steps: compiled once, and each quantified term a bit that VMs contribute to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.run import Shape
from model.notation.terms import (
    FALSE,
    HOST,
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    any_of,
    speaks_of_a_step,
    walk,
)
from proofs.world.layout import Layout, States, known_numbers
from proofs.world.terms import can_hold, of_event, only_at
from proofs.world.world import Slice, World


@dataclass(slots=True)
class Step:
    """What a term is evaluated on: host and VM states before and after, the VM's form, quantified bits before, after
    and of the step, the event, and whether the event happens to the VM in question."""

    host: States
    vm: States
    form: int
    bits: int = 0
    host2: States = ()
    vm2: States = ()
    bits2: int = 0
    step_bits: int = 0
    event: str = ""
    here: bool = True


Test = Callable[[Step], bool]

_SAID_OF_EVENTS: WeakKeyDictionary[World, dict[tuple[str, Term], Term]] = WeakKeyDictionary()
"""What terms say of the steps of events, by world: its slices are asked the same."""


class Predicates(Layout):
    """A layout whose terms can be tested. state_bits, step_bits: what quantified terms say, by the bit that stands for each."""

    def __init__(
        self,
        world: World,
        part: Slice,
        shapes: Sequence[Shape],
        allowed: Sequence[Mapping[str, frozenset[str]] | None] | None,
        looked_at: Sequence[Sort],
    ) -> None:
        super().__init__(world, part, shapes, allowed, looked_at)
        self.state_bits: list[tuple[bool, Term, list[Test]]] = []
        self.step_bits: dict[str, list[tuple[bool, Term, list[Test]]]] = {}
        self.reads_bits_after: dict[int, bool] = {}
        self._event = ""
        self._state_tests: dict[Term, Test] = {}
        self._step_tests: dict[Term, dict[int, Test]] = {}
        self._said_of_events = _SAID_OF_EVENTS.setdefault(world, {})

    def state_test(self, term: Term) -> Test:
        """A term about states, said of the whole network."""
        if term not in self._state_tests:
            self._state_tests[term] = self.test(self.world.folded(term))
        return self._state_tests[term]

    def step_tests(self, term: Term) -> dict[int, Test]:
        """A term about steps, for each event of which it can be true at all."""
        if term in self._step_tests:
            return self._step_tests[term]
        found: dict[int, Test] = self._step_tests.setdefault(term, {})
        only = only_at(term)
        for i, event in enumerate(self.events):
            if only is not None and event.name not in only:
                continue
            said = self._said_of(event, term)
            if said != FALSE and can_hold(self.world.network, said):
                self._event = event.name
                found[i] = self.test(said)
                self.reads_bits_after[i] = self.reads_bits_after.get(i, False) or any(
                    isinstance(part, After) and any(isinstance(p, (Every, Some)) for p in walk(part))
                    for part in walk(said)
                )
        return found

    def _said_of(self, event: Event, term: Term) -> Term:
        """What a term about steps says of the steps of one event."""
        key = (event.name, term)
        if key not in self._said_of_events:
            self._said_of_events[key] = of_event(self.world, self.world.folded(term), event)
        return self._said_of_events[key]

    def bits_in(self, term: Term) -> int:
        """The bits of quantified terms about states that a compiled term may read."""
        said = [self.world.folded(term)]
        said += [self._said_of(event, term) for event in self.events] if speaks_of_a_step(term) else []
        bodies = {(type(part), part.body) for one in said for part in walk(one) if isinstance(part, (Every, Some))}
        return sum(
            1 << k for k, (every, body, _) in enumerate(self.state_bits) if (Every if every else Some, body) in bodies
        )

    def test(self, term: Term, form: int | None = None, *, post: bool = False) -> Test:
        """Compile a term (expanded, if it is said of a VM) into a test."""
        match term:
            case Const(value):
                return lambda step: value
            case In(actor, states):
                return self._read(actor, states, form, post)
            case Same(left, right):
                return self._same(left, right, form, post)
            case Unchanged(actor):
                return self._unchanged(actor, form)
            case Not(body):
                inner = self.test(body, form, post=post)
                return lambda step: not inner(step)
            case And(parts):
                return _all([self.test(part, form, post=post) for part in parts])
            case Or(parts):
                return _any([self.test(part, form, post=post) for part in parts])
            case After(body):
                return self.test(body, form, post=True)
            case Happens(events):
                if form is None:
                    return lambda step: step.event in events
                return lambda step: step.here and step.event in events
            case Every(sort, body) | Some(sort, body) if sort == self.sort:
                return self._quantified(isinstance(term, Every), body, post)
        raise TypeError(f"cannot compile {term}")

    def _read(self, actor: str, states: frozenset[str], form: int | None, post: bool) -> Test:
        if actor in self.host_vars.at:
            i, wanted = self.host_vars.at[actor], known_numbers(self.host_vars.number[actor], states)
            return (lambda step: step.host2[i] in wanted) if post else (lambda step: step.host[i] in wanted)
        if form is None:
            raise TypeError(f"{actor} is read without a VM")
        vars_ = self.vm_vars[form]
        i, wanted = vars_.at[actor], known_numbers(vars_.number[actor], states)
        return (lambda step: step.vm2[i] in wanted) if post else (lambda step: step.vm[i] in wanted)

    def _states_of(self, actor: str, form: int | None) -> tuple[str, ...]:
        vars_ = self.host_vars if actor in self.host_vars.at else self.vm_vars[form or 0]
        return vars_.actors[vars_.at[actor]].states

    def _same(self, left: str, right: str, form: int | None, post: bool) -> Test:
        shared = set(self._states_of(left, form)) & set(self._states_of(right, form))
        pairs = any_of(*(In(left, frozenset({s})) & In(right, frozenset({s})) for s in sorted(shared)))
        return self.test(pairs, form, post=post)

    def _unchanged(self, actor: str, form: int | None) -> Test:
        if actor in self.host_vars.at:
            i = self.host_vars.at[actor]
            return lambda step: step.host[i] == step.host2[i]
        if form is None:
            raise TypeError(f"{actor} is read without a VM")
        names = (
            [actor]
            if actor in self.vm_vars[form].at
            else [n for n in self.vm_vars[form].names if n.split("#")[0] == actor]
        )
        places = [self.vm_vars[form].at[name] for name in names]
        return lambda step: all(step.vm[i] == step.vm2[i] for i in places)

    def _quantified(self, every: bool, body: Term, post: bool) -> Test:
        bit = self.bit_of(every, body)
        if speaks_of_a_step(body):
            return (lambda step: not step.step_bits & bit) if every else (lambda step: bool(step.step_bits & bit))
        if post:
            return (lambda step: not step.bits2 & bit) if every else (lambda step: bool(step.bits2 & bit))
        return (lambda step: not step.bits & bit) if every else (lambda step: bool(step.bits & bit))

    def bit_of(self, every: bool, body: Term) -> int:
        """What is set where every VM fits a body, or where some does: a new bit, if it has none yet."""
        table = self.step_bits.setdefault(self._event, []) if speaks_of_a_step(body) else self.state_bits
        for k, (known_every, known, _) in enumerate(table):
            if known_every == every and known == body:
                return 1 << k
        row: list[Test] = []
        table.append((every, body, row))
        bit = 1 << len(table) - 1
        row.extend(self.for_each_shape(lambda form: self.test(self.expand_in(body, form), form)))
        return bit


def _all(tests: Sequence[Test]) -> Test:
    def of(step: Step) -> bool:
        for test in tests:  # noqa: SIM110 - `all` and `any` would make a generator each time
            if not test(step):
                return False
        return True

    return of


def _any(tests: Sequence[Test]) -> Test:
    def of(step: Step) -> bool:
        for test in tests:  # noqa: SIM110 - `all` and `any` would make a generator each time
            if test(step):
                return True
        return False

    return of


class Table:
    """One machine's part in one event: for each of its states, the guarded moves."""

    def __init__(
        self,
        predicates: Predicates,
        actor: Actor,
        name: str,
        event: Event,
        form: int | None,
        part: tuple[Sort, int] | None,
    ) -> None:
        self.of_host = actor.sort == HOST
        vars_ = predicates.host_vars if self.of_host else predicates.vm_vars[form or 0]
        self.at = vars_.at[name]
        own = part
        if not self.of_host and "#" in name:
            own = (actor.sort, int(name.split("#")[1]))
        self.rows: dict[int, list[tuple[Test | None, int | None]]] = {}
        for state, rules in predicates.world.rules(actor, event.name).items():
            k = vars_.number[name][state]
            self.rows[k] = [
                (
                    None
                    if rule.when == Const(True)
                    else predicates.test(
                        rule.when if form is None else predicates.expand_in(rule.when, form, own), form
                    ),
                    None if rule.dest is None else vars_.number[name][rule.dest],
                )
                for rule in rules
            ]

    @property
    def known(self) -> list[int]:
        """The states of the machine for which there is any row."""
        return [state for state, rows in self.rows.items() if rows]

    def knows(self, states: States) -> bool:
        """Whether there is any row for the state the machine is in."""
        return bool(self.rows.get(states[self.at]))

    def move(self, step: Step, target: list[int]) -> bool:
        """Move this machine in `target`; False if it blocks."""
        for when, dest in self.rows.get(target[self.at], ()):
            if when is None or when(step):
                if dest is not None:
                    target[self.at] = dest
                return True
        return False
