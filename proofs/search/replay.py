"""Turn a path of the explorer into a run of the whole network, executed by `transitions`: a path that the machines refuse
is an error of an engine, never a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from model.notation.network import Network
from model.notation.run import Index, Run
from model.notation.terms import HOST, TRUE, machines_of
from proofs.answers.verdict import RunFound
from proofs.search.symmetry import Edge, State
from proofs.world.compiled import Compiled
from proofs.world.terms import expand
from proofs.world.world import World, fold

Starts = dict[tuple[str, Index], str]
"""The state in which each machine of a run starts, by its name and its member."""


class EnginesDisagree(AssertionError):
    """The explorer found a step that the machines refuse."""


def replay(compiled: Compiled, start: State, edges: Sequence[Edge], loop: int | None = None) -> RunFound:
    """The run of the whole network that a path of the explorer stands for. A path that turns is one of VMs kept apart: there
    each step is of the VM at its position, so that each comes back to where it was. Machines that were left out may start as
    they like, so each of their starts is tried. Raises EnginesDisagree."""
    refused: EnginesDisagree | None = None
    for starts in _starts(compiled, start):
        try:
            return _replayed(compiled, start, starts, edges, loop)
        except EnginesDisagree as reason:
            refused = refused or reason
    raise refused or EnginesDisagree("a start state of the explorer does not fit what holds at the start")


def _replayed(compiled: Compiled, start: State, starts: Starts, edges: Sequence[Edge], loop: int | None) -> RunFound:
    apart = loop is not None and loop < len(edges)
    world = compiled.world
    shapes = tuple(compiled.shapes[compiled.locals[vm][0]] for vm in start[1:])
    run = Run(world.network, shapes, starts, world.column.faults)
    locals_, host, steps = list(start[1:]), start[0], list[tuple[str, Index]]()
    for event, host2, vm, vm2, at in edges:
        name = compiled.events[event].name
        if vm < 0:
            bits = compiled.bits_of_all(host, locals_)
            if compiled.for_all[event]:
                locals_ = [compiled.all_step(event, host, bits, one) for one in locals_]
            index: Index = ()
            _fire(run, name, index)
        else:
            i = at if apart else locals_.index(vm)
            locals_[i] = vm2
            index = _fire_on_member(run, compiled, name, i, host2, vm2)
        host = host2
        _agree(run, compiled, host, locals_, name)
        steps.append((name, index))
    return RunFound(shapes, starts, tuple(steps), loop)


def _fire(run: Run, name: str, index: Index) -> None:
    reason = run.why_not(name, index)
    if reason is not None:
        raise EnginesDisagree(f"the explorer lets {name} happen to {index}, the machines do not: {reason}")
    run.fire(name, index)


def _fire_on_member(run: Run, compiled: Compiled, name: str, vm: int, host2: int, vm2: int) -> Index:
    """Fire an event of one VM, or of the part of it that leads where the explorer went."""
    sort = run.network.events[name].scope.sort
    if sort == run.network.replicated:
        _fire(run, name, (vm,))
        return (vm,)
    form, after = compiled.locals[vm2]
    wanted = compiled.vm_vars[form].decode(after)
    can = [member for member in run.members(sort, (vm,)) if run.why_not(name, member) is None]

    def moves(member: Index) -> bool:
        return any(n.endswith(f"#{member[1]}") and wanted[n] != run.state(n.split("#")[0], member) for n in wanted)

    for member in (*filter(moves, can), *can):
        run.fire(name, member)
        return member
    raise EnginesDisagree(f"no part of VM {vm + 1} lets {name} happen as the explorer has it")


def _agree(run: Run, compiled: Compiled, host: int, locals_: Sequence[int], name: str) -> None:
    for actor, state in compiled.host_vars.decode(compiled.hosts[host]).items():
        if run.state(actor) != state:
            raise EnginesDisagree(f"after {name}, {actor} is {run.state(actor)}, the explorer has {state}")
    for i, vm in enumerate(locals_):
        form, states = compiled.locals[vm]
        for variable, state in compiled.vm_vars[form].decode(states).items():
            actor, _, part = variable.partition("#")
            index = (i, int(part)) if part else (i,)
            if run.state(actor, index) != state:
                raise EnginesDisagree(f"after {name}, {actor} of {index} is {run.state(actor, index)}, not {state}")


def _starts(compiled: Compiled, start: State) -> Iterator[Starts]:
    """Start states for every machine of the network: those the explorer has, the rest as they may be; those of machines that
    the world leaves out in each way that goes with them."""
    world, network = compiled.world, compiled.world.network
    host = compiled.host_vars.decode(compiled.hosts[start[0]])
    of_host: Starts = {(a.name, ()): host.get(a.name, _first(world, a.name)) for a in network.of_sort(HOST)}
    of_each: list[list[dict[str, str]]] = []
    for vm in start[1:]:
        form, states = compiled.locals[vm]
        of_each.append(list(_complete(network, world, compiled, form, compiled.vm_vars[form].decode(states))))
    for chosen in product(*of_each):
        found: Starts = dict(of_host)
        for i, known in enumerate(chosen):
            for name, state in known.items():
                machine, _, part = name.partition("#")
                found[machine, (i, int(part)) if part else (i,)] = state
        yield found


def _first(world: World, name: str) -> str:
    return next(s for s in world.network.actors[name].starts if s in world.starts[name])


def _complete(
    network: Network, world: World, compiled: Compiled, form: int, known: dict[str, str]
) -> Iterator[dict[str, str]]:
    """Start states for every machine of one VM that go with those already known: one for each way in which the machines that
    the world leaves out can start."""
    shape, free = compiled.shapes[form], compiled.allowed[form]
    names = [a.name for a in network.of_sort(network.replicated)]
    names += [
        f"{a.name}#{j}" for s in network.parts for a in network.of_sort(s) for j in range(shape.parts.get(s.name, 0))
    ]
    limits = [expand(term, shape, compiled.part_of, {}) for term in network.at_start]
    bound = {n for term in limits for n in machines_of(term)}
    options = {
        n: [known[n]]
        if n in known
        else [
            s
            for s in network.actors[n.split("#")[0]].starts
            if s in world.starts[n.split("#")[0]] and s in free.get(n, {s})
        ]
        for n in names
    }
    chosen = {n: options[n][0] for n in names}
    free_ones = sorted(name for name in names if name.partition("#")[0] in world.leaves_out)
    searched = [*free_ones, *sorted(bound - set(free_ones))]
    done: set[tuple[str, ...]] = set()
    for states in product(*(options[n] for n in searched)):
        if states[: len(free_ones)] in done:
            continue
        at = {n: frozenset({s}) for n, s in zip(searched, states, strict=True)}
        if all(fold(term, at) == TRUE for term in limits):
            done.add(states[: len(free_ones)])
            yield chosen | dict(zip(searched, states, strict=True))
