"""What one actor can see of the protocol is an ordinary VSS backup: each is held against a simpler machine."""

from model.actors.child import child_session, child_writers
from model.actors.writer import doing
from model.notation import Actor, States, on, stays
from model.sorts import vm
from properties.kinds import fired, refines
from properties.vocabulary import CHILD_EVENTS


class Ordinary(States):
    """A VSS backup as its participants know it."""

    NONE = "no backup"
    IDENTIFIED = "Identify"
    PREPARED = "PrepareForBackup"
    PREPARE_FOR_SNAPSHOT = "PrepareForSnapshot"
    FROZEN = "Freeze"
    COMMITTED = "the shadow copies are made"
    THAWED = "Thaw"
    POST_SNAPSHOT = "PostSnapshot"
    COMPLETED = "BackupComplete"
    ABORTED = "Abort"
    OUT_OF_ORDER = "no VSS backup goes like this"


O = Ordinary
EVERY = frozenset(Ordinary)
OPEN = EVERY - {O.NONE, O.OUT_OF_ORDER}
AFTER_PREPARE = O.PREPARED | O.PREPARE_FOR_SNAPSHOT | O.FROZEN | O.COMMITTED | O.THAWED


def _follow(spec: Actor, steps: dict[str, tuple[frozenset[States] | States, Ordinary]], *, closes: tuple[str, ...]) -> Actor:
    """Give the simpler machine its table: each event from where it may come; from anywhere else, out of order."""
    rows = []
    for name, (sources, dest) in steps.items():
        fitting = sources if isinstance(sources, frozenset) else frozenset({sources})
        rows += [on(name, fitting, dest), on(name, EVERY - fitting, O.OUT_OF_ORDER)]
    return spec.table(*rows, *(on(name, OPEN, O.NONE) for name in closes), stays(*closes))


child_view = _follow(
    Actor(
        "child_view",
        Ordinary,
        of=vm,
        starts=O.NONE,
        observer=True,
        says="A VSS backup as the child knows it.",
    ),
    dict(
        zip(
            CHILD_EVENTS,
            (
                (O.NONE, O.IDENTIFIED),
                (O.IDENTIFIED, O.PREPARED),
                (O.PREPARED, O.PREPARE_FOR_SNAPSHOT),
                (O.PREPARE_FOR_SNAPSHOT, O.FROZEN),
                (O.FROZEN, O.COMMITTED),
                (O.COMMITTED, O.THAWED),
                (O.THAWED, O.POST_SNAPSHOT),
                (O.POST_SNAPSHOT, O.NONE),
            ),
            strict=True,
        )
    ),
    closes=(
        "guest_snapshot_fails", "guest_crashes", "child_gives_up", "operator_stops_vm", "operator_saves_vm",
        "operator_pauses_vm", "cluster_fails_over", "host_loses_power",
    ),
)  # fmt: skip

child_sees_an_ordinary_backup = refines(
    "What the child sees of a host backup is an ordinary VSS backup and nothing else.",
    child_view,
    O.OUT_OF_ORDER,
    sees=(child_session, child_writers),
    allowed=("integration_service_stops", "management_service_restarts"),
    shows="BAK-4 BAK-6",
    witness=fired("child_backup_completes"),
)

writer_view = _follow(
    Actor("writer_view", Ordinary, starts=O.NONE, observer=True, says="A VSS backup as a writer on the host knows it."),
    {
        "writer_metadata_gathered": (O.NONE, O.IDENTIFIED),
        "prepared_for_backup": (O.IDENTIFIED, O.PREPARED),
        "snapshot_set_begun": (O.PREPARED, O.PREPARE_FOR_SNAPSHOT),
        "freeze_delivered": (O.PREPARE_FOR_SNAPSHOT, O.FROZEN),
        "veto_ignored": (O.PREPARE_FOR_SNAPSHOT, O.FROZEN),
        "shadow_copies_committed": (O.FROZEN, O.COMMITTED),
        "thaw_delivered": (O.COMMITTED, O.THAWED),
        "post_snapshot_delivered": (O.THAWED, O.POST_SNAPSHOT),
        "backup_completed": (O.POST_SNAPSHOT, O.COMPLETED),
        "abort_delivered": (AFTER_PREPARE | O.ABORTED, O.ABORTED),
        "released": (O.COMPLETED | O.ABORTED | O.POST_SNAPSHOT, O.NONE),
    },
    closes=("released_unprepared", "released_without_abort", "shutdown_after_vanishing", "host_loses_power"),
)

_handlers_return = (
    *("prepare_for_snapshot_succeeded", "prepare_for_snapshot_vetoed", "prepare_for_snapshot_vetoed_returning_true"),
    *("prepare_for_snapshot_failed_unreported", "freeze_returned", "thaw_returned", "post_snapshot_succeeded"),
    *("post_snapshot_failed", "abort_returned", "backup_shutdown_returned", "management_service_restarts"),
)
_restore_events = (
    *("pre_restore_called", "pre_restore_returned", "post_restore_called", "file_restore_statuses_accepted"),
    *("post_restore_failed", "registrations_finished", "places_finished", "post_restore_succeeded"),
)

writer_sees_an_ordinary_backup = refines(
    "The writer meets the events of a backup in the order of VSS; only Abort cuts in.",
    writer_view,
    O.OUT_OF_ORDER,
    sees=(doing,),
    allowed=(*_handlers_return, *_restore_events),
    shows="BAK-1",
    witness=fired("backup_completed"),
)
