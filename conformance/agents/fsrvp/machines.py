"""Who there is: the server with its context and its timer; any number of shadow copy sets, each of any number of shadow copies."""

from __future__ import annotations

from model.notation import HOST, Actor, Sort, States, every, on, stays

shadow_set = Sort("set", of=HOST)
copy = Sort("copy", of=shadow_set)


class Agent(States):
    GONE = "there is no process"
    RESTS = "waits for a call"
    WORKS = "is at a call, or drops a set"
    STARTS = "was started, and reads what was kept"


class Context(States):
    UNSET = "none is set"
    SET = "a client has set one"
    ENDED = "the one that was set has ended with its set"


class Timer(States):
    STOPPED = "nobody is waited for"
    RUNNING = "the next call is waited for"
    ASTRAY = "the next call is waited for, perhaps not for the sake of the set in progress"


class Status(States):
    NOT_YET = "was never started"
    STARTED = "started, and shares may be added"
    CREATING = "committing was begun, and has not succeeded"
    COMMITTED = "committed"
    EXPOSED = "exposed"
    RECOVERED = "recovered"
    GONE = "not in the table any more"


class Task(States):
    NOTHING = "nothing is being done to it"
    COMMITTING = "its snapshots are being made"
    ABORTING = "it is being undone"
    DROPPING = "it is being dropped, as its client has not gone on"


class Answer(States):
    DONE = "none, or that the call is done"
    REFUSED = "that the call is refused, or has failed"
    MISNAMED = "that it is refused, by another error than the protocol's"


class Told(States):
    NOTHING = "not that it is undone"
    UNDONE = "that it is undone"


class Listed(States):
    NO = "not in the set"
    YES = "in the set"


class Snapshot(States):
    NONE = "there is none"
    FAILED = "it could not be made"
    MADE = "it is there"
    KEPT = "it is there, and could not be deleted"


class Left(States):
    NONE = "there is no other"
    LEFT = "there is another snapshot, made for the set before"


class Share(States):
    NONE = "not exposed"
    EXPOSED = "exposed as a share"


REFUSED = (
    "start_refused", "prepare_refused", "commit_refused", "expose_refused", "recovery_refused", "abort_refused", "other_client_refused",
    "context_refused", "retry_refused", "mapping_refused_untimed",
)  # fmt: skip
SHARE_REFUSED = ("add_refused", "mapping_refused", "deletion_refused", "deletion_failed")
REFUSALS = (*REFUSED, *SHARE_REFUSED)
"""Answers that say that the state, or what was asked, does not allow it, or that it could not be done at all."""

DROPPED = ("set_dropped", "set_dropped_unclean", "retry_refused")
ENDED = ("set_aborted", "set_aborted_unclean", *DROPPED, "set_forgotten")
"""After these a set is in the table no more."""

agent = Actor(
    "agent",
    Agent,
    starts=Agent.GONE,
    says="What the server is at.",
    leaves_out=(
        "A server that is ended while it is at a call.",
        "Times that a client gives a call, and calls that take longer.",
        "What IsPathSupported, IsPathShadowCopied and GetSupportedVersion say.",
    ),
)
context = Actor("context", Context, starts=Context.UNSET, says="Whether a context is set.")
timer = Actor("timer", Timer, starts=Timer.STOPPED, says="The timer of the sequence of calls.")
answer = Actor(
    "answer", Answer, starts=Answer.DONE, says="What the last call about a set, or about none, was answered."
)
heard = Actor("heard", Answer, of=copy, starts=Answer.DONE, says="What the last call about the share was answered.")
status = Actor("status", Status, of=shadow_set, starts=Status.NOT_YET, says="How far the set has come.")
task = Actor("task", Task, of=shadow_set, starts=Task.NOTHING, says="What the server does to the set.")
told = Actor("told", Told, of=shadow_set, starts=Told.NOTHING, says="What the client was told of undoing the set.")
listed = Actor("listed", Listed, of=copy, starts=Listed.NO, says="Whether the share is in the set.")
snapshot = Actor("snapshot", Snapshot, of=copy, starts=Snapshot.NONE, says="Its snapshot in the store.")
left = Actor("left", Left, of=copy, starts=Left.NONE, says="Whether there is more than one snapshot of it.")
share = Actor(
    "share",
    Share,
    of=copy,
    starts=Share.NONE,
    says="Whether its snapshot is exposed.",
    leaves_out=("A set of which only some snapshots can be exposed.",),
)

A, V = Agent, Status
agent.table(
    *(on(name, A.RESTS, A.WORKS) for name in ("commit_begins", "abort_begins", "timer_fires", "context_set_again")),
    *(on(name, A.WORKS, A.RESTS) for name in ("set_committed", "commit_failed", "abort_failed")),
    *(
        on(name, A.WORKS, A.RESTS)
        for name in ("set_aborted", "set_aborted_unclean", "set_dropped", "set_dropped_unclean")
    ),
    on("agent_killed", A.RESTS, A.GONE),
    on("agent_starts", A.GONE, A.STARTS),
    on("agent_ready", A.STARTS, A.RESTS),
)
_ENDS_CONTEXT = (
    "recovery_completed",
    "set_aborted",
    "timer_fires",
    "timer_fires_idly",
    "retry_refused",
    "exposed_not_dropped",
    "timer_was_astray",
)
context.table(
    on("context_set", Context.UNSET | Context.ENDED, Context.SET),
    on("context_left", Context.ENDED, Context.SET),
    *(on(name, Context.SET, Context.ENDED) for name in _ENDS_CONTEXT),
    on("agent_killed", Context.SET | Context.ENDED, Context.UNSET),
    *stays(*_ENDS_CONTEXT, "agent_killed"),
)
_STARTS_TIMER = ("context_set_again", "context_kept", "set_started", "started_beside", "set_prepared", "set_committed",
    "commit_failed", "set_exposed", "timer_runs_on")  # fmt: skip
_STOPS_TIMER = (
    "recovery_completed", "timer_fires", "timer_fires_idly", "agent_killed", "exposed_not_dropped", "mapping_refused_untimed",
)  # fmt: skip
IN_PROGRESS = V.STARTED | V.CREATING | V.COMMITTED | V.EXPOSED
none_in_progress = every(shadow_set, ~status.is_(IN_PROGRESS))
WAITED = Timer.RUNNING | Timer.ASTRAY
timer.table(
    *(on(name, frozenset(Timer) - {Timer.RUNNING}, Timer.RUNNING) for name in _STARTS_TIMER),
    *(on(name, WAITED, Timer.STOPPED) for name in _STOPS_TIMER),
    on("context_set", frozenset(Timer), Timer.RUNNING, when=none_in_progress),
    on("context_set", frozenset(Timer), Timer.ASTRAY, when=~none_in_progress),
    *(on(name, frozenset(Timer), Timer.ASTRAY) for name in ("context_kept_in_progress", "other_client_let_in")),
    on("timer_was_astray", Timer.ASTRAY, Timer.STOPPED),
    *stays(*_STARTS_TIMER, "recovery_completed", "agent_killed"),
)

status.table(
    *(on(name, V.NOT_YET, V.STARTED) for name in ("set_started", "started_beside")),
    on("commit_begins", V.STARTED | V.CREATING, V.CREATING),
    on("set_committed", V.CREATING, V.COMMITTED),
    on("set_exposed", V.COMMITTED, V.EXPOSED),
    on("recovery_completed", V.EXPOSED, V.RECOVERED),
    *(on(name, IN_PROGRESS | V.RECOVERED, V.GONE) for name in ENDED),
    on("set_emptied", V.EXPOSED | V.RECOVERED, V.GONE),
    on("set_returned", V.GONE, V.COMMITTED),
)
task.table(
    on("commit_begins", Task.NOTHING, Task.COMMITTING),
    on("set_committed", Task.COMMITTING, Task.NOTHING),
    on("commit_failed", Task.COMMITTING, Task.NOTHING),
    on("abort_begins", Task.NOTHING, Task.ABORTING),
    *(on(name, Task.ABORTING, Task.NOTHING) for name in ("set_aborted", "set_aborted_unclean", "abort_failed")),
    on("timer_fires", Task.NOTHING, Task.DROPPING),
    on("context_set_again", Task.NOTHING, Task.DROPPING),
    *(on(name, Task.DROPPING, Task.NOTHING) for name in ("set_dropped", "set_dropped_unclean")),
)
_DONE = (
    "context_set", "context_kept", "context_kept_in_progress", "other_client_let_in", "context_set_again", "set_started", "started_beside",
    "set_prepared", "set_committed", "set_exposed", "recovery_completed", "set_aborted", "set_aborted_unclean", "abort_ignored",
)  # fmt: skip
_SHARE_DONE = ("share_added", "mapping_told", "mapping_deleted", "mapping_deleted_unclean")
for machine, done, refused in (
    (answer, _DONE, (*REFUSED, "commit_failed", "abort_failed")),
    (heard, _SHARE_DONE, SHARE_REFUSED),
):
    machine.table(
        *(on(name, Answer.REFUSED | Answer.MISNAMED, Answer.DONE) for name in done),
        *(on(name, Answer.DONE | Answer.MISNAMED, Answer.REFUSED) for name in refused),
        *(row for row in (on("refusal_misnamed", frozenset(Answer), Answer.MISNAMED),) if machine is answer),
        *stays(*done, *refused),
    )
told.table(
    *(
        on(name, Told.NOTHING | Told.UNDONE, Told.UNDONE)
        for name in ("set_aborted", "set_aborted_unclean", "abort_ignored")
    ),
    on("set_returned", Told.UNDONE, Told.NOTHING),
    *stays("set_returned"),
)
listed.table(
    on("share_added", Listed.NO, Listed.YES),
    *(on(name, Listed.YES, Listed.NO) for name in ("mapping_deleted", "mapping_deleted_unclean")),
    *(on(name, Listed.YES, Listed.NO) for name in ENDED),
    on("set_returned", Listed.NO, Listed.YES, when=snapshot.is_(Snapshot.MADE | Snapshot.KEPT)),
    *stays(*ENDED, "set_returned"),
)
snapshot.table(
    on("snapshot_made", Snapshot.NONE, Snapshot.MADE),
    on("snapshot_fails", Snapshot.NONE, Snapshot.FAILED),
    on("commit_begins", Snapshot.FAILED, Snapshot.NONE),
    on("abort_begins", Snapshot.KEPT, Snapshot.MADE),
    on("snapshot_deleted", Snapshot.MADE, Snapshot.NONE),
    on("snapshot_kept", Snapshot.MADE, Snapshot.KEPT),
    on("mapping_deleted", Snapshot.MADE | Snapshot.KEPT, Snapshot.NONE),
    on("mapping_deleted_unclean", Snapshot.MADE | Snapshot.KEPT, Snapshot.KEPT),
    *stays("commit_begins", "abort_begins"),
)
left.table(
    on("snapshot_made_again", Left.NONE, Left.LEFT),
    *stays("snapshot_made_again"),
)
share.table(
    on("set_exposed", Share.NONE, Share.EXPOSED, when=listed.is_(Listed.YES)),
    *(on(name, Share.EXPOSED, Share.NONE) for name in (*ENDED, "mapping_deleted", "mapping_deleted_unclean")),
    *stays("set_exposed", *ENDED, "mapping_deleted", "mapping_deleted_unclean"),
)

ACTORS = (agent, context, timer, answer, status, task, told, listed, snapshot, left, share, heard)
