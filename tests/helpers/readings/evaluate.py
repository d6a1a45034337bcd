"""The meaning of a term over states and steps, written down once more and apart from every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.notation import HOST, Network, Shape, Sort, Term
from model.notation.run import Index
from model.notation.terms import After, And, Const, Every, Happens, In, Not, Or, Same, Some, Unchanged

States = Mapping[tuple[str, Index], str]


@dataclass(frozen=True)
class Moment:
    """A step: the states before and after it, its event and the member it happens to. (A state: nothing happens.)"""

    network: Network
    shapes: Sequence[Shape]
    before: States
    after: States
    event: str = ""
    at: Index = ()

    def members(self, sort: Sort, of: Index) -> list[Index]:
        if sort == self.network.replicated:
            return [(i,) for i in range(len(self.shapes))]
        return [(of[0], j) for j in range(self.shapes[of[0]].parts.get(sort.name, 0))]

    def machines(self, name: str, member: Index) -> list[tuple[str, Index]]:
        """The machines of this name that belong to a member: for a machine of its parts one each."""
        sort = self.network.actors[name].sort
        if sort == HOST:
            return [(name, ())]
        if sort == self.network.replicated:
            return [(name, member[:1])]
        return [(name, member)] if len(member) == 2 else [(name, part) for part in self.members(sort, member)]

    def holds(self, term: Term, member: Index = (), *, later: bool = False) -> bool:
        states = self.after if later else self.before

        def state(name: str) -> str:
            (machine,) = self.machines(name, member)
            return states[machine]

        match term:
            case Const(value):
                return value
            case In(name, wanted):
                return state(name) in wanted
            case Same(left, right):
                return state(left) == state(right)
            case Not(body):
                return not self.holds(body, member, later=later)
            case And(parts):
                return all(self.holds(part, member, later=later) for part in parts)
            case Or(parts):
                return any(self.holds(part, member, later=later) for part in parts)
            case Every(sort, body):
                return all(self.holds(body, one, later=later) for one in self.members(sort, member))
            case Some(sort, body):
                return any(self.holds(body, one, later=later) for one in self.members(sort, member))
            case After(body):
                return self.holds(body, member, later=True)
            case Unchanged(name):
                return all(self.before[machine] == self.after[machine] for machine in self.machines(name, member))
            case Happens(events):
                return self.event in events and (not member or not self.at or self.at[:1] == member[:1])
        raise TypeError(term)
