"""Who there is: the driver in the guest's kernel, the agent, what the host has been told; and any number of file systems.

Each machine is a few states and a table of moves, as in `examples/small_backup.py`, where the notation is explained.
"""

from __future__ import annotations

from conformance.agents.file_systems import Passed, Tried, frozen, fs, reach
from model.notation import Actor, States, on, stays

# What ends whatever is outstanding, each in its own way.
CUT = ("device_closed", "agent_exits", "gives_up_frozen", "agent_killed")
UNHEARD = ("frozen_unheard", "freeze_failed_unheard", "thawed_unheard", "thaw_failed_unheard", "able_unheard")
SAYS_OK = ("says_frozen", "says_thawed", "says_able")
SAYS_FAILED = ("says_freeze_failed", "says_thaw_failed")
ASKS = ("host_asks_freeze", "host_asks_thaw", "host_asks_probe")


class Driver(States):
    ABSENT = "not loaded"
    INIT = "nobody has announced himself"
    READY = "ready for a request"
    REQUESTED = "a request is with the agent"


class Device(States):
    CLOSED = "the agent does not have it open"
    OPEN = "open"
    STALE = "open, but the driver that was behind it is gone"


class Slot(States):
    EMPTY = "nothing lies unread"
    VERSION = "the version"
    PROBE = "a probe"
    FREEZE = "a FREEZE"
    THAW = "a THAW"


class Asked(States):
    NOTHING = "nothing"
    PROBE = "whether it could be backed up"
    FREEZE = "to freeze"
    THAW = "to thaw"


class Told(States):
    NOTHING = "nothing, or it has asked since"
    FROZEN = "frozen"
    FREEZE_FAILED = "could not be frozen"
    THAWED = "thawed"
    THAW_FAILED = "could not be thawed"


class Agent(States):
    GONE = "there is no process"
    STARTING = "about to open the device"
    OPENED = "has the device open"
    ANNOUNCED = "has announced itself"
    WAITING = "waits for a request"
    PROBING = "has read a probe"
    FREEZING = "freezes"
    UNDOING = "thaws again, since one could not be frozen"
    THAWING = "thaws"
    RESETTING = "has lost the line, and thaws what is frozen"


class Failed(States):
    NOTHING = "nothing has failed in this operation"
    ONE = "a file system could not be thawed"
    TABLE = "the mount table could not be read"
    NOT_TRIED = "the agent did not try to thaw"


class Kind(States):
    ELIGIBLE = "on a disk, and written to"
    PASSED_OVER = "on a disk, and written to, but of a type that cannot be frozen (vfat)"
    NOT_ELIGIBLE = "read-only, on a loop device, or on no disk"


class Memory(States):
    NOTHING = "nothing"
    FROZEN = "that it has frozen"


driver = Actor(
    "driver",
    Driver,
    starts=Driver.INIT,
    says="What the driver in the guest's kernel is at.",
    leaves_out=(
        "A request is handed over as soon as it has come, and a status is passed on as soon as it is written.",
        "Several packets of the host that wait, and the numbers of transactions.",
    ),
)
device = Actor("device", Device, starts=Device.CLOSED, says="Whether the agent has the device open.")
slot = Actor("slot", Slot, starts=Slot.EMPTY, says="The one message that may lie unread.")
asked = Actor("asked", Asked, starts=Asked.NOTHING, says="What the host has asked and has no answer to.")
told = Actor("told", Told, starts=Told.NOTHING, says="What the host was told last, and so believes.")
agent = Actor("agent", Agent, starts=Agent.GONE, says="What the agent is at.")
failed = Actor("failed", Failed, starts=Failed.NOTHING, says="What has failed while the agent thaws.")
kind = Actor("kind", Kind, of=fs, starts=Kind, says="Whether the file system is one that has to be frozen.")
tried = Actor("tried", Tried, of=fs, starts=Tried.NOT_YET, says="Whether thawing it was tried in this operation.")
passed = Actor("passed", Passed, of=fs, starts=Passed.NO, says="Whether the agent takes it for done.")
memory = Actor(
    "memory", Memory, starts=Memory.NOTHING, says="What an agent remembers that keeps no list of what it froze."
)

D, A, T = Driver, Agent, Told

driver.table(
    on("driver_unloaded", D.INIT | D.READY | D.REQUESTED, D.ABSENT),
    on("driver_loaded", D.ABSENT, D.INIT),
    on("version_read", D.INIT, D.READY),
    *(on(name, D.READY, D.REQUESTED) for name in ASKS),
    *(on(name, D.REQUESTED, D.READY) for name in (*SAYS_OK, *SAYS_FAILED, "timer_fires")),
    on("guest_sleeps", D.READY | D.REQUESTED, D.READY),
    *(on(name, D.READY | D.REQUESTED, D.INIT) for name in CUT),
    *(row for name in CUT for row in stays(name)),
)

device.table(
    on("device_opened", Device.CLOSED, Device.OPEN),
    on("device_closed", Device.OPEN | Device.STALE, Device.CLOSED),
    on("driver_unloaded", Device.OPEN, Device.STALE),
    *(on(name, Device.OPEN | Device.STALE, Device.CLOSED) for name in CUT[1:]),
    *stays("driver_unloaded", *CUT[1:]),
)

_LEFT = frozenset(Slot) - {Slot.EMPTY}
slot.table(
    on("agent_announces", Slot.EMPTY, Slot.VERSION),
    on("host_asks_probe", Slot.EMPTY, Slot.PROBE),
    on("host_asks_freeze", Slot.EMPTY, Slot.FREEZE),
    on("host_asks_thaw", Slot.EMPTY, Slot.THAW),
    on("guest_sleeps", Slot.EMPTY, Slot.THAW),
    on("version_read", Slot.VERSION, Slot.EMPTY),
    on("probe_read", Slot.PROBE, Slot.EMPTY),
    on("freeze_read", Slot.FREEZE, Slot.EMPTY),
    on("thaw_read", Slot.THAW, Slot.EMPTY),
    *(on(name, _LEFT, Slot.EMPTY) for name in (*CUT, "driver_unloaded")),
    *stays(*CUT, "driver_unloaded"),
)

_OUTSTANDING = Asked.PROBE | Asked.FREEZE | Asked.THAW
_ENDED = (*CUT, "driver_unloaded", "guest_sleeps")
asked.table(
    on("host_asks_probe", Asked.NOTHING, Asked.PROBE),
    on("host_asks_freeze", Asked.NOTHING, Asked.FREEZE),
    on("host_asks_thaw", Asked.NOTHING, Asked.THAW),
    *(on(name, _OUTSTANDING, Asked.NOTHING) for name in (*SAYS_OK, *SAYS_FAILED, "timer_fires", *_ENDED)),
    *stays(*_ENDED),
)

# The driver knows of no other answer than the one to what is outstanding.
_ANY = frozenset(Told)
_FAILING = (*SAYS_FAILED, "timer_fires", *CUT, "driver_unloaded")
told.table(
    on("host_asks_freeze", _ANY, T.NOTHING),
    on("host_asks_thaw", _ANY, T.NOTHING),
    on("freeze_refused_at_once", _ANY, T.FREEZE_FAILED),
    on("thaw_refused_at_once", _ANY, T.THAW_FAILED),
    *(on(name, _ANY, T.FROZEN, when=asked.is_(Asked.FREEZE)) for name in SAYS_OK),
    *(on(name, _ANY, T.THAWED, when=asked.is_(Asked.THAW)) for name in SAYS_OK),
    *(on(name, _ANY, T.FREEZE_FAILED, when=asked.is_(Asked.FREEZE)) for name in _FAILING),
    *(on(name, _ANY, T.THAW_FAILED, when=asked.is_(Asked.THAW)) for name in _FAILING),
    *stays(*SAYS_OK, *_FAILING),
)

_ALIVE = frozenset(Agent) - {A.GONE}
_MAY_END = A.STARTING | A.OPENED | A.ANNOUNCED | A.RESETTING
agent.table(
    on("agent_starts", A.GONE, A.STARTING),
    on("device_opened", A.STARTING, A.OPENED),
    on("agent_announces", A.OPENED, A.ANNOUNCED),
    on("version_read", A.ANNOUNCED, A.WAITING),
    on("probe_read", A.WAITING, A.PROBING),
    on("freeze_read", A.WAITING, A.FREEZING),
    on("thaw_read", A.WAITING, A.THAWING),
    on("freeze_fails", A.FREEZING, A.UNDOING),
    on("table_unreadable", A.FREEZING, A.UNDOING),
    stays("table_unreadable"),
    on("says_able", A.PROBING, A.WAITING),
    on("says_frozen", A.FREEZING, A.WAITING),
    on("says_freeze_failed", A.UNDOING, A.WAITING),
    on("says_thawed", A.THAWING, A.WAITING),
    on("says_thaw_failed", A.THAWING, A.WAITING),
    on("able_unheard", A.PROBING, A.RESETTING),
    on("frozen_unheard", A.FREEZING, A.RESETTING),
    on("freeze_failed_unheard", A.UNDOING, A.RESETTING),
    on("thawed_unheard", A.THAWING, A.RESETTING),
    on("thaw_failed_unheard", A.THAWING, A.RESETTING),
    on("line_lost", A.ANNOUNCED | A.WAITING, A.RESETTING),
    on("device_closed", A.OPENED | A.ANNOUNCED | A.RESETTING, A.RESETTING),
    on("starts_again", A.RESETTING, A.STARTING),
    on("starts_again_frozen", A.RESETTING, A.STARTING),
    on("agent_exits", _MAY_END, A.GONE),
    on("gives_up_frozen", _MAY_END, A.GONE),
    on("agent_killed", _ALIVE, A.GONE),
)

_TO_DO = ("freeze_read", "thaw_read", "line_lost", *UNHEARD)
_HAS_FAILED = Failed.ONE | Failed.TABLE | Failed.NOT_TRIED
failed.table(
    on("thaw_fails", Failed.NOTHING, Failed.ONE),
    on("cover_tried", Failed.NOTHING, Failed.ONE),
    on("not_undone", Failed.NOTHING, Failed.NOT_TRIED),
    on("table_unreadable", Failed.NOTHING | Failed.ONE, Failed.TABLE, when=~agent.is_(A.FREEZING)),
    *(on(name, _HAS_FAILED, Failed.NOTHING) for name in _TO_DO),
    *stays("thaw_fails", "cover_tried", "table_unreadable", *_TO_DO),
)

tried.table(
    *(on(name, Tried.NOT_YET, Tried.TRIED) for name in ("file_system_thawed", "thaw_fails", "cover_tried")),
    *stays("file_system_thawed", "thaw_fails", "cover_tried"),
    *(on(name, Tried.TRIED, Tried.NOT_YET) for name in _TO_DO),
    *stays(*_TO_DO),
)

_TAKEN_FOR_DONE = ("busy_taken_for_frozen", "einval_taken_for_thawed", "cover_taken_for_thawed", "detached_forgotten")
passed.table(
    *(on(name, Passed.NO, Passed.YES) for name in _TAKEN_FOR_DONE),
    # What the agent cannot know of any more, as it has read the table, or has dealt with the file system.
    on("mount_made", Passed.NO, Passed.YES, when=agent.is_(A.FREEZING)),
    on("somebody_thaws", Passed.NO, Passed.YES, when=agent.is_(A.FREEZING)),
    *stays("mount_made", "somebody_thaws"),
    *(on(name, Passed.YES, Passed.NO) for name in _TO_DO),
    *stays(*_TO_DO),
)

_FORGETS = ("freeze_fails", "says_thawed", "thawed_unheard", "agent_starts", "starts_again")
memory.table(
    *(on(name, Memory.NOTHING, Memory.FROZEN) for name in ("says_frozen", "frozen_unheard")),
    *(on(name, Memory.FROZEN, Memory.NOTHING) for name in _FORGETS),
    *stays("says_frozen", "frozen_unheard", *_FORGETS),
)

ACTORS = (driver, device, slot, asked, told, agent, failed, memory, kind, frozen, reach, tried, passed)
