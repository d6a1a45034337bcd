"""RST: what a restore does, in its order."""

from model.actors.child import child_session, child_snapshot, child_writers
from model.actors.conditions import DiskKind, disk_kind
from model.actors.parts import ConfiguredPlace, Port, Switch, Target, configured_place, port, switch, target
from model.actors.power import Note, Power, note, power
from model.actors.requester import Requester, requester
from model.actors.restore import (
    FileRestoreStatus,
    Files,
    Link,
    Place,
    Restored,
    file_restore_status,
    files,
    link,
    place,
    restored,
)
from model.actors.writer import Doing, Returned, WriterState, doing, returned, writer_state
from model.named import Events, fired, happens, on, stays
from model.notation import Actor, Term, after, every, iff, implies, same, some, unchanged
from model.readings import READ_16, WhichSwitches
from model.sorts import adapter, disk, vm
from properties.kinds import Seen, possible, precedes, seen, step
from properties.vocabulary import SESSION_STARTS, by_others, gone, restoring, to_be_restored

_all = file_restore_status.is_(FileRestoreStatus.ALL)
_succeeds = happens("post_restore_succeeded")
_files: Events = ("files_restored", "files_restored_in_part", "files_not_restored")

restore_leaves_children_alone = step(
    "A restore moves nothing inside a child: neither its requester, nor its writers, nor its snapshot.",
    implies(restoring & ~by_others, every(vm, unchanged(child_session, child_writers, child_snapshot))),
    shows="RST-1",
    witness=fired("vm_registered"),
)

pre_restore_deletes_the_chosen = step(
    "When PreRestore returns, every VM that is about to be restored is deleted.",
    implies(happens("pre_restore_returned"), every(vm, ~to_be_restored | gone)),
    shows="RST-2",
    witness=fired("vm_deleted"),
)

vms_are_turned_off_before_deletion = step(
    "A VM is turned off before it is deleted.",
    every(vm, implies(happens("vm_deleted"), power.is_(Power.OFF))),
    shows="RST-2",
    witness=fired("vm_turned_off"),
)

a_vm_that_is_off_is_not_turned_off = step(
    "Only a VM that is here and not off already is turned off, and then it is off; one that is deleted is here no longer.",
    every(
        vm,
        implies(happens("vm_turned_off"), ~power.is_(Power.OFF | Power.GONE) & after(power.is_(Power.OFF)))
        & implies(happens("vm_deleted"), after(gone)),
    ),
    shows="RST-2",
    derived=True,
    witness=fired("vm_turned_off"),
)

pre_restore_touches_the_chosen_only = step(
    "VMs are turned off and deleted in PreRestore only, and PreRestore touches no VM that is not about to be restored.",
    every(vm, implies(happens("vm_turned_off", "vm_deleted"), doing.is_(Doing.PRE_RESTORE) & to_be_restored))
    & implies(doing.is_(Doing.PRE_RESTORE) & ~by_others, every(vm, to_be_restored | unchanged(power))),
    shows="RST-2",
    derived=True,
    witness=happens("vm_deleted") & some(vm, ~to_be_restored),
)

files_after_own_pre_restore = precedes(
    "Files are restored only after this writer has processed PreRestore.",
    first=("pre_restore_returned",),
    then=_files,
    since=SESSION_STARTS,
    shows="RST-3",
    witness=fired("files_restored"),
)

files_after_every_pre_restore = precedes(
    "Files are restored only after every other writer has processed PreRestore.",
    first=("other_writer_processes_pre_restore",),
    then=_files,
    since=SESSION_STARTS,
    shows="RST-3",
    witness=fired("files_restored"),
)

_over = happens("restore_released", "restore_dropped", "host_loses_power")
_can_be_restored = to_be_restored & requester.is_(Requester.RESTORING_FILES)

files_are_restored_once = step(
    "A chosen VM's files are restored once at most in a restore: all of them, some, or none; those restored elsewhere are not where the "
    "configuration says.",
    every(
        vm,
        implies(happens(*_files), _can_be_restored & files.is_(Files.NOT_RESTORED))
        & (files.is_(Files.NOT_RESTORED) | unchanged(files) | _over)
        & implies(happens("files_restored"), after(files.is_(Files.WHOLE)))
        & implies(happens("files_restored_in_part"), after(files.is_(Files.IN_PART)))
        & implies(happens("files_not_restored"), after(files.is_(Files.NOT_AT_ALL)))
        & every(
            disk,
            implies(
                happens("files_restored", "files_restored_in_part")
                & target.is_(Target.ELSEWHERE)
                & disk_kind.is_(DiskKind.VHD),
                after(configured_place.is_(ConfiguredPlace.DIFFERS)),
            ),
        ),
    ),
    shows="RST-3 RST-7 VSS-10",
    witness=fired("files_restored"),
)

a_status_is_set_once_the_files_are_dealt_with = step(
    "The requester comes to a chosen VM's file restore status once at most, after the VM's files; and it leaves PostRestore out, where it "
    "does, after all statuses.",
    every(
        vm,
        (file_restore_status.is_(FileRestoreStatus.NOT_YET) | unchanged(file_restore_status) | _over)
        & implies(
            happens("file_restore_status_set", "file_status_forgotten"),
            _can_be_restored
            & ~files.is_(Files.NOT_RESTORED)
            & file_restore_status.is_(FileRestoreStatus.NOT_YET)
            & after(~file_restore_status.is_(FileRestoreStatus.NOT_YET)),
        ),
    )
    & implies(
        happens("post_restore_never_called"),
        every(vm, ~to_be_restored | ~file_restore_status.is_(FileRestoreStatus.NOT_YET)),
    ),
    shows="RST-4 VSS-10",
    derived=True,
    witness=fired("file_restore_status_set"),
)

not_all_means_failure = step(
    "PostRestore succeeds only if every chosen VM has the status VSS_RS_ALL.",
    implies(_succeeds, every(vm, ~to_be_restored | _all)),
    shows="RST-4 VSS-10",
    witness=happens("post_restore_failed") & some(vm, to_be_restored & ~_all),
)

failure_is_reported_and_false = step(
    "When PostRestore fails, the writer reports it and returns FALSE.",
    implies(
        happens("post_restore_failed"),
        after(writer_state.is_(WriterState.FAILED_AT_POST_RESTORE) & returned.is_(Returned.FALSE)),
    ),
    shows="RST-4",
    witness=fired("post_restore_failed"),
)

registered_only_if_all = step(
    "A VM is registered only if its own status is VSS_RS_ALL.",
    every(vm, implies(happens("vm_registered"), _all)),
    shows="RST-4 RST-5",
    witness=fired("vm_registered"),
)

none_registered_if_one_is_not_all = step(
    "If one chosen VM's status is not VSS_RS_ALL, no VM is registered.",
    implies(happens("vm_registered"), every(vm, ~to_be_restored | _all)),
    shows="RST-4 READ-7",
    witness=fired("vm_registered"),
)

every_restored_vm_is_registered = step(
    "When PostRestore succeeds, every chosen VM is registered.",
    implies(_succeeds, every(vm, ~to_be_restored | ~gone)),
    shows="RST-5",
    witness=_succeeds,
)

_deleted = seen("vm_deleted", since=SESSION_STARTS, at=vm)
no_vm_is_lost = step(
    "When a restore is over, however it ends, every VM that it deleted is back.",
    implies(_over & restoring, every(vm, _deleted.is_(Seen.NOT_YET) | ~gone)),
    shows="RST-5 VSS-6",
    derived=True,
    witness=fired("vm_deleted"),
    observers=(_deleted,),
)

link_exactly_when_elsewhere = step(
    "A VM that is registered, and one that was restored when PostRestore succeeds, has a symbolic link exactly when it is restored to "
    "another than the default place, and it points there: to where this restore put the VM, not an earlier one.",
    every(vm, implies(happens("vm_registered"), after(same(link, place))))
    & implies(_succeeds, every(vm, ~to_be_restored | same(link, place))),
    shows="RST-6",
    witness=happens("vm_registered") & some(vm, ~place.is_(Place.DEFAULT)),
)

_moved_on = Actor(
    "linked elsewhere before",
    Seen,
    of=vm,
    starts=Seen.NOT_YET,
    observer=True,
    says="Whether a link to another place was there when a VM was chosen to be restored to a third place.",
).table(
    on("vm_chosen_for_restore_to_a_third_place", Seen.NOT_YET, Seen.HAPPENED, when=link.is_(Link.SECOND)),
    *(on(end, Seen.HAPPENED, Seen.NOT_YET) for end in ("restore_released", "restore_dropped", "host_loses_power")),
    stays("vm_chosen_for_restore_to_a_third_place", "restore_released", "restore_dropped", "host_loses_power"),
)
a_link_can_change_its_target = possible(
    "A VM that was restored to another place can be restored to yet another, and its link then points there.",
    _succeeds & some(vm, to_be_restored & link.is_(Link.THIRD) & _moved_on.is_(Seen.HAPPENED)),
    shows="RST-6",
    observers=(_moved_on,),
)

places_are_right_in_the_end = step(
    "When PostRestore succeeds, the configuration of every restored VM names the place where each VHD is.",
    implies(_succeeds, every(vm, ~to_be_restored | every(disk, configured_place.is_(ConfiguredPlace.MATCHES)))),
    shows="RST-7",
    witness=happens("vhd_places_compared") & some(vm, some(disk, configured_place.is_(ConfiguredPlace.DIFFERS))),
)

place_differs_only_where_restored_elsewhere = step(
    "A VHD's place differs from the configuration only if the VHD was restored elsewhere.",
    every(
        vm,
        every(
            disk,
            configured_place.is_(ConfiguredPlace.DIFFERS)
            | ~after(configured_place.is_(ConfiguredPlace.DIFFERS))
            | target.is_(Target.ELSEWHERE) & disk_kind.is_(DiskKind.VHD),
        ),
    ),
    shows="RST-7",
    derived=True,
    witness=fired("files_restored"),
)

port_exactly_where_the_switch_is = step(
    "When PostRestore succeeds, each adapter of a restored VM has a new port exactly if its switch still exists; an old one is none.",
    implies(
        _succeeds,
        every(
            vm,
            ~to_be_restored | every(adapter, iff(switch.is_(Switch.THERE), port.is_(Port.NEW)) & ~port.is_(Port.OLD)),
        ),
    ),
    shows="RST-8 READ-16",
    witness=happens("network_updated") & some(vm, some(adapter, switch.is_(Switch.THERE))),
)

ports_as_the_reading_says = step(
    "Where READ-16 says so, a VM one of whose switches is gone gets no new port.",
    every(
        vm,
        implies(
            happens("network_updated")
            & READ_16.actor.is_(WhichSwitches.ALL_OR_NONE)
            & some(adapter, switch.is_(Switch.GONE)),
            every(adapter, after(~port.is_(Port.NEW))),
        ),
    ),
    shows="READ-16 RST-8",
    witness=happens("network_updated") & some(vm, some(adapter, switch.is_(Switch.GONE))),
)

registration_before_places = precedes(
    "A VM's VHD places are compared only after the VM is registered.",
    first=("vm_registered",),
    then=("vhd_places_compared",),
    since=("restore_initialized",),
    at=vm,
    shows="RST-9",
    witness=fired("vhd_places_compared"),
)

statuses_before_registration = precedes(
    "VMs are registered only after the file restore statuses have been checked.",
    first=("file_restore_statuses_accepted",),
    then=("vm_registered",),
    since=("post_restore_called", "post_restore_despite_failure"),
    shows="RST-9 RST-4",
    witness=fired("vm_registered"),
)

places_before_network = precedes(
    "A VM's network configuration is updated only after its VHD places are compared.",
    first=("vhd_places_compared",),
    then=("network_updated",),
    since=("restore_initialized",),
    at=vm,
    shows="RST-9",
    witness=fired("network_updated"),
)


def _none_left_at(*stages: Restored) -> Term:
    """PostRestore has come further than these stages with every VM that it may register."""
    return every(vm, ~(to_be_restored & _all) | ~restored.is_(frozenset(stages)))


steps_of_post_restore_do_not_overlap = step(
    "PostRestore finishes each of its steps for all VMs before it begins the next.",
    implies(happens("vm_registered"), doing.is_(Doing.REGISTERING))
    & implies(happens("vhd_places_compared"), doing.is_(Doing.COMPARING_PLACES) & _none_left_at(Restored.NO))
    & implies(
        happens("network_updated"),
        doing.is_(Doing.CONNECTING) & _none_left_at(Restored.NO, Restored.REGISTERED),
    ),
    shows="RST-9",
    derived=True,
    witness=fired("network_updated"),
)

a_vm_goes_through_post_restore_step_by_step = step(
    "Each VM is registered or fails to be, then the places of its VHDs are compared, then it is connected: once each at most.",
    every(
        vm,
        (
            unchanged(restored)
            | happens("vm_registered", "registration_fails", "vhd_places_compared", "network_updated")
            | _over
        )
        & implies(
            happens("vm_registered", "registration_fails"),
            to_be_restored & restored.is_(Restored.NO) & doing.is_(Doing.REGISTERING),
        )
        & implies(happens("vm_registered"), after(restored.is_(Restored.REGISTERED)))
        & implies(happens("registration_fails"), after(restored.is_(Restored.FAILED)))
        & implies(
            happens("vhd_places_compared"),
            restored.is_(Restored.REGISTERED) & after(restored.is_(Restored.PLACES_COMPARED)),
        )
        & implies(
            happens("network_updated"),
            restored.is_(Restored.PLACES_COMPARED) & after(restored.is_(Restored.CONNECTED)),
        ),
    ),
    shows="RST-5 RST-7 RST-8 RST-9",
    witness=fired("network_updated"),
)

post_restore_is_over_when_all_is_done = step(
    "PostRestore succeeds only if every chosen VM is connected, and fails after its first step only when each is connected or could "
    "not be registered, and for that reason or because of a status; in its first step only because of a status.",
    implies(_succeeds, every(vm, ~to_be_restored | restored.is_(Restored.CONNECTED)))
    & implies(
        happens("post_restore_failed") & doing.is_(Doing.CONNECTING),
        every(vm, ~to_be_restored | ~_all | restored.is_(Restored.CONNECTED | Restored.FAILED))
        & some(vm, to_be_restored & (~_all | restored.is_(Restored.FAILED))),
    )
    & implies(happens("post_restore_failed") & ~doing.is_(Doing.CONNECTING), some(vm, to_be_restored & ~_all)),
    shows="RST-4 RST-9 READ-7",
    witness=_succeeds,
)

ports_link_and_note_go_with_a_deleted_vm = step(
    "With a VM that PreRestore deletes go its ports, its link and the writer's note of it.",
    every(
        vm,
        implies(
            happens("vm_deleted"),
            every(adapter, after(port.is_(Port.NONE))) & after(link.is_(Link.DEFAULT) & note.is_(Note.NOTHING)),
        ),
    ),
    shows="RST-2 RST-8",
    derived=True,
    witness=fired("vm_deleted"),
)

restore_elsewhere_succeeds = possible(
    "A VM can be restored to another place, with its link, and with a VHD elsewhere and a configuration that says so.",
    _succeeds
    & some(
        vm,
        to_be_restored
        & ~link.is_(Link.DEFAULT)
        & some(
            disk,
            disk_kind.is_(DiskKind.VHD) & target.is_(Target.ELSEWHERE) & configured_place.is_(ConfiguredPlace.MATCHES),
        ),
    ),
    shows="RST-6 RST-5 RST-7",
)
