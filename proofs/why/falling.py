"""Have solvers confirm the ranks of what must come in the end, as they are printed: no step of any number of VMs leads one back.

Asked of the rules of the protocol, not of the steps of the closed set that the ranks were read off; that the set is closed, they
confirm beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import z3

from model.notation.events import Event
from proofs.solvers.obligations import Confirming, Obligation, shown
from proofs.solvers.symbolic import Member
from proofs.views.proof import Closed
from proofs.why.ending import Ending, Rank
from properties.kinds import Ends

Now = Callable[[str], z3.ExprRef]
"""The state of a machine, by its name."""


class Falling(Confirming):
    """The obligations of a closed set, and that each step which the argument speaks of leads on in its ranks."""

    def __init__(self, closed: Closed, found: Ends, told: Ending) -> None:
        super().__init__(closed)
        self.found, self.told = found, told
        events = self.symbolic.compiled.events
        self.gone = {event.name for event in events if event.fault is not None or event.name in told.gone}

    def obligations(self) -> Iterator[Obligation]:
        yield from super().obligations()
        for event, member in self.steps():
            if event.name not in self.gone:
                yield self._of_host(event, member)
                yield from self._of_vms(event, member)

    def _of_host(self, event: Event, member: Member | None) -> Obligation:
        """A step of the event that moves the host, and leads none of its machines on."""
        symbolic, names = self.symbolic, self.symbolic.compiled.host_vars.names
        falls = self._falls(self.told.host, symbolic.host_now, symbolic.host_then)
        broken = z3.And(z3.Not(self._stays(names, symbolic.host_now, symbolic.host_then)), z3.Not(falls))
        formulas = (*self._step(event, member, [], [broken]), (("broken",), broken))
        return Obligation("rank", f"host: {shown(event, member)}", event.name, formulas)

    def _of_vms(self, event: Event, member: Member | None) -> Iterator[Obligation]:
        """A step that leaves the host where it is, short of rest, moves a VM, and leads none of its machines on."""
        symbolic, compiled = self.symbolic, self.symbolic.compiled
        mover = self.mover(event)
        if mover is None and not event.scope.all:
            return
        vm = self.anyone if mover is None else mover
        short_of_rest = symbolic.state(~self.found.rest)
        stays = self._stays(compiled.host_vars.names, symbolic.host_now, symbolic.host_then)

        def now(name: str) -> z3.ExprRef:
            return symbolic.vm_now(name, vm)

        def then(name: str) -> z3.ExprRef:
            return symbolic.vm_then(name, vm)

        moves = z3.Not(self._stays(compiled.vm_vars[0].names, now, then))
        for staying in self.told.vms:
            where = [symbolic.is_in(symbolic.host_now(n), symbolic.actor(n), [state]) for n, state in staying.where]
            falls = self._falls(staying.vm, now, then)
            broken = z3.And(stays, *where, short_of_rest, moves, z3.Not(falls))
            others = [vm] if mover is None else []
            formulas = (*self._step(event, member, others, [broken]), (("broken",), broken))
            yield Obligation("rank", f"vm: {shown(event, member)}", event.name, formulas)

    def _stays(self, names: Sequence[str], now: Now, then: Now) -> z3.BoolRef:
        return z3.And([now(name) == then(name) for name in names])

    def _falls(self, ranks: Sequence[Rank], now: Now, then: Now) -> z3.BoolRef:
        """That the first machine that moves goes on, those before it staying."""
        found = z3.BoolVal(False, self.symbolic.context)
        for rank in reversed(ranks):
            name, actor = rank.machine, self.symbolic.actor(rank.machine)
            on = [
                z3.And(
                    self.symbolic.is_in(now(name), actor, states),
                    self.symbolic.is_in(then(name), actor, [one for later in rank.states[i + 1 :] for one in later]),
                )
                for i, states in enumerate(rank.states)
            ]
            found = z3.Or(*on, z3.And(now(name) == then(name), found))
        return found
