"""Who acts: whose doing each event is, and in which lane a run shows it and each machine.

It decides nothing of what may happen, so no rule reads it, and no verdict depends on it. Runs are told by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from model.actors import child, requester, vss, writer
from model.notation import HOST, Actor
from model.protocol import PROTOCOL


@dataclass(frozen=True)
class Lane:
    """A lane of a run. of_a_vm: each VM has one of its own."""

    name: str
    says: str
    of_a_vm: bool = False


_REQUESTER = Lane("requester", "the backup program on the host")
_VSS = Lane("VSS", "the service that delivers the events, its provider, and the other writers")
_WRITER = Lane("writer", "the Hyper-V VSS writer")
_HOST = Lane("host", "the host itself, as nobody wants it")
_VM = Lane("vm", "the VM, and what is done to it", of_a_vm=True)
_CHILD = Lane("child", "what happens inside the VM", of_a_vm=True)

LANES = (_REQUESTER, _VSS, _WRITER, _HOST, _VM, _CHILD)


@dataclass(frozen=True)
class Who:
    """Somebody who acts."""

    name: str
    says: str
    lane: Lane


REQUESTER = Who("requester", "The backup program calls.", _REQUESTER)
VSS = Who("VSS", "The Volume Shadow Copy Service delivers, and returns.", _VSS)
PROVIDER = Who("provider", "The provider makes shadow copies.", _VSS)
WRITER = Who("writer", "The Hyper-V VSS writer handles what was delivered.", _WRITER)
OTHER_WRITER = Who("other writer", "Another writer on the host.", _VSS)
CHILD = Who("child", "Inside the VM: its own requester, VSS, writers, or guest.", _CHILD)
CLUSTER = Who("cluster", "The failover cluster acts by itself.", _VM)
OWNER = Who("owner", "The VM's owner acts through the cluster service.", _VM)
OPERATOR = Who("operator", "Somebody acts by hand.", _VM)
THE_HOST = Who("host", "The host, its services and switches.", _HOST)

EVERYBODY = (REQUESTER, VSS, PROVIDER, WRITER, OTHER_WRITER, CHILD, CLUSTER, OWNER, OPERATOR, THE_HOST)

_DOINGS: Mapping[Who, str] = {
    REQUESTER: """
        backup_initialized context_set context_set_without_autorecovery snapshot_set_started vm_chosen volume_missing
        released_unprepared prepared_for_backup snapshot_set_begun
        status_is_good status_shows_failure failure_ignored files_copied copy_fails success_reported failure_reported
        failed_copy_reported_as_success success_not_reported backup_completed completed_after_failure backup_aborted
        requester_aborts released released_without_abort released_early released_while_waiting requester_vanishes
        restore_initialized vm_chosen_for_restore vm_chosen_for_restore_elsewhere vm_chosen_for_restore_to_a_third_place
        vhd_goes_elsewhere released_unrestored pre_restore_called pre_restore_finished restore_given_up
        post_restore_despite_failure files_restored files_restored_in_part files_not_restored file_restore_status_set
        file_status_forgotten post_restore_called post_restore_never_called restore_released""",
    VSS: """
        freeze_delivered freeze_window_overrun thaw_delivered writer_lost post_snapshot_delivered snapshot_set_made
        snapshot_set_failed abort_delivered shutdown_after_vanishing post_restore_finished restore_dropped""",
    PROVIDER: "shadow_copies_committed provider_fails provider_cannot_auto_recover",
    WRITER: """
        writer_metadata_gathered vm_saved vm_cannot_be_saved vm_has_nothing_to_save vm_lacks_a_volume
        vm_needs_auto_recovery vm_no_longer_fits vm_is_gone prepare_for_snapshot_succeeded prepare_for_snapshot_vetoed
        prepare_for_snapshot_vetoed_returning_true prepare_for_snapshot_failed_unreported freeze_returned thaw_returned
        vm_given_back vm_cannot_be_resumed nothing_left_to_give_back image_rolled_back roll_back_fails
        image_cannot_be_rolled_back roll_back_skipped post_snapshot_succeeded post_snapshot_failed abort_returned
        backup_shutdown_returned vm_turned_off vm_deleted pre_restore_returned file_restore_statuses_accepted
        vm_registered registration_fails registrations_finished vhd_places_compared places_finished network_updated
        post_restore_succeeded post_restore_failed""",
    OTHER_WRITER: """
        other_writer_fails_in_prepare_for_snapshot other_writer_fails_in_freeze other_writer_fails_in_thaw
        other_writer_fails_in_post_snapshot other_writer_processes_pre_restore other_writer_fails_in_pre_restore""",
    CHILD: """
        child_backup_begins child_prepares_for_backup child_prepares_for_snapshot child_freezes child_snapshot_taken
        child_thaws child_post_snapshot child_backup_completes guest_snapshot_fails child_gives_up guest_crashes
        integration_service_stops""",
    CLUSTER: "vm_fails_over cluster_fails_over",
    OWNER: """
        cluster_saves_vm cluster_resumes_vm cluster_takes_vm_offline cluster_brings_vm_online cluster_moves_vm_back""",
    OPERATOR: "operator_starts_vm operator_stops_vm operator_saves_vm operator_pauses_vm",
    THE_HOST: "management_service_restarts host_loses_power switch_gone",
}

WHO: Mapping[str, Who] = MappingProxyType({name: who for who, names in _DOINGS.items() for name in names.split()})
"""Of each event, whose doing it is."""


def _lane_of(actor: Actor) -> Lane | None:
    if actor.sort != HOST:
        return _CHILD if actor.name == "integration" or actor in vars(child).values() else _VM
    files = ((requester, _REQUESTER), (vss, _VSS), (writer, _WRITER))
    return next((lane for file, lane in files if actor in vars(file).values()), None)


LANE_OF: Mapping[str, Lane] = MappingProxyType(
    {actor.name: lane for actor in PROTOCOL.actors.values() if (lane := _lane_of(actor)) is not None}
)
"""Of each machine but the readings, the lane that tells what it does."""
