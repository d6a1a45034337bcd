"""What happens between client, server and stores, what may go wrong, and all of it put together and checked."""

from __future__ import annotations

from conformance.agents.fsrvp.machines import (
    ACTORS,
    IN_PROGRESS,
    WAITED,
    Agent,
    Context,
    Listed,
    Snapshot,
    Status,
    Task,
    agent,
    context,
    copy,
    listed,
    none_in_progress,
    shadow_set,
    snapshot,
    status,
    task,
    timer,
)
from conformance.agents.fsrvp.rules import RULES
from model.notation import Fault, Network, build, declared, event, every, some

ENVIRONMENT = (
    Fault("client_waits", "client", "The client does not go on in time."),
    Fault("other_client", "client", "A client at another address sets a context."),
    Fault("store_fails", "store", "A store cannot make a snapshot."),
    Fault("store_keeps", "store", "A store cannot delete a snapshot."),
    Fault("agent_killed", "server", "The server's process is ended."),
)

OF_THE_PROTOCOL = (
    Fault("dropped_unclean", "protocol", "The protocol deletes a set from its table, and not what was made for it."),
    Fault(
        "retried_too_often",
        "protocol",
        "The protocol refuses to set a context once more, after it has deleted the set.",
    ),
    Fault(
        "refusal_stops_timer",
        "protocol",
        "The protocol stops its timer, then refuses to tell of a share that is not there.",
    ),
)
"""What the protocol's text allows, or leaves out."""

OF_THE_AGENT = (
    Fault("abort_ignored", "agent", "The server says that a set is undone, and has done nothing."),
    Fault(
        "aborted_unclean",
        "agent",
        "The server undoes a set, and leaves the snapshots that were made before committing failed.",
    ),
    Fault(
        "made_again", "agent", "The server makes a snapshot again when a set is committed again, and forgets the first."
    ),
    Fault("context_keeps_set", "agent", "The server keeps the set in progress when its client sets a context again."),
    Fault(
        "other_client_let_in", "agent", "The server lets a client at another address set a context while one is set."
    ),
    Fault("context_left", "agent", "The server has a context though the set that it was for has ended."),
    Fault("started_beside_exposed", "agent", "The server starts a set while another is exposed and not recovered."),
    Fault("exposed_not_dropped", "agent", "The server waits for ever for the client of a set that is exposed."),
    Fault("set_forgotten", "agent", "A server that is started again does not know of a set."),
    Fault("set_returns", "agent", "A server that is started again knows of a set that was dropped."),
    Fault("refusal_misnamed", "agent", "The server refuses by another error than the protocol's."),
)
"""What a server may do that the protocol does not ask for; of which servers it is so, lockstep says."""

FAULTS = (*ENVIRONMENT, *OF_THE_PROTOCOL, *OF_THE_AGENT)

# -- terms ----------------------------------------------------------------------------------------------------------------

rests = agent.is_(Agent.RESTS)
in_progress = status.is_(IN_PROGRESS)
known = in_progress | status.is_(Status.RECOVERED)
is_listed = listed.is_(Listed.YES)
exists = snapshot.is_(Snapshot.MADE | Snapshot.KEPT)
some_listed = some(copy, is_listed)
none_exists = every(copy, ~exists)
must_add = status.is_(Status.STARTED)
must_prepare = status.is_(Status.STARTED) & some_listed
may_add = status.is_(
    Status.STARTED | Status.CREATING
)  # after committing has failed the text has both, by how it failed
may_prepare = may_add & some_listed
has_mapping = status.is_(Status.EXPOSED | Status.RECOVERED) & is_listed
none_but_exposed = every(shadow_set, ~in_progress | status.is_(Status.EXPOSED))
undone_now = task.is_(Task.ABORTING | Task.DROPPING)

CLIENT_ASKS = (
    *event("context_set", when=rests, by="FR-1", says="A client sets a context.", fair=False),
    *event("context_kept", when=rests & context.is_(Context.SET) & none_in_progress, by="FR-10",
           says="The same client sets a context again, with no set in progress.", fair=False),
    *event("context_set_again", at=shadow_set, when=in_progress & context.is_(Context.SET), by="FR-10",
           says="The same client sets a context again: its set is dropped.", fair=False),
    *event("retry_refused", at=shadow_set, when=rests & in_progress & context.is_(Context.SET), by="FR-10",
           says="The same client sets a context too often: its set is deleted, and the call refused.", fault="retried_too_often"),
    *event("other_client_refused", when=rests & context.is_(Context.SET), by="FR-10",
           says="A client at another address is refused a context.", fault="other_client"),
    *event("context_refused", when=rests, by="FR-8", says="What was given is no context.", fair=False),
    *event("set_started", at=shadow_set, when=rests & context.is_(Context.SET) & none_in_progress, by="FR-2", says="A set is started.",
           fair=False),
    *event("start_refused", when=rests & (~context.is_(Context.SET) | some(shadow_set, in_progress)), by="FR-2 FR-8",
           says="No set is started, as no context is set, or a set is in progress.", fair=False),
    *event("share_added", at=copy, when=rests & may_add, by="FR-3", says="A share is added to the set.", fair=False),
    *event("add_refused", at=copy, when=rests & (~must_add | is_listed), by="FR-3 FR-8", says="A share may not be added now, or is there.",
           fair=False),
    *event("set_prepared", at=shadow_set, when=rests & may_prepare, by="FR-3", says="The set is prepared.", fair=False),
    *event("prepare_refused", at=shadow_set, when=rests & ~must_prepare, by="FR-3 FR-8", says="The set may not be prepared now.",
           fair=False),
    *event("commit_begins", at=shadow_set, when=may_prepare, by="FR-4", says="The set is to be committed.", fair=False),
    *event("commit_refused", at=shadow_set, when=rests & ~may_prepare, by="FR-4 FR-8", says="The set may not be committed now.",
           fair=False),
    *event("set_exposed", at=shadow_set, when=rests, by="FR-5", says="The set is exposed.", fair=False),
    *event("expose_refused", at=shadow_set, when=rests & ~status.is_(Status.COMMITTED), by="FR-5 FR-8",
           says="The set may not be exposed now.", fair=False),
    *event("recovery_completed", at=shadow_set, when=rests, by="FR-5", says="The client says that recovery is complete.", fair=False),
    *event("recovery_refused", at=shadow_set, when=rests & ~status.is_(Status.EXPOSED), by="FR-5 FR-8",
           says="Recovery of the set may not be complete now.", fair=False),
    *event("abort_begins", at=shadow_set, when=known, by="FR-6", says="The set is to be undone.", fair=False),
    *event("abort_refused", at=shadow_set, when=rests & ~status.is_(Status.STARTED | Status.CREATING), by="FR-6 FR-8",
           says="The set may not be undone now.", fair=False),
    *event("mapping_told", at=copy, when=rests & has_mapping, by="FR-7", says="The client is told what a share is exposed as.", fair=False),
    *event("mapping_refused", at=copy, when=rests & ~(status.is_(Status.EXPOSED) & is_listed), by="FR-8",
           says="Of the share there is nothing to tell.", fair=False),
    *event("mapping_deleted", at=copy, when=rests & has_mapping, by="FR-7", says="The exposed share is deleted, and its snapshot.",
           fair=False),
    *event("mapping_deleted_unclean", at=copy, when=rests & has_mapping, by="FR-7 ST-1",
           says="The exposed share is deleted, and its snapshot cannot be.", fault="store_keeps"),
    *event("deletion_failed", at=copy, when=rests & has_mapping, by="FR-7 ST-1", says="The snapshot cannot be deleted: the call fails.",
           fault="store_keeps"),
    *event("deletion_refused", at=copy, when=rests & ~has_mapping, by="FR-8", says="Of the share there is nothing to delete.", fair=False),
)  # fmt: skip

BEYOND = (
    *event("context_kept_in_progress", when=rests & context.is_(Context.SET) & some(shadow_set, in_progress), by="FR-10",
           says="A context is set again, and the set in progress stays.", fault="context_keeps_set"),
    *event("other_client_let_in", when=rests & context.is_(Context.SET), by="FR-10",
           says="A client at another address sets a context while one is set.", fault="other_client_let_in"),
    *event("context_left", when=rests, by="FR-5 FR-6", says="A context is still set, though its set has ended.", fault="context_left"),
    *event("started_beside", at=shadow_set, when=rests & context.is_(Context.SET) & none_but_exposed, by="FR-2",
           says="A set is started while another is exposed.", fault="started_beside_exposed"),
    *event("exposed_not_dropped", when=rests & none_but_exposed & ~none_in_progress & timer.is_(WAITED), by="FR-9",
           says="The client has not gone on, and its exposed set stays.", fault="exposed_not_dropped"),
    *event("timer_was_astray", when=rests, by="FR-9 FR-10", says="The context ends, and the set in progress stays: nobody waited for it.",
           fault="context_keeps_set"),
    *event("snapshot_made_again", at=copy, when=task.is_(Task.COMMITTING) & is_listed & exists, by="FR-4",
           says="Another snapshot is made, and the first is forgotten.", fault="made_again"),
    *event("abort_ignored", at=shadow_set, when=rests & known, by="FR-6",
           says="The server says that the set is undone, and has done nothing.", fault="abort_ignored"),
    *event("set_aborted_unclean", at=shadow_set, when=task.is_(Task.ABORTING) & ~none_exists, by="FR-6",
           says="The set is undone, and snapshots of it are left.", fault="aborted_unclean"),
    *event("set_returned", at=shadow_set, when=agent.is_(Agent.STARTS), by="FR-11",
           says="The server that was started knows of a set that was dropped.", fault="set_returns"),
    *event("mapping_refused_untimed", at=shadow_set, when=rests & status.is_(Status.EXPOSED) & timer.is_(WAITED), by="FR-7 FR-9",
           says="There is nothing to tell of the share, and the timer stops.", fault="refusal_stops_timer"),
    *event("refusal_misnamed", when=rests, by="FR-8", says="The call was refused by another error than the protocol's.",
           fault="refusal_misnamed"),
)  # fmt: skip

SERVER_WORKS = (
    *event("timer_runs_on", when=rests & some(shadow_set, may_add), by="FR-9", says="A share was added: the next call is waited for anew."),
    *event("snapshot_made", at=copy, when=task.is_(Task.COMMITTING) & is_listed, by="FR-4", says="A snapshot is made."),
    *event("snapshot_fails", at=copy, when=task.is_(Task.COMMITTING) & is_listed, by="FR-4 ST-1", says="A snapshot cannot be made.",
           fault="store_fails"),
    *event("set_committed", at=shadow_set, when=every(copy, ~is_listed | exists), by="FR-4", says="The set is committed."),
    *event("commit_failed", at=shadow_set, when=some(copy, snapshot.is_(Snapshot.FAILED)), by="FR-4", says="The set cannot be committed."),
    *event("snapshot_deleted", at=copy, when=undone_now, by="FR-6 FR-9", says="A snapshot is deleted."),
    *event("snapshot_kept", at=copy, when=undone_now, by="FR-6 FR-9 ST-1", says="A snapshot cannot be deleted.", fault="store_keeps"),
    *event("set_aborted", at=shadow_set, when=task.is_(Task.ABORTING) & none_exists, by="FR-6", says="The set is undone."),
    *event("abort_failed", at=shadow_set, when=some(copy, snapshot.is_(Snapshot.KEPT)), by="FR-6", says="The set cannot be undone."),
    *event("set_dropped", at=shadow_set, when=task.is_(Task.DROPPING) & none_exists, by="FR-9 FR-10", says="The set is dropped."),
    *event("set_dropped_unclean", at=shadow_set, when=task.is_(Task.DROPPING) & ~none_exists, by="FR-9 FR-10",
           says="The set is dropped, and snapshots of it are left.", fault="dropped_unclean"),
    *event("set_emptied", at=shadow_set, when=rests & every(copy, ~is_listed), by="FR-7", says="The set has no shadow copy any more."),
)  # fmt: skip

DISTURBANCES = (
    *event("timer_fires", at=shadow_set, when=in_progress & timer.is_(WAITED), by="FR-9",
           says="The client has not gone on: its set is dropped.", fault="client_waits"),
    *event("timer_fires_idly", when=rests & none_in_progress, by="FR-9", says="The client has not gone on, and there is no set.",
           fault="client_waits"),
    *event("agent_killed", by="OS-1", says="The server's process is ended.", fault="agent_killed"),
    *event("agent_starts", by="FR-11", says="A server is started.", fair=False),
    *event("set_forgotten", at=shadow_set, when=agent.is_(Agent.STARTS) & known, by="FR-11",
           says="The server that was started does not know of a set.", fault="set_forgotten"),
    *event("agent_ready", by="FR-11", says="The server has read what was kept."),
)  # fmt: skip

EVENTS = (*CLIENT_ASKS, *SERVER_WORKS, *BEYOND, *DISTURBANCES)

NETWORK: Network = declared(build(ACTORS, EVENTS, FAULTS, known_ids=RULES))
