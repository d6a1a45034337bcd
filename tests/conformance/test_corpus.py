"""Captures of the field, where they are beside the project: what is read off each, and what is declined with its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from conformance.texts.facts import Kind, Seen
from conformance.texts.read import read_file
from conformance.timing import spans

SHARED = Path(__file__).parents[3] / "shared"
FOLDERS = (SHARED / "captures", SHARED / "field" / "captures")

FACTS = {
    "vssadmin-failed8-inconsistent": {"writer_state=FAILED_AT_PREPARE_SNAPSHOT", "last_error=INCONSISTENTSNAPSHOT"},
    "vssadmin-failed11-retryable-postsnapshot": {"writer_state=FAILED_AT_POST_SNAPSHOT", "last_error=RETRYABLE"},
    "event12289-hyperv-writer-session-gc": {"writer_state=WAITING_FOR_BACKUP_COMPLETE", "last_error=NONRETRYABLE"},
    "event10103-2008-revert-failed": {"progress=STUCK", "method=CHILD_VM_SNAPSHOT"},
    "dpm-child-partition-retryable": {"progress=STUCK", "method=CHILD_VM_SNAPSHOT", "last_error=RETRYABLE", "vss=POST_SNAPSHOT"},
    "diskshadow-component-offline": {"method=SAVED_STATE"},
    "diskshadow-smb-create": {"requester=SNAPSHOT_MADE", "requester=COMPLETED", "context=AUTORECOVERABLE"},
    "hvbackup-two-vms-saved-state": {"method=SAVED_STATE", "requester=COMPLETED", "outcome=BACKED_UP|COPIED"},
    "wsb-online-offline-captions": {"method=SAVED_STATE", "method=CHILD_VM_SNAPSHOT", "requester=COPYING"},
    "getvm-json-zabbix": {"power=OFF", "power=RUNNING"},
    "linux-guest-freeze-permission-denied": {"progress=FAILED", "method=CHILD_VM_SNAPSHOT", "context=AUTORECOVERABLE"},
    "bareos-writer-invalid-state": {"requester=COMPLETE_REFUSED|FAILURE_SEEN|SNAPSHOT_FAILED", "requester=COMPLETE_REFUSED"},
    "03-kb2009513-provider-12292-11": {"vss=IDLE", "requester=CHOOSING|METADATA_GATHERED"},
    "05-lis-test-724-squashfs-freeze": {"progress=FAILED", "method=CHILD_VM_SNAPSHOT", "context=AUTORECOVERABLE"},
    "06-hypervbackup-12-duplicate-csvfs": {"requester=CHOOSING"},
    "10-ms-2026-backup-checkpoint-guide": {"power=SAVED"},
}  # fmt: skip
"""What is read off a capture; of the others nothing is, for the reason that stands here."""

REASONS = {
    "betest-stable-retryable": Kind.OTHER_WRITER,
    "diskshadow-list-writers-status": Kind.OTHER_WRITER,
    "vssadmin-french-stable": Kind.OTHER_WRITER,
    "get-vmintegrationservice-vss-protocol": Kind.OPEN,
    "getvm-clixml-win10ent": Kind.OPEN,
    "09-engineerdirect-7-failed-9-timed-out": Kind.OPEN,
    "01-kb3175561-autorecovery-file-exists": Kind.BEYOND,
    "02-kb3059372-recovery-snapshot-remains": Kind.BEYOND,
    "04-kb4230569-guest-cluster-codes": Kind.BEYOND,
    "07-hyperv-backup-utility-38-0-of-1-successful": Kind.BEYOND,
    "08-veritas-100031826-recovery-checkpoint": Kind.BEYOND,
}

LINES = {
    "bareos-writer-invalid-state": {2: 1, 3: 1, 5: 1},
    "diskshadow-component-offline": {6: 1},
    "diskshadow-list-writers-status": {3: 1},
    "diskshadow-smb-create": {23: 1, 24: 1, 27: 1},
    "dpm-child-partition-retryable": {4: 1, 12: 1, 22: 2, 28: 1},
    "event10103-2008-revert-failed": {2: 2},
    "event12289-hyperv-writer-session-gc": {2: 2},
    "getvm-json-zabbix": {2: 1, 5: 1, 8: 1},
    "hvbackup-two-vms-saved-state": {2: 1, 20: 1, 46: 1, 59: 1},
    "linux-guest-freeze-permission-denied": {2: 3},
    "vssadmin-failed11-retryable-postsnapshot": {2: 2, 18: 1, 19: 1},
    "vssadmin-failed8-inconsistent": {12: 1, 13: 1, 15: 1},
    "wsb-online-offline-captions": {2: 1, 4: 2},
    "03-kb2009513-provider-12292-11": {7: 2},
    "05-lis-test-724-squashfs-freeze": {2: 3},
    "06-hypervbackup-12-duplicate-csvfs": {4: 1},
    "10-ms-2026-backup-checkpoint-guide": {6: 1},
}  # fmt: skip
"""How many facts each line of a capture is, hints too; of no other line is there any."""

EVENTS = {
    "bareos-writer-invalid-state": ["snapshot_set_failed"],
    "hvbackup-two-vms-saved-state": ["snapshot_set_begun"] * 2,
}
"""What a capture is read to have happened, for what took how long; nothing in any other."""

CAPTURES = sorted(path for folder in FOLDERS if folder.is_dir() for path in folder.glob("*.txt"))


def said(seen: Seen) -> set[str]:
    return {f"{one.machine}={'|'.join(sorted(one.states))}" for one in seen.facts if not one.weak}


@pytest.mark.skipif(not CAPTURES, reason="the captures are not beside the project: they are not its to give")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_says_what_it_says_and_no_more(path: Path) -> None:
    seen = read_file(path)
    assert said(seen) == FACTS.get(path.stem, set())
    assert Counter(one.place.line for one in seen.facts) == LINES.get(path.stem, {})
    assert [one.event for one in seen.marks] == EVENTS.get(path.stem, [])
    assert not spans(seen.marks)
    if path.stem not in FACTS:
        assert REASONS[path.stem] in {one.kind for one in seen.remarks}


def test_no_capture_is_both_answered_and_declined() -> None:
    assert not FACTS.keys() & REASONS.keys()
    assert len(FACTS | REASONS) == 27
