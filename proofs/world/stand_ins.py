"""VMs of several kinds that nothing tells apart: one of them stands for all.

Alike configurations of one kind are one already (`alike.py`). Here kinds fall together, whatever their disks and adapters:
with its configuration filled in, all that is asked of a VM is asked of what moves. Two VMs that may start in the same states,
and of which everything reads the same, do the same and contribute the same for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar
from weakref import WeakKeyDictionary

from model.notation.events import Event
from model.notation.terms import FALSE, HOST, TRUE, In, Sort, Term, all_of, any_of, machines_of
from proofs.world.alike import Configurations
from proofs.world.layout import is_local
from proofs.world.predicates import Predicates
from proofs.world.world import World, fold_own

Config = tuple[str, ...]
"""The states of a VM's machines that never move, in the order of their names."""

Put = Sequence[tuple[bool, int]]
"""How the states of a VM come about from another's: for each machine whether it moves, and then the other's place of it, or
else its number."""

_Row = tuple[Hashable, Term]
_Key = tuple[int, Config]


class StandIns:
    """Which VMs stand for others. starts: those of them that do, as (form, states by name). together: if not, every kind
    stands for itself."""

    def __init__(
        self,
        compiled: Predicates,
        configurations: Configurations,
        starts: Sequence[tuple[int, Mapping[str, str]]],
        *,
        together: bool,
    ) -> None:
        self.compiled, self.configurations = compiled, configurations
        self.constant = [_constant_names(compiled, configurations, form) for form in range(len(compiled.shapes))]
        self._places = [[compiled.vm_vars[form].at[n] for n in names] for form, names in enumerate(self.constant)]
        self._questions: dict[object, list[_Question]] = {}
        self._known = _Known.of.setdefault(compiled.world, _Known())
        self._stands_for: list[set[_Key]] = [set() for _ in compiled.shapes]
        self._members: dict[_Key, list[_Key]] = {}
        self.starts = list(self._joined(starts)) if together else list(starts)

    def config(self, form: int, states: Sequence[int]) -> Config:
        """The configuration of a VM in some state."""
        actors = self.compiled.vm_vars[form].actors
        return tuple(actors[i].states[states[i]] for i in self._places[form])

    def members(self, form: int, config: Config) -> Sequence[_Key]:
        """All for which a VM stands, as (form, configuration): itself, and of other kinds."""
        return self._members.get((form, config)) or [(form, config)]

    def unlike_kinds(self) -> list[list[int]]:
        """The forms in groups: for those of a group the same VMs stand, so nothing tells one of these kinds from another."""
        found: dict[object, list[int]] = {}
        for form, first in enumerate(self.configurations.like):
            found.setdefault(frozenset(self._stands_for[first]), []).append(form)
        return list(found.values())

    def put(self, form: int, other: int, config: Config) -> Put:
        """How a VM of another form, in this configuration, has its states from those of a VM of this form."""
        fixed, at = dict(zip(self.constant[other], config, strict=True)), self.compiled.vm_vars[form].at
        vars_ = self.compiled.vm_vars[other]
        return tuple((False, vars_.number[n][fixed[n]]) if n in fixed else (True, at[n]) for n in vars_.names)

    def _joined(self, starts: Iterable[tuple[int, Mapping[str, str]]]) -> Iterator[tuple[int, Mapping[str, str]]]:
        by_config: dict[_Key, list[Mapping[str, str]]] = {}
        for form, start in starts:
            config = tuple(start[name] for name in self.constant[form])
            by_config.setdefault((form, config), []).append(start)
        classes: dict[object, list[_Key]] = {}
        for (form, config), members in by_config.items():
            fixed = set(self.constant[form])
            moving = frozenset(frozenset(pair for pair in start.items() if pair[0] not in fixed) for start in members)
            classes.setdefault((moving, self._behaviour(form, config)), []).append((form, config))
        for first, *others in classes.values():
            self._members[first] = [first, *others]
            for form, _ in (first, *others):
                self._stands_for[form].add(first)
            yield from ((first[0], start) for start in by_config[first])

    def _behaviour(self, form: int, config: Config) -> object:
        """All that can be asked of a VM, with its configuration filled in."""
        names = self.constant[form]
        key = (self.compiled.first[form], names)
        if key not in self._questions:
            self._questions[key] = list(self._asked(form, frozenset(names)))
        at = dict(zip(names, config, strict=True))
        return frozenset([question.answer(at) for question in self._questions[key]])

    def _asked(self, form: int, constant: frozenset[str]) -> Iterator[_Question]:
        """All that can be asked of a VM of one form. What VMs with the same parts are asked in other slices of the world is not worked out
        again: it is the same where the same machines take part, and the same of them never move."""
        compiled, parts = self.compiled, self.compiled.parts_of[form]
        for event in compiled.events:
            taking = frozenset(actor.name for actor in compiled.taking(event))
            staying = frozenset(name for name in constant if name.split("#")[0] in taking)
            for part in compiled.members(event, form):
                rows = self._known.rows(
                    (event.name, part, parts, taking, staying),
                    lambda e=event, p=part: _of_event(compiled, e, form, p, constant),  # type: ignore[misc]  # they are bound
                )
                yield self._known.question((event.name, part), rows, constant)
        bodies = dict.fromkeys(body for _, body, _ in compiled.state_bits)
        for term in self.configurations.terms:
            bodies |= dict.fromkeys(compiled.said_of_vms(compiled.world.folded(term)))
        for body in bodies:
            yield self._known.question(body, (("", TRUE), ("", compiled.expand_in(body, form))), constant)


class _Known:
    """What was asked of VMs of one world, and what was answered. numbers: of all answers that were given to any question."""

    of: ClassVar[WeakKeyDictionary[World, _Known]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._rows: dict[Hashable, tuple[_Row, ...]] = {}
        self._questions: dict[Hashable, _Question] = {}

    def rows(self, key: Hashable, work_out: Callable[[], Iterable[_Row]]) -> tuple[_Row, ...]:
        """The rows of an event. key: all that they depend on."""
        if key not in self._rows:
            self._rows[key] = tuple(work_out())
        return self._rows[key]

    def question(self, about: Hashable, rows: tuple[_Row, ...], constant: frozenset[str]) -> _Question:
        """These rows, asked of VMs of which these machines never move: which others do not makes no difference, if no row reads them."""
        names = constant & frozenset[str]().union(*(machines_of(term) for _, term in rows))
        key = (about, rows, names)
        if key not in self._questions:
            self._questions[key] = _Question(about, rows, sorted(names), self._numbers)
        return self._questions[key]


class _Question:
    """What happens together is asked together: a guard, and rows that say nothing where it can never be true. numbers: of all
    answers that were given to any question."""

    def __init__(self, about: Hashable, rows: Sequence[_Row], names: Sequence[str], numbers: dict[object, int]) -> None:
        self.about, self.rows, self.names, self._numbers = about, rows, names, numbers
        self._known: dict[Config, int] = {}

    def answer(self, config: Mapping[str, str]) -> int:
        """The number of what the rows say with the configuration filled in; -1 if the first can never be true."""
        key = tuple([config[name] for name in self.names])
        if key not in self._known:
            at = {name: frozenset({state}) for name, state in zip(self.names, key, strict=True)}
            rows = tuple((row, fold_own(term, at)) for row, term in self.rows)
            new = len(self._numbers)
            self._known[key] = -1 if rows[0][1] == FALSE else self._numbers.setdefault((self.about, rows), new)
        return self._known[key]


def _constant_names(compiled: Predicates, configurations: Configurations, form: int) -> tuple[str, ...]:
    """The machines of a VM that never move, in whatever state they may start."""
    vars_, allowed = compiled.vm_vars[form], compiled.allowed[form]
    return tuple(
        name
        for name, actor in zip(vars_.names, vars_.actors, strict=True)
        if all(
            configurations.is_settled(actor, s)
            for s in compiled.world.starts[actor.name] & allowed.get(name, {*actor.states})
        )
    )


def _of_event(
    compiled: Predicates, event: Event, form: int, part: tuple[Sort, int] | None, constant: frozenset[str]
) -> list[_Row]:
    """Whether an event can happen to a VM (to this part of it), and where that leads: if the first is false, the others do not matter."""
    local = is_local(event)
    enabled = [compiled.expand_in(compiled.world.when[event.name], form, part)] if local else []
    rows: list[_Row] = []
    for actor in compiled.taking(event):
        of_host = actor.sort == HOST
        for name in [actor.name] * local if of_host else compiled.instances(actor, event, form, part):
            own = (actor.sort, int(name.split("#")[1])) if "#" in name else part
            told = [
                (state, rule.dest, compiled.expand_in(rule.when, form, own))
                for state, rules in compiled.world.rules(actor, event.name).items()
                for rule in rules
            ]
            if name not in constant:
                rows += [((name, state, dest), when) for state, dest, when in told]
            elif local:
                enabled.append(any_of(*(In(name, frozenset({state})) & when for state, _, when in told)))
    return [("enabled", all_of(*enabled)), *rows]
