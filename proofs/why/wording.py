"""A reason, told: clauses in words and as formulas, with the events that keep them; plain data that can be kept and printed."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.notation.network import Network
from model.notation.terms import And
from model.notation.words import words
from proofs.answers.memory import key_of
from proofs.solvers.clauses import Clause, HostOrder, IfThen, if_then
from proofs.solvers.obligations import Confirming
from proofs.solvers.solvers import SOLVERS, ask
from proofs.solvers.symbolic import Symbolic
from proofs.views.proof import Closed
from proofs.why.argue import closed_for
from proofs.why.confirmed import confirmed_by
from proofs.why.kept import kept
from proofs.why.reasons import Reason, Use, reason
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.kinds import Property


@dataclass(frozen=True)
class Needed:
    """What one obligation takes. event: "" if it is about states. clauses: by number, from 1; 0 is the order of the host.
    rules: in words."""

    event: str
    clauses: tuple[int, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One clause. words: in English; formula: what the machines are never in together; kept: what keeps it."""

    words: str
    formula: str
    kept: tuple[Needed, ...]


@dataclass(frozen=True)
class Told:
    """Why a property holds for any number of VMs. host: the machines of the host, and how many states they have together
    (0: their order is not needed). confirmed: for each solver, the obligations that it confirms: of the closed set, and of
    the argument. seconds: to find it."""

    property: str
    column: str
    host: tuple[str, ...]
    hosts: int
    clauses: tuple[Said, ...]
    follows: tuple[Needed, ...]
    views: int
    tried: int
    checks: int
    confirmed: tuple[str, ...]
    seconds: float

    @builtins.property
    def rules(self) -> tuple[tuple[str, str], ...]:
        """Every rule that is needed: the event, and the rule in words."""
        every = [*self.follows, *(needed for clause in self.clauses for needed in clause.kept)]
        return tuple(dict.fromkeys((needed.event, rule) for needed in every for rule in needed.rules))


def told(network: Network, column: Column, found: Property, *, seconds: float = 60.0) -> tuple[Told, bool]:
    """The reason for a property in a column, and whether it comes from the cache. Raises NoReason."""
    in_network, asked = as_asked(found, network)
    closed = closed_for(in_network, column, asked)
    return kept(key_of("reason", closed.group, seconds), Told, lambda: _told(closed, seconds))


def _told(closed: Closed, seconds: float) -> Told:
    (asked,) = closed.members
    made = reason(closed, asked, seconds=seconds)
    argued = Confirming(closed, argument=made.clauses)
    confirmed = [
        _confirmed(Confirming(closed), f"the closed set of {len(closed.views):,} views"),
        _confirmed(argued, "the argument"),
    ]
    symbolic = argued.symbolic
    order = next((one for one in made.clauses if isinstance(one, HostOrder)), None)
    numbers = _numbers(made)
    clauses = tuple(
        Said(
            clause_in_words(if_then(clause, symbolic)),
            " & ".join(f"{name} in {{{', '.join(sorted(states))}}}" for name, states in clause.never),
            tuple(_needed(use, numbers, symbolic) for use in made.of(number)),
        )
        for number, clause in enumerate(made.clauses)
        if isinstance(clause, Clause)
    )
    return Told(
        made.property,
        made.column,
        tuple(sorted(order.machines)) if order else (),
        order.hosts if order else 0,
        clauses,
        tuple(_needed(use, numbers, symbolic) for use in made.of(None)),
        made.views,
        made.tried,
        made.checks,
        tuple(confirmed),
        round(made.seconds, 1),
    )


def _confirmed(confirming: Confirming, of: str) -> str:
    each = confirmed_by(ask(confirming, SOLVERS), of)
    return f"{of}: {each[0][1]} obligations, confirmed by {' and '.join(solver for solver, _ in each)}"


def _numbers(made: Reason) -> dict[int, int]:
    """The number that each clause is printed with: from 1; 0 is the order of the host."""
    of_clauses = [number for number, clause in enumerate(made.clauses) if isinstance(clause, Clause)]
    return {number: of_clauses.index(number) + 1 if number in of_clauses else 0 for number in range(len(made.clauses))}


def _needed(use: Use, numbers: dict[int, int], symbolic: Symbolic) -> Needed:
    rules = tuple(dict.fromkeys(text for rule in use.rules if (text := rule_in_words(rule, symbolic))))
    return Needed(use.event, tuple(sorted(numbers[number] for number in use.clauses)), rules)


def clause_in_words(found: IfThen) -> str:
    """A clause in words: for whom, if what, then what."""
    of = "".join(
        f"{'for ' if i == 0 else ''}every {sort}{': ' if i == len(found.of) - 1 else ', '}"
        for i, sort in enumerate(found.of)
    )
    if not found.premises:
        return f"{of}{words(found.conclusion)}"
    return f"{of}if {' and '.join(map(words, found.premises))}, then {words(found.conclusion)}"


def rule_in_words(rule: Sequence[str], symbolic: Symbolic) -> str:
    """A rule of the protocol that a formula stems from, in words; "" for what only says that something stays as it is."""
    kind, event, which = rule
    world = symbolic.world
    if kind == "when":
        term = world.when[event]
        return "needs that " + words((term.parts if isinstance(term, And) else (term,))[int(which)])
    actor = world.network.actors[which.split("#")[0]] if kind in {"takes part", "moves"} else None
    if actor is None:
        return ""
    rows = {s: rows for s, rows in world.rules(actor, event).items() if rows}
    name = actor.name.replace("_", " ")
    if kind == "takes part":
        return f"happens only where {name} is {_either(rows)}"
    to = {rule.dest for rules in rows.values() for rule in rules if rule.dest is not None}
    return f"moves {name} to {_either(to)}" if to else f"leaves {name} alone"


def _either(states: Iterable[str]) -> str:
    names = sorted(state.lower().replace("_", " ") for state in states)
    return " or ".join(names) if len(names) < 6 else f"one of {len(names)} states"
