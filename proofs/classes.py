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
from model.notation.terms import FALSE, HOST, Every, Some, Term, all_of, machines_of, walk
from proofs.world import fold

if TYPE_CHECKING:
    from proofs.compile import Compiled

States = tuple[str, ...]
Limits = Sequence[tuple[Term, dict[str, States]]]
Put = Sequence[tuple[bool, int]]
"""How the states of a VM come about from another's: for each machine whether it moves, and then the other's place of it, or
else its number."""


@dataclass(frozen=True)
class Configuration:
    """How VMs of one form may be configured. free: the states that each machine may start in; settled: those of them that it
    stays in for good; seen: what looks at them, with the machines that it reads; limits: what holds of them at the start;
    groups: the machines with a choice of such states, together where something looks at them together."""

    free: Mapping[str, States]
    settled: Mapping[str, frozenset[str]]
    seen: Mapping[Term, frozenset[str]]
    limits: Limits
    groups: Sequence[Sequence[str]]

    def is_settled(self, group: Sequence[str]) -> bool:
        """Whether none of these machines ever moves, wherever it starts."""
        return all(self.settled[name] == frozenset(self.free[name]) for name in group)


def like_forms(compiled: Compiled) -> list[int]:
    """For each form the first that is like it: what is looked at has the same parts, and may start in the same states."""
    bound = frozenset[str]().union(*map(machines_of, compiled.world.network.at_start))
    first: dict[object, int] = {}
    found = []
    for form, allowed in enumerate(compiled.allowed):
        names = {*compiled.vm_vars[form].names, *(name for name in allowed if name.split("#")[0] in bound)}
        told = (compiled.first[form], frozenset((name, allowed[name]) for name in names & allowed.keys()))
        found.append(first.setdefault(told, form))
    return found


def starts_of_form(compiled: Compiled, form: int, reduce: bool) -> Iterator[dict[str, str]]:
    """The start states of a VM of one form: one for each class of configurations, times the free states that move."""
    found = _configuration(compiled, form, compiled.terms if reduce else None)
    chosen = [_classes(compiled, group, found, reduce) for group in found.groups]
    fixed = {name for group in found.groups for name in group}
    moving = [name for name in compiled.vm_vars[form].names if name not in fixed]
    for configuration in product(*chosen):
        base = {name: state for part in configuration for name, state in part.items()}
        for states in product(*(found.free[name] for name in moving)):
            start = {**base, **dict(zip(moving, states, strict=True))}
            if _possible(start, found.limits):
                yield start


def _configuration(compiled: Compiled, form: int, terms: tuple[Term, ...] | None) -> Configuration:
    """How a VM may be configured that guards and these terms look at (None: nothing does)."""
    key = (form, terms)
    if key not in compiled.configurations:
        vars_, starts, allowed = compiled.vm_vars[form], compiled.world.starts, compiled.allowed[form]
        actors = list(zip(vars_.names, vars_.actors, strict=True))
        free = {
            name: tuple(s for s in actor.states if s in starts[actor.name] and s in allowed.get(name, {s}))
            for name, actor in actors
        }
        settled = {
            name: frozenset(state for state in free[name] if is_settled(compiled, actor, state))
            for name, actor in actors
        }
        seen = {} if terms is None else _seen_terms(compiled, form, terms)
        limits = _limits(compiled, form)
        fixed = [name for name in vars_.names if settled[name] and len(free[name]) > 1]
        groups = _groups(fixed, [*seen.values(), *(machines_of(term) for term, _ in limits)])
        compiled.configurations[key] = Configuration(free, settled, seen, limits, groups)
    return compiled.configurations[key]


@dataclass(frozen=True)
class Alike:
    """Configuration machines of a VM that are looked at together: their names, and for each combination of their states all
    that no guard and no property tells from it. settled: none of them ever moves, wherever it starts."""

    names: tuple[str, ...]
    like: Mapping[States, tuple[States, ...]]
    settled: bool


def alike(compiled: Compiled, form: int) -> list[Alike]:
    """Which configurations of a VM of one form are alike, wherever it stands: exchanging them changes nothing else."""
    configuration = _configuration(compiled, form, compiled.terms)
    found = []
    for group in configuration.groups:
        classes: dict[int, list[States]] = {}
        for signature, states in _signatures(compiled, group, configuration):
            classes.setdefault(signature, []).append(states)
        like = {one: tuple(members) for members in classes.values() for one in members}
        found.append(Alike(tuple(group), like, configuration.is_settled(group)))
    return found


def told_apart_before(compiled: Compiled, terms: Sequence[Term]) -> tuple[Term, ...]:
    """Those of the terms that have to be told apart before views are closed: they read a machine that is configuration in
    some of its start states only, or one that stands in a guard together with such a machine."""
    read = {
        form: [(term, frozenset[str]().union(*map(machines_of, _bodies(compiled, form, term)))) for term in terms]
        for form in set(compiled.first)
    }
    early: tuple[Term, ...] = ()
    while True:
        found = set(early)
        for form in sorted(set(compiled.like)):
            configuration = _configuration(compiled, form, early)
            unsettled = {n for group in configuration.groups if not configuration.is_settled(group) for n in group}
            found |= {term for term, names in read[compiled.first[form]] if names & unsettled}
        if found == set(early):
            return early
        early = tuple(term for term in terms if term in found)


def stands_for(compiled: Compiled, vm: int) -> int:
    """For how many configurations a VM state stands. Raises ValueError where that depends on how the VM came there."""
    form, states = compiled.locals[vm]
    now = compiled.vm_vars[form].decode(states)
    found = 1
    for group in compiled.alike(form):
        if group.settled:
            found *= len(group.like[tuple(now[name] for name in group.names)])
        elif any(len(members) > 1 for members in group.like.values()):
            raise ValueError(
                f"{' and '.join(group.names)} may move: how many configurations a state stands for is open"
            )
    return found


class Variants:
    """What a term can tell apart of a VM although no guard does: its VM states with other configurations put in. A VM has
    exactly the steps of each of its variants."""

    def __init__(self, compiled: Compiled, term: Term) -> None:
        self.compiled = compiled
        said = fold(term, compiled.world.reach)
        self._bodies = {form: _bodies(compiled, form, said) for form in set(compiled.first)}
        self._puts: dict[tuple[int, States], list[tuple[int, Put]]] = {}
        self._known: dict[int, tuple[int, ...]] = {}

    def of(self, vm: int) -> tuple[int, ...]:
        """The VM's states, itself among them; also of the VMs of other kinds for which it stands."""
        found = self._known.get(vm)
        if found is None:
            form, states = self.compiled.locals[vm]
            config = self.compiled.stand_ins.config(form, states)
            if (form, config) not in self._puts:
                self._puts[form, config] = list(self._put(form, config))
            found = self._known[vm] = tuple(
                self.compiled.local_id(other, tuple(states[k] if moves else k for moves, k in put))
                for other, put in self._puts[form, config]
            )
        return found

    def of_step(self, vm: int, vm2: int) -> Iterable[tuple[int, int]]:
        """The same before and after a step: configuration stays, so the variants come in the same order."""
        return zip(self.of(vm), self.of(vm2), strict=True)

    def _put(self, form: int, config: States) -> Iterator[tuple[int, Put]]:
        """What to put in for a VM's configuration: one of all configurations of which the term reads the same."""
        compiled, found = self.compiled, dict[object, tuple[int, States]]()
        for other, configured in compiled.stand_ins.members(form, config):
            names, bodies = compiled.stand_ins.constant[other], self._bodies[compiled.first[other]]
            for at in self._alike(other, dict(zip(names, configured, strict=True))):
                filled = {name: frozenset({state}) for name, state in at.items()}
                found.setdefault(tuple(fold(body, filled) for body in bodies), (other, tuple(at.values())))
        for other, configured in found.values():
            yield other, compiled.stand_ins.put(form, other, configured)

    def _alike(self, form: int, at: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """A configuration, with all put in that is alike for VMs of this kind, as far as the term reads it."""
        read = {name for body in self._bodies[self.compiled.first[form]] for name in machines_of(body)}
        chosen = []
        for group in self.compiled.alike(form):
            if group.settled and read & set(group.names):
                told = [i for i, name in enumerate(group.names) if name in read]
                told_apart = {tuple(one[i] for i in told): one for one in group.like[tuple(at[n] for n in group.names)]}
                chosen.append([dict(zip(group.names, one, strict=True)) for one in told_apart.values()])
        for parts in product(*chosen):
            yield {**at, **{name: state for part in parts for name, state in part.items()}}


def is_settled(compiled: Compiled, actor: Actor, state: str) -> bool:
    """Whether a machine that starts in this state stays there for good: it is configuration, as far as this VM goes."""
    key = (actor.name, state)
    if key not in compiled.settled:
        compiled.settled[key] = not any(
            rule.dest not in {None, state}
            for event in compiled.events
            if event.name in actor.machine.events
            for rule in compiled.world.rules(actor, event.name).get(state, ())
        )
    return compiled.settled[key]


def is_local(event: Event) -> bool:
    """Whether an event happens to one VM, or to a part of one."""
    return not event.scope.all and event.scope.sort != HOST


def _part_in_events(compiled: Compiled, name: str, state: str) -> tuple[object, ...]:
    """What a settled machine does in events: where it lets them pass."""
    actor = compiled.world.network.actors[name.split("#", maxsplit=1)[0]]
    return tuple(
        (event.name, compiled.world.rules(actor, event.name).get(state, ()))
        for event in compiled.events
        if event.name in actor.machine.events
    )


def _seen_terms(compiled: Compiled, form: int, terms: tuple[Term, ...]) -> Mapping[Term, frozenset[str]]:
    """Everything that could look at a VM's configuration: guards of events and of moves, and the terms; each with the
    machines that it reads. For all forms of a shape it is the same."""
    key = (compiled.first[form], terms)
    if key not in compiled.seen:
        bodies = (_bodies(compiled, form, fold(term, compiled.world.reach)) for term in terms)
        found = set(_seen_terms(compiled, form, ())) if terms else _seen_by_guards(compiled, form)
        read = {term: machines_of(term) for term in sorted(found.union(*bodies), key=repr)}
        compiled.seen[key] = {term: names for term, names in read.items() if names}
    return compiled.seen[key]


def _seen_by_guards(compiled: Compiled, form: int) -> set[Term]:
    world, found = compiled.world, set[Term]()
    for event in compiled.events:
        when = world.when[event.name]
        found.update(_bodies(compiled, form, when))
        found |= _said_of_vm(compiled, form, event, when)
        for actor in compiled.taking(event):
            for rule in (rule for rules in world.rules(actor, event.name).values() for rule in rules):
                found.update(_bodies(compiled, form, rule.when))
                if actor.sort == compiled.sort:
                    found.add(compiled.expand_in(rule.when, form))
                elif actor.sort == HOST:
                    found |= _said_of_vm(compiled, form, event, rule.when)
                else:
                    count = shape_count(compiled, form, actor)
                    found |= {compiled.expand_in(rule.when, form, (actor.sort, j)) for j in range(count)}
    return found


def _said_of_vm(compiled: Compiled, form: int, event: Event, term: Term) -> set[Term]:
    """A term of an event of one VM, or of a part, as it is said of a VM of this form."""
    if not is_local(event):
        return set()
    return {compiled.expand_in(term, form, part) for part in compiled.members(event, form)}


def shape_count(compiled: Compiled, form: int, actor: Actor) -> int:
    """How many machines of this part's actor a VM of the form has."""
    return compiled.shapes[form].parts.get(actor.sort.name, 0)


def said_of_vms(compiled: Compiled, term: Term) -> list[Term]:
    """What the quantifiers over VMs in a term say, each once, in the order in which they stand."""
    found = (part for part in walk(term) if isinstance(part, (Every, Some)) and part.sort == compiled.sort)
    return list(dict.fromkeys(part.body for part in found))


def _bodies(compiled: Compiled, form: int, term: Term) -> list[Term]:
    """What the quantifiers over VMs in a term say of a VM of this form, in the same order for every form."""
    return [compiled.expand_in(body, form) for body in said_of_vms(compiled, term)]


def _limits(compiled: Compiled, form: int) -> list[tuple[Term, dict[str, States]]]:
    """What holds at the start, with the machines that are not kept and the states they may start in."""
    starts, allowed = compiled.world.starts, compiled.allowed[form]
    found = []
    kept = set(compiled.vm_vars[form].names)
    for term in compiled.world.network.at_start:
        whole = compiled.expand_in(term, form)
        unseen = {
            name: tuple(sorted(starts[name.split("#")[0]] & allowed.get(name, starts[name.split("#")[0]])))
            for name in machines_of(whole) - kept
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


def _groups(fixed: Sequence[str], read: Iterable[frozenset[str]]) -> list[list[str]]:
    """Machines that are read together, directly or by way of others."""
    groups: list[set[str]] = [{name} for name in fixed]
    for names in read:
        touched = [group for group in groups if group & names]
        if len(touched) > 1:
            groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return [sorted(group) for group in sorted(groups, key=sorted)]


def _classes(compiled: Compiled, group: Sequence[str], found: Configuration, reduce: bool) -> list[dict[str, str]]:
    """One configuration of each class; every configuration if nothing is to be reduced."""
    classes: dict[object, States] = {}
    for signature, states in _signatures(compiled, group, found):
        classes.setdefault(signature if reduce else states, states)
    return [dict(zip(group, states, strict=True)) for states in classes.values()]


def _signatures(compiled: Compiled, group: Sequence[str], found: Configuration) -> Sequence[tuple[int, States]]:
    """Every configuration of a group that may be at the start, with a number that stands for all that anything can see of it;
    what is asked again of another slice is remembered."""
    names = frozenset(group)
    about = tuple(term for term, read in found.seen.items() if read & names)
    bound = tuple(term for term, _ in found.limits if machines_of(term) & names)
    parts = tuple((name, s, _part_in_events(compiled, name, s)) for name in group for s in sorted(found.settled[name]))
    key = (tuple(group), tuple(found.free[name] for name in group), parts, about, bound)
    if key not in _SIGNATURES:
        if len(_SIGNATURES) >= MOST_REMEMBERED:
            _SIGNATURES.clear()
        numbers: dict[object, int] = {}
        signed = _signed(group, found.free, found.settled, about, bound, parts)
        _SIGNATURES[key] = tuple((numbers.setdefault(one, len(numbers)), states) for one, states in signed)
    return _SIGNATURES[key]


_SIGNATURES: dict[object, tuple[tuple[int, States], ...]] = {}
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
