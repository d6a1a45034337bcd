"""What is said of requesters: duties, promises, runs and mends; that what nobody can help is held against nobody."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from conformance.requesters.judge import REQUESTERS, Circumstance, Judged, judge
from conformance.requesters.machine import Own, network_of
from conformance.requesters.mend import faults_in, mend
from conformance.requesters.profile import ABORT, COPY, RELEASE
from conformance.requesters.read import TEMPLATE, examples, profile_of, read_profile
from model.notation import Run
from model.protocol import PROTOCOL
from proofs.answers.record import load
from proofs.views.proof import prove
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.pages import requesters
from shadowproof.tell.requester import DECIDES, RECORDED, table_hash
from tests.helpers.nightly import nightly

VETO = Circumstance(fault="vm_cannot_be_saved")
LATE = Circumstance(Own.TOO_LATE)
RESTART = Circumstance(fault="management_service_restarts")


@cache
def judged(name: str, *only: Circumstance) -> Judged:
    profile = profile_of(TEMPLATE, "t") if name == "template" else read_profile(Path(name))
    return judge(profile, load(), only)


def broken(found: Judged) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for one in found.own_doing:
        if one.run is not None:
            told.setdefault(one.promise, set()).update(faults_in(one))
    return told


def test_who_does_the_duties_breaks_nothing_and_what_nobody_can_help_is_not_its_doing() -> None:
    found = judged("template", VETO, RESTART)
    assert not found.own_doing
    assert {one.promise for one in found.broken if one.anyway} == {"no-vm-left-saved"}


def test_hvbackup_leaves_vms_saved_after_a_veto_for_it_never_looks_and_two_answers_mend_it() -> None:
    found = judged("hvbackup-coliseo", VETO)
    assert broken(found) == {"no-vm-left-saved": {"failure_ignored"}, "no-partial-backup": {"failure_ignored"}}
    (change,) = mend(found, load()).changes
    assert (change.kind, change.answer) == ("status", (ABORT, RELEASE))


@pytest.mark.parametrize("given_back", ["INSIDE", "ON_SHUTDOWN"])
def test_were_vms_given_back_elsewhere_no_requester_that_waits_would_leave_one_saved_after_a_veto(
    given_back: str,
) -> None:
    """What the page says to be fair: all faults of requesters at once, but that it does not wait, or is gone."""
    vetoes, reading = {"vm_cannot_be_saved", "guest_snapshot_fails"}, (("READ-1", given_back),)
    left = PROPERTIES["no-vm-left-saved"]
    faults = (REQUESTERS - {"released_while_waiting", "requester_vanishes"}) | vetoes
    assert prove(PROTOCOL, Column(frozenset(faults), reading), [left])[left.name].holds
    assert not prove(PROTOCOL, Column(frozenset(faults)), [left])[left.name].holds
    assert "given back inside PrepareForSnapshot, or on BackupShutdown (READ-1)" in DECIDES


def test_what_is_said_of_a_requester_is_not_cut_short() -> None:
    (note,) = [one for one in read_profile(Path("vshadow")).facts["fairness"] if "Its published examples" in one]
    assert note.endswith("since PostSnapshot has been by then.")


def test_vshadow_looks_and_leaves_vms_saved_all_the_same_for_it_never_aborts() -> None:
    found = judged("vshadow", VETO)
    assert broken(found) == {"no-vm-left-saved": {"released_without_abort"}}


def test_duplicati_gives_up_waiting_and_is_not_asked_to_report_on_components_that_it_does_not_choose() -> None:
    found = judged("duplicati", LATE)
    assert broken(found) == {"no-vm-left-saved": {"released_while_waiting"}}
    assert "backup-is-of-all-chosen" not in found.promises
    assert "backup-is-of-all-chosen" in judged("hvbackup-coliseo", VETO).promises


@pytest.mark.parametrize(("name", "only"), [("hvbackup-coliseo", VETO), ("vshadow", VETO), ("duplicati", LATE)])
def test_each_run_is_one_of_the_machines_and_breaks_what_it_is_said_to(name: str, only: Circumstance) -> None:
    found = judged(name, only)
    network = watched(network_of(found.profile, only.own))
    for one in found.own_doing:
        assert one.run is not None
        run = Run(network, one.run.shapes, one.run.starts, one.column.faults)
        for event, index in one.run.steps:
            run.fire(event, index)
        term = getattr(PROPERTIES[one.promise], "term", None)
        if one.promise == "no-vm-left-saved":
            assert term is not None
            assert not run.holds(term)


def test_what_is_kept_is_of_the_tables_as_they_are_and_is_on_the_page() -> None:
    kept = {one["name"]: one for one in json.loads(RECORDED.read_text("utf-8"))}
    assert {name: one["table"] for name, one in kept.items()} == {
        name: table_hash(read_profile(Path(name))) for name in examples()
    }, "judge them anew: shadowproof requester --record, then make docs"
    page = requesters.page()
    assert all(f"## {name}\n" in page for name in examples())


@nightly
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("name", list(examples()))
def test_the_public_ones_are_judged_as_kept(name: str) -> None:
    kept = next(one for one in json.loads(RECORDED.read_text("utf-8")) if one["name"] == name)
    found = judge(read_profile(Path(name)), load())
    told: dict[str, set[str]] = {}
    for one in kept["leaves_out"]:
        for promise in one["breaks"]:
            told.setdefault(promise, set()).add(one["fault"])
    assert set(broken(found)) == set(told)


def test_vshadow_as_its_examples_have_it_leaves_no_vm_saved_either_where_the_command_fails() -> None:
    """It is said to release without BackupComplete then; the source reports false and completes."""
    documented = read_profile(Path("vshadow")).with_answer(COPY, "failed", (RELEASE,))
    for profile in (documented, read_profile(Path("vshadow"))):
        assert not judge(profile, load(), [Circumstance(Own.COPY_FAILS)]).own_doing
