"""Inventories of all kinds: what is read is what was told however it was told, the method reported is the one the machines
publish, and what is damaged is refused with a sentence.

Each check stands by itself (`check_...`), so that it is seen to fail where reader or report are made wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from model.actors.conditions import CONDITIONS
from model.notation import TRUE, Run, Term, all_of, happens
from model.notation.terms import And, Not
from model.protocol import PROTOCOL
from proofs.sample.machine import AT_RANDOM
from proofs.sample.promises import Promises, Watch
from proofs.sample.steer import Guide
from proofs.sample.walk import Begin, Walk
from proofs.verdicts.columns import BASE
from properties.kinds import step
from shadowproof.host import kinds as host_
from shadowproof.host import method
from shadowproof.host.inventory import Fact, Inventory, machines, power, read_inventory, volumes
from shadowproof.host.inventory.facts import known
from shadowproof.host.inventory.file.node import shown
from shadowproof.host.inventory.states import Cluster, Power
from shadowproof.host.inventory.volumes import Place, Volume, place_of
from shadowproof.host.kinds import Subject, facts_of, kind_of
from shadowproof.host.method import Assessment, assess
from tests.conftest import PROFILE
from tests.sampled.inventories import Facts, Host, Values, cases, expected, hosts, is_complete, shape, starts, starts_so
from tests.sampled.inventory_files import files
from tests.sampled.protocol import NETWORK, judges, setup

FEW = settings(max_examples=max(5, settings().max_examples // 2))
FEWER = settings(max_examples=max(5, settings().max_examples // 5))
FEWEST = settings(max_examples=max(5, settings().max_examples // 12))
IDENTIFY = ("backup_initialized", "context_set", "writer_metadata_gathered")
USUAL = {"READ-12": "ALL_DISKS", "READ-13": "NOT_MET"}
READINGS = st.fixed_dictionaries(
    {"READ-12": st.sampled_from(("ALL_DISKS", "VHDS")), "READ-13": st.sampled_from(("NOT_MET", "MET"))}
)
"""Those that matter for the method; as by default first."""
MOST_CASES = 16
Told = tuple[Host, bytes]
Asked = tuple[Told, dict[str, str]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inventories") / "host.json"


def read_from(file: Path, content: bytes) -> Inventory:
    file.write_bytes(content)
    return read_inventory(file)


def told(**wanted: Any) -> st.SearchStrategy[Told]:
    return hosts(**wanted).flatmap(lambda host: st.tuples(st.just(host), files(host)))


def found_in(inventory: Inventory) -> list[tuple[str, Facts]]:
    return [
        (one.name, {name: frozenset(fact.values) for name, fact in facts_of(one).items()}) for one in inventory.machines
    ]


# -- what is read ---------------------------------------------------------------------------------------------------------


def check_read(file: Path, case: tuple[Host, bytes, bytes]) -> None:
    host, one, other = case
    first = read_from(file, one)
    assert read_from(file, one) == first
    wanted = [(shown(vm.name), expected(vm, host.switches_listed)) for vm in host.vms]
    assert found_in(first) == wanted
    second = read_from(file, other)
    assert found_in(second) == wanted
    for vm, *both in zip(host.vms, first.machines, second.machines, strict=True):
        for machine in both:
            listed = machine.disks_listed, machine.adapters_listed, machine.guest_disks_listed
            assert listed == (vm.drives is not None, vm.ports is not None, vm.inside is not None)
    assert all(text.isprintable() for text in first.notes + second.notes)


TWICE = hosts().flatmap(lambda host: st.tuples(st.just(host), files(host), files(host)))


@FEW
@given(case=TWICE)
def test_what_is_read_is_what_was_told_however_it_was_told(file: Path, case: tuple[Host, bytes, bytes]) -> None:
    check_read(file, case)


# -- the method, by the running machines ----------------------------------------------------------------------------------


def published(vms: Sequence[Mapping[str, str]], readings: Mapping[str, str]) -> list[str]:
    """The method of each VM of one run, once the writer metadata is gathered."""
    begin = starts(vms) | {(reading, ()): state for reading, state in readings.items()}
    run = Run(PROTOCOL, [shape(vm) for vm in vms], begin)
    for event in IDENTIFY:
        run.fire(event)
    return [run.state("method", (i,)) for i in range(len(vms))]


def reported(found: Assessment, readings: Mapping[str, str]) -> str:
    """The method under these readings, as the report tells it: the default one but for the readings it names."""
    changed = readings.items() - USUAL.items()
    said = [chosen for named, chosen in found.readings if set(named) <= changed]
    return said[-1] if said else found.method


def check_method_known(file: Path, case: Asked) -> None:
    """All VMs are in one run, as they are on their host."""
    (host, content), readings = case
    facts = [expected(vm, host.switches_listed) for vm in host.vms]
    assert all(is_complete(found) for found in facts)
    vms = [{name: next(iter(states)) for name, states in found.items()} for found in facts]
    assessed = [assess(machine) for machine in read_from(file, content).machines]
    assert [reported(found, readings) for found in assessed] == published(vms, readings)


def check_method_open(file: Path, case: Asked) -> None:
    """Each way in which a VM may be is a VM of one run: the methods that these get are those that the report leaves open."""
    (host, content), readings = case
    for vm, machine in zip(host.vms, read_from(file, content).machines, strict=True):
        every_way = list(cases(expected(vm, host.switches_listed)))
        some = every_way if len(every_way) <= MOST_CASES else Random(0).sample(every_way, MOST_CASES)
        methods, said = set(published(some, readings)), reported(assess(machine), readings)
        if said != "open":
            assert methods == {said}
        elif some == every_way:
            assert len(methods) == 2


KNOWN = st.tuples(told(complete=True, most=2), READINGS)
OPEN = st.tuples(told(most=1, parts=2), READINGS)


@FEW
@given(case=KNOWN)
def test_the_method_reported_is_the_one_the_machines_publish(file: Path, case: Asked) -> None:
    check_method_known(file, case)


@FEWER
@given(case=OPEN)
def test_what_the_report_leaves_open_is_what_the_machines_may_publish(file: Path, case: Asked) -> None:
    check_method_open(file, case)


# -- VMs of an inventory, run ---------------------------------------------------------------------------------------------

STEPS = 25
AIMS = tuple(aim for aim, columns in (setup().reach or {}).items() if BASE in columns and isinstance(aim, str))


@st.composite
def begun(draw: st.DrawFn) -> tuple[Host, bytes, int, str]:
    host = draw(hosts(most=2, parts=1))
    return host, draw(files(host)), draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(AIMS))


def walked(file: Path, case: tuple[Host, bytes, int, str], promises: Promises) -> int:
    """A run of the host's VMs, with the parts that its kinds have, towards an aim or whatever it has seen least: its length."""
    _, content, seed, aim = case
    pick = Random(seed)
    vms = [_one_way(kind_of(machine).allowed, pick) for machine in read_from(file, content).machines]
    walk = Walk(NETWORK, Begin(BASE, tuple(map(shape, vms)), starts(vms)))
    watch, guide = Watch(NETWORK, walk, promises, Counter()), Guide(walk)
    while walk.possible and len(walk.steps) < STEPS:
        fewest = min(walk.seen[walk.board.acts[k][0]] for k in walk.possible)
        least = [k for k in sorted(walk.possible) if walk.seen[walk.board.acts[k][0]] == fewest]
        towards = guide.towards(aim) if not walk.seen[aim] and pick.random() > AT_RANDOM else []
        watch.step(walk.take(walk.board.acts[pick.choice(towards or least)]))
    return len(walk.steps)


def _one_way(allowed: Mapping[str, Values], pick: Random) -> dict[str, str]:
    """One of the ways in which a VM may start."""
    while True:
        chosen = {name: pick.choice(sorted(states)) for name, states in allowed.items()}
        if starts_so(chosen):
            return chosen


@FEWEST
@given(case=begun())
def test_the_vms_of_an_inventory_run_without_breaking_a_promise(file: Path, case: tuple[Host, bytes, int, str]) -> None:
    assert walked(file, case, judges()(BASE)) == STEPS


# -- each check can fail --------------------------------------------------------------------------------------------------

Check = Callable[[Path, Any], object]


def _no_cluster(vm: Any, power: object) -> Fact:
    return known(Cluster.NOT_CLUSTERED, "planted")


def _overlooks(condition: str) -> Callable[..., Any]:
    """Of the guards that the report is made from, those of one condition count for met."""

    def said(vm: Subject, term: Term, readings: Mapping[str, str], index: Any = None) -> Term:
        overlooked = {CONDITIONS[condition]: TRUE}
        return SAID(vm, _without(term, overlooked), readings, index)

    return said


SAID = Subject.said


def _without(term: Term, overlooked: Mapping[Term, Term]) -> Term:
    match term:
        case Not(body):
            return ~_without(body, overlooked)
        case And(parts):
            return all_of(*(_without(part, overlooked) for part in parts))
    return overlooked.get(term, term)


FIXED = method._fixed()
PLANTED: dict[str, tuple[object, str, object, st.SearchStrategy[Any], Check]] = {
    "the cluster is not read": (machines, "cluster_of", _no_cluster, TWICE, check_read),
    "parents do not count": (volumes, "_files", lambda drive: [place_of(drive, "Path", "VolumeId") or Place("", None)], TWICE, check_read),
    "an id is no id": (volumes, "volume_of", lambda path: Volume("letter", path[:1]), TWICE, check_read),
    "paused is saved": (power, "_SETTLED", {**power._SETTLED, "paused": Power.SAVED}, TWICE, check_read),
    "a layout is overlooked": (Subject, "said", _overlooks("MET-6"), KNOWN, check_method_known),
    "the power is overlooked": (Subject, "said", _overlooks("MET-4"), KNOWN, check_method_known),
    "no reading is tried": (method, "_fixed", lambda readings=(): FIXED, KNOWN, check_method_known),
    "no iSCSI disk is feared": (host_, "disks_of", lambda machine: machine.disks, TWICE, check_read),
    "what is open is met": (method, "OPEN", "CHILD_VM_SNAPSHOT", OPEN, check_method_open),
}  # fmt: skip


EACH_TIME = ("the cluster is not read", "an id is no id", "a layout is overlooked", "what is open is met")
"""The others at night: they take longer to be met with."""


@pytest.mark.parametrize("name", PLANTED if PROFILE == "nightly" else EACH_TIME)
def test_a_planted_fault_is_noticed(file: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    where, what, planted, drawn, check = PLANTED[name]
    monkeypatch.setattr(where, what, planted)
    assert fails(drawn, lambda case: check(file, case))


def test_a_promise_that_is_not_kept_is_noticed(file: Path) -> None:
    never = step("No set.", ~happens("snapshot_set_begun"), shows="BAK-1", witness=happens("snapshot_set_begun"))
    assert fails(begun(), lambda case: walked(file, case, Promises([replace(never, name="never")])))


def fails(drawn: st.SearchStrategy[Any], check: Callable[[Any], object]) -> bool:
    """Whether the check fails for one of the cases that are drawn."""

    def broken(case: Any) -> bool:
        try:
            check(case)
        except AssertionError:
            return True
        return False

    limits = settings(max_examples=200, phases=[Phase.generate], derandomize=True, database=None)
    try:
        find(drawn, broken, settings=limits)
    except NoSuchExample:
        return False
    return True
