"""Why what must come in the end does: what every step uses up, and why nothing waits for ever. Read off the closed set of views.

Each step that the host takes leads one of its machines on, in an order in which none goes back, while those named before it stay;
where the host stays, each step of a VM leads one of the VM's machines on in the same way. So there is an end to steps; and short of
rest there is always a fair one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import rustworkx

from proofs.views.proof import Closed
from proofs.why.tables.boxes import boxes
from proofs.why.tables.free import NoReason
from proofs.why.tables.table import Cells
from proofs.world.predicates import Step
from properties.kinds import Ends

Values = tuple[str, ...]
Edge = tuple[Values, Values]


@dataclass(frozen=True)
class Rank:
    """A machine that only goes on: its states in the order in which they may follow one another, those together that need not be
    told apart."""

    machine: str
    states: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Staying:
    """Where the host stays: in this state of one of its machines (none: anywhere), the ranks of a VM's machines."""

    where: tuple[tuple[str, str], ...]
    vm: tuple[Rank, ...]


@dataclass(frozen=True)
class Waiting:
    """Where the host waits for VMs: what its machines are, one way or the other; and the fair events of a VM that go on there."""

    where: tuple[Cells, ...]
    events: tuple[str, ...]


@dataclass(frozen=True)
class Ending:
    """Why something comes in the end.

    names, states: the host's machines, and all that each is in. hosts: states of the host short of rest; alone: those where it goes
    on by itself. gone: events that the argument leaves out (each begins something anew). steps: how many kinds of steps use
    something up. confirmed: by which solvers, in how many obligations, that each step does.
    """

    property: str
    column: str
    names: tuple[str, ...]
    states: Cells
    host: tuple[Rank, ...]
    vms: tuple[Staying, ...]
    waits: tuple[Waiting, ...]
    hosts: int
    alone: int
    gone: tuple[str, ...]
    steps: int
    views: int
    confirmed: tuple[tuple[str, int], ...] = ()


def ending_of(closed: Closed, found: Ends) -> Ending:
    """The argument, read off the closed set. Raises NoReason where no order of machines shows it."""
    return _Ending(closed, found).made()


class _Ending:
    def __init__(self, closed: Closed, found: Ends) -> None:
        self.closed, self.found, self.views = closed, found, closed.views
        compiled = self.compiled = closed.views.compiled
        world = compiled.world
        silenced = {name for fault in world.column.faults for name in world.network.faults[fault].silences}
        self.gone = {event.name for event in compiled.events if event.fault is not None or event.name in found.without}
        self.fair = {
            event.name for event in compiled.events if event.fair and event.name not in silenced | set(found.without)
        }
        self.hosts = compiled.host_vars.names
        self.vms = compiled.vm_vars[0].names
        self.rests = compiled.state_test(found.rest)
        self.bits = compiled.bits_in(found.rest)

    def made(self) -> Ending:
        of_host, of_vm = self._edges()
        host = ranks(self.hosts, of_host)
        places, waits, alone = 0, dict[tuple[str, ...], list[Values]](), 0
        for place in self.views.at:
            state = self._host(place)
            if self._at_rest(self.views.host(place)):
                continue
            places += 1
            events = self._alone(place)
            if events:
                alone += 1
            else:
                waits.setdefault(tuple(sorted(self._of_vms(place))), []).append(state)
        return Ending(
            self.found.name,
            self.compiled.world.column.name,
            self.hosts,
            tuple(tuple(sorted(states)) for states in self._occurring()),
            tuple(host),
            tuple(self._staying(of_vm)),
            tuple(self._waiting(events, states) for events, states in waits.items()),
            places,
            alone,
            tuple(sorted(name for name in self.gone if self.compiled.world.network.events[name].fault is None)),
            len(of_host) + sum(map(len, of_vm.values())),
            len(self.views),
        )

    def _host(self, place: int) -> Values:
        known = self.compiled.host_vars.decode(self.compiled.hosts[self.views.host(place)])
        return tuple(known[name] for name in self.hosts)

    def _staying(self, edges: Mapping[Values, set[Edge]]) -> list[Staying]:
        """The ranks of a VM's machines, for all host states at once, or by the states of one of the host's machines."""
        for place in (None, *range(len(self.hosts))):
            apart: dict[tuple[tuple[str, str], ...], set[Edge]] = {}
            for host, steps in edges.items():
                where = () if place is None else ((self.hosts[place], host[place]),)
                apart.setdefault(where, set()).update(steps)
            try:
                return [Staying(where, tuple(ranks(self.vms, steps))) for where, steps in apart.items()]
            except NoReason:
                continue
        raise NoReason("no order of machines shows that every step of a VM uses something up")

    def _edges(self) -> tuple[set[Edge], dict[Values, set[Edge]]]:
        """The steps of the host, and those of a VM where the host stays, by its state."""
        compiled, views = self.compiled, self.views
        host, vm = set[Edge](), dict[Values, set[Edge]]()

        def local(one: int) -> Values:
            known = compiled.vm_vars[0].decode(compiled.locals[one][1])
            return tuple(known[name] for name in self.vms)

        def whole(one: int) -> Values:
            known = compiled.host_vars.decode(compiled.hosts[one])
            return tuple(known[name] for name in self.hosts)

        for event, found in views.by_event.items():
            if compiled.events[event].name in self.gone:
                continue
            for step in found:
                if step.host2 != step.host:
                    host.add((whole(step.host), whole(step.host2)))
                elif self._at_rest(step.host) and self._all_rest(step.place):
                    continue
                elif step.moves is not None:
                    vm.setdefault(whole(step.host), set()).update(
                        (local(one), local(two)) for one, two in step.moves if one != two
                    )
                elif compiled.for_all[event]:
                    for one in views.at[step.place]:
                        two = compiled.all_step(event, step.host, step.mask, one)
                        if one != two:
                            vm.setdefault(whole(step.host), set()).add((local(one), local(two)))
        return host, vm

    def _at_rest(self, host: int) -> bool:
        return self.rests(Step(self.compiled.hosts[host], (), 0, 0))

    def _all_rest(self, place: int) -> bool:
        """Whether every VM rests where the host does."""
        compiled, host = self.compiled, self.views.host(place)
        states = compiled.hosts[host]
        return all(
            self.rests(Step(states, (), 0, compiled.bits_of_all(host, (vm,)) & self.bits))
            for vm in self.views.at[place]
        )

    def _alone(self, place: int) -> bool:
        """Whether the host goes on by itself, whatever the VMs are."""
        compiled, host = self.compiled, self.views.host(place)
        return all(
            any(compiled.events[e].name in self.fair and host2 != host for e, host2 in compiled.host_steps(host, mask))
            for mask in self.views.masks[place]
        )

    def _of_vms(self, place: int) -> set[str]:
        """The fair events of a VM that go on where the host is."""
        compiled, host = self.compiled, self.views.host(place)
        found = set[str]()
        for mask in self.views.masks[place]:
            for vm, bits in self.views.at[place].items():
                if not bits & ~mask:
                    steps = compiled.vm_steps(host, mask, vm)
                    found |= {compiled.events[e].name for e, host2, vm2 in steps if (host2, vm2) != (host, vm)}
        return found & self.fair

    def _occurring(self) -> list[frozenset[str]]:
        every = [self._host(place) for place in self.views.at]
        return [frozenset(states) for states in zip(*every, strict=True)]

    def _waiting(self, events: Sequence[str], states: Sequence[Values]) -> Waiting:
        """Where the host waits, told from everywhere else."""
        elsewhere = {self._host(place) for place in self.views.at} - set(states)
        occurring = self._occurring()
        told = boxes(set(states), elsewhere, occurring)
        cells = (
            tuple(() if one >= every else tuple(sorted(one)) for one, every in zip(box, occurring, strict=True))
            for box in told
        )
        return Waiting(tuple(cells), tuple(events))


def ranks(names: Sequence[str], edges: Iterable[Edge]) -> list[Rank]:
    """Machines in such an order that each step leads one of them on, and those before it stay. Raises NoReason if there is none."""
    left, found = set(edges), list[Rank]()
    while left:
        choices = []
        for place, name in enumerate(names):
            moves = {(one[place], two[place]) for one, two in left if one[place] != two[place]}
            layers = _layers(moves)
            if moves and layers is not None:
                choices.append((sum(one[place] != two[place] for one, two in left), -place, name, layers))
        if not choices:
            raise NoReason("no order of machines shows that every step uses something up")
        _, place, name, layers = max(choices, key=lambda choice: choice[:2])
        found.append(Rank(name, layers))
        left = {(one, two) for one, two in left if one[-place] == two[-place]}
    return found


def _layers(moves: Collection[tuple[str, str]]) -> tuple[tuple[str, ...], ...] | None:
    """The states in an order in which no move leads back, those together that need not be told apart; None if there is none."""
    states = sorted({state for move in moves for state in move})
    net: rustworkx.PyDiGraph[str, None] = rustworkx.PyDiGraph()
    numbers = {state: net.add_node(state) for state in states}
    net.add_edges_from_no_data([(numbers[one], numbers[two]) for one, two in moves])
    if not rustworkx.is_directed_acyclic_graph(net):
        return None
    return tuple(tuple(sorted(net[i] for i in layer)) for layer in rustworkx.topological_generations(net))


def goes_on(ranks_: Sequence[Rank], names: Sequence[str], edge: Edge) -> bool:
    """Whether a step leads one of the machines on, those before it staying."""
    for rank in ranks_:
        one, two = (state[names.index(rank.machine)] for state in edge)
        if one != two:
            place = {state: i for i, states in enumerate(rank.states) for state in states}
            return place.get(one, -1) < place.get(two, -1)
    return False
