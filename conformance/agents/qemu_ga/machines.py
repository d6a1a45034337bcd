"""Who there is: the host and what it believes, the agent with its state file and its hook; and any number of file systems."""

from __future__ import annotations

from conformance.agents.file_systems import Frozen, Passed, Tried, frozen, fs, reach
from model.notation import Actor, States, on, stays

NUMBERS = ("says_frozen", "says_list_frozen", "says_none_frozen", "says_thawed", "says_none_thawed")
FAILURES = ("says_freeze_failed", "says_thaw_failed")
ERRORS = (*FAILURES, "says_refused")
REPLIES = (*NUMBERS, *ERRORS, "says_synced", "says_here", "says_is_frozen", "says_is_thawed", "says_other")
ENDED = ("agent_killed", "agent_told_to_end")


class Command(States):
    NOTHING = "nothing"
    SYNC = "to send a number back"
    LOOK = "whether it is there, and what it is"
    STATUS = "whether it is frozen"
    FREEZE = "to freeze"
    LIST = "to freeze some"
    THAW = "to thaw"
    OTHER = "something that has to do with no freezing"


class Channel(States):
    CLEAN = "no answer is due but to what the host waits for"
    STALE = "an answer may come to something that the host has given up on"


class Reader(States):
    EMPTY = "nothing"
    PIECE = "a piece of a command that never ended"


class Told(States):
    NOTHING = "nothing, or it has asked since"
    FROZEN = "frozen"
    LIST_FROZEN = "what it has named is frozen"
    NONE_FROZEN = "none is frozen"
    FREEZE_FAILED = "could not be frozen"
    REFUSED = "may not be frozen again"
    THAWED = "thawed"
    THAW_FAILED = "could not be thawed"


class Agent(States):
    GONE = "there is no process"
    WAITING = "waits for a command"
    SYNCING = "has read a sync"
    LOOKED_FOR = "has read that it is looked for"
    ASKED_STATUS = "has read that its status is asked for"
    ASKED_OTHER = "has read another command"
    REFUSING = "has read a command that it may not obey while it is frozen"
    FREEZING = "freezes"
    FREEZING_LIST = "freezes some"
    UNDOING = "thaws again, since one could not be frozen"
    THAWING = "thaws"


class Knows(States):
    THAWED = "that nothing is frozen"
    FROZEN = "that something is frozen"


class Mark(States):
    ABSENT = "there is none"
    THERE = "it says that something is frozen"


class Hook(States):
    IDLE = "not run, or run since for the thaw"
    PREPARED = "run for a freeze"
    FORGOTTEN = "run for a freeze that came to nothing, and not again"


class Failed(States):
    NOTHING = "nothing has failed in this operation"
    ONE = "a file system could not be thawed"
    TABLE = "the mount table could not be read"
    HOOK = "the hook has failed"


class Kind(States):
    ELIGIBLE = "on a disk, and written to"
    CANNOT = "on a disk, and written to, but of a type that cannot be frozen"
    NOT_ELIGIBLE = "far away, or on no disk"


class Left(States):
    NO = "not frozen by the agent when this freeze was asked for"
    YES = "left frozen by the agent, before this freeze was asked for"


class Listed(States):
    NO = "not named"
    YES = "named by the host"


unread = Actor(
    "unread",
    Command,
    starts=Command.NOTHING,
    says="The command that the agent has not read yet.",
    leaves_out=(
        "More than one command that lies unread.",
        "A host that closes its end, and what of the channel outlives an agent.",
    ),
)
wants = Actor("wants", Command, starts=Command.NOTHING, says="What the host waits for an answer to.")
channel = Actor(
    "channel", Channel, starts=Channel.CLEAN, says="Whether the host can tell what the next answer is to.", leaves_out=(
        "A host that gives up on what is answered at once while there is an agent.",
    )
)  # fmt: skip
reader = Actor("reader", Reader, starts=Reader.EMPTY, says="What the agent has read of a command.")
told = Actor("told", Told, starts=Told.NOTHING, says="What the host was told last, and so believes.")
agent = Actor("agent", Agent, starts=Agent.GONE, says="What the agent is at.")
knows = Actor("knows", Knows, starts=Knows.THAWED, says="What the agent takes for so.")
mark = Actor("mark", Mark, starts=Mark.ABSENT, says="The state file.")
hook = Actor(
    "hook",
    Hook,
    starts=Hook.IDLE,
    says="What the hook was run for last.",
    leaves_out=("An agent without a hook.", "A hook that fails and leaves half of its work."),
)
failed = Actor("failed", Failed, starts=Failed.NOTHING, says="What has failed in this operation.")
kind = Actor("kind", Kind, of=fs, starts=Kind, says="Whether the file system is one that has to be frozen.")
listed = Actor(
    "listed",
    Listed,
    of=fs,
    starts=Listed.NO,
    says="Whether the host names the file system in a list.",
    leaves_out=(
        "What is unmounted while the agent freezes some: it freezes by path (this one was seen to) what that leads to then, named or not.",
    ),
)
left = Actor(
    "left", Left, of=fs, starts=Left.NO, says="Whether it was frozen already when the agent was asked to freeze."
)
tried = Actor("tried", Tried, of=fs, starts=Tried.NOT_YET, says="Whether thawing it was tried in this operation.")
passed = Actor("passed", Passed, of=fs, starts=Passed.NO, says="Whether the agent takes it for done.")

C, A, T, K, M = Command, Agent, Told, Knows, Mark
ASKS = {
    "host_syncs": C.SYNC,
    "host_looks": C.LOOK,
    "host_asks_status": C.STATUS,
    "host_asks_freeze": C.FREEZE,
    "host_asks_list": C.LIST,
    "host_asks_thaw": C.THAW,
    "host_asks_other": C.OTHER,
    "freeze_asked_unsynced": C.FREEZE,
    "thaw_asked_unsynced": C.THAW,
}
READS = {
    "sync_read": C.SYNC,
    "look_read": C.LOOK,
    "status_read": C.STATUS,
    "freeze_read": C.FREEZE,
    "list_read": C.LIST,
    "thaw_read": C.THAW,
    "other_read": C.OTHER,
    "freeze_refused": C.FREEZE,
    "list_refused": C.LIST,
    "other_refused": C.OTHER,
}

_LEFT = frozenset(C) - {C.NOTHING}
unread.table(
    *(on(name, C.NOTHING, what) for name, what in ASKS.items()),
    *(on(name, what, C.NOTHING) for name, what in READS.items()),
    on("command_swallowed", _LEFT - {C.SYNC}, C.NOTHING),
    *(on(name, _LEFT, C.NOTHING) for name in ENDED),
    *stays(*ENDED),
)

# All answers but the one to a sync are dropped while the host waits for that; and nothing is heard by a host that does not wait.
wants.table(
    *(on(name, C.NOTHING, what) for name, what in ASKS.items()),
    *(on(name, _LEFT - {C.SYNC}, C.NOTHING) for name in REPLIES if name != "says_synced"),
    on("says_synced", _LEFT, C.NOTHING),
    *stays(*REPLIES),
    on("host_gives_up", _LEFT, C.NOTHING),
)
channel.table(
    on("host_gives_up", Channel.CLEAN | Channel.STALE, Channel.STALE),
    on("piece_left", Channel.CLEAN, Channel.STALE),
    on("says_synced", Channel.STALE, Channel.CLEAN, when=wants.is_(C.SYNC)),
    *stays("says_synced"),
)
reader.table(
    on("piece_left", Reader.EMPTY, Reader.PIECE),
    on("sync_read", Reader.PIECE, Reader.EMPTY),
    *(on(name, Reader.PIECE, Reader.EMPTY) for name in ENDED),
    *stays("sync_read", *ENDED),
)

# A host knows of an answer only what it is: a number above nought, nought, or an error.
_ANY = frozenset(T)
_SOME, _NOUGHT = ("says_frozen", "says_list_frozen", "says_thawed"), ("says_none_frozen", "says_none_thawed")
told.table(
    *(
        on(name, _ANY, T.NOTHING)
        for name, what in ASKS.items()
        if what in {C.FREEZE, C.LIST, C.THAW}
    ),
    *(on(name, _ANY, T.FROZEN, when=wants.is_(C.FREEZE)) for name in _SOME),
    *(on(name, _ANY, T.LIST_FROZEN, when=wants.is_(C.LIST)) for name in _SOME),
    *(on(name, _ANY, T.NONE_FROZEN, when=wants.is_(C.FREEZE | C.LIST)) for name in _NOUGHT),
    *(on(name, _ANY, T.THAWED, when=wants.is_(C.THAW)) for name in NUMBERS),
    *(on(name, _ANY, T.FREEZE_FAILED, when=wants.is_(C.FREEZE | C.LIST)) for name in FAILURES),
    on("says_refused", _ANY, T.REFUSED, when=wants.is_(C.FREEZE | C.LIST)),
    *(on(name, _ANY, T.THAW_FAILED, when=wants.is_(C.THAW)) for name in ERRORS),
    *stays(*NUMBERS, *ERRORS),
)  # fmt: skip

agent.table(
    on("agent_starts", A.GONE, A.WAITING),
    on("sync_read", A.WAITING, A.SYNCING),
    on("look_read", A.WAITING, A.LOOKED_FOR),
    on("status_read", A.WAITING, A.ASKED_STATUS),
    on("other_read", A.WAITING, A.ASKED_OTHER),
    on("freeze_read", A.WAITING, A.FREEZING),
    on("list_read", A.WAITING, A.FREEZING_LIST),
    on("thaw_read", A.WAITING, A.THAWING),
    *(on(name, A.WAITING, A.REFUSING) for name in ("freeze_refused", "list_refused", "other_refused")),
    *(on(name, A.FREEZING | A.FREEZING_LIST, A.UNDOING) for name in ("freeze_fails", "hook_fails_at_freeze")),
    on("table_unreadable", A.FREEZING | A.FREEZING_LIST, A.UNDOING),
    stays("table_unreadable"),
    on("says_synced", A.SYNCING, A.WAITING),
    on("says_here", A.LOOKED_FOR, A.WAITING),
    on("says_is_frozen", A.ASKED_STATUS, A.WAITING),
    on("says_is_thawed", A.ASKED_STATUS, A.WAITING),
    on("says_other", A.ASKED_OTHER, A.WAITING),
    on("says_refused", A.REFUSING, A.WAITING),
    on("says_frozen", A.FREEZING, A.WAITING),
    on("says_list_frozen", A.FREEZING_LIST, A.WAITING),
    on("says_none_frozen", A.FREEZING | A.FREEZING_LIST, A.WAITING),
    on("says_freeze_failed", A.UNDOING, A.WAITING),
    on("says_thawed", A.THAWING, A.WAITING),
    on("says_none_thawed", A.THAWING, A.WAITING),
    on("says_thaw_failed", A.THAWING, A.WAITING),
    on("agent_killed", frozenset(A) - {A.GONE}, A.GONE),
    on("agent_told_to_end", A.WAITING, A.GONE),
)

knows.table(
    *(on(name, K.THAWED, K.FROZEN) for name in ("marks", "marking_fails")),
    *(on(name, K.FROZEN, K.THAWED) for name in ("unmarks", "unmarking_fails")),
    *(on(name, K.FROZEN, K.THAWED) for name in ENDED),
    on("agent_starts", K.THAWED, K.FROZEN, when=mark.is_(M.THERE)),
    *stays(*ENDED, "agent_starts"),
)
mark.table(
    on("marks", M.ABSENT | M.THERE, M.THERE),
    on("unmarks", M.THERE | M.ABSENT, M.ABSENT),
)
hook.table(
    on("hook_prepares", frozenset(Hook), Hook.PREPARED),
    on("hook_forgotten", Hook.PREPARED, Hook.FORGOTTEN),
    *(on(name, frozenset(Hook), Hook.IDLE) for name in ("hook_thaws", "hook_fails_at_thaw")),
)

OPERATIONS = ("freeze_read", "list_read", "thaw_read")
failed.table(
    on("thaw_fails", Failed.NOTHING, Failed.ONE),
    on("cover_tried", Failed.NOTHING, Failed.ONE),
    on("hook_fails_at_thaw", Failed.NOTHING, Failed.HOOK),
    on("table_unreadable", Failed.NOTHING | Failed.ONE, Failed.TABLE, when=~agent.is_(A.FREEZING | A.FREEZING_LIST)),
    *(on(name, frozenset(Failed) - {Failed.NOTHING}, Failed.NOTHING) for name in OPERATIONS),
    *stays("thaw_fails", "cover_tried", "hook_fails_at_thaw", "table_unreadable", *OPERATIONS),
)

listed.table(
    on("host_names", Listed.NO, Listed.YES),
    on("host_drops", Listed.YES, Listed.NO),
)

left.table(
    *(on(name, Left.NO, Left.YES, when=frozen.is_(Frozen.BY_AGENT)) for name in ("freeze_read", "list_read")),
    *(on(name, Left.YES, Left.NO) for name in ("file_system_thawed", "somebody_thaws")),
    *stays("freeze_read", "list_read", "file_system_thawed", "somebody_thaws"),
)

_THAWING = ("file_system_thawed", "thaw_fails", "cover_tried")
tried.table(
    *(on(name, Tried.NOT_YET, Tried.TRIED) for name in _THAWING),
    *stays(*_THAWING),
    *(on(name, Tried.TRIED, Tried.NOT_YET) for name in OPERATIONS),
    *stays(*OPERATIONS),
)

_TAKEN_FOR_DONE = (
    "busy_taken_for_frozen",
    "left_forgotten",
    "cover_left_out",
    "failure_taken_for_thawed",
    "cover_taken_for_thawed",
    "detached_forgotten",
)
_freezes = agent.is_(A.FREEZING | A.FREEZING_LIST)
passed.table(
    *(on(name, Passed.NO, Passed.YES) for name in _TAKEN_FOR_DONE),
    # What the agent cannot know of any more, as it has read the table, or has dealt with the file system.
    on("mount_made", Passed.NO, Passed.YES, when=_freezes & frozen.is_(Frozen.FREE)),
    on("somebody_thaws", Passed.NO, Passed.YES, when=_freezes),
    on("file_system_frozen", Passed.YES, Passed.NO),
    *stays("mount_made", "somebody_thaws", "file_system_frozen"),
    *(on(name, Passed.YES, Passed.NO) for name in OPERATIONS),
    *stays(*OPERATIONS),
)

ACTORS = (
    unread, wants, channel, reader, told, agent, knows, mark, hook, failed, kind, listed, frozen, reach, left, tried, passed,
)  # fmt: skip
