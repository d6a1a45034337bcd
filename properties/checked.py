"""Properties held against their network when they are loaded: what is written wrongly, or says nothing, is refused.

A verdict on such a property would be a word on nothing: `holds`, since the term is true by itself or its premise never is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from model.notation import Actor, Network
from model.notation.declared import check_rows, refuse_unless_sentence
from model.notation.errors import DeclarationError
from model.notation.network import check_scope
from model.notation.nothing import idle
from model.notation.terms import HOST, events_of, machines_of, speaks_of_a_step
from properties.kinds import Ends, Fact, Independent, Possible, Property, Step, terms_of


def checked(properties: Mapping[str, Property], network: Network) -> dict[str, Property]:
    """The properties, by name, as they are. Raises DeclarationError at one that cannot be meant: where it stands, what is wrong
    with it, what to do."""
    for name, found in properties.items():
        _check_names(name, found, network)
    watching = network.with_observers(observers_of(properties.values(), network))
    for name, found in properties.items():
        _check_observers(name, found, watching)
        _check_terms(name, found, watching)
    return dict(properties)


def observers_of(properties: Iterable[Property], network: Network) -> tuple[Actor, ...]:
    """Every observer that the properties need, one for each name. Raises DeclarationError at two that differ, and at one that
    is called as a machine of the network is."""
    found: dict[str, Actor] = {}
    for one in properties:
        for observer in one.observers:
            known = found.setdefault(observer.name, observer)
            differs = known is not observer and _does(known) != _does(observer)
            if observer.name in network.actors or differs:
                problem = f"{observer.name} is the name of another machine, that of {known.place} or one of the network"
                raise DeclarationError(one.place, problem, "Call the observer something else")
    return tuple(found.values())


def _does(actor: Actor) -> object:
    """What a machine is and does, wherever it was written."""
    rows = [(move.event, move.sources, move.dest, move.when) for move in actor.moves]
    return actor.enum, actor.sort, actor.starts, actor.observer, rows


def _check_names(name: str, found: Property, network: Network) -> None:
    """Whatever a property names is there: requirements, events, faults, machines."""
    what = f"property {name}"
    if name.startswith("-"):
        raise DeclarationError(found.place, f"{what} has a private name", "Call its variable by the property's name")
    refuse_unless_sentence(found.says, found.place, what)
    _check_known(found, what, found.shows, network.known_ids or found.shows, "requirement or reading")
    events = {event for term in terms_of(found) for event in events_of(term)} | events_of(found.witness)
    if isinstance(found, Ends):
        events |= {*found.without}
    if isinstance(found, Independent):
        events |= {*found.events}
        _check_known(found, what, [actor.name for actor in found.of], network.actors, "machine")
    if isinstance(found, Possible):
        _check_known(found, what, found.needs, network.faults, "fault")
    for observer in found.observers:
        events |= {*observer.events}
        if not observer.observer:
            problem = f"{what}: {observer.name} is no observer, it would take part"
            raise DeclarationError(found.place, problem, "Declare it with Actor(..., observer=True)")
    _check_known(found, what, events, network.events, "event")
    own = {observer.name for observer in found.observers}
    machines = {name for term in (*terms_of(found), found.witness) for name in machines_of(term)} - own
    _check_known(found, what, machines, network.actors, "machine, nor one of its observers")
    if isinstance(found, Fact) and not found.constants():
        raise DeclarationError(found.place, f"{what} compares nothing", "Give it constants to compare")


def _check_known(found: Property, what: str, names: Iterable[str], known: Collection[str], kind: str) -> None:
    for name in sorted({name for name in names if name not in known}):
        problem = f"{what}: {name} is no {kind} that there is"
        meant = get_close_matches(name, known, 1, 0.8)
        remedy = f"Write {meant[0]}" if meant else "Use a name that there is"
        raise DeclarationError(found.place, problem, f"{remedy}, or declare it")


def _check_observers(name: str, found: Property, watching: Network) -> None:
    for observer in found.observers:
        for event in observer.events:
            check_rows(watching, watching.events[event], observer)


def _check_terms(name: str, found: Property, watching: Network) -> None:
    """The term and the witness are of the whole network, and each may be true and may be false."""
    terms = [("term", term) for term in terms_of(found)[:1]]
    if not isinstance(found, (Fact, Possible)):
        terms.append(("witness", found.witness))
    for part, term in terms:
        what = f"property {name}"
        check_scope(watching, term, {HOST}, found.place, f"{what}: its {part}")
        if (problem := idle(watching, term)) is not None:
            remedy = "Say what may be broken" if part == "term" else "Name what may happen, and may not"
            raise DeclarationError(found.place, f"{what} says nothing: of its {part}, {problem}", remedy)
    if isinstance(found, Step) and not speaks_of_a_step(found.term):
        problem = f"property {name} is of steps, but its term speaks of states only"
        raise DeclarationError(found.place, problem, "Say it with always(...)")
