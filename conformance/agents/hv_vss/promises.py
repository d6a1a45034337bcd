"""What matters to a backup, of the channel: promises about what the host is told, and about what is left frozen."""

from __future__ import annotations

from dataclasses import replace

from conformance.agents.file_systems import Frozen, by_agent, frozen, fs, in_the_table
from conformance.agents.hv_vss.machines import (
    SAYS_FAILED,
    SAYS_OK,
    Agent,
    Device,
    Kind,
    Slot,
    Told,
    agent,
    device,
    kind,
    slot,
    told,
)
from conformance.agents.hv_vss.network import NETWORK
from model.notation import after, every, happens, implies
from properties.checked import checked
from properties.kinds import Property, always, fired, step

is_frozen = ~frozen.is_(Frozen.FREE)
all_frozen = every(fs, implies(kind.is_(Kind.ELIGIBLE) & in_the_table, is_frozen))
none_frozen = every(fs, ~by_agent)
waits = agent.is_(Agent.WAITING) & device.is_(Device.OPEN) & slot.is_(Slot.EMPTY)
at_rest = waits | agent.is_(Agent.GONE)
answers = (*SAYS_OK, *SAYS_FAILED)

ok_means_frozen = always(
    "While the host's last answer is OK to a FREEZE, every eligible file system is frozen.",
    implies(told.is_(Told.FROZEN), all_frozen),
    shows="GE-1",
    witness=fired("says_frozen"),
)

nothing_written_is_left_out = always(
    "While the host's last answer is OK to a FREEZE, every file system that is written to on a disk is frozen, of whatever type.",
    implies(
        told.is_(Told.FROZEN), every(fs, implies(kind.is_(Kind.ELIGIBLE | Kind.PASSED_OVER) & in_the_table, is_frozen))
    ),
    shows="GE-1",
    witness=fired("says_frozen"),
)

nothing_frozen_without_an_agent = always(
    "Where there is no agent, nothing is left that an agent has frozen.",
    implies(agent.is_(Agent.GONE), none_frozen),
    shows="GE-5 OS-1",
    witness=fired("file_system_frozen"),
)

nothing_forgotten_at_reset = step(
    "An agent that begins anew has nothing frozen.",
    implies(happens("starts_again", "starts_again_frozen"), none_frozen),
    shows="GE-5",
    witness=fired("starts_again"),
)

failed_freeze_leaves_nothing = step(
    "When an agent says that it could not freeze, it has nothing frozen.",
    implies(happens("says_freeze_failed", "freeze_failed_unheard"), none_frozen),
    shows="GE-2",
    witness=fired("says_freeze_failed"),
)

ok_means_thawed = always(
    "While the host's last answer is OK to a THAW, nothing is frozen by the agent.",
    implies(told.is_(Told.THAWED), none_frozen),
    shows="GE-3",
    witness=fired("says_thawed"),
)

failed_is_so_at_rest = always(
    "Where the host was told that a FREEZE failed, and the agent rests, nothing is frozen by the agent.",
    implies(told.is_(Told.FREEZE_FAILED) & at_rest, none_frozen),
    shows="GE-2 CH-4 CH-6",
    witness=fired("says_freeze_failed"),
)

failed_is_so_at_once = always(
    "Where the host was told that a FREEZE failed, nothing is frozen by the agent.",
    implies(told.is_(Told.FREEZE_FAILED), none_frozen),
    shows="GE-2 CH-4",
    witness=fired("says_freeze_failed"),
)

answers_are_to_what_was_asked = step(
    "The host hears frozen from an agent that says so, thawed from one that says so, and nothing of either from one that was probed.",
    (
        implies(happens(*answers) & ~happens("says_frozen"), ~after(told.is_(Told.FROZEN)) | told.is_(Told.FROZEN))
        & implies(happens(*answers) & ~happens("says_thawed"), ~after(told.is_(Told.THAWED)) | told.is_(Told.THAWED))
    ),
    shows="CH-5",
    witness=fired("says_frozen"),
)

PROMISES = checked(
    {
        name.replace("_", "-"): replace(found, name=name.replace("_", "-"))
        for name, found in tuple(globals().items())
        if isinstance(found, Property)
    },
    NETWORK,
)
"""All promises, checked; each is called as its variable is, with dashes."""
