"""Changed networks: another one with a rule changed, put together and checked anew; the original is not touched.

All that changes a network by the names of its rules goes through `Parts`: wrong protocols, mutants, proposed wordings, and the overrides
of a version (`overrides.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from model.notation.errors import Place
from model.notation.events import Event, Fault
from model.notation.machines import Actor, Move
from model.notation.network import Network, build
from model.notation.terms import And, SomeStates, States, Term, all_of, as_set
from model.notation.words import words

Rows = tuple[Move, ...]
Change = Callable[[Network], Network]
"""One rule changed: from a network another one."""


@dataclass
class Parts:
    """What a network is built of, each by its name and in its order, to be changed before it is built again."""

    actors: dict[str, Actor]
    events: dict[str, Event]
    faults: dict[str, Fault]
    at_start: tuple[Term, ...]
    known_ids: frozenset[str]
    before: Network

    @staticmethod
    def of(network: Network) -> Parts:
        return Parts(
            dict(network.actors),
            dict(network.events),
            dict(network.faults),
            network.at_start,
            network.known_ids,
            network,
        )

    def built(self) -> Network:
        """The network, checked. Raises DeclarationError."""
        rules = self.actors.values(), self.events.values(), self.faults.values()
        return build(*rules, self.at_start, self.known_ids, like=self.before)

    def event(self, name: str) -> Event:
        """LookupError: no such event."""
        if name not in self.events:
            raise LookupError(f"no event {name}")
        return self.events[name]

    def actor(self, name: str) -> Actor:
        """LookupError: no such machine."""
        if name not in self.actors:
            raise LookupError(f"no machine {name}")
        return self.actors[name]

    def set_table(
        self,
        actor: str,
        moves: Iterable[Move],
        *,
        starts: frozenset[States] | None = None,
        says: str | None = None,
        place: Place | None = None,
    ) -> None:
        """Another table, other starts, another sentence for one machine: the same name, states and place in the network. What is not
        given stays. LookupError: no such machine."""
        old = self.actor(actor)
        chosen = frozenset(state for state in old.enum if state.name in old.starts) if starts is None else starts
        new = Actor(
            old.name, old.enum, of=old.sort, starts=chosen, says=old.says if says is None else says,
            observer=old.observer, leaves_out=old.leaves_out,
        )  # fmt: skip
        new.place = place or old.place
        rows = tuple(moves)
        if rows:  # a machine whose last row is taken away never moves
            new.table(*rows)
        self.actors[actor] = new


def with_event(
    network: Network, name: str, *, when: Term | None = None, fair: bool | None = None, fault: str | None = ""
) -> Network:
    """The network with an event's guard, fairness or fault replaced; what is not given stays (of the fault: the empty word).
    LookupError: no such event."""
    parts = Parts.of(network)
    old = parts.event(name)
    parts.events[name] = replace(
        old,
        when=old.when if when is None else when,
        fair=old.fair if fair is None else fair,
        fault=old.fault if fault == "" else fault,
    )
    return parts.built()


def guard_without(network: Network, name: str, condition: Term) -> Term:
    """An event's guard without a condition that it joins to others by `and`. LookupError if it has none such."""
    when, left = Parts.of(network).event(name).when, conjuncts(condition)
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
    parts = Parts.of(network)
    parts.set_table(actor, moves, starts=starts)
    return parts.built()


def rows_of(network: Network, actor: str) -> Rows:
    """The rows of a machine's table, as they were declared."""
    return Parts.of(network).actor(actor).moves


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
