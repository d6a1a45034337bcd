"""What the protocol of remote shadow copies (FSRVP) says of its server, in words. Every event and every promise names the rules that it
comes from. What an implementation really does is not in here."""

from __future__ import annotations

RULES = {
    "FR-1": "A client sets a context, then starts a set, adds shares, prepares, commits, exposes, and says that recovery is complete; each "
    "call is answered with nought or an error.",
    "FR-2": "A set is started where a context is set and no other set is in progress, which is: has not come to recovered.",
    "FR-3": "A share is added to a set that was started and not yet committed, once for each store; preparing takes a share.",
    "FR-4": "To commit makes a snapshot of every store in the set. Where one cannot be made the call fails, and may be made again.",
    "FR-5": "A committed set is exposed, each snapshot as a share; an exposed one is recovered, and then no context is set.",
    "FR-6": "To abort undoes the set, deletes it from the table, and no context is set; where that fails the call fails. The table "
    "of errors allows to refuse it.",
    "FR-7": "The mapping of a share in an exposed or recovered set can be deleted: the exposed share goes, and its snapshot should. A set "
    "without any is gone.",
    "FR-8": "What a call asks that the state does not allow is refused: bad state, set in progress, no such set, exists already.",
    "FR-9": "Between two calls the server waits so long and no longer: then the set in progress is deleted, and no context is set.",
    "FR-10": "A client that sets a context again loses its set in progress; one at another address is refused. After too many times the "
    "call is refused.",
    "FR-11": "Whatever was answered with nought is kept, and read again by a server that is started; no context is set then.",
    "OS-1": "A process may be ended at any time, and does nothing any more; another may be started.",
    "ST-1": "A store may fail to make a snapshot, and to delete one.",
}

(
    GET_VERSION,
    SET_CONTEXT,
    START,
    ADD,
    COMMIT,
    EXPOSE,
    RECOVERED,
    ABORT,
    SUPPORTED,
    COPIED,
    GET_MAPPING,
    DELETE_MAPPING,
    PREPARE,
) = range(13)
"""The calls, by their numbers in the interface."""

DONE = 0
BAD_STATE, NOT_FOUND, NOT_SUPPORTED, EXISTS = 0x80042301, 0x80042308, 0x8004230C, 0x8004230D
IN_PROGRESS, BAD_CONTEXT, NO_SUCH_SET, INVALID = 0x80042316, 0x8004231B, 0x80042501, 0x80070057
"""Errors."""

PERSISTENT = 0x9
"""A context: of snapshots that stay until they are deleted."""
