"""Overrides: named rules that a version of a network has otherwise than the network it is a version of, each with why and by which
source. They are applied all at once, since a new event is nothing before a machine knows it, and the result is checked as any network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from model.notation.changes import Parts
from model.notation.errors import DeclarationError, Place, caller, refuse_unless_said
from model.notation.events import Event
from model.notation.machines import Actor, Move
from model.notation.network import Network
from model.notation.terms import TRUE, States, Term

OTHER, GONE, NEW = "says something else", "is no more", "is new"


@dataclass(frozen=True)
class Override:
    """One rule that is otherwise. sort: event, machine, fault, or rows (of a machine on an event); name: its name (of rows: machine on
    event); what: OTHER, GONE or NEW; why: in a sentence; source: the ids of what says so; change: does it to the parts of a network,
    LookupError where there is no such rule; fields: what of the rule it says, by the names that events, machines and faults have for it;
    none: the whole."""

    sort: str
    name: str
    what: str
    why: str
    source: str
    place: Place
    change: Callable[[Parts], None]
    fields: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        return f"the override of {self.sort} {self.name}"

    def __post_init__(self) -> None:
        refuse_unless_said(self.why, self.place, f"{self.said}: why")
        refuse_unless_said(self.source, self.place, f"{self.said}: its source")


def overridden(network: Network, overrides: Iterable[Override], ids: Collection[str] = ()) -> Network:
    """The network with all overrides, checked as any. ids: what rules may cite besides. Raises DeclarationError at an override of what
    is not there, at a new rule that is there already, at two that say the same of one rule, and at one that changes nothing: neither of
    what the overrides before it have left, nor of the network."""
    parts, applied = Parts.of(network), list[Override]()
    parts.known_ids |= frozenset(ids) if parts.known_ids else frozenset()
    for one in overrides:
        _refuse_twice(one, applied)
        _refuse_as_it_was(one, network)
        applied.append(one)
        before = _shown(parts)
        try:
            one.change(parts)
        except LookupError as problem:
            said = f"{one.said}: {problem.args[0]}"
            raise DeclarationError(one.place, said, "Name a rule of the network that it is a version of") from None
        if _shown(parts) == before:
            raise DeclarationError(one.place, f"{one.said} changes nothing", _OTHERWISE)
    return parts.built()


_OTHERWISE = "Drop it, or say what is otherwise"


def _refuse_twice(one: Override, before: Iterable[Override]) -> None:
    """Of two overrides that say the same of a rule the second would be the one that counts, and the first a lie."""
    for other in before:
        if (one.sort, one.name) == (other.sort, other.name):
            both = [field for field in one.fields if field in other.fields]
            if both or not one.fields or not other.fields:
                what = f" and its {' and '.join(both)}" if both else ""
                problem = f"{one.said}{what} is there twice, first at {other.place}"
                raise DeclarationError(one.place, problem, "Say it in one of them")


def _refuse_as_it_was(one: Override, network: Network) -> None:
    """What an override says, against the network that it is of, whatever other overrides change. One of a rule that only another
    override brings is held against that."""
    own = Parts.of(network)
    before = _shown(own)
    try:
        one.change(own)
    except LookupError:
        return
    if _shown(own) == before:
        raise DeclarationError(one.place, f"{one.said} changes nothing", _OTHERWISE)
    for field in one.fields:
        was, is_ = (getattr(_thing(one, parts), field) for parts in (Parts.of(network), own))
        if was == is_:
            problem = f"{one.said} says of its {field} what is there already"
            raise DeclarationError(one.place, problem, "Leave that out, or say what is otherwise")


def _thing(one: Override, parts: Parts) -> object:
    things: Mapping[str, Mapping[str, object]] = {
        "event": parts.events,
        "machine": parts.actors,
        "fault": parts.faults,
    }
    return things[one.sort][one.name]


def _shown(parts: Parts) -> object:
    """All that parts say, wherever it was written."""
    actors = [
        (
            one.name,
            [(state.name, state.value) for state in one.enum],
            one.starts,
            one.says,
            [(row.event, row.sources, row.dest, row.when) for row in one.moves],
        )
        for one in parts.actors.values()
    ]
    return actors, list(parts.events.values()), list(parts.faults.values())


def event_is(
    name: str,
    *,
    when: Term | None = None,
    also: Term | None = None,
    only: Term | None = None,
    says: str | None = None,
    by: str | None = None,
    why: str,
    source: str,
) -> Override:
    """An event that is otherwise: its guard (`also`: or this; `only`: and this), its sentence, what it cites. What is not given stays."""

    def change(parts: Parts) -> None:
        old = parts.event(name)
        guard = old.when if when is None else when
        guard = guard if also is None else guard | also
        parts.events[name] = replace(
            old,
            when=guard if only is None else guard & only,
            says=old.says if says is None else says,
            by=old.by if by is None else tuple(by.split()),
            place=place,
        )

    place = caller()
    guard = {"when": when if also is None and only is None else TRUE}
    return Override("event", name, OTHER, why, source, place, change, _given(**guard, says=says, by=by))


def event_gone(name: str, *, why: str, source: str) -> Override:
    """An event that never happens: no machine knows it any more. A fault that has no event left, and silences none, is none."""

    def change(parts: Parts) -> None:
        concerned = {parts.event(name).fault, *(one.name for one in parts.faults.values() if name in one.silences)}
        del parts.events[name]
        for actor in list(parts.actors.values()):
            rows = [row for row in actor.moves if row.event != name]
            if len(rows) < len(actor.moves):
                parts.set_table(actor.name, rows)
        left = {one.fault for one in parts.events.values()}
        for fault in [one for one in parts.faults.values() if one.name in concerned]:
            silences = fault.silences - {name}
            parts.faults[fault.name] = replace(fault, silences=silences)
            if not silences and fault.name not in left:
                del parts.faults[fault.name]

    return Override("event", name, GONE, why, source, caller(), change)


def event_new(events: tuple[Event, ...], *, why: str, source: str) -> Override:
    """An event, or one with the fault in its place, as `event` gives them. Its rows are given to machines by `rows_are`."""

    def change(parts: Parts) -> None:
        for one in events:
            if one.name in parts.events:
                raise LookupError(f"there is an event {one.name} already")
            parts.events[one.name] = one

    return Override("event", events[0].name if events else "", NEW, why, source, caller(), change)


def rows_are(actor: str, event: str, *rows: Move | tuple[Move, ...], why: str, source: str) -> Override:
    """What a machine does on an event, in place of all its rows on it; without any row it no longer takes part."""
    flat = tuple(row for group in rows for row in (group if isinstance(group, tuple) else (group,)))

    def change(parts: Parts) -> None:
        if other := [row.event for row in flat if row.event != event]:
            raise LookupError(f"a row is on {other[0]}")
        old = list(parts.actor(actor).moves)
        first = next((number for number, row in enumerate(old) if row.event == event), len(old))
        kept = [(number, row) for number, row in enumerate(old) if row.event != event]
        before = [row for number, row in kept if number < first]
        parts.set_table(actor, [*before, *flat, *(row for number, row in kept if number > first)])

    return Override("rows", f"{actor} on {event}", OTHER if rows else GONE, why, source, caller(), change)


def machine_is(
    name: str, *, starts: frozenset[States] | States | None = None, says: str | None = None, why: str, source: str
) -> Override:
    """A machine that starts otherwise, or is said to be something else, with the same table."""

    def change(parts: Parts) -> None:
        chosen = frozenset({starts}) if isinstance(starts, States) else starts
        parts.set_table(name, parts.actor(name).moves, starts=chosen, says=says, place=place)

    place = caller()
    return Override("machine", name, OTHER, why, source, place, change, _given(starts=starts, says=says))


def machine_instead(actor: Actor, *, why: str, source: str) -> Override:
    """Another machine in the place of the one of its name, with its own states and table: a reading with another default, say."""

    def change(parts: Parts) -> None:
        parts.actor(actor.name)
        parts.actors[actor.name] = actor

    return Override("machine", actor.name, OTHER, why, source, caller(), change)


def machine_new(actor: Actor, *, why: str, source: str) -> Override:
    """A machine that there was not: a reading, say."""

    def change(parts: Parts) -> None:
        if actor.name in parts.actors:
            raise LookupError(f"there is a machine {actor.name} already")
        parts.actors[actor.name] = actor

    return Override("machine", actor.name, NEW, why, source, caller(), change)


def machine_gone(name: str, *, why: str, source: str) -> Override:
    """A machine that is no more, with its table. That nothing reads it is checked with the whole."""

    def change(parts: Parts) -> None:
        del parts.actors[parts.actor(name).name]

    return Override("machine", name, GONE, why, source, caller(), change)


def fault_is(
    name: str,
    *,
    says: str | None = None,
    duty: str | None = None,
    means: str | None = None,
    why: str,
    source: str,
) -> Override:
    """A fault that is said to be something else, or is somebody else's to prevent."""

    def change(parts: Parts) -> None:
        if name not in parts.faults:
            raise LookupError(f"no fault {name}")
        given = {"says": says, "duty": duty, "means": means}
        said = {key: text for key, text in given.items() if text is not None}
        parts.faults[name] = replace(parts.faults[name], **said)  # type: ignore[arg-type]  # fields by name

    return Override("fault", name, OTHER, why, source, caller(), change, _given(says=says, duty=duty, means=means))


def _given(**fields: object) -> tuple[str, ...]:
    """The names of what is not None."""
    return tuple(name for name, value in fields.items() if value is not None)
