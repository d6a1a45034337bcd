"""What can go wrong, and what can be read otherwise: a page a fault, a page a reading, and the table of what each breaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from conformance.agents.fsrvp.readings import ONE_IMPLEMENTATION
from model.notation import Fault
from model.protocol import FAULTS, PROTOCOL, READINGS
from model.readings import Reading
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED
from proofs.verdicts.columns import (
    ALL_FAULTS,
    BASE,
    combined_columns,
    fault_columns,
    meaning,
    reading_columns,
    title,
)
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.letter.findings import FINDINGS
from shadowproof.outside.spelling import many
from shadowproof.pages.overviews import markdown
from shadowproof.pages.pages import meaning_of
from shadowproof.site import links
from shadowproof.site.links import Pages
from shadowproof.site.promises import finding_page
from shadowproof.site.runs import Recorded

SIGNS = {REFUTED: "✕", HOLDS: "●", NOT_EXERCISED: "○", UNDECIDED: "?"}
"""What stands in a cell of the tables, never told by a colour alone."""


def pages(recorded: Recorded) -> Pages:
    found: Pages = {"circumstances.md": partial(_index, recorded), "matrix.md": partial(_matrix, recorded)}
    found |= {links.fault_page(fault.name): partial(_fault, fault, recorded) for fault in FAULTS}
    return found | {links.reading_page(one.actor.name): partial(_reading, one, recorded) for one in READINGS}


def _index(recorded: Recorded) -> str:
    broken = recorded.broken_in(BASE)
    blocks = [
        "# Faults, readings, and what they break",
        "A **fault** is something that the environment may do. A **reading** is one way to take the document where it is silent; "
        "each has a default. Every promise is judged without any, under each alone, and under all faults together: "
        f"{links.link('the table', 'matrix.md')}.",
        "## Without any fault, under the default readings",
        "Every promise that is exercised holds."
        if not broken
        else "These promises fail, and so they are not told again of any fault:",
        _breaks(broken, BASE),
        meaning(BASE) if broken else "",
    ]
    for where in dict.fromkeys(fault.where for fault in FAULTS):
        rows = [
            (links.fault(fault.name), fault.says, _many(recorded, Column(frozenset({fault.name}))))
            for fault in FAULTS
            if fault.where == where
        ]
        blocks += [f"## Faults: {where}", markdown(("fault", "what happens", "breaks"), rows)]
    rows = [
        (
            links.id_(one.actor.name),
            one.actor.says,
            "; ".join(
                f"`{state}`{' (default)' if state == one.default else ' breaks ' + _many(recorded, _of(one, state))}"
                for state in one.actor.states
            ),
        )
        for one in READINGS
    ]
    blocks += ["## Readings", markdown(("reading", "the question", "its values"), rows)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _of(reading: Reading, value: str) -> Column:
    return Column(readings=((reading.actor.name, value),))


def _many(recorded: Recorded, column: Column) -> str:
    many = len(recorded.broken_in(column))
    return f"{many} promise{'' if many == 1 else 's'}" if many else "nothing"


def _breaks(broken: dict[str, object] | Iterable[str], column: Column) -> str:
    names = list(broken)
    if not names:
        return ""
    rows = [
        (links.link(f"`{name}`", links.property_page(name), title(column)), PROPERTIES[name].says) for name in names
    ]
    return markdown(("broken promise, with its run", "says"), rows)


def _fault(fault: Fault, recorded: Recorded) -> str:
    column = Column(frozenset({fault.name}))
    events = [event.name for event in PROTOCOL.events.values() if event.fault == fault.name]
    also = [one for one in combined_columns() if fault.name in one.faults and recorded.broken_in(one)]
    blocks = [
        f"# {fault.name}",
        f"> {fault.says}",
        f"{links.link('Faults and readings', 'circumstances.md')}. It arises {_where(fault)}.",
        f"**Whose duty it is to prevent it.** {fault.duty}" if fault.duty else "It is nobody's to prevent.",
        f"*Events*: {links.listed(map(links.event, events))}."
        + (
            f" *These may never come*: {links.listed(map(links.event, sorted(fault.silences)))}."
            if fault.silences
            else ""
        ),
        "## What it breaks",
        _told(recorded, column),
        *_findings([column, *also]),
    ]
    for one in also:
        blocks += [f"## Together with {one.readings[0][0]}", links.circumstance(one) + " breaks more:"]
        blocks += [_breaks(recorded.broken_in(one), one)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _where(fault: Fault) -> str:
    return f"with the {fault.where}" if not fault.where.startswith(("in ", "on ")) else fault.where


def _told(recorded: Recorded, column: Column) -> str:
    broken = recorded.broken_in(column)
    if not broken:
        return "Nothing, by itself."
    rows = [
        (
            links.link(f"`{name}`", links.property_page(name), title(column)),
            PROPERTIES[name].says,
            recorded.stepped(name, column, cell),
        )
        for name, cell in broken.items()
    ]
    means = meaning(column)
    return "\n\n".join([*([means] if means else []), markdown(("broken promise", "says", "the run"), rows)])


def _findings(columns: Sequence[Column]) -> list[str]:
    names = {column.name for column in columns}
    told = [one for one in FINDINGS if names & set(one.circumstances)]
    if not told:
        return []
    return [
        "## What is wrong with the document here",
        "\n".join(f"* {links.link(one.title, finding_page(one.title))}" for one in told),
    ]


def _reading(reading: Reading, recorded: Recorded) -> str:
    actor = reading.actor
    name = actor.name
    events = [event.name for event in PROTOCOL.events.values() if name in event.by]
    shown = [one.name for one in PROPERTIES.values() if name in one.shows]
    matters = (
        f" It makes a difference only under {links.listed(map(links.fault, reading.matters_under))}."
        if reading.matters_under
        else ""
    )
    blocks = [
        f"# {name}",
        f"> {actor.says}",
        f"{links.link('Faults and readings', 'circumstances.md')}. The document is silent here, or can be read in several ways."
        f"{f' The question is {reading.question}.' if reading.question != name else ''}{matters}",
        markdown(
            ("value", "means", ""),
            [
                (f"`{state}`", meaning_of(actor, state), "default" if state == reading.default else "")
                for state in actor.states
            ],
        ),
        f"*Rules that hang on it*: {links.listed(map(links.event, events))}.",
        f"*Promises about it*: {links.listed(map(links.property_, shown))}.",
        f"*What one implementation does*: {ONE_IMPLEMENTATION[name]}" if name in ONE_IMPLEMENTATION else "",
    ]
    own = [column for column in (*reading_columns(), *combined_columns()) if column.readings[0][0] == name]
    for value in reading.others:
        blocks += [
            f"## {name}={value}",
            f"*{meaning_of(actor, value)}*, instead of: {meaning_of(actor, reading.default)}.",
        ]
        for column in (one for one in own if one.readings[0][1] == value):
            if column.faults:
                blocks.append(f"Together with {links.listed(map(links.fault, sorted(column.faults)))}:")
            blocks.append(_told(recorded, column))
    return "\n\n".join([*(block for block in blocks if block), *_findings(own)]) + "\n"


def _matrix(recorded: Recorded) -> str:
    faults, readings = fault_columns(), reading_columns()
    shown = [
        name
        for name in PROPERTIES
        if any(recorded.refuted(name, column) for column in (BASE, *faults, *readings, ALL_FAULTS))
    ]
    blocks = [
        "# Faults and promises",
        f"The {many(len(shown), 'promise')} that some single fault or reading breaks, of {len(PROPERTIES)}; the others hold, or are not "
        "exercised, in each of these circumstances. ✕ broken, and leads to the run; ● holds; ○ not exercised: nothing puts it to "
        "the test; ? undecided. "
        f"The same in words, fault by fault: {links.link('faults and readings', 'circumstances.md')}.",
        "## By fault",
        _table(recorded, shown, [BASE, *faults, ALL_FAULTS]),
        "## By reading",
        _table(recorded, shown, readings),
    ]
    return "\n\n".join(blocks) + "\n"


def _table(recorded: Recorded, names: Sequence[str], columns: Sequence[Column]) -> str:
    rows = [
        (links.property_(name), *(_cell(recorded, name, column) for column in columns))
        for name in names
        if any(recorded.refuted(name, column) for column in columns)
    ]
    heads = ["promise", *(links.circumstance(column) if column != BASE else "no fault" for column in columns)]
    return f"```{{table}}\n:class: matrix\n\n{markdown(heads, rows)}\n```"


def _cell(recorded: Recorded, name: str, column: Column) -> str:
    cell = recorded.record.cell(name, column.name)
    if cell is None:
        return ""
    sign = SIGNS[cell.verdict]
    return links.link(sign, links.property_page(name), title(column)) if column in recorded.breaking(name) else sign
