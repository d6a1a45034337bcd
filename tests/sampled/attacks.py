"""Random runs set upon a wrong protocol: in its column, with as many VMs as it takes, judged by the property named for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model.notation import Network
from model.notation.run import Index, Run
from model.protocol import PROTOCOL
from proofs.sample.machine import Sampled
from proofs.sample.promises import Promises
from proofs.sample.rounds import attack
from proofs.sample.settings import Live, Setup, all_aims
from proofs.sample.tally import Tally
from proofs.verdicts.columns import BASE
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Property, Step
from tests.helpers.readings.evaluate import Moment
from tests.sampled.usual import USUAL
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.protocols import PROTOCOLS, WRONG_FROM_THREE
from tests.wrong_protocols.three_vms import ThreeVms


@dataclass(frozen=True)
class Target:
    """A protocol to be attacked, and the promise that it is to break. depth: of the shortest run that does.
    disks: as many as its VMs have at most."""

    name: str
    network: Network
    promise: Property
    column: Column
    vms: int
    depth: int
    disks: int = 1


def of_wrong(wrong: Wrong, network: Network | None = None) -> Target:
    """The wrong protocol, or another one in its place (the right one)."""
    changed = watched(wrong.change(PROTOCOL) if network is None else network)
    asked_of, promise = as_asked(PROPERTIES[wrong.refuted_by], changed)
    return Target(wrong.name, asked_of, promise, wrong.column, wrong.vms, wrong.length, wrong.disks)


def of_three(wrong: ThreeVms) -> Target:
    return Target(wrong.name, wrong.network, wrong.property, BASE, wrong.vms, wrong.length)


ALL: list[Wrong | ThreeVms] = [*PROTOCOLS, *WRONG_FROM_THREE]


def target(wrong: Wrong | ThreeVms) -> Target:
    return of_wrong(wrong) if isinstance(wrong, Wrong) else of_three(wrong)


def attacked(found: Target, rounds: int, **others: Any) -> tuple[type[Sampled] | None, Tally]:
    """The machine whose run broke the promise (None: none did in so many rounds), and what the runs came to."""
    network = found.network
    names = {actor.name for actor in network.actors.values()}
    live = Live(network, [found.column])
    aims = tuple(aim for aim in all_aims(network) if live(aim))
    usual = {name: state for name, state in USUAL.items() if name in names}
    reach = dict.fromkeys(aims, (found.column,))
    setup = Setup(network, usual, found.vms, found.vms, found.disks, (found.column,), aims, reach)
    promises, tally = Promises([found.promise]), Tally(network, steering=False)
    broken = attack("Attack", setup, lambda column: promises, tally, rounds, **others)
    if broken is None:
        return None, tally
    machine, problem = broken
    assert problem.promise == found.promise.name
    return machine, tally


def breaks(found: Target, machine: type[Sampled]) -> bool:
    """Whether the run that was found, gone once more and judged by the evaluator apart from all engines, breaks the promise."""
    assert machine.failed is not None
    begin, steps, name = machine.failed
    assert name == found.promise.name
    run = Run(found.network, begin.shapes, begin.starts, begin.column.faults)
    before, event = run.states(), ""
    at: Index = ()
    seen = [before]
    for event, at in steps:
        before = run.states()
        run.fire(event, at)
        seen.append(run.states())
    moment = Moment(found.network, begin.shapes, before, run.states(), event, at)
    if isinstance(found.promise, Step):
        return not moment.holds(found.promise.term)
    if isinstance(found.promise, Always):
        return not moment.holds(found.promise.term, later=True)
    assert isinstance(found.promise, Ends)
    if moment.holds(found.promise.rest, later=True):
        return False
    fair = [name for name, _ in run.enabled() if found.network.events[name].fair]
    return not fair or run.states() in seen[:-1]
