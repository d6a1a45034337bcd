"""What there is of a slice: machines, events, and VMs of some shapes; each machine a place in a tuple of small numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.run import Shape
from model.notation.terms import HOST, Every, Some, Sort, Term, walk
from proofs.world.terms import expand, part_name
from proofs.world.world import Slice, World

Found = TypeVar("Found")
States = tuple[int, ...]
Parts = tuple[tuple[str, int], ...]
"""How many parts of each sort a VM has."""

_SAID: WeakKeyDictionary[World, dict[tuple[Term, Parts, tuple[Sort, int] | None], Term]] = WeakKeyDictionary()
"""Terms for a VM with such parts, by world: its slices say the same of it."""


class Variables:
    """The machines of the host, or of a VM of one shape with its parts: their names, states and places in a tuple."""

    def __init__(self, actors: Sequence[tuple[str, Actor]]) -> None:
        self.names = tuple(name for name, _ in actors)
        self.actors = tuple(actor for _, actor in actors)
        self.at = {name: i for i, name in enumerate(self.names)}
        self.number = {name: {s: k for k, s in enumerate(actor.states)} for name, actor in actors}

    def encode(self, states: Mapping[str, str]) -> States:
        return tuple(self.number[name][states[name]] for name in self.names)

    def decode(self, states: States) -> dict[str, str]:
        return {name: actor.states[k] for name, actor, k in zip(self.names, self.actors, states, strict=True)}


def known_numbers(numbers: Mapping[str, int], states: frozenset[str]) -> frozenset[int]:
    """The numbers of the states that the machine has."""
    return frozenset(numbers[state] for state in states if state in numbers)


def is_local(event: Event) -> bool:
    """Whether an event happens to one VM, or to a part of one."""
    return not event.scope.all and event.scope.sort != HOST


class Layout:
    """A slice of a world, and which VMs there may be.

    part: the machines and events that are looked at. shapes: the parts of each kind of VM, which are its form by their number.
    allowed: for each shape, which start states a machine may have (None: all). looked_at: the sorts of parts of which anything
    is; shapes that differ in others only have the same machines. Raises ValueError if there is no VM.
    """

    def __init__(
        self,
        world: World,
        part: Slice,
        shapes: Sequence[Shape],
        allowed: Sequence[Mapping[str, frozenset[str]] | None] | None,
        looked_at: Sequence[Sort],
    ) -> None:
        network = world.network
        kept = part.machines
        if not shapes:
            raise ValueError("VMs of no shape: say what disks and adapters a VM has")
        if allowed is not None and len(allowed) != len(shapes):
            raise ValueError(f"{len(shapes)} shapes of VMs, and start states for {len(allowed)}: give each its own")
        self.world, self.kept, self.shapes = world, kept, tuple(shapes)
        self.sort, self.parts = network.replicated, network.parts
        self.part_of = {a.name: a.sort for a in network.actors.values() if a.sort in self.parts}
        self.parts_of = [tuple(sorted(shape.parts.items())) for shape in self.shapes]
        self._said = _SAID.setdefault(world, {})
        actors = [a for a in network.actors.values() if a.name in kept]
        self.host_vars = Variables([(a.name, a) for a in actors if a.sort == HOST])
        self.events = [e for e in world.events if e.name in part.events]
        self.for_all = [event.scope.all for event in self.events]
        self._taking = {e.name: [a for a in network.participants(e.name) if a.name in kept] for e in self.events}
        told = [[shape.parts.get(sort.name, 0) for sort in looked_at] for shape in shapes]
        self.first = [told.index(counts) for counts in told]
        self.vm_vars = self.for_each_shape(lambda form: Variables(list(self._vm_variables(actors, shapes[form]))))
        self.allowed: list[Mapping[str, frozenset[str]]] = [
            found or {} for found in ([None] * len(shapes) if allowed is None else allowed)
        ]

    def for_each_shape(self, work_out: Callable[[int], Found]) -> list[Found]:
        """Something for each form, worked out once for those of one shape, as far as it is looked at: they differ in how they
        may start only."""
        found = {form: work_out(form) for form in sorted(set(self.first))}
        return [found[form] for form in self.first]

    def _vm_variables(self, actors: Sequence[Actor], shape: Shape) -> Iterator[tuple[str, Actor]]:
        for actor in actors:
            if actor.sort == self.sort:
                yield actor.name, actor
            elif actor.sort != HOST:
                for j in range(shape.parts.get(actor.sort.name, 0)):
                    yield part_name(actor.name, j), actor

    def expand_in(self, term: Term, form: int, part: tuple[Sort, int] | None = None) -> Term:
        """The term for a VM of one form (and one part of it)."""
        key = (term, self.parts_of[form], part)
        if key not in self._said:
            self._said[key] = expand(term, self.shapes[form], self.part_of, {part[0]: part[1]} if part else {})
        return self._said[key]

    def said_of_vms(self, term: Term) -> list[Term]:
        """What the quantifiers over VMs in a term say, each once, in the order in which they stand."""
        found = (part for part in walk(term) if isinstance(part, (Every, Some)) and part.sort == self.sort)
        return list(dict.fromkeys(part.body for part in found))

    def bodies(self, form: int, term: Term) -> list[Term]:
        """What the quantifiers over VMs in a term say of a VM of this form, in the same order for every form."""
        return [self.expand_in(body, form) for body in self.said_of_vms(term)]

    def taking(self, event: Event) -> list[Actor]:
        """The machines that take part in an event, those of them that are looked at."""
        return self._taking[event.name]

    def members(self, event: Event, form: int) -> list[tuple[Sort, int] | None]:
        """To what of a VM an event may happen: to the VM itself (None), or to each of its parts of a sort."""
        if event.scope.sort in self.parts:
            return [(event.scope.sort, j) for j in range(self.shapes[form].parts.get(event.scope.sort.name, 0))]
        return [None]

    def instances(self, actor: Actor, event: Event, form: int, part: tuple[Sort, int] | None) -> list[str]:
        """The variables of a VM that an actor has in an event (of one of its parts)."""
        if actor.sort == HOST or (event.scope.sort == HOST and not event.scope.all):
            return []
        if actor.sort == self.sort:
            return [actor.name]
        count = self.shapes[form].parts.get(actor.sort.name, 0)
        return [part_name(actor.name, part[1])] if part else [part_name(actor.name, j) for j in range(count)]
