"""Every session ends, for any number of VMs: the argument by ranks, made on the closed set of views.

A run that meets no more faults, and none of the events that begin something anew, cannot go on for ever short of rest:
the host never comes back to a host state that it left; while it stays in one, no VM comes back to a state that it left;
and wherever it is not at rest, some fair event can happen that changes something. Where the host is at rest and only
single VMs are not, the same is asked of each of these VMs. The argument needs nothing about how many VMs there are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import rustworkx

from proofs.views.saturation import Views, closure
from proofs.world.predicates import Step
from properties.kinds import Ends

Graph = dict[int, set[int]]


def ends(views: Views, found: Ends) -> str | None:
    """None if the argument goes through; else, in a sentence, what stands in its way (which is no counterexample)."""
    return _Argument(views, found).problem()


class _Argument:
    def __init__(self, views: Views, found: Ends) -> None:
        self.views, self.compiled = views, views.compiled
        compiled, world = self.compiled, self.compiled.world
        silenced = {name for fault in world.column.faults for name in world.network.faults[fault].silences}
        several = {s for s in compiled.parts if any(shape.parts.get(s.name, 0) > 1 for shape in compiled.shapes)}
        self.gone = [e.fault is not None or e.name in found.without for e in compiled.events]
        self.fair = [
            e.fair and e.name not in silenced and e.name not in found.without and e.scope.sort not in several
            for e in compiled.events
        ]
        self.rest = compiled.state_test(found.rest)
        compiled.settle()
        self.rest_bits = compiled.bits_in(found.rest)
        self.hosts: Graph = {}
        self.locals: dict[int, Graph] = {}

    def problem(self) -> str | None:
        self._graphs()
        for place in self.views.at:
            host = self.views.host(place)
            found = self._at_rest(place, host) if self._rests(host, 0) else self._not_at_rest(place, host)
            if found is not None:
                return found
        cycle = _component(self.hosts)
        return None if cycle is None else f"the host may come back to where it was: {self._shown(next(iter(cycle)))}"

    def _rests(self, host: int, bits: int) -> bool:
        return self.rest(Step(self.compiled.hosts[host], (), 0, bits))

    def _graphs(self) -> None:
        """Where the host goes, and where a VM goes while the host stays."""
        compiled = self.compiled
        for step in (one for event, found in self.views.by_event.items() if not self.gone[event] for one in found):
            if step.host2 != step.host:
                self.hosts.setdefault(step.host, set()).add(step.host2)
            elif step.moves is not None:
                for vm, vm2 in step.moves:
                    _edge(self.locals.setdefault(step.host, {}), vm, vm2)
            elif compiled.for_all[step.event]:
                for vm, bits in self.views.at[step.place].items():
                    if not bits & ~step.mask:
                        vm2 = compiled.all_step(step.event, step.host, step.mask, vm)
                        _edge(self.locals.setdefault(step.host, {}), vm, vm2)

    def _not_at_rest(self, place: int, host: int) -> str | None:
        """Where the host itself is not at rest, nothing may turn for ever, and something must be able to happen."""
        if _component(self.locals.get(host, {})) is not None:
            return f"a VM may turn for ever while the host stays at {self._shown(host)}"
        here = self.views.at[place]
        for mask in self.views.masks[place]:
            if self._host_goes_on(host, mask):
                continue
            stuck = {vm: bits for vm, bits in here.items() if not bits & ~mask and not self._goes_on(host, mask, vm)}
            if mask in closure(set(stuck.values())):
                return f"nothing may be left to happen at {self._shown(host)}"
        return None

    def _at_rest(self, place: int, host: int) -> str | None:
        """Where the host is at rest: every VM that is not comes to rest by itself, whatever the others do, and stays so."""
        graph, bits = self.locals.get(host, {}), self.compiled.bits_of_all
        here = {*self.views.at[place], *graph, *(vm for after in graph.values() for vm in after)}
        pending = {vm for vm in here if not self._rests(host, bits(host, (vm,)) & self.rest_bits)}
        resting = {bits(host, (vm,)) & self.rest_bits for vm in here if vm not in pending}
        if not all(self._rests(host, joined) for joined in closure(resting)):
            return f"VMs that rest each by itself may together not be at rest at {self._shown(host)}"
        if any(vm not in pending and after & pending for vm, after in graph.items()):
            return f"a VM may leave its rest again at {self._shown(host)}"
        within = {vm: graph.get(vm, set()) & pending for vm in pending}
        while (turning := _component(within)) is not None:
            if not self._left_by_a_fair_event(host, turning):
                return f"a VM may turn for ever at {self._shown(host)}"
            within = {vm: after - turning for vm, after in within.items() if vm not in turning}
        if any(not self._left_by_a_fair_event(host, {vm}) for vm in within):
            return f"a VM may be stuck at {self._shown(host)}"
        return None

    def _masks(self, host: int) -> set[int]:
        """What all VMs together may contribute, wherever the host is in this state."""
        return {mask for place, masks in self.views.masks.items() if self.views.host(place) == host for mask in masks}

    def _left_by_a_fair_event(self, host: int, turning: set[int]) -> bool:
        """Whether one fair event can happen in every state of a circle, whatever the other VMs do, and leads out of it."""
        compiled, common = self.compiled, None
        masks = self._masks(host)
        for vm in turning:
            own = compiled.bits_of_all(host, (vm,)) & compiled.guard_bits
            for mask in masks:
                if own & ~mask:
                    continue
                out = {
                    event
                    for event, host2, vm2 in compiled.vm_steps(host, mask, vm)
                    if self.fair[event] and (host2 != host or vm2 not in turning)
                }
                common = out if common is None else common & out
        return bool(common)

    def _host_goes_on(self, host: int, mask: int) -> bool:
        compiled = self.compiled
        return any(self.fair[event] and host2 != host for event, host2 in compiled.host_steps(host, mask))

    def _goes_on(self, host: int, mask: int, vm: int) -> bool:
        """Whether a fair event of this VM, or of all, changes something."""
        compiled = self.compiled
        return any(
            self.fair[event] and (host2, vm2) != (host, vm) for event, host2, vm2 in compiled.vm_steps(host, mask, vm)
        ) or any(
            self.fair[event]
            and host2 == host
            and compiled.for_all[event]
            and compiled.all_step(event, host, mask, vm) != vm
            for event, host2 in compiled.host_steps(host, mask)
        )

    def _shown(self, host: int) -> str:
        known = self.compiled.host_vars.decode(self.compiled.hosts[host])
        return ", ".join(f"{name} {state}" for name, state in sorted(known.items()) if not name.startswith("READ-"))


def _edge(graph: Graph, source: int, target: int) -> None:
    if source != target:
        graph.setdefault(source, set()).add(target)


def _component(graph: Mapping[int, Iterable[int]]) -> set[int] | None:
    """A set of nodes each of which leads to each other; None if there is no circle."""
    numbers: dict[Hashable, int] = {}
    net: rustworkx.PyDiGraph[int, None] = rustworkx.PyDiGraph()
    for node in {*graph, *(target for after in graph.values() for target in after)}:
        numbers[node] = net.add_node(node)
    net.add_edges_from_no_data([(numbers[one], numbers[two]) for one, after in graph.items() for two in after])
    for component in rustworkx.strongly_connected_components(net):
        if len(component) > 1:
            return {net[i] for i in component}
    return None
