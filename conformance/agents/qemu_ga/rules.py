"""What the guest agent's protocol says, in words: from the schema of its commands and its manual page, which its package carries. Every
event and every promise names the rules that it comes from. What an agent really does is not in here."""

from __future__ import annotations

from conformance.agents.file_systems import RULES as FILE_SYSTEMS

RULES = {
    "GA-1": "A host writes a command, one JSON object, and the agent answers it; commands are dealt with one after another.",
    "GA-2": "guest-fsfreeze-freeze freezes every freezable local file system, and answers how many are frozen.",
    "GA-3": "guest-fsfreeze-freeze-list freezes those that the host names by where they are mounted; what is mounted nowhere is ignored.",
    "GA-4": "Where freezing fails, every file system is thawed, and the answer is an error.",
    "GA-5": "Where none is frozen, the answer is nought, the status stays thawed, and no thaw is needed.",
    "GA-6": "guest-fsfreeze-thaw thaws every file system, and answers how many it has thawed.",
    "GA-7": "guest-fsfreeze-status says frozen or thawed: what the agent has done; others may have thawed since.",
    "GA-8": "While it is frozen the agent answers what it takes to look, to get in step and to thaw, and refuses all else.",
    "GA-9": "That it is frozen is kept in a state file, so that an agent that is started again knows of it.",
    "GA-10": "A hook is run before file systems are frozen, and again when they are thawed.",
    "GA-11": "A host that has connected, or has given up on an answer, asks for a number of its own to be sent back, and drops all answers "
    "before that; a byte 0xFF before it makes the agent drop what it has read of a command that never ended.",
    **FILE_SYSTEMS,
}

FLUSH = b"\xff"
"""The byte of GA-11. The answer to a delimited sync begins with it too."""
