"""What happens between host, driver and agent, what may go wrong, and all of it put together and checked."""

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
from conformance.agents.hv_vss.machines import (
    ACTORS,
    Agent,
    Device,
    Driver,
    Failed,
    Kind,
    Memory,
    Slot,
    agent,
    device,
    driver,
    failed,
    kind,
    memory,
    passed,
    slot,
    tried,
)
from conformance.agents.hv_vss.rules import RULES
from model.notation import Fault, Network, all_, build, declared, event, every, implies

ENVIRONMENT = (
    Fault("timer_fires", "driver", "The agent takes longer than the driver waits."),
    Fault("driver_unloaded", "guest", "The driver is unloaded, and loaded again."),
    Fault("guest_sleeps", "guest", "The guest is about to be hibernated."),
    Fault("agent_killed", "guest", "The agent's process is ended."),
    *FAULTS_OF_FILE_SYSTEMS,
)

OF_THE_AGENT = (
    Fault("busy_taken_for_frozen", "agent", "The agent takes EBUSY for frozen, whatever it was for."),
    Fault("einval_taken_for_thawed", "agent", "The agent takes EINVAL for thawed, whatever it was for."),
    Fault(
        "cover_taken_for_thawed", "agent", "The agent thaws what a path leads to now, and takes that for what it froze."
    ),
    Fault("detached_forgotten", "agent", "The agent thaws what is in the mount table now, not what it froze."),
    Fault("not_undone", "agent", "The agent says that it could not freeze, and thaws nothing."),
    Fault("gives_up_frozen", "agent", "The agent ends though it could not thaw."),
    Fault(
        "starts_again_frozen",
        "agent",
        "The agent forgets what it could not thaw after a failed freeze, and begins anew.",
    ),
)
"""What an agent may do that the protocol does not ask for; of which agents it is so, lockstep says."""

FAULTS = (*ENVIRONMENT, *OF_THE_AGENT)

# -- terms ----------------------------------------------------------------------------------------------------------------

heard = driver.is_(Driver.REQUESTED) & device.is_(Device.OPEN)
thawing = agent.is_(Agent.THAWING | Agent.UNDOING | Agent.RESETTING)
has_begun = Agent.STARTING | Agent.OPENED | Agent.ANNOUNCED
to_be_frozen = kind.is_(Kind.ELIGIBLE) & in_the_table
all_frozen = every(fs, implies(to_be_frozen, ~frozen.is_(Frozen.FREE) | passed.is_(Passed.YES)))
none_frozen = every(fs, implies(by_agent, passed.is_(Passed.YES)))
all_tried = every(fs, implies(by_agent & in_the_table, tried.is_(Tried.TRIED) | passed.is_(Passed.YES)))
undone = all_tried | failed.is_(Failed.TABLE | Failed.NOT_TRIED)
could_not = failed.is_(Failed.TABLE) | (failed.is_(Failed.ONE) & all_tried)
can_ask = driver.is_(Driver.READY) & slot.is_(Slot.EMPTY)
is_refused = driver.is_(Driver.INIT) | (driver.is_(Driver.READY) & ~slot.is_(Slot.EMPTY))

HOST_ASKS = (
    *event("host_asks_probe", when=can_ask, by="CH-1", says="The host asks whether it could be backed up.", fair=False),
    *event("host_asks_freeze", when=can_ask, by="CH-1", says="The host asks to freeze.", fair=False),
    *event("host_asks_thaw", when=can_ask, by="CH-1", says="The host asks to thaw.", fair=False),
    *event("freeze_refused_at_once", when=is_refused, by="CH-2", says="A FREEZE reaches nobody.", fair=False),
    *event("thaw_refused_at_once", when=is_refused, by="CH-2", says="A THAW reaches nobody.", fair=False),
)

AGENT_AND_DEVICE = (
    *event("agent_starts", by="CH-3", says="An agent is started.", fair=False),
    *event("device_opened", when=~driver.is_(Driver.ABSENT), by="CH-3", says="The agent opens the device."),
    *event(
        "agent_announces",
        when=driver.is_(Driver.INIT) & device.is_(Device.OPEN),
        by="CH-3",
        says="The agent announces itself.",
    ),
    *event(
        "version_read",
        when=device.is_(Device.OPEN),
        by="CH-3",
        says="The agent reads the version: the driver is ready.",
    ),
    *event("probe_read", when=device.is_(Device.OPEN), by="CH-1", says="The agent reads a probe."),
    *event("freeze_read", at=all_(fs), when=device.is_(Device.OPEN), by="CH-1", says="The agent reads a FREEZE."),
    *event("thaw_read", at=all_(fs), when=device.is_(Device.OPEN), by="CH-1", says="The agent reads a THAW."),
    *event(
        "line_lost", at=all_(fs), when=device.is_(Device.STALE), by="CH-7 GE-5", says="The agent finds the line lost."
    ),
    *event(
        "device_closed",
        when=device.is_(Device.STALE) | agent.is_(Agent.RESETTING),
        by="CH-6 GE-5",
        says="The agent closes the device.",
    ),
    *event(
        "starts_again",
        when=device.is_(Device.CLOSED) & none_frozen,
        by="GE-5",
        says="The agent, with nothing frozen, begins anew.",
    ),
    *event("agent_exits", when=none_frozen, by="GE-5", says="The agent, with nothing frozen, ends.", fair=False),
)

FREEZING = (
    *event(
        "file_system_frozen",
        at=fs,
        when=agent.is_(Agent.FREEZING) & kind.is_(Kind.ELIGIBLE) & reach.is_(Reach.THERE),
        by="GE-1",
        says="The agent freezes a file system.",
    ),
    *event(
        "freeze_fails",
        at=fs,
        when=kind.is_(Kind.ELIGIBLE),
        by="GE-2",
        says="A file system cannot be frozen.",
        fault="cannot_be_frozen",
    ),
    *event(
        "table_unreadable",
        when=agent.is_(Agent.FREEZING) | thawing,
        by="GE-2 GE-3",
        says="The agent cannot read the mount table.",
        fault="table_unreadable",
    ),
)

THAWING = (
    *event("file_system_thawed", at=fs, when=thawing, by="GE-2 GE-3 FS-1", says="It is thawed."),
    *event(
        "thaw_fails", at=fs, when=thawing, by="GE-3", says="A file system cannot be thawed.", fault="cannot_be_thawed"
    ),
    *event(
        "cover_tried",
        at=fs,
        when=thawing & reach.is_(Reach.COVERED),
        by="FS-2 GE-3",
        says="The path leads to something else, so the file system is not thawed.",
        fair=False,
    ),
)

TAKEN_FOR_DONE = (
    *event(
        "busy_taken_for_frozen",
        at=fs,
        when=agent.is_(Agent.FREEZING) & frozen.is_(Frozen.FREE),
        by="FS-1 GE-1",
        says="Freezing is refused as busy, though the file system is not frozen, and the agent goes on.",
        fault="busy_taken_for_frozen",
    ),
    *event(
        "einval_taken_for_thawed",
        at=fs,
        when=thawing & ~frozen.is_(Frozen.FREE),
        by="FS-1 GE-3",
        says="Thawing is refused as invalid, though the file system is frozen, and the agent goes on.",
        fault="einval_taken_for_thawed",
    ),
    *event(
        "cover_taken_for_thawed",
        at=fs,
        when=thawing & reach.is_(Reach.COVERED),
        by="FS-2 GE-3",
        says="What is mounted over it is not frozen, and the agent goes on.",
        fault="cover_taken_for_thawed",
    ),
    *event(
        "detached_forgotten",
        at=fs,
        when=thawing & reach.is_(Reach.DETACHED) & by_agent,
        by="FS-3 GE-3",
        says="It is not in the mount table any more, and the agent goes on.",
        fault="detached_forgotten",
    ),
    *event(
        "not_undone",
        when=agent.is_(Agent.UNDOING) & ~all_tried,
        by="GE-2",
        says="What an earlier freeze has frozen is not thawed.",
        fault="not_undone",
    ),
    *event(
        "gives_up_frozen",
        when=~none_frozen & (failed.is_(Failed.ONE | Failed.TABLE) | agent.is_(has_begun) | memory.is_(Memory.NOTHING)),
        by="GE-5",
        says="The agent ends, and leaves what it could not thaw.",
        fault="gives_up_frozen",
    ),
    *event(
        "starts_again_frozen",
        when=device.is_(Device.CLOSED) & ~none_frozen & memory.is_(Memory.NOTHING),
        by="GE-5",
        says="The agent begins anew, and does not thaw what it could not thaw before.",
        fault="starts_again_frozen",
    ),
)

REPLIES = (
    *event("says_able", when=heard, by="GE-4 CH-5", says="The agent answers the probe."),
    *event("says_frozen", when=heard & all_frozen, by="GE-1 CH-5", says="The agent says that all is frozen."),
    *event("says_freeze_failed", when=heard & undone, by="GE-2 CH-5", says="The agent says that it could not freeze."),
    *event("says_thawed", when=heard & none_frozen, by="GE-3 CH-5", says="The agent says that nothing is frozen."),
    *event("says_thaw_failed", when=heard & could_not, by="GE-3 CH-5", says="The agent says that it could not thaw."),
    *event("able_unheard", at=all_(fs), when=~heard, by="CH-5 GE-5", says="The answer to the probe cannot be written."),
    *event(
        "frozen_unheard",
        at=all_(fs),
        when=~heard & all_frozen,
        by="CH-5 GE-5",
        says="That all is frozen cannot be written.",
    ),
    *event(
        "freeze_failed_unheard",
        at=all_(fs),
        when=~heard & undone,
        by="CH-5 GE-5",
        says="That it could not freeze cannot be written.",
    ),
    *event(
        "thawed_unheard",
        at=all_(fs),
        when=~heard & none_frozen,
        by="CH-5 GE-5",
        says="That nothing is frozen cannot be written.",
    ),
    *event(
        "thaw_failed_unheard",
        at=all_(fs),
        when=~heard & could_not,
        by="CH-5 GE-5",
        says="That it could not thaw cannot be written.",
    ),
)

DISTURBANCES = (
    *event(
        "timer_fires", by="CH-4", says="The driver waits no longer, and tells the host: failed.", fault="timer_fires"
    ),
    *event("driver_unloaded", by="CH-7", says="The driver is unloaded.", fault="driver_unloaded"),
    *event("driver_loaded", by="CH-7", says="The driver is loaded.", fault="driver_unloaded"),
    *event(
        "guest_sleeps",
        when=device.is_(Device.OPEN),
        by="CH-8",
        says="Before the guest sleeps the driver sends a THAW of its own, and drops what is outstanding.",
        fault="guest_sleeps",
    ),
    *event(
        "agent_killed",
        by="OS-1 CH-6",
        says="The agent's process is ended, and its device closed.",
        fault="agent_killed",
    ),
    *befalling(thawing),
)

EVENTS = (*HOST_ASKS, *AGENT_AND_DEVICE, *FREEZING, *THAWING, *TAKEN_FOR_DONE, *REPLIES, *DISTURBANCES)

NETWORK: Network = declared(build(ACTORS, EVENTS, FAULTS, known_ids=RULES))
