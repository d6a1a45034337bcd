"""What one actor can see of the protocol is an ordinary VSS backup: each is held against a simpler machine."""

from model.actors.child import child_session, child_writers
from model.actors.writer import doing
from model.named import EventName, Events, fired, on, stays
from model.notation import TRUE, Actor, States, Term
from model.readings import READ_2, LaterEvents
from model.sorts import vm
from properties.kinds import refines
from properties.vocabulary import CHILD_EVENTS, writer_failed


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


Ord = Ordinary
EVERY = frozenset(Ordinary)
OPEN = EVERY - {Ord.NONE, Ord.OUT_OF_ORDER}
AFTER_PREPARE = Ord.PREPARED | Ord.PREPARE_FOR_SNAPSHOT | Ord.FROZEN | Ord.COMMITTED | Ord.THAWED


def _follow(
    spec: Actor,
    steps: dict[EventName, tuple[frozenset[States] | States, Ordinary]],
    *,
    closes: Events,
    told: dict[EventName, Term] | None = None,
) -> Actor:
    """Give the simpler machine its table: each event from where it may come; from anywhere else, out of order. told: when an
    event reaches the participant at all; it knows nothing of one that does not."""
    rows, told = [], told or {}
    for name, (sources, dest) in steps.items():
        fitting = sources if isinstance(sources, frozenset) else frozenset({sources})
        when = told.get(name, TRUE)
        rows += [on(name, fitting, dest, when), on(name, EVERY - fitting, Ord.OUT_OF_ORDER, when)]
    return spec.table(*rows, *(on(name, OPEN, Ord.NONE) for name in closes), stays(*closes, *told))


child_view = _follow(
    Actor(
        "child_view",
        Ordinary,
        of=vm,
        starts=Ord.NONE,
        observer=True,
        says="A VSS backup as the child knows it.",
    ),
    dict(
        zip(
            CHILD_EVENTS,
            (
                (Ord.NONE, Ord.IDENTIFIED),
                (Ord.IDENTIFIED, Ord.PREPARED),
                (Ord.PREPARED, Ord.PREPARE_FOR_SNAPSHOT),
                (Ord.PREPARE_FOR_SNAPSHOT, Ord.FROZEN),
                (Ord.FROZEN, Ord.COMMITTED),
                (Ord.COMMITTED, Ord.THAWED),
                (Ord.THAWED, Ord.POST_SNAPSHOT),
                (Ord.POST_SNAPSHOT, Ord.NONE),
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
    Ord.OUT_OF_ORDER,
    sees=(child_session, child_writers),
    allowed=("integration_service_stops", "management_service_restarts"),
    shows="BAK-4 BAK-6",
    witness=fired("child_backup_completes"),
)

_gets_it = ~writer_failed | READ_2.actor.is_(LaterEvents.YES)
_LATER: Events = ("freeze_delivered", "shadow_copies_committed", "thaw_delivered", "post_snapshot_delivered")

writer_view = _follow(
    Actor(
        "writer_view", Ordinary, starts=Ord.NONE, observer=True, says="A VSS backup as a writer on the host knows it."
    ),
    {
        "writer_metadata_gathered": (Ord.NONE, Ord.IDENTIFIED),
        "prepared_for_backup": (Ord.IDENTIFIED, Ord.PREPARED),
        "snapshot_set_begun": (Ord.PREPARED, Ord.PREPARE_FOR_SNAPSHOT),
        "freeze_delivered": (Ord.PREPARE_FOR_SNAPSHOT, Ord.FROZEN),
        "shadow_copies_committed": (Ord.FROZEN, Ord.COMMITTED),
        "thaw_delivered": (Ord.COMMITTED, Ord.THAWED),
        "post_snapshot_delivered": (Ord.THAWED, Ord.POST_SNAPSHOT),
        "backup_completed": (Ord.POST_SNAPSHOT, Ord.COMPLETED),
        "abort_delivered": (AFTER_PREPARE | Ord.IDENTIFIED | Ord.ABORTED, Ord.ABORTED),
        "released": (Ord.COMPLETED | Ord.ABORTED | Ord.POST_SNAPSHOT | Ord.PREPARE_FOR_SNAPSHOT, Ord.NONE),
    },
    closes=(
        "released_unprepared", "released_without_abort", "released_early", "shutdown_after_vanishing", "host_loses_power",
    ),
    told=dict.fromkeys((*_LATER, "backup_completed"), _gets_it),
)  # fmt: skip

_handlers_return = (
    *("prepare_for_snapshot_succeeded", "prepare_for_snapshot_vetoed", "prepare_for_snapshot_vetoed_returning_true"),
    *("prepare_for_snapshot_failed_unreported", "freeze_returned", "thaw_returned", "post_snapshot_succeeded"),
    *("post_snapshot_failed", "abort_returned", "backup_shutdown_returned", "management_service_restarts"),
)
_restore_events: Events = (
    *("pre_restore_called", "pre_restore_returned", "post_restore_called", "post_restore_despite_failure"),
    "file_restore_statuses_accepted",
    *("post_restore_failed", "registrations_finished", "places_finished", "post_restore_succeeded"),
)

writer_sees_an_ordinary_backup = refines(
    "The writer meets the events of a backup in the order of VSS; only Abort and the end of the session cut in, and after Abort comes "
    "nothing more but Abort and the end.",
    writer_view,
    Ord.OUT_OF_ORDER,
    sees=(doing,),
    allowed=(*_handlers_return, *_restore_events),
    shows="BAK-1 VSS-6 READ-2",
    witness=fired("backup_completed"),
)
