"""What is timed, each in a process of its own: `python -m bench.work NAME JSON` prints what was found, as JSON.

seconds: from the network as it stands to the answer; the start of Python and its imports are not in them. What only one piece
of work needs is imported there, so that the memory of the others is their own.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from examples import small_backup
from model.notation import Run, Shape, happens
from model.notation.terms import In
from model.protocol import PROTOCOL
from proofs.counts.tables import Tables
from proofs.counts.visit import MEMORY, visit
from proofs.search.plain import explore
from proofs.search.swift import explore_swiftly
from proofs.verdicts.columns import BASE, every_column, fault_columns
from proofs.views.saturation import saturate
from proofs.views.variants import stands_for
from proofs.world.compiled import Compiled
from proofs.world.slices import Worlds, groups
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Property, terms_of

FULL = "no-vm-left-saved"
"""The property whose slice of the full protocol is visited: a statement about states, and an expensive promise."""

ONE_OF_EACH = Shape({"disk": 1, "adapter": 1})
"""A VM with one disk and one network adapter."""

Found = dict[str, object]


def _full(reduce: bool = True) -> tuple[Compiled, Property]:
    found = PROPERTIES[FULL]
    (group,) = groups([(Worlds(watched(), BASE).smallest_for(found), found)])
    return Compiled(group.world, group.part, (ONE_OF_EACH,), terms_of(found), reduce=reduce), found


def visited(protocol: str, vms: int, engine: str, apart: bool) -> Found:
    """Visit every state of so many VMs of the small protocol, or of the full one's slice, and judge its invariants."""
    if engine == "numba":
        visit(Tables(small_backup.compiled()), 1, apart=apart, engine=engine)  # machine code is loaded before
    begun = time.perf_counter()
    if protocol == "small":
        compiled, asked = small_backup.compiled(), [*small_backup.PROPERTIES.values()]
    else:
        compiled, found = _full()
        asked = [found]
    look = {one.name: ~one.term for one in asked if isinstance(one, Always)}
    done = visit(Tables(compiled), vms, apart=apart, look=look, engine=engine, memory=MEMORY)
    seconds = time.perf_counter() - begun
    return {
        "states": done.states,
        "steps": done.steps,
        "depth": done.depth,
        "broken": sorted(done.hits),
        "seconds": seconds,
    }


def plain(protocol: str, vms: int, apart: bool) -> Found:
    """The same by the reference search."""
    begun = time.perf_counter()
    compiled = small_backup.compiled() if protocol == "small" else _full()[0]
    done = explore(compiled, vms, sort=not apart)
    return {"states": done.states, "steps": done.steps, "depth": done.depth, "seconds": time.perf_counter() - begun}


def diagram(vms: int) -> Found:
    """The small protocol by a decision diagram: the exact count, and its invariants."""
    from proofs.many_vms.closure import reach

    begun = time.perf_counter()
    reached = reach(small_backup.compiled(), vms)
    states = reached.states
    invariants = {n: reached.holds(one.term) for n, one in small_backup.PROPERTIES.items() if isinstance(one, Always)}
    seconds = time.perf_counter() - begun
    exact = states == 19**vms + 12**vms + 2 * 10**vms + 5 * 5**vms
    return {"digits": len(str(states)), "exact": exact, "hold": invariants, "nodes": reached.nodes, "seconds": seconds}


def _all_of_one_vm(reduce: bool) -> Compiled:
    """The whole protocol without the properties' observers, for VMs with one disk and one adapter."""
    world = World(PROTOCOL, BASE)
    everything = [happens(*(event.name for event in world.events))]
    everything += [In(actor.name, frozenset(actor.states[:1])) for actor in PROTOCOL.actors.values()]
    return Compiled(world, world.cone(everything, whole_events=True), (ONE_OF_EACH,), reduce=reduce)


def unreduced() -> Found:
    """Every state of one VM with one disk and one adapter, in each configuration that there is."""
    begun = time.perf_counter()
    compiled = _all_of_one_vm(reduce=True)
    graph = explore(compiled, 1, keep_graph=True).targets
    times = {vm: stands_for(compiled, vm) for _, vm in graph}
    states = sum(times[vm] for _, vm in graph)
    steps = sum(times[vm] * len(out) for (_, vm), out in graph.items())
    return {"reduced": len(graph), "states": states, "steps": steps, "seconds": time.perf_counter() - begun}


def each_configuration() -> Found:
    """The same without any reduction: every configuration is searched."""
    begun = time.perf_counter()
    found = explore_swiftly(_all_of_one_vm(reduce=False), 1)
    return {"states": found.states, "steps": found.steps, "seconds": time.perf_counter() - begun}


def export(vms: int, file: str) -> Found:
    """Write the full protocol's slice as Promela, as `shadowproof export` does."""
    from proofs.export.promela import promela

    compiled, found = _full()
    exported = promela(compiled, vms, [found])
    Path(file).write_text(exported.text, "utf-8")
    return {"more_states": exported.more_states, "more_transitions": exported.more_transitions}


def matrix(pairs: bool = False) -> Found:
    """Every column by labelled sets of views, each closed once for all of them, from cold. pairs: every pair of faults and readings."""
    import joblib

    from proofs.verdicts.combined.cuts import combined
    from proofs.verdicts.together import is_a_run, proofs, shown, units

    begun, columns = time.perf_counter(), combined(2) if pairs else every_column()
    asked = units(columns, [name for name, found in PROPERTIES.items() if not is_a_run(found)])
    closed = joblib.Parallel(n_jobs=-1, batch_size=1)(joblib.delayed(shown)(unit) for unit in asked)
    seconds = time.perf_counter() - begun
    cells = [proof for known in proofs(zip(asked, closed, strict=True)).values() for proof in known.values()]
    holds = sum(proof.holds for proof in cells)
    return {"columns": len(columns), "sets": len(asked), "shown": holds, "left": len(cells) - holds, "seconds": seconds}


def with_solvers() -> Found:
    """The column without faults, its closed sets confirmed by both solvers, from cold."""
    from proofs.solvers.confirm import confirm, tasks

    begun = time.perf_counter()
    sets = confirm(tasks(BASE, list(PROPERTIES)))
    return {
        "seconds": time.perf_counter() - begun,
        "sets": len(sets),
        "views": sum(one.views for one in sets),
        "obligations": sum(one.obligations for one in sets),
        "open": sum(len(one.open) for one in sets),
        "solver_seconds": {s: sum(one.seconds[i] for one in sets) for i, s in enumerate(sets[0].solvers)},
    }


def random_steps(steps: int) -> Found:
    """Steps that the `transitions` machines take in runs by chance of two VMs, as the random tests drive them."""
    chance, taken, compiled = random.Random(1), 0, _all_of_one_vm(reduce=True)
    starts = [compiled.vm_vars[0].decode(compiled.locals[vm][1]) for vm in compiled.starts]
    begun = time.perf_counter()
    while taken < steps:
        chosen = [chance.choice(starts) for _ in range(2)]
        at = {_machine(name, i): state for i, vm in enumerate(chosen) for name, state in vm.items()}
        run = Run(PROTOCOL, [ONE_OF_EACH] * 2, at)
        for _ in range(100):
            enabled = run.enabled()
            if not enabled:
                break
            run.fire(*chance.choice(enabled))
            taken += 1
    return {"steps": taken, "seconds": time.perf_counter() - begun}


def _machine(name: str, vm: int) -> tuple[str, tuple[int, ...]]:
    """A machine of a VM, or of its part, as a run names it."""
    actor, _, part = name.partition("#")
    return actor, (vm, int(part)) if part else (vm,)


def host_file(folder: str, vms: int, kinds: int) -> Found:
    """Write the inventory of a host with so many VMs, as the tests draw them."""
    from tests.helpers.hosts import host_file as write

    return {"file": str(write(Path(folder), vms, kinds))}


def by_rules(faults: int) -> Found:
    """Views of the slice of every statement about states, with so many faults tolerated together (each adds its rules)."""
    tolerated = frozenset[str]().union(*(column.faults for column in fault_columns()[:faults]))
    begun = time.perf_counter()
    found = PROPERTIES[FULL]
    (group,) = groups([(Worlds(watched(), Column(tolerated)).smallest_for(found), found)], late=True)
    compiled = Compiled(group.world, group.part, (ONE_OF_EACH,), terms_of(found), late=True)
    views = saturate(compiled, 2_000_000)
    return {"rules": len(group.part.events), "views": len(views), "seconds": time.perf_counter() - begun}


def by_configurations(disks: int, reduce: bool) -> Found:
    """Views of VMs with so many disks: each disk multiplies the configurations; alike ones are looked at once, or not."""
    begun = time.perf_counter()
    found = PROPERTIES[FULL]
    (group,) = groups([(Worlds(watched(), BASE).smallest_for(found), found)])
    shape = Shape({**ONE_OF_EACH.parts, "disk": disks})
    compiled = Compiled(group.world, group.part, (shape,), terms_of(found), reduce=reduce)
    views = saturate(compiled, 2_000_000)
    return {"starts": len(compiled.starts), "views": len(views), "seconds": time.perf_counter() - begun}


WORK: Mapping[str, Callable[..., Found]] = {
    one.__name__: one
    for one in (
        visited, plain, diagram, unreduced, each_configuration, export, host_file, matrix, with_solvers, random_steps, by_rules,
        by_configurations,
    )
}  # fmt: skip


def main(arguments: Iterable[str]) -> None:
    """Do one piece of work, and print what was found."""
    name, given = arguments
    json.dump(WORK[name](**json.loads(given)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
