"""Wrong protocols that keep their promise with one VM and with two, and break it with three.

What is found with two VMs only is not all there is; and a method of proof that claims any number of VMs must not prove
these. Each is wrong by way of how many VMs there are *together*: a VM and the host, with whatever the others may do, has
the same steps as in a run that breaks the promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from model.actors.method import Progress, progress
from model.actors.power import Note, note
from model.events.post_snapshot import undone
from model.events.prepare_for_snapshot import one_failed
from model.notation import (
    HOST,
    Actor,
    Event,
    Move,
    Network,
    Sort,
    States,
    Term,
    all_,
    build,
    event,
    every,
    happens,
    implies,
    on,
    some,
    stays,
)
from model.notation.terms import SomeStates
from model.protocol import PROTOCOL
from model.sorts import vm
from properties.kinds import Property, always, fired, step
from properties.promises.giving_back import back_in_prior_state, no_vm_left_saved
from tests.wrong_protocols.changes import Change, guard, ignored, table


@dataclass(frozen=True)
class ThreeVms:
    """A wrong protocol, and the right one, which differs from it in the rule that is wrong.

    says: what is wrong, in one sentence. makes: the network, with the wrong rule or without. promise: what it breaks.
    vms: as many as it takes. length: of the shortest run that breaks the promise.
    """

    name: str
    says: str
    makes: Callable[[bool], Network]
    promise: Property
    length: int
    vms: int = 3

    @cached_property
    def network(self) -> Network:
        return self.makes(True)

    @cached_property
    def right(self) -> Network:
        return self.makes(False)

    @property
    def property(self) -> Property:
        return replace(self.promise, name=self.name)


def changed(machine: Actor, wrong: Change) -> Callable[[bool], Network]:
    """Our protocol with one machine more, which nobody heeds; and with a rule that heeds it."""

    def makes(is_wrong: bool) -> Network:
        actors = (*PROTOCOL.actors.values(), machine)
        events, faults = PROTOCOL.events.values(), PROTOCOL.faults.values()
        watching = build(actors, events, faults, PROTOCOL.at_start, PROTOCOL.known_ids)
        return wrong(watching) if is_wrong else watching

    return makes


# -- our protocol, where the writer counts --------------------------------------------------------------------------------


class Count(States):
    NONE = "none"
    ONE = "one"
    TWO = "two"


NEXT = {Count.NONE: Count.ONE, Count.ONE: Count.TWO}
_forgotten = ("backup_shutdown_returned", "host_loses_power")


def counter(name: str, events: tuple[str, ...], after_two: Count) -> Actor:
    """A machine of the host that counts events of a session, up to two."""
    found = Actor(name, Count, starts=Count.NONE, says="How many there have been in this session.")
    return found.table(
        *(on(one, source, NEXT.get(source, after_two)) for one in events for source in Count),
        *(on(end, Count.ONE | Count.TWO, Count.NONE) for end in _forgotten),
        stays(*_forgotten),
    )


# All that can fail a VM in a run without faults; the first two take one.
FAILURES = (
    "vm_cannot_be_saved", "vm_lacks_a_volume", "vm_needs_auto_recovery", "vm_no_longer_fits", "vm_is_gone",
)  # fmt: skip

notes_written = counter("notes_written", ("vm_saved",), Count.TWO)
failures_counted = counter("failures_counted", FAILURES, Count.NONE)


class Parity(States):
    EVEN = "even"
    ODD = "odd"


saved_parity = Actor("saved_parity", Parity, starts=Parity.EVEN, says="Whether an odd number of VMs has been saved.")
saved_parity.table(
    on("vm_saved", Parity.EVEN, Parity.ODD),
    on("vm_saved", Parity.ODD, Parity.EVEN),
    *(on(end, Parity.ODD, Parity.EVEN) for end in _forgotten),
    stays(*_forgotten),
)


def only_while(event_: str, when: Term) -> Callable[[tuple[Move, ...]], tuple[Move, ...]]:
    """The rows on an event fit only under one condition more."""
    return lambda rows: tuple(replace(row, when=row.when & when) if row.event == event_ else row for row in rows)


_two_kinds_noted = some(vm, note.is_(Note.RUNNING)) & some(vm, note.is_(Note.PAUSED))

nothing_failed_when_prepared = step(
    "PrepareForSnapshot succeeds only when no VM failed.",
    implies(happens("prepare_for_snapshot_succeeded"), every(vm, ~progress.is_(Progress.FAILED))),
    shows="BAK-13",
    witness=fired("prepare_for_snapshot_succeeded"),
)

OURS = (
    ThreeVms(
        "third-vm-not-noted",
        "The writer has room for two notes: the third VM is saved, and no state noted.",
        changed(
            notes_written,
            table("note", only_while("vm_saved", ~notes_written.is_(Count.TWO)), ignored("vm_saved")),
        ),
        back_in_prior_state,
        27,
    ),
    ThreeVms(
        "three-failures-are-none",
        "The writer counts failed VMs modulo three, and succeeds if the count is nought.",
        changed(
            failures_counted,
            guard("prepare_for_snapshot_succeeded", without=~one_failed, needs=failures_counted.is_(Count.NONE)),
        ),
        nothing_failed_when_prepared,
        11,
    ),
    ThreeVms(
        "odd-ones-left-saved",
        "PostSnapshot succeeds at once if an odd number of VMs was saved, some running and some paused.",
        changed(
            saved_parity,
            guard(
                "post_snapshot_succeeded",
                without=undone,
                needs=undone | saved_parity.is_(Parity.ODD) & _two_kinds_noted,
            ),
        ),
        no_vm_left_saved,
        25,
    ),
)

# -- small ones of their own ----------------------------------------------------------------------------------------------

ship = Sort("ship", of=HOST)


class Age(States):
    UNMARKED = "never marked"
    LATEST = "marked last"
    EARLIER = "another one has been marked since"
    OLD = "two others have been marked since"


class Post(States):
    BEHIND = "behind"
    LOOKOUT = "on the hill"
    RELAY = "in sight of the hill"
    REACHED = "in sight of the relay"


def _machine(name: str, states: type[States], start: SomeStates, of: Sort = ship) -> Actor:
    return Actor(name, states, of=of, starts=start, says="One machine.")


def _event(name: str, when: Term, *, of_all: bool = False) -> tuple[Event, ...]:
    return event(name, at=all_(ship) if of_all else ship, by="T-1", says="It happens.", when=when)


age = _machine("age", Age, Age.UNMARKED).table(
    on("marked", Age.UNMARKED, Age.LATEST),
    on("mark_ages", Age.LATEST, Age.EARLIER),
    on("mark_ages", Age.EARLIER, Age.OLD),
    stays("mark_ages"),
)
post = _machine("post", Post, Post.BEHIND).table(
    on("hill_climbed", Post.BEHIND, Post.LOOKOUT),
    on("relay_set", Post.BEHIND, Post.RELAY),
    on("far_side_reached", Post.BEHIND, Post.REACHED),
)


def marks(is_wrong: bool) -> Network:
    """Setting a mark ages all others: first all marks age, then one is set. The right one sets no third mark."""
    nobody = ~some(ship, age.is_(Age.LATEST))
    when = nobody if is_wrong else nobody & ~some(ship, age.is_(Age.OLD))
    return build([age], (*_event("marked", when), *_event("mark_ages", ~nobody, of_all=True)))


def chain(is_wrong: bool) -> Network:
    """One goes up the hill, another sees it, a third sees that one. The right one goes on only
    when nobody is on the hill any more, and nobody comes down."""
    lookout, relay = some(ship, post.is_(Post.LOOKOUT)), some(ship, post.is_(Post.RELAY))
    alone = every(ship, post.is_(Post.BEHIND))
    far = relay & lookout if is_wrong else relay & ~lookout
    return build(
        [post], (*_event("hill_climbed", alone), *_event("relay_set", lookout), *_event("far_side_reached", far))
    )


SMALL = (
    ThreeVms(
        "third-mark",
        "Each mark makes the earlier ones older, and a third is set while the first has been forgotten.",
        marks,
        always(
            "While one ship is marked, none has had two others marked after it.",
            ~(some(ship, age.is_(Age.LATEST)) & some(ship, age.is_(Age.OLD))),
            shows="T-1",
            witness=fired("marked"),
        ),
        5,
    ),
    ThreeVms(
        "seen-by-way-of-another",
        "A ship goes on since another is in sight, which is in sight of a third.",
        chain,
        always(
            "No ship reaches the far side.",
            every(ship, ~post.is_(Post.REACHED)),
            shows="T-1",
            witness=fired("hill_climbed"),
        ),
        3,
    ),
)

WRONG_FROM_THREE = (*OURS, *SMALL)
