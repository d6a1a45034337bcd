"""What each event finds and leaves: the handler that is called, the state that the writer reports, its error, what it returned."""

from model.actors.method import Progress, progress
from model.actors.requester import Requester, requester
from model.actors.volumes import Volumes, volumes
from model.actors.vss import Vss, vss
from model.actors.writer import (
    FAILED,
    WAITING,
    Doing,
    LastError,
    Process,
    Returned,
    WriterState,
    doing,
    last_error,
    process,
    returned,
    writer_state,
)
from model.named import EventName, Events, fired, happens
from model.notation import Term, after, all_of, implies, some, unchanged
from model.readings import READ_2, LaterEvents
from model.sorts import vm
from properties.kinds import always, step
from properties.vocabulary import RELEASES, REPORTED_VETOES, SESSION_STARTS, VETOES, at_rest, chosen, writer_failed

W = WriterState
_serving = process.is_(Process.SERVING)
_no_error = last_error.is_(LastError.NO_ERROR)


def _leaves(found: dict[EventName, Term], when: Term) -> Term:
    """Each event leaves its term true, if `when` held before."""
    return all_of(*(implies(happens(name) & when, after(term)) for name, term in found.items()))


state_follows_the_events = step(
    "After each event that a writer that has not failed processes, it reports the state that waits for the next one; in the end it is "
    "stable.",
    _leaves(
        {
            "prepared_for_backup": writer_state.is_(W.STABLE),
            "prepare_for_snapshot_succeeded": writer_state.is_(W.WAITING_FOR_FREEZE),
            "freeze_returned": writer_state.is_(W.WAITING_FOR_THAW),
            "thaw_returned": writer_state.is_(W.WAITING_FOR_POST_SNAPSHOT),
            "post_snapshot_succeeded": writer_state.is_(W.WAITING_FOR_BACKUP_COMPLETE),
            "backup_completed": writer_state.is_(W.STABLE),
            "abort_returned": writer_state.is_(W.STABLE),
            "backup_shutdown_returned": writer_state.is_(W.STABLE),
            "post_restore_succeeded": writer_state.is_(W.STABLE),
        },
        ~writer_failed,
    ),
    shows="BAK-1 VSS-2",
    witness=fired("backup_completed"),
)

failure_shows_in_the_state = step(
    "After a failure the writer reports the event in which it failed.",
    implies(happens(*VETOES), after(writer_state.is_(W.FAILED_AT_PREPARE_SNAPSHOT)))
    & _leaves({"post_snapshot_failed": writer_state.is_(W.FAILED_AT_POST_SNAPSHOT)}, ~writer_failed)
    & _leaves({"freeze_window_overrun": writer_state.is_(W.FAILED_AT_FREEZE)}, ~writer_failed & vss.is_(Vss.FREEZE))
    & _leaves({"freeze_window_overrun": writer_state.is_(W.FAILED_AT_THAW)}, ~writer_failed & ~vss.is_(Vss.FREEZE)),
    shows="VSS-2 VSS-4",
    witness=fired("prepare_for_snapshot_vetoed"),
)

failed_until_the_next_session = step(
    "A failed writer reports the same failure until Identify of the next session, or until its process or the host starts again.",
    ~writer_state.is_(FAILED)
    | unchanged(writer_state)
    | happens("writer_metadata_gathered", "restore_initialized", "management_service_restarts", "host_loses_power"),
    shows="VSS-2",
    witness=happens("released") & writer_failed,
)

session_finds_the_writer_stable = step(
    "Whatever happened before, from its Identify on a session finds a writer that is stable and has no error.",
    implies(happens("writer_metadata_gathered", "restore_initialized"), after(writer_state.is_(W.STABLE) & _no_error)),
    shows="VSS-2",
    witness=fired("writer_metadata_gathered"),
)

at_rest_the_writer_waits_for_nothing = always(
    "When no session is open, the writer processes no event and waits for none.",
    implies(at_rest, doing.is_(Doing.NOTHING) & ~writer_state.is_(WAITING)),
    shows="BAK-1 VSS-7",
    witness=fired("backup_shutdown_returned"),
)

_HANDLERS: dict[EventName, Doing] = {
    "snapshot_set_begun": Doing.PREPARE_FOR_SNAPSHOT,
    "freeze_delivered": Doing.FREEZE,
    "thaw_delivered": Doing.THAW,
    "post_snapshot_delivered": Doing.POST_SNAPSHOT,
    "pre_restore_called": Doing.PRE_RESTORE,
    "post_restore_called": Doing.CHECKING_STATUSES,
    "post_restore_despite_failure": Doing.CHECKING_STATUSES,
}
_RETURNS: Events = (
    "prepare_for_snapshot_succeeded", *VETOES, "freeze_returned", "thaw_returned", "post_snapshot_succeeded",
    "post_snapshot_failed", "abort_returned", "backup_shutdown_returned", "pre_restore_returned",
    "post_restore_succeeded", "post_restore_failed",
)  # fmt: skip

_ONE_STEP: Events = ("writer_metadata_gathered", "prepared_for_backup", "backup_completed", "restore_initialized")
"""Events whose handlers are one step."""

_CALLS_RETURN: Events = (
    "snapshot_set_made", "snapshot_set_failed", "pre_restore_finished", "restore_given_up", "post_restore_finished",
)  # fmt: skip

each_event_has_its_handler = step(
    "The writer, if it serves and has not failed, processes each event that is delivered in the handler of that event.",
    _leaves({name: doing.is_(handler) for name, handler in _HANDLERS.items()}, _serving & ~writer_failed)
    & _leaves(
        {"abort_delivered": doing.is_(Doing.ABORT), **dict.fromkeys(RELEASES, doing.is_(Doing.BACKUP_SHUTDOWN))},
        _serving,
    ),
    shows="BAK-1 BAK-2",
    witness=fired("thaw_delivered"),
)

a_writer_that_forgot_takes_no_part = step(
    "A writer whose process has started again since the session began gets no further event of its snapshot set or its restore, but for "
    "Abort and BackupShutdown.",
    implies(
        process.is_(Process.RESTARTED),
        ~happens("freeze_delivered", "shadow_copies_committed", "thaw_delivered", "post_snapshot_delivered")
        & implies(
            happens("snapshot_set_begun", "pre_restore_called", "post_restore_called", "post_restore_despite_failure"),
            after(doing.is_(Doing.NOTHING)),
        ),
    ),
    shows="GEN-3 VSS-5",
    derived=True,
    witness=fired("management_service_restarts"),
)

_LATER: dict[EventName, Term] = {
    "freeze_delivered": doing.is_(Doing.FREEZE),
    "thaw_delivered": doing.is_(Doing.THAW),
    "post_snapshot_delivered": doing.is_(Doing.POST_SNAPSHOT),
}
_gets_more = READ_2.actor.is_(LaterEvents.YES)
a_failed_writer_gets_later_events_as_read = step(
    "A writer that has not failed gets Freeze, Thaw and PostSnapshot; one that has failed gets the events of a snapshot set that goes on "
    "only where READ-2 says so.",
    _leaves(_LATER, ~writer_failed | _gets_more)
    & _leaves(dict.fromkeys(_LATER, doing.is_(Doing.NOTHING)), writer_failed & ~_gets_more),
    shows="READ-2 VSS-12 BAK-1",
    witness=fired("thaw_delivered"),
)

a_call_that_fails_leaves_what_comes_next = step(
    "A set that is given up for want of the writer, for time, for another writer's Freeze or Thaw or by the provider is to be aborted, or "
    "if the writers have had PostSnapshot fails without an Abort; a restore that is given up, or ended early, is over.",
    implies(
        happens("writer_lost", "freeze_window_overrun", "other_writer_fails_in_freeze", "other_writer_fails_in_thaw"),
        after(vss.is_(Vss.ABORT_DUE)),
    )
    & implies(happens("provider_fails") & ~vss.is_(Vss.POST_SNAPSHOT), after(vss.is_(Vss.ABORT_DUE)))
    & implies(happens("provider_fails") & vss.is_(Vss.POST_SNAPSHOT), after(vss.is_(Vss.STOPPED)))
    & implies(happens("restore_given_up", "post_restore_never_called"), after(requester.is_(Requester.RESTORED))),
    shows="VSS-5 RST-3 RST-4",
    derived=True,
    witness=fired(
        "writer_lost",
        "restore_given_up",
        "provider_fails",
        "post_restore_never_called",
        "other_writer_fails_in_freeze",
        "other_writer_fails_in_thaw",
    ),
)

a_handler_that_returns_is_over = step(
    "Only a handler that processes something returns, if its process has not started again, and then it is over.",
    implies(happens(*_RETURNS), after(doing.is_(Doing.NOTHING)))
    & implies(happens(*_RETURNS) & _serving, ~doing.is_(Doing.NOTHING)),
    shows="BAK-1",
    witness=fired("freeze_returned"),
)

handlers_do_not_overlap = step(
    "While the writer still processes an event, no other is delivered, and the call that brought it does not return.",
    implies(happens(*_HANDLERS, *_ONE_STEP, "abort_delivered", *RELEASES, *_CALLS_RETURN), doing.is_(Doing.NOTHING)),
    shows="BAK-1 VSS-5",
    witness=fired("freeze_delivered"),
)

returns_what_it_should = step(
    "A handler returns TRUE on success and FALSE on failure; only a veto may be reported and TRUE be returned all the same.",
    implies(
        happens(
            "prepare_for_snapshot_succeeded", "post_snapshot_succeeded", "post_restore_succeeded",
            "prepare_for_snapshot_vetoed_returning_true",
        ),
        after(returned.is_(Returned.TRUE)),
    )
    & implies(
        happens(
            "prepare_for_snapshot_vetoed", "prepare_for_snapshot_failed_unreported", "post_snapshot_failed",
            "post_restore_failed",
        ),
        after(returned.is_(Returned.FALSE)),
    ),
    shows="VSS-12 RST-4",
    witness=fired("prepare_for_snapshot_vetoed"),
)  # fmt: skip

a_reported_failure_names_an_error = step(
    "A failure that the writer reports, and a window that is overrun before it has failed, leave an error; a failure that it does not "
    "report leaves none.",
    implies(happens(*REPORTED_VETOES, "post_snapshot_failed", "post_restore_failed"), after(~_no_error))
    & implies(happens("freeze_window_overrun") & ~writer_failed, after(last_error.is_(LastError.TIMEOUT)))
    & implies(happens("freeze_window_overrun") & writer_failed, unchanged(last_error))
    & implies(happens("prepare_for_snapshot_failed_unreported"), unchanged(last_error)),
    shows="VSS-2 VSS-3 VSS-4 VSS-12",
    witness=fired("prepare_for_snapshot_vetoed"),
)

_lacks_a_volume = some(vm, chosen & progress.is_(Progress.FAILED) & volumes.is_(Volumes.ONE_MISSING))
a_missing_volume_is_inconsistent = step(
    "A veto because of a volume that is not in the snapshot set is reported as INCONSISTENTSNAPSHOT.",
    implies(happens(*REPORTED_VETOES) & _lacks_a_volume, after(last_error.is_(LastError.INCONSISTENTSNAPSHOT))),
    shows="BAK-15 VSS-3",
    derived=True,
    witness=happens(*REPORTED_VETOES) & _lacks_a_volume,
)

errors_come_from_failures = step(
    "The last error changes only where something fails, at Identify, and when the host starts again.",
    unchanged(last_error)
    | happens(
        *REPORTED_VETOES, "post_snapshot_failed", "post_restore_failed", "freeze_window_overrun",
        "management_service_restarts", "writer_metadata_gathered", "restore_initialized", "host_loses_power",
    ),
    shows="VSS-2 VSS-3",
    witness=fired("prepare_for_snapshot_vetoed"),
)  # fmt: skip

a_session_begins_with_nothing_returned = step(
    "When a session begins, no handler of it has returned yet.",
    implies(happens(*SESSION_STARTS), after(returned.is_(Returned.NOTHING))),
    shows="VSS-12",
    derived=True,
    witness=fired(*SESSION_STARTS),
)
