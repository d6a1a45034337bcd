"""The network as SMT-LIB: solvers read it, and find a run that breaks a property just where the explorer does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import cvc5
import pytest
import z3

from examples import small_backup
from examples.small_backup import Guest
from model.notation import Network, Shape, after, every, happens, implies, some
from model.notation.changes import with_event
from proofs.export.smt import LOGIC, smtlib
from proofs.search.plain import explore
from proofs.solvers.solvers import SAT, UNSAT
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.slices import Worlds, groups
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Property, Step, always, fired, possible, step, terms_of
from tests.helpers.networks import carousel
from tests.helpers.networks.tiny import HARBOUR, ONE_OAR, Boat, at_sea, boat, named, open_, place
from tests.helpers.networks.whole import whole

STORM = Column(frozenset({"storm"}))
LEFT = fired("boat_leaves")
OF_HARBOUR = named(
    leaves=step(".", every(boat, implies(happens("boat_leaves"), open_)), shows="T-1", witness=LEFT),
    shut=step(".", implies(happens("gate_opens"), some(boat, at_sea)), shows="T-1", witness=LEFT),
    all_out=step(".", implies(happens("boat_leaves"), after(~every(boat, at_sea))), shows="T-1", witness=LEFT),
    dry=always(".", every(boat, ~place.is_(Boat.SUNK)), shows="T-1", witness=LEFT),
    all_sink=always(".", ~every(boat, place.is_(Boat.SUNK)), shows="T-1", witness=LEFT),
)


def asked_of_z3(text: str) -> list[str]:
    fresh = z3.Context()
    found: list[str] = z3.Z3_eval_smtlib2_string(fresh.ref(), text).split()
    return found


def asked_of_cvc5(text: str) -> list[str]:
    solver = cvc5.Solver(cvc5.TermManager())
    for option in ("incremental", "finite-model-find"):
        solver.setOption(option, "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "export")
    said: list[str] = []
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, parser.getSymbolManager()).split()
    return said


def first_broken(text: str, said: Sequence[str]) -> dict[str, int]:
    """The number of steps after which each property is broken first."""
    asked = re.findall(r"; ([\w-]+), (\d+) steps?$", text, re.MULTILINE)
    assert len(asked) == len(said) > 0
    assert set(said) <= {SAT, UNSAT}
    found: dict[str, int] = {}
    for (name, steps), answer in zip(asked, said, strict=True):
        if answer == SAT:
            found.setdefault(name, int(steps))
    return found


def all_of_it(network: Network, shape: Shape, asked: Sequence[Property], column: Column = BASE) -> Compiled:
    world = World(network, column)
    return Compiled(world, whole(world), (shape,), [t for found in asked for t in terms_of(found)], reduce=False)


def by_the_explorer(source: Compiled, vms: int, asked: Sequence[Property], steps: int) -> dict[str, int]:
    states = {found.name: ~found.term for found in asked if isinstance(found, Always)}
    of_steps = {found.name: ~found.term for found in asked if isinstance(found, Step)}
    ours = explore(source, vms, states=states, steps=of_steps, sort=False)
    lengths = {name: len(ours.run_to(hit)[1]) for name, hit in ours.hits.items()}
    return {name: length for name, length in lengths.items() if length <= steps}


@pytest.mark.parametrize("vms", [1, 2])
def test_the_first_step_that_breaks_a_property_is_ours(vms: int) -> None:
    asked = list(OF_HARBOUR.values())
    source = all_of_it(HARBOUR, ONE_OAR, asked, STORM)
    text = smtlib(source, asked, 4, vms)
    ours = by_the_explorer(source, vms, asked, 4)
    assert ours == {"shut": 4, "dry": 2, "all_sink": 2 * vms, "all_out": vms}
    assert first_broken(text, asked_of_z3(text)) == first_broken(text, asked_of_cvc5(text)) == ours


def test_any_number_of_vms_is_as_bad_as_the_worst() -> None:
    asked = list(OF_HARBOUR.values())
    text = smtlib(all_of_it(HARBOUR, ONE_OAR, asked, STORM), asked, 4)
    assert "(declare-sort |#boat| 0)" in text
    assert first_broken(text, asked_of_z3(text)) == {"shut": 4, "dry": 2, "all_sink": 2, "all_out": 1}


def test_every_scope_and_every_quantifier() -> None:
    asked = list(carousel.PROPERTIES.values())
    source = all_of_it(carousel.CAROUSEL, Shape({}), asked)
    text = smtlib(source, asked, 2, 2)
    ours = by_the_explorer(source, 2, asked, 2)
    assert len(ours) > 3
    assert first_broken(text, asked_of_z3(text)) == ours


@pytest.mark.parametrize("right", [True, False])
def test_the_small_protocol_and_a_wrong_one(right: bool) -> None:
    accepted = small_backup.by_guest & small_backup.guest.is_(Guest.FROZEN)
    network = (
        small_backup.NETWORK if right else with_event(small_backup.NETWORK, "guest_snapshot_accepted", when=accepted)
    )
    asked = [small_backup.PROPERTIES["only-recoverable-snapshots"]]
    source = small_backup.compiled(network)
    text = smtlib(source, asked, 5, 1)
    ours = by_the_explorer(source, 1, asked, 5)
    assert ours == ({} if right else {"only-recoverable-snapshots": 5})
    assert first_broken(text, asked_of_z3(text)) == ours


@cache
def of_the_protocol() -> tuple[Compiled, str]:
    worlds, found = Worlds(watched(), Column()), PROPERTIES["no-partial-backup"]
    (group,) = groups([(worlds.smallest_for(found), found)])
    source = Compiled(group.world, group.part, (ONE_OF_EACH,), terms_of(found))
    return source, smtlib(source, group.members, 1, 1, ["A title."])


def test_solvers_read_the_protocol() -> None:
    text = of_the_protocol()[1]
    assert asked_of_z3(text) == asked_of_cvc5(text) == [UNSAT, UNSAT]


def test_every_event_is_a_relation_with_its_requirements_and_its_sentence() -> None:
    source, text = of_the_protocol()
    plain = " ".join(text.replace("\n; ", " ").split())
    for event in source.events:
        assert f"{' '.join(event.by)}: {event.says}" in plain
        assert f"(define-fun |{event.name}| ((now |#moment|) (then |#moment|)" in text
    assert text.startswith("; A title.\n(set-info :smt-lib-version 2.6)\n(set-logic " + LOGIC)
    assert "no-partial-backup (BAK-13 READ-9): If one VM fails" in text
    assert not re.search(r"/(?:work|home|tmp|usr)/|\.py\b|20\d\d-\d\d", text)


def test_other_kinds_and_other_shapes_are_refused() -> None:
    never = possible("It happens.", LEFT, shows="T-1")
    with pytest.raises(ValueError, match="is of kind possible"):
        smtlib(all_of_it(HARBOUR, ONE_OAR, []), [never], 1)
    world = World(HARBOUR, Column())
    with pytest.raises(ValueError, match="one shape"):
        smtlib(Compiled(world, whole(world), (ONE_OAR, Shape({}))), [], 1)
