"""The requirements: what the protocol says, in our words, with the sentences that say it.

`S` names a sentence of the document. `derived`: our inference, kept apart from what is stated.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Requirement:
    """One requirement: its stable id, what holds, the sentences of the document, other places, what is inferred."""

    id: str
    says: str
    sentences: tuple[int, ...] = ()
    also: str = ""
    derived: str = ""


def _r(name: str, says: str, sentences: tuple[int, ...] = (), also: str = "", derived: str = "") -> Requirement:
    return Requirement(name, says, sentences, also, derived)


REQUIREMENTS = (
    _r("GEN-1", "VMs are backed up and restored through VSS; on the host the Hyper-V writer speaks for them.", (1,)),
    _r(
        "GEN-2",
        "A guest that has the backup integration service has a VSS requester, through which its own writers take part.",
        (2,),
        derived="Without the service they take no part.",
    ),
    _r(
        "GEN-3", "The writer has a fixed name and id and lives in the virtual machine management service.", (15, 46, 47)
    ),
    _r("MET-1", "Each VM is backed up by one of two methods; Saved State is the default.", (3, 4, 5)),
    _r(
        "MET-2",
        "Child VM Snapshot needs all five conditions, MET-3 to MET-7.",
        (6,),
        derived="One missing condition means Saved State.",
    ),
    _r(
        "MET-3",
        "The backup integration service is installed and running in the child; Windows 2000 has no such service.",
        (7, 8, 9),
    ),
    _r("MET-4", "The child VM is running.", (10,)),
    _r("MET-5", "The VM keeps its snapshot files on the host volume that holds its VHD files.", (11,)),
    _r("MET-6", "The child has basic disks only, no dynamic disk.", (12,)),
    _r("MET-7", "Each disk of the child has a file system that supports snapshots.", (13,)),
    _r(
        "BAK-1",
        "The writer meets the events of an ordinary VSS backup, in their order; Abort may cut in.",
        (14,),
        "facts 1.1, 1.5",
    ),
    _r(
        "BAK-2",
        "What is special to this writer happens in PrepareForSnapshot, and is undone in PostSnapshot.",
        (15, 22),
    ),
    _r(
        "BAK-3",
        "PrepareForSnapshot puts every VM of the Saved State method into a saved state.",
        (4, 17),
        "facts 4.2",
        "A VM that is off or saved already has nothing to save.",
    ),
    _r(
        "BAK-4",
        "For Child VM Snapshot, the requester in the child runs a whole VSS backup with the child's own writers.",
        (5, 18),
    ),
    _r("BAK-5", "All VSS events in the child lie within the host's PrepareForSnapshot.", (19,)),
    _r("BAK-6", "For Child VM Snapshot the host does further work that the child cannot see.", (16,)),
    _r(
        "BAK-7",
        "PrepareForSnapshot succeeds only after every VM, of either method, is saved, had nothing to save, or has its snapshot; "
        "chosen or not, as READ-5 means it.",
        (20,),
    ),
    _r("BAK-8", "In Freeze and Thaw the writer does nothing.", (21,)),
    _r(
        "BAK-9",
        "PostSnapshot gives back each VM that this writer put into a saved state, to the state it had before.",
        (4, 22),
        derived="A VM that was saved or off already is not touched.",
    ),
    _r(
        "BAK-10",
        "PostSnapshot rolls the host's image of a Child VM Snapshot VM's VHD files back to the child's snapshot.",
        (23,),
        derived="The image is the one in the shadow copy; the live disk is never rolled back. It is a matter of each VHD: a VM is done "
        "when all of its VHDs are, and one without a VHD has nothing to roll back. Whether the VM still runs does not matter.",
    ),
    _r("BAK-11", "The roll back does not depend on the writers in the child.", (24,)),
    _r("BAK-12", "So the shadow copies must be auto-recoverable: the context carries no NO_AUTORECOVERY.", (24, 25)),
    _r("BAK-13", "No partial backups: if one VM fails to create its snapshot, no chosen VM is backed up.", (26, 27)),
    _r(
        "BAK-14",
        "Pass-through and iSCSI disks are invisible to the host and not in the backup; the child backs them up.",
        (28, 29),
    ),
    _r(
        "BAK-15",
        "Between Freeze and Thaw, shadow copies are made of the volumes that hold the VMs' files.",
        (4,),
        "Q15",
        "A VM with a volume outside the set fails as inconsistent.",
    ),
    _r("RST-1", "A restore is the host's alone; the writers in the children take no part.", (30,)),
    _r(
        "RST-2",
        "PreRestore turns off and deletes every VM that is about to be restored.",
        (31,),
        derived="No other VM is touched.",
    ),
    _r("RST-3", "Files are restored only after every writer on the host has processed PreRestore.", (32,)),
    _r(
        "RST-4",
        "In PostRestore, a file restore status other than VSS_RS_ALL makes the writer report a failure and return "
        "FALSE.",
        (33, 34),
    ),
    _r("RST-5", "Every restored VM is registered with the management service.", (35,)),
    _r(
        "RST-6",
        "A VM restored to another than the default place gets a symbolic link in the default place.",
        (36,),
        derived="A VM restored to the default place gets none; the link points to where this restore put the VM.",
    ),
    _r(
        "RST-7",
        "Each restored VHD's place, chosen anew in each restore and apart from the VM's own, is compared with the VM's configuration, "
        "which is corrected where they differ.",
        (37, 38),
    ),
    _r(
        "RST-8",
        "For the virtual switches a VM was connected to that still exist, new ports are made and connected.",
        (39, 40),
        derived="Switch by switch; none for a switch that is gone.",
    ),
    _r(
        "RST-9",
        "PostRestore goes in order: statuses, registration with its link, VHD places, network.",
        (33, 35, 37, 39, 40),
    ),
    _r(
        "CLU-1",
        "The writer ignores cluster membership, in a Saved State backup and in every restore: saving or deleting a clustered VM looks like "
        "a failure and fails it over.",
        (41, 42, 43),
    ),
    _r(
        "CLU-2",
        "A Saved State backup avoids that only if the VM is saved through the cluster service first.",
        (44,),
        derived="The writer then finds it saved and leaves it so; whoever saved it resumes it. Nothing says when: any time before "
        "PrepareForSnapshot, and a paused VM too.",
    ),
    _r("CLU-3", "A restore avoids that only if the VM's resources are taken offline first.", (45,)),
    _r("VSS-1", "Writer states are those of VSS_WRITER_STATE, with their numbers.", also="facts 1.1"),
    _r(
        "VSS-2",
        "State and last error are two fields: Stable with an error and Failed without one both occur.",
        also="facts 1.1",
    ),
    _r("VSS-3", "A writer raises five failure codes only; two more are VSS's own.", also="facts 1.2"),
    _r(
        "VSS-4",
        "Freeze to Thaw is bounded, as is the hold on writes; PrepareForSnapshot has no published bound.",
        also="facts 1.3",
    ),
    _r(
        "VSS-5",
        "Abort comes from AbortBackup, a failed or late Freeze or Thaw, or a failure of provider or VSS after "
        "PrepareForSnapshot, before or after the commit; a writer that fails in PrepareForSnapshot or PostSnapshot does not cause one.",
        also="facts 1.5",
    ),
    _r(
        "VSS-6",
        "Abort is judged writer by writer, whatever the others had: none for a writer that has had PostSnapshot, but one for a writer that "
        "vetoed and never had it; none in a restore; after Abort a writer gets nothing more of the operation, and a repeated Abort changes "
        "nothing more.",
        also="facts 1.5",
    ),
    _r("VSS-7", "A requester that vanishes yields BackupShutdown only, without BackupComplete.", also="facts 1.5"),
    _r(
        "VSS-8",
        "BackupComplete is not called after a failed DoSnapshotSet, and not needed after AbortBackup.",
        also="facts 1.5",
    ),
    _r("VSS-9", "The method is published at Identify, so a VM can change before PrepareForSnapshot.", also="facts 4.1"),
    _r("VSS-10", "VSS_RS_UNDEFINED, VSS_RS_NONE and VSS_RS_FAILED are all other than VSS_RS_ALL.", also="facts 2"),
    _r(
        "VSS-11",
        "A provider that cannot auto-recover defeats every Child VM Snapshot backup and no Saved State backup.",
        also="facts 1.7",
    ),
    _r(
        "VSS-12",
        "What a handler returns and what it reports are two things: success is never inferred from TRUE.",
        also="facts 1.4, C1",
    ),
    _r(
        "VSS-13",
        "DoSnapshotSet is one call: until it returns the requester is asked nothing. What became of a writer it learns from the "
        "status that it gathers afterwards, as after PrepareForBackup, BackupComplete, PreRestore and PostRestore.",
        also="facts 1.1, 1.5",
    ),
    _r(
        "VSS-14",
        "BackupComplete after a DoSnapshotSet that failed, or after AbortBackup, is refused and ends nothing.",
        also="facts 1.5",
    ),
)

BY_ID = {requirement.id: requirement for requirement in REQUIREMENTS}

SENTENCES = range(1, 48)
"""The numbered sentences of the document."""
