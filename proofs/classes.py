"""Alike configurations: which start states of one VM no guard and no property can tell apart.

Machines that never move are configuration. Two configurations are alike if every guard and every property becomes the same
term when they are filled in; one of each class is kept. The classes are exact, and are tested against the full search.

Where views are closed, what only a property reads need not be told apart before: `Variants` puts it in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.run import Shape
from model.notation.terms import FALSE, HOST, Every, Some, Term, all_of, machines_of, walk
from proofs.world import fold

if TYPE_CHECKING:
    from proofs.compile import Compiled

States = tuple[str, ...]
Limits = Sequence[tuple[Term, dict[str, States]]]


def starts_of_shape(
    compiled: Compiled,
    form: int,
    shape: Shape,
    terms: Sequence[Term],
    allowed: Mapping[str, frozenset[str]],
    reduce: bool,
) -> Iterator[dict[str, str]]:
    """The start states of a VM of one shape: one for each class of configurations, times the free states that move."""
    vars_ = compiled.vm_vars[form]
    free, settled, seen, limits = _configuration(compiled, form, terms, allowed, reduce)
    fixed = [name for name in vars_.names if settled[name] and len(free[name]) > 1]
    chosen: list[list[dict[str, str]]] = [
        _classes(compiled, group, free, settled, seen, limits, reduce) for group in _groups(fixed, seen, limits)
    ]
    moving = [n for n in vars_.names if n not in fixed]
    for configuration in product(*chosen):
        base = {name: state for part in configuration for name, state in part.items()}
        for states in product(*(free[name] for name in moving)):
            start = {**base, **dict(zip(moving, states, strict=True))}
            if _possible(start, limits):
                yield start


def _configuration(
    compiled: Compiled, form: int, terms: Sequence[Term], allowed: Mapping[str, frozenset[str]], reduce: bool
) -> tuple[dict[str, States], dict[str, frozenset[str]], list[Term], Limits]:
    """The states that each machine of a VM may start in, those that it stays in for good, what looks at them, and what
    holds of them at the start."""
    vars_, world = compiled.vm_vars[form], compiled.world
    free = {
        name: tuple(
            s
            for s in actor.states
            if s in world.starts[actor.name] and s in allowed.get(name, world.starts[actor.name])
        )
        for name, actor in zip(vars_.names, vars_.actors, strict=True)
    }
    settled = {
        name: frozenset(state for state in free[name] if _is_settled(compiled, actor, state))
        for name, actor in zip(vars_.names, vars_.actors, strict=True)
    }
    seen = _seen_terms(compiled, form, terms) if reduce else []
    return free, settled, seen, _limits(compiled, form, allowed)


@dataclass(frozen=True)
class Alike:
    """Configuration machines of a VM that are looked at together: their names, and for each combination of their states all
    that no guard and no property tells from it. settled: none of them ever moves, wherever it starts."""

    names: tuple[str, ...]
    like: Mapping[States, tuple[States, ...]]
    settled: bool


def alike(compiled: Compiled, form: int) -> list[Alike]:
    """Which configurations of a VM of one form are alike, wherever it stands: exchanging them changes nothing else."""
    allowed = compiled.allowed[form]
    free, settled, seen, limits = _configuration(compiled, form, compiled.terms, allowed, reduce=True)
    fixed = [name for name in compiled.vm_vars[form].names if settled[name] and len(free[name]) > 1]
    found = []
    for group in _groups(fixed, seen, limits):
        classes: dict[object, list[States]] = {}
        for signature, states in _signatures(compiled, group, free, settled, seen, limits):
            classes.setdefault(signature, []).append(states)
        like = {one: tuple(members) for members in classes.values() for one in members}
        found.append(Alike(tuple(group), like, _all_settled(group, free, settled)))
    return found


def _all_settled(group: Sequence[str], free: Mapping[str, States], settled: Mapping[str, frozenset[str]]) -> bool:
    return all(settled[name] == frozenset(free[name]) for name in group)


def told_apart_before(compiled: Compiled, terms: Sequence[Term]) -> tuple[Term, ...]:
    """Those of the terms that have to be told apart before views are closed: they read a machine that is configuration in
    some of its start states only, or one that stands in a guard together with such a machine."""
    early: set[Term] = set()
    while True:
        before = len(early)
        for form in range(len(compiled.shapes)):
            free, settled, seen, limits = _configuration(
                compiled, form, tuple(early), compiled.allowed[form], reduce=True
            )
            fixed = [name for name in compiled.vm_vars[form].names if settled[name] and len(free[name]) > 1]
            unsettled = {
                name
                for group in _groups(fixed, seen, limits)
                if not _all_settled(group, free, settled)
                for name in group
            }
            early |= {
                term for term in terms if any(machines_of(body) & unsettled for body in _bodies(compiled, form, term))
            }
        if len(early) == before:
            return tuple(term for term in terms if term in early)


class Variants:
    """What a term can tell apart of a VM although no guard does: its VM states with other configurations put in. A VM has
    exactly the steps of each of its variants."""

    def __init__(self, compiled: Compiled, term: Term) -> None:
        self.compiled = compiled
        said = fold(term, compiled.world.reach)
        self._groups: list[list[tuple[Alike, tuple[int, ...], tuple[int, ...]]]] = []
        for form in range(len(compiled.shapes)):
            read = {name for body in _bodies(compiled, form, said) for name in machines_of(body)}
            at = compiled.vm_vars[form].at
            self._groups.append([
                (group, tuple(at[n] for n in group.names), tuple(i for i, n in enumerate(group.names) if n in read))
                for group in compiled.alike(form)
                if group.settled and read & set(group.names)
            ])  # fmt: skip
        self._puts: dict[tuple[int, tuple[int, ...]], list[dict[int, int]]] = {}
        self._known: dict[int, tuple[int, ...]] = {}

    def of(self, vm: int) -> tuple[int, ...]:
        """The VM's states, itself among them."""
        found = self._known.get(vm)
        if found is None:
            form, states = self.compiled.locals[vm]
            puts = self._put(form, states) if self._groups[form] else []
            found = self._known[vm] = tuple(self._with(form, states, put) for put in puts) or (vm,)
        return found

    def of_step(self, vm: int, vm2: int) -> Iterable[tuple[int, int]]:
        """The same before and after a step: configuration stays, so the variants come in the same order."""
        return zip(self.of(vm), self.of(vm2), strict=True)

    def _with(self, form: int, states: tuple[int, ...], put: Mapping[int, int]) -> int:
        changed = list(states)
        for i, k in put.items():
            changed[i] = k
        return self.compiled.local_id(form, tuple(changed))

    def _put(self, form: int, states: tuple[int, ...]) -> list[dict[int, int]]:
        """What to put in at which places: one of all configurations of which the term reads the same."""
        groups = self._groups[form]
        key = (form, tuple(states[i] for _, places, _ in groups for i in places))
        if key not in self._puts:
            vars_ = self.compiled.vm_vars[form]
            chosen = []
            for group, places, read in groups:
                now = tuple(vars_.actors[i].states[states[i]] for i in places)
                told_apart = {tuple(one[i] for i in read): one for one in group.like[now]}
                chosen.append([
                    {i: vars_.number[n][s] for n, i, s in zip(group.names, places, one, strict=True)}
                    for one in told_apart.values()
                ])  # fmt: skip
            self._puts[key] = [{i: k for part in parts for i, k in part.items()} for parts in product(*chosen)]
        return self._puts[key]


def _is_settled(compiled: Compiled, actor: Actor, state: str) -> bool:
    """Whether a machine that starts in this state stays there for good: it is configuration, as far as this VM goes."""
    return not any(
        rule.dest not in {None, state}
        for event in compiled.events
        if event.name in actor.machine.events
        for rule in compiled.world.rules(actor, event.name).get(state, ())
    )


def _part_in_events(compiled: Compiled, name: str, state: str) -> tuple[object, ...]:
    """What a settled machine does in events: where it lets them pass."""
    actor = compiled.world.network.actors[name.split("#", maxsplit=1)[0]]
    return tuple(
        (event.name, compiled.world.rules(actor, event.name).get(state, ()))
        for event in compiled.events
        if event.name in actor.machine.events
    )


def _seen_terms(compiled: Compiled, form: int, terms: Sequence[Term]) -> list[Term]:
    """Everything that could look at a VM's configuration: guards of events and of moves, and the properties."""
    world, found = compiled.world, set[Term]()
    for event in compiled.events:
        when = world.when[event.name]
        found |= _bodies(compiled, form, when)
        found |= _said_of_vm(compiled, form, event, when)
        for actor in world.network.participants(event.name):
            if actor.name in compiled.kept:
                for rule in (rule for rules in world.rules(actor, event.name).values() for rule in rules):
                    found |= _bodies(compiled, form, rule.when)
                    if actor.sort == compiled.sort:
                        found.add(compiled.expand_in(rule.when, form))
                    elif actor.sort == HOST:
                        found |= _said_of_vm(compiled, form, event, rule.when)
                    else:
                        count = shape_count(compiled, form, actor)
                        found |= {compiled.expand_in(rule.when, form, (actor.sort, j)) for j in range(count)}
    for term in terms:
        found |= _bodies(compiled, form, fold(term, world.reach))
    return sorted((term for term in found if machines_of(term)), key=repr)


def _said_of_vm(compiled: Compiled, form: int, event: Event, term: Term) -> set[Term]:
    """A term of an event of one VM, or of a part, as it is said of a VM of this form."""
    if event.scope.all or event.scope.sort == HOST:
        return set()
    return {compiled.expand_in(term, form, part) for part in compiled.members(event, form)}


def shape_count(compiled: Compiled, form: int, actor: Actor) -> int:
    """How many machines of this part's actor a VM of the form has."""
    return compiled.shapes[form].parts.get(actor.sort.name, 0)


def _bodies(compiled: Compiled, form: int, term: Term) -> set[Term]:
    """What the quantifiers over VMs in a term say of one VM."""
    return {
        compiled.expand_in(part.body, form)
        for part in walk(term)
        if isinstance(part, (Every, Some)) and part.sort == compiled.sort
    }


def _limits(
    compiled: Compiled, form: int, allowed: Mapping[str, frozenset[str]]
) -> list[tuple[Term, dict[str, tuple[str, ...]]]]:
    """What holds at the start, with the machines that are not kept and the states they may start in."""
    world, network = compiled.world, compiled.world.network
    found = []
    kept = set(compiled.vm_vars[form].names)
    for term in network.at_start:
        whole = compiled.expand_in(term, form)
        unseen = {
            n: tuple(sorted(allowed.get(n, world.starts[n.split("#")[0]]) & world.starts[n.split("#")[0]]))
            for n in machines_of(whole) - kept
        }
        if machines_of(whole) & kept or whole == FALSE:
            found.append((whole, unseen))
    return found


def _possible(start: Mapping[str, str], limits: Limits) -> bool:
    """Whether the start states can hold together, for some start states of the machines that are not kept."""
    for term, unseen in limits:
        known = fold(term, {name: frozenset({start[name]}) for name in machines_of(term) if name in start})
        names = sorted(unseen)
        if not any(
            fold(known, {n: frozenset({s}) for n, s in zip(names, states, strict=True)}) == all_of()
            for states in product(*(unseen[name] for name in names))
        ):
            return False
    return True


def _groups(fixed: Sequence[str], seen: Sequence[Term], limits: Limits) -> list[list[str]]:
    """Configuration machines that stand in a term together, directly or by way of others."""
    groups: list[set[str]] = [{name} for name in fixed]
    for term in [*seen, *(term for term, _ in limits)]:
        touched = [g for g in groups if g & machines_of(term)]
        if len(touched) > 1:
            groups = [g for g in groups if g not in touched] + [set().union(*touched)]
    return [sorted(group) for group in sorted(groups, key=sorted)]


def _classes(
    compiled: Compiled,
    group: Sequence[str],
    free: Mapping[str, States],
    settled: Mapping[str, frozenset[str]],
    seen: Sequence[Term],
    limits: Limits,
    reduce: bool,
) -> list[dict[str, str]]:
    """One configuration of each class; every configuration if nothing is to be reduced."""
    classes: dict[object, States] = {}
    for signature, states in _signatures(compiled, group, free, settled, seen, limits):
        classes.setdefault(signature if reduce else states, states)
    return [dict(zip(group, states, strict=True)) for states in classes.values()]


def _signatures(
    compiled: Compiled,
    group: Sequence[str],
    free: Mapping[str, States],
    settled: Mapping[str, frozenset[str]],
    seen: Sequence[Term],
    limits: Limits,
) -> Sequence[tuple[object, States]]:
    """Every configuration of a group that may be at the start, with all that anything can see of it; what is asked again of
    another slice is remembered."""
    about = tuple(term for term in seen if machines_of(term) & set(group))
    bound = tuple(term for term, _ in limits if machines_of(term) & set(group))
    parts = tuple((name, s, _part_in_events(compiled, name, s)) for name in group for s in sorted(settled[name]))
    key = (tuple(group), tuple(free[name] for name in group), parts, about, bound)
    if key not in _SIGNATURES:
        if len(_SIGNATURES) >= MOST_REMEMBERED:
            _SIGNATURES.clear()
        _SIGNATURES[key] = tuple(_signed(group, free, settled, about, bound, parts))
    return _SIGNATURES[key]


_SIGNATURES: dict[object, tuple[tuple[object, States], ...]] = {}
MOST_REMEMBERED = 1_000


def _signed(
    group: Sequence[str],
    free: Mapping[str, States],
    settled: Mapping[str, frozenset[str]],
    seen: Sequence[Term],
    limits: Sequence[Term],
    parts: Sequence[tuple[str, str, tuple[object, ...]]],
) -> Iterator[tuple[object, States]]:
    about, bound = [_Filled(term, group) for term in seen], [_Filled(term, group) for term in limits]
    part_in_events = {(name, state): part for name, state, part in parts}
    for states in product(*(free[name] for name in group)):
        at = dict(zip(group, states, strict=True))
        rest = tuple(term.of(at) for term in bound)
        if FALSE in rest:
            continue
        known = {name: state for name, state in at.items() if state in settled[name]}
        open_ = tuple((name, state) for name, state in at.items() if name not in known)
        signature = (
            open_,
            tuple(part_in_events[name, state] for name, state in known.items()),
            tuple(term.of(known) for term in about),
            tuple(term for term in rest if machines_of(term)),
        )
        yield signature, states


class _Filled:
    """A term, with states filled in: it sees few machines of a group, so it is asked the same again and again."""

    def __init__(self, term: Term, group: Sequence[str]) -> None:
        self.term, self.names = term, sorted(machines_of(term) & set(group))
        self.known: dict[States, Term] = {}

    def of(self, at: Mapping[str, str]) -> Term:
        states = tuple(at.get(name, "") for name in self.names)
        if states not in self.known:
            self.known[states] = fold(self.term, {name: frozenset({at[name]}) for name in self.names if name in at})
        return self.known[states]
