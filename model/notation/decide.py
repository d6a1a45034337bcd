"""Whether a term can hold at all: what it asks of each machine is narrowed part by part, until nothing is left or nothing is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from model.notation.terms import And, Const, In, Not, Or, Same, Term, children, machines_of

Known = Mapping[object, frozenset[object]]
"""What machines may still be in, by name; and of terms that are taken as they are, whether they hold."""

_EITHER = frozenset({True, False})


def possible(term: Term, states: Mapping[str, Iterable[str]], *, limit: int | None = None) -> bool:
    """Whether some states of the machines make the term true; quantified terms count as free bits.

    Free bits make the answer err on one side only: a term that is called impossible is. So does a limit: after so many
    steps the term is taken for possible.
    """
    found = _Search(states, limit)
    try:
        return any(True for _ in found.ways(term, True, {}))
    except _Enough:
        return True


class _Enough(Exception):
    """The limit is reached."""


FEW = 100
"""Steps after which it is kept what was looked at in vain: most terms take less, and keeping costs more than it saves."""


class _Search:
    """The ways in which terms can be true or false, each as what it leaves of the machines' states."""

    def __init__(self, states: Mapping[str, Iterable[str]], limit: int | None) -> None:
        self.states, self.limit, self.steps = states, limit, 0
        self._in_vain: set[object] = set()
        self._atoms: dict[tuple[Term, ...], frozenset[object]] = {}

    def ways(self, term: Term, wanted: bool, known: Known) -> Iterator[Known]:
        self.steps += 1
        if self.limit is not None and self.steps > self.limit:
            raise _Enough
        match term:
            case Const(value):
                if value == wanted:
                    yield known
            case Not(body):
                yield from self.ways(body, not wanted, known)
            case And(parts) | Or(parts) if isinstance(term, And) == wanted:
                yield from self._all(tuple(sorted(parts, key=_narrows_last)), wanted, known)
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self.ways(part, wanted, known)
            case In(actor, states):
                now = self._now(actor, known)
                yield from _narrowed(known, actor, now & states if wanted else now - states)
            case Same(left, right) if left == right:
                if wanted:
                    yield known
            case Same(left, right):
                for state in self._now(left, known):
                    now = self._now(right, known)
                    for less in _narrowed(known, right, now & {state} if wanted else now - {state}):
                        yield {**less, left: frozenset({state})}
            case _:
                yield from _narrowed(known, term, known.get(term, _EITHER) & {wanted})

    def _now(self, actor: str, known: Known) -> frozenset[object]:
        return known[actor] if actor in known else frozenset(self.states[actor])

    def _all(self, parts: tuple[Term, ...], wanted: bool, known: Known) -> Iterator[Known]:
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
            for least in self._all(others, wanted, less):
                vain = False
                yield least
        if vain and asked is not None:
            self._in_vain.add(asked)

    def _asked(self, parts: tuple[Term, ...], wanted: bool, known: Known) -> object:
        """The question, with nothing that is known of what these parts do not speak of."""
        if parts not in self._atoms:
            self._atoms[parts] = frozenset(name for part in parts for name in _atoms(part))
        return parts, wanted, frozenset((name, known[name]) for name in self._atoms[parts] if name in known)


def _atoms(term: Term) -> frozenset[object]:
    """The machines that a term speaks of, and the terms that are taken as they are."""
    match term:
        case Const():
            return frozenset()
        case Not() | And() | Or():
            return frozenset[object]().union(*map(_atoms, children(term)))
        case In() | Same():
            return frozenset[object](machines_of(term))
        case _:
            return frozenset({term})


def _narrowed(known: Known, what: object, left: frozenset[object]) -> Iterator[Known]:
    if left:
        yield {**known, what: left}


def _narrows_last(term: Term) -> bool:
    """What speaks of one machine is asked first: it leaves least to what comes later."""
    return not isinstance(term.body if isinstance(term, Not) else term, In)
