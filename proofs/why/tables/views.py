"""Views of some machines only, closed under every event while the others are free; and whether a claim is broken in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from model.notation.terms import TRUE, And, Term, all_of, machines_of
from proofs.why.tables.free import Changes, Effect, Happening, Rules, Said, TooMany, Values, known_of

MOST_VIEWS = 100_000
"""Views of the machines that are looked at; where there are more, they are not few."""

View = tuple[Values, Values]
"""The states of the host's machines that are looked at, and of those of one VM."""


@dataclass(frozen=True)
class Reading:
    """Places among the machines that are looked at, and their names: what a term or an event reads of a view."""

    hosts: list[int]
    vms: list[int]
    names: tuple[str, ...]

    def of(self, view: View) -> Values:
        return (*[view[0][i] for i in self.hosts], *[view[1][i] for i in self.vms])


@dataclass(frozen=True)
class Taken:
    """How a view came about: the event, the view before, and the VM that moved (or None)."""

    happening: Happening
    before: View
    mover: View | None
    said: Said


class Localised:
    """The steps of a slice, with these machines looked at."""

    def __init__(self, rules: Rules, keep: Iterable[str]) -> None:
        kept = frozenset(keep)
        self.rules = rules
        self.hosts = tuple(name for name in rules.host_names if name in kept)
        self.vms = tuple(name for name in rules.vm_names if name in kept)
        self.kept = frozenset((*self.hosts, *self.vms))
        self._effects: dict[tuple[int, Values], list[Effect]] = {}
        self._moves: dict[tuple[int, Values, Said], list[Changes]] = {}
        self._so: dict[tuple[Term, Values], bool] = {}
        self._read_by: dict[Term, Reading] = {}
        self._of_each: dict[Said, Term] = {}
        self._of_ones: dict[Said, tuple[Term, ...]] = {}
        self.reading = {id(one): self._reading(one.reads) for one in rules.happenings}
        relevant = [one for one in rules.happenings if self.matters(one)]
        self.local = [one for one in relevant if one.local]
        self.of_host = [one for one in relevant if not one.local]

    def matters(self, one: Happening) -> bool:
        """Whether an event can move a machine that is looked at."""
        return any(
            name in self.kept and self.rules.world.moves(actor, one.event.name) for name, actor in (*one.host, *one.vm)
        )

    # -- single questions, each asked once for what it reads -----------------------------------------------------------------

    def _reading(self, names: frozenset[str]) -> Reading:
        hosts = [i for i, name in enumerate(self.hosts) if name in names]
        vms = [i for i, name in enumerate(self.vms) if name in names]
        return Reading(hosts, vms, (*(self.hosts[i] for i in hosts), *(self.vms[i] for i in vms)))

    def effects(self, one: Happening, view: View) -> list[Effect]:
        """What an event can do, to this VM (or to the host)."""
        reading = self.reading[id(one)]
        values = reading.of(view) if one.local else tuple([view[0][i] for i in reading.hosts])
        key = (id(one), values)
        found = self._effects.get(key)
        if found is None:
            found = self._effects[key] = self.rules.effects(one, known_of(reading.names[: len(values)], values))
        return found

    def moves(self, one: Happening, view: View, said: Said) -> list[Changes]:
        """Where an event of all VMs leads this one; one of the host alone leaves it where it is."""
        if one.local or not one.vm:
            return [()]
        reading = self.reading[id(one)]
        values = reading.of(view)
        key = (id(one), values, said)
        found = self._moves.get(key)
        if found is None:
            found = self._moves[key] = self.rules.moved(one, known_of(reading.names, values), said)
        return found

    def so(self, term: Term, view: View) -> bool:
        """Whether a term about a host and one VM may hold in a view."""
        if term == TRUE:
            return True
        reading = self._read_by.get(term)
        if reading is None:
            reading = self._read_by[term] = self._reading(machines_of(term))
        values = reading.of(view)
        key = (term, values)
        found = self._so.get(key)
        if found is None:
            rules = self.rules
            found = self._so[key] = rules.can_hold(rules.fold(term, known_of(reading.names, values)))
        return found

    def each(self, said: Said) -> Term:
        """What is so of each VM where this is so of them together."""
        if said not in self._of_each:
            found = (self.rules.of_each(number, holds) for number, holds in said)
            self._of_each[said] = all_of(*(term for term in found if term is not None))
        return self._of_each[said]

    def ones(self, said: Said) -> tuple[Term, ...]:
        """What is so of some VM each, and of that VM as of each."""
        if said not in self._of_ones:
            found = (self.rules.of_one(number, holds) for number, holds in said)
            self._of_ones[said] = tuple(all_of(term, self.each(said)) for term in found if term is not None)
        return self._of_ones[said]

    def fits(self, view: View, said: Said) -> bool:
        """Whether a VM can be one of those of which this is so together."""
        return not said or self.so(self.each(said), view)

    def witnessed(self, host: Values, here: Iterable[Values], said: Said) -> bool:
        """Whether there are VMs that make so what is said of some of them."""
        return not said or all(any(self.so(one, (host, vm)) for vm in here) for one in self.ones(said))

    def led(self, host: Values, effect: Effect) -> Values:
        changes = dict(effect.host)
        return tuple([changes.get(n, now) for n, now in zip(self.hosts, host, strict=True)]) if changes else host

    def led_vm(self, vm: Values, changes: Changes) -> Values:
        by = dict(changes)
        return tuple([by.get(name, now) for name, now in zip(self.vms, vm, strict=True)]) if by else vm

    def starts(self) -> Iterator[View]:
        rules, world = self.rules, self.rules.world
        of = {name: sorted(world.starts[name.split("#")[0]]) for name in (*self.hosts, *self.vms)}
        said = [term for whole in world.network.at_start for term in _conjuncts(rules.compiled.expand_in(whole, 0))]
        said = [rules.plain(term) for term in said if machines_of(term) <= rules.actors.keys()]
        start = {name: world.starts[name.split("#")[0]] for name in (*rules.host_names, *rules.vm_names)}
        for host in product(*(of[name] for name in self.hosts)):
            for vm in product(*(of[name] for name in self.vms)):
                known = {**start, **known_of(self.hosts, host), **known_of(self.vms, vm)}
                if all(rules.can_hold(rules.fold(term, known)) for term in said):
                    yield host, vm


@dataclass
class Closure:
    """Views that every event keeps among themselves. at: by host state, the VMs, each with how it came about (None: at the start)."""

    of: Localised
    at: dict[Values, dict[Values, Taken | None]] = field(default_factory=dict)
    size: int = 0
    broken: list[View] | None = None

    def __len__(self) -> int:
        return self.size or sum(map(len, self.at.values()))


Broken = Callable[["Closure", View], "list[View] | None"]


def close(of: Localised, broken: Broken | None = None, most: int = MOST_VIEWS) -> Closure:
    """All views that come about from the start. broken: asked of each new view; where it names some, closing ends there, and they
    are `broken` of what is returned. Raises TooMany if there are more than `most`."""
    return Closing(of, broken, most).with_views(of.starts()).found


@dataclass(frozen=True)
class _Move:
    """A move of the host: by which event (of all VMs: one), where to, and what is then so of all VMs."""

    one: Happening
    host2: Values
    said: Said
    mover: View | None


class Closing:
    """Closing under way: views may be added, and what comes about from them is."""

    def __init__(self, of: Localised, broken: Broken | None, most: int = MOST_VIEWS) -> None:
        self.of, self.broken, self.most = of, broken, most
        self.found = Closure(of)
        self.moves: dict[Values, dict[object, _Move]] = {}
        self.unseen: dict[Values, dict[object, _Move]] = {}
        self.held: dict[Values, dict[View, None]] = {}
        self.new: list[View] = []

    def fork(self, broken: Broken | None) -> Closing:
        """The same, to be gone on with apart."""
        found = Closing(self.of, broken, self.most)
        found.found.at = {host: dict(here) for host, here in self.found.at.items()}
        found.found.size = self.found.size
        found.moves = {host: dict(moves) for host, moves in self.moves.items()}
        found.unseen = {host: dict(moves) for host, moves in self.unseen.items()}
        found.held = {host: dict(views) for host, views in self.held.items()}
        return found

    def with_views(self, views: Iterable[View]) -> Closing:
        """All that comes about from these views as well, until something is broken."""
        for view in views:
            self._add(view, None)
        while self.new:
            self.of.rules.in_time()
            if len(self.found) > self.most:
                raise TooMany(f"more than {self.most:,} views with the {len(self.of.kept)} machines that are looked at")
            view = self.new.pop()
            self._from(view)
            for held in list(self.held.pop(view[0], ())):
                self._own(held)
            if self.broken is not None and (together := self.broken(self.found, view)) is not None:
                self.found.broken = together
                break
        return self

    def _add(self, view: View, taken: Taken | None) -> None:
        here = self.found.at.get(view[0])
        if here is None:
            here = self.found.at[view[0]] = {}
            self.moves[view[0]], self.unseen[view[0]] = {}, {}
            self._of_host(view[0])
        if view[1] not in here:
            here[view[1]] = taken
            self.found.size += 1
            self.new.append(view)

    def _of_host(self, host: Values) -> None:
        """The moves of the host that happen to no VM in particular."""
        for one in self.of.of_host:
            for effect in self.of.effects(one, (host, ())):
                self._meet(host, _Move(one, self.of.led(host, effect), effect.said, None))

    def _meet(self, host: Values, move: _Move) -> None:
        """A move of the host is possible: once there are the VMs it needs, every VM makes it."""
        of_all = not move.one.local and bool(move.one.vm)
        if move.host2 == host and not of_all:
            return
        key = (id(move.one) if of_all else 0, move.host2, move.said)
        if key in self.moves[host] or key in self.unseen[host]:
            return
        here = self.found.at[host]
        if not self.of.witnessed(host, here, move.said):
            self.unseen[host][key] = move
            return
        self.moves[host][key] = move
        for vm in list(here):
            self._make(move, (host, vm))

    def _make(self, move: _Move, view: View) -> None:
        of = self.of
        if of.fits(view, move.said):
            for changes in of.moves(move.one, view, move.said):
                self._add((move.host2, of.led_vm(view[1], changes)), Taken(move.one, view, move.mover, move.said))

    def _from(self, view: View) -> None:
        """All that is new with a view: its own steps, and those of others that it makes possible, or stands by at."""
        host = view[0]
        for move in list(self.moves[host].values()):
            self._make(move, view)
        if self.unseen[host]:
            waiting, self.unseen[host] = self.unseen[host], {}
            for move in waiting.values():
                self._meet(host, move)
        self._own(view)

    def _own(self, view: View) -> None:
        """What the VM itself can do; what needs a VM that is not there yet is asked again once there is a new one."""
        of, (host, vm) = self.of, view
        for one in of.local:
            for effect in of.effects(one, view):
                if effect.said and not of.witnessed(host, self.found.at[host], effect.said):
                    self.held.setdefault(host, {})[view] = None
                    continue
                host2 = of.led(host, effect)
                self._add((host2, of.led_vm(vm, effect.vm)), Taken(one, view, view, effect.said))
                self._meet(host, _Move(one, host2, effect.said, view))


def _conjuncts(term: Term) -> tuple[Term, ...]:
    return term.parts if isinstance(term, And) else (term,)
