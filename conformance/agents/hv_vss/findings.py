"""What was found with Linux' `hv_vss_daemon`, and with the driver beside it."""

from __future__ import annotations

import errno
import signal

from conformance.agents.findings import BETWEEN, DRIVER, PRODUCT, TWO, Finding, refused
from conformance.agents.lockstep import Disturbance as Do

CHANNEL_ONLY = (
    "Nothing of a Windows guest: its requester was not run. It shows what a host's OK is worth with this agent, and "
    "what to ask of any other."
)
HOST_SIDE = (
    "The driver is played from its source, not run. A host that numbers its requests could tell late answers "
    "apart: what Windows does is not "
    "shown."
)

_START, _FREEZE, _THAW, _PROBE = (
    Do("agent_starts"),
    Do("host_asks_freeze"),
    Do("host_asks_thaw"),
    Do("host_asks_probe"),
)


FINDINGS = (
    Finding(
        "vfat is written to while all is said to be frozen",
        PRODUCT,
        "nothing-written-is-left-out",
        "A file system of type vfat (the EFI system partition, say) is passed over at FREEZE, and the answer is "
        "OK: the host is not told.",
        CHANNEL_ONLY,
        frozenset(),
        7,
        (_START, _FREEZE),
        (3,),
    ),
    Finding(
        "busy is taken for frozen",
        PRODUCT,
        "ok-means-frozen",
        "Freezing that is refused as busy counts as done, which is right for a second mount of what was just "
        "frozen, and wrong for a file "
        "system that is busy for another reason: OK, and it is not frozen.",
        CHANNEL_ONLY,
        frozenset({"busy_taken_for_frozen"}),
        8,
        (_START, refused("freeze", 0, errno.EBUSY), _FREEZE),
        own="busy_taken_for_frozen",
    ),
    Finding(
        "invalid is taken for thawed",
        PRODUCT,
        "ok-means-thawed",
        "Thawing that is refused as invalid counts as done, whatever was invalid: OK, and it is frozen. No kernel "
        "is known to refuse so what "
        "is frozen; it is what the agent relies on.",
        CHANNEL_ONLY,
        frozenset({"einval_taken_for_thawed"}),
        12,
        (_START, _FREEZE, refused("thaw", 0, errno.EINVAL), _THAW),
        own="einval_taken_for_thawed",
    ),
    Finding(
        "what is mounted over a frozen file system is thawed instead",
        PRODUCT,
        "ok-means-thawed",
        "The agent thaws by path, and what is mounted there since is not frozen, which counts as thawed: OK, and "
        "what is below stays frozen.",
        CHANNEL_ONLY,
        frozenset({"cover_taken_for_thawed", "mounts_cover"}),
        13,
        (_START, _FREEZE, Do("mount_covered", 0), _THAW),
        own="cover_taken_for_thawed",
    ),
    Finding(
        "a frozen file system whose mount is detached stays frozen",
        PRODUCT,
        "ok-means-thawed",
        "The agent thaws what is in the mount table at THAW, not what it froze: OK, and it is frozen, where nobody can reach it by path.",
        CHANNEL_ONLY,
        frozenset({"detached_forgotten", "mounts_change"}),
        13,
        (_START, _FREEZE, Do("mount_detached", 0), _THAW),
        own="detached_forgotten",
    ),
    Finding(
        "a failed freeze leaves what it cannot list",
        PRODUCT,
        "failed-freeze-leaves-nothing",
        "To thaw after a failed freeze, the mount table is read anew; where that fails, what was frozen stays so, "
        "and the answer is: failed.",
        CHANNEL_ONLY,
        frozenset({"cannot_be_frozen", "table_unreadable"}),
        10,
        (_START, refused("freeze", 1, errno.EIO), Do("host_asks_freeze"), Do("refuse_table", after=3)),
        TWO,
    ),
    Finding(
        "a second freeze fails and leaves the first",
        PRODUCT,
        "failed-freeze-leaves-nothing",
        "A FREEZE that fails before it comes to any file system, as the mount table cannot be read, thaws nothing: what an earlier "
        "FREEZE has frozen stays so, and the answer is: failed.",
        CHANNEL_ONLY,
        frozenset({"not_undone", "cannot_be_frozen"}),
        10,
        (_START, _FREEZE, Do("host_asks_freeze"), Do("refuse_table", after=0)),
        own="not_undone",
    ),
    Finding(
        "the agent gives up with file systems frozen",
        PRODUCT,
        "nothing-frozen-without-an-agent",
        "Where its line is lost and thawing fails once, the agent ends, with status 1, and nobody is left to thaw.",
        CHANNEL_ONLY,
        frozenset({"gives_up_frozen", "cannot_be_thawed", "timer_fires"}),
        11,
        (
            _START,
            Do("host_asks_freeze"),
            Do("timer_fires", after=4),
            refused("thaw", 0, errno.EIO),
            Do("host_asks_probe"),
        ),
        own="gives_up_frozen",
    ),
    Finding(
        "what a failed freeze left is forgotten",
        PRODUCT,
        "nothing-forgotten-at-reset",
        "After a freeze that failed the agent takes nothing for frozen, even what it could not thaw again: where "
        "its line is lost after that, "
        "it begins anew and thaws nothing.",
        CHANNEL_ONLY,
        frozenset({"starts_again_frozen", "cannot_be_frozen", "cannot_be_thawed", "driver_unloaded"}),
        13,
        (
            _START,
            refused("freeze", 1, errno.EIO),
            refused("thaw", 0, errno.EIO),
            _FREEZE,
            Do("driver_unloaded"),
            Do("driver_loaded", after=0),
            Do("host_asks_probe"),
        ),
        TWO,
        own="starts_again_frozen",
    ),
    Finding(
        "an agent that is told to end leaves all frozen",
        PRODUCT,
        "nothing-frozen-without-an-agent",
        "TERM, as a service manager sends it, ends the agent at once: what is frozen stays so until a new agent is asked to thaw.",
        CHANNEL_ONLY,
        frozenset({"agent_killed"}),
        8,
        (_START, _FREEZE, Do("agent_killed", error=signal.SIGTERM)),
    ),
    Finding(
        "an agent that is killed leaves all frozen",
        BETWEEN,
        "nothing-frozen-without-an-agent",
        "No agent can help that; the driver knows that the device is closed, and thaws nothing, and the host is not told.",
        HOST_SIDE,
        frozenset({"agent_killed"}),
        8,
        (_START, _FREEZE, Do("agent_killed", error=signal.SIGKILL)),
    ),
    Finding(
        "a late answer to a probe is taken for frozen",
        DRIVER,
        "ok-means-frozen",
        "After a time-out the driver takes the next thing that the agent writes for the answer to the next "
        "request: the host hears OK to a "
        "FREEZE that the agent has not read.",
        HOST_SIDE,
        frozenset({"timer_fires"}),
        9,
        (
            _START,
            _PROBE,
            Do("timer_fires", after=1),
            Do("host_asks_freeze", after=0),
            Do("refuse_open", 0),
            Do("host_asks_probe", after=1),
        ),
    ),
    Finding(
        "a late answer to FREEZE is taken for thawed",
        DRIVER,
        "ok-means-thawed",
        "The same, the other way: the host, told that the freeze took too long, asks to thaw, and the late OK of "
        "the freeze is its answer, "
        "while all is frozen.",
        HOST_SIDE,
        frozenset({"timer_fires"}),
        10,
        (_START, _FREEZE, Do("timer_fires", after=4), Do("host_asks_thaw", after=0), Do("host_asks_probe", after=1)),
    ),
    Finding(
        "the answer to the driver's own THAW is taken for frozen",
        DRIVER,
        "ok-means-frozen",
        "Before a guest sleeps the driver sends a THAW that nobody asked for; a FREEZE that comes before it is "
        "answered gets that answer.",
        HOST_SIDE,
        frozenset({"guest_sleeps"}),
        8,
        (
            _START,
            Do("host_asks_probe"),
            Do("guest_sleeps"),
            Do("host_asks_freeze", after=2),
            Do("host_asks_probe", after=1),
        ),
    ),
    Finding(
        "failed, and frozen meanwhile",
        BETWEEN,
        "failed-is-so-at-once",
        "When the timer fires the host is told that the freeze failed, and the agent, which is not told, goes on "
        "freezing; it thaws once its "
        "answer cannot be written.",
        HOST_SIDE,
        frozenset({"timer_fires"}),
        8,
        (_START, _FREEZE, Do("timer_fires", after=4)),
    ),
    Finding(
        "thawed behind the host's back",
        BETWEEN,
        "ok-means-frozen",
        "Where the driver is unloaded the agent thaws, as it should; the host, which was told OK, hears nothing.",
        HOST_SIDE,
        frozenset({"driver_unloaded"}),
        11,
        (_START, _FREEZE, Do("driver_unloaded"), Do("driver_loaded", after=1), Do("host_asks_probe")),
    ),
    Finding(
        "somebody else thaws",
        BETWEEN,
        "ok-means-frozen",
        "Anybody who may freeze may thaw: OK is true when it is said, and nobody watches after that.",
        CHANNEL_ONLY,
        frozenset({"others_freeze"}),
        9,
        (_START, _FREEZE, Do("somebody_thaws", 0)),
    ),
    Finding(
        "mounted after the freeze",
        BETWEEN,
        "ok-means-frozen",
        "A file system that is mounted after OK is not frozen, and nobody is told.",
        CHANNEL_ONLY,
        frozenset({"mounts_change"}),
        8,
        (_START, Do("mount_detached", 0), _FREEZE, Do("mount_made", 0)),
    ),
)
