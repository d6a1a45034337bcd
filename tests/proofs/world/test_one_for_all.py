"""When one part of a VM may stand for others: never, if a search of all of them gives another verdict. In small networks, and in
those drawn by chance."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

import proofs.verdicts.check
from model.notation import (
    Actor,
    Shape,
    States,
    Term,
    after,
    build,
    event,
    every,
    on,
    some,
    stays,
)
from proofs.answers.verdict import UNDECIDED
from proofs.verdicts.check import check
from proofs.world.any_number.one_for_all import OneForAll
from proofs.world.scope import Scope
from properties.kinds import Property, always, fired, independent, step
from tests.helpers.networks.random_networks import Drawn, Two, disk, drawn, random_count, vm


@pytest.fixture(autouse=True)
def _not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)


def machine(name: str, states: type[States] = Two, *starts: States) -> Actor:
    return Actor(name, states, of=disk, starts=frozenset(starts) or states, says="A machine.")


layout, format_ = machine("layout"), machine("format")
GOOD, BAD = frozenset({"A"}), frozenset({"B"})
work = Actor("work", Two, of=vm, starts=Two.A, says="A machine.").table(on("go", Two.A, Two.B))


def asked(when: Term, *properties: Property, disks: tuple[Actor, ...] = (layout, format_)) -> OneForAll:
    network = build([work, *disks], event("go", at=vm, when=when, by="T-1", says="It happens."))
    return OneForAll(network, disk, properties, ())


ALL_GOOD = every(disk, layout.is_(Two.A))
good, bad = {"layout": GOOD}, {"layout": BAD}


class TestOneOfTwo:
    def test_the_worst_does_where_every_disk_must_be_good(self) -> None:
        one = asked(ALL_GOOD)
        assert one.stands([good, bad], bad)
        assert not one.stands([good, bad], good)

    def test_the_best_does_where_some_disk_must_be_good(self) -> None:
        one = asked(some(disk, layout.is_(Two.A)))
        assert one.stands([good, bad], good)
        assert not one.stands([good, bad], bad)

    def test_none_does_where_both_are_said(self) -> None:
        one = asked(ALL_GOOD | ~some(disk, layout.is_(Two.A)))
        assert not one.stands([good, bad], {})

    def test_none_does_where_a_property_says_the_other(self) -> None:
        said = always("Some.", every(vm, some(disk, layout.is_(Two.A))), shows="T-1", witness=fired("go"))
        assert not asked(ALL_GOOD, said).stands([good, bad], {})

    def test_none_does_where_either_of_two_things_will_do(self) -> None:
        one = asked(every(disk, layout.is_(Two.A) | format_.is_(Two.A)))
        ways = [{"layout": BAD, "format": GOOD}, {"layout": GOOD, "format": BAD}]
        assert one.stands(ways, {"layout": GOOD, "format": GOOD})
        assert not one.stands(ways, {"layout": BAD, "format": BAD})

    def test_each_of_two_things_at_its_worst(self) -> None:
        one = asked(ALL_GOOD & every(disk, format_.is_(Two.A)))
        ways = [{"layout": BAD, "format": GOOD}, {"layout": GOOD, "format": BAD}]
        assert one.stands(ways, {"layout": BAD, "format": BAD})
        assert one.stands([*ways, {"layout": GOOD, "format": GOOD}], {"layout": BAD, "format": BAD})

    def test_not_one_that_does_so_far_and_not_later(self) -> None:
        """What is bad becomes worn where only the good would: that a disk is good is asked of none."""
        worn = machine("worn", Two, Two.A).table(on("go", Two.A, Two.B, when=layout.is_(Two.A)), stays("go"))
        one = asked(every(disk, worn.is_(Two.A)), disks=(layout, format_, worn))
        assert one.stands([good, bad], good)
        assert not one.stands([good, bad], bad)

    def test_not_where_a_property_speaks_of_the_step_of_each(self) -> None:
        worn = machine("worn", Two, Two.A).table(on("go", Two.A, Two.B, when=layout.is_(Two.A)), stays("go"))
        moved = step("Moved.", every(vm, some(disk, after(worn.is_(Two.B)))), shows="T-1", witness=fired("go"))
        assert not asked(ALL_GOOD, moved, disks=(layout, format_, worn)).stands([good, bad], {})

    def test_not_where_an_event_happens_to_single_disks(self) -> None:
        worn = machine("worn", Two, Two.A).table(on("wear", Two.A, Two.B))
        network = build([work, worn], [*event("go", at=vm, by="T-1", says="It happens."),
                                       *event("wear", at=disk, by="T-1", says="It wears.")])  # fmt: skip
        one = OneForAll(network, disk, (), ())
        assert not one.stands([{}, {}], {})
        assert one.likes({}) is None

    def test_not_where_two_runs_differ_in_it(self) -> None:
        found = independent("Apart.", of=(layout,), events=("go",), shows="T-1", witness=fired("go"))
        assert not asked(ALL_GOOD, found).stands([good, good], good)


class TestNone:
    def test_is_as_one_of_which_everything_is_so(self) -> None:
        assert asked(ALL_GOOD).for_none(good)
        assert not asked(ALL_GOOD).for_none(bad)

    def test_is_like_none_where_some_disk_is_wanted(self) -> None:
        assert not asked(some(disk, layout.is_(Two.A))).for_none({"layout": GOOD})

    def test_shows_less_of_what_only_has_to_be_seen(self) -> None:
        said = always(
            "Good.", every(vm, ALL_GOOD), shows="T-1", witness=fired("go") & some(vm, some(disk, format_.is_(Two.A)))
        )
        assert asked(ALL_GOOD, said).for_none({"layout": GOOD, "format": GOOD})
        whole = always(
            "Good.", every(vm, ALL_GOOD), shows="T-1", witness=fired("go") & every(vm, ~some(disk, layout.is_(Two.A)))
        )
        assert not asked(ALL_GOOD, whole).for_none({"layout": GOOD})


def verdicts(found: Drawn, disks: list[dict[str, frozenset[str]]]) -> dict[str, str] | None:
    """By searches of one VM with these disks; None: what must hold at the start lets no VM with them start."""
    allowed = {f"{name}#{j}": states for j, one in enumerate(disks) for name, states in one.items()}
    scope = Scope(vms=1, shapes=(Shape({"disk": len(disks)}),), allowed=(allowed,), limit=2_000)
    asked_ = {one.name: one for one in found.properties}
    try:
        judged = check(found.column, None, scope, network=found.network, properties=asked_)
    except ValueError as refused:
        if not str(refused).startswith("no VM can start"):
            raise
        return None
    return {one.property: one.verdict for one in judged}


def test_one_that_may_stand_for_two_gives_their_verdicts() -> None:
    """In networks drawn by chance: for disks that start as they do, and a third that starts as some disk may."""
    seen: Counter[str] = Counter()
    for seed in range(70_000, 70_000 + random_count(1)):
        found = drawn(seed, parts=True, properties=2)
        one = OneForAll(found.network, disk, found.properties, found.column.faults)
        starts = one.starts({})[:3]
        for a, b, m in product(starts, repeat=3):
            three = [
                {actor.name: frozenset({s}) for actor, s in zip(one.actors, state, strict=True)} for state in (a, b, m)
            ]
            if not one.stands(three[:2], three[2]):
                seen["not"] += 1
                continue
            both, alone = verdicts(found, three[:2]), verdicts(found, three[2:])
            if both is None or alone is None:
                assert both is alone, (
                    f"seed {seed}: with {a} and {b}, or with {m}, no VM can start, and with the other one can"
                )
                seen["no start"] += 1
                continue
            seen["alike" if a == b else "stands"] += 1
            assert {n: v for n, v in both.items() if UNDECIDED not in {v, alone[n]}} == {
                n: v for n, v in alone.items() if UNDECIDED not in {v, both[n]}
            }, f"seed {seed}: {a} and {b} are not as {m}"
    assert min(seen[what] for what in ("not", "alike", "stands")) >= 20, seen
    assert seen["no start"] <= seen["stands"] // 10, seen


def test_with_disks_that_no_vm_may_start_with_none_starts_either_way() -> None:
    """What must hold at the start joins a disk's state with a VM's, so it is not known of a disk by itself. Drawn by chance, seed
    70,061: a VM with these two disks cannot start, nor can one with the disk that stands for them."""
    found = drawn(70_061, parts=True, properties=2)
    one = OneForAll(found.network, disk, found.properties, found.column.faults)
    all_a = {"disk 0": frozenset({"A"})}
    assert one.stands([all_a, all_a], all_a)
    assert verdicts(found, [all_a, all_a]) is None
    assert verdicts(found, [all_a]) is None
