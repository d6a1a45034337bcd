"""What it takes more parts to see than one, or none at all: in small networks, by views first and then searches."""

from __future__ import annotations

import pytest

import proofs.verdicts.check
from model.notation import Actor, Network, Shape, Sort, States, Term, after, build, event, every, happens, on, some
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.views.labelled.family_proof import prove_columns
from proofs.views.proof import prove
from proofs.world.any_number.any_parts import AnyParts
from proofs.world.parts import bound, sorts_looked_at, with_more
from proofs.world.scope import Scope
from proofs.world.world import Column, World
from properties.kinds import Always, Property, Step, always, ends, fired, possible, step
from tests.helpers.networks.random_networks import Two, disk, vm
from tests.helpers.networks.tiny import named

adapter = Sort("adapter", of=vm)
ONE = Shape({"disk": 1, "adapter": 1})


def machine(name: str, *starts: States, of: Sort = vm) -> Actor:
    return Actor(name, Two, of=of, starts=frozenset(starts) or Two, says="A machine.")


layout = machine("layout", of=disk)
plug = machine("plug", of=adapter)
some_good, all_good = some(disk, layout.is_(Two.A)), every(disk, layout.is_(Two.A))


def published(when: Term, *others: Actor) -> Network:
    """A VM is published where its disks fit."""
    method = machine("method", Two.A).table(on("publish", Two.A, Two.B))
    return build([method, layout, plug, *others], event("publish", at=vm, when=when, by="T-1", says="It is published."))


def fits(conclusion: Term) -> Always:
    method_is = published(some_good).actors["method"].is_(Two.B)
    return always("It fits.", every(vm, ~method_is | conclusion), shows="T-1", witness=fired("publish"))


@pytest.fixture(autouse=True)
def _not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)


def judged(found: Property, network: Network, *, views: bool = True, column: Column = BASE) -> Verdict:
    scope = Scope(vms=1, shapes=(ONE,), proofs=views, counts=False)
    (one,) = check(column, scope=scope, network=network, properties=named(it=found))
    return one


def disks_of(found: Verdict) -> list[int]:
    assert found.run is not None
    return [shape.parts["disk"] for shape in found.run.shapes]


class TestWhatViewsLeaveOpen:
    def test_is_refuted_with_two_disks(self) -> None:
        found = judged(fits(all_good), published(some_good))
        assert (found.verdict, disks_of(found)) == (REFUTED, [2])

    def test_is_refuted_without_a_disk(self) -> None:
        found = judged(fits(some_good), published(all_good))
        assert (found.verdict, disks_of(found)) == (REFUTED, [0])

    def test_is_not_refuted_where_any_number_of_disks_is_known_to_fit(self) -> None:
        found = judged(fits(all_good), published(all_good))
        assert (found.verdict, found.assurance) == (HOLDS, CLOSED)

    def test_is_possible_with_two_disks(self) -> None:
        """That no run reaches it, of VMs with one disk, was once the verdict."""
        found = judged(possible("Mixed.", fired("publish"), shows="T-1"), published(some_good & ~all_good))
        assert (found.verdict, disks_of(found)) == (HOLDS, [2])

    def test_has_a_witness_with_two_disks(self) -> None:
        said = always("It stands.", every(vm, layout_or_not), shows="T-1", witness=fired("publish"))
        network = published(some_good & ~all_good)
        assert judged(said, network, views=False).verdict == NOT_EXERCISED
        assert judged(said, network).verdict == HOLDS


layout_or_not = some_good | every(disk, layout.is_(Two.A | Two.B))


class TestTheBound:
    def test_is_said_of_the_parts_that_are_looked_at(self) -> None:
        found = judged(fits(all_good), published(some_good), views=False)
        assert (found.verdict, found.assurance) == (HOLDS, "every state of up to 1 VM, each with one disk")

    def test_is_not_said_of_parts_that_nothing_looks_at(self) -> None:
        method = published(some_good).actors["method"]
        said = always("Any.", every(vm, method.is_(Two.A | Two.B)), shows="T-1", witness=fired("publish"))
        found = judged(said, published(every(vm, method.is_(Two.A))), views=False)
        assert found.assurance == "every state of up to 1 VM"

    @pytest.mark.parametrize(
        ("counts", "said"),
        [((1,), "one disk"), ((0,), "no disk"), ((2,), "2 disks"), ((0, 1), "one disk"), ((0, 1, 2), "up to 2 disks")],
    )
    def test_in_words(self, counts: tuple[int, ...], said: str) -> None:
        assert bound([disk], [Shape({"disk": count}) for count in counts]).endswith(f" {said}")

    def test_of_several_sorts(self) -> None:
        assert bound([adapter, disk], [ONE]) == ", each with one adapter and one disk"
        assert bound([], [ONE]) == ""


class TestShapes:
    def test_are_of_none_one_and_two_of_what_is_looked_at(self) -> None:
        network = published(some_good)
        world = World(network, BASE)
        found = fits(all_good)
        part = world.cone([found.witness, found.term])
        assert sorts_looked_at(world, part, [found.term]) == (disk,)
        assert [shape.parts["disk"] for shape in with_more(world, part, [found])] == [0, 1, 2]
        assert {shape.parts["adapter"] for shape in with_more(world, part, [found])} == {1}

    def test_are_of_one_part_where_a_fair_event_of_a_part_must_come(self) -> None:
        """Of two parts searches do not tell which has its turn: that one is left out for ever would refute nothing."""
        worn = machine("worn", Two.A, of=disk).table(on("wear", Two.A, Two.B))
        network = build([machine("idle", Two.A).table(on("go", Two.A, Two.B)), worn],
                        [*event("wear", at=disk, by="T-1", says="It wears."), *event("go", at=vm, by="T-1", says="It goes.")])  # fmt: skip
        found = ends("All are worn.", every(vm, every(disk, worn.is_(Two.B))), without=(), shows="T-1",
                     witness=fired("go"))  # fmt: skip
        world = World(network, BASE)
        part = world.cone([found.rest], whole_events=True)
        assert [shape.parts["disk"] for shape in with_more(world, part, [found])] == [0, 1]
        assert judged(found, network).verdict == HOLDS


class TestWhatIsSaidBeforeAndAfterAStep:
    """Every disk turns over with its VM: of two that differ the one is wrong before, the other after."""

    @pytest.fixture
    def turning(self) -> Network:
        face = machine("face", of=disk).table(on("turn", Two.A, Two.B), on("turn", Two.B, Two.A))
        method = machine("method", Two.A).table(on("turn", Two.A, Two.B))
        return build([method, face], event("turn", at=vm, by="T-1", says="All turn over."))

    @staticmethod
    def right_once(network: Network, *, twice: bool) -> Step:
        """All disks are right before the step or all are after it; twice: or before it, said again."""
        good = every(disk, network.actors["face"].is_(Two.A))
        wrong = happens("turn") & ~good & (~good | network.actors["method"].is_(Two.B) if twice else ~good)
        return step("Once.", every(vm, ~(wrong & ~after(good))), shows="T-1", witness=fired("turn"))

    @pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
    def test_another_part_may_break_each(self, turning: Network, twice: bool) -> None:
        found = self.right_once(turning, twice=twice)
        assert not prove(turning, BASE, named(it=found).values())["it"].holds
        assert not prove_columns(turning, [BASE], named(it=found).values())[BASE]["it"].holds
        one = judged(found, turning)
        assert (one.verdict, disks_of(one)) == (REFUTED, [2])

    def test_the_same_part_breaks_what_is_said_twice_of_one_moment(self, turning: Network) -> None:
        for twice in (False, True):
            asked = named(it=self.right_once(turning, twice=twice)).values()
            assert len(AnyParts(turning, BASE, asked).variants["it"]) == 2
