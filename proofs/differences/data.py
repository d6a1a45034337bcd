"""A network as JSON data, and back. What comes back is built and checked as any network is: nothing is guessed, nothing is executed,
and what is too large, too deep or of another shape is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from model.notation.errors import Place
from model.notation.events import Event, Fault, Scope
from model.notation.machines import Actor, Move
from model.notation.network import Network, build
from model.notation.terms import (
    HOST,
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    States,
    Term,
    Unchanged,
)

DEEPEST = 60
"""Terms within terms."""

MOST = 20_000
"""Things in one list, and letters of one text."""

Data = dict[str, Any]


class DataError(ValueError):
    """The data is no network; the message says what is wrong with it."""


def to_data(network: Network, *, observers: bool = False) -> Data:
    """All of a network, but for its observers, if those are not wanted: they watch for properties only."""
    actors = [one for one in network.actors.values() if observers or not one.observer]
    sorts = [sort for actor in actors for sort in _lineage(actor.sort)]
    sorts += [sort for event in network.events.values() for sort in _lineage(event.scope.sort)]
    return {
        "sorts": [[sort.name, sort.of.name if sort.of else None] for sort in dict.fromkeys(sorts)],
        "machines": [_machine(actor) for actor in actors],
        "events": [_event(event) for event in network.events.values()],
        "faults": [_fault(one) for one in network.faults.values()],
        "at_start": [term_data(term) for term in network.at_start],
        "ids": sorted(network.known_ids),
    }


def _lineage(sort: Sort) -> list[Sort]:
    """The sort after what it is part of."""
    return [*(_lineage(sort.of) if sort.of else []), sort]


def _machine(actor: Actor) -> Data:
    return {
        "name": actor.name,
        "sort": actor.sort.name,
        "states": [[state.name, str(state.value)] for state in actor.enum],
        "starts": list(actor.starts),
        "says": actor.says,
        **({"observer": True} if actor.observer else {}),
        "place": _place(actor.place),
        "rows": [
            {
                "event": row.event,
                "from": None if row.sources is None else [s.name for s in actor.enum if s in row.sources],
                "to": None if row.dest is None else row.dest.name,
                "when": term_data(row.when),
                "place": _place(row.place),
            }
            for row in actor.moves
        ],
    }


def _event(event: Event) -> Data:
    return {
        "name": event.name,
        "sort": event.scope.sort.name,
        "all": event.scope.all,
        "when": term_data(event.when),
        "by": list(event.by),
        "says": event.says,
        "fault": event.fault,
        "fair": event.fair,
        "place": _place(event.place),
    }


def _fault(one: Fault) -> Data:
    return {
        "name": one.name,
        "where": one.where,
        "says": one.says,
        "silences": sorted(one.silences),
        "duty": one.duty,
        "place": _place(one.place),
    }


def _place(place: Place) -> list[Any]:
    return [place.file, place.line]


def term_data(term: Term) -> list[Any]:
    """A term as nested lists, the kind first."""
    match term:
        case Const(value):
            return ["const", value]
        case In(actor, states):
            return ["in", actor, sorted(states)]
        case Same(left, right):
            return ["same", left, right]
        case Not(body):
            return ["not", term_data(body)]
        case And(parts):
            return ["and", *map(term_data, parts)]
        case Or(parts):
            return ["or", *map(term_data, parts)]
        case Every(sort, body):
            return ["every", sort.name, term_data(body)]
        case Some(sort, body):
            return ["some", sort.name, term_data(body)]
        case After(body):
            return ["after", term_data(body)]
        case Unchanged(actor):
            return ["unchanged", actor]
        case Happens(events):
            return ["happens", sorted(events)]
    raise TypeError(term)


def from_data(data: object) -> Network:
    """The network that the data is of. Raises DataError, and DeclarationError where the notation refuses it."""
    whole = _mapping(data, "a network")
    sorts = _sorts(whole)
    actors = [_actor_of(_mapping(one, "a machine"), sorts) for one in _list(whole.get("machines"), "machines")]
    for actor, one in zip(actors, whole["machines"], strict=True):
        rows = [_row_of(_mapping(row, "a row"), actor, sorts) for row in _list(one.get("rows"), "rows")]
        if rows:
            actor.table(*rows)
    return build(
        actors,
        [_event_of(_mapping(one, "an event"), sorts) for one in _list(whole.get("events"), "events")],
        [_fault_of(_mapping(one, "a fault")) for one in _list(whole.get("faults"), "faults")],
        [term_of(one, sorts) for one in _list(whole.get("at_start"), "at_start")],
        [_text(one) for one in _list(whole.get("ids"), "ids")],
    )


def _sorts(whole: Data) -> dict[str, Sort]:
    found: dict[str, Sort] = {}
    for one in _list(whole.get("sorts"), "sorts"):
        name, of = _list(one, "a sort", 2)
        if of is not None and of not in found:
            raise DataError(f"the sort {name!r:.40} is of one that is not there")
        found[_text(name)] = HOST if of is None else Sort(name, found[of])
    return found


def sorts_of(network: Network) -> dict[str, Sort]:
    """The sorts of a network's machines by name, as `term_of` takes them."""
    return {sort.name: sort for actor in network.actors.values() for sort in _lineage(actor.sort)}


def _known(found: Mapping[str, Sort], name: object) -> Sort:
    if not isinstance(name, str) or name not in found:
        raise DataError(f"there is no sort {name!r:.40}")
    return found[name]


def _actor_of(one: Data, sorts: Mapping[str, Sort]) -> Actor:
    pairs = [tuple(map(_text, _list(pair, "a state", 2))) for pair in _list(one.get("states"), "states")]
    if not pairs or len({name for name, _ in pairs}) < len(pairs):
        raise DataError(f"the states of {one.get('name')!r:.40} are none, or two are called the same")
    make = cast(Callable[[str, Sequence[tuple[str, ...]]], type[States]], States)
    enum = make("Read", pairs)
    actor = Actor(
        _text(one.get("name")),
        enum,
        of=_known(sorts, one.get("sort")),
        starts=frozenset(_state(enum, name) for name in _list(one.get("starts"), "starts")),
        says=_text(one.get("says")),
        observer=_flag(one.get("observer", False)),
    )
    actor.place = _place_of(one)
    return actor


def _state(enum: type[States], name: object) -> States:
    if not isinstance(name, str) or name not in enum.__members__:
        raise DataError(f"there is no state {name!r:.40}")
    return enum[name]


def _row_of(one: Data, actor: Actor, sorts: Mapping[str, Sort]) -> Move:
    sources, dest = one.get("from"), one.get("to")
    return Move(
        _text(one.get("event")),
        None if sources is None else frozenset(_state(actor.enum, name) for name in _list(sources, "from")),
        None if dest is None else _state(actor.enum, dest),
        term_of(one.get("when"), sorts),
        _place_of(one),
    )


def _event_of(one: Data, sorts: Mapping[str, Sort]) -> Event:
    fault = one.get("fault")
    return Event(
        _text(one.get("name")),
        Scope(_known(sorts, one.get("sort")), _flag(one.get("all"))),
        term_of(one.get("when"), sorts),
        tuple(map(_text, _list(one.get("by"), "by"))),
        _text(one.get("says")),
        None if fault is None else _text(fault),
        _flag(one.get("fair")),
        _place_of(one),
    )


def _fault_of(one: Data) -> Fault:
    silenced = frozenset(map(_text, _list(one.get("silences"), "silences")))
    return Fault(
        _text(one.get("name")),
        _text(one.get("where")),
        _text(one.get("says")),
        silenced,
        _text(one.get("duty")),
        place=_place_of(one),
    )


def _place_of(one: Data) -> Place:
    file, line = _list(one.get("place"), "a place", 2)
    if not isinstance(line, int):
        raise DataError(f"{line!r:.40} is no line")
    return Place(_text(file), line)


def term_of(data: object, sorts: Mapping[str, Sort], depth: int = 0) -> Term:
    """The term that nested lists are. Raises DataError."""
    if depth > DEEPEST:
        raise DataError(f"a term is deeper than {DEEPEST}")

    def inner(one: object) -> Term:
        return term_of(one, sorts, depth + 1)

    match data:
        case ["const", bool(value)]:
            return Const(value)
        case ["in", str(actor), list(states)] if states:
            return In(actor, frozenset(map(_text, states)))
        case ["same", str(left), str(right)]:
            return Same(left, right)
        case ["not", body]:
            return Not(inner(body))
        case ["and", _, _, *_]:
            return And(tuple(map(inner, data[1:])))
        case ["or", _, _, *_]:
            return Or(tuple(map(inner, data[1:])))
        case ["every", sort, body]:
            return Every(_known(sorts, sort), inner(body))
        case ["some", sort, body]:
            return Some(_known(sorts, sort), inner(body))
        case ["after", body]:
            return After(inner(body))
        case ["unchanged", str(actor)]:
            return Unchanged(actor)
        case ["happens", list(events)] if events:
            return Happens(frozenset(map(_text, events)))
    raise DataError(f"{data!r:.60} is no term")


def _mapping(data: object, what: str) -> Data:
    if not isinstance(data, dict):
        raise DataError(f"{what} is {data!r:.40}")
    return data


def _list(data: object, what: str, length: int | None = None) -> list[Any]:
    if not isinstance(data, list) or len(data) > MOST or (length is not None and len(data) != length):
        raise DataError(f"{what}: {data!r:.40} is no such list")
    return data


def _text(data: object) -> str:
    if not isinstance(data, str) or len(data) > MOST:
        raise DataError(f"{data!r:.40} is no text")
    return data


def _flag(data: object) -> bool:
    if not isinstance(data, bool):
        raise DataError(f"{data!r:.40} is neither true nor false")
    return data
