"""What every agent here freezes: a guest's file systems, of which there are any number, and what befalls them."""

from __future__ import annotations

from model.notation import HOST, Actor, Event, Fault, Sort, States, Term, event, on

fs = Sort("file system", of=HOST)

RULES = {
    "FS-1": "A file system is frozen once: freezing it again is refused (EBUSY), and so is thawing one that is not frozen (EINVAL).",
    "FS-2": "A path leads to what is mounted there last.",
    "FS-3": "Others than the agent may mount, unmount, freeze and thaw.",
    "OS-1": "A process may be ended at any time, and does nothing any more.",
}
"""In words; each protocol cites them beside its own."""

FAULTS = (
    Fault("cannot_be_frozen", "file system", "A file system cannot be frozen."),
    Fault("cannot_be_thawed", "file system", "A file system cannot be thawed."),
    Fault("table_unreadable", "guest", "The mount table cannot be read."),
    Fault("others_freeze", "guest", "Somebody else freezes and thaws file systems."),
    Fault("mounts_change", "guest", "Somebody mounts and unmounts file systems."),
    Fault("mounts_cover", "guest", "Somebody mounts something over a file system."),
)


class Frozen(States):
    FREE = "not frozen"
    BY_AGENT = "frozen by the agent"
    BY_OTHER = "frozen by somebody else"


class Reach(States):
    THERE = "mounted, and its path leads to it"
    COVERED = "mounted, but something else is mounted over its path"
    DETACHED = "not mounted"


class Tried(States):
    NOT_YET = "not thawed in this operation"
    TRIED = "thawing was tried in this operation"


class Passed(States):
    NO = "not taken for done"
    YES = "the agent takes it for done, or cannot know of it, in this operation"


frozen = Actor("frozen", Frozen, of=fs, starts=Frozen.FREE, says="Whether the file system is frozen, and by whom.")
frozen.table(
    on("file_system_frozen", Frozen.FREE, Frozen.BY_AGENT),
    on("file_system_thawed", Frozen.BY_AGENT | Frozen.BY_OTHER, Frozen.FREE),
    on("somebody_freezes", Frozen.FREE, Frozen.BY_OTHER),
    on("somebody_thaws", Frozen.BY_AGENT | Frozen.BY_OTHER, Frozen.FREE),
)

reach = Actor(
    "reach",
    Reach,
    of=fs,
    starts=Reach.THERE | Reach.DETACHED,
    says="Whether its path leads to it.",
    leaves_out=(
        "What is mounted or unmounted between the opening of a folder and the freezing of what it is in.",
        "What is mounted, or uncovered, while the agent thaws.",
    ),
)
reach.table(
    on("mount_covered", Reach.THERE, Reach.COVERED),
    on("mount_uncovered", Reach.COVERED, Reach.THERE),
    on("mount_detached", Reach.THERE, Reach.DETACHED),
    on("mount_made", Reach.DETACHED, Reach.THERE),
)

in_the_table = reach.is_(Reach.THERE | Reach.COVERED)
by_agent = frozen.is_(Frozen.BY_AGENT)


def befalling(thawing: Term) -> tuple[Event, ...]:
    """What others do to file systems. thawing: the agent thaws."""
    return (
        *event(
            "somebody_freezes", at=fs, by="FS-3", says="Somebody else freezes a file system.", fault="others_freeze"
        ),
        *event("somebody_thaws", at=fs, by="FS-3", says="Somebody else thaws a file system.", fault="others_freeze"),
        *event("mount_covered", at=fs, by="FS-2 FS-3", says="Something is mounted over it.", fault="mounts_cover"),
        *event(
            "mount_uncovered",
            at=fs,
            when=~thawing,
            by="FS-2 FS-3",
            says="What was mounted over it is gone.",
            fault="mounts_cover",
        ),
        *event(
            "mount_detached",
            at=fs,
            by="FS-3",
            says="Its mount is detached, though it may be frozen.",
            fault="mounts_change",
        ),
        *event("mount_made", at=fs, when=~thawing, by="FS-3", says="It is mounted.", fault="mounts_change"),
    )
