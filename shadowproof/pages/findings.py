"""The findings: where a promise fails, told from the record, with what it means for a reader."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Cell, Record, load
from proofs.answers.runs import Kept, Runs, load_for
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import ALL_FAULTS, BASE, combined_columns, fault_columns, reading_columns, title
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import options
from shadowproof.tell.story import story

MEANING = {
    "no fault": "A VM that a cluster holds for online and that the writer saves directly is taken for failed (S41 to S43): it is another "
    "node's before the shadow copy is made, and the backup succeeds all the same, with an image of files in use. The document's own "
    "advice (S44) is the way out. And a VM that nobody chose can veto the backup of all the others: PrepareForSnapshot is about each VM in "
    "the writer metadata (S17, READ-5), so under NO_AUTORECOVERY one unchosen VM that would use Child VM Snapshot spoils a Saved State "
    "backup (READ-6).",
    "guest_hangs": "PrepareForSnapshot has no bound (VSS-4), so one child that never answers holds the whole backup for ever, "
    "and AbortBackup cannot cut in while the writer is inside its handler.",
    "vm_cannot_be_resumed": "Nothing ever tries again: the VM stays saved, and the writer's note of it stays too, so that a later "
    "backup may give back a VM that its owner has saved since.",
    "operator_changes_vm": "The writer trusts what it saw: a VM that somebody starts, stops or saves meanwhile is copied in the "
    "wrong state, or given back to a state nobody wants any more.",
    "management_service_restarts": "The note of the state before is lost (READ-3), so the VMs that were saved stay saved; and a child "
    "whose backup nobody drives any more thaws by itself, outside PrepareForSnapshot.",
    "host_loses_power": "VMs that the writer had saved stay saved, since the note is lost with the process.",
    "requester_vanishes": "BackupShutdown is all that the writer gets (VSS-7), and by default it gives nothing back there: VMs stay "
    "saved (Q3). A restore that loses its requester leaves the chosen VMs deleted.",
    "released_without_abort": "A veto in PrepareForSnapshot causes no Abort (VSS-5): only AbortBackup gives the VMs back that were "
    "saved before another one failed (Q1).",
    "failure_ignored": "A veto does not end DoSnapshotSet (READ-15): a requester that never looks at the status, or does not mind, makes a "
    "partial backup and leaves the vetoing writer's VMs saved. BAK-13 and BAK-9 rest on the requester's asking.",
    "released_early": "BackupShutdown without Abort and without BackupComplete: the writer that vetoed gives nothing back there.",
    "released_while_waiting": "An object released inside DoSnapshotSet yields BackupShutdown only, as a death does (VSS-7).",
    "failed_copy_reported_as_success": "The writer cannot know: what counts as backed up is what the requester reports.",
    "success_not_reported": "A backup completes of which nobody vouches for a component.",
    "completed_after_failure": "BackupComplete is refused and ends nothing (VSS-14): who takes it for the end must still abort.",
    "registration_fails": "The VM was deleted in PreRestore; if it cannot be registered it is gone (Q23).",
    "cluster_fails_over": "A VM that the cluster moves away in the middle of a session is beyond the writer's reach.",
    "other_writer_fails_in_pre_restore": "This writer has deleted its VMs by then, and a restore has no Abort (Q20).",
    "post_restore_never_called": "The VMs stay deleted (Q22).",
    "file_status_forgotten": "UNDEFINED is not ALL: nothing is registered, and the VMs stay deleted (VSS-10).",
    "files_restored_in_part": "PostRestore fails, as it must; the VMs were deleted before (Q19).",
    "files_not_restored": "PostRestore fails, as it must; the VMs were deleted before (Q19).",
    "integration_service_stops": "A child whose requester dies is thawed by its own VSS, at a time the host does not choose: one VSS "
    "event of the child outside PrepareForSnapshot (BAK-5).",
    "READ-1=INSIDE": "Giving back inside PrepareForSnapshot keeps every promise but the letter of BAK-2 and BAK-9, which place it in "
    "PostSnapshot.",
    "READ-1=ON_SHUTDOWN": "Giving back in BackupShutdown keeps every promise but the letter of BAK-2 and BAK-9.",
    "READ-1=NEVER": "Then one VM's failure leaves all the others saved, without any fault of the requester: the document needs a "
    "place to give them back, and names none.",
    "READ-5=SELECTED": "S17 says each VM in the writer metadata; saving only the chosen ones is kinder, and not what it says.",
    "READ-6=SKIPPED": "Skipping the roll back lets a backup succeed that holds crash consistent images: BAK-12 needs the veto.",
    "READ-14=UNTIL_RETURN": "A veto does not end DoSnapshotSet, and the requester learns of it only afterwards (VSS-13), when AbortBackup "
    "comes too late to reach anybody; under READ-2 a failed writer gets no PostSnapshot either. So no requester whatever has a way to have "
    "the saved VMs given back: one of READ-1, READ-2, READ-14 and READ-15 must be otherwise.",
    "READ-16=ALL_OR_NONE": "One switch that is gone leaves the adapters on all the others without a port, against the letter of S40.",
    "READ-17=AS_IT_WAS": "A VM that failed over is given back here while its applications run on another node.",
    "READ-7=PER_VM": "Registering the VMs that are whole breaks the all-or-nothing wording of the status check.",
    "READ-8=SESSION_ENDS": "BAK-5 and BAK-10 pull against each other: if the child's snapshot goes with the child's session, which lies "
    "inside PrepareForSnapshot, the host's copy is made too late to hold it, and no Child VM Snapshot backup can ever succeed.",
    "READ-11=COPY_COUNTS": "A copy may count although a VM was not given back or an image not rolled back.",
    "READ-12=VHDS": "A dynamic or FAT pass-through disk no longer bars Child VM Snapshot: against the letter of S12 and S13.",
    "READ-13=MET": "VHDs on several volumes no longer bar Child VM Snapshot: against the letter of S11.",
}
"""What a failing column means, by its name."""


def columns_with_findings(record: Record) -> list[tuple[Column, list[tuple[str, Cell]]]]:
    """The columns of one fault, one reading, or both, with the properties that fail in them and in no part of them."""
    found = []
    for column in (BASE, *fault_columns(), *reading_columns(), *combined_columns(), ALL_FAULTS):
        rows = [
            (name, cell)
            for name in PROPERTIES
            if (cell := record.cell(name, column.name)) is not None
            and cell.verdict == REFUTED
            and not any(_refuted(record, name, part) for part in parts(column))
        ]
        if rows:
            found.append((column, rows))
    return found


def parts(column: Column) -> list[Column]:
    """The columns that a column is made of, if it is made of several; else the one without any fault."""
    if len(column.faults) > 1:
        return [Column(frozenset({fault})) for fault in sorted(column.faults)]
    if column.faults and column.readings:
        return [Column(column.faults), Column(readings=column.readings)]
    return [] if column == BASE else [BASE]


def _refuted(record: Record, name: str, column: Column) -> bool:
    cell = record.cell(name, column.name)
    return cell is not None and cell.verdict == REFUTED


def page() -> str:
    """The page of findings, from the record, told with the runs that are kept with it."""
    record, runs = load(), load_for(protocol_content())
    found = columns_with_findings(record)
    lines = [
        "# Findings",
        "",
        "Where a promise fails, by the circumstances under which it does. Each row is the shortest run that was found with up to",
        "two VMs, replayed by the machines, with its steps and its VMs; of each circumstance the shortest is told, and",
        "`shadowproof explain` tells any. A property is listed where it fails, and not again where more faults or readings are added",
        "to what breaks it already; so what fails without any fault is told once.",
        "",
    ]
    base = [name for column, rows in found if column == BASE for name, _ in rows]
    if base:
        lines += [f"**Without any fault, under the default readings, these fail: {', '.join(base)}.**", ""]
    else:
        lines += ["Without any fault, under the default readings, every promise that is exercised holds.", ""]
    for column, rows in found:
        lines += [f"## {title(column)}", ""]
        if column.name in MEANING:
            lines += [MEANING[column.name], ""]
        lines += ["| property | promise | shows | steps | VMs |", "|---|---|---|---|---|"]
        lines += [_row(name, cell, runs.of(name, column.name)) for name, cell in rows]
        lines += ["", *_told(column, rows, runs), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(name: str, cell: Cell, kept: Kept | None) -> str:
    found = PROPERTIES[name]
    steps = "no run reaches it" if cell.length is None else str(cell.length)
    vms = "" if kept is None else str(len(kept.run.shapes))
    return f"| [{name}](properties.md#{name}) | {found.says} | {' '.join(found.shows)} | {steps} | {vms} |"


def _told(column: Column, rows: Sequence[tuple[str, Cell]], runs: Runs) -> list[str]:
    """The story of the column's shortest run; where none is kept of this protocol, how to have one told."""
    kept = [one for name, _ in rows if (one := runs.of(name, column.name)) is not None]
    if kept:
        shortest = min(kept, key=lambda one: len(one.run.steps))
        network, _ = as_asked(PROPERTIES[shortest.property], watched())
        text = story(shortest.run, network, PROPERTIES[shortest.property], column, shortest.verdict())
        return ["```text", text.rstrip(), "```"]
    return [f"Tell one: `shadowproof explain {rows[0][0]} {options(column)}`"] if column != ALL_FAULTS else []
