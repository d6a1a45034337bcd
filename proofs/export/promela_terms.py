"""Terms as Promela expressions, over variables with the names of the machines and constants with those of their states."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from model.notation.terms import (
    HOST,
    After,
    And,
    Const,
    Every,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    all_of,
    every,
    rebuilt,
    some,
)
from model.notation.words import words
from proofs.world.compiled import Compiled
from proofs.world.world import fold

Member = tuple[Sort, int]
"""One part of a VM: the parts' sort, and its number."""

Reach = Mapping[str, frozenset[str]]
"""The states that machines can be in, by name (of a part: "name#j")."""

_WORDS = """
    active always assert atomic bit bool break byte chan d_step do else empty enabled equivalent eval eventually false
    fi for full get_priority goto hidden if implies in init inline int len local ltl mtype nempty never nfull notrace np_
    od of pc_value printf printm priority proctype provided release return run select set_priority short show skip
    stronguntil strong_until timeout trace true typedef unless unsigned until weakuntil weak_until xr xs
    auto case char const continue default define double enum extern float include long main now register signed sizeof
    static struct switch uchar uint ulong ushort union void volatile while i386 linux unix v one said VMS
"""
_RESERVED = frozenset(_WORDS.split())
"""Words of Promela, of C, into which SPIN translates, and of our own macros."""


LONGEST = 32
"""Letters of a machine's name at most: observers are called by all that they watch."""


class Names:
    """Identifiers, each given once."""

    def __init__(self) -> None:
        self._taken = set[str]()

    def new(self, *words_: str) -> str:
        """An identifier of these words, unlike all others."""
        plain = re.sub(r"\W+|_+", "_", "_".join(words_), flags=re.ASCII).strip("_") or "it"
        found = plain = f"_{plain}" if plain[0].isdigit() else plain
        number = 1
        while found in self._taken or found in _RESERVED:
            number += 1
            found = f"{plain}_{number}"
        self._taken.add(found)
        return found


@dataclass(frozen=True)
class Variable:
    """A machine as a variable, and its copy from before an event. constants: the name of each state that it can be in, numbered
    from 0 in this order."""

    name: str
    text: str
    copy: str
    of_host: bool
    says: str
    constants: Mapping[str, str]
    meaning: Mapping[str, str]

    @property
    def bits(self) -> int:
        return (len(self.constants) - 1).bit_length()

    def has_numbers_of(self, other: Variable) -> bool:
        """Whether equal numbers are states of one name in both, and states of one name equal numbers."""
        one = {name: number for number, name in enumerate(self.constants)}
        two = {name: number for number, name in enumerate(other.constants)}
        numbers = dict(enumerate(other.constants))
        return all(
            two.get(name, number) == number and numbers.get(number, name) == name for name, number in one.items()
        )


class Vocabulary:
    """The variables of a compiled slice with VMs of one shape, and how terms are said with them."""

    def __init__(self, compiled: Compiled, vms: int) -> None:
        if len(compiled.shapes) != 1:
            raise ValueError("VMs of several shapes are not exported: give one shape.")
        self.compiled, self.world = compiled, compiled.world
        self.sort = compiled.sort
        self.vms = [str(number) for number in range(vms)]
        self.names = Names()
        self.array = self.names.new(self.sort.name)
        self.record = self.names.new(self.sort.name.capitalize())
        self.every, self.some = self.names.new("every", self.sort.name), self.names.new("some", self.sort.name)
        self.every_other, self.some_other = self.names.new("every_other"), self.names.new("some_other")
        self.reach = self._reachable()
        self.variables = {name: self._variable(name) for name, states in self.reach.items() if len(states) > 1}
        self.bodies: dict[str, tuple[str, str]] = {}
        """What is said of every VM, or of some: the name and the words of each expression."""
        self.copied, self.read = set[str](), set[str]()
        """Machines of which an event keeps a copy from before it, and machines that are read at all."""

    def _reachable(self) -> dict[str, frozenset[str]]:
        """The states that machines can be in: what no event of the slice moves stays where it starts."""
        compiled, world, vars_ = self.compiled, self.world, self.compiled.vm_vars[0]
        starts = [vars_.decode(compiled.locals[start][1]) for start in compiled.starts]
        found = {name: world.reach[name] for name in compiled.host_vars.names}
        for name, actor in zip(vars_.names, vars_.actors, strict=True):
            known = [event.name for event in compiled.events if event.name in actor.machine.events]
            moves = any(world.moves(actor, event) for event in known)
            found[name] = world.reach[actor.name] if moves else frozenset(start[name] for start in starts)
        return found

    def _variable(self, name: str) -> Variable:
        actor = self.world.network.actors[name.split("#", maxsplit=1)[0]]
        states = [state for state in actor.states if state in self.reach[name]]
        text = self.names.new(name.replace("#", "_")[:LONGEST])
        meaning = {state: str(actor.enum[state].value) for state in states}
        constants = {state: self.names.new(text, state) for state in states}
        return Variable(name, text, self.names.new(text, "before"), actor.sort == HOST, actor.says, constants, meaning)

    def at(self, name: str, vm: str) -> str:
        """A machine's variable, to be written to. vm: the index of the VM."""
        variable = self.variables[name]
        return variable.text if variable.of_host else f"{self.array}[{vm}].{variable.text}"

    def value(self, name: str, vm: str) -> str:
        """A machine's variable, to be read."""
        self.read.add(name)
        return self.at(name, vm)

    def copy(self, name: str, vm: str) -> str:
        """The copy of a machine's variable from before an event."""
        self.copied.add(name)
        variable = self.variables[name]
        return variable.copy if variable.of_host else f"{variable.copy}[{vm}]"

    # -- terms --------------------------------------------------------------------------------------------------------

    def said(self, term: Term, part: Member | None = None) -> Term:
        """A term said of the whole network, or of one VM (and one part of it): written out for the parts, and folded."""
        return self._finished(self.compiled.expand_in(fold(term, self.world.reach), 0, part))

    def _finished(self, term: Term) -> Term:
        match term:
            case Every(sort, body) if sort == self.sort:
                return every(sort, self.said(body))
            case Some(sort, body) if sort == self.sort:
                return some(sort, self.said(body))
            case Not() | And() | Or():
                return rebuilt(term, self._finished)
            case After(body):
                return _after(self._finished(body))
            case Unchanged(name) if name in self.compiled.part_of:
                own = [one for one in self.reach if one.split("#", maxsplit=1)[0] == name]
                return all_of(*(settle(Unchanged(one), self.reach) for one in own))
            case _:
                return settle(term, self.reach)

    def expression(self, term: Term, vm: str, copies: Collection[str] = (), *, later: bool = False) -> str:
        """A term (see `said`) as an expression. vm: the index of the VM that it is said of. copies: what is not read where
        it stands but from its copy of before the event. later: it speaks of the states after the event."""
        match term:
            case Const(value):
                return "true" if value else "false"
            case In(name, states):
                return self._is_in(name, states, self._read(name, vm, copies, later))
            case Not(In(name, states)):
                return self._is_in(name, self.reach[name] - states, self._read(name, vm, copies, later))
            case Same(left, right):
                return self._same(left, right, [self._read(name, vm, copies, later) for name in (left, right)])
            case Unchanged(name):
                return f"({self.value(name, vm)} == {self.copy(name, vm)})"
            case Not(After(body)):
                return self.expression(~body, vm, copies, later=True)
            case Not(body):
                return f"!({bare(self.expression(body, vm, copies, later=later))})"
            case And(parts) | Or(parts):
                joined = " && " if isinstance(term, And) else " || "
                return f"({joined.join(self.expression(part, vm, copies, later=later) for part in parts)})"
            case After(body):
                return self.expression(body, vm, copies, later=True)
            case Every(_, body) | Some(_, body):
                body_of = self._body(body, copies, later=later)
                return f"{self.every if isinstance(term, Every) else self.some}({body_of})"
            case OfOthers(every_one, body):
                body_of = self._body(body, [name for name in copies if self.variables[name].of_host], later=later)
                return f"{self.every_other if every_one else self.some_other}({vm}, {body_of})"
        raise TypeError(f"cannot say {term} in Promela")

    def _read(self, name: str, vm: str, copies: Collection[str], later: bool) -> str:
        return self.copy(name, vm) if name in copies and not later else self.value(name, vm)

    def _is_in(self, name: str, states: frozenset[str], text: str) -> str:
        constants = self.variables[name].constants
        inside = [constant for state, constant in constants.items() if state in states]
        outside = [constant for state, constant in constants.items() if state not in states]
        if len(outside) < len(inside):
            return _joined([f"{text} != {constant}" for constant in outside], " && ")
        return _joined([f"{text} == {constant}" for constant in inside], " || ")

    def _same(self, left: str, right: str, texts: list[str]) -> str:
        one, two = self.variables[left], self.variables[right]
        if one.has_numbers_of(two):
            return f"{texts[0]} == {texts[1]}"
        shared = [state for state in one.constants if state in two.constants]
        pairs = [f"({texts[0]} == {one.constants[s]} && {texts[1]} == {two.constants[s]})" for s in shared]
        return _joined(pairs, " || ")

    def _body(self, body: Term, copies: Collection[str], *, later: bool) -> str:
        """The name of what is said of every VM, or of some."""
        text = self.expression(body, ANY, copies, later=later)
        if text not in self.bodies:
            name = self.names.new("said", str(len(self.bodies) + 1))
            self.bodies[text] = (name, words(body))
        return self.bodies[text][0]


ANY = "v"
"""The VM that a macro or an event is about, in the text."""


@dataclass(frozen=True)
class OfOthers(Term):
    """The body, said of each VM other than that of the event (or of one of them at least)."""

    every: bool
    body: Term


def settle(term: Term, known: Reach) -> Term:
    """The term with everything decided that is known of the host and of the VM in question; what is said of every VM, or of
    some, is left as it is."""
    match term:
        case Every() | Some() | OfOthers():
            return term
        case Not() | And() | Or():
            return rebuilt(term, lambda part: settle(part, known))
        case _:
            return fold(term, known)


def _after(term: Term) -> Term:
    return term if isinstance(term, Const) else After(term)


def _joined(parts: list[str], joined: str) -> str:
    return f"({joined.join(parts)})" if len(parts) > 1 else parts[0]


def bare(text: str) -> str:
    """An expression without the brackets around all of it."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:-1] if i == len(text) - 1 and i else text
    return text
