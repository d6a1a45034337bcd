"""A VM's power state, and the writer's note of the state before."""

from model.named import EventName, Events, on, stays
from model.notation import Actor, States, Term
from model.readings import READ_3, READ_10, READ_17, LeftOfFailover, NoteSurvives, StateBefore
from model.sorts import vm


class Power(States):
    OFF = "off"
    RUNNING = "running"
    PAUSED = "paused"
    SAVED = "saved"
    GONE = "not registered with the management service"


class Note(States):
    NOTHING = "the writer did not save this VM"
    RUNNING = "the writer saved it; it was running before"
    PAUSED = "the writer saved it; it was paused before"
    OFF = "the writer saved it; it was off before (READ-10)"
    SAVED = "the writer saved it; it was saved before (READ-10)"


class Earlier(States):
    UNKNOWN = "not looked at"
    OFF = "was off"
    RUNNING = "was running"
    PAUSED = "was paused"
    SAVED = "was saved"


P, N, E = Power, Note, Earlier
HERE = P.OFF | P.RUNNING | P.PAUSED | P.SAVED

power = Actor(
    "power",
    Power,
    of=vm,
    starts=Power,
    says="The VM's power state on this host; GONE while the management service does not know the VM.",
    leaves_out=(
        "States in transition (Starting, Saving, migrating, merging; Q11): every change of power is one step.",
        "What becomes of a failed-over VM on the other node: power speaks of this host.",
    ),
)

note = Actor(
    "note",
    Note,
    of=vm,
    starts=N.NOTHING,
    says="The writer's own memory: which VMs it saved, and the state each had before.",
    leaves_out=("Whether a note that could not be acted on is dropped when the next session begins: it is kept here.",),
)

earlier = Actor(
    "earlier",
    Earlier,
    of=vm,
    starts=E.UNKNOWN,
    says="The state a VM had when the writer looked, under the readings in which it looks before PrepareForSnapshot "
    "(READ-10).",
)

power.table(
    on("vm_saved", P.RUNNING | P.PAUSED, P.SAVED),
    on("vm_given_back", P.SAVED, P.RUNNING, when=note.is_(N.RUNNING)),
    on("vm_given_back", P.SAVED, P.PAUSED, when=note.is_(N.PAUSED)),
    on("vm_given_back", P.SAVED, P.OFF, when=note.is_(N.OFF)),
    on("vm_given_back", P.SAVED, P.SAVED, when=note.is_(N.SAVED)),
    on("vm_turned_off", P.RUNNING | P.PAUSED | P.SAVED, P.OFF),
    on("vm_deleted", P.OFF, P.GONE),
    on("vm_registered", P.GONE, P.OFF),
    on("vm_fails_over", P.SAVED, P.GONE, when=READ_17.actor.is_(LeftOfFailover.NOTHING)),
    on("vm_fails_over", P.SAVED, P.SAVED, when=READ_17.actor.is_(LeftOfFailover.AS_IT_WAS)),
    on("cluster_saves_vm", P.RUNNING | P.PAUSED, P.SAVED),
    on("cluster_resumes_vm", P.SAVED, P.RUNNING),
    on("cluster_takes_vm_offline", P.RUNNING | P.PAUSED | P.SAVED, P.OFF),
    on("cluster_brings_vm_online", P.OFF | P.SAVED, P.RUNNING),
    on("cluster_moves_vm_back", P.GONE, P.RUNNING),
    stays("cluster_takes_vm_offline", "cluster_brings_vm_online"),
    on("cluster_fails_over", HERE, P.GONE),
    on("guest_crashes", P.RUNNING, P.OFF),
    on("operator_starts_vm", P.OFF | P.SAVED | P.PAUSED, P.RUNNING),
    on("operator_stops_vm", P.RUNNING | P.PAUSED | P.SAVED, P.OFF),
    on("operator_saves_vm", P.RUNNING | P.PAUSED, P.SAVED),
    on("operator_pauses_vm", P.RUNNING, P.PAUSED),
    on("host_loses_power", P.RUNNING | P.PAUSED, P.OFF),
    stays("host_loses_power"),
)


def _was(power_state: Power, earlier_state: Earlier) -> Term:
    """The state before the backup, where the reading looks for it."""
    looks_now = READ_10.actor.is_(StateBefore.PREPARE_FOR_SNAPSHOT)
    return looks_now & power.is_(power_state) | ~looks_now & earlier.is_(earlier_state)


_restarts: Events = ("management_service_restarts", "host_loses_power")
_noted = N.RUNNING | N.PAUSED | N.OFF | N.SAVED

note.table(
    on("vm_saved", frozenset(N), N.RUNNING, when=_was(P.RUNNING, E.RUNNING)),
    on("vm_saved", frozenset(N), N.PAUSED, when=_was(P.PAUSED, E.PAUSED)),
    on("vm_saved", frozenset(N), N.OFF, when=_was(P.OFF, E.OFF)),
    on("vm_saved", frozenset(N), N.SAVED, when=_was(P.SAVED, E.SAVED)),
    on("vm_given_back", _noted, N.NOTHING),
    on("nothing_left_to_give_back", _noted, N.NOTHING),
    on("vm_deleted", _noted, N.NOTHING),
    stays("vm_deleted"),
    *(on(restart, _noted, N.NOTHING, when=READ_3.actor.is_(NoteSurvives.LOST)) for restart in _restarts),
    stays(*_restarts),
)

_looks: dict[EventName, StateBefore] = {
    "backup_initialized": StateBefore.SESSION_START,
    "writer_metadata_gathered": StateBefore.IDENTIFY,
}

earlier.table(
    *(
        on(event, E.UNKNOWN, state, when=READ_10.actor.is_(reading) & power.is_(power_state))
        for event, reading in _looks.items()
        for state, power_state in ((E.OFF, P.OFF), (E.RUNNING, P.RUNNING), (E.PAUSED, P.PAUSED), (E.SAVED, P.SAVED))
    ),
    on("backup_shutdown_returned", E.OFF | E.RUNNING | E.PAUSED | E.SAVED, E.UNKNOWN),
    on("host_loses_power", E.OFF | E.RUNNING | E.PAUSED | E.SAVED, E.UNKNOWN),
    stays(*_looks, "backup_shutdown_returned", "host_loses_power"),
)
