"""What happens between host and agent, what may go wrong, and all of it put together and checked."""

from __future__ import annotations

from conformance.agents.file_systems import FAULTS as FAULTS_OF_FILE_SYSTEMS
from conformance.agents.file_systems import (
    Frozen,
    Passed,
    Reach,
    Tried,
    befalling,
    by_agent,
    frozen,
    fs,
    in_the_table,
    reach,
)
from conformance.agents.qemu_ga.machines import (
    ACTORS,
    Agent,
    Channel,
    Command,
    Failed,
    Hook,
    Kind,
    Knows,
    Left,
    Listed,
    Reader,
    Told,
    agent,
    channel,
    failed,
    hook,
    kind,
    knows,
    left,
    listed,
    passed,
    reader,
    told,
    tried,
    unread,
    wants,
)
from conformance.agents.qemu_ga.rules import RULES
from model.notation import TRUE, Fault, Network, Term, all_, build, declared, event, every, implies, some

ENVIRONMENT = (
    *FAULTS_OF_FILE_SYSTEMS,
    Fault("agent_killed", "guest", "The agent's process is ended."),
    Fault("agent_told_to_end", "guest", "The agent is told to end, as a service manager does."),
    Fault("hook_fails", "guest", "The hook fails."),
    Fault("state_file_refused", "guest", "The state file can be neither made nor removed."),
    Fault("host_gives_up", "host", "The host waits no longer for an answer."),
    Fault("host_does_not_sync", "host", "The host goes on after it has given up as if it had not."),
    Fault("channel_dirty", "host", "An earlier host has left a piece of a command in the channel."),
)

OF_THE_AGENT = (
    Fault("busy_taken_for_frozen", "agent", "The agent takes EBUSY for frozen, whatever it was for."),
    Fault(
        "left_forgotten", "agent", "The agent that freezes nothing takes nothing for frozen, whatever it froze before."
    ),
    Fault("cover_left_out", "agent", "The agent cannot freeze what a path leads to now, and leaves out what is below."),
    Fault("failure_taken_for_thawed", "agent", "The agent takes a failure to thaw for thawed."),
    Fault(
        "cover_taken_for_thawed", "agent", "The agent thaws what a path leads to now, and takes that for what it froze."
    ),
    Fault("detached_forgotten", "agent", "The agent thaws what is in the mount table now, not what it froze."),
    Fault("hook_forgotten", "agent", "The agent has run the hook for a freeze that came to nothing, and leaves it so."),
)
"""What an agent may do that the protocol does not ask for; of which agents it is so, lockstep says."""

FAULTS = (*ENVIRONMENT, *OF_THE_AGENT)

# -- terms ----------------------------------------------------------------------------------------------------------------

freezing = agent.is_(Agent.FREEZING | Agent.FREEZING_LIST)
thawing = agent.is_(Agent.THAWING | Agent.UNDOING)
asked_for = agent.is_(Agent.FREEZING) | listed.is_(Listed.YES)
some_frozen = some(fs, by_agent | passed.is_(Passed.YES))
none_frozen = every(fs, implies(by_agent, passed.is_(Passed.YES)))
all_tried = every(fs, implies(by_agent & in_the_table, tried.is_(Tried.TRIED) | passed.is_(Passed.YES)))
knows_frozen, knows_thawed = knows.is_(Knows.FROZEN), knows.is_(Knows.THAWED)
waits = agent.is_(Agent.WAITING)
whole = reader.is_(Reader.EMPTY)
free = unread.is_(Command.NOTHING) & wants.is_(Command.NOTHING)
clean = free & channel.is_(Channel.CLEAN)


def _all_frozen(those: Term) -> Term:
    done = ~frozen.is_(Frozen.FREE) | passed.is_(Passed.YES)
    return every(fs, implies(those & kind.is_(Kind.ELIGIBLE) & in_the_table, done))


HOST_ASKS = (
    *event("host_syncs", by="GA-11", says="The host sends a number, after a byte that flushes.", fair=False),
    *event("host_looks", when=clean, by="GA-1", says="The host asks whether the agent is there.", fair=False),
    *event("host_asks_status", when=clean, by="GA-7", says="The host asks whether it is frozen.", fair=False),
    *event("host_asks_freeze", when=clean, by="GA-2", says="The host asks to freeze.", fair=False),
    *event("host_asks_list", when=clean, by="GA-3", says="The host asks to freeze what it names.", fair=False),
    *event("host_asks_thaw", when=clean, by="GA-6", says="The host asks to thaw.", fair=False),
    *event("host_asks_other", when=clean, by="GA-1", says="The host asks something else.", fair=False),
    *event(
        "host_names",
        at=fs,
        when=~wants.is_(Command.LIST) & ~unread.is_(Command.LIST) & ~told.is_(Told.LIST_FROZEN) & ~freezing,
        by="GA-3",
        says="The host puts a file system on its list.",
        fair=False,
    ),
    *event(
        "host_drops",
        at=fs,
        when=~wants.is_(Command.LIST) & ~unread.is_(Command.LIST) & ~told.is_(Told.LIST_FROZEN) & ~freezing,
        by="GA-3",
        says="The host takes a file system off its list.",
        fair=False,
    ),
    *event(
        "host_gives_up",
        when=wants.is_(Command.FREEZE | Command.LIST | Command.THAW)
        | (agent.is_(Agent.GONE) & ~unread.is_(Command.SYNC))
        | (waits & unread.is_(Command.NOTHING)),
        by="GA-11",
        says="The host waits no longer.",
        fault="host_gives_up",
    ),
    *event(
        "freeze_asked_unsynced",
        when=unread.is_(Command.NOTHING) & channel.is_(Channel.STALE),
        by="GA-11",
        says="The host asks to freeze, and takes the next answer for the one to that.",
        fault="host_does_not_sync",
    ),
    *event(
        "thaw_asked_unsynced",
        when=unread.is_(Command.NOTHING) & channel.is_(Channel.STALE),
        by="GA-11",
        says="The host asks to thaw, and takes the next answer for the one to that.",
        fault="host_does_not_sync",
    ),
    *event(
        "piece_left",
        when=free & waits,
        by="GA-11",
        says="A piece of a command comes, and no more of it.",
        fault="channel_dirty",
    ),
)

AGENT_READS = (
    *event("agent_starts", by="GA-9", says="An agent is started, and looks for its state file.", fair=False),
    *event("sync_read", by="GA-11", says="The agent reads a number, and forgets what it has read before."),
    *event("look_read", when=whole, by="GA-1 GA-8", says="The agent reads that it is looked for."),
    *event("status_read", when=whole, by="GA-7 GA-8", says="The agent reads that its status is asked for."),
    *event(
        "freeze_read", at=all_(fs), when=whole & knows_thawed, by="GA-2", says="The agent reads that it is to freeze."
    ),
    *event(
        "list_read", at=all_(fs), when=whole & knows_thawed, by="GA-3", says="The agent reads what it is to freeze."
    ),
    *event("thaw_read", at=all_(fs), when=whole, by="GA-6 GA-8", says="The agent reads that it is to thaw."),
    *event("other_read", when=whole & knows_thawed, by="GA-1", says="The agent reads something else."),
    *event(
        "freeze_refused",
        when=whole & knows_frozen,
        by="GA-8",
        says="The agent is frozen, and reads that it is to freeze.",
    ),
    *event(
        "list_refused",
        when=whole & knows_frozen,
        by="GA-8",
        says="The agent is frozen, and reads that it is to freeze some.",
    ),
    *event(
        "other_refused", when=whole & knows_frozen, by="GA-8", says="The agent is frozen, and reads something else."
    ),
    *event(
        "command_swallowed",
        when=waits & reader.is_(Reader.PIECE),
        by="GA-11",
        says="A command is taken for the rest of another, and is not answered.",
    ),
)

FREEZING = (
    *event(
        "hook_prepares",
        when=freezing & knows_thawed,
        by="GA-10",
        says="The agent runs the hook, before it freezes.",
    ),
    *event("hook_fails_at_freeze", when=knows_thawed, by="GA-10 GA-4", says="The hook fails.", fault="hook_fails"),
    *event(
        "marks",
        when=freezing & hook.is_(Hook.PREPARED),
        by="GA-9",
        says="The agent makes its state file, before it freezes.",
    ),
    *event(
        "marking_fails",
        when=freezing & hook.is_(Hook.PREPARED),
        by="GA-9",
        says="The state file cannot be made.",
        fault="state_file_refused",
    ),
    *event(
        "file_system_frozen",
        at=fs,
        when=freezing & kind.is_(Kind.ELIGIBLE) & asked_for & knows_frozen & reach.is_(Reach.THERE),
        by="GA-2 GA-3 FS-1",
        says="The agent freezes a file system.",
    ),
    *event(
        "freeze_fails",
        at=fs,
        when=asked_for & knows_frozen,
        by="GA-4",
        says="A file system cannot be frozen.",
        fault="cannot_be_frozen",
    ),
    *event(
        "table_unreadable",
        when=(freezing & knows_thawed) | thawing,
        by="GA-4 GA-6",
        says="The agent cannot read the mount table.",
        fault="table_unreadable",
    ),
)

THAWING = (
    *event("file_system_thawed", at=fs, when=thawing, by="GA-4 GA-6 FS-1", says="It is thawed."),
    *event(
        "thaw_fails",
        at=fs,
        when=thawing & ~frozen.is_(Frozen.FREE),
        by="GA-6",
        says="A file system cannot be thawed.",
        fault="cannot_be_thawed",
    ),
    *event(
        "cover_tried",
        at=fs,
        when=thawing & reach.is_(Reach.COVERED),
        by="FS-2 GA-6",
        says="The path leads to something else, so the file system is not thawed.",
        fair=False,
    ),
    *event(
        "unmarks",
        when=(thawing | freezing) & none_frozen,
        by="GA-5 GA-6 GA-9",
        says="The agent removes its state file, as nothing is frozen.",
    ),
    *event(
        "unmarking_fails",
        when=(thawing | freezing) & none_frozen,
        by="GA-9",
        says="The state file cannot be removed.",
        fault="state_file_refused",
    ),
    *event("hook_thaws", when=(thawing | freezing) & knows_thawed, by="GA-10", says="The agent runs the hook again."),
    *event(
        "hook_fails_at_thaw",
        when=thawing & knows_thawed,
        by="GA-10",
        says="The hook fails when it is run again.",
        fault="hook_fails",
    ),
)

TAKEN_FOR_DONE = (
    *event(
        "busy_taken_for_frozen",
        at=fs,
        when=freezing & frozen.is_(Frozen.FREE),
        by="FS-1 GA-2",
        says="Freezing is refused as busy, though the file system is not frozen, and the agent goes on.",
        fault="busy_taken_for_frozen",
    ),
    *event(
        "left_forgotten",
        at=fs,
        when=freezing & by_agent & left.is_(Left.YES),
        by="FS-1 GA-5 GA-9",
        says="The agent has frozen nothing now, and takes what it froze before for not frozen.",
        fault="left_forgotten",
    ),
    *event(
        "cover_left_out",
        at=fs,
        when=freezing & reach.is_(Reach.COVERED) & frozen.is_(Frozen.FREE),
        by="FS-2 GA-2",
        says="What is mounted over it cannot be frozen, and the agent goes on.",
        fault="cover_left_out",
    ),
    *event(
        "failure_taken_for_thawed",
        at=fs,
        when=thawing & ~frozen.is_(Frozen.FREE),
        by="FS-1 GA-6",
        says="A file system cannot be thawed, and the agent goes on.",
        fault="failure_taken_for_thawed",
    ),
    *event(
        "cover_taken_for_thawed",
        at=fs,
        when=thawing & reach.is_(Reach.COVERED),
        by="FS-2 GA-6",
        says="What is mounted over it is not frozen, and the agent goes on.",
        fault="cover_taken_for_thawed",
    ),
    *event(
        "detached_forgotten",
        at=fs,
        when=thawing & reach.is_(Reach.DETACHED) & by_agent,
        by="FS-3 GA-6",
        says="It is not in the mount table any more, and the agent goes on.",
        fault="detached_forgotten",
    ),
    *event(
        "hook_forgotten",
        when=freezing | agent.is_(Agent.UNDOING),
        by="GA-10",
        says="The hook has been run for a freeze that came to nothing, and is not run again.",
        fault="hook_forgotten",
    ),
)

_failed_at_thaw = failed.is_(Failed.TABLE) | (failed.is_(Failed.ONE) & all_tried)
hook_settled = ~hook.is_(Hook.PREPARED)
undone = (all_tried & (knows_thawed | failed.is_(Failed.ONE))) | failed.is_(Failed.TABLE)
could_not = failed.is_(Failed.HOOK) | ((knows_frozen | hook_settled) & _failed_at_thaw)
nothing_left = none_frozen & knows_thawed & hook_settled

REPLIES = (
    *event("says_synced", by="GA-11", says="The agent sends the number back."),
    *event("says_here", by="GA-1", says="The agent says that it is there."),
    *event("says_is_frozen", when=knows_frozen, by="GA-7", says="The agent says that it is frozen."),
    *event("says_is_thawed", when=knows_thawed, by="GA-7", says="The agent says that it is thawed."),
    *event("says_other", by="GA-1", says="The agent answers something else."),
    *event("says_refused", by="GA-8", says="The agent says that it may not while it is frozen."),
    *event(
        "says_frozen",
        when=knows_frozen & some_frozen & _all_frozen(TRUE),
        by="GA-2",
        says="The agent says how many are frozen, which is all.",
    ),
    *event(
        "says_list_frozen",
        when=knows_frozen & some_frozen & _all_frozen(listed.is_(Listed.YES)),
        by="GA-3",
        says="The agent says how many are frozen, which is all that were named.",
    ),
    *event(
        "says_none_frozen",
        when=nothing_left & _all_frozen(asked_for),
        by="GA-5",
        says="The agent says that none is frozen.",
    ),
    *event(
        "says_freeze_failed",
        when=undone & (knows_frozen | hook_settled),
        by="GA-4",
        says="The agent says that it could not freeze.",
    ),
    *event("says_thawed", when=nothing_left, by="GA-6", says="The agent says how many it has thawed."),
    *event("says_none_thawed", when=nothing_left, by="GA-6", says="The agent says that it has thawed none."),
    *event("says_thaw_failed", when=could_not, by="GA-6 GA-10", says="The agent says that it could not thaw."),
)

DISTURBANCES = (
    *event("agent_killed", by="OS-1", says="The agent's process is ended.", fault="agent_killed"),
    *event("agent_told_to_end", by="OS-1", says="The agent, which rests, is told to end.", fault="agent_told_to_end"),
    *befalling(thawing),
)

EVENTS = (*HOST_ASKS, *AGENT_READS, *FREEZING, *THAWING, *TAKEN_FOR_DONE, *REPLIES, *DISTURBANCES)

NETWORK: Network = declared(build(ACTORS, EVENTS, FAULTS, known_ids=RULES))
