"""What was found with Samba's server of shadow copies of Debian 12, and with the text of the protocol."""

from __future__ import annotations

from conformance.agents.findings import ONE, PRODUCT, Finding
from conformance.agents.lockstep import Disturbance as Do

PROTOCOL = "the protocol"

BOTH = (0, 1)
"""Both shares that there are."""

COORDINATOR_ONLY = (
    "Nothing of Windows' own coordinator, which is another program. It shows what an open one does with a set, "
    "and what to ask of any other."
)
TEXT_ONLY = (
    "The text is Microsoft's, and Windows' file server is what it describes; whether that does so was not tried."
)

_START, _KILLED = Do("agent_starts"), Do("agent_killed")
_CONTEXT, _NEW_SET, _WAITS = Do("client_sets_context"), Do("client_starts"), Do("client_waits")
_OTHER = Do("other_sets_context")
_FAILS = Do("store_fails", 1)


def _of(name: str, of_set: int = 0, share: int = 0) -> Do:
    return Do(f"client_{name}", of_set * 2 + share)


_BEGUN = (_START, _CONTEXT, _NEW_SET)
_ADDED = (*_BEGUN, _of("adds"))
_COMMITTED = (*_ADDED, _of("commits"))
_EXPOSED = (*_COMMITTED, _of("exposes"))
_RECOVERED = (*_EXPOSED, _of("has_recovered"))
_HALF = (*_ADDED, _of("adds", 0, 1), _FAILS, _of("commits"))
"""One store makes its snapshot, and the other does not: committing fails."""

FINDINGS = (
    Finding(
        "undone, it says, and nothing is",
        PRODUCT,
        "undone-means-undone",
        "To abort a set that was committed is answered with nought, and nothing is done: set and snapshots stay, and the set is in the "
        "way of every other. Before it is committed, abort undoes it.",
        COORDINATOR_ONLY,
        frozenset({"abort_ignored"}),
        5,
        (*_COMMITTED, _of("aborts")),
        ONE,
        "abort_ignored",
    ),
    Finding(
        "a failed commit that is undone leaves snapshots",
        PRODUCT,
        "no-snapshot-unknown",
        "Where one store makes its snapshot and another does not, committing fails; to abort the set then deletes it from the table, and "
        "not the snapshot that was made.",
        COORDINATOR_ONLY,
        frozenset({"aborted_unclean"}),
        10,
        (*_HALF, _of("aborts")),
        BOTH,
        "aborted_unclean",
    ),
    Finding(
        "a snapshot that is made again is forgotten",
        PRODUCT,
        "no-snapshot-unknown",
        "A commit that failed for one store may be tried again; that makes the other store's snapshot anew, and nobody knows of the first.",
        COORDINATOR_ONLY,
        frozenset({"made_again"}),
        8,
        (*_HALF, _FAILS, _of("commits")),
        BOTH,
        "made_again",
    ),
    Finding(
        "a context that is set again keeps the set, and nobody waits for it",
        PRODUCT,
        "in-progress-is-timed",
        "The client's set in progress is not dropped, and the timer that is started is of no set: it fires, the context ends, and the set "
        "is in the way for ever.",
        COORDINATOR_ONLY,
        frozenset({"context_keeps_set"}),
        6,
        (*_BEGUN, _CONTEXT, _WAITS),
        ONE,
        "context_keeps_set",
    ),
    Finding(
        "another client is let in",
        PRODUCT,
        "one-client-at-a-time",
        "A client at another address sets a context while a set is in progress, and is not refused.",
        COORDINATOR_ONLY,
        frozenset({"other_client_let_in"}),
        5,
        (*_BEGUN, _OTHER),
        ONE,
        "other_client_let_in",
    ),
    Finding(
        "a set is started with the context of another",
        PRODUCT,
        "every-set-has-its-own-context",
        "After a set was undone its context is still set: the next is started without one of its own.",
        COORDINATOR_ONLY,
        frozenset({"context_left"}),
        7,
        (*_BEGUN, _of("aborts"), _NEW_SET),
        ONE,
        "context_left",
    ),
    Finding(
        "a set is started beside an exposed one",
        PRODUCT,
        "one-set-at-a-time",
        "A set that is exposed, and not yet recovered, is in nobody's way.",
        COORDINATOR_ONLY,
        frozenset({"started_beside_exposed"}),
        10,
        (*_EXPOSED, _CONTEXT, _NEW_SET),
        ONE,
        "started_beside_exposed",
    ),
    Finding(
        "nobody waits for the client of an exposed set",
        PRODUCT,
        "in-progress-is-timed",
        "The timer does not run once a set is exposed: a client that goes away leaves it, and its snapshots, for ever.",
        COORDINATOR_ONLY,
        frozenset({"exposed_not_dropped"}),
        10,
        (*_EXPOSED, _WAITS),
        ONE,
        "exposed_not_dropped",
    ),
    Finding(
        "a server that is started again has forgotten a set with snapshots",
        PRODUCT,
        "no-snapshot-unknown",
        "Sets are kept once they are committed. One whose commit failed for one store is forgotten, with the snapshot of the other.",
        COORDINATOR_ONLY,
        frozenset({"agent_killed", "set_forgotten"}),
        11,
        (*_HALF, _KILLED, _START),
        BOTH,
        "set_forgotten",
    ),
    Finding(
        "a set that was dropped comes back",
        PRODUCT,
        "what-was-dropped-stays-dropped",
        "A committed set whose client went away is dropped, and stays in what is kept: the next server knows of it, and it is in the way "
        "of every other.",
        COORDINATOR_ONLY,
        frozenset({"agent_killed", "client_waits", "dropped_unclean", "set_returns"}),
        9,
        (*_COMMITTED, _WAITS, _KILLED, _START),
        ONE,
        "set_returns",
    ),
    Finding(
        "refusals have other names",
        PRODUCT,
        "every-refusal-is-named",
        "A set that is not there is refused as an invalid argument, as an older edition of the text has it, and so are a share that is not "
        "there and what is no context; of a share that is not exposed another error is told.",
        COORDINATOR_ONLY,
        frozenset({"refusal_misnamed"}),
        3,
        (_START, _of("prepares")),
        ONE,
        "refusal_misnamed",
    ),
    Finding(
        "a set whose client went away leaves its snapshots",
        PROTOCOL,
        "no-snapshot-unknown",
        "When the timer fires, or the context is set again, the set is deleted from the table: that its snapshots are to be deleted, the "
        "text does not say. This server leaves them.",
        COORDINATOR_ONLY,
        frozenset({"client_waits", "dropped_unclean"}),
        10,
        (*_COMMITTED, _WAITS),
        ONE,
        "dropped_unclean",
    ),
    Finding(
        "after a start nobody waits, and no context is set",
        PROTOCOL,
        "in-progress-is-timed",
        "What was answered with nought is kept, but neither context nor timer: a set that was in progress is in the way of every other, "
        "until somebody who knows of it undoes it; which this server then does not do.",
        COORDINATOR_ONLY,
        frozenset({"agent_killed"}),
        7,
        (*_COMMITTED, _KILLED, _START),
    ),
    Finding(
        "to undo an old set ends the context of the one in progress",
        PROTOCOL,
        "in-progress-has-a-context",
        "Whichever set is undone, no context is set afterwards: another client's call is no longer refused, though a set is in progress.",
        TEXT_ONLY,
        frozenset(),
        15,
        (*_RECOVERED, _CONTEXT, _NEW_SET, _of("aborts")),
    ),
    Finding(
        "a refusal deletes a set",
        PROTOCOL,
        "a-refusal-changes-nothing",
        "A client that sets its context too often is refused, after its set was deleted and its context ended.",
        TEXT_ONLY,
        frozenset({"retried_too_often"}),
        5,
        (*_BEGUN, *(_CONTEXT,) * 5),
        ONE,
        "retried_too_often",
    ),
    Finding(
        "a refusal stops the timer",
        PROTOCOL,
        "a-refusal-changes-nothing",
        "To ask what a share is exposed as stops the timer first; where the share is not in the set the call fails, and starts it again "
        "nowhere.",
        TEXT_ONLY,
        frozenset({"refusal_stops_timer"}),
        10,
        (*_EXPOSED, _of("asks_mapping", 0, 1), _WAITS),
        BOTH,
        "refusal_stops_timer",
    ),
    Finding(
        "a snapshot that cannot be deleted is not known of any more",
        PROTOCOL,
        "no-snapshot-unknown",
        "To delete a mapping should delete the snapshot, and must delete it from the set: where the first fails the second need not. This "
        "server refuses instead, and keeps both.",
        TEXT_ONLY,
        frozenset({"store_keeps"}),
        10,
        (*_EXPOSED, Do("store_keeps", 0), _of("deletes_mapping")),
    ),
    Finding(
        "a set that cannot be undone is left in halves",
        PROTOCOL,
        "whole-or-gone",
        "Where one store deletes its snapshot and another cannot, to abort fails, and the set is still said to be committed.",
        TEXT_ONLY,
        frozenset({"store_keeps"}),
        14,
        (*_ADDED, _of("adds", 0, 1), _of("commits"), Do("store_keeps", 1), _of("aborts")),
        BOTH,
    ),
)

SEEN = frozenset(one.name for one in FINDINGS if one.windows is not TEXT_ONLY)
"""Those that are so with this server; of the others the text alone is known."""
