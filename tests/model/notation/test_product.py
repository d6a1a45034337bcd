"""Independence as a promise about two runs: small networks that depend on a machine in one way each, and ones that do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

import proofs.verdicts.check
from model.actors.child import ChildWriters, child_writers
from model.notation import (
    FALSE,
    HOST,
    TRUE,
    Actor,
    DeclarationError,
    Event,
    Network,
    Run,
    Shape,
    Sort,
    States,
    Term,
    all_,
    build,
    event,
    every,
    on,
    some,
    stays,
)
from model.notation.changes import with_event
from model.notation.network import check_scope
from model.notation.product import differs, in_one_run_alone, in_the_other_run, in_the_other_run_alone, two_runs
from model.notation.terms import machines_of
from model.protocol import PROTOCOL
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.world.parts import ONE_OF_EACH
from proofs.world.scope import Scope
from properties.kinds import always, fired, independent
from properties.promises.images import roll_back_independent_of_child_writers as promise
from tests.helpers.networks.tiny import named

crew = Sort("crew", of=HOST)
tool = Sort("tool", of=crew)
BARE, EQUIPPED = Shape({}), Shape({"tool": 1})
A_B = ("A", "B")


class Mood(States):
    A = "one"
    B = "the other"


class Work(States):
    WAITING = "waiting"
    BUSY = "busy"
    DONE = "done"


W = Work


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)


def happening(name: str, at: Sort = crew, when: Term = TRUE, *, of_all: bool = False) -> tuple[Event, ...]:
    return event(name, at=all_(at) if of_all else at, by="T-1", says="It happens.", when=when)


def machine(name: str, states: type[States], *starts: States, of: Sort = crew, observer: bool = False) -> Actor:
    return Actor(
        name, states, of=of, starts=frozenset(starts) if starts else states, says="One machine.", observer=observer
    )


def mood(*starts: States, of: Sort = crew) -> Actor:
    """The machine in question: it turns by itself."""
    return machine("mood", Mood, *starts, of=of).table(on("turn", Mood.A, Mood.B), on("turn", Mood.B, Mood.A))


def verdict(network: Network, *, of: str = "mood", go: str = "go", vms: int = 2, shape: Shape = BARE) -> Verdict:
    term = ~differs(network, (of,), (go,))
    promised = always("It does not depend on it.", term, shows="T-1", witness=fired(go))
    scope = Scope(vms=vms, shapes=(shape,))
    (found,) = check(BASE, scope=scope, network=two_runs(network, (of,)), properties=named(it=promised))
    return found


def by_pairs(network: Network, of: Actor, *, vms: int = 2, shape: Shape = BARE) -> str:
    """The verdict of the comparison of all reachable states with one another."""
    promised = independent("It does not depend on it.", (of,), ("go",), shows="T-1", witness=fired("go"))
    scope = Scope(vms=vms, shapes=(shape,))
    (found,) = check(BASE, scope=scope, network=network, properties=named(it=promised))
    return found.verdict


# -- independent, and dependent in each way --------------------------------------------------------------------------------


def test_independent_although_the_machine_moves() -> None:
    turning = mood()
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE), on("rest", W.DONE, W.WAITING))
    network = build([turning, work], (*happening("go"), *happening("turn"), *happening("rest")))
    assert differs(network, ("mood",), ("go",)) == FALSE
    assert verdict(network).verdict == by_pairs(network, turning) == HOLDS


def test_independent_although_the_machine_is_read() -> None:
    """The row reads the machine, and does the same in both cases."""
    turning = mood()
    work = machine("work", Work, W.WAITING).table(
        on("go", W.WAITING, W.DONE, when=turning.is_(Mood.A)), on("go", W.WAITING, W.DONE, when=turning.is_(Mood.B))
    )
    network = build([turning, work], (*happening("go"), *happening("turn")))
    assert differs(network, ("mood",), ("go",)) != FALSE
    assert verdict(network).verdict == by_pairs(network, turning) == HOLDS


@pytest.mark.parametrize("of", [crew, HOST, tool])
def test_dependent_by_the_events_guard(of: Sort) -> None:
    turning = mood(of=of)
    unhappy = turning.is_(Mood.B)
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE))
    network = build(
        [turning, work],
        (*happening("go", when=~some(tool, unhappy) if of == tool else ~unhappy), *happening("turn", of)),
    )
    assert verdict(network, shape=EQUIPPED).verdict == REFUTED


def test_dependent_on_some_other_member() -> None:
    """The guard of an event of one member reads all of them: nothing is quantified twice in the term."""
    turning = mood()
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE))
    happy = every(crew, turning.is_(Mood.A))
    network = build([turning, work], (*happening("go", when=happy), *happening("turn")))
    check_scope(two_runs(network, ("mood",)), differs(network, ("mood",), ("go",)), {HOST}, None, "differs")
    assert verdict(network).verdict == REFUTED


@pytest.mark.parametrize(("dest", "expected"), [(W.BUSY, REFUTED), (W.DONE, HOLDS)])
def test_dependent_by_a_row_of_a_shared_machine(dest: Work, expected: str) -> None:
    """It goes elsewhere in the other run."""
    turning = mood()
    happy = turning.is_(Mood.A)
    work = machine("work", Work, W.WAITING).table(
        on("go", W.WAITING, W.DONE, when=happy), on("go", W.WAITING, dest, when=~happy)
    )
    network = build([turning, work], (*happening("go"), *happening("turn")))
    assert verdict(network).verdict == by_pairs(network, turning) == expected


@pytest.mark.parametrize("of_all", [False, True])
@pytest.mark.parametrize("of", [crew, tool])
def test_dependent_by_a_row_that_gives_way_to_staying(of: Sort, of_all: bool) -> None:
    """It goes somewhere in one run, and stays in the other; of one member or of all, the member's machine or a part's."""
    turning = mood()
    work = machine("work", Work, W.WAITING, of=of).table(
        on("go", W.WAITING, W.DONE, when=turning.is_(Mood.A)), stays("go")
    )
    clock = machine("clock", Mood, Mood.A, of=HOST).table(on("go", Mood.A, Mood.B))
    network = build([turning, work, clock], (*happening("go", of_all=of_all), *happening("turn")))
    assert verdict(network, shape=EQUIPPED).verdict == REFUTED


@pytest.mark.parametrize(("blocking", "expected"), [(True, REFUTED), (False, HOLDS)])
def test_dependent_since_the_machine_takes_part_and_can_block(blocking: bool, expected: str) -> None:
    turning = machine("mood", Mood).table(
        on("turn", Mood.A, Mood.B), on("go", Mood.A, Mood.B), () if blocking else stays("go")
    )
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE))
    network = build([turning, work], (*happening("go"), *happening("turn")))
    assert verdict(network).verdict == by_pairs(network, turning) == expected


def test_dependent_of_an_event_at_a_part() -> None:
    turning = mood()
    work = machine("work", Work, W.WAITING, of=tool).table(on("go", W.WAITING, W.DONE, when=turning.is_(Mood.A)))
    network = build([turning, work], (*happening("go", tool), *happening("turn")))
    assert verdict(network, shape=EQUIPPED).verdict == REFUTED
    assert verdict(network, shape=BARE).verdict == NOT_EXERCISED


@pytest.mark.parametrize(("first", "expected"), [(W.WAITING, REFUTED), (W.DONE, HOLDS)])
def test_dependent_only_if_a_state_is_reachable(first: Work, expected: str) -> None:
    """The machine is read only once the work is done, and the event is no longer possible then: one conjunct decides."""
    turning = mood()
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE), on("try", W.WAITING, W.WAITING))
    when = turning.is_(Mood.A) | ~work.is_(first)
    network = build([turning, work], (*happening("go", when=when), *happening("turn"), *happening("try")))
    assert differs(network, ("mood",), ("go",)) != FALSE
    assert verdict(network).verdict == by_pairs(network, turning) == expected


@pytest.mark.parametrize(("tuned", "expected"), [(True, HOLDS), (False, REFUTED)])
def test_dependent_only_if_a_difference_is_reachable(tuned: bool, expected: str) -> None:
    """The shared machine goes on only where both twins have come to the same state; else a difference is left."""
    turning = machine("mood", Mood).table(on("tune", Mood.A | Mood.B, Mood.A))
    work = machine("work", Work, W.WAITING).table(
        on("tune" if tuned else "idle", W.WAITING, W.BUSY), on("go", W.BUSY, W.DONE, when=turning.is_(Mood.A))
    )
    network = build([turning, work], (*happening("go"), *happening("tune"), *(() if tuned else happening("idle"))))
    assert verdict(network).verdict == by_pairs(network, turning) == expected


# -- what the product is ------------------------------------------------------------------------------------------------


def test_twins_that_start_alike_may_part() -> None:
    """Both runs taking the same events only, nothing would be seen to depend on a machine with one start."""
    turning = mood(Mood.A)
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE))
    network = build([turning, work], (*happening("go", when=turning.is_(Mood.A)), *happening("turn")))
    found = verdict(network)
    assert (found.verdict, found.length) == (REFUTED, 1)
    assert found.run is not None
    assert found.run.steps[0][0] in {in_one_run_alone("turn"), in_the_other_run_alone("turn")}


@pytest.mark.parametrize("sees", [False, True])
def test_an_event_of_one_run_alone_leaves_what_is_shared_where_it_is(sees: bool) -> None:
    """If a shared machine notices the turn, the runs differ in more than the machine in question; if it stays, they do not."""
    turning = mood(Mood.A)
    work = machine("work", Work, W.WAITING).table(
        on("turn", W.WAITING, W.BUSY if sees else W.WAITING), on("go", W.WAITING, W.DONE), stays("turn")
    )
    network = build([turning, work], (*happening("go", when=turning.is_(Mood.A)), *happening("turn")))
    product = two_runs(network, ("mood",))
    run = Run(product, [BARE])
    assert (run.why_not(in_one_run_alone("turn"), (0,)) is None) is not sees
    run.fire("turn", (0,))
    assert run.state("mood", (0,)) == run.state(in_the_other_run("mood"), (0,)) == "B"
    assert verdict(network).verdict == by_pairs(network, turning) == (HOLDS if sees else REFUTED)


def test_no_step_on_whose_outcome_the_runs_disagree() -> None:
    """Beyond it nothing is compared: what else depends on it is another question."""
    turning = machine("mood", Mood)
    work = machine("work", Work, W.WAITING).table(
        on("pick", W.WAITING, W.BUSY, when=turning.is_(Mood.A)), stays("pick"), on("go", W.BUSY, W.DONE)
    )
    network = build([turning, work], (*happening("pick"), *happening("go")))
    twin = in_the_other_run("mood")
    apart = Run(two_runs(network, ("mood",)), [BARE], {("mood", (0,)): "A", (twin, (0,)): "B"})
    together = Run(two_runs(network, ("mood",)), [BARE], {("mood", (0,)): "A", (twin, (0,)): "A"})
    assert apart.why_not("pick", (0,)) is not None
    assert together.why_not("pick", (0,)) is None
    assert verdict(network).verdict == by_pairs(network, turning) == HOLDS
    assert verdict(network, go="pick").verdict == REFUTED


def test_each_run_has_its_own_observers() -> None:
    turning = mood(Mood.A)
    seen = machine("seen", Mood, Mood.A, observer=True).table(on("turn", Mood.A, Mood.B), stays("turn"))
    idea = machine("idea", Mood, Mood.A, observer=True).table(
        on("go", Mood.A, Mood.B, when=seen.is_(Mood.B)), stays("go")
    )
    work = machine("work", Work, W.WAITING).table(on("go", W.WAITING, W.DONE))
    network = build([turning, seen, idea, work], (*happening("go"), *happening("turn")))
    run = Run(two_runs(network, ("mood",)), [BARE])
    run.fire(in_the_other_run_alone("turn"), (0,))
    run.fire("go", (0,))
    for name in ("mood", "seen", "idea"):
        assert (run.state(name, (0,)), run.state(in_the_other_run(name), (0,))) == A_B


def test_what_holds_at_the_start_holds_in_both_runs() -> None:
    turning = mood()
    work = machine("work", Work, W.WAITING, W.DONE).table(on("go", W.WAITING, W.DONE))
    events = (*happening("go", when=turning.is_(Mood.A)), *happening("turn"))
    network = build([turning, work], events, (), [turning.is_(Mood.A) | work.is_(W.DONE)])
    with pytest.raises(ValueError, match="in the other run is a"):
        Run(two_runs(network, ("mood",)), [BARE], {(in_the_other_run("mood"), (0,)): "B"})


Index = tuple[int, ...]
Starts = dict[tuple[str, Index], str]
BELOW = {HOST: (crew,), crew: (tool,), tool: ()}


def a_term(random: Random, actors: Sequence[Actor], bound: Sequence[Sort], depth: int = 2) -> Term:
    """A term about machines of the sorts that are bound, and under quantifiers about those of others."""
    unbound = [sort for sort in (crew, tool) if sort not in bound and sort.of in bound]
    kind = random.randrange(5) if depth else 0
    if kind == 0 or (kind == 4 and not unbound):
        return random.choice([a for a in actors if a.sort in bound]).is_(random.choice(list(Mood)))
    if kind == 4:
        quantified = random.choice(unbound)
        body = a_term(random, actors, [*bound, quantified], depth - 1)
        return random.choice([every, some])(quantified, body)
    one, two = (a_term(random, actors, bound, depth - 1) for _ in range(2))
    return {1: one & two, 2: one | two, 3: ~one}[kind]


def a_network(random: Random) -> Network:
    """Four machines and one event: of any scope, with any guard; who takes part, and how, is left to chance."""
    sorts = {"host": HOST, "one": crew, "two": crew, "part": tool}
    actors = {name: machine(name, Mood, of=sort) for name, sort in sorts.items()}
    scope, of_all = random.choice([(HOST, False), (crew, False), (crew, True), (tool, False)])
    lineage = {HOST: [HOST], crew: [crew, HOST], tool: [tool, crew, HOST]}
    reached = lineage[crew if of_all else scope]
    for actor in actors.values():
        if actor.sort not in (*reached, *(BELOW[scope] if scope != HOST else ())) or random.random() < 0.2:
            continue
        read = lineage[scope if actor.sort == HOST and not of_all else actor.sort]
        rows = []
        for state in Mood:
            when = a_term(random, list(actors.values()), read)
            rows.append(on("go", state, random.choice(list(Mood)), when=when))
            if random.random() < 0.5:
                rows.append(on("go", state, random.choice(list(Mood)), when=~when))
        waits = not (actor.sort != HOST if of_all else actor.sort in BELOW[scope])
        actor.table(*rows, () if waits and random.random() < 0.5 else stays("go"))
    when = a_term(random, list(actors.values()), [HOST] if of_all else lineage[scope])
    idle = machine("idle", Mood, of=HOST).table(on("go", Mood.A | Mood.B, Mood.B))
    return build(
        [*actors.values(), idle], happening("go", scope, when if random.random() < 0.5 else TRUE, of_all=of_all)
    )


def of_each(both: Run, of: str) -> tuple[Starts, Starts]:
    """The states of each of the two runs."""
    twin = in_the_other_run(of)
    one = {key: state for key, state in both.states().items() if key[0] != twin}
    return one, {(name, at): both.state(twin if name == of else name, at) for name, at in one}


def step_of(network: Network, starts: Starts, at: Index, shapes: Sequence[Shape]) -> Starts | None:
    """The states after the event; None if it cannot happen."""
    run = Run(network, shapes, starts)
    if run.why_not("go", at) is not None:
        return None
    run.fire("go", at)
    return run.states()


@pytest.mark.parametrize("seed", range(6))
def test_the_product_and_the_term_say_what_two_runs_show(seed: int) -> None:
    """Networks, and states of theirs, by chance: the event happens in each run by itself, and what comes out is compared."""
    random, seen = Random(seed), Counter[str]()
    shapes = [Shape({"tool": 1}), Shape({"tool": random.randrange(3)})]
    for _ in range(25):
        network = a_network(random)
        of = random.choice(["host", "one", "two", "part"])
        product, term, go = two_runs(network, (of,)), differs(network, (of,), ("go",)), network.events["go"]
        first = Run(product, shapes)
        for _ in range(12):
            both = {key: random.choice(A_B) for key in first.states()}
            starts = of_each(Run(product, shapes, both), of)
            expected = False
            for at in [()] if go.scope.all else first.members(go.scope.sort):
                one, other = (step_of(network, start, at, shapes) for start in starts)
                alike = one is not None and other is not None
                agreed = alike and shared(one, of) == shared(other, of)
                expected |= (one is None) != (other is None) or (alike and not agreed)
                run = Run(product, shapes, both)
                assert (run.why_not("go", at) is None) is agreed
                if agreed:
                    run.fire("go", at)
                    assert of_each(run, of) == (one, other)
                if in_one_run_alone("go") not in product.events:
                    continue
                for k, name in enumerate((in_one_run_alone("go"), in_the_other_run_alone("go"))):
                    run, after = Run(product, shapes, both), (one, other)[k]
                    allowed = after is not None and shared(after, of) == shared(starts[k], of)
                    assert (run.why_not(name, at) is None) is allowed
                    seen["alone"] += allowed
                    if allowed:
                        run.fire(name, at)
                        assert of_each(run, of) == ((after, starts[1]) if k == 0 else (starts[0], after))
            assert Run(product, shapes, both).holds(term) is expected
            seen["differs" if expected else "does not"] += 1
    assert min(seen["differs"], seen["does not"], seen["alone"]) > 10


def shared(states: Starts | None, of: str) -> Starts:
    return {key: state for key, state in (states or {}).items() if key[0] != of}


def test_the_network_is_left_as_it_was() -> None:
    tables, events = {name: actor.moves for name, actor in PROTOCOL.actors.items()}, dict(PROTOCOL.events)
    two_runs(PROTOCOL, ("power", "doing"))
    assert {name: actor.moves for name, actor in PROTOCOL.actors.items()} == tables
    assert dict(PROTOCOL.events) == events


@pytest.mark.parametrize("name", sorted(PROTOCOL.actors))
def test_any_machine_of_the_protocol_can_be_asked_about(name: str) -> None:
    """The product passes the network's checks, and the term says of whom it speaks."""
    product = two_runs(PROTOCOL, (name,))
    term = differs(PROTOCOL, (name,), tuple(PROTOCOL.events))
    check_scope(product, term, {HOST}, None, name)
    assert machines_of(term) <= product.actors.keys()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(LookupError, match="no machine nobody"):
        two_runs(PROTOCOL, ("nobody",))
    with pytest.raises(LookupError, match="no event nothing"):
        differs(PROTOCOL, ("power",), ("nothing",))
    with pytest.raises(DeclarationError, match="declared twice"):
        two_runs(two_runs(PROTOCOL, ("power",)), ("power",))


# -- the protocol -------------------------------------------------------------------------------------------------------

OF = tuple(actor.name for actor in promise.of)


def kept(network: Network, vms: int) -> Verdict:
    said = always(promise.says, ~differs(network, OF, promise.events), shows="BAK-11", witness=promise.witness)
    scope = Scope(vms=vms, shapes=(ONE_OF_EACH,))
    (found,) = check(BASE, scope=scope, network=two_runs(network, OF), properties=named(it=said))
    return found


def test_roll_back_does_not_depend_on_the_childs_writers() -> None:
    """Nothing that matters to it reads them."""
    assert OF == ("child_writers",)
    assert differs(PROTOCOL, OF, promise.events) == FALSE
    assert kept(PROTOCOL, 2).verdict == HOLDS


def test_roll_back_that_depends_on_the_childs_writers_is_found() -> None:
    when = PROTOCOL.events["image_rolled_back"].when & ~child_writers.is_(ChildWriters.ABSENT)
    found = kept(with_event(PROTOCOL, "image_rolled_back", when=when), 1)
    assert found.verdict == REFUTED
    assert found.length == 22
