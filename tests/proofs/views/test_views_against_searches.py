"""What views show of any number of VMs and disks, against searches of few: in networks drawn by chance, and in those in which
something was once shown that does not hold."""

from __future__ import annotations

from collections import Counter

import pytest

import proofs.verdicts.check
from model.notation import (
    HOST,
    TRUE,
    Actor,
    Event,
    Network,
    Shape,
    Sort,
    States,
    Term,
    after,
    any_of,
    build,
    event,
    every,
    happens,
    implies,
    on,
    some,
    stays,
)
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.views.proof import prove
from proofs.world.scope import Scope
from properties.kinds import Ends, Possible, Property, always, ends, fired, step
from tests.helpers.by_search import found_against, found_endless
from tests.helpers.networks.random_networks import Drawn, Three, Two, disk, drawn, random_count, vm
from tests.helpers.networks.tiny import named
from tests.helpers.nightly import nightly

VIEWS = 250
"""As many as the views of a network drawn by chance may be."""


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)


def of_disks(*counts: int) -> list[Shape]:
    return [Shape({"disk": count}) for count in counts]


def of_both(*counts: tuple[int, int]) -> list[Shape]:
    return [Shape({"disk": disks, "adapter": adapters}) for disks, adapters in counts]


def assert_nothing_false_is_shown(found: Drawn, seen: Counter[str], *, harder: bool) -> None:
    """seen: how often something was shown, and how often it was open, or rightly so."""
    shown = prove(found.network, found.column, found.properties, harder=harder, limit=VIEWS)
    assert shown.keys() == {one.name for one in found.properties}
    broken, fired_ = found_against(found.network, found.column, found.properties, of_disks(0, 1, 2))
    if found.network.parts:
        more = found_against(found.network, found.column, found.properties, of_disks(3), vms=(1,))
        broken, fired_ = broken | more[0], fired_ | more[1]
    claimed = [one for one in found.of(Ends) if shown[one.name].holds]
    broken |= found_endless(found.network, found.column, claimed, of_disks(0, 1))
    for one in found.properties:
        proof, where = shown[one.name], f"seed {found.seed}, {one.name}, harder {harder}"
        if not isinstance(one, Possible):
            assert not (proof.holds and one.name in broken), f"{where}: shown, and broken {broken.get(one.name)}"
            seen[f"{one.kind} {'shown' if proof.holds else 'broken' if one.name in broken else 'open'}"] += 1
        assert proof.exercised or one.name not in fired_, f"{where}: ruled out, and reached {fired_.get(one.name)}"
        seen["ruled out" if not proof.exercised else "reached" if one.name in fired_ else "neither"] += 1
        assert proof.holds or proof.problem


@pytest.mark.parametrize(
    ("parts", "harder"),
    [
        pytest.param(False, False, id="VMs-plain"),
        pytest.param(False, True, id="VMs-harder"),
        pytest.param(True, False, id="VMs with disks-plain"),
        pytest.param(True, True, id="VMs with disks-harder", marks=nightly),
    ],
)
def test_nothing_is_shown_that_a_search_refutes(parts: bool, harder: bool) -> None:
    """The searches: of one to three VMs with none, one or two disks each, and of one with three."""
    seen: Counter[str] = Counter()
    first = 10_000 * (2 * parts + harder)
    for seed in range(first, first + random_count(2) // (8 if parts and harder else 4 if parts else 2)):
        assert_nothing_false_is_shown(drawn(seed, parts=parts), seen, harder=harder)
    for what in ("always shown", "always broken", "step shown", "step broken", "ends shown", "ruled out", "reached"):
        assert seen[what] >= 20, seen


def test_nothing_is_shown_of_two_sorts_of_parts_that_a_search_refutes() -> None:
    """The searches: of one VM with none to three disks and adapters, and of two with none to two."""
    seen: Counter[str] = Counter()
    for seed in range(80_000, 80_000 + random_count(1) // 3):
        found = drawn(seed, parts=True, adapters=True)
        asked = [one for one in found.properties if not isinstance(one, (Ends, Possible))]
        shown = prove(found.network, found.column, asked, limit=VIEWS)
        few, many = of_both((0, 0), (1, 1), (0, 2), (2, 0), (2, 2)), of_both((1, 3), (3, 1), (3, 3))
        for shapes, vms in ((few, (1, 2)), (many, (1,))):
            broken, fired_ = found_against(found.network, found.column, asked, shapes, vms=vms)
            for name, proof in shown.items():
                where = f"seed {seed}, {name}"
                assert not (proof.holds and name in broken), f"{where}: shown, and broken {broken.get(name)}"
                assert proof.exercised or name not in fired_, f"{where}: ruled out, and reached {fired_.get(name)}"
                seen["shown" if proof.holds else "broken" if name in broken else "open"] += 1
    assert min(seen[what] for what in ("shown", "broken")) >= 20, seen


def test_the_verdicts_are_those_of_searches_alone() -> None:
    """But for the reach; and where neither views nor two VMs decide, a third is asked."""
    seen: Counter[tuple[str, str]] = Counter()
    for seed in range(50_000, 50_000 + random_count(1)):
        found = drawn(seed, parts=False, properties=2)
        shapes, asked = (Shape({}),), {one.name: one for one in found.properties}
        alone, two = (
            check(
                found.column, None, Scope(vms=2, shapes=shapes, limit=3_000, proofs=first, counts=not first),
                network=found.network, properties=asked,
            )
            for first in (False, True)
        )  # fmt: skip
        for one, other in zip(alone, two, strict=True):
            if UNDECIDED in {one.verdict, other.verdict}:
                continue
            seen[one.verdict, other.verdict] += 1
            where = f"seed {seed}, {one.property}: {one.verdict} by searches, {other.verdict} ({other.assurance})"
            if one.verdict == REFUTED and one.run is not None:
                assert other.verdict == REFUTED, where
                assert other.run is not None, where
                fewer_vms = len(other.run.shapes) < len(one.run.shapes)  # the search went no further
                assert one.run.loop is not None or fewer_vms or other.length == one.length, where
            elif other.assurance == CLOSED:
                assert other.verdict in {one.verdict, HOLDS}, where
            else:
                assert other.verdict == one.verdict or (other.run and len(other.run.shapes) == 3), where
    assert {(HOLDS, HOLDS), (REFUTED, REFUTED), (NOT_EXERCISED, NOT_EXERCISED)} <= seen.keys()


# -- once shown, and wrong -------------------------------------------------------------------------------------------------


def machine(name: str, states: type[States], *starts: States, of: Sort = vm) -> Actor:
    return Actor(name, states, of=of, starts=frozenset(starts) or states, says="A machine.")


def judged(found: Property, network: Network, shape: Shape, vms: int = 2) -> str:
    """By searches."""
    (one,) = check(BASE, scope=Scope(vms=vms, shapes=(shape,)), network=network, properties=named(it=found))
    return one.verdict


def shown(found: Property, network: Network) -> bool:
    """By views of either kind."""
    asked = list(named(it=found).values())
    return any(prove(network, BASE, asked, harder=harder)["it"].holds for harder in (False, True))


def happening(name: str, at: Sort = vm, when: Term = TRUE) -> tuple[Event, ...]:
    return event(name, at=at, by="T-1", says="It happens.", when=when)


def going(*more: Event, actors: tuple[Actor, ...] = ()) -> Network:
    """A VM goes, once; and whatever else there is."""
    work = machine("work", Two, Two.A).table(on("go", Two.A, Two.B))
    return build([work, *actors], [*happening("go"), *more])


class TestOnceShown:
    def test_of_parts_of_other_names(self) -> None:
        """2026-11-22: parts of any other name than disk and adapter were taken for none."""
        oar = Sort("oar", of=vm)
        lost = machine("lost", Two, Two.A, of=oar).table(on("lose", Two.A, Two.B))
        network = going(*happening("lose", oar), actors=(lost,))
        found = always("None is lost.", every(vm, every(oar, lost.is_(Two.A))), shows="T-1", witness=fired("lose"))
        assert judged(found, network, Shape({"oar": 1})) == REFUTED
        assert not shown(found, network)

    def test_of_every_disk_that_there_is_some_adapter(self) -> None:
        """2026-11-22: of a quantifier inside another one the watched part alone was asked, be it there or not."""
        adapter = Sort("adapter", of=vm)
        plugged, full = machine("plugged", Two, Two.A, of=adapter), machine("full", Two, of=disk)
        network = going(actors=(plugged, full))
        found = always("Plugged.", every(vm, every(disk, some(adapter, plugged.is_(Two.A)))), shows="T-1",
                       witness=fired("go"))  # fmt: skip
        assert judged(found, network, Shape({"disk": 1, "adapter": 1})) == HOLDS
        assert judged(found, network, Shape({"disk": 1})) == REFUTED
        assert not shown(found, network)

    def test_of_every_disk_while_another_one_is_used(self) -> None:
        """2026-11-22: the disk that breaks the claim was the one that is watched, and the event of another was no step."""
        ready = machine("ready", Two, of=disk).table(on("use", Two.A, Two.A))
        network = going(*happening("use", disk), actors=(ready,))
        found = step("Used while all are ready.", every(vm, implies(happens("use"), every(disk, ready.is_(Two.A)))),
                     shows="T-1", witness=fired("use"))  # fmt: skip
        assert [judged(found, network, shape, 1) for shape in of_disks(1, 2)] == [HOLDS, REFUTED]
        assert not shown(found, network)

    def test_of_vms_each_of_which_rests_alone(self) -> None:
        """2026-11-22: each VM was asked whether it rests alone; two such do not rest together."""
        kind = machine("kind", Two)
        rest = every(vm, kind.is_(Two.A)) | every(vm, kind.is_(Two.B))
        network, found = going(actors=(kind,)), ends("Alike.", rest, without=(), shows="T-1", witness=fired("go"))
        assert [judged(found, network, Shape({}), vms) for vms in (1, 2)] == [HOLDS, REFUTED]
        assert not shown(found, network)

    @pytest.mark.parametrize("at", [vm, HOST], ids=["of a VM", "of the host"])
    def test_of_an_event_that_does_not_happen_again(self, at: Sort) -> None:
        """2026-11-22: an event that is not to happen again was counted on to happen."""
        flag = machine("flag", Two, Two.A, of=at).table(on("turn", Two.A, Two.B))
        turned = flag.is_(Two.B) if at == HOST else every(vm, flag.is_(Two.B))
        network = going(*happening("turn", at), actors=(flag,))
        for without, verdict in (((), HOLDS), (("turn",), REFUTED)):
            found = ends("It turns.", turned, without=without, shows="T-1", witness=fired("go"))
            assert judged(found, network, Shape({})) == verdict
            assert shown(found, network) == (verdict == HOLDS)


class TestDisksThatAreNotWatched:
    """What one disk cannot do, two can; whichever of them is watched."""

    @staticmethod
    def judged_and_shown(found: Property, network: Network) -> tuple[str, str, bool]:
        one, two = (judged(found, network, shape, 1) for shape in of_disks(1, 2))
        return one, two, shown(found, network)

    def test_all_alike(self) -> None:
        kind = machine("kind", Two, of=disk)
        alike = every(disk, kind.is_(Two.A)) | every(disk, kind.is_(Two.B))
        found = always("All alike.", every(vm, alike), shows="T-1", witness=fired("go"))
        assert self.judged_and_shown(found, going(actors=(kind,))) == (HOLDS, REFUTED, False)

    def test_one_after_the_other(self) -> None:
        """A disk is bad once, for a while; so it takes two for a VM to find a bad one twice, and none between."""
        state = machine("state", Three, Three.A, of=disk)
        state.table(on("spoil", Three.A, Three.B), on("mend", Three.B, Three.C))
        seen = machine("seen", Three, Three.A).table(on("bad", Three.A, Three.B), on("fine", Three.B, Three.C))
        twice = machine("twice", Two, Two.A).table(on("bad_again", Two.A, Two.B))
        good = every(disk, state.is_(Three.A | Three.C))
        network = going(
            *happening("spoil", disk), *happening("mend", disk), *happening("bad", when=~good), *happening("fine", when=good),
            *happening("bad_again", when=~good & seen.is_(Three.C)), actors=(state, seen, twice),
        )  # fmt: skip
        found = always("Not twice.", every(vm, twice.is_(Two.A)), shows="T-1", witness=fired("fine"))
        assert self.judged_and_shown(found, network) == (HOLDS, REFUTED, False)

    def test_before_and_after(self) -> None:
        """One disk is solid, another breaks when all are shaken."""
        mark, kind = machine("mark", Two, Two.A, of=disk), machine("kind", Two, of=disk)
        mark.table(on("shake", Two.A, Two.B, when=kind.is_(Two.B)), stays("shake"))
        work = machine("shaken", Two, Two.A).table(on("shake", Two.A, Two.B))
        whole, fragile = every(disk, mark.is_(Two.A)), every(disk, kind.is_(Two.B))
        shaken = implies(happens("shake"), any_of(~whole, after(whole), fragile))
        found = step("Whole.", every(vm, shaken), shows="T-1", witness=fired("shake"))
        network = going(*happening("shake"), actors=(mark, kind, work))
        assert self.judged_and_shown(found, network) == (HOLDS, REFUTED, False)
