"""A small backup protocol in one file: its rules in words, its machines, its events, what must hold.

A host backs up any number of VMs, all or none. It works its way through a few phases; meanwhile each VM is saved, or makes a
snapshot of itself if it can, and says how that went. At the end every VM is back in the state it had before.

Read it from top to bottom to learn the notation. How many states it has is known exactly, for any number of VMs, so it is
also what engines are measured with.
"""

from dataclasses import replace

from model.notation import (
    HOST,
    Actor,
    Network,
    Shape,
    Sort,
    States,
    all_of,
    build,
    declared,
    event,
    every,
    implies,
    on,
    same,
    some,
)
from proofs.world.compiled import Compiled
from proofs.world.world import Column, Slice, World
from properties.checked import checked
from properties.kinds import Property, always, fired, terms_of

# -- what the protocol says, in words. Every event and every property names the rules that it comes from. -----------------

RULES = {
    "SB-1": "The host goes through the phases of a backup one by one.",
    "SB-2": "While it prepares the snapshot, every VM is dealt with: it becomes ready, or fails.",
    "SB-3": "A VM that is off or saved is ready as it is.",
    "SB-4": "A running or paused VM is saved, which may fail; an eligible VM is not, for it makes a snapshot by itself.",
    "SB-5": "An eligible VM prepares, freezes and takes its snapshot. It fails on the way, or is ready with a snapshot that "
    "can be recovered.",
    "SB-6": "The host goes on if all VMs are ready; it aborts if all are dealt with and one has failed.",
    "SB-7": "Before and after the snapshot is prepared, the host may abort for reasons of its own.",
    "SB-8": "After the snapshot, each VM goes back to the state it had before, and its backup is good.",
    "SB-9": "When the host aborts, each VM goes back to the state it had before, and its backup is bad.",
}

# -- who there is: the host (HOST), and any number of VMs. Each machine is a few states and a table of moves. -------------

vm = Sort("vm", of=HOST)


class Phase(States):
    IDLE = "nothing has begun"
    PREPARING_BACKUP = "the backup is being prepared"
    PREPARING_SNAPSHOT = "every VM is being saved, or makes its snapshot"
    FREEZING = "nothing is written, and the snapshot of the disks is made"
    THAWING = "the disks are written to again"
    GIVING_BACK = "every VM goes back to the state it had before"
    DONE = "the backup is good"
    ABORTING = "everything is being undone"
    ABORTED = "there is no backup"


class Power(States):
    OFF = "off"
    RUNNING = "running"
    PAUSED = "paused"
    SAVED = "saved"


class Eligible(States):
    NO = "the host has to save it"
    YES = "it can make a snapshot by itself"


class Guest(States):
    IDLE = "nothing to do"
    PREPARING = "preparing a snapshot"
    FROZEN = "frozen"
    SNAPSHOTTED = "has taken its snapshot"
    FAILED = "could not take a snapshot"


class Recovery(States):
    IMPOSSIBLE = "there is no snapshot, or it cannot be recovered"
    POSSIBLE = "its snapshot can be recovered"


class Result(States):
    NONE = "not dealt with yet"
    READY = "ready for the snapshot of the disks"
    GOOD = "backed up"
    BAD = "not backed up"


# An initial of each enumeration keeps the tables short.
H, P, E, G, A, R = Phase, Power, Eligible, Guest, Recovery, Result

phase = Actor("phase", H, starts=H.IDLE, says="How far the host has come with the backup.")

# A machine without a table never moves. It is configuration: a run may start with any of its states.
prior = Actor("prior", P, of=vm, starts=P, says="The power state that the VM had before the backup.")
eligible = Actor("eligible", E, of=vm, starts=E, says="Whether the VM can make a snapshot by itself.")

power = Actor("power", P, of=vm, starts=P, says="The power state that the VM has now.")
guest = Actor("guest", G, of=vm, starts=G.IDLE, says="What the VM does to make its own snapshot.")
recovery = Actor("recovery", A, of=vm, starts=A.IMPOSSIBLE, says="Whether the VM's snapshot can be recovered.")
result = Actor("result", R, of=vm, starts=R.NONE, says="What has become of the VM in this backup.")

AT_START = (
    same(power, prior),
    implies(eligible.is_(E.YES), prior.is_(P.RUNNING)),
)
"""What ties the machines of a VM together where a run begins."""

# A row says: on this event, from this state (or one of several), to that state. All machines that know an event move at the
# same instant; one that knows it and has no row for the state it is in holds it up; the others stay as they are.

phase.table(
    on("backup_begins", H.IDLE, H.PREPARING_BACKUP),
    on("snapshot_is_prepared", H.PREPARING_BACKUP, H.PREPARING_SNAPSHOT),
    on("all_vms_are_ready", H.PREPARING_SNAPSHOT, H.FREEZING),
    on("a_vm_has_failed", H.PREPARING_SNAPSHOT, H.ABORTING),
    on("snapshot_is_made", H.FREEZING, H.THAWING),
    on("host_has_thawed", H.THAWING, H.GIVING_BACK),
    on("backup_is_done", H.GIVING_BACK, H.DONE),
    on("host_aborts", H.PREPARING_BACKUP | H.FREEZING | H.THAWING, H.ABORTING),
    on("backup_is_undone", H.ABORTING, H.ABORTED),
)

# A guard (`when`) stands in a table only where it decides between moves of this very machine.
power.table(
    on("vm_saved", P.RUNNING | P.PAUSED, P.SAVED),
    *(on("vm_given_back", frozenset(P), before, when=prior.is_(before)) for before in P),
    *(on("vm_undone", frozenset(P), before, when=prior.is_(before)) for before in P),
)

guest.table(
    on("guest_prepares", G.IDLE, G.PREPARING),
    on("guest_freezes", G.PREPARING, G.FROZEN),
    on("guest_fails", G.PREPARING | G.FROZEN, G.FAILED),
    on("recoverable_snapshot_taken", G.FROZEN, G.SNAPSHOTTED),
    on("unrecoverable_snapshot_taken", G.FROZEN, G.SNAPSHOTTED),
    on("vm_given_back", frozenset(G), G.IDLE),
    on("vm_undone", frozenset(G), G.IDLE),
)

recovery.table(
    on("recoverable_snapshot_taken", A.IMPOSSIBLE, A.POSSIBLE),
    on("vm_undone", frozenset(A), A.IMPOSSIBLE),
)

result.table(
    on("vm_needs_nothing", R.NONE, R.READY),
    on("vm_saved", R.NONE, R.READY),
    on("vm_cannot_be_saved", R.NONE, R.BAD),
    on("guest_snapshot_accepted", R.NONE, R.READY),
    on("guest_snapshot_refused", R.NONE, R.BAD),
    on("vm_given_back", R.READY, R.GOOD),
    on("vm_undone", frozenset(R), R.BAD),
)

# -- what happens. What must be true elsewhere stands here, as a term over the states before the event. -------------------

asleep = prior.is_(P.OFF | P.SAVED)
by_host = phase.is_(H.PREPARING_SNAPSHOT) & eligible.is_(E.NO)
by_guest = phase.is_(H.PREPARING_SNAPSHOT) & eligible.is_(E.YES)
has_usable_snapshot = guest.is_(G.SNAPSHOTTED) & recovery.is_(A.POSSIBLE)
has_useless_snapshot = guest.is_(G.SNAPSHOTTED) & recovery.is_(A.IMPOSSIBLE)
as_before = same(power, prior) & guest.is_(G.IDLE)
clean = as_before & result.is_(R.BAD)

EVENTS = (
    *event("backup_begins", by="SB-1", says="The host begins to prepare a backup."),
    *event("snapshot_is_prepared", by="SB-1", says="The host turns to the snapshot, and to the VMs."),
    *event("vm_needs_nothing", at=vm, when=by_host & asleep, by="SB-3", says="The VM is ready as it is."),
    *event("vm_saved", at=vm, when=by_host & ~asleep, by="SB-4", says="The host saves the VM."),
    *event("vm_cannot_be_saved", at=vm, when=by_host & ~asleep, by="SB-4", says="The host fails to save the VM."),
    *event("guest_prepares", at=vm, when=by_guest, by="SB-5", says="The VM prepares a snapshot of itself."),
    *event("guest_freezes", at=vm, when=by_guest, by="SB-5", says="The VM freezes."),
    *event("guest_fails", at=vm, when=by_guest, by="SB-5", says="The VM fails to prepare, or to take, its snapshot."),
    *event("recoverable_snapshot_taken", at=vm, when=by_guest, by="SB-5", says="The VM takes its snapshot."),
    *event("unrecoverable_snapshot_taken", at=vm, when=by_guest, by="SB-5", says="It takes one of no use."),
    *event(
        "guest_snapshot_accepted",
        at=vm,
        when=by_guest & has_usable_snapshot,
        by="SB-5",
        says="The host looks at the VM's snapshot, and the VM is ready.",
    ),
    *event(
        "guest_snapshot_refused",
        at=vm,
        when=by_guest & (has_useless_snapshot | guest.is_(G.FAILED)),
        by="SB-5",
        says="The host finds that the VM has no snapshot, or one that cannot be recovered.",
    ),
    *event("all_vms_are_ready", when=every(vm, result.is_(R.READY)), by="SB-6", says="The host freezes."),
    *event(
        "a_vm_has_failed",
        when=every(vm, result.is_(R.READY | R.BAD)) & some(vm, result.is_(R.BAD)),
        by="SB-2 SB-6",
        says="The host waits until all VMs are dealt with, and gives up because one has failed.",
    ),
    *event("snapshot_is_made", by="SB-1", says="The snapshot of the disks is made."),
    *event("host_has_thawed", by="SB-1", says="The host has thawed, and turns to the VMs again."),
    *event(
        "vm_given_back",
        at=vm,
        when=phase.is_(H.GIVING_BACK),
        by="SB-8",
        says="A VM that is ready goes back to the state it had before, and is backed up.",
    ),
    *event("backup_is_done", when=every(vm, result.is_(R.GOOD)), by="SB-1 SB-8", says="The backup is good."),
    *event("host_aborts", by="SB-7", says="The host gives up for reasons of its own."),
    *event(
        "vm_undone",
        at=vm,
        when=phase.is_(H.ABORTING) & ~clean,
        by="SB-9",
        says="Whatever was done to the VM is undone, once.",
    ),
    *event("backup_is_undone", when=every(vm, clean), by="SB-9", says="Everything is undone: there is no backup."),
)

NETWORK: Network = declared(
    build((phase, prior, eligible, power, guest, recovery, result), EVENTS, at_start=AT_START, known_ids=RULES)
)
"""All of it put together, and checked: a move on an event that nobody declares, say, or a guard that always holds, is refused with
its place."""

# -- what must hold: a sentence, the rules it shows, a term, and a witness: what must have happened for it to mean anything.

over = phase.is_(H.DONE | H.ABORTED)

no_early_success = always(
    "No VM counts as backed up before the snapshot of the disks is made.",
    implies(some(vm, result.is_(R.GOOD)), phase.is_(H.GIVING_BACK | H.DONE)),
    shows="SB-8",
    witness=fired("vm_given_back"),
)

all_or_none = always(
    "When the backup is over, either all VMs are backed up, or none is.",
    all_of(
        implies(phase.is_(H.DONE), every(vm, result.is_(R.GOOD))),
        implies(phase.is_(H.ABORTED), every(vm, result.is_(R.BAD))),
    ),
    shows="SB-6 SB-8 SB-9",
    witness=fired("backup_is_done") | fired("backup_is_undone"),
)

back_in_prior_state = always(
    "When the backup is over, every VM has the power state it had before, and nothing left to do.",
    implies(over, every(vm, as_before)),
    shows="SB-8 SB-9",
    witness=fired("vm_saved"),
)

only_recoverable_snapshots = always(
    "An eligible VM is ready or backed up only with a snapshot that can be recovered.",
    every(vm, implies(eligible.is_(E.YES) & result.is_(R.READY | R.GOOD), recovery.is_(A.POSSIBLE))),
    shows="SB-5",
    witness=fired("guest_snapshot_accepted"),
)

PROPERTIES = checked(
    {
        name.replace("_", "-"): replace(found, name=name.replace("_", "-"))
        for name, found in tuple(globals().items())
        if isinstance(found, Property)
    },
    NETWORK,
)
"""All properties, checked; each is called as its variable is, with dashes."""

# -- how an engine gets it ------------------------------------------------------------------------------------------------


def compiled(network: Network = NETWORK, *, reduce: bool = False) -> Compiled:
    """All machines and events as small numbers, for VMs that have no parts. reduce: one start for all VMs that no guard and
    no property tells apart; without it a VM starts in any of the five ways that there are."""
    terms = [term for found in PROPERTIES.values() for term in terms_of(found)]
    everything = Slice(frozenset(network.actors), frozenset(network.events))
    return Compiled(World(network, Column()), everything, (Shape({}),), terms, reduce=reduce)
