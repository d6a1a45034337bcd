"""CLU: what happens to a VM that is a resource of a failover cluster."""

from model.actors.cluster import Cluster, cluster
from model.actors.power import Note, Power, note, power
from model.actors.requester import BACKUP_OPEN, Requester, requester
from model.named import Events, fired, happens
from model.notation import after, every, implies, some, unchanged
from model.readings import READ_17, LeftOfFailover
from model.sorts import vm
from properties.kinds import Seen, always, possible, seen, step
from properties.vocabulary import at_rest, gone, in_metadata, restoring

_online, _saved, _offline = (cluster.is_(state) for state in (Cluster.ONLINE, Cluster.SAVED, Cluster.OFFLINE))
_failed_over, _left_behind = cluster.is_(Cluster.FAILED_OVER), cluster.is_(Cluster.LEFT_BEHIND)
_taken_for_failed = _failed_over | _left_behind
_OWNER_AT_REST: Events = (
    "cluster_resumes_vm", "cluster_takes_vm_offline", "cluster_brings_vm_online", "cluster_moves_vm_back",
)  # fmt: skip
_BY_OWNER: Events = ("cluster_saves_vm", *_OWNER_AT_REST)

clustered_vm_touched_in_a_restore_fails_over = step(
    "A VM that is online or saved in a cluster and is turned off or deleted by the writer is taken for failed, and once deleted is "
    "another node's.",
    every(
        vm,
        implies(happens("vm_turned_off", "vm_deleted") & (_online | _saved), after(_taken_for_failed))
        & implies(happens("vm_deleted") & (_online | _saved | _left_behind), after(_failed_over)),
    ),
    shows="CLU-1 CLU-3",
    witness=happens("vm_turned_off") & some(vm, _online),
)

saved_vm_that_fails_over_is_lost_here = step(
    "A VM that the writer saved and the cluster held for online is taken for failed; READ-17 says what is left of it here: nothing, or "
    "the VM as the writer left it.",
    every(
        vm,
        implies(
            happens("vm_fails_over"),
            _online
            & ~note.is_(Note.NOTHING)
            & (
                READ_17.actor.is_(LeftOfFailover.NOTHING) & after(_failed_over & gone)
                | READ_17.actor.is_(LeftOfFailover.AS_IT_WAS) & after(_left_behind) & unchanged(power)
            ),
        ),
    ),
    shows="CLU-1 READ-17",
    witness=fired("vm_fails_over"),
)

saved_clustered_vm_fails_over = possible(
    "In a backup, a VM that the writer saves without telling the cluster can fail over.",
    happens("vm_fails_over") & requester.is_(BACKUP_OPEN),
    shows="CLU-1",
)

failed_over_is_not_here = always(
    "A VM that is another node's is not on this host.",
    every(vm, ~_failed_over | gone),
    shows="CLU-1 READ-17",
    derived=True,
    witness=fired("vm_fails_over"),
)

failed_over_is_not_given_back = step(
    "A VM that is another node's is neither saved nor given back here.",
    every(vm, implies(happens("vm_saved", "vm_given_back"), ~_failed_over)),
    shows="CLU-1 READ-17 BAK-9",
    derived=True,
    witness=happens("nothing_left_to_give_back") & some(vm, _failed_over),
)

no_other_failover = step(
    "No VM fails over but one that the writer has saved while the cluster held it for online, or has turned off or deleted while the "
    "cluster held it for online or saved.",
    every(
        vm,
        _taken_for_failed
        | ~after(_taken_for_failed)
        | happens("vm_fails_over") & _online & ~note.is_(Note.NOTHING)
        | happens("vm_turned_off", "vm_deleted") & (_online | _saved),
    ),
    shows="CLU-1",
    witness=happens("vm_saved") & some(vm, _online),
)

cluster_is_not_asked = possible(
    "The writer saves a VM without regard to the cluster it belongs to.",
    happens("vm_saved") & some(vm, _online & happens("vm_saved")),
    shows="CLU-1",
)

saved_through_the_cluster_is_left_saved = step(
    "A backup leaves a VM alone that was saved through the cluster service and still is: it does not fail over, and is not given back; "
    "only an operator starts it or turns it off.",
    implies(
        requester.is_(BACKUP_OPEN),
        every(
            vm,
            ~(_saved & power.is_(Power.SAVED))
            | after(_saved & power.is_(Power.SAVED))
            | happens("operator_starts_vm", "operator_stops_vm"),
        ),
    ),
    shows="CLU-2",
    witness=happens("vm_has_nothing_to_save") & some(vm, _saved),
)

who_saved_it_resumes_it = possible(
    "A VM that was saved through the cluster service is resumed by whoever saved it, while no session is open.",
    at_rest & some(vm, happens("cluster_resumes_vm") & _saved & power.is_(Power.SAVED)),
    shows="CLU-2",
    derived=True,
)

saved_between_identify_and_prepare_for_snapshot = possible(
    "A VM can be saved through the cluster service between Identify and PrepareForSnapshot, when its method is known.",
    some(vm, happens("cluster_saves_vm") & in_metadata)
    & requester.is_(Requester.METADATA_GATHERED | Requester.CHOOSING | Requester.PREPARED),
    shows="CLU-2",
    derived=True,
)

paused_and_saved_through_the_cluster = possible(
    "A paused VM can be saved through the cluster service.",
    some(vm, happens("cluster_saves_vm") & power.is_(Power.PAUSED)),
    shows="CLU-2",
    derived=True,
)

offline_resource_does_not_fail_over = step(
    "A restore does not fail over a VM whose resource was taken offline first.",
    implies(restoring, every(vm, ~_offline | after(_offline))),
    shows="CLU-3",
    witness=happens("vm_deleted") & some(vm, _offline),
)

saved_is_not_offline = possible(
    "In a restore, saving a VM through the cluster service beforehand is not enough: it fails over all the same.",
    some(vm, happens("vm_turned_off") & _saved & after(_taken_for_failed)),
    shows="CLU-3 CLU-2",
    derived=True,
)

no_failover_between_sessions_but_of_what_is_left_saved = step(
    "Between sessions a VM fails over only if the writer has left it saved, unless the cluster moves it for reasons of its own.",
    implies(
        at_rest & ~happens("cluster_fails_over"),
        every(vm, _taken_for_failed | ~after(_taken_for_failed) | ~note.is_(Note.NOTHING) & happens("vm_fails_over")),
    ),
    shows="CLU-1",
    derived=True,
    witness=fired("cluster_saves_vm"),
)

owner_tells_the_cluster = step(
    "What the owner does through the cluster service, the cluster knows, and the VM does: saved, resumed, taken offline, brought online "
    "or moved back; and the cluster moves only a VM that is here and online.",
    every(
        vm,
        implies(happens("cluster_saves_vm"), after(_saved & power.is_(Power.SAVED)))
        & implies(happens("cluster_resumes_vm"), after(_online & power.is_(Power.RUNNING)))
        & implies(happens("cluster_takes_vm_offline"), after(_offline & power.is_(Power.OFF | Power.GONE)))
        & implies(happens("cluster_brings_vm_online"), ~gone & after(_online))
        & implies(happens("cluster_brings_vm_online") & ~power.is_(Power.PAUSED), after(power.is_(Power.RUNNING)))
        & implies(happens("cluster_moves_vm_back"), _failed_over & gone & after(_online & power.is_(Power.RUNNING)))
        & implies(happens(*_BY_OWNER), ~cluster.is_(Cluster.NOT_CLUSTERED))
        & implies(happens("cluster_saves_vm"), _online & power.is_(Power.RUNNING | Power.PAUSED))
        & implies(happens("cluster_resumes_vm"), _saved & power.is_(Power.SAVED))
        & implies(happens("cluster_fails_over"), _online & ~gone & after(_failed_over & gone)),
    ),
    shows="CLU-2 CLU-3",
    derived=True,
    witness=fired("cluster_takes_vm_offline"),
)

owner_acts_before_the_writer = step(
    "The owner saves a VM through the cluster service while no session is open, or after Identify before PrepareForSnapshot; all else "
    "he does there only while no session is open.",
    implies(
        happens("cluster_saves_vm"),
        at_rest | requester.is_(Requester.METADATA_GATHERED | Requester.CHOOSING | Requester.PREPARED),
    )
    & implies(happens(*_OWNER_AT_REST), at_rest),
    shows="CLU-2 CLU-3",
    derived=True,
    witness=fired("cluster_takes_vm_offline"),
)

_restored_since = seen("vm_registered", since=("cluster_takes_vm_offline", "cluster_brings_vm_online"), at=vm)
online_again_after_a_restore = possible(
    "A VM whose resource was taken offline, and that was then restored, can be brought online again.",
    some(
        vm,
        happens("cluster_brings_vm_online") & _offline & power.is_(Power.OFF) & _restored_since.is_(Seen.HAPPENED),
    ),
    shows="CLU-3",
    derived=True,
    observers=(_restored_since,),
)
