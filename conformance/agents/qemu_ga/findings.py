"""What was found with QEMU's guest agent of Debian 12, and with whoever is at the other end."""

from __future__ import annotations

import errno

from conformance.agents.findings import BETWEEN, PRODUCT, TWO, Finding, refused
from conformance.agents.lockstep import Disturbance as Do

HOST, PROTOCOL = "the host", "the protocol"

LINUX_ONLY = (
    "Nothing of a Windows guest, where the same agent asks VSS instead. It shows what a host's number is worth with this "
    "agent, and what to ask of any other."
)
HOST_SIDE = (
    "The host is played, not run. What a host believes after it has given up is a question to every backup product, "
    "whatever the guest is."
)

_START, _FREEZE, _THAW, _STATUS = (
    Do("agent_starts"),
    Do("host_asks_freeze"),
    Do("host_asks_thaw"),
    Do("host_asks_status"),
)
_KILLED = Do("agent_killed")

FINDINGS = (
    Finding(
        "what cannot be frozen is written to while the host is told how many are frozen",
        PROTOCOL,
        "nothing-written-is-left-out",
        "A file system of a type that cannot be frozen (vfat, so the EFI system partition) is left out, as the protocol says, and the "
        "number does not tell.",
        LINUX_ONLY,
        frozenset(),
        7,
        (_START, _FREEZE),
        (0, 3),
    ),
    Finding(
        "busy is taken for frozen",
        PRODUCT,
        "ok-means-frozen",
        "Freezing that is refused as busy counts as done by somebody, which is right for a second mount, and wrong for a file system "
        "that is busy for another reason: a number, and it is not frozen.",
        LINUX_ONLY,
        frozenset({"busy_taken_for_frozen"}),
        7,
        (_START, refused("freeze", 0, errno.EBUSY), _FREEZE),
        TWO,
        "busy_taken_for_frozen",
    ),
    Finding(
        "what a failed thaw has left frozen is nought at the next freeze",
        PRODUCT,
        "nought-means-none",
        "A file system that could not be thawed is busy when the host asks to freeze again, or not on its list, so none is counted: the "
        "answer is nought, the state file is removed, and the host, which is told that no thaw is needed, asks for none.",
        LINUX_ONLY,
        frozenset({"left_forgotten", "failure_taken_for_thawed"}),
        17,
        (_START, refused("thaw", 0, errno.EIO), _FREEZE, _THAW, _FREEZE),
        own="left_forgotten",
    ),
    Finding(
        "what something is mounted over is left out",
        PRODUCT,
        "ok-means-frozen",
        "The agent freezes by path. Where that leads to something that cannot be frozen, a tmpfs say, it goes on: what is below is "
        "written to, and the host gets a number.",
        LINUX_ONLY,
        frozenset({"cover_left_out", "mounts_cover"}),
        8,
        (_START, Do("mount_covered", 0), _FREEZE),
        TWO,
        "cover_left_out",
    ),
    Finding(
        "a failure to thaw is taken for thawed",
        PRODUCT,
        "ok-means-thawed",
        "Whatever error thawing ends with, the agent goes on, removes its state file and answers with a number: the file system stays "
        "frozen, and nobody knows.",
        LINUX_ONLY,
        frozenset({"failure_taken_for_thawed"}),
        13,
        (_START, _FREEZE, refused("thaw", 0, errno.EIO), _THAW),
        own="failure_taken_for_thawed",
    ),
    Finding(
        "the status is thawed, and a file system is frozen",
        PRODUCT,
        "thawed-is-so",
        "After that the agent says that it is thawed; a host that asks, to be sure, is told what is not so.",
        LINUX_ONLY,
        frozenset({"failure_taken_for_thawed"}),
        16,
        (_START, _FREEZE, refused("thaw", 0, errno.EIO), _THAW, _STATUS),
        own="failure_taken_for_thawed",
    ),
    Finding(
        "a failed freeze leaves what cannot be thawed",
        PRODUCT,
        "failed-freeze-leaves-nothing",
        "Where one cannot be frozen, the agent thaws the others, and does not look whether that succeeds: an error, a status of "
        "thawed, and a file system that is frozen.",
        LINUX_ONLY,
        frozenset({"cannot_be_frozen", "failure_taken_for_thawed"}),
        11,
        (_START, refused("freeze", 0, errno.EIO), refused("thaw", 1, errno.EIO), _FREEZE),
        TWO,
        "failure_taken_for_thawed",
    ),
    Finding(
        "what is mounted over a frozen file system is thawed instead",
        PRODUCT,
        "ok-means-thawed",
        "The agent thaws by path, and what is mounted there since is not frozen: a number, and what is below stays frozen.",
        LINUX_ONLY,
        frozenset({"cover_taken_for_thawed", "mounts_cover"}),
        14,
        (_START, _FREEZE, Do("mount_covered", 0), _THAW),
        own="cover_taken_for_thawed",
    ),
    Finding(
        "what is unmounted while it is frozen is forgotten",
        PRODUCT,
        "ok-means-thawed",
        "The agent thaws what is in the mount table now, and keeps no list of what it has frozen: a file system whose mount was "
        "detached stays frozen.",
        LINUX_ONLY,
        frozenset({"detached_forgotten", "mounts_change"}),
        14,
        (_START, _FREEZE, Do("mount_detached", 0), _THAW),
        own="detached_forgotten",
    ),
    Finding(
        "the hook is not run again where nothing was frozen",
        PRODUCT,
        "every-prepared-hook-is-run-again",
        "The hook is run for the freeze, which then freezes nothing, or cannot read the mount table; it is not run for a thaw, and the "
        "host, which is told that no thaw is needed, asks for none: a database that the hook has stopped stays stopped.",
        LINUX_ONLY,
        frozenset({"hook_forgotten"}),
        6,
        (_START, _FREEZE),
        (3,),
        "hook_forgotten",
    ),
    Finding(
        "a failed freeze leaves all frozen where the mount table cannot be read",
        PRODUCT,
        "failed-freeze-leaves-nothing",
        "To thaw, the agent reads the mount table again; where it cannot, it gives up, and the host is told only that freezing failed.",
        LINUX_ONLY,
        frozenset({"cannot_be_frozen", "table_unreadable"}),
        9,
        (_START, refused("freeze", 0, errno.EIO), _FREEZE, Do("refuse_table", after=6)),
        TWO,
    ),
    Finding(
        "the agent freezes though it cannot keep that it does",
        PRODUCT,
        "what-is-known-is-kept",
        "Where the state file cannot be made the agent freezes all the same: one that is started after it would not know.",
        LINUX_ONLY,
        frozenset({"state_file_refused"}),
        7,
        (_START, Do("refuse_state"), _FREEZE),
    ),
    Finding(
        "a new agent says thawed of what the last one froze",
        BETWEEN,
        "thawed-is-so",
        "It takes both: a state file that could not be made, and an agent that is ended while all is frozen. The next one says thawed, "
        "and obeys another freeze.",
        LINUX_ONLY,
        frozenset({"agent_killed", "state_file_refused"}),
        12,
        (_START, Do("refuse_state"), _FREEZE, _KILLED, _START, _STATUS),
    ),
    Finding(
        "an agent that is killed leaves all frozen",
        BETWEEN,
        "nothing-frozen-without-an-agent",
        "No agent can help that. This one does not end while it is frozen if it is only told to (TERM, as a service manager sends it), "
        "and a new one knows by the state file that it has to thaw.",
        LINUX_ONLY,
        frozenset({"agent_killed"}),
        7,
        (_START, _FREEZE, _KILLED),
    ),
    Finding(
        "an agent that is killed after its hook leaves that so",
        BETWEEN,
        "every-prepared-hook-is-run-again",
        "The state file is made after the hook was run, so a new agent does not know that a thaw is due.",
        LINUX_ONLY,
        frozenset({"agent_killed"}),
        6,
        (_START, _FREEZE, Do("agent_killed", after=4), _START),
    ),
    Finding(
        "a late answer to a freeze is taken for thawed",
        HOST,
        "ok-means-thawed",
        "A host that gives up on a freeze, and asks to thaw without asking for its number first, takes the late answer of the freeze "
        "for that of the thaw.",
        HOST_SIDE,
        frozenset({"host_gives_up", "host_does_not_sync"}),
        9,
        (_START, _FREEZE, Do("host_gives_up", after=4), Do("host_asks_thaw", after=0), Do("mount_covered", 0, after=4)),
    ),
    Finding(
        "somebody else thaws",
        BETWEEN,
        "ok-means-frozen",
        "Anybody who may freeze may thaw: the number is true when it is said, and nobody watches after that.",
        LINUX_ONLY,
        frozenset({"others_freeze"}),
        8,
        (_START, _FREEZE, Do("somebody_thaws", 0)),
    ),
    Finding(
        "mounted after the freeze",
        BETWEEN,
        "ok-means-frozen",
        "A file system that is mounted after the answer is not frozen, and nobody is told.",
        LINUX_ONLY,
        frozenset({"mounts_change"}),
        7,
        (_START, Do("mount_detached", 0), _FREEZE, Do("mount_made", 0)),
        TWO,
    ),
)
