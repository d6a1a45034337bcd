"""Small networks that end or do not, each misleading some known wrong algorithm; and what makes an endless run one.

One VM machine `work` with states A, B, C, D; perhaps a machine `host` with the same states. Written by hand, so that each
answer is plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from model.notation import (
    HOST,
    Actor,
    Event,
    Fault,
    Move,
    Network,
    Run,
    Shape,
    Sort,
    States,
    Term,
    all_,
    build,
    every,
    on,
    some,
    stays,
)
from model.notation import event as declared
from model.notation.terms import SomeStates
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from properties.kinds import Ends, ends, fired

vm = Sort("vm", of=HOST)
NO_PARTS = Shape({})


class At(States):
    A = "a"
    B = "b"
    C = "c"
    D = "d"


A, B, C, D = At.A, At.B, At.C, At.D


def work(*rows: Move | tuple[Move, ...], starts: SomeStates = A) -> Actor:
    return Actor("work", At, of=vm, starts=starts, says="What a VM is at.").table(*rows)


def host(*rows: Move | tuple[Move, ...]) -> Actor:
    return Actor("host", At, starts=A, says="What the host is at.").table(*rows)


def happens(
    name: str, *, at: object = vm, fair: bool = True, fault: str | None = None, when: Term | None = None
) -> Event:
    guard = {} if when is None else {"when": when}
    (found,) = declared(name, at=at, by="T-1", says="It happens.", fair=fair, fault=fault, **guard)  # type: ignore[arg-type]  # by name
    return found


def at(states: SomeStates, of: str = "work") -> Term:
    """Of a machine of this name in one of these states."""
    return Actor(of, At, of=HOST if of == "host" else vm, starts=A, says=".").is_(states)


DONE = every(vm, at(D))


@dataclass(frozen=True)
class Case:
    """A network and whether its runs end. misleads: the wrong algorithm, in words. repeats: if they do not, over how many steps
    the shortest goes round (0: it waits). by_views: whether views show that they end. vms: as many as it takes."""

    name: str
    misleads: str
    actors: tuple[Actor, ...]
    events: tuple[Event, ...]
    ends: bool
    rest: Term = DONE
    without: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    tolerated: bool = True
    repeats: int | None = None
    by_views: bool = False
    vms: int = 1

    @property
    def column(self) -> Column:
        return Column(frozenset(fault.name for fault in self.faults) if self.tolerated else frozenset())

    @property
    def property(self) -> Ends:
        """A witness that fires whatever is asked: something of what happens."""
        return ends(
            "It ends.", self.rest, without=self.without, shows="T-1", witness=fired(*(e.name for e in self.events))
        )


@cache
def network(case: Case) -> Network:
    return build(case.actors, case.events, case.faults)


SLIP = Fault("slip", "somewhere", "It slips.")
LULL = Fault("lull", "somewhere", "Nobody goes.", silences=frozenset({"go"}))
GO = happens("go")
MAY_GO = happens("go", fair=False)
TICK, TOCK = happens("tick"), happens("tock")
IDLY_TICK = happens("tick", fair=False)
ROUND = (on("tick", A, B), on("tock", B, A))
_mixed = some(vm, at(A)) & some(vm, at(B))

CASES = (
    Case("goes", "", (work(on("go", A, D)),), (GO,), ends=True, by_views=True),
    Case("nobody-need-go", "looks for circles only: overlooks who waits", (work(on("go", A, D)),), (MAY_GO,),
         ends=False, repeats=0),
    Case("half-way", "looks for circles only: overlooks who waits", (work(on("go", A, B), on("more", B, D)),),
         (GO, happens("more", fair=False)), ends=False, repeats=0),
    Case("idles", "looks for states without a step: an idle step hides that it waits",
         (work(on("tick", A, A), on("go", A, D)),), (IDLY_TICK, MAY_GO), ends=False, repeats=0),
    Case("stutters", "takes a step that changes nothing for progress", (work(on("tick", A, A), on("go", A, D)),),
         (TICK, MAY_GO), ends=False, repeats=1),
    Case("stutters-and-goes", "takes any circle for an endless run", (work(on("tick", A, A), on("go", A, D)),),
         (TICK, GO), ends=True, by_views=True),
    Case("turns", "looks for states that wait only", (work(*ROUND, on("go", B, D)),), (TICK, TOCK, MAY_GO),
         ends=False, repeats=2),
    Case("turns-beside-a-way-out", "looks into components without a way out only",
         (work(*ROUND, on("may", B, C), on("go", C, D)),), (TICK, TOCK, happens("may", fair=False), GO),
         ends=False, repeats=2),
    Case("way-out-half-of-the-time", "strong fairness where weak is meant", (work(*ROUND, on("go", A, D)),),
         (TICK, TOCK, GO), ends=False, repeats=2),
    Case("way-out-all-the-time", "takes any circle for an endless run", (work(*ROUND, on("go", A | B, D)),),
         (TICK, TOCK, GO), ends=True, by_views=True),
    Case("two-ways-out-in-turn", "judges what is possible by one state of a circle",
         (work(*ROUND, on("go", A, D), on("more", B, D)),), (TICK, TOCK, GO, happens("more")), ends=False, repeats=2),
    Case("eight", "prints a component as if it were a circle",
         (work(on("left", A, B), on("back", B | C, A), on("right", A, C), on("go", A | B, D), on("more", A | C, D)),),
         (happens("left"), happens("back"), happens("right"), GO, happens("more")), ends=False, repeats=4),
    Case("there-and-back", "looks for simple circles only, each of which is unfair",
         (work(*ROUND, on("on", B, C), on("back", C, B), on("go", A | B, D), on("more", B | C, D)),),
         (TICK, TOCK, happens("on"), happens("back"), GO, happens("more")), ends=False, repeats=6),
    Case("a-fault-brings-it-back", "lets faults happen without end", (work(on("slip", B, A), on("tick", A, B), on("go", B, D)),),
         (TICK, GO, happens("slip", fault="slip")), ends=True, faults=(SLIP,), by_views=True),
    Case("a-fault-is-the-way-out", "counts a fault as a way out", (work(on("tick", A, B), on("slip", B, D)),),
         (TICK, happens("slip", fault="slip")), ends=False, faults=(SLIP,), repeats=0),
    Case("a-fault-beside-a-step", "tells a fault in the place of the step that turns",
         (work(on("slip", A, B), *ROUND, on("go", B, D)),),
         (happens("slip", fault="slip"), TICK, TOCK, MAY_GO), ends=False, faults=(SLIP,), repeats=2),
    Case("a-fault-silences", "counts on what a fault silences", (work(on("go", A, D)), ), (GO,), ends=False,
         faults=(LULL,), repeats=0),
    Case("a-fault-that-is-not-tolerated", "", (work(on("go", A, D)), ), (GO,), ends=True, faults=(LULL,),
         tolerated=False, by_views=True),
    Case("begun-anew", "asks of each VM whether it rests now and then", (work(on("go", A, D), on("again", D, A)),),
         (GO, happens("again")), ends=False, repeats=4, vms=2),
    Case("one-is-enough", "asks of each VM whether it stays at rest", (work(on("go", A, D), on("again", D, A)),),
         (GO, happens("again")), ends=True, rest=some(vm, at(D))),
    Case("not-begun-anew", "", (work(on("tick", A, D), on("again", D, A)),), (TICK, happens("again")), ends=True,
         without=("again",), by_views=True),
    Case("without-the-way-out", "counts on what does not happen again", (work(on("go", A, D), on("tick", A, A)),),
         (GO, TICK), ends=False, without=("go",), repeats=1),
    Case("the-host-turns", "takes any circle for an endless run", (work(on("go", A, D)), host(*ROUND)),
         (GO, happens("tick", at=HOST), happens("tock", at=HOST)), ends=True),
    Case("the-host-turns-away", "strong fairness where weak is meant", (work(on("go", A, D)), host(*ROUND)),
         (happens("go", when=at(A, "host")), happens("tick", at=HOST), happens("tock", at=HOST)), ends=False, repeats=2),
    Case("the-host-waits-for-all", "counts on what the host could do if VMs were elsewhere",
         (work(on("go", A, D)), host(on("tick", A, D))), (MAY_GO, happens("tick", at=HOST, when=DONE)),
         ends=False, rest=at(D, "host"), repeats=0),
    Case("the-host-stutters", "takes a step that changes nothing for progress",
         (work(on("more", A, A)), host(on("tick", A, A), on("go", A, D))),
         (happens("tick", at=HOST), happens("go", at=HOST, fair=False), happens("more", fair=False)),
         ends=False, rest=at(D, "host"), repeats=1),
    Case("a-vm-stutters-while-the-host-waits", "takes a step that changes nothing for progress",
         (work(on("tick", A, A)), host(on("go", A, D))), (TICK, happens("go", at=HOST, fair=False)),
         ends=False, rest=at(D, "host"), repeats=1),
    Case("all-stutter-while-the-host-waits", "takes a step that changes nothing for progress",
         (work(on("tick", A, A), stays("tick")), host(on("go", A, D))),
         (happens("tick", at=all_(vm)), happens("go", at=HOST, fair=False)), ends=False, rest=at(D, "host"), repeats=1),
    Case("another-one-works", "fairness for each event, whichever VM it happens to",
         (work(on("go", A, D), on("go", B, C), on("back", C, B), starts=A | B),), (GO, happens("back")),
         ends=True, rest=every(vm, ~at(A)), by_views=True, vms=2),
    Case("changes-places", "fairness where VMs are kept sorted: who goes is not told apart",
         (work(on("go", A | B, D), on("tick", A, B), on("tick", B, A)),), (GO, IDLY_TICK), ends=True, by_views=True, vms=2),
    Case("the-turn-passes", "fairness where VMs are kept sorted: who goes is not told apart",
         (work(on("go", A, D), on("pass", A, B), on("pass", B, A), stays("pass"), starts=A | B),),
         (GO, happens("pass", at=all_(vm), when=_mixed)), ends=False, rest=~_mixed, repeats=2, vms=2),
)  # fmt: skip


ROUNDS = 24
"""After so many rounds machines that nobody heeds, and that a search left out, are back where they were as well."""


def assert_endless(made: Network, column: Column, asked: Ends, found: RunFound) -> None:
    """The run, executed by the machines: it comes back to where it turns, each VM for itself, passes no rest, meets no fault and
    nothing that does not happen again while it turns, and is unfair to no event of any VM."""
    assert found.loop is not None
    run = Run(made, found.shapes, found.starts, column.faults)
    for name, index in found.steps[: found.loop]:
        run.fire(name, index)
    assert not run.holds(asked.rest), "it waits, or begins to turn, at rest"
    begun, turning = [run.states()], found.steps[found.loop :]
    rounds = [[_possible(run, made)]]
    while run.states() not in begun[:-1]:
        assert len(begun) <= ROUNDS, "it does not come back"
        for name, index in turning:
            assert made.events[name].fault is None, f"the fault {name} happens for ever"
            assert name not in asked.without, f"{name} happens again"
            run.fire(name, index)
            assert not run.holds(asked.rest), "it turns by way of rest"
            rounds[-1].append(_possible(run, made))
        begun.append(run.states())
        rounds.append([])
    visited = [possible for one in rounds[begun.index(run.states()) :] for possible in one]
    silenced = {name for fault in column.faults for name in made.faults[fault].silences}
    fair = {one.name for one in made.events.values() if one.fair and one.fault is None} - silenced - set(asked.without)
    owed = {act for act in set.intersection(*visited) if act[0] in fair}
    assert not owed - set(turning), f"it is unfair to {sorted(owed - set(turning))}"


def _possible(run: Run, made: Network) -> set[tuple[str, tuple[int, ...]]]:
    return {
        (name, index)
        for name, one in made.events.items()
        for index in ([()] if one.scope.all else run.members(one.scope.sort))
        if run.why_not(name, index) is None
    }
