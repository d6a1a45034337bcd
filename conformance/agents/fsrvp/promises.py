"""What matters to a backup, of the coordinator: promises about sets, about what is left behind, and about what a refusal means."""

from __future__ import annotations

from dataclasses import replace

from conformance.agents.fsrvp.machines import (
    ACTORS,
    REFUSALS,
    WAITED,
    Context,
    Left,
    Share,
    Status,
    Told,
    context,
    copy,
    left,
    none_in_progress,
    shadow_set,
    share,
    status,
    timer,
    told,
)
from conformance.agents.fsrvp.network import (
    NETWORK,
    exists,
    in_progress,
    is_listed,
    none_exists,
    rests,
)
from model.notation import HOST, Sort, Term, after, all_of, every, happens, iff, implies, unchanged
from properties.checked import checked
from properties.kinds import Property, always, fired, step

ANSWERS = ("answer", "heard")
"""Machines that only say what was answered."""


def _same(sort: Sort) -> Term:
    """Nothing of this sort has changed, but what was answered."""
    return all_of(*(unchanged(actor) for actor in ACTORS if actor.sort == sort and actor.name not in ANSWERS))


def _kept(said: Term) -> Term:
    return iff(said, after(said))


_as_it_was = _kept(exists) & _kept(is_listed) & _kept(share.is_(Share.EXPOSED))

one_set_at_a_time = step(
    "No set is started while another is in progress.",
    implies(happens("set_started", "started_beside"), none_in_progress),
    shows="FR-2",
    witness=fired("set_started"),
)

one_client_at_a_time = step(
    "While a set is in progress no client at another address is let in.",
    implies(happens("other_client_let_in"), none_in_progress),
    shows="FR-10",
    witness=fired("set_started"),
)

undone_means_undone = always(
    "Of a set that the client was told is undone nothing is left.",
    every(
        shadow_set,
        implies(told.is_(Told.UNDONE), status.is_(Status.GONE) & none_exists & every(copy, share.is_(Share.NONE))),
    ),
    shows="FR-6",
    witness=fired("set_aborted"),
)

no_snapshot_unknown = always(
    "Every snapshot that is there is of a set in the table.",
    every(shadow_set, every(copy, implies(exists, is_listed) & left.is_(Left.NONE))),
    shows="FR-6 FR-7 FR-9",
    witness=fired("snapshot_made"),
)

a_refusal_changes_nothing = step(
    "A call that is refused changes nothing.",
    implies(happens(*REFUSALS), _same(HOST) & every(shadow_set, _same(shadow_set) & every(copy, _as_it_was))),
    shows="FR-8 FR-10",
    witness=fired("start_refused"),
)

whole_or_gone = always(
    "A set that was committed has a snapshot of every share in it, whatever became of the server since; or it is gone.",
    every(
        shadow_set,
        implies(
            rests & status.is_(Status.COMMITTED | Status.EXPOSED | Status.RECOVERED),
            every(copy, implies(is_listed, exists)),
        ),
    ),
    shows="FR-4 FR-11",
    witness=fired("set_committed"),
)

in_progress_is_timed = always(
    "A set in progress does not wait for its client for ever.",
    implies(rests, every(shadow_set, implies(in_progress, timer.is_(WAITED)))),
    shows="FR-9",
    witness=fired("set_started"),
)

in_progress_has_a_context = always(
    "While a set is in progress a context is set, so that no other client begins.",
    implies(rests, every(shadow_set, implies(in_progress, context.is_(Context.SET)))),
    shows="FR-2 FR-6",
    witness=fired("set_started"),
)

every_set_has_its_own_context = step(
    "No set is started with the context of one that has ended.",
    ~happens("context_left"),
    shows="FR-2 FR-6",
    witness=fired("set_started"),
)

what_was_dropped_stays_dropped = step(
    "A set that was dropped, or undone, does not come back.",
    ~happens("set_returned"),
    shows="FR-9 FR-11",
    witness=fired("set_dropped"),
)

every_refusal_is_named = step(
    "What is refused is refused by the error that the protocol has for it.",
    ~happens("refusal_misnamed"),
    shows="FR-8",
    witness=fired("start_refused"),
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
