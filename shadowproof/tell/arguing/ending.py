"""`shadowproof why` of what must come in the end: what every step uses up, and why nothing waits for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs.why.ending import Ending, Rank, Waiting
from proofs.why.tables.table import Cells
from proofs.why.tell import is_in, named
from properties.kinds import Ends
from shadowproof.tell.arguing.why import listed, wrapped
from shadowproof.verify.report import assumptions as fairness


def why(found: Ends, told: Ending, *, cached: bool, depth: int = 2) -> Iterator[str]:
    """The argument, line by line. depth: 1 leaves out where the host waits."""
    yield f"{found.name}: holds for any number of VMs, disks and adapters ({told.column})"
    yield from wrapped(f'"{found.says}" ({" ".join(found.shows)})', "  ")
    yield ""
    yield from wrapped(
        f"Every step uses something up, but for {listed(told.gone)}, which begin anew. Each step of the host leads the first of these "
        "machines on that it moves; none ever goes back while those above it stay:",
        "",
    )
    for number, rank in enumerate(told.host, 1):
        yield from _rank(rank, f"{number:>2}  ")
    number = len(told.host)
    for staying in told.vms:
        where = "".join(f", and {named(name)} is {named(state)}" for name, state in staying.where)
        yield ""
        yield f"While the host stays{where}, each step of a VM leads one of the VM's machines on, in the same way:"
        for number, rank in enumerate(staying.vm, number + 1):  # noqa: B020 - numbered on
            yield from _rank(rank, f"{number:>2}  ")
    yield ""
    alone = f"In {told.alone} of the {told.hosts} states of the host short of rest it can always go on by itself"
    if not told.waits:
        yield f"{alone}."
    elif depth < 2:
        yield f"{alone}; in the others it waits for VMs that can (--depth 2 says for which events)."
    else:
        yield f"{alone}. In the others it waits for VMs that can:"
        for waiting in told.waits:
            yield from _waiting(waiting, told)
    yield ""
    yield "So it comes to its end: steps are used up, and until then there is always one that must come in the end."
    yield from wrapped("; ".join(fairness(found)) + ".", "Assumes ")
    yield from wrapped(f"{_confirmed(told)}{'; from the cache' if cached else ''}.", "")


def _confirmed(told: Ending) -> str:
    """Who says so. That something can always go on is read off the closed set alone."""
    read = f"Read off the closed set of {told.views:,} views, {told.steps:,} kinds of steps"
    if not told.confirmed:
        return read
    each = " and ".join(solver for solver, _ in told.confirmed)
    return f"{read}; {each} confirm the set, and of each event that it leads on as printed ({told.confirmed[0][1]} obligations each)"


def _rank(rank: Rank, first: str) -> Iterator[str]:
    states = ("/".join(named(state) for state in together) for together in rank.states)
    yield from wrapped(f"{named(rank.machine)}: {' → '.join(states)}", first)


def _waiting(waiting: Waiting, told: Ending) -> Iterator[str]:
    where = "; or ".join(_so(told.names, cells, told.states) for cells in waiting.where)
    yield from wrapped(f"{where}: {listed(waiting.events)}", "  - ")


def _so(names: Sequence[str], cells: Cells, states: Cells) -> str:
    every = zip(names, cells, states, strict=True)
    return ", ".join(f"{named(name)} {is_in(cell, known)}" for name, cell, known in every if cell)
