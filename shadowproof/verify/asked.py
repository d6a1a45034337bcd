"""What `verify` is asked, as data: which promises, in which columns, of which VMs; and what that is to be compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from model.protocol import VERSION
from model.versions import option
from proofs.answers.record import Record, RecordError, load
from proofs.verdicts.columns import fault_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import LEFT_OUT
from shadowproof import ask
from shadowproof.host.inventory import read_inventory
from shadowproof.host.kinds import Kind, kinds, scope_of
from shadowproof.verify.comparison import of_every_kind
from shadowproof.verify.loop.touched import Touched, touched
from shadowproof.verify.progress import NOTHING
from shadowproof.verify.report import Verification
from shadowproof.verify.verify import Task, judge, recorded_tasks, shown_anew

NOTES = 20
"""Notes on a file of VMs that are repeated."""

RECORDED_VMS = 2
"""What fewer VMs show may be less than the record has."""

Said = Callable[[str], None]


@dataclass(frozen=True)
class Question:
    """tasks: what to judge. whole: it is what the record holds, which so has to have each verdict. record: what the verdicts are
    compared with. kinds: the VMs of the host that is judged. same: see `Verification`. all_faults: what is kept with all faults
    together is shown anew. anew: runs that are kept are not tried. solvers: they are asked for a second opinion."""

    tasks: Sequence[Task]
    whole: bool
    record: Record
    kinds: Sequence[Kind] | None = None
    same: tuple[int, str] = (0, "")
    all_faults: bool = False
    anew: bool = False
    solvers: bool = True

    def only_changed(self) -> tuple[Question, Touched]:
        """Of this question what a change since the record can reach; and which that is. Raises AskError where the record has no
        answer to it."""
        if self.kinds is not None or not self.record.cells:
            raise ask.AskError(
                "--changed leaves out what is as recorded, and the record has no answer to this. Leave --changed out."
            )
        found = touched(self.tasks)
        return replace(self, tasks=found.tasks, same=(found.left, found.revision)), found

    def judged(
        self,
        console: Console,
        cache: Path | None,
        *,
        fail_fast: bool = False,
        last: Record = NOTHING,
        quiet: bool = False,
    ) -> Verification:
        """Judge it, and tell on the console how far that is. cache: the folder of what was judged before. last, quiet: see `judge`."""
        if not self.tasks:
            return Verification({}, {}, {}, self.record, self.whole, same=self.same)
        done = judge(
            self.tasks, self.record,
            compared=self.whole, console=console, cache=cache, kinds=self.kinds, fail_fast=fail_fast, last=last,
            all_faults=shown_anew(Console(quiet=True) if quiet else console, cache) if self.all_faults else None, anew=self.anew,
            solvers=self.solvers, quiet=quiet,
        )  # fmt: skip
        return replace(done, same=self.same)


def question(
    names: Sequence[str],
    column: Column,
    vms: int,
    *,
    one: bool,
    full: bool = False,
    changed: bool = False,
    inventory: Path | None = None,
    every_fault: bool = False,
    all_faults: bool = False,
    anew: bool = False,
    solvers: bool = True,
    say: Said = lambda _: None,
) -> Question:
    """The question that is asked. one: the column was asked for. changed: only what changed will be judged. all_faults: what holds
    with all faults together is shown anew. anew: every run is searched for. solvers: see `Question`. every_fault: of a host, without
    faults and under each fault alone. say: hears notes on what is read. Raises AskError, RecordError, and what an inventory that
    cannot be read raises."""
    if LEFT_OUT:
        say(
            f"Version {VERSION.name} leaves {len(LEFT_OUT)} promises of the document out: shadowproof show {VERSION.name} says why."
        )
    if all_faults and (one or full or changed or inventory is not None):
        raise ask.AskError("--all-faults is asked with what is recorded. Leave --all-faults out, or the other options.")
    if anew and (full or inventory is not None):
        raise ask.AskError("With --full or --inventory every run is searched for anyway. Leave --anew out.")
    if full and changed:
        raise ask.AskError("--full asks more than is recorded, --changed less. Leave one out.")
    if every_fault and (inventory is None or one):
        raise ask.AskError(
            "--every-fault is about the VMs of --inventory, and names no column. Leave it out, or the others."
        )
    if inventory is not None:
        found = _kinds(inventory, full, say)
        columns = [column, *fault_columns()] if every_fault else [column]
        record = of_every_kind(_record(say, whole=False), vms + 1)  # one VM more is searched where nothing else decides
        return Question([(one_of_them, names, scope_of(found, vms)) for one_of_them in columns], False, record, found)
    if one and full:
        raise ask.AskError(
            "--full is about every column; with --fault, --reading or --no-fault there is one. Leave --full out."
        )
    record = _record(say, whole=not one and vms == RECORDED_VMS and not full) if vms >= RECORDED_VMS else NOTHING
    whole = not one and vms == RECORDED_VMS and not full and bool(record.cells)
    tasks = (
        [(column, names, Scope(vms=vms, proofs=True, counts=vms != RECORDED_VMS))]
        if one
        else recorded_tasks(names, vms, full=full)
    )
    return Question(tasks, whole, record, all_faults=all_faults, anew=anew, solvers=solvers)


def _record(say: Said, *, whole: bool) -> Record:
    """What verdicts are compared with: nothing, where the question has to do without since the record cannot be read. whole: the
    question is the record's own, and needs it. Raises RecordError."""
    try:
        found = load()
        if not found.cells:
            say(f"Nothing is recorded of version {VERSION.name}: what is found is told, and compared with nothing.")
        return found
    except RecordError as problem:
        if whole:
            raise
        say(f"Not compared with the record: {problem}")
        return NOTHING


def _kinds(inventory: Path, full: bool, say: Said) -> tuple[Kind, ...]:
    """The VMs of a host, by kinds. say: as `question` has it."""
    if full:
        raise ask.AskError("--full and --inventory exclude one another. Leave one out.")
    found = read_inventory(inventory)
    for note in found.notes[:NOTES]:
        say(f"Note on the file: {note}")
    if len(found.notes) > NOTES:
        say(f"{len(found.notes) - NOTES} more notes: shadowproof method --inventory {inventory}{option()} tells all")
    return kinds(found)
