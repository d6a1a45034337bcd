"""BAK: every VM is given back as it was: by whom, when, and as what."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.due import Due, SavedBy, power_due, saved_by
from model.actors.image import Image, image
from model.actors.method import Progress, progress
from model.actors.power import Note, Power, earlier, note, power
from model.actors.writer import Doing, Process, WriterState, doing, process, writer_state
from model.named import EventName, fired, happens
from model.notation import after, all_of, any_of, every, implies, same, some, unchanged
from model.readings import READ_1, READ_10, GivenBack, StateBefore
from model.sorts import vm
from properties.kinds import always, precedes, step
from properties.vocabulary import (
    at_rest,
    gone,
    has_vhd,
    meant,
    preparing,
    undoing,
)

_remembers = process.is_(Process.SERVING)
_used_child_snapshot = ~child_snapshot.is_(ChildSnapshot.NONE)
_no_image_of_vhds = image.is_(Image.NONE) | ~has_vhd

back_in_prior_state = always(
    "When a backup is over, every VM has the power state it had before, but for what others than the writer did.",
    implies(at_rest, every(vm, power_due.is_(Due.NOT_RECORDED) | same(power, power_due))),
    shows="BAK-9 READ-1 READ-2 READ-3 READ-10",
    witness=happens("backup_shutdown_returned") & some(vm, ~power_due.is_(Due.GONE)),
)

no_vm_left_saved = always(
    "When no session is open, no VM is still in the saved state that the writer put it into, whether the writer knows of it or not.",
    implies(at_rest, every(vm, saved_by.is_(SavedBy.NOBODY) | ~power.is_(Power.SAVED))),
    shows="BAK-9 READ-1 READ-3 READ-14 READ-15",
    witness=fired("vm_saved"),
)

power_is_changed_by_the_writer_or_the_cluster_only = step(
    "While a session is open the power state of a VM changes only by what the writer does, or through the cluster service.",
    every(
        vm,
        at_rest
        | unchanged(power)
        | happens("vm_saved", "vm_given_back", "vm_turned_off", "vm_deleted", "vm_registered")
        | happens("cluster_saves_vm", "vm_fails_over"),
    ),
    shows="BAK-9 VSS-9",
    derived=True,
    witness=fired("vm_saved"),
)

only_saved_vms_are_given_back = precedes(
    "Only a VM that this writer saved is given back.",
    first=("vm_saved",),
    then=("vm_given_back",),
    since=("vm_given_back", "nothing_left_to_give_back", "vm_deleted"),
    at=vm,
    shows="BAK-9",
    witness=fired("vm_given_back"),
)

given_back_is_forgotten = step(
    "The writer keeps a note of each VM that it saves, and drops it when it gives the VM back or finds it no longer saved.",
    every(
        vm,
        implies(happens("vm_saved"), after(~note.is_(Note.NOTHING) & power.is_(Power.SAVED)))
        & implies(happens("vm_given_back", "nothing_left_to_give_back"), after(note.is_(Note.NOTHING))),
    ),
    shows="BAK-9",
    witness=fired("vm_given_back"),
)

noted_by_the_writer_only = step(
    "The writer's note of a VM changes only when it saves it, gives it back, finds it changed or deletes it, and when memory is lost.",
    every(
        vm,
        unchanged(note)
        | happens("vm_saved", "vm_given_back", "nothing_left_to_give_back", "vm_deleted")
        | happens("management_service_restarts", "host_loses_power"),
    ),
    shows="BAK-9 READ-3",
    witness=fired("vm_saved"),
)

nothing_left_only_if_changed = step(
    "The writer finds nothing left to give back only of a VM that it has a note of, and that is saved no longer.",
    every(vm, implies(happens("nothing_left_to_give_back"), ~note.is_(Note.NOTHING) & ~power.is_(Power.SAVED))),
    shows="BAK-9",
    witness=fired("nothing_left_to_give_back"),
)

_looks_at: dict[EventName, StateBefore] = {
    "backup_initialized": StateBefore.SESSION_START,
    "writer_metadata_gathered": StateBefore.IDENTIFY,
}
state_before_is_looked_at_once = step(
    "Where READ-10 has the writer look before PrepareForSnapshot, it looks at the state of each VM that is here at that moment, and at "
    "no other.",
    every(
        vm,
        all_of(
            *(
                implies(happens(event) & READ_10.actor.is_(moment) & ~gone, after(same(earlier, power)))
                for event, moment in _looks_at.items()
            )
        ),
    )
    & every(
        vm,
        unchanged(earlier)
        | happens("backup_shutdown_returned", "host_loses_power")
        | any_of(
            *(
                happens(event) & READ_10.actor.is_(moment) & after(same(earlier, power))
                for event, moment in _looks_at.items()
            )
        ),
    ),
    shows="BAK-9 READ-10",
    witness=fired("backup_shutdown_returned"),
)

given_back_as_before = step(
    "A VM that is given back gets the state it had before.",
    every(vm, implies(happens("vm_given_back"), after(same(power, power_due)))),
    shows="BAK-9 READ-10",
    witness=fired("vm_given_back"),
)

_noted_as = {
    Note.RUNNING: Power.RUNNING, Note.PAUSED: Power.PAUSED, Note.OFF: Power.OFF, Note.SAVED: Power.SAVED,
}  # fmt: skip
given_back_as_noted = step(
    "A VM that is given back gets the state that the writer noted when it saved it.",
    every(
        vm,
        implies(
            happens("vm_given_back"),
            any_of(*(note.is_(noted) & after(power.is_(state)) for noted, state in _noted_as.items())),
        ),
    ),
    shows="BAK-9 READ-10",
    witness=fired("vm_given_back"),
)

_vetoed = writer_state.is_(WriterState.FAILED_AT_PREPARE_SNAPSHOT)
_given_up = note.is_(Note.NOTHING) | progress.is_(Progress.STUCK)

given_back_where_the_reading_says = step(
    "Saved VMs are given back in PostSnapshot, or on Abort; after a veto where READ-1 says: on Abort, inside PrepareForSnapshot once "
    "every VM is settled, on BackupShutdown or never. What could not be given back is not tried again, and Abort or BackupShutdown, where "
    "VMs are given back there, is over only when none is left.",
    every(
        vm,
        implies(
            happens("vm_given_back", "vm_cannot_be_resumed", "nothing_left_to_give_back"),
            ~_given_up
            & (
                undoing
                | doing.is_(Doing.ABORT) & (~_vetoed | READ_1.actor.is_(GivenBack.ON_ABORT | GivenBack.INSIDE))
                | doing.is_(Doing.BACKUP_SHUTDOWN) & _vetoed & READ_1.actor.is_(GivenBack.ON_SHUTDOWN)
                | preparing & READ_1.actor.is_(GivenBack.INSIDE)
            ),
        ),
    )
    & implies(
        happens("abort_returned") & (~_vetoed | READ_1.actor.is_(GivenBack.ON_ABORT | GivenBack.INSIDE)),
        every(vm, _given_up),
    )
    & implies(
        happens("backup_shutdown_returned") & _vetoed & READ_1.actor.is_(GivenBack.ON_SHUTDOWN) & _remembers,
        every(vm, _given_up),
    )
    & implies(
        happens("vm_given_back", "vm_cannot_be_resumed", "nothing_left_to_give_back") & preparing,
        every(vm, ~meant | progress.is_(Progress.READY | Progress.FAILED | Progress.STUCK)),
    ),
    shows="READ-1 BAK-9",
    witness=fired("vm_given_back"),
)

post_snapshot_is_over_when_all_is_undone = step(
    "The writer returns from PostSnapshot only when each VM is given back or stuck, and each image rolled back, left as it is or "
    "stuck; with success only if none is stuck.",
    implies(
        happens("post_snapshot_succeeded", "post_snapshot_failed"),
        every(
            vm,
            _given_up & ~(progress.is_(Progress.READY) & _used_child_snapshot & ~_no_image_of_vhds),
        ),
    )
    & implies(happens("post_snapshot_succeeded"), every(vm, ~progress.is_(Progress.STUCK))),
    shows="BAK-9 BAK-10 READ-11",
    witness=fired("post_snapshot_succeeded"),
)
