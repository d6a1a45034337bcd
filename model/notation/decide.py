"""Whether a term can hold at all: what it asks of each machine is narrowed part by part, until nothing is left or nothing is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from model.notation.terms import And, Const, In, Not, Or, Same, Term, children

Known = Mapping[object, frozenset[object]]
"""What machines may still be in, by name; and of terms that are taken as they are, whether they hold."""

_EITHER = frozenset({True, False})


def possible(term: Term, states: Mapping[str, Iterable[str]], *, limit: int | None = None) -> bool:
    """Whether some states of the machines make the term true; quantified terms count as free bits.

    Free bits make the answer err on one side only: a term that is called impossible is. So does a limit: after so many
    steps the term is taken for possible.
    """
    return Search(states, limit).finds(term)


class _Enough(Exception):
    """The limit is reached."""


FEW = 100
"""Steps after which it is kept what was looked at in vain: most terms take less, and keeping costs more than it saves."""

Said = tuple[Term, object, object]
"""A term; of whom it is said, where that makes a difference; and who has to be there, or nothing is said (None: who is there anyway)."""


class Search:
    """The ways in which terms can be true or false, each as what it leaves of the machines' states. Said of nobody in particular; who
    speaks of members, and of steps, says what their machines are called (`name`), and what quantified terms and terms about steps say
    (`more_ways`, `more_atoms`)."""

    def __init__(self, states: Mapping[str, Iterable[str]], limit: int | None) -> None:
        self.states, self.limit, self.steps = states, limit, 0
        self._in_vain: set[object] = set()
        self._atoms: dict[tuple[Said, ...], frozenset[object]] = {}

    def finds(self, term: Term, of: object = None) -> bool:
        """Whether there is any way in which the term is true, or it takes too many steps to tell."""
        try:
            return any(True for _ in self.ways((term, of, None), True, {}))
        except _Enough:
            return True

    def ways(self, said: Said, wanted: bool, known: Known) -> Iterator[Known]:
        """What is left of the machines' states, for each way in which it is as wanted."""
        self.steps += 1
        if self.limit is not None and self.steps > self.limit:
            raise _Enough
        term, of, there = said
        if there is not None:
            yield from self.ways_of_one(said, wanted, known)
            return
        match term:
            case Const(value):
                if value == wanted:
                    yield known
            case Not(body):
                yield from self.ways((body, of, None), not wanted, known)
            case And(parts) | Or(parts) if isinstance(term, And) == wanted:
                yield from self.all(tuple((part, of, None) for part in sorted(parts, key=_narrows_last)), wanted, known)
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self.ways((part, of, None), wanted, known)
            case In(actor, states):
                name = self.name(actor, of)
                now = self.now(name, known)
                yield from narrowed(known, name, now & states if wanted else now - states)
            case Same(left, right):
                yield from self.same(self.name(left, of), self.name(right, of), wanted, known)
            case _:
                yield from self.more_ways(term, of, wanted, known)

    def same(self, left: object, right: object, wanted: bool, known: Known) -> Iterator[Known]:
        """The ways in which two machines are in states of one name, or not."""
        if left == right:
            if wanted:
                yield known
            return
        for state in self.now(left, known):
            now = self.now(right, known)
            for less in narrowed(known, right, now & {state} if wanted else now - {state}):
                yield {**less, left: frozenset({state})}

    def now(self, name: object, known: Known) -> frozenset[object]:
        """The states in which a machine may still be."""
        return known[name] if name in known else frozenset(self.states_of(name))

    def all(self, parts: tuple[Said, ...], wanted: bool, known: Known) -> Iterator[Known]:
        """The ways in which all of them are as wanted."""
        if not parts:
            yield known
            return
        first, others = parts[0], parts[1:]
        asked = self._asked(parts, wanted, known) if self.steps > FEW else None
        if asked in self._in_vain:
            return
        vain = True
        for less in self.ways(first, wanted, known):
            for least in self.all(others, wanted, less):
                vain = False
                yield least
        if vain and asked is not None:
            self._in_vain.add(asked)

    def _asked(self, parts: tuple[Said, ...], wanted: bool, known: Known) -> object:
        """The question, with nothing that is known of what these parts do not speak of."""
        if parts not in self._atoms:
            self._atoms[parts] = frozenset(name for part in parts for name in self.atoms(part))
        return parts, wanted, frozenset((name, known[name]) for name in self._atoms[parts] if name in known)

    def atoms(self, said: Said) -> frozenset[object]:
        """The machines that a term speaks of, and the terms that are taken as they are."""
        term, of, there = said
        if there is not None:
            return self.atoms((term, of, None)) | {there}
        match term:
            case Const():
                return frozenset()
            case Not() | And() | Or():
                return frozenset[object]().union(*(self.atoms((part, of, None)) for part in children(term)))
            case In(actor, _):
                return frozenset({self.name(actor, of)})
            case Same(left, right):
                return frozenset({self.name(left, of), self.name(right, of)})
            case _:
                return self.more_atoms(term, of)

    # -- what is otherwise where it makes a difference of whom a term is said --

    def name(self, actor: str, of: object) -> object:
        """What a machine is called."""
        return actor

    def states_of(self, name: object) -> Iterable[object]:
        """The states of a machine that is called so."""
        return self.states[str(name)]

    def ways_of_one(self, said: Said, wanted: bool, known: Known) -> Iterator[Known]:
        """The ways in which a term is as wanted of one who may be there."""
        raise AssertionError(f"{said} is said of nobody")

    def more_ways(self, term: Term, of: object, wanted: bool, known: Known) -> Iterator[Known]:
        """The ways in which a quantified term, or one about a step, is as wanted: it is a free bit."""
        yield from narrowed(known, term, known.get(term, _EITHER) & {wanted})

    def more_atoms(self, term: Term, of: object) -> frozenset[object]:
        """What such a term speaks of."""
        return frozenset({term})


def narrowed(known: Known, what: object, left: frozenset[object]) -> Iterator[Known]:
    """What is known, and that this is left of one machine; nothing, if nothing is."""
    if left:
        yield {**known, what: left}


def _narrows_last(term: Term) -> bool:
    """What speaks of one machine is asked first: it leaves least to what comes later."""
    return not isinstance(term.body if isinstance(term, Not) else term, In)
