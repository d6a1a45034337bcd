"""What has to be asserted where: of each event, those parts of the properties that it may break.

A statement about states was asserted of every state before; so after an event only what this may have changed is asserted:
of the VM that moved, if the host's machines that the statement speaks of did not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.notation.decide import possible
from model.notation.terms import (
    FALSE,
    TRUE,
    After,
    And,
    Const,
    Every,
    Happens,
    Not,
    Or,
    Some,
    Term,
    Unchanged,
    all_of,
    any_of,
    every,
    machines_of,
    rebuilt,
    some,
    walk,
)
from proofs.export.promela_events import Happening
from proofs.export.promela_terms import OfOthers, Reach, Vocabulary, settle
from proofs.world.terms import of_event
from properties.kinds import Always, Property, Step


@dataclass(frozen=True)
class Check:
    """What is asserted. of_states: it speaks of the states after the event; else of both, or, if `early`, of those before."""

    property: str
    term: Term
    of_states: bool
    early: bool = False


def checks(vocabulary: Vocabulary, happening: Happening, properties: Sequence[Property]) -> Iterator[Check]:
    """What is asserted where an event happens."""
    for found in properties:
        if isinstance(found, Always):
            term = _of_states(vocabulary, happening, vocabulary.said(found.term))
            if term != TRUE:
                yield Check(found.name, term, of_states=True)
        elif isinstance(found, Step):
            term = _of_step(vocabulary, happening, found.term)
            if term != TRUE:
                early = not any(isinstance(part, (After, Unchanged)) for part in _walk(term))
                yield Check(found.name, term, of_states=False, early=early)


def reads_before(term: Term) -> frozenset[str]:
    """The machines whose state before the step decides."""
    match term:
        case After():
            return frozenset()
        case Not(body) | Every(_, body) | Some(_, body) | OfOthers(_, body):
            return reads_before(body)
        case And(parts) | Or(parts):
            return frozenset[str]().union(*map(reads_before, parts))
        case _:
            return machines_of(term)


def _walk(term: Term) -> Iterator[Term]:
    for part in walk(term):
        yield part
        if isinstance(part, OfOthers):
            yield from _walk(part.body)


# -- states -----------------------------------------------------------------------------------------------------------


def _of_states(vocabulary: Vocabulary, happening: Happening, term: Term) -> Term:
    """What is left of a statement that held before the event."""
    parts = term.parts if isinstance(term, And) else (term,)
    left = [part for part in parts if machines_of(part) & happening.moved]
    return all_of(*(_of_mover(vocabulary, happening, part) for part in left))


def _of_mover(vocabulary: Vocabulary, happening: Happening, whole: Term) -> Term:
    """A statement about every VM, said of the one that moved, if that is enough."""
    term = settle(whole, _host_only(vocabulary, happening.after))
    moved_host = {name for name in happening.moved if vocabulary.variables[name].of_host}
    if not happening.of_one or machines_of(whole) & moved_host:
        return term
    parts = term.parts if isinstance(term, Or) else (term,)
    of_vms = [part for part in parts if any(isinstance(p, (Every, Some)) for p in walk(part))]
    rest = any_of(*(part for part in parts if part not in of_vms))
    if len(of_vms) != 1:
        return term
    match of_vms[0]:
        case Every(_, body):
            said = body
        case Not(Some(_, body)):
            said = ~body
        case _:
            return term
    return any_of(rest, settle(said, happening.after))


def _host_only(vocabulary: Vocabulary, known: Reach) -> Reach:
    return {
        name: states if name in vocabulary.compiled.host_vars.at else vocabulary.reach[name]
        for name, states in known.items()
    }


# -- steps ------------------------------------------------------------------------------------------------------------


def _of_step(vocabulary: Vocabulary, happening: Happening, term: Term) -> Term:
    """What is left of a statement about steps for this event."""
    said = vocabulary.said(of_event(vocabulary.world, term, happening.event))
    known = _Known(vocabulary, happening)
    found = known.of_whole(said)
    return found if possible(~found, vocabulary.reach) else TRUE


class _Known:
    """What is known of a step, used to fold what is said of it."""

    def __init__(self, vocabulary: Vocabulary, happening: Happening) -> None:
        self.vocabulary, self.happening = vocabulary, happening
        host_before, host_after = (_host_only(vocabulary, known) for known in (happening.before, happening.after))
        self.of_anyone = (host_before, host_after)
        self.of_mover = (happening.before, happening.after)
        if not happening.of_one:
            self.of_anyone = self.of_mover

    def of_whole(self, term: Term) -> Term:
        """A closed term: if the event is of one VM, what is said of VMs is said of this one and of the others."""
        match term:
            case Every(sort, body):
                if not self.happening.of_one:
                    return every(sort, self._folded(body, *self.of_anyone, moves_vms=True))
                return self._here(body) & _others(True, self._there(body))
            case Some(sort, body):
                if not self.happening.of_one:
                    return some(sort, self._folded(body, *self.of_anyone, moves_vms=True))
                return self._here(body) | _others(False, self._there(body))
            case Not() | And() | Or():
                return rebuilt(term, self.of_whole)
            case After(body) if any(isinstance(part, (Every, Some)) for part in walk(body)):
                return self.of_whole(_pushed(body))
            case _:
                return self._folded(term, *self.of_mover, moves_vms=True)

    def _here(self, body: Term) -> Term:
        return self._folded(body, *self.of_mover, moves_vms=True)

    def _there(self, body: Term) -> Term:
        found = self._folded(body, *self.of_anyone, moves_vms=False)
        return found if possible(~found, self.vocabulary.reach) else TRUE

    def _folded(self, term: Term, before: Reach, after: Reach, *, moves_vms: bool) -> Term:
        """A term said of a VM, or of the host: what the step cannot change, and what it surely does, is decided."""

        def again(inner: Term) -> Term:
            return self._folded(inner, before, after, moves_vms=moves_vms)

        match term:
            case Not() | And() | Or():
                return rebuilt(term, again)
            case Happens(events):
                return Const(moves_vms and self.happening.event.name in events)
            case After(Not() | And() | Or() as said):
                return rebuilt(said, lambda part: again(After(part)))
            case After(body):
                found = settle(body, after)
                if isinstance(found, Const) or not any(self._moves(name, moves_vms) for name in machines_of(found)):
                    return settle(found, before)
                return After(found)
            case Unchanged(name):
                if not self._moves(name, moves_vms):
                    return TRUE
                return term if before[name] & after[name] else FALSE
            case _:
                return settle(term, before)

    def _moves(self, name: str, moves_vms: bool) -> bool:
        return name in self.happening.moved and (moves_vms or name in self.vocabulary.compiled.host_vars.at)


def _pushed(term: Term) -> Term:
    """A statement about the states afterwards, with `After` inside the quantifiers."""
    match term:
        case Every(sort, body):
            return Every(sort, After(body))
        case Some(sort, body):
            return Some(sort, After(body))
        case Not() | And() | Or():
            return rebuilt(term, _pushed)
        case _:
            return After(term)


def _others(every_one: bool, body: Term) -> Term:
    return body if body == Const(every_one) else OfOthers(every_one, body)
