"""What is known of a network that has more runs, carried over to this one.

What holds of every run holds of fewer, and what no run can do fewer cannot. The closed set that showed it is a closed set of this
network too: it has the starts, and no step leads out of it. So after a change that only takes runs away nothing is closed anew of what
held. That two runs that differ in something stay alike is asked of both at once: it goes over where two runs at once are
fewer too, and the question is word for word the same. What is to come in the end is not carried over; and that something can happen,
a run of today has to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from model.notation.network import Network
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.views.proof import Proof
from proofs.world.fewer_runs import has_fewer_runs
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column, shown
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Independent, Possible, Step, terms_of

_Task = tuple[Column, Sequence[str], Scope]


def carried_over(
    tasks: Sequence[_Task], more_runs: Iterable[Network], recalled: Callable[[_Task, Network], Sequence[Verdict] | None]
) -> dict[Column, dict[str, Proof]]:
    """What views showed of the first of these networks of which anything is known, by column and property. more_runs: each has all runs
    of today's. recalled: the verdicts of a task there, where they are known. Raises ValueError if one has not all runs of today's."""
    for than in more_runs:
        refuse_unless_more(than)
        found: dict[Column, dict[str, Proof]] = {}
        for task in tasks:
            known = {one.property: _proof(one, than) for one in recalled(task, than) or ()}
            if known:
                found[task[0]] = {name: proof for name, proof in known.items() if proof is not None}
        if found:
            return found
    return {}


def refuse_unless_more(more_runs: Network) -> None:
    """Raises ValueError if a network has not all runs of today's: what holds of it might not hold."""
    if not has_fewer_runs(watched(), watched(more_runs)):
        raise ValueError("a network that has not all runs of today's: nothing can be carried over from it")


def _proof(one: Verdict, than: Network) -> Proof | None:
    """What a verdict of that network shows here; None: nothing."""
    if one.assurance != CLOSED or one.engine != "views":
        return None
    match PROPERTIES[one.property]:
        case Independent() if not _asks_alike(one.property, than):
            return None
        case Always() | Step() | Independent() if one.verdict in {HOLDS, NOT_EXERCISED}:
            held = one.verdict == HOLDS
            return Proof(one.property, held, held, one.views, cached=True)
        case Possible() if one.verdict == REFUTED:
            return Proof(one.property, holds=True, exercised=False, views=one.views, cached=True)
    return None


@cache
def _asks_alike(name: str, than: Network) -> bool:
    """Whether two runs at once of today's network are two of the other, and are asked the same."""
    (now, asked), (was, asked_there) = (as_asked(PROPERTIES[name], watched(network)) for network in (None, than))
    return [*map(shown, terms_of(asked))] == [*map(shown, terms_of(asked_there))] and has_fewer_runs(now, was)
