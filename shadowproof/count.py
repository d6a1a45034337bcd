"""`shadowproof count`: how many states there are, exactly, and whether a statement about states is broken in one of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from proofs.counts.result import TooMuchMemory, Visited
from proofs.counts.tables import Tables
from proofs.counts.visit import visit
from proofs.search.plain import explore
from proofs.views.saturation import TooManyViews
from proofs.views.variants import stands_for
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.slices import Group, Worlds, as_asked, groups
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Fact, terms_of
from shadowproof.ask import AskError, options
from shadowproof.outside.spelling import many
from shadowproof.outside.telling import telling
from shadowproof.verify.report import column_text


@dataclass(frozen=True)
class Counted:
    """The states of one slice. found: None if they were not visited, for this reason. configurations: states and steps of one
    VM with each configuration by itself."""

    group: Group
    views: int = 0
    found: Visited | None = None
    reason: str = ""
    configurations: tuple[int, int] | None = None
    seconds: float = 0.0


def slices(names: Sequence[str], column: Column) -> list[Group]:
    """The slices of these properties (all but facts)."""
    asked = [as_asked(PROPERTIES[n], watched()) for n in names if not isinstance(PROPERTIES[n], Fact)]
    worlds = {network: Worlds(network, column) for network, _ in asked}
    return groups((worlds[network].smallest_for(found), found) for network, found in asked)


def counted(group: Group, vms: int, *, apart: bool, engine: str | None, memory: int) -> Counted:
    """Visit every state of one slice."""
    begun = time.perf_counter()
    terms = [term for found in group.members for term in terms_of(found)]
    compiled = Compiled(group.world, group.part, (ONE_OF_EACH,), terms)
    look = {found.name: ~found.term for found in group.members if isinstance(found, Always)}
    try:
        tables = Tables(compiled)
        found = visit(tables, vms, apart=apart, look=look, engine=engine, memory=memory)
    except (TooMuchMemory, TooManyViews) as reason:
        return Counted(group, reason=str(reason), seconds=time.perf_counter() - begun)
    each = _each_configuration(compiled) if vms == 1 else None
    return Counted(group, len(tables.views), found, "", each, time.perf_counter() - begun)


def _each_configuration(compiled: Compiled) -> tuple[int, int] | None:
    """States and steps of one VM if no configuration stood for others; None where that cannot be told."""
    graph = explore(compiled, 1, keep_graph=True).targets
    try:
        times = {state: stands_for(compiled, state[1]) for state in graph}
    except ValueError:
        return None
    return sum(times.values()), sum(times[state] * len(out) for state, out in graph.items())


def count_all(
    names: Sequence[str],
    column: Column,
    vms: int,
    *,
    apart: bool,
    engine: str | None,
    memory: int,
    console: Console,
    errors: Console,
) -> int:
    """Count, and print a row for each slice as it is done. The exit status: 1 if something is broken, 3 if something could
    not be visited. Raises AskError if there is no slice."""
    work = slices(names, column)
    if not work:
        raise AskError(
            "There is nothing to count: only what is asked of states or steps has a slice. Name another property."
        )
    found: list[Counted] = []
    with telling(errors, "counting", "slices") as done:
        try:
            for group in work:
                found.append(counted(group, vms, apart=apart, engine=engine, memory=memory))
                done(len(found), len(work), "")
        except KeyboardInterrupt:
            errors.print(f"Interrupted: {many(len(found), 'slice')} of {len(work)} counted.", highlight=False)
    told = "each by itself" if apart else "interchangeable"
    console.print(_table(found, f"{vms} VM{'s' if vms > 1 else ''}, {told}; assuming: {column_text(column)}"))
    for one in found:
        if one.reason:
            console.print(f"{_named(one.group)}: not counted, {one.reason}.", highlight=False, soft_wrap=True)
        for name, state in {} if one.found is None else one.found.hits.items():
            with_it = f"shadowproof explain {name} {options(column)}".rstrip()
            console.print(
                f"[red]{name} is broken[/] in a state of {many(len(state) - 1, 'VM')}; its story: {with_it}",
                highlight=False,
            )
    if any(one.found is not None and one.found.hits for one in found):
        return 1
    return 3 if len(found) < len(work) or any(one.found is None for one in found) else 0


def _named(group: Group) -> str:
    first, *others = (found.name for found in group.members)
    return f"{first} and {len(others)} more" if others else first


def _table(found: Sequence[Counted], title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("slice of")
    one_vm = any(one.configurations for one in found)
    for heading in (
        "machines",
        "views",
        "states",
        "steps",
        "depth",
        *(["each configuration"] * one_vm),
        "engine",
        "seconds",
    ):
        table.add_column(heading, justify="right")
    for one in found:
        visited = one.found
        counts = ["-"] * 3 if visited is None else [f"{n:,}" for n in (visited.states, visited.steps, visited.depth)]
        each = [f"{one.configurations[0]:,}" if one.configurations else "-"] * one_vm
        engine = "-" if visited is None else visited.engine
        machines = str(len(one.group.part.machines))
        table.add_row(_named(one.group), machines, f"{one.views:,}", *counts, *each, engine, f"{one.seconds:.2f}")
    return table
