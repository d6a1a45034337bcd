"""GEN: who speaks for whom."""

from model.actors.child import TAKING_PART, ChildSession, ChildWriters, child_session, child_writers
from model.actors.conditions import Integration, integration
from model.actors.requester import Requester, requester
from model.actors.writer import Doing, Returned, doing, returned
from model.facts import SERVICE_NAME, WRITER_ID, WRITER_NAME
from model.named import fired, happens
from model.notation import every, implies, some
from model.sorts import vm
from properties.kinds import always, ends, fact, possible, step
from properties.vocabulary import (
    CHILD_EVENTS,
    SESSION_STARTS,
    at_rest,
    gone,
    in_metadata,
    to_be_restored,
)

vms_are_handled_through_vss = step(
    "The writer saves, snapshots, gives back, deletes and registers VMs only while it processes a VSS event.",
    implies(
        happens(
            "vm_saved",
            "child_backup_begins",
            "vm_given_back",
            "image_rolled_back",
            "vm_turned_off",
            "vm_deleted",
            "vm_registered",
        ),
        ~doing.is_(Doing.NOTHING),
    ),
    shows="GEN-1",
    witness=fired("vm_saved") | fired("child_backup_begins"),
)

child_writers_take_part = possible(
    "Through the requester in the child, the child's own writers take part in a backup.",
    some(vm, happens("child_freezes") & child_writers.is_(ChildWriters.PREPARED)),
    shows="GEN-2",
)

no_child_backup_without_the_service = step(
    "No VSS event happens in a child whose backup integration service is not installed and running.",
    every(vm, implies(happens(*CHILD_EVENTS), integration.is_(Integration.RUNNING))),
    shows="GEN-2",
    derived=True,
    witness=fired("child_backup_begins"),
)

writer_identity = fact(
    "The writer's name, id and service are those of the document.",
    lambda: (
        ("writer name", WRITER_NAME, "Microsoft Hyper-V VSS Writer"),
        ("writer id", WRITER_ID, "66841cd4-6ded-4f4b-8f17-fd23f8ddc3de"),
        ("service", SERVICE_NAME, "Hyper-V Virtual Machine Management"),
    ),
    shows="GEN-3",
)

every_session_ends = ends(
    "Every backup and every restore that begins comes to an end.",
    at_rest,
    without=SESSION_STARTS,
    shows="BAK-1 RST-1",
    witness=fired("backup_initialized"),
)

no_guest_left_frozen = ends(
    "No guest is left with a backup of its own open, and so none with its writers frozen.",
    at_rest & every(vm, child_session.is_(ChildSession.IDLE)),
    without=SESSION_STARTS,
    shows="BAK-4 BAK-5",
    witness=fired("child_freezes"),
)

frozen_only_in_a_child_backup = always(
    "The child's writers are told, frozen or waiting only while a backup is open in the child.",
    every(vm, ~child_writers.is_(TAKING_PART) | ~child_session.is_(ChildSession.IDLE)),
    shows="BAK-4",
    witness=fired("child_freezes"),
)

sessions_follow_one_another = possible(
    "A restore can follow a session in which a handler of the writer has returned.",
    happens("restore_initialized") & ~returned.is_(Returned.NOTHING),
    shows="GEN-1",
)

a_backup_of_no_vm_ends = possible(
    "A backup ends on a host that has no VM, and had none at Identify.",
    happens("backup_shutdown_returned") & every(vm, gone & ~in_metadata),
    shows="BAK-1 GEN-1",
)

metadata_may_be_all_that_is_wanted = possible(
    "A requester may stop after gathering the writer metadata, although there are VMs to choose.",
    happens("released_unprepared") & requester.is_(Requester.METADATA_GATHERED) & some(vm, in_metadata),
    shows="BAK-1",
    derived=True,
)

a_restore_of_nothing_ends = possible(
    "A restore for which nothing is chosen ends.",
    happens("restore_released") & every(vm, ~to_be_restored),
    shows="RST-1",
    derived=True,
)
