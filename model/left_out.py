"""What became of each question a reviewer would ask (Q) and of each contradiction between the texts (C).

Every one is a reading, a fault, something the model does, or is left out on purpose, with the reason. Actors say what
they leave out for themselves (`leaves_out`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """Something that the model is silent about on purpose: the questions it leaves open, what, and why."""

    ids: tuple[str, ...]
    what: str
    why: str


LEFT_OUT = (
    LeftOut(
        ("Q8",),
        "What becomes of a shadow copy set in which a VM failed.",
        "The writer does not delete it, and whether it outlives the session hangs on the kind of context; here it goes "
        "with the session, and what counts as a backup is only what the requester reports.",
    ),
    LeftOut(
        ("Q9",),
        "The backup type that the requester in the child names, and so whether the child's logs are cut before the "
        "host's backup is known to be good.",
        "The document gives no type. That the child's backup is over before the shadow copy exists is modelled.",
    ),
    LeftOut(
        ("Q11",),
        "A VM that is just starting, saving, migrating or merging.",
        "The document knows no state in between, so every change of power is one step.",
    ),
    LeftOut(
        ("Q18",),
        "Durations, and so any bound on PrepareForSnapshot.",
        "No number is published for it. A window that is overrun is the fault freeze_window_overrun; a child that "
        "takes for ever is the fault guest_hangs.",
    ),
    LeftOut(
        ("Q19",),
        "Whether deleting a VM in PreRestore deletes its VHD files too.",
        "The document does not say, and the restore writes over whatever is there. That the files cannot be restored "
        "afterwards is the fault files_not_restored.",
    ),
    LeftOut(
        ("Q20",),
        "A VM that cannot be turned off or deleted in PreRestore, after others have been deleted.",
        "The document names no such failure and no way back. What a restore leaves that is given up after PreRestore "
        "is seen with the fault other_writer_fails_in_pre_restore.",
    ),
    LeftOut(
        ("Q22",),
        "The removal, after two days, of a restore session that nobody ended.",
        "Time is not modelled. That PostRestore never comes is the fault post_restore_never_called.",
    ),
    LeftOut(
        ("Q23",),
        "Failures of the link, the VHD places and the network in PostRestore, their codes, and the identity of ports "
        "and MAC addresses.",
        "The document promises the steps and no failure of theirs. A registration that fails is the fault "
        "registration_fails, a missing switch the fault switch_gone.",
    ),
    LeftOut(
        ("Q24",),
        "A default place that is taken, a link that exists, a VM id that is registered already.",
        "A VM is deleted before it is restored, so within the document's own procedure none of the three arises.",
    ),
    LeftOut(
        ("Q25",),
        "A second session for the same VM at the same time, and VMs that have snapshots of their own.",
        "VSS runs one snapshot set at a time and the document speaks of one session; sessions follow one another here.",
    ),
    LeftOut(
        ("Q13",),
        "What an owner does with a VM between two sessions by hand: start, stop, pause, reconfigure it.",
        "A run may begin with a VM in any power state and of any configuration, so it would mostly lead to where another run begins. Not "
        "seen is what it would do to what a session leaves behind: the writer's note of a VM that it could not give back, links, ports. "
        "Through the cluster it is modelled; in a session it is the fault operator_changes_vm.",
    ),
    LeftOut(
        ("C4",),
        "Failures of single components, by which later releases skip one VM and keep the rest.",
        "The document's rule is all or nothing; the deviation would be another protocol.",
    ),
    LeftOut(
        ("C6",),
        "A requester that asks for the writer's status during a restore.",
        "The texts disagree on whether it may. Here each failure in a restore ends the call it occurs in, so nothing "
        "hangs on the asking.",
    ),
)

ANSWERED = {
    "Q1": "reading READ-1",
    "Q2": "reading READ-2, reading READ-15, fault failure_ignored",
    "Q3": "fault requester_vanishes",
    "Q4": "reading READ-3, fault management_service_restarts",
    "Q5": "modelled: abort_delivered lets vm_given_back happen in Abort, and image_rolled_back only in PostSnapshot",
    "Q6": "modelled: had_post_snapshot; after it backup_aborted and requester_aborts deliver no Abort to this writer",
    "Q7": "reading READ-11, faults vm_cannot_be_resumed and roll_back_fails",
    "Q8": "left out: whether the shadow copy set outlives its session",
    "Q9": "left out: the child's backup type; modelled: child_backup_completes comes before shadow_copies_committed",
    "Q10": "modelled: a paused VM is saved and goes back to paused; if off or saved already, vm_has_nothing_to_save",
    "Q11": "left out: states in transition",
    "Q12": "fault vm_cannot_be_saved: the VM fails, and with it the backup",
    "Q13": "reading READ-4, faults integration_service_stops and operator_changes_vm; left out: an owner's hand between sessions",
    "Q14": "reading READ-5",
    "Q15": "fault volume_missing: vm_lacks_a_volume fails the VM as inconsistent",
    "Q16": "reading READ-6",
    "Q17": "fault other_writer_fails_in_thaw: Abort undoes the work",
    "Q18": "left out: durations; faults freeze_window_overrun and guest_hangs",
    "Q19": "fault files_not_restored; left out: whether deleting a VM deletes its VHD files",
    "Q20": "left out: failures of turning off and deleting; fault post_restore_despite_failure",
    "Q21": "reading READ-7, fault files_restored_in_part",
    "Q22": "fault post_restore_never_called; left out: the removal of its session after two days",
    "Q23": "faults registration_fails and switch_gone; left out: failures of the later steps, codes, MAC addresses",
    "Q24": "left out: a place, link or id that is taken",
    "Q25": "left out: two sessions at once, VMs with snapshots of their own",
    "Q26": "reading READ-17; modelled: where cluster_saves_vm is forgotten vm_fails_over may follow; fault cluster_fails_over",
    "Q27": "reading READ-12; modelled: in_backup never holds a pass-through or iSCSI disk, and its VM succeeds",
    "Q28": "modelled: returned and writer_state are two machines; a PostRestore that fails returns FALSE",
    "Q29": "reading READ-8",
    "Q30": "reading READ-13",
    "C1": "modelled: prepare_for_snapshot_vetoed_returning_true beside prepare_for_snapshot_vetoed",
    "C2": "modelled: after abort_returned another abort_delivered can come, and changes nothing more",
    "C3": "reading READ-14, fault requester_aborts; modelled: outside its window backup_aborted reaches nobody",
    "C4": "left out: failures of single components",
    "C5": "fault freeze_window_overrun: VSS sets the state, although the writer's Freeze does nothing",
    "C6": "left out: asking for the status during a restore",
}
"""For each question and contradiction: reading, fault, modelled (by which events or machines), or left out."""
