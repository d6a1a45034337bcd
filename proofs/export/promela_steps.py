"""One event as Promela: a `d_step` with its guard, its assignments and what is asserted.

All machines are judged on the states before the event, but assignments happen one after the other. They are put in an order
in which nothing is written before it is read; where there is none, a copy is made first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from model.notation.terms import And, Every, In, Not, Or, Some, Term, machines_of, rebuilt, walk
from proofs.export.promela_checks import Check, checks, reads_before
from proofs.export.promela_events import Happening, Update
from proofs.export.promela_terms import ANY, OfOthers, Vocabulary, bare
from properties.kinds import Property

Machines = frozenset[str]
_NONE: Machines = frozenset()


def event_text(
    vocabulary: Vocabulary, name: str, happening: Happening, properties: Sequence[Property]
) -> Iterator[str]:
    """The event as an `inline` of this name."""
    found = list(checks(vocabulary, happening, properties))
    late = [one for one in found if not one.early]
    to_compare = happening.moved & _union(reads_before(one.term) for one in late if not one.of_states)
    moves, copied = _moves(vocabulary, happening)
    guard = [vocabulary.expression(term, ANY) for term in happening.guard] or ["true"]
    body = [
        *(line for one in found if one.early for line in _assertion(vocabulary, one, _NONE)),
        *_copies(vocabulary, happening, copied | to_compare),
        *moves,
        *(line for one in late for line in _assertion(vocabulary, one, _NONE if one.of_states else to_compare)),
    ]
    yield f"inline {name}({ANY if happening.of_one else ''}) {{"
    yield "  d_step {"
    yield f"    {' && '.join(guard)} ->"
    yield from (f"    {line}" for line in (body or ["skip"]))
    yield "  }"
    yield "}"


def _assertion(vocabulary: Vocabulary, check: Check, copies: Machines) -> Iterator[str]:
    yield f"assert({bare(vocabulary.expression(check.term, ANY, copies))}); /* {check.property} */"


def _copies(vocabulary: Vocabulary, happening: Happening, copied: Machines) -> Iterator[str]:
    for name in (one for one in vocabulary.variables if one in copied):
        everywhere = not happening.of_one and not vocabulary.variables[name].of_host
        for vm in vocabulary.vms if everywhere else [ANY]:
            yield f"{vocabulary.copy(name, vm)} = {vocabulary.value(name, vm)};"


def _moves(vocabulary: Vocabulary, happening: Happening) -> tuple[list[str], Machines]:
    """The assignments in an order that is right, and what has to be copied before them."""
    updates = {update.name: update for update in happening.updates}
    if not happening.event.scope.all:
        order, copied = in_order({name: (frozenset({name}), update.reads) for name, update in updates.items()})
        return [line for name in order for line in _assigned(vocabulary, updates[name], ANY, copied, happening)], copied
    host = {name: update for name, update in updates.items() if vocabulary.variables[name].of_host}
    own = {name: update for name, update in updates.items() if name not in host}
    of_vms = {vocabulary.array: (frozenset(own), _union(update.reads for update in own.values()))} if own else {}
    order, copied = in_order(of_vms | {name: (frozenset({name}), update.reads) for name, update in host.items()})
    inner, copied_of_vms = in_order({name: (frozenset({name}), update.reads) for name, update in own.items()})
    of_others = own.keys() & _union(quantified(when) for one in own.values() for when, _ in one.cases)
    copied |= copied_of_vms | of_others
    lines: list[str] = []
    for name in order:
        if name in host:
            lines += _assigned(vocabulary, host[name], ANY, copied, happening)
        else:
            lines += [
                line
                for vm in vocabulary.vms
                for one in inner
                for line in _assigned(vocabulary, own[one], vm, copied, happening)
            ]
    return lines, copied


def _assigned(vocabulary: Vocabulary, update: Update, vm: str, copied: Machines, happening: Happening) -> Iterator[str]:
    """One machine's move as statements."""
    target, constants = vocabulary.at(update.name, vm), vocabulary.variables[update.name].constants
    source = _taken_from(vocabulary, update, happening)
    if source is not None:
        yield f"{target} = {(vocabulary.copy if source in copied else vocabulary.value)(source, vm)};"
    elif update.for_sure:
        yield f"{target} = {constants[update.cases[0][1]]};"
    else:
        yield "if"
        for when, dest in update.cases:
            said = split(when) if happening.of_one and quantified(when) & copied else when
            yield f":: {bare(vocabulary.expression(said, vm, copied))} -> {target} = {constants[dest]}"
        yield ":: else"
        yield "fi;"


def _taken_from(vocabulary: Vocabulary, update: Update, happening: Happening) -> str | None:
    """The machine whose state this one takes over, if that is what the move comes to."""
    machines = update.reads
    if len(machines) != 1 or len(update.cases) < 2:
        return None
    (name,) = machines
    source, target = (list(vocabulary.variables[one].constants) for one in (name, update.name))
    each = {dest for when, dest in update.cases if when == In(name, frozenset({dest}))}
    whole = len(each) == len(update.cases) and each == happening.before[name]
    same = target[: len(source)] == source
    return name if whole and same and name != update.name else None


# -- order ------------------------------------------------------------------------------------------------------------


def in_order(steps: Mapping[str, tuple[Machines, Machines]]) -> tuple[list[str], Machines]:
    """An order in which nothing is written before all that read it have read it; and what has to be copied first, where there
    is no such order. steps: what each writes and reads. A step that writes several things is copied last of all."""
    left, order, copied = dict(steps), list[str](), set[str]()
    while left:
        free = [
            one
            for one, (writes, _) in left.items()
            if not any(writes & reads for other, (_, reads) in left.items() if other != one)
        ]
        one = free[0] if free else min(left, key=lambda name: len(left[name][0]))
        if not free:
            copied |= left[one][0]
        order.append(one)
        del left[one]
    return order, frozenset(copied)


def quantified(term: Term) -> Machines:
    """The machines that a term reads of every VM, or of some."""
    return _union(machines_of(part) for part in walk(term) if isinstance(part, (Every, Some)))


def split(term: Term) -> Term:
    """What is said of every VM, said of the VM of the event and of the others."""
    match term:
        case Every(_, body):
            return body & OfOthers(True, body)
        case Some(_, body):
            return body | OfOthers(False, body)
        case Not() | And() | Or():
            return rebuilt(term, split)
        case _:
            return term


def _union(sets: Collection[Machines] | Iterator[Machines]) -> Machines:
    return _NONE.union(*sets)
