"""What a compiled term is evaluated on, and a machine's part in an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.terms import HOST, Const, Sort
from proofs.variables import States

if TYPE_CHECKING:
    from proofs.compile import Compiled


@dataclass(frozen=True)
class Step:
    """What a term is evaluated on: host and VM states before and after, the VM's form, quantified bits before, after
    and of the step, the event, and whether the event happens to the VM in question."""

    host: States
    vm: States
    form: int
    bits: int = 0
    host2: States = ()
    vm2: States = ()
    bits2: int = 0
    step_bits: int = 0
    event: str = ""
    here: bool = True


Test = Callable[[Step], bool]


class Table:
    """One machine's part in one event: for each of its states, the guarded moves."""

    def __init__(
        self, compiled: Compiled, actor: Actor, name: str, event: Event, form: int | None, part: tuple[Sort, int] | None
    ) -> None:
        self.of_host = actor.sort == HOST
        vars_ = compiled.host_vars if self.of_host else compiled.vm_vars[form or 0]
        self.at = vars_.at[name]
        own = part
        if not self.of_host and "#" in name:
            own = (actor.sort, int(name.split("#")[1]))
        self.rows: dict[int, list[tuple[Test | None, int | None]]] = {}
        for state, rules in compiled.world.rules(actor, event.name).items():
            k = vars_.number[name][state]
            self.rows[k] = [
                (
                    None
                    if rule.when == Const(True)
                    else compiled.test(rule.when if form is None else compiled.expand_in(rule.when, form, own), form),
                    None if rule.dest is None else vars_.number[name][rule.dest],
                )
                for rule in rules
            ]

    def knows(self, states: States) -> bool:
        """Whether there is any row for the state the machine is in."""
        return bool(self.rows.get(states[self.at]))

    def move(self, step: Step, target: list[int]) -> bool:
        """Move this machine in `target`; False if it blocks."""
        for when, dest in self.rows.get(target[self.at], ()):
            if when is None or when(step):
                if dest is not None:
                    target[self.at] = dest
                return True
        return False
