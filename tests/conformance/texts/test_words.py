"""What lines are taken for, and what they are not: words that are denied, are settings or plans, or count nothing, say nothing."""

from __future__ import annotations

import pytest

from conformance.texts.read import read_text
from conformance.texts.times import GAVE_UP

BEGUN, MADE, FAILED = "snapshot_set_begun", "snapshot_set_made", "snapshot_set_failed"
FREEZE, THAW = "freeze_delivered", "thaw_delivered"
CHOOSING, AFTER_FAILURE = "requester=CHOOSING", "requester=COMPLETE_REFUSED|FAILURE_SEEN|SNAPSHOT_FAILED"

TIMED = {
    "calling DoSnapshotSet": BEGUN,
    "creating shadow copy set {1}": BEGUN,
    "DoSnapshotSet started (timeout 600 s)": BEGUN,
    "calling DoSnapshotSet with a timeout of 600 s": BEGUN,
    "not calling DoSnapshotSet": None,
    "before calling DoSnapshotSet": None,
    "skipping creating snapshot set": None,
    "Generate VSS snapshots: yes": None,
    "generate VSS snapshots = true": None,
    "DoSnapshotSet timed out": GAVE_UP,
    "timed out waiting for DoSnapshotSet": GAVE_UP,
    "DoSnapshotSet: timeout": GAVE_UP,
    "gave up after 600 s: DoSnapshotSet": GAVE_UP,
    "DoSnapshotSet: timeout expired": GAVE_UP,
    "DoSnapshotSet reached its timeout": GAVE_UP,
    "DoSnapshotSet timeout 600 s": None,
    "DoSnapshotSet timeout: 600": None,
    "timeout for DoSnapshotSet is 600 s": None,
    "DoSnapshotSet has not timed out": None,
    "if DoSnapshotSet timed out, retry": None,
    "DoSnapshotSet timed out: 0": None,
    "waits 600 s, then will be giving up on DoSnapshotSet": None,
    "DoSnapshotSet failed": FAILED,
    "DoSnapshotSet failed with 0x80042306": FAILED,
    "DoSnapshotSet returned 0x80042306": FAILED,
    "DoSnapshotSet returned VSS_E_PROVIDER_VETO": FAILED,
    "snapshot set error 5": FAILED,
    "snapshot set completed with 2 errors": FAILED,
    "snapshot set: 0 warnings, failed": FAILED,
    "DoSnapshotSet returned error code 0": MADE,
    "DoSnapshotSet returned, error: 0x00000000": MADE,
    "DoSnapshotSet returned 0x00000000 (S_OK)": MADE,
    "DoSnapshotSet completed without error": MADE,
    "DoSnapshotSet completed without any errors": MADE,
    "snapshot set created, 0 errors": MADE,
    "snapshot set created, 0 error(s)": MADE,
    "snapshot set created; errors: none": MADE,
    "VSS snapshots: 3 created, 0 failed": MADE,
    "snapshot set created": MADE,
    "snapshot set not created": None,
    "snapshot set is being created": None,
    "snapshot set will be created": None,
    "snapshot set to be created": None,
    "DoSnapshotSet never returned": None,
    "DoSnapshotSet hasn't returned": None,
    "snapshot set did not fail": None,
    "OnFreeze": FREEZE,
    "writer web: OnFreeze called": FREEZE,
    "Freeze was delivered to 3 writers": FREEZE,
    "OnFreeze returned": None,
    "OnFreeze timeout = 60 s": None,
    "OnFreeze was not called": None,
    "no OnFreeze": None,
    "OnThaw": THAW,
    "OnThaw completed": None,
    "without OnThaw": None,
}  # fmt: skip
"""What a line with a time shows to have happened."""


@pytest.mark.parametrize("text", TIMED)
def test_what_a_timed_line_shows(text: str) -> None:
    marks = read_text(f"2024-02-29 10:00:00 {text}", "f").marks
    assert [one.event for one in marks] == ([TIMED[text]] if TIMED[text] else [])


SAID = {
    "VSS snapshots failed": AFTER_FAILURE,
    "VSS snapshot creation failed: 0x80042306": AFTER_FAILURE,
    "could not create a shadow copy": AFTER_FAILURE,
    "0 VSS snapshots failed": None,
    "no VSS snapshots failed": None,
    "VSS snapshots failed: 0": None,
    "VSS snapshot creation failed = false": None,
    "if it could not create a shadow copy": None,
    "   at X.AddToSnapshotSet(String volume)": CHOOSING,
    "AddToSnapshotSet(C:) failed with 0x8004230c": CHOOSING,
    "AddToSnapshotSet C: returned": None,
    "AddToSnapshotSet C: error code 0": None,
    "AddToSnapshotSet C: no error": None,
    "Number of shadow copies created: 2": "requester=SNAPSHOT_MADE",
    "Number of shadow copies created: 0": None,
    "Number of shadow copies listed: 4": None,
    "DISKSHADOW> create\nNumber of shadow copies listed: 1": "requester=SNAPSHOT_MADE",
    "DISKSHADOW> create\nNumber of shadow copies listed: 0": None,
    "Copying files for web": "requester=COPYING",
    "not copying files": None,
    "Name : vmms\nDisplayName : Hyper-V Virtual Machine Management\nStatus : Running": None,
    "Name : vss\nStatus : Running\nDependentServices : {}\nDisplayName : Volume Shadow Copy": None,
    "Name : web\nState : Running\nStatus : Operating normally": "power=RUNNING",
    "Success: 2/2": "outcome=BACKED_UP|COPIED",
    "Success: 0/2": None,
    "Success: 0/0": None,
    "Event ID: 10150\nThe number of reverted volumes does not match": "method=CHILD_VM_SNAPSHOT progress=STUCK",
    "Event ID: 10150\nThe number of reverted volumes is 2": None,
    "Event ID: 12292\nError creating the Shadow Copy Provider COM class": "requester=CHOOSING|METADATA_GATHERED vss=IDLE",
    "Event ID: 12292\ncreating the Shadow Copy Provider COM class succeeded": None,
    "Writer name: 'Microsoft Hyper-V VSS Writer'\nState: [1] Stable\nLast error: No error": "last_error=NO_ERROR writer_state=STABLE",
}  # fmt: skip
"""What a text is a fact of."""


@pytest.mark.parametrize("text", SAID)
def test_what_a_text_is_a_fact_of(text: str) -> None:
    seen = read_text(text, "f")
    facts = sorted(f"{one.machine}={'|'.join(sorted(one.states))}" for one in seen.facts)
    assert " ".join(facts) == (SAID[text] or "")
    assert not seen.cases


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("The job failed: 0x800423F3", 1),
        ("no error 0x800423F3 so far", 0),
        ("retry on 0x800423F3 = yes", 0),
        ("ignore 0x800423F3", 0),
    ],
)
def test_a_code_counts_where_it_was_met_and_not_where_it_is_named(text: str, cases: int) -> None:
    assert len(read_text(text, "f").cases) == cases


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("net stop vss; net start vss", 1),
        ("Restart-Service vmms", 1),
        ("do not restart vmms", 0),
        ("never Restart-Service vmms", 0),
    ],
)
def test_advice_against_a_restart_is_no_advice_to_restart(text: str, said: int) -> None:
    assert [one.says for one in read_text(text, "f").remarks] == ["advice to restart services"] * said
