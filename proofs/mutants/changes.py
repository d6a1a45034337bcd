"""Changed protocols: another network with one rule changed, put together and checked anew; the original is not touched.

A changed protocol that does not break what it should break shows that a property is too weak, or says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from model.notation import Actor, Event, Move, Network, States, Term, all_of, build, words
from model.notation.terms import And, SomeStates, as_set

Rows = tuple[Move, ...]
Change = Callable[[Network], Network]
"""One rule changed: from a network another one."""


def with_event(
    network: Network, name: str, *, when: Term | None = None, fair: bool | None = None, fault: str | None = ""
) -> Network:
    """The network with an event's guard, fairness or fault replaced; what is not given stays (of the fault: the empty word).
    LookupError: no such event."""
    old = _event(network, name)
    new = replace(
        old,
        when=old.when if when is None else when,
        fair=old.fair if fair is None else fair,
        fault=old.fault if fault == "" else fault,
    )
    return _rebuilt(network, events=[new if event is old else event for event in network.events.values()])


def guard_without(network: Network, name: str, condition: Term) -> Term:
    """An event's guard without a condition that it joins to others by `and`. LookupError if it has none such."""
    when, left = _event(network, name).when, conjuncts(condition)
    if missing := [part for part in left if part not in conjuncts(when)]:
        raise LookupError(f"{name} does not need that {words(all_of(*missing))}")
    return all_of(*(part for part in conjuncts(when) if part not in left))


def conjuncts(term: Term) -> tuple[Term, ...]:
    """What a term joins by `and`."""
    return term.parts if isinstance(term, And) else (term,)


def with_table(
    network: Network, actor: str, moves: Iterable[Move], *, starts: frozenset[States] | None = None
) -> Network:
    """The network with another table for one machine: the same name, states and place in the network, and the same starts
    unless others are given."""
    old = _actor(network, actor)
    chosen = frozenset(state for state in old.enum if state.name in old.starts) if starts is None else starts
    new = Actor(
        old.name, old.enum, of=old.sort, starts=chosen, says=old.says, observer=old.observer, leaves_out=old.leaves_out
    )
    rows = tuple(moves)
    if rows:  # a machine whose last row is taken away never moves
        new.table(*rows)
    return _rebuilt(network, actors=[new if one is old else one for one in network.actors.values()])


def rows_of(network: Network, actor: str) -> Rows:
    """The rows of a machine's table, as they were declared."""
    return _actor(network, actor).moves


def without_row(rows: Sequence[Move], event: str, source: States | None = None) -> Rows:
    """The rows without those on `event` (that start in `source`). LookupError if there is none."""
    return _changed(rows, event, source, lambda row: ())


def with_dest(rows: Sequence[Move], event: str, dest: States, source: States | None = None) -> Rows:
    """The rows on `event` (that start in `source`) lead to `dest`. LookupError if there is none."""
    return _changed(rows, event, source, lambda row: (replace(row, dest=dest),))


def with_guard(rows: Sequence[Move], event: str, when: Term, source: States | None = None) -> Rows:
    """The rows on `event` (that start in `source`) are guarded by `when`. LookupError if there is none."""
    return _changed(rows, event, source, lambda row: (replace(row, when=when),))


def with_sources(rows: Sequence[Move], event: str, sources: SomeStates) -> Rows:
    """The rows on `event` start in `sources`. LookupError if there is none."""
    return _changed(rows, event, None, lambda row: (replace(row, sources=as_set(sources)),))


def with_rows(*rows: Move | Rows) -> Rows:
    """Rows put together."""
    return tuple(row for group in rows for row in (group if isinstance(group, tuple) else (group,)))


def _changed(rows: Sequence[Move], event: str, source: States | None, change: Callable[[Move], Rows]) -> Rows:
    """Each fitting row replaced by what `change` makes of it; `stays` rows, which have no source, are left alone."""
    fitting = [row for row in rows if row.event == event and row.sources and (source is None or source in row.sources)]
    if not fitting:
        raise LookupError(f"no row on {event}" + (f" from {source.name}" if source is not None else ""))
    return tuple(new for row in rows for new in (change(row) if row in fitting else (row,)))


def _event(network: Network, name: str) -> Event:
    if name not in network.events:
        raise LookupError(f"no event {name}")
    return network.events[name]


def _actor(network: Network, name: str) -> Actor:
    if name not in network.actors:
        raise LookupError(f"no machine {name}")
    return network.actors[name]


def _rebuilt(
    network: Network, *, actors: Iterable[Actor] | None = None, events: Iterable[Event] | None = None
) -> Network:
    return build(
        network.actors.values() if actors is None else actors,
        network.events.values() if events is None else events,
        network.faults.values(),
        network.at_start,
        network.known_ids,
    )
