"""`shadowproof why`: the argument for a property as the table it is: phases down the side, what a VM can be across."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from model.notation import States
from model.notation.network import Network
from model.notation.words import words
from model.phases import PHASES, phase_of
from proofs.why.tables.table import PAIR, SAME, Cells, Line, Row, Table
from proofs.why.tell import in_english, is_in, named, plainly, told_of
from properties.kinds import Always, Property, Step

WIDTH = 116
_EVENTS = 4
"""Events that are named in one line; --depth all names every one."""


def why(found: Property, table: Table, network: Network, *, cached: bool, depth: int = 2) -> Iterator[str]:
    """The argument, line by line. depth: 1 is the table, with what leads on under a condition; 2 says also what else leads on, what keeps
    the promise, and what the words mean; 3 says all."""
    phases = in_phases(table)
    yield f"{found.name}: holds for any number of VMs, disks and adapters ({table.column})"
    yield from wrapped(f'"{found.says}" ({" ".join(found.shows)})', "  ")
    yield ""
    yield from _looked_at(table, phases)
    yield ""
    yield from _throughout(table, depth)
    for number, row in enumerate(table.rows, 1):
        yield from _phase(number, row, table, phases[number - 1])
        yield from _cells(row, table)
        if depth > 2:
            for line in row.lines:
                yield from _line(line, number)
        elif depth > 1:
            yield from _in_short(row, number, table)
        else:
            yield from _conditions(row, number, table)
    yield ""
    yield from wrapped(_closing(found, table, network), "")
    if depth > 1:
        yield from _meanings(found, table, network)
    yield from wrapped(_confirmed(table), "")
    if more := _more(depth):
        yield more
    yield f"Found in {table.seconds:.1f} s of computing{'; from the cache' if cached else ''}."


def _looked_at(table: Table, phases: Sequence[str]) -> Iterator[str]:
    vms = [named(name) for name in table.vms if PAIR not in name]
    what = [f"{listed([named(name) for name in table.hosts])} of the host"] if table.hosts else []
    what += [f"{listed(vms)} of a VM"] if vms else []
    free = len(table.free)
    left = f"; {free} other machines matter nothing to it, and may do what they like" if free else ""
    part = " (in part: another row has it too)" if any("part " in phase for phase in phases) else ""
    rows = (
        f" Down the side are the phases of a session{part}, below each what a VM can be in it."
        if len(table.rows) > 1
        else ""
    )
    yield from wrapped(f"It is enough to look at {' and at '.join(what) or 'nothing at all'}{left}.{rows}", "")


def _meanings(found: Property, table: Table, network: Network) -> Iterator[str]:
    """What the machines that are looked at are, so that nobody has to look them up."""
    yield "The words:"
    for name in (*table.hosts, *table.vms):
        if PAIR not in name:
            yield from wrapped(_meaning(name, found, table, network), "  ")


def _meaning(name: str, found: Property, table: Table, network: Network) -> str:
    """What a machine is, and what the states of a VM that the table names mean."""
    own = name.split("#", maxsplit=1)[0]
    actor = next((one for one in (*network.actors.values(), *found.observers) if one.name == own), None)
    if actor is None:
        return named(name)
    told = dict.fromkeys(state for state in _told_states(name, table) if state in actor.enum.__members__)
    states = "".join(f" {named(s).capitalize()}: {actor.enum[s].value}." for s in told if _says_more(actor.enum[s]))
    since = f" since {name.split(' since ', maxsplit=1)[1]}" if " since " in name else ""
    return f"{named(name)}: {actor.says[:1].lower()}{actor.says[1:].rstrip('.')}{since}.{states}"


def _says_more(state: States) -> bool:
    """Whether a state has a meaning in words, that is not its name."""
    return isinstance(state.value, str) and state.value.lower() != named(state.name)


def _told_states(name: str, table: Table) -> Iterator[str]:
    """The states of a VM's machine that are named in the table."""
    if name not in table.vms:
        return
    place, every = table.vms.index(name), _vm_states(table)[name]
    cells = [*(box[place] for row in table.rows for box in row.vms), *(box[place] for box in table.never)]
    yield from told_of(table.throughout[place], table.states[place])
    for cell in cells:
        yield from told_of(cell, every)


def in_phases(table: Table) -> list[str]:
    """For each row the phases of a session, as the document names its events: first those that are in no other row."""
    if len(table.rows) < 2:
        return [""] * len(table.rows)
    rows: list[set[str]] = [set() for _ in table.rows]
    for host in table.order:
        known = dict(zip(table.hosts, host, strict=True))
        rows[_row_of(host, table)].add(phase_of(known))
    if all("" in row for row in rows):
        return [""] * len(rows)
    return [_told_phases(row, [other for other in rows if other is not row], set().union(*rows)) for row in rows]


def _row_of(host: Sequence[str], table: Table) -> int:
    """The row that a state of the host is in; the one that is said to be all the rest if it is in no other."""
    rest = next((number for number, row in enumerate(table.rows) if not row.hosts), 0)
    return next(
        (
            number
            for number, row in enumerate(table.rows)
            if any(all(s in cell or not cell for s, cell in zip(host, box, strict=True)) for box in row.hosts)
        ),
        rest,
    )


def _told_phases(row: set[str], others: Sequence[set[str]], every: set[str]) -> str:
    order = [name for name in PHASES if name in every]
    shared = set[str]().union(*others)
    whole, part = ([name for name in order if name in row and (name in shared) == also] for also in (False, True))
    said = [_ranges(whole, order)] if whole else []
    said += [f"{'in part ' if whole else 'part of '}{_ranges(part, order)}"] if part else []
    return ", and ".join(said)


def _ranges(names: Sequence[str], order: Sequence[str]) -> str:
    """Names, those that follow one another told from the first to the last."""
    groups: list[list[str]] = []
    for name in names:
        if groups and order.index(name) == order.index(groups[-1][-1]) + 1:
            groups[-1].append(name)
        else:
            groups.append([name])
    return listed([part for one in groups for part in ([f"{one[0]} to {one[-1]}"] if len(one) > 2 else one)])


def _phase(number: int, row: Row, table: Table, phases: str) -> Iterator[str]:
    begins = (
        f"from {listed(row.begins[:_EVENTS])}" if row.begins and number > 1 else "from the start" if number == 1 else ""
    )
    if number == 1 and row.begins:
        begins += f", and again from {listed(row.begins[:_EVENTS])}"
    if not table.hosts or len(table.rows) == 1:
        place = "at all times"
    elif not row.hosts:
        place = "at all other times"
    else:
        occurring = {name: table.occurring(i) for i, name in enumerate(table.hosts)}
        place = "; or ".join(_so(table.hosts, box, occurring) for box in row.hosts)
    yield from wrapped(": ".join(filter(None, [begins, phases or place])), f"{number:>2}  ")
    if phases:
        yield from wrapped(f"that is, {place}", "      ")


def _cells(row: Row, table: Table) -> Iterator[str]:
    found = [_so(table.vms, box, _vm_states(table)) for box in row.vms]
    if found == [""]:
        common = " that 0 allows" if table.never or any(table.throughout) else ""
        yield from wrapped(f"a VM may be in any state{common}", "      ")
        return
    for i, text in enumerate(found):
        yield from wrapped(f"{'or' if i else 'every VM:' if len(found) == 1 else 'every VM, either:'} {text}", "      ")


def _vm_states(table: Table) -> dict[str, Sequence[str]]:
    """The states that rows name or do not, as far as that is known of a table."""
    found: dict[str, Sequence[str]] = {}
    for name, cell, states in zip(table.vms, table.throughout, table.states, strict=True):
        found[name] = cell or states
    return found


def _so(
    names: Sequence[str], cells: Sequence[Sequence[str]], reach: Mapping[str, Sequence[str]], joined: str = ", and "
) -> str:
    """What machines are, in words; those that may be anything are left out."""
    return joined.join(_is(name, states, reach[name]) for name, states in zip(names, cells, strict=True) if states)


def _is(name: str, states: Sequence[str], every: Sequence[str]) -> str:
    if PAIR in name:
        one, two = map(named, name.split(PAIR))
        return f"{one} {'the same as' if tuple(states) == SAME[:1] else 'differs from'} {two}"
    return f"{named(name)} {is_in(states, every)}"


def _conditions(row: Row, number: int, table: Table) -> Iterator[str]:
    """What leads on under a condition: what the promise hangs on."""
    for line in _alike([line for line in row.lines if not line.order], table):
        if line.needs and any(to != number for to in line.to):
            yield from _line(line, number, most=_EVENTS)


def _in_short(row: Row, number: int, table: Table) -> Iterator[str]:
    """What leads on, and what the promise hangs on; what cannot happen in this phase in one sentence."""
    told = [line for line in row.lines if not line.order]
    never = _never(table)
    for line in _alike(told, table):
        stays = set(line.to) == {number} and not line.needs and not line.makes
        if line.to and not stays:
            yield from _line(line, number, most=_EVENTS)
    barred: dict[str, list[str]] = {}
    for line in told:
        if not line.to and line.needs and (events := [one for one in line.events if one not in never]):
            barred.setdefault(only_where(line.needs), []).extend(events)
    if barred:
        each = [f"{listed(events)} ({needs})" for needs, events in barred.items()]
        yield from wrapped(f"not here: {'; '.join(each)}", "      - ")


def _never(table: Table) -> dict[str, str]:
    """The events that can happen in no phase, each with what they would take."""
    found: dict[str, str] = {}
    at: dict[str, list[Line]] = {}
    for row in table.rows:
        for line in row.lines:
            for one in line.events:
                at.setdefault(one, []).append(line)
    for event, lines in at.items():
        if len(lines) == len(table.rows) > 1 and not any(line.to or line.order for line in lines):
            found[event] = min((only_where(line.needs) for line in lines), key=len)
    return found


def _alike(lines: Sequence[Line], table: Table) -> list[Line]:
    """Lines of events that change two machines alike which the promise compares are told as one."""
    pairs = [tuple(named(one) for one in name.split(PAIR)) for name in table.vms if PAIR in name]

    def changes(line: Line) -> str:
        for one, two in pairs:
            if sum(text.startswith((f"{one} becomes", f"{two} becomes")) for text in line.makes) > 1:
                return f"{one} and {two} change alike"
        return ""

    found: dict[object, Line] = {}
    for line in lines:
        told = replace(line, needs=(), makes=(said,)) if (said := changes(line)) else line
        key = (told.to, told.needs, told.makes)
        if key in found:
            old = found[key]
            told = replace(told, events=(*old.events, *told.events), by=tuple(dict.fromkeys((*old.by, *told.by))))
        found[key] = told
    return list(found.values())


def _line(line: Line, number: int, *, most: int | None = None) -> Iterator[str]:
    """Some events, where they lead, and why that keeps the promise."""
    shown = line.events[:most]
    more = len(line.events) - len(shown)
    events = ", ".join(shown) + (f" and {more} more" if more else "")
    by = f" ({' '.join(line.by[:most])})"
    needs = only_where(line.needs)
    makes = f"; {', '.join(line.makes)}" if line.makes else ""
    if not line.to:
        said = f"not here, {needs}" if needs else f"makes no difference{makes}"
    else:
        other = [str(to) for to in line.to if to != number]
        leads = f"leads to {' or '.join(other)}" if other else ""
        said = " or ".join(filter(None, ["stays" if number in line.to else "", leads]))
        said += f", {needs}" if needs else ""
        said += makes
    yield from wrapped(f"{events}: {said}{by}", "      - ")


def _throughout(table: Table, depth: int) -> Iterator[str]:
    """What is so at all times, on which the phases below it rest."""
    states = dict(zip(table.vms, table.states, strict=True))
    said = [_is(name, cell, states[name]) for name, cell in zip(table.vms, table.throughout, strict=True) if cell]
    if said or table.never:
        yield from wrapped(f"at all times{', every VM: ' + ', and '.join(said) if said else ''}", " 0  ")
    for cells in table.never:
        yield from wrapped(_if_then(cells, table), "      ")
    if depth > 1 and (never := _never(table)):
        yield from wrapped(
            f"never happens: {'; '.join(f'{event} ({needs})' for event, needs in never.items())}", "      - "
        )


def _if_then(cells: Cells, table: Table) -> str:
    """That these never are so together, as "if the others are so, this one is so": the conclusion that names the fewest states."""
    states, known = _vm_states(table), [i for i, cell in enumerate(cells) if cell]
    last = min(known, key=lambda i: (len(states[table.vms[i]]) - len(cells[i]), -i))
    name = table.vms[last]
    then = _is(name, [one for one in states[name] if one not in cells[last]], states[name])
    others: Cells = tuple(() if i == last else cell for i, cell in enumerate(cells))
    premise = _so(table.vms, others, states, " and ")
    return f"if {premise}, then {then}" if premise else then


def _closing(found: Property, table: Table, network: Network) -> str:
    """Why it cannot be broken, in a line."""
    reach = {name: frozenset(actor.states) for name, actor in network.actors.items()}
    if isinstance(found, Always):
        broken = in_english(words(plainly(found.term, reach, holds=False)))
        return f"So it cannot be broken, by induction over the events: it would take {broken}; no row allows that."
    events = "an event" if isinstance(found, Step) else "anything"
    return f"So it cannot be broken, by induction over the events: no row has {events} that breaks it."


def _confirmed(table: Table) -> str:
    order = f"The host's machines are in {len(table.order)} states together and no other; " if table.hosts else ""
    each = " and ".join(solver for solver, _ in table.confirmed)
    count = table.confirmed[0][1] if table.confirmed else 0
    return (
        f"{order}{each} confirm the table as it is printed: it holds at the start, every event keeps it, and the promise follows "
        f"({count} obligations each)."
    )


def _more(depth: int) -> str:
    """What the other depths tell."""
    return {
        1: "What each event does in each phase, and what the words mean: --depth 2; every event: --depth all.",
        2: "Events that are not named keep the order of the session: --depth all.",
    }.get(depth, "")


def only_where(needs: Sequence[str]) -> str:
    """Where an event can happen, by what it needs; of needs that deny one another, that it never can."""
    if not needs:
        return ""
    both = next(((one, no) for one in needs if (no := one.replace(" is ", " is not ", 1)) in needs and no != one), None)
    return f"it would take both that {both[0]} and that {both[1]}" if both else f"only where {' and '.join(needs)}"


def listed(names: Sequence[str]) -> str:
    """Names, the last two joined by `and`."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def wrapped(text: str, first: str) -> list[str]:
    """A line, broken where it is too long; what follows stands under what the first begins with."""
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first]
