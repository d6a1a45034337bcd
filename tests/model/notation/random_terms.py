"""Random small terms about a house of machines that may be in any state, and their meaning by brute force."""

from collections.abc import Mapping
from functools import cache
from itertools import product

from hypothesis import strategies as st

from model.notation import HOST, Actor, Network, Run, Shape, Sort, Term, build
from model.notation.terms import And, Const, Every, In, Not, Or, Same, Some
from tests.model.notation.house import Mode, Power, Side, bulb, lamp, shade

SORTS = {"host": HOST, "lamp": lamp, "bulb": bulb, "shade": shade}
OWNERS = {"door": "host", "mode": "host", "power": "lamp", "left": "lamp", "glow": "bulb", "tint": "shade"}
STATES = {"door": Side, "mode": Mode, "power": Power, "left": Side, "glow": Power, "tint": Side}
LINEAGE = {
    "host": ("host",),
    "lamp": ("host", "lamp"),
    "bulb": ("host", "lamp", "bulb"),
    "shade": ("host", "lamp", "shade"),
}
BELOW = {
    "host": ("lamp",),
    "lamp": ("bulb", "shade", "lamp"),
    "bulb": ("bulb", "shade", "lamp"),
    "shade": ("bulb", "lamp"),
}

Where = tuple[int, ...]


def free_network() -> Network:
    """Machines that never move and may start anywhere."""
    actors = [Actor(n, STATES[n], of=SORTS[OWNERS[n]], starts=STATES[n], says="Free.") for n in OWNERS]
    return build(actors, ())


def states_of(actor: str) -> list[str]:
    return [state.name for state in STATES[actor]]


def atoms(actors: list[str]) -> st.SearchStrategy[Term]:
    """Terms without parts over these machines."""
    is_in = st.sampled_from(actors).flatmap(
        lambda name: st.builds(In, st.just(name), st.frozensets(st.sampled_from(states_of(name))))
    )
    alike = st.builds(Same, st.sampled_from(actors), st.sampled_from(actors))
    return st.one_of(is_in, is_in, alike, st.builds(Const, st.booleans()))


@cache
def terms(about: str, depth: int = 3, used: frozenset[str] = frozenset()) -> st.SearchStrategy[Term]:
    """Terms about one member: each machine read belongs to a member that is known, and no sort is quantified twice."""
    leaves = atoms([name for name, owner in OWNERS.items() if owner in LINEAGE[about]])
    if depth == 0:
        return leaves
    smaller = st.deferred(lambda: terms(about, depth - 1, used))
    several = st.lists(smaller, max_size=3).map(tuple)
    options = [leaves, st.builds(Not, smaller), st.builds(And, several), st.builds(Or, several)]
    for sort in BELOW[about]:
        if sort not in used:
            body = terms(sort, depth - 1, used | {sort})
            options += [st.builds(kind, st.just(SORTS[sort]), body) for kind in (Every, Some)]
    return st.one_of(options)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run of one to three lamps, each with up to two bulbs and shades, its machines in any state."""
    network = _NETWORK
    few = st.integers(0, 2)
    shapes = draw(st.lists(st.builds(lambda b, s: Shape({"bulb": b, "shade": s}), few, few), min_size=1, max_size=3))
    starts = {key: draw(st.sampled_from(states_of(key[0]))) for key in Run(network, shapes).states()}
    return Run(network, shapes, starts)


_NETWORK = free_network()


def meaning(term: Term, states: Mapping[tuple[str, Where], str], known: Mapping[str, Where]) -> bool:
    """The term's truth, written apart from the notation: `known` names the member of each sort that is spoken of."""

    def state(actor: str) -> str:
        return states[actor, known[OWNERS[actor]]]

    if isinstance(term, Const):
        return term.value
    if isinstance(term, In):
        return any(state(term.actor) == one for one in term.states)
    if isinstance(term, Same):
        return state(term.left) == state(term.right)
    if isinstance(term, Not):
        return meaning(term.body, states, known) is False
    if isinstance(term, And | Or):
        truths = [meaning(part, states, known) for part in term.parts]
        return False not in truths if isinstance(term, And) else True in truths
    assert isinstance(term, Every | Some)
    truths = [meaning(term.body, states, each) for each in _members(term.sort, states, known)]
    return False not in truths if isinstance(term, Every) else True in truths


def _members(sort: Sort, states: Mapping[tuple[str, Where], str], known: Mapping[str, Where]) -> list[dict[str, Where]]:
    """What is known below a quantifier, once for each member that it ranges over."""
    if sort == lamp:
        there = {index for actor, index in states if OWNERS[actor] == "lamp"}
        return [{"host": (), "lamp": index} for index in there]
    owner = known["lamp"]
    there = {index for actor, index in states if OWNERS[actor] == sort.name and index[:1] == owner}
    return [{"host": (), "lamp": owner, sort.name: index} for index in there]


def quantifiers(term: Term) -> set[Term]:
    """The outermost quantified terms."""
    if isinstance(term, Every | Some):
        return {term}
    if isinstance(term, Not):
        return quantifiers(term.body)
    return {found for part in term.parts for found in quantifiers(part)} if isinstance(term, And | Or) else set()


def can_hold(term: Term) -> bool:
    """Whether some states, and some truth of each quantified term, make the term true: every case is tried."""
    bits = sorted(quantifiers(term), key=repr)
    names = [name for name, owner in OWNERS.items() if owner in {"host", "lamp"}]
    for found in product(*(states_of(name) for name in names)):
        states: dict[tuple[str, Where], str] = {(name, ()): state for name, state in zip(names, found, strict=True)}
        for truths in product((False, True), repeat=len(bits)):
            fixed = dict(zip(bits, truths, strict=True))
            if meaning(_replaced(term, fixed), states, {"host": (), "lamp": ()}):
                return True
    return False


def _replaced(term: Term, fixed: Mapping[Term, bool]) -> Term:
    if term in fixed:
        return Const(fixed[term])
    if isinstance(term, Not):
        return Not(_replaced(term.body, fixed))
    if isinstance(term, And | Or):
        return type(term)(tuple(_replaced(part, fixed) for part in term.parts))
    return term
