"""What the channel's protocol says, in words: from the public header, and from the driver's side of it. Every event and every promise
names the rules that it comes from. What an agent really does is not in here."""

from __future__ import annotations

from conformance.agents.file_systems import RULES as FILE_SYSTEMS

RULES = {
    "CH-1": "One request of the host is outstanding at a time; its further packets wait.",
    "CH-2": "A request that comes before the agent has read the version, or while the last message lies unread, is answered at once: "
    "failed.",
    "CH-3": "The agent announces itself, and the driver is ready when the agent has read the version.",
    "CH-4": "A FREEZE may take 15 minutes, a THAW and a probe 30 seconds; then the host is told that it failed, and the agent is not.",
    "CH-5": "What the agent writes is the answer to the request that is outstanding; where none is, writing fails.",
    "CH-6": "When the device is closed for the last time, what is outstanding has failed.",
    "CH-7": "When the driver is unloaded, what is outstanding has failed, and the agent can neither read nor write.",
    "CH-8": "Before the guest sleeps the driver sends a THAW of its own; nothing is outstanding then, so its reply cannot be written.",
    "GE-1": "FREEZE freezes every eligible file system, and OK says that all of them are frozen.",
    "GE-2": "Where one cannot be frozen, those that were are thawed again, and the reply is: failed.",
    "GE-3": "THAW thaws every file system. OK says that the agent has none frozen; failed, that one could not be thawed.",
    "GE-4": "The probe is answered with OK.",
    "GE-5": "An agent that has lost the line thaws what it has frozen, then announces itself anew, or ends.",
    **FILE_SYSTEMS,
}

REGISTER, FREEZE, THAW, PROBE = 129, 5, 6, 2
"""Codes of operations that go between driver and agent; the probe is called HOT_BACKUP."""

OK, FAILED = 0, 0x80004005
"""Statuses of replies."""

MESSAGE, VERSION = 12, 4
"""Bytes of a message, and of the answer to the announcement."""
