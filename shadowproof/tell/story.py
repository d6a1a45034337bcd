"""A run told as a story in lanes: what happened to the host and to each VM, and why it breaks (or shows) a property.

The run is executed again on the `transitions` machines, so nothing is told that the machines refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap

from model.notation import HOST, Network, Term
from model.notation.run import Index
from model.notation.terms import machines_of
from proofs.answers.verdict import HOLDS, REFUTED, RunFound, Verdict
from proofs.world.world import Column
from properties.kinds import Always, Ends, Independent, Possible, Property, Step, terms_of
from shadowproof.outside.spelling import many
from shadowproof.tell.allowed import missing
from shadowproof.tell.argument import Moment, Recorded, called, in_short, plain, whose
from shadowproof.tell.blocked import dead_ends
from shadowproof.tell.lanes import Line, in_lanes

WIDTH = 110
TELLING = ("power", "method", "child_snapshot", "image", "outcome", "cluster", "file_restore_status")
"""Machines of a VM whose changes are always told; of the others, those that the property reads, and failures."""

FAILURES = ("FAILED", "STUCK")


def story(
    found: RunFound | None,
    network: Network,
    property: Property,
    column: Column,
    verdict: Verdict,
    holds_when: Sequence[str] = (),
    spell: Callable[[str], str] = str,
    width: int = WIDTH,
) -> str:
    """The run as text, and the reason at its end.

    network: the one that the verdict is about, with its observers. found: None where there is no run to tell (a
    possibility that no run shows). holds_when: phrases that follow "Holds", such as "under reading READ-1=INSIDE". spell: how
    a sign is written that the page may lack. width: letters in a line.
    """
    title = f"{property.name}: {verdict.verdict} ({column.name})"
    if found is None:
        return (
            "\n".join(
                [*_paragraph(title, "  ", width), "", *_ending(_without_run(property, verdict), holds_when, width)]
            )
            + "\n"
        )
    recorded = Recorded(found, network, column)
    lines = _paragraph(title + f", a run of {size(found)}", "  ", width)
    lines += told(recorded, column, property, spell, width)
    return (
        "\n".join([*lines, "", *_ending(_reason(recorded, found, property, column, verdict), holds_when, width)]) + "\n"
    )


def told(
    recorded: Recorded,
    column: Column,
    property: Property | None = None,
    spell: Callable[[str], str] = str,
    width: int = WIDTH,
) -> list[str]:
    """The lines of a run: its circumstances, its start, and its steps in lanes. property: what it is told for; None: for its own
    sake, each step on a line."""
    lines = [*_circumstances(recorded, property, column, width), *_starts(recorded, property, width)]
    return [*lines, "", *in_lanes(lines_of(recorded, property), spell, width)]


def lines_of(recorded: Recorded, property: Property | None = None) -> list[Line]:
    """The steps of a run in lanes, below the names of the lanes. property: see `told`."""
    return [_heading(recorded), *_told(recorded, property)]


def size(found: RunFound) -> str:
    steps, vms = len(found.steps), len(found.shapes)
    return f"{steps} step{'' if steps == 1 else 's'} with {vms} VM{'' if vms == 1 else 's'}"


def _paragraph(text: str, indent: str = "", width: int = WIDTH) -> list[str]:
    return wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def _ending(reason: str, holds_when: Sequence[str], width: int) -> list[str]:
    held = [f"        Holds {'; '.join(holds_when)}."] if holds_when else []
    return [line for text in (reason, *held) for line in _paragraph(text, " " * 8, width)]


def _quoted(found: Property) -> str:
    return f'"{found.says}" ({" ".join(found.shows)})'


def _circumstances(recorded: Recorded, found: Property | None, column: Column, width: int) -> list[str]:
    """What the faults that matter in the run and the readings of the column mean."""
    network, happened = recorded.network, {name for name, _ in recorded.steps}
    told = [
        f"  fault {name}: {fault.says}"
        for name, fault in network.faults.items()
        if name in column.faults
        and (
            any(event.fault == name and event.name in happened for event in network.events.values())
            or (isinstance(found, Ends) and fault.silences)
        )
    ]
    for name, state in column.readings:
        actor = network.actors[name]
        told.append(f"  reading {name}: {actor.says.rstrip('?.')}: {actor.enum[state].value}")
    return [line for text in told for line in _paragraph(text, "    ", width)]


def _starts(recorded: Recorded, found: Property | None, width: int) -> list[str]:
    """The start of each VM: its power, and what differs from the usual and is read by the property or in the run."""
    network, states = recorded.network, recorded.states[0]
    read = {name for term in _terms(found) for name in machines_of(term)}
    for name, _ in recorded.steps:
        read |= machines_of(network.events[name].when)
        for actor in network.participants(name):
            read |= {machine for move in actor.moves if move.event == name for machine in machines_of(move.when)}
    lines = []
    for vm in recorded.members(network.replicated, ()):
        told = []
        for (machine, index), state in states.items():
            actor = network.actors[machine]
            unusual = machine in read and state != actor.starts[0]
            if index[:1] == vm and not actor.observer and unusual and machine != "power":
                part = f"{actor.sort} {index[1] + 1}'s " if len(index) > 1 else ""
                told.append(f"{part}{called(actor)} {in_short(actor, state)}")
        power = f" {plain(states['power', vm])}" if ("power", vm) in states else ""
        begins = f"  {whose(network, vm, network.replicated)} starts{power}"
        lines += _paragraph(f"{begins}{', with ' + ', '.join(told) if told else ''}", "    ", width)
    return lines


def _terms(found: Property | None) -> tuple[Term, ...]:
    return () if found is None else terms_of(found)


def _heading(recorded: Recorded) -> Line:
    vms = recorded.members(recorded.network.replicated, ())
    return Line(0, 0, ("host", *(whose(recorded.network, vm, recorded.network.replicated) for vm in vms)))


def _told(recorded: Recorded, found: Property | None) -> list[Line]:
    """A line a step; stretches that change only the host's bookkeeping are one line."""
    terms = [term for term in _terms(found)[:1] if not isinstance(found, Independent)]
    read = frozenset(name for term in terms for name in machines_of(term) if " " not in name)
    lines: list[Line] = []
    quiet: list[int] = []
    for number in range(1, len(recorded.steps) + 1):
        line = _step(recorded, number, read)
        if found is None or number == len(recorded.steps) or not _is_quiet(recorded, line, read):
            lines += [*_folded(recorded, quiet), line]
            quiet = []
        else:
            quiet.append(number)
    return lines


def _is_quiet(recorded: Recorded, line: Line, read: frozenset[str]) -> bool:
    """Nothing told but the event's name, by itself no fault and not the first: only the host's bookkeeping changed."""
    name, index = recorded.steps[line.first - 1]
    return line.first > 1 and not index and not any(line.lanes[1:]) and line.lanes[0] == name


def _folded(recorded: Recorded, quiet: Sequence[int]) -> list[Line]:
    if not quiet:
        return []
    names = [recorded.steps[number - 1][0] for number in quiet]
    told = ", ".join(names) if len(names) < 3 else f"{names[0]} … {names[-1]}"
    nothing = [""] * len(recorded.members(recorded.network.replicated, ()))
    return [Line(quiet[0], quiet[-1], (told, *nothing))]


def _step(recorded: Recorded, number: int, read: frozenset[str]) -> Line:
    network, (name, index) = recorded.network, recorded.steps[number - 1]
    event = network.events[name]
    lanes = []
    for lane in [(), *recorded.members(network.replicated, ())]:
        changes = _changes(recorded, number, lane, read)
        if index[:1] == lane:
            part = f" ({event.scope} {index[1] + 1})" if len(index) > 1 else ""
            marked = f"{name}{part}{' (fault)' if event.fault else ''}"
            changes = [change for change in changes if change != plain(name)]
            lanes.append(f"{marked}: {', '.join(changes)}" if changes else marked)
        else:
            lanes.append(", ".join(changes))
    return Line(number, number, tuple(lanes))


def _changes(recorded: Recorded, number: int, lane: Index, read: frozenset[str]) -> list[str]:
    """The telling changes of one lane: what the property reads, failures, and the machines that always tell."""
    before, now = recorded.states[number - 1], recorded.states[number]
    told = []
    for (machine, index), state in now.items():
        actor = recorded.network.actors[machine]
        mine = not index if not lane else index[:1] == lane
        if not mine or before[machine, index] == state:
            continue
        reset = state == actor.starts[0] and machine != "power"
        asked = machine in read and (actor.sort != HOST or not _bookkeeping(machine))
        if asked or state.startswith(FAILURES) or (machine in TELLING and not reset):
            part = f"{actor.sort} {index[1] + 1}'s " if len(index) > 1 else ""
            if machine == "power":
                told.append(f"{plain(before[machine, index])} → {plain(state)}")
            else:
                told.append(f"{part}{called(actor)} {in_short(actor, state)}")
    return told


def _bookkeeping(machine: str) -> bool:
    """How far the session has come: the events' names say it already."""
    return machine in {"requester", "vss", "doing", "returned"}


def _without_run(found: Property, verdict: Verdict) -> str:
    size = f" ({verdict.assurance}: {many(verdict.states, 'state')}, depth {verdict.depth})" if verdict.states else ""
    if isinstance(found, Possible) and verdict.verdict == REFUTED:
        return f"never: {_quoted(found)}: no run reaches it{size}."
    return f"{verdict.verdict}: {_quoted(found)}{': ' + verdict.reason if verdict.reason else ''}{size}."


def _reason(recorded: Recorded, run: RunFound, found: Property, column: Column, verdict: Verdict) -> str:
    """Why the run breaks the property, or how it shows that something is possible."""
    last = len(recorded.steps)
    reached, at_last = (
        isinstance(found, Possible) and verdict.verdict == HOLDS,
        Moment(recorded, last - 1, about_step=True),
    )
    match found:
        case Always(term=term):
            there = Moment(recorded, last)
            why = there.said(there.reasons(term))
        case Step(term=term) | Possible(term=term):
            why = _at_step(recorded, last) + at_last.said(at_last.reasons(term, value=reached))
        case Ends():
            why = _endless(recorded, run, found, column)
        case _:
            why = verdict.reason
    return f"{'reached' if reached else 'broken'}: {_quoted(found)}: {why}."


def _at_step(recorded: Recorded, number: int) -> str:
    name, index = recorded.steps[number - 1]
    event = recorded.network.events[name]
    return f"at step {number}, {name}{' of ' + whose(recorded.network, index, event.scope.sort) if index else ''}, "


def _endless(recorded: Recorded, run: RunFound, found: Ends, column: Column) -> str:
    """It waits: what could still happen, and why nobody need do it. It goes round: which steps repeat."""
    turn = len(run.steps) if run.loop is None else run.loop
    there = Moment(recorded, turn)
    missing = there.said(there.reasons(found.rest))
    if turn < len(run.steps):
        round_ = (
            f"steps {turn + 1} to {len(run.steps)} repeat" if len(run.steps) > turn + 1 else f"step {turn + 1} repeats"
        )
        return f"{round_} for ever; before that, {missing or 'it is at rest'}"
    network = recorded.network
    silenced = {name: fault for fault in sorted(column.faults) for name in network.faults[fault].silences}
    helps = []
    for name, index in recorded.run.enabled():
        event = network.events[name]
        if name not in found.without:
            of = f" of {whose(network, index, event.scope.sort)}" if index else ""
            why = f"{silenced[name]} lets it never come" if name in silenced else "nobody need do it"
            helps.append(f"{name}{of} is possible, but {'it is a fault' if event.fault else why}")
    for_good = all(network.events[name].fault or name in found.without for name, _ in recorded.run.enabled())
    lacking = _lacking(recorded, there, found) if for_good else []
    held_up = lacking + helps or _held_up(recorded, there, found)
    return f"after step {turn} it waits for ever: {missing}; {'; '.join(held_up) or 'no event is possible'}"


def _lacking(recorded: Recorded, there: Moment, found: Ends) -> list[str]:
    """What would have to be allowed for the run to go on to rest; where nothing by itself, whose table ends here."""
    waiting = _waiting(there, found)
    helping = [lack.said(there) for lack in missing(recorded, waiting, found)]
    return ["; or ".join(helping)] if helping else dead_ends(recorded, waiting, found.without)


def _waiting(there: Moment, found: Ends) -> list[tuple[str, Index]]:
    """The machines that are not at rest."""
    return [(reason.machine, reason.at) for reason in there.reasons(found.rest) if reason.machine]


def _held_up(recorded: Recorded, there: Moment, found: Ends) -> list[str]:
    """Nothing is possible: what keeps the machines of the host that wait from going on."""
    said = []
    for machine, at in _waiting(there, found):
        actor = recorded.network.actors[machine]
        for name in actor.events if not at else ():
            onward = [rule for rule in actor.rules(name, recorded.run.state(machine)) if rule.dest is not None]
            moves = any(rule.dest != recorded.run.state(machine) for rule in onward)
            if moves and recorded.network.events[name].fault is None:
                why = recorded.run.why_not(name)
                said += [f"{name} is not possible, as {why}"] if why else []
    return said
