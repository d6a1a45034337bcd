"""The diagram of a closed set says of every state of the host and one VM whether it is a view, or alike to one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from itertools import product

import pytest
import z3

from model.notation import HOST, Actor, Network, States, build
from model.notation.changes import with_event
from proofs.solvers.diagram import Formula, diagram, diagram_of
from proofs.solvers.symbolic import Symbolic
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed, closed_groups
from proofs.views.saturation import Views, saturate
from proofs.world.compiled import Compiled
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from tests.helpers.networks.tiny import EVENTS, FAULTS, HARBOUR, NO_OARS, ONE_OAR, boat, open_
from tests.helpers.networks.whole import compiled_whole

STORM = Column(frozenset({"storm"}))
State = tuple[tuple[str, str], ...]
"""The host's machines and those of one VM, each with its state."""


class Hull(States):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    WHITE = "white"


class Flag(States):
    UP = "up"
    DOWN = "down"


hull = Actor("hull", Hull, of=boat, starts=Hull, says="The colour of the boat, which nobody changes.")
flag = Actor("flag", Flag, of=boat, starts=Flag, says="Whether the boat has a flag.")


def painted() -> Network:
    """The harbour, where red boats stay in unless they fly a flag; green, blue and white ones are alike."""
    actors = [actor for actor in (*HARBOUR.actors.values(), hull, flag) if actor.sort in {HOST, boat}]
    network = build(actors, [event for event in EVENTS if event.name != "oar_left"], FAULTS)
    return with_event(network, "boat_leaves", when=open_ & (~hull.is_(Hull.RED) | flag.is_(Flag.UP)))


class Said:
    """What a diagram says of states."""

    def __init__(self, views: Views, *, then: bool = False) -> None:
        self.symbolic, self.then = Symbolic(views.compiled), then
        self.vm = self.symbolic.vm("one")
        self.formula = Formula(diagram(views), self.symbolic, self.vm, then=then).whole

    def of(self, state: Mapping[str, str]) -> bool:
        symbolic = self.symbolic
        pairs = []
        for name, at in state.items():
            if name in symbolic.compiled.host_vars.at:
                machine = symbolic.host_then(name) if self.then else symbolic.host_now(name)
            else:
                machine = symbolic.vm_then(name, self.vm) if self.then else symbolic.vm_now(name, self.vm)
            pairs.append((machine, symbolic.states[name.split("#")[0]][at]))
        found = z3.simplify(z3.substitute(self.formula, *pairs))
        assert z3.is_true(found) or z3.is_false(found), "it speaks of more than these machines"
        return bool(z3.is_true(found))


def written_out(views: Views) -> set[State]:
    """The views, in words."""
    compiled, found = views.compiled, set[State]()
    for place_, here in views.at.items():
        host = compiled.host_vars.decode(compiled.hosts[views.host(place_)])
        for vm in here:
            found.add(tuple({**host, **compiled.vm_vars[0].decode(compiled.locals[vm][1])}.items()))
    return found


def all_states(compiled: Compiled) -> list[State]:
    actors = {**dict(zip(compiled.host_vars.names, compiled.host_vars.actors, strict=True))}
    actors |= dict(zip(compiled.vm_vars[0].names, compiled.vm_vars[0].actors, strict=True))
    return [tuple(zip(actors, states, strict=True)) for states in product(*(a.states for a in actors.values()))]


TINY: dict[str, Callable[[bool], Compiled]] = {
    "harbour": lambda reduce: compiled_whole(HARBOUR, [ONE_OAR], reduce=reduce),
    "no oars": lambda reduce: compiled_whole(HARBOUR, [NO_OARS], reduce=reduce),
    "painted": lambda reduce: compiled_whole(painted(), [NO_OARS], STORM, reduce=reduce),
}


@pytest.mark.parametrize("then", [False, True], ids=["now", "then"])
@pytest.mark.parametrize("name", TINY)
def test_of_a_tiny_protocol(name: str, then: bool) -> None:
    """As many states as a search without classes of configurations finds, and no others."""
    every_view = written_out(saturate(TINY[name](False)))
    views = saturate(TINY[name](True))
    said = Said(views, then=then)
    states = all_states(views.compiled)
    assert {state for state in states if said.of(dict(state))} == every_view
    assert 0 < len(every_view) < len(states)


def test_alike_configurations_are_in_the_set_though_only_one_was_looked_at() -> None:
    views = saturate(TINY["painted"](True))
    said = Said(views)
    (group,) = views.compiled.alike(0)
    assert group.names == ("flag", "hull")
    red_without = ("DOWN", "RED")
    assert group.like[red_without] == (red_without,)
    assert len(group.like["UP", "RED"]) == 7
    at_sea = {(dict(state)["flag"], dict(state)["hull"]) for state in written_out(views) if ("place", "OUT") in state}
    assert len(at_sea) == 1
    at = {"gate": "OPEN", "place": "OUT"}
    colours = set(product(flag.states, hull.states))
    assert {(f, h) for f, h in colours if said.of({**at, "flag": f, "hull": h})} == colours - {red_without}


def without_one(views: Views, seed: int) -> tuple[Views, dict[str, str]]:
    """The views but one, and that one."""
    chosen = random.Random(seed).choice([(p, vm) for p, here in sorted(views.at.items()) for vm in sorted(here)])
    at = {p: {vm: bits for vm, bits in here.items() if (p, vm) != chosen} for p, here in views.at.items()}
    fewer = Views(views.compiled, views.exact, at, views.masks)
    (missing,) = written_out(views) - written_out(fewer)
    return fewer, dict(missing)


@pytest.mark.parametrize("seed", range(5))
def test_a_view_that_is_dropped_is_missed(seed: int) -> None:
    for made in TINY.values():
        views = saturate(made(True))
        fewer, missing = without_one(views, seed)
        assert Said(views).of(missing)
        assert not Said(fewer).of(missing)


def test_of_nothing() -> None:
    views = saturate(TINY["harbour"](True))
    said = Said(Views(views.compiled))
    assert not any(said.of(dict(state)) for state in all_states(views.compiled))


def test_nodes_are_shared_and_made_once() -> None:
    rows = list(product("ab", "cd", "ef"))
    assert len(diagram_of(("x", "y", "z"), rows)) == 3
    assert len(diagram_of(("x", "y", "z"), rows[:-1])) == 5
    made = diagram_of(("x", "y", "z"), rows[:-1])
    assert len(set(made.nodes.values())) == len(made.nodes)
    assert diagram_of(("x", "y", "z"), []).root == 0


def test_of_the_protocol() -> None:
    """States that views have, or that differ in a configuration that is alike, and no others."""
    (closed,) = closed_groups(watched(), BASE, [PROPERTIES["child-snapshot-needs-the-service"]])
    assert isinstance(closed, Closed)
    compiled = closed.views.compiled
    groups, views = compiled.alike(0), written_out(closed.views)
    actors = {name: compiled.world.network.actors[name.split("#")[0]] for name, _ in next(iter(views))}

    def expected(state: Mapping[str, str]) -> bool:
        own = [tuple(state[name] for name in group.names) for group in groups]
        for chosen in product(*(group.like.get(now, (now,)) for group, now in zip(groups, own, strict=True))):
            config = [dict(zip(group.names, now, strict=True)) for group, now in zip(groups, chosen, strict=True)]
            if tuple({**state, **{n: at for part in config for n, at in part.items()}}.items()) in views:
                return True
        return False

    said, chance = Said(closed.views), random.Random(3)
    known, seen = sorted(views), set[tuple[bool, bool]]()
    for _ in range(100):
        state = dict(chance.choice(known))
        assert said.of(state)
        configured = sorted({name for group in groups for name in group.names})
        for machine in chance.sample(chance.choice((configured, sorted(state))), 1):
            state[machine] = chance.choice(actors[machine].states)
        found = said.of(state)
        assert found == expected(state)
        seen.add((found, tuple(state.items()) in views))
    assert seen == {(True, True), (True, False), (False, False)}
