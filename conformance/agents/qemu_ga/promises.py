"""What matters to a backup, of the agent: promises about what the host is told, and about what is left frozen."""

from __future__ import annotations

from dataclasses import replace

from conformance.agents.file_systems import Frozen, by_agent, frozen, fs, in_the_table
from conformance.agents.qemu_ga.machines import (
    ERRORS,
    NUMBERS,
    Agent,
    Hook,
    Kind,
    Knows,
    Listed,
    Mark,
    Told,
    agent,
    hook,
    kind,
    knows,
    listed,
    mark,
    told,
)
from conformance.agents.qemu_ga.network import NETWORK
from model.notation import States, Term, after, every, happens, implies
from properties.checked import checked
from properties.kinds import Property, always, fired, step

is_frozen = ~frozen.is_(Frozen.FREE)
to_be_frozen = kind.is_(Kind.ELIGIBLE) & in_the_table
none_frozen = every(fs, ~by_agent)
rests = agent.is_(Agent.WAITING)

ok_means_frozen = always(
    "While the host's last answer is how many are frozen, every freezable file system is.",
    implies(told.is_(Told.FROZEN), every(fs, implies(to_be_frozen, is_frozen))),
    shows="GA-2",
    witness=fired("says_frozen"),
)

ok_means_listed_frozen = always(
    "While the host's last answer is how many of those that it named are frozen, every freezable one of them is.",
    implies(told.is_(Told.LIST_FROZEN), every(fs, implies(to_be_frozen & listed.is_(Listed.YES), is_frozen))),
    shows="GA-3",
    witness=fired("says_list_frozen"),
)

nothing_written_is_left_out = always(
    "While the host's last answer is how many are frozen, every file system that is written to on a disk is, of whatever type.",
    implies(told.is_(Told.FROZEN), every(fs, implies(~kind.is_(Kind.NOT_ELIGIBLE) & in_the_table, is_frozen))),
    shows="GA-2",
    witness=fired("says_frozen"),
)

nought_means_none = always(
    "While the host's last answer to a freeze is nought, nothing is frozen by the agent.",
    implies(told.is_(Told.NONE_FROZEN), none_frozen),
    shows="GA-5",
    witness=fired("says_none_frozen"),
)

ok_means_thawed = always(
    "While the host's last answer is how many were thawed, nothing is frozen by the agent.",
    implies(told.is_(Told.THAWED), none_frozen),
    shows="GA-6",
    witness=fired("says_thawed"),
)

failed_freeze_leaves_nothing = step(
    "When an agent says that it could not freeze, it has nothing frozen.",
    implies(happens("says_freeze_failed"), none_frozen),
    shows="GA-4",
    witness=fired("says_freeze_failed"),
)

failed_is_so_at_rest = always(
    "Where the host was told that freezing failed, and the agent rests, nothing is frozen by the agent.",
    implies(told.is_(Told.FREEZE_FAILED) & rests, none_frozen),
    shows="GA-4",
    witness=fired("says_freeze_failed"),
)

thawed_is_so = step(
    "When an agent says that it is thawed, it has nothing frozen.",
    implies(happens("says_is_thawed"), none_frozen),
    shows="GA-7 GA-9",
    witness=fired("says_is_thawed"),
)

nothing_frozen_without_an_agent = always(
    "Where there is no agent, nothing is left that an agent has frozen.",
    implies(agent.is_(Agent.GONE), none_frozen),
    shows="OS-1",
    witness=fired("file_system_frozen"),
)

what_is_frozen_is_known = always(
    "An agent that rests knows that something is frozen, if it has frozen it, or one before it.",
    implies(rests & knows.is_(Knows.THAWED), none_frozen),
    shows="GA-9",
    witness=fired("says_frozen"),
)

what_is_known_is_kept = always(
    "What an agent that rests takes for so, a new one would too.",
    implies(
        rests, (knows.is_(Knows.FROZEN) & mark.is_(Mark.THERE)) | (knows.is_(Knows.THAWED) & mark.is_(Mark.ABSENT))
    ),
    shows="GA-9",
    witness=fired("says_frozen"),
)

every_prepared_hook_is_run_again = always(
    "Where an agent rests that is not frozen, the hook was not run for a freeze last.",
    implies(rests & knows.is_(Knows.THAWED), hook.is_(Hook.IDLE)),
    shows="GA-10",
    witness=fired("hook_prepares"),
)


def _hears(told_so: States, *from_: str) -> Term:
    """The host comes to believe it only by these answers."""
    return implies(happens(*NUMBERS, *ERRORS) & ~happens(*from_), ~after(told.is_(told_so)) | told.is_(told_so))


answers_are_to_what_was_asked = step(
    "The host hears frozen, thawed, or a failure of either, from an agent that says so of that.",
    (
        _hears(Told.FROZEN, "says_frozen")
        & _hears(Told.THAWED, "says_thawed", "says_none_thawed")
        & _hears(Told.FREEZE_FAILED, "says_freeze_failed")
        & _hears(Told.REFUSED, "says_refused")
        & _hears(Told.THAW_FAILED, "says_thaw_failed")
    ),
    shows="GA-1 GA-11",
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
