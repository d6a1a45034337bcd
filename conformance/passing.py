"""Does a run pass through what was seen before? Its states are those of the machines that execute it."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.texts.facts import Fact
from model.notation import Run
from model.protocol import FAULTS, PROTOCOL
from proofs.answers.verdict import RunFound

EVERY_FAULT = frozenset(fault.name for fault in FAULTS)


def passes(found: RunFound, facts: Sequence[Fact]) -> int:
    """How many of the facts are so in some state of a run, each of the host or of some VM."""
    run = Run(PROTOCOL, found.shapes, found.starts, EVERY_FAULT)
    left = set(facts)
    for name, index in (*found.steps, ("", ())):
        left = {one for one in left if not _is_so(run, one)}
        if name:
            run.fire(name, index)
    return len(set(facts)) - len(left)


def _is_so(run: Run, fact: Fact) -> bool:
    sort = PROTOCOL.actors[fact.machine].sort
    return any(run.state(fact.machine, at) in fact.states for at in run.members(sort))
