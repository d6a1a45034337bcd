"""Event logs, backup programs' logs and VMs as PowerShell prints them: what is a fact, what is set aside, what lies outside."""

from __future__ import annotations

import pytest

from conformance.texts.facts import Kind, Seen
from conformance.texts.read import read_text
from model.facts import WRITER_ID

REJECTED = f"""
Event ID: 8229
A VSS writer has rejected an event with error 0x800423f4, what it means in words.
Operation:
   PostSnapshot Event
Context:
   Execution Context: Writer
   Writer Class Id: {{{WRITER_ID}}}
   Writer Name: Microsoft Hyper-V VSS Writer
"""
OLD_SESSION = f"""
Event ID: 12289
Volume Shadow Copy Service error: Unexpected error An older writer session state is being removed. hr = 0x80042409
Operation: PreRestore Event
Context:
Old state: 5
Old failure: 0x800423f2
Writer Class Id: {{{WRITER_ID}}}
"""


def told(seen: Seen) -> set[tuple[str, str, str]]:
    return {(one.machine, "|".join(sorted(one.states)), one.of) for one in seen.facts}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (REJECTED, {("writer_state", "FAILED_AT_POST_SNAPSHOT", ""), ("last_error", "NONRETRYABLE", "")}),
        (REJECTED.replace(WRITER_ID, "44444444-2222-4333-8444-555555555555").replace("Microsoft Hyper-V", "Other"), set()),
        (OLD_SESSION, {("writer_state", "WAITING_FOR_BACKUP_COMPLETE", ""), ("last_error", "TIMEOUT", "")}),
        (
            "Event ID: 10111\nfailed to mount the virtual hard drive 'x.vhd' for virtual machine 'web' (ID)",
            {("progress", "STUCK", "web"), ("method", "CHILD_VM_SNAPSHOT", "web")},
        ),
        ("Event ID: 10103\nThe virtual machine cannot be backed up: it has no SCSI controller", set()),
        (
            "Event ID: 12292\nError creating the Shadow Copy Provider COM class with CLSID {x} [0x80080005].",
            {("vss", "IDLE", ""), ("requester", "CHOOSING|METADATA_GATHERED", "")},
        ),
        ("- Caption: Offline\\\\db", {("method", "SAVED_STATE", "db")}),
        ("Caption: Online\\web", {("method", "CHILD_VM_SNAPSHOT", "web")}),
        ("Starting: Backup Using Saved State\\db", {("method", "SAVED_STATE", "db")}),
        ("Name : web\nState : Saved", {("power", "SAVED", "web")}),
        ('{"web":{"CPUUsage":0,"State":9, ...}', {("power", "PAUSED", "web")}),
        ("web VSS False OK", {("integration", "NOT_INSTALLED|STOPPED", "web")}),
        ("   [Attributes: 0x00400009]...", {("context", "AUTORECOVERABLE", "")}),
        ("   [Attributes: 0x0000000B]...", {("context", "NO_AUTORECOVERY", "")}),
        ("   at X.AddToSnapshotSet(String volume)", {("requester", "CHOOSING", "")}),
        ('failure calling "BackupComplete"', {("requester", "COMPLETE_REFUSED", "")}),
    ],
    ids=["rejected", "another writer rejects", "old session", "not mounted", "10103 of a later release", "no provider", "offline", "online",
         "older caption", "list of a VM", "JSON", "no service", "auto-recoverable", "no auto-recovery", "volumes", "refused"],
)  # fmt: skip
def test_what_a_text_says(text: str, facts: set[tuple[str, str, str]]) -> None:
    assert told(read_text(text, "f")) == facts


def test_a_piece_of_json_is_at_the_line_on_which_it_begins() -> None:
    pieces = ['{"web":{"CPUUsage":0,', '"State":9, ...}', "", 'and {"db":{"State":3}', '{"mail":{"State":2}']
    seen = read_text("\n".join(pieces), "f")
    assert {one.of: one.place.line for one in seen.facts} == {"web": 1, "db": 4, "mail": 5}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("disk C:\\vm\\web-AutoRecovery.avhdx is in the way", "AutoRecovery"),
        ("Failed to create VM recovery checkpoint", "checkpoint"),
        ("using RCT for the incremental", "change tracking"),
        ("[ERROR] Export failed", "export"),
        ("Hyper-V VSS: VSS: freeze of /data: Operation not supported", "Linux"),
        ("background disk merge failed to complete", "merge"),
    ],
)
def test_what_is_of_later_releases_or_other_guests_is_said_to_lie_outside(text: str, word: str) -> None:
    (outside,) = [one for one in read_text(text, "f").remarks if one.kind is Kind.BEYOND]
    assert word in outside.says
    assert outside.holds


def test_a_writers_code_in_prose_is_this_writers_only_in_the_case_that_it_is() -> None:
    seen = read_text("The job failed: VssError (0x800423F3)", "f")
    assert not seen.facts
    assert [(one.machine, *one.states) for case in seen.cases for one in case.facts] == [("last_error", "RETRYABLE")]
    assert read_text("Backup Using Child Partition Snapshot\\web failed (0x800423F3)", "f").cases == ()


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (
            "Error: The requested object was a duplicate.\n   at X.AddToSnapshotSet(String volume)",
            "is to be added once",
        ),
        ("adding D: failed: 0x8004230D", "is to be added once"),
        (
            "Event ID: 12292\nError creating the Shadow Copy Provider COM class with CLSID {x} [0x80080005].",
            "vssadmin list providers",
        ),
        ("Hyper-V VSS: VSS: freeze of /data: Operation not supported", "or is gone during the backup"),
        (OLD_SESSION, "Find the backup program that began it"),
    ],
    ids=["added twice", "its code", "no provider", "a mount that does not freeze", "old session"],
)
def test_what_has_a_remedy_is_told_it_once(text: str, advice: str) -> None:
    told = [one.holds for one in read_text(text, "f").remarks if advice in one.holds]
    assert len(told) == 1


def test_a_setting_that_speaks_of_duplicates_is_no_failure() -> None:
    assert not read_text("if the requested object was a duplicate, retry", "f").remarks
