"""Has one network only runs that another has too? Then what holds of every run of the other holds of every run of it.

Decided rule by rule, over all states that machines can be in, reachable or not, for any number of VMs: a step of the one must be a step
of the other, from the same states to the same states. Where that takes too many cases, or hangs on what quantifiers say together, the
answer is no: it is wrong on one side only. Fairness is left out: what must come in the end does not go from the one to the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.notation.decide import possible
from model.notation.events import Event
from model.notation.machines import Actor, Rule
from model.notation.network import Network
from model.notation.terms import TRUE, Sort, Term
from proofs.world.world import shown

CASES = 20_000
"""Cases looked at to decide whether a guard allows more than another."""


def has_fewer_runs(network: Network, than: Network) -> bool:
    """Whether every run of a network is one of the other, or as good as shown to be so; both may have the same runs."""
    return (
        [*network.actors] == [*than.actors]
        and all(_starts_alike(one, than.actors[name]) for name, one in network.actors.items())
        and [*map(shown, network.at_start)] == [*map(shown, than.at_start)]
        and network.faults.keys() == than.faults.keys()
        and all(name in than.events and _happens_less(network, than, name) for name in network.events)
    )


def _starts_alike(one: Actor, other: Actor) -> bool:
    """Whether they are machines of the same members, states and starts."""
    same = (one.states, one.starts, one.observer) == (other.states, other.starts, other.observer)
    return same and _lineage(one.sort) == _lineage(other.sort)


def _lineage(sort: Sort | None) -> Sequence[str]:
    return () if sort is None else (sort.name, *_lineage(sort.of))


def _happens_less(network: Network, than: Network, name: str) -> bool:
    """Whether an event happens to no member to which the other would not let it happen, and leads nowhere else."""
    now, was = network.events[name], than.events[name]
    if _what(now) != _what(was) or _allows_more(network, now.when, was.when):
        return False
    taking_part, took_part = ({actor.name for actor in of.participants(name)} for of in (network, than))
    return taking_part == took_part and all(
        _leads_alike(network, network.actors[one], than.actors[one], name) for one in taking_part
    )


def _what(event: Event) -> tuple[object, ...]:
    return _lineage(event.scope.sort), event.scope.all, event.fault


def _leads_alike(network: Network, now: Actor, was: Actor, event: str) -> bool:
    """Whether rows for an event lead nowhere where the other's do not lead in the same states."""
    for state in now.states:
        here, there = now.rules(event, state), was.rules(event, state)
        if [(one.dest, shown(one.when)) for one in here] == [(one.dest, shown(one.when)) for one in there]:
            continue
        before = effects(there, state)
        for dest, when in effects(here, state).items():
            if _allows_more(network, when, before.get(dest, ~TRUE)):
                return False
    return True


def _allows_more(network: Network, now: Term, was: Term) -> bool:
    """Whether there may be states in which a term is true and the other is not."""
    return shown(now) != shown(was) and possible(now & ~was, network.states, limit=CASES)


def effects(rules: Sequence[Rule], state: str) -> dict[str, Term]:
    """For each state that rows may lead to, when they do: the first that fits is taken."""
    found: dict[str, Term] = {}
    before: Term = ~TRUE
    for rule in rules:
        dest = rule.dest or state
        found[dest] = found.get(dest, ~TRUE) | (rule.when & ~before)
        before = before | rule.when
    return found
