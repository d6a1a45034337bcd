"""Every promise, each a test of its own: it holds without faults, or, where only a fault can put it to the test, with it. By day
the record says so, at night the engines do."""

from functools import cache

import pytest

from model.faults import FAULTS
from proofs.answers import record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from tests.helpers.nightly import nightly

PUT_TO_THE_TEST_BY = {
    "failed-undoing-spoils-the-backup": "roll_back_fails",
    "only-a-vhd-cannot-be-rolled-back": "roll_back_fails",
    "every-volume-in-the-set": "volume_missing",
    "not-all-means-failure": "files_not_restored",
    "failure-is-reported-and-false": "files_not_restored",
    "a-forgotten-status-is-not-all": "file_status_forgotten",
    "stable-with-an-error": "management_service_restarts",
    "not-responding-is-said-by-vss": "management_service_restarts",
    "repeated-abort-changes-nothing": "provider_fails",
    "vanished-requester-gets-shutdown-only": "requester_vanishes",
    "vm-may-change-after-identify": "integration_service_stops",
    "post-snapshot-fails-for-a-reason": "roll_back_fails",
    "a-writer-is-lost-for-a-reason": "management_service_restarts",
    "a-restore-is-given-up-for-a-reason": "other_writer_fails_in_pre_restore",
    "a-vanished-requester-is-gone": "requester_vanishes",
    "a-missing-volume-is-inconsistent": "volume_missing",
    "a-failure-is-ignored-only-if-there-is-one": "failure_ignored",
    "a-refused-backup-complete-ends-nothing": "completed_after_failure",
    "a-child-that-stopped-is-rolled-back": "guest_crashes",
    "a-copy-that-failed-is-reported-so": "copy_fails",
    "a-snapshot-set-fails-for-a-reason": "provider_fails",
    "another-writers-failure-is-seen": "other_writer_fails_in_thaw",
    "a-writer-that-forgot-takes-no-part": "management_service_restarts",
    "a-call-that-fails-leaves-what-comes-next": "provider_fails",
    "a-restart-forgets-the-session": "management_service_restarts",
    "a-host-that-starts-again-knows-no-session": "host_loses_power",
    "an-operator-does-what-he-says": "operator_changes_vm",
    "what-fails-was-there": "guest_crashes",
    "provider-defeats-child-snapshots": "provider_cannot_auto_recover",
    "provider-does-not-defeat-saved-state": "provider_cannot_auto_recover",
}
"""Promises whose witness needs a fault, each with one that makes it fire."""

FINDINGS = ("backed-up-images-are-consistent", "an-unchosen-vm-spoils-no-backup")
"""What fails without any fault under the default readings: told first in docs/generated/findings.md."""


@pytest.fixture(scope="session")
def without_faults() -> dict[str, Verdict]:
    """All verdicts of the base column, with up to two VMs: one search for all the tests."""
    return {found.property: found for found in check(BASE)}


@pytest.mark.parametrize("name", PROPERTIES)
def test_is_recorded_to_hold(name: str) -> None:
    """By day the record is asked, which `make verify` holds to what the engines say."""
    without, only_with = recorded(name, BASE), PUT_TO_THE_TEST_BY.get(name)
    if only_with is not None:
        assert without == NOT_EXERCISED, f"{name} needs no fault: take it out of PUT_TO_THE_TEST_BY"
        assert recorded(name, Column(frozenset({only_with}))) == HOLDS
    elif name in FINDINGS:
        assert without == REFUTED, f"{name} holds: take it out of FINDINGS"
    else:
        assert without == HOLDS, f"{PROPERTIES[name].says} {without}"


the_record = cache(record.load)


def recorded(name: str, column: Column) -> str:
    """The verdict that the record has."""
    cell = the_record().cell(name, column.name)
    assert cell is not None, f"{name} under {column}: not recorded; shadowproof accept records it"
    return cell.verdict


@nightly
@pytest.mark.parametrize("name", PROPERTIES)
def test_holds(name: str, without_faults: dict[str, Verdict]) -> None:
    found = without_faults[name]
    if name in PUT_TO_THE_TEST_BY:
        assert found.verdict == NOT_EXERCISED, f"{name} needs no fault: take it out of PUT_TO_THE_TEST_BY"
        (found,) = check(Column(frozenset({PUT_TO_THE_TEST_BY[name]})), [name], Scope(vms=2))
    if name in FINDINGS:
        assert found.verdict == REFUTED, f"{name} holds: take it out of FINDINGS"
        return
    assert found.verdict == HOLDS, f"{PROPERTIES[name].says} {found.verdict}: {found.reason}"
    assert found.assurance


def test_every_promise_is_there_and_every_fault_has_its_name() -> None:
    assert len(PROPERTIES) >= 100
    assert PUT_TO_THE_TEST_BY.keys() <= PROPERTIES.keys()
    assert set(PUT_TO_THE_TEST_BY.values()) <= {fault.name for fault in FAULTS}
