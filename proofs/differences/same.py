"""Whether changed rules make no difference in a column, for any number of VMs, each with any number of parts: on every view that the
base's closed set holds they take the same steps, so by induction every run is one of both. It asks of each rule, and of the one machine
that it moves otherwise, what is asked of a mutant (`proofs/mutants/same_views.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from model.notation import HOST, DeclarationError, Network
from proofs.differences.rules import NO_RUN_SHOWS, Changed, Kind
from proofs.mutants.changed_rules import Rules
from proofs.mutants.operators import Mutant
from proofs.mutants.same_views import SameViews
from proofs.world.world import Column

_NOT_ASKED = NO_RUN_SHOWS | {Kind.NEW, Kind.GONE}


def why_not_the_same(base: Network, head: Network, rules: Sequence[Changed], column: Column) -> str:
    """Why it is not shown that both have the same runs in a column that both know; empty: it is shown."""
    asked = [rule for rule in rules if rule.differs]
    if other := next((rule for rule in asked if rule.kind in _NOT_ASKED), None):
        return f"{other.name} {other.kind.value}"
    if moved := next((rule.name for rule in asked if _to_whom(base, rule.name) != _to_whom(head, rule.name)), ""):
        return f"{moved} happens to another, or by another fault"
    if several := next((rule for rule in asked if len(rule.machines) > 1), None):
        return f"{several.name} moves several machines otherwise ({', '.join(several.machines)}), which are asked one by one"
    if lone := base.actors.keys() ^ head.actors.keys():
        return f"only one side has {', '.join(sorted(lone))}"
    start = {
        f"{actor.name}{'#0' if actor.sort in base.parts else ''}": frozenset({actor.starts[0]})
        for actor in base.actors.values()
        if actor.sort != HOST
    }
    pairs = [
        Rules(base, Mutant(f"{rule.name} {machine}", "", (rule.name,), machine, rule.by, "", lambda _: head), head)
        for rule in asked
        for machine in rule.machines or ("",)
    ]
    try:
        views = SameViews(base, column, start, pairs)
        return next(filter(None, map(views.why_not, pairs)), "")
    except (DeclarationError, ValueError) as problem:
        return str(problem)


def _to_whom(network: Network, event: str) -> tuple[object, object]:
    return network.events[event].scope, network.events[event].fault
