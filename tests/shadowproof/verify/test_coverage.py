"""A host as it is: its verdicts are those of searches that look at everything, kind by kind as well; and hundreds of VMs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from bench.spin.measured import measured
from model.protocol import PROTOCOL
from proofs.answers.record import Record, load
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.by_kind import by_kind
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.formats.found import Standing
from shadowproof.formats.of_verify import report_of
from shadowproof.host.inventory import read_inventory
from shadowproof.host.kinds import Kind, kinds, scope_of
from shadowproof.verify.coverage import Covered, about_kinds, about_run, headline
from shadowproof.verify.printing import print_verification
from shadowproof.verify.report import as_json, schema_text
from shadowproof.verify.verify import judge
from tests.helpers.hosts import host_file
from tests.helpers.nightly import nightly
from tests.helpers.vms import BASIC, DYNAMIC, read_from, vhds, vm
from tests.wrong_protocols.protocols import PROTOCOLS

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "shadowproof" / "examples" / "twelve-vms.json"

ASKED = (
    "no-partial-backup", "back-in-prior-state", "no-vm-left-saved", "child-snapshot-needs-basic-disks", "only-vhds-are-in-the-backup",
    "saved-through-the-cluster-is-left-saved", "port-exactly-where-the-switch-is", "child-snapshot-backup-succeeds",
)  # fmt: skip


def searched_through(asked: Scope) -> Scope:
    """The same VMs, without views: every state of up to so many of them."""
    return replace(asked, proofs=False, counts=True)


def brief(found: Sequence[Verdict]) -> list[tuple[str, str, int | None]]:
    return [(one.property, one.verdict, one.length) for one in found]


@pytest.mark.parametrize(
    ("seed", "column"),
    [
        (1, BASE),
        pytest.param(2, Column(frozenset({"requester_vanishes"})), marks=nightly),
        pytest.param(3, Column(frozenset({"integration_service_stops"})), marks=nightly),
        pytest.param(4, Column(frozenset({"switch_gone"}), (("READ-5", "EVERY_VM"),)), marks=nightly),
    ],
    ids=str,
)
def test_verdicts_are_those_of_searches_that_look_at_everything(tmp_path: Path, seed: int, column: Column) -> None:
    asked = scope_of(kinds(read_inventory(host_file(tmp_path, 5, 2, seed))))
    found, other = check(column, ASKED, asked), check(column, ASKED, searched_through(asked))
    assert brief(found) == brief(other)
    closed = {one.assurance for one in found if one.views}
    assert closed == {"closed for any number of VMs of these 2 kinds, with their disks and adapters"}
    broken = [one.property for one in found if one.verdict == REFUTED and one.run is not None]
    for name, alone in by_kind(column, broken, asked).items():
        for kind, one in enumerate(alone):
            only = replace(asked, shapes=asked.shapes[kind : kind + 1], allowed=(asked.allowed or ())[kind : kind + 1])
            assert brief([one]) == brief(check(column, [name], searched_through(only)))


@nightly
def test_the_twelve_are_judged_as_by_a_search_of_all_states() -> None:
    names = ["back-in-prior-state", "no-vm-is-lost"]
    column, asked = Column(frozenset({"requester_vanishes"})), scope_of(kinds(read_inventory(EXAMPLE)))
    assert brief(check(column, names, asked)) == brief(check(column, names, searched_through(asked)))


# -- which kinds break it --------------------------------------------------------------------------------------------------


@pytest.fixture
def host(tmp_path: Path) -> tuple[Kind, ...]:
    """Three kinds: two VMs that run and fit, three that run on a dynamic disk, one that is off."""
    fit = [vm(Name=f"fit{i}", **vhds(BASIC)) for i in range(2)]
    dynamic = [vm(Name=f"dynamic{i}", **vhds(DYNAMIC)) for i in range(3)]
    return kinds(read_from(tmp_path, [*fit, *dynamic, vm(Name="off", State="Off", **vhds(DYNAMIC))]))


def test_a_wrong_protocol_is_refuted_by_the_kinds_that_meet_it(host: tuple[Kind, ...]) -> None:
    (wrong,) = (one for one in PROTOCOLS if one.name == "MET-6-overlooked")
    network, asked = wrong.change(PROTOCOL), scope_of(host)
    (found,) = check(BASE, [wrong.refuted_by], asked, network=network)
    assert brief([found]) == [(wrong.refuted_by, REFUTED, wrong.length)]
    alone = by_kind(BASE, [wrong.refuted_by], asked, network=network)[wrong.refuted_by]
    assert [one.verdict for one in alone] == [HOLDS, REFUTED, NOT_EXERCISED]
    covered = Covered(host, {wrong.refuted_by: alone})
    assert found.run is not None
    assert about_run(covered, found.run) == "vm 1 is such as dynamic0"
    assert about_kinds(covered, wrong.refuted_by) == (
        "each kind alone (any number of its VMs, no others): 3 VMs of 1 kind break it (dynamic0); "
        "3 VMs of 2 kinds do not (fit0, off)"
    )
    (right,) = check(BASE, [wrong.refuted_by], asked)
    assert (right.verdict, right.views > 0) == (HOLDS, True)


def test_vms_of_a_run_are_different_vms_of_the_host_while_there_are_any(host: tuple[Kind, ...]) -> None:
    found = check(BASE, ["mixed-methods-succeed"], scope_of(host))[0].run
    assert found is not None
    assert set(Covered(host, {}).like(found)) == {"fit0", "off"}
    starts = {(name, (0, *at[1:])): state for (name, at), state in found.starts.items() if at[:1] == (0,)}
    twice = {(name, (i, *at[1:])): state for (name, at), state in starts.items() for i in range(4)}
    many = replace(found, shapes=found.shapes[:1] * 4, starts=twice)
    names = Covered(host, {}).like(many)
    assert len(set(names)) == len(set(names[:3])) > 1
    assert names[3] == names[0]
    assert f"vm 4 is one more such as {names[0]}" in about_run(Covered(host, {}), many)


# -- what is printed and written -------------------------------------------------------------------------------------------


def test_what_is_said_of_a_host(host: tuple[Kind, ...]) -> None:
    column, names = Column(frozenset({"requester_vanishes"})), ["no-vm-left-saved", "no-partial-backup"]
    out = Console(file=StringIO(), width=200)
    quiet = Console(file=StringIO())
    done = judge([(column, names, scope_of(host))], Record({}), compared=False, console=quiet, kinds=host)
    print_verification(done, out)
    assert isinstance(out.file, StringIO)
    text = out.file.getvalue()
    assert text.startswith("Host: 6 VMs of 3 kinds, all covered;")
    assert "closed for any number of VMs of these 3 kinds, with their disks and adapters" in " ".join(text.split())
    assert "vm 1 is such as dynamic0" in text
    assert "3 VMs of 1 kind break it (dynamic0); 3 VMs of 2 kinds do not (fit0, off)" in text
    written = json.loads(json.dumps(as_json(done)))
    jsonschema.validate(written, json.loads(schema_text()))
    assert written["host"]["vms"] == 6
    assert [(kind["example"], kind["vms"], kind["alone"]["no-vm-left-saved"]) for kind in written["host"]["kinds"]] == [
        ("fit0", 2, NOT_EXERCISED), ("dynamic0", 3, REFUTED), ("off", 1, NOT_EXERCISED),
    ]  # fmt: skip
    assert {one["property"]: one["vms_like"] for one in written["verdicts"]}["no-vm-left-saved"] == ["dynamic0"]
    assert any("all VMs of the host" in sentence for sentence in written["not_shown"])


def test_what_these_vms_cannot_show_does_not_apply_to_them(tmp_path: Path) -> None:
    """2026-12-01: a host without a paused VM got status 1, since no paused VM of it can be saved through the cluster service."""
    found, names = (
        kinds(read_from(tmp_path, [vm(**vhds(DYNAMIC))])),
        ["paused-and-saved-through-the-cluster", "no-vm-left-saved"],
    )
    (engine, _) = check(BASE, names, scope_of(found))
    assert (engine.verdict, engine.run) == (REFUTED, None)
    errors, out = (Console(file=StringIO(), width=200) for _ in range(2))
    done = judge([(BASE, names, scope_of(found))], Record({}), compared=False, console=errors, kinds=found)
    print_verification(done, out)
    said = [str(one.file.getvalue()) for one in (errors, out) if isinstance(one.file, StringIO)]
    assert f"{names[0]}: not exercised, no run of these VMs reaches it" in said[1]
    assert "UNREACHABLE" not in said[1]
    assert "refuted" not in said[0]
    assert as_json(done)["counts"] == {HOLDS: 1, REFUTED: 0, UNDECIDED: 0, NOT_EXERCISED: 1}
    assert [one.standing for one in report_of(done).found] == [Standing.OPEN, Standing.KEPT]
    assert done.status == 0


def test_one_vm_is_one_vm(tmp_path: Path) -> None:
    assert headline(Covered(kinds(read_from(tmp_path, [vm()])), {})).startswith("Host: 1 VM of 1 kind, all covered;")


# -- hundreds of VMs -------------------------------------------------------------------------------------------------------


@nightly
def test_five_hundred_vms_of_thirty_kinds_take_no_more_views_than_thirty(tmp_path: Path) -> None:
    """Kinds are what takes work, not VMs; less than 1 GB is needed."""
    file = host_file(tmp_path, 500, 30)
    assert len(kinds(read_inventory(file))) == 30
    kept = tmp_path / "verified.json"
    command = [
        sys.executable,
        "-m",
        "shadowproof.cli",
        "verify",
        "--no-cache",
        "--inventory",
        str(file),
        "--json",
        str(kept),
    ]
    done = measured(
        command, ROOT
    )  # the system counts other children of this process with it, so it is not started here
    text = done.output
    assert done.status == 1, "what fails without any fault is found"
    found = json.loads(kept.read_text("utf-8"))["verdicts"]
    assert max(one["views"] for one in found) < 10_000 * 30
    # a run of one VM is the shortest only if none of two VMs, of any two kinds, is a step shorter
    pairs_of_kinds = 30 * 31 // 2
    assert max(one["states"] for one in found) < 10_000 * pairs_of_kinds
    assert done.peak_bytes < 1_000_000_000
    assert "Host: 500 VMs of 30 kinds, all covered;" in text
    said = re.search(r"(\d+) verdicts: (\d+) holds, (\d+) refuted, 0 undecided, (\d+) not exercised", text)
    assert said is not None
    verdicts, holds, refuted, not_exercised = map(int, said.groups())
    assert verdicts == len(PROPERTIES) == holds + refuted + not_exercised
    record = load()

    def recorded(verdict: str) -> list[str]:
        return [name for name in PROPERTIES if (cell := record.cell(name, BASE.name)) and cell.verdict == verdict]

    assert [one["property"] for one in found if one["verdict"] == REFUTED] == recorded(REFUTED)
    need_a_fault = len(recorded(NOT_EXERCISED))
    assert need_a_fault <= not_exercised <= need_a_fault + 1  # one more needs a VM that this host has not
    assert "up to" not in text
