"""The findings about the document, most important first: of each the words that nothing can derive.

What a finding is derived from are its circumstances: columns of the record in which some promise fails. A finding whose circumstances
break nothing any more vanishes; a circumstance that breaks something and is in no finding has no words yet, and a test fails.
"""

# ruff: noqa: E501 - texts, a paragraph each, that the page and the terminal fold

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """sentences: the document's, by number. circumstances: names of columns. promise: the one to be told, where it fails. certainty: of
    the evidence, with its source. wording: what to write, in our words; variant: its name in WORDINGS, empty where it changes no rule."""

    title: str
    sentences: tuple[int, ...]
    problem: str
    circumstances: tuple[str, ...]
    promise: str
    evidence: str
    certainty: str
    harmed: str
    wording: str
    variant: str = ""


FINDINGS = (
    Finding(
        "Nobody is told to give saved VMs back after a veto",
        (4, 20, 22, 26, 27),
        "Silent. Saved VMs go back in PostSnapshot, but a writer that has vetoed may get none, and no other place is named.",
        (
            "READ-14=UNTIL_RETURN", "READ-1=NEVER", "READ-1=INSIDE", "READ-1=ON_SHUTDOWN", "READ-9=STOP", "released_without_abort",
            "released_early", "failure_ignored", "completed_after_failure",
        ),
        "no-vm-left-saved",
        "Of 21 published requesters 14 never look at a writer's status after DoSnapshotSet, and some never call AbortBackup. One "
        "recorded listing has a writer failed in PrepareForSnapshot beside another that waits for completion.",
        "certain of the sources read; inferred of the products, none of which was run (published sources; a vssadmin listing)",
        "Owners of VMs that did nothing wrong: one VM's failure leaves the others saved, that is down, after the backup is over.",
        "Before the writer returns a failure from PrepareForSnapshot, it returns every VM that it has put into a saved state to the state "
        "that the VM had before.",
        "given-back-before-it-returns",
    ),
    Finding(
        "A requester that dies leaves VMs saved",
        (4, 22),
        "Silent. A requester that is gone in the middle yields BackupShutdown alone, in which the writer has nothing to do.",
        ("requester_vanishes", "released_while_waiting"),
        "no-vm-left-saved",
        "VSS's own pages say that only BackupShutdown comes after a crash. Some published requesters release while DoSnapshotSet still runs.",
        "certain of VSS (its documentation); inferred of the products (published sources)",
        "Owners of every VM of the Saved State method on the host, until somebody starts it by hand.",
        "When the writer processes BackupShutdown, every VM that it has put into a saved state in this session, and has not returned yet, is "
        "returned to the state that it had before.",
        "given-back-at-shutdown",
    ),
    Finding(
        "PreRestore deletes VMs before their files are there",
        (31, 32, 34, 35),
        "Stronger than can be kept. The VM is gone before anybody knows whether its files can be restored, and a restore has no Abort.",
        (
            "files_not_restored", "files_restored_in_part", "file_status_forgotten", "post_restore_never_called", "registration_fails",
            "other_writer_fails_in_pre_restore", "READ-7=PER_VM + files_restored_in_part", "READ-7=PER_VM + file_status_forgotten",
        ),
        "no-vm-is-lost",
        "VSS's pages say that no Abort exists for a restore, and that a status that nobody set counts as undefined.",
        "certain of VSS (its documentation); no recorded loss was found",
        "Whoever restores: the VM is registered nowhere until a later restore succeeds.",
        "In PreRestore the writer turns off the VMs about to be restored, and keeps their registration; it deletes a VM in PostRestore, after "
        "its status was found to be VSS_RS_ALL and just before it registers the restored one. A VM with another status stays as it was.",
        "registered-until-restored",
    ),
    Finding(
        "A restart of the management service, or of the host, forgets who was saved",
        (22, 31),
        "Silent. Nothing says whether what the writer noted of a VM outlives its process, nor who goes on in its place.",
        ("management_service_restarts", "host_loses_power"),
        "no-vm-left-saved",
        "Restarting the service is the usual advice for a writer that is stuck in a failed state.",
        "likely (field reports); that the note is lost is inferred, no source says so",
        "Owners of the VMs that were saved at that moment; of VMs being restored, which stay deleted.",
        "The state before is kept with the VM. When the management service starts, it returns every VM that its writer has put into a saved "
        "state to the state that the VM had before.",
        "given-back-at-the-start",
    ),
    Finding(
        "A clustered VM that is saved directly is backed up while another node runs it",
        (41, 42, 43, 44),
        "Stronger than can be kept. The document says itself that the VM fails over; the backup succeeds all the same.",
        ("no fault", "cluster_fails_over"),
        "backed-up-images-are-consistent",
        "The document's own sentences on clusters; no recorded case was found.",
        "certain of the document; inferred of the products",
        "Whoever restores such a backup: its image is of files that were in use, and nothing reported a failure.",
        "The writer does not put a VM whose resource is online in a failover cluster into a saved state: it saves it through the cluster "
        "service, or fails that VM as it fails any that cannot be saved.",
        "saved-through-the-cluster",
    ),
    Finding(
        "A VM that nobody chose vetoes the backup of all others",
        (17, 20, 25, 27),
        "Contradictory. Each VM in the writer metadata is prepared, chosen or not; and if any VM fails, none is backed up.",
        ("no fault", "READ-5=SELECTED"),
        "an-unchosen-vm-spoils-no-backup",
        "That VMs that were not chosen are saved along is a known nuisance in the field; no normative text was found.",
        "likely (field reports)",
        "Whoever backs up one VM of a host of many: the outage, and the failure, of VMs that are none of that backup's business.",
        "For each VM that is selected in the Backup Components Document, and no other: if the Saved State method is used, it is put into a "
        "saved state. If any of these VMs fails to create a snapshot, no VM is backed up.",
        "chosen-vms-only",
    ),
    Finding(
        "The child's snapshot may be gone before the host copies it",
        (18, 19, 23),
        "Contradictory, if read literally. The child's whole backup, its end too, lies inside PrepareForSnapshot; but the host's copy, made "
        "later, is rolled back to the child's snapshot.",
        ("READ-8=SESSION_ENDS",),
        "child-snapshot-is-kept-for-the-copy",
        "Texts on a later release say that the snapshot is dropped only after the volume's copy.",
        "likely (articles of the field); the document itself is silent",
        "Whoever implements the guest's part from the document: no Child VM Snapshot backup can succeed then.",
        "The snapshot in the child is kept until the host's shadow copies exist, although the VSS backup in the child is over before.",
        "snapshot-kept-for-the-copy",
    ),
    Finding(
        "One child that never answers holds the host's backup for ever",
        (18, 19, 20),
        "Silent. PrepareForSnapshot has no bound, and what happens in a child whose host, service or guest goes away is left open.",
        (
            "guest_hangs", "integration_service_stops", "guest_crashes", "READ-4=FAILS + integration_service_stops",
            "READ-4=FAILS + operator_changes_vm",
        ),
        "every-session-ends",
        "No limit of PrepareForSnapshot is published; a Linux guest may take fifteen minutes over its freeze.",
        "certain (VSS's documentation, the Linux driver's source)",
        "Whoever backs up a host with one sick guest.",
        "A child whose requester has not answered within a stated time counts as one that failed to create its snapshot.",
        "silent-child-fails",
    ),
    Finding(
        "What a failure in PostSnapshot means for the backup is not said",
        (22, 23, 27),
        "Silent. A VM may fail to resume, or an image to be rolled back, when the shadow copies exist already.",
        ("vm_cannot_be_resumed", "READ-11=COPY_COUNTS + roll_back_fails", "READ-11=COPY_COUNTS + vm_cannot_be_resumed"),
        "failed-undoing-spoils-the-backup",
        "A recorded listing shows a writer failed in PostSnapshot with a retryable error.",
        "certain that it happens (a vssadmin listing); what became of the backup is not known",
        "Whoever restores: an image may hold what was never consistent, in a backup that was reported good.",
        "If a VM cannot be returned to its state, or an image not rolled back, the writer fails in PostSnapshot and no VM is backed up; the "
        "writer tries again to return the VM in BackupShutdown.",
        "tried-again-at-shutdown",
    ),
    Finding(
        "The requester's duties are not named",
        (14, 27),
        "Silent. What counts as backed up, and in which state, rests on what the requester reports, and on nobody touching the VMs.",
        (
            "failed_copy_reported_as_success", "success_not_reported", "operator_changes_vm",
        ),
        "success-follows-a-copy",
        "Of 21 published requesters 12 never call SetBackupSucceeded.",
        "certain of the sources read; no product was run",
        "Whoever relies on a backup that only looks complete.",
        "A requester reports success of a component only when all of its files were copied, and gathers the writers' status after "
        "DoSnapshotSet; while a session is open, the state of a VM is left alone.",
    ),
    Finding(
        "What a context without auto-recovery leads to is not said",
        (24, 25),
        "Silent. The flag is said not to be set; what the writer does where it is set all the same is open.",
        ("READ-6=SKIPPED",),
        "auto-recovery-required",
        "One published guest agent sets it for its own snapshots; a Linux guest takes part without auto-recovery.",
        "certain of the sources read",
        "Whoever restores an image that is crash consistent and was reported as a good backup.",
        "If the context carries VSS_VOLSNAP_ATTR_NO_AUTORECOVERY, a VM that would use Child VM Snapshot fails to create its snapshot.",
        "no-auto-recovery-fails",
    ),
    Finding(
        "Conditions and ports: three sentences that can be read two ways",
        (11, 12, 13, 40),
        "Ambiguous. VHDs on several volumes; pass-through disks; several switches of which one is gone. (S40 also misprints \"exist\".)",
        ("READ-12=VHDS", "READ-13=MET", "READ-16=ALL_OR_NONE"),
        "port-exactly-where-the-switch-is",
        "None was found.",
        "open",
        "Whoever implements the conditions, and VMs that come back with no network.",
        "All VHD files of the VM are on one host volume, and its snapshot file location on the same; the conditions on disks are of every disk "
        "of the child, pass-through disks too; for each virtual switch that still exists, a new port is made and connected.",
        "conditions-and-ports",
    ),
)  # fmt: skip
