"""Wrong protocols of a restore."""

from model.actors.parts import Port, Switch, switch
from model.actors.restore import (
    PER_VM,
    TO_BE_RESTORED,
    FileRestoreStatus,
    Files,
    Link,
    Place,
    Restored,
    file_restore_status,
    place,
)
from model.actors.vss import OtherWriter, other_writer
from model.actors.writer import Doing, LastError, doing
from model.events.restore import some_not_all
from model.notation import TRUE
from tests.wrong_protocols.changes import (
    Wrong,
    also,
    both,
    dropped,
    guard,
    guarded_by,
    leads_to,
    row,
    starts_from,
    table,
)

D, X = Doing, Restored

_pre_restored = other_writer.is_(OtherWriter.PRE_RESTORED)
_status_is_all = file_restore_status.is_(FileRestoreStatus.ALL)

PRE_RESTORE_AND_FILES = (
    Wrong(
        "another-vm-deleted", "PreRestore deletes a VM that was not chosen.",
        guard("vm_deleted", without=TO_BE_RESTORED), "pre-restore-touches-the-chosen-only", 4, vms=2,
    ),
    Wrong(
        "turned-off-outside-pre-restore", "A VM about to be restored is turned off before PreRestore.",
        guard("vm_turned_off", instead=TO_BE_RESTORED), "pre-restore-touches-the-chosen-only", 3,
    ),
    Wrong(
        "files-before-the-other-writer", "Files are restored before another writer has processed PreRestore.",
        guard("pre_restore_finished", without=_pre_restored), "files-after-every-pre-restore", 6,
    ),
    Wrong(
        "files-restored-again", "The status makes the files count as not restored.",
        table("files", also("file_restore_status_set", Files.WHOLE, Files.NOT_RESTORED)),
        "files-are-restored-once", 8,
    ),
    Wrong(
        "no-status-despite-the-failure", "PostRestore is called although no status was set.",
        table("file_restore_status", dropped("post_restore_despite_failure")), "statuses-are-set-for-the-chosen", 6,
        faults=("post_restore_despite_failure", "other_writer_fails_in_pre_restore"),
    ),
    Wrong(
        "status-forgotten-in-between", "The network's update makes the status count as not set.",
        table(
            "file_restore_status",
            also("network_updated", FileRestoreStatus.ALL, FileRestoreStatus.NOT_YET),
        ),
        "a-status-is-set-once-the-files-are-dealt-with", 15,
    ),
)  # fmt: skip

POST_RESTORE = (
    Wrong(
        "registered-despite-a-status", "A VM none of whose files were restored is registered.",
        both(
            guard("file_restore_statuses_accepted", instead=TRUE),
            guard("vm_registered", without=_status_is_all),
        ),
        "registered-only-if-all", 11, faults=("files_not_restored",),
    ),
    Wrong(
        "mixed-statuses-accepted", "One VM is registered although another one's status is not VSS_RS_ALL.",
        guard("file_restore_statuses_accepted", without=PER_VM | ~some_not_all),
        "none-registered-if-one-is-not-all", 14, vms=2, faults=("files_not_restored",),
    ),
    Wrong(
        "registered-by-its-status", "A VM counts as registered once its status is set.",
        table("restored", also("file_restore_status_set", Restored.NO, Restored.REGISTERED)),
        "a-vm-goes-through-post-restore-step-by-step", 8,
    ),
    Wrong(
        "no-error-for-a-failed-restore", "PostRestore fails without one of the five codes.",
        table("last_error", leads_to("post_restore_failed", LastError.NO_ERROR)), "writer-raises-five-codes", 10,
        faults=("files_not_restored",),
    ),
    Wrong(
        "places-before-all-are-registered", "Places are compared while VMs are left to register.",
        guard("registrations_finished", instead=doing.is_(Doing.REGISTERING)), "steps-of-post-restore-do-not-overlap", 16,
        vms=2,
    ),
    Wrong(
        "link-always", "Every registered VM gets a symbolic link.",
        table("link", dropped("vm_registered"), row("vm_registered", frozenset(Link), Link.SECOND)),
        "link-exactly-when-elsewhere", 11,
    ),
    Wrong(
        "link-to-an-earlier-place", "A symbolic link points to where an earlier restore could have put the VM.",
        table("link", dropped("vm_registered"), row("vm_registered", frozenset(Link), Link.SECOND, ~place.is_(Place.DEFAULT)),
              row("vm_registered", frozenset(Link), Link.DEFAULT, place.is_(Place.DEFAULT))),
        "link-exactly-when-elsewhere", 11,
    ),
    Wrong(
        "link-lost-in-post-restore", "The network's update removes the link.",
        table("link", also("network_updated", Link.SECOND, Link.DEFAULT)), "link-exactly-when-elsewhere", 16,
    ),
    Wrong(
        "places-not-corrected", "The places of VHDs are compared, and the configuration left as it is.",
        table("configured_place", dropped("vhd_places_compared")), "places-are-right-in-the-end", 17,
    ),
    Wrong(
        "network-before-places", "The network is updated while the places of VHDs are being compared.",
        both(
            guard("network_updated", instead=doing.is_(D.COMPARING_PLACES | D.CONNECTING)),
            table("restored", starts_from("network_updated", X.REGISTERED | X.PLACES_COMPARED)),
        ),
        "places-before-network", 13,
    ),
    Wrong(
        "old-ports-are-kept", "A restored VM that has a port already gets no new one.",
        both(
            table("port", dropped("network_updated"), row("network_updated", Port.NONE, Port.NEW, switch.is_(Switch.THERE))),
            table("port", dropped("vm_deleted")),
        ),
        "port-exactly-where-the-switch-is", 17,
    ),
    Wrong(
        "port-to-a-switch-that-is-gone", "A port is made for a switch that no longer exists.",
        table("port", guarded_by("network_updated", switch.is_(Switch.THERE | Switch.GONE))),
        "port-exactly-where-the-switch-is", 16, faults=("switch_gone",),
    ),
)  # fmt: skip
