"""A page a property: what it says, what became of it in every circumstance, what breaks it, and which wrong rules it notices."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache, partial
from itertools import groupby
from pathlib import Path

from model.notation import words
from model.protocol import VERSION
from model.versions import option
from proofs.answers.verdict import HOLDS, REFUTED
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.fates import Record, load
from proofs.mutants.operators import Mutant
from proofs.verdicts.columns import ALL_FAULTS, BASE, meaning, title
from proofs.verdicts.combined.combinations import Block, Row
from properties.catalogue import PROPERTIES, SHELVES, group_of, is_conduct
from properties.kinds import Always, Ends, Fact, Independent, Possible, Property, Step
from shadowproof.letter.findings import FINDINGS
from shadowproof.pages.mutants import old
from shadowproof.pages.overviews import markdown
from shadowproof.pages.pages import KINDS, first_line, heading
from shadowproof.site import links
from shadowproof.site.kept.arguments import argument
from shadowproof.site.links import Pages
from shadowproof.site.runs import Recorded, steps

_MOST = 12
"""Mutants that are named before the others are folded away."""


def pages(recorded: Recorded) -> Pages:
    found = {links.property_page(name): partial(_page, one, recorded) for name, one in PROPERTIES.items()}
    return {"promises.md": partial(_index, recorded), **found}


def _index(recorded: Recorded) -> str:
    blocks = [
        "# The promises",
        f"{len(PROPERTIES)} properties: each a sentence, a formula, the requirements that it shows, and a verdict in every "
        "circumstance. Those that some circumstance breaks are marked; what breaks which stands in [one table](/circumstances.md).",
        markdown(("kind", "means"), KINDS.items()),
    ]
    for file in SHELVES:
        names = [name for name in PROPERTIES if group_of(name) == file.__name__.rsplit(".", 1)[1]]
        rows = [(links.property_(name), PROPERTIES[name].says, _in_short(name, recorded)) for name in names]
        about = (
            "*Conduct: it keeps the model honest, and is no promise of the document's.* "
            if is_conduct(names[0])
            else ""
        )
        blocks += [
            f"## {heading(file)}",
            about + first_line(file),
            markdown(("promise", "says", "without any fault"), rows),
        ]
    return "\n\n".join(blocks) + "\n"


def _in_short(name: str, recorded: Recorded) -> str:
    cell = recorded.record.cell(name, BASE.name)
    base = "not recorded" if cell is None else "**broken**" if cell.verdict == REFUTED else cell.verdict
    broken = [column for column in recorded.breaking(name) if column not in {BASE, ALL_FAULTS}]
    return base + (f"; broken in {len(broken)} other circumstance{'s' if len(broken) > 1 else ''}" if broken else "")


def _page(found: Property, recorded: Recorded) -> str:
    name = found.name
    group = heading(next(file for file in SHELVES if file.__name__.endswith(group_of(name))))
    blocks = [
        f"# {name}",
        f"> {found.says}",
        f"{links.link('The promises', 'promises.md')}: {links.link(group, 'promises.md', group)}. Shows "
        f"{links.listed(map(links.id_, found.shows))}"
        f"{', by what is inferred, not stated' if found.derived else ''}. Of the kind *{found.kind}*: {KINDS[found.kind]}.",
        f"Without any fault, under the default readings: **{recorded.verdict(name)}**.",
        "## What breaks it",
        *_breaks(name, recorded),
        "## What it says",
        _formula(found),
        f"```python\n{source(found)}\n```",
        "## In every circumstance",
        _verdicts(name, recorded),
        *argument(found),
        *_told(name, recorded),
        *(["## Which wrong rules it notices", _noticed(kills().get(name, {}))] if VERSION.base else []),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _breaks(name: str, recorded: Recorded) -> Iterator[str]:
    breaking = recorded.breaking(name)
    if breaking:
        rows = [
            (
                links.circumstance(column),
                links.link(steps(cell), links.property_page(name), title(column)),
                meaning(column),
            )
            for column, cell in breaking.items()
        ]
        yield "These are the smallest circumstances, of those on record, in which it fails; each with its shortest run."
        yield markdown(("circumstance", "run", "what that means"), rows)
    else:
        yield "Nothing that is on record."
    if combined := recorded.rows(name):
        yield "Of all combinations of readings, where a VM may fail to be saved and nothing else goes wrong, it is broken exactly where:"
        yield "\n".join(f"* {_row(block, row)}" for block, row in combined)
    if findings := [one for one in FINDINGS if one.promise == name]:
        told = (links.link(one.title, finding_page(one.title)) for one in findings)
        yield f"The finding: {links.listed(told)}."
    if name in recorded.cuts:
        yield f"All pairs of faults and readings, and a fault tree: {links.link('cut sets', 'cut-sets.md', name)}."
    elif breaking and not isinstance(PROPERTIES[name], (Fact, Possible)):
        yield f"Combinations of several faults: `shadowproof cuts {name}{option()}`."


def finding_page(title_: str) -> str:
    number = next(number for number, one in enumerate(FINDINGS, 1) if one.title == title_)
    return f"finding/{number}.md"


def _row(block: Block, row: Row) -> str:
    if not row.values:
        return f"{links.listed(map(links.id_, block.readings))} have any of their values, and all others their default"
    return "; ".join(
        f"{links.id_(name)} is {' or '.join(f'`{value}`' for value in values)}" for name, values in row.values.items()
    )


def _formula(found: Property) -> str:
    said = []
    match found:
        case Always(term=held) | Step(term=held) | Possible(term=held):
            said.append(("In words", words(held)))
        case Ends(rest=rest, without=without):
            said.append(("At rest means", words(rest)))
            said.append(("Provided that these happen no more", ", ".join(map(links.event, without))))
        case Independent(of=of, events=names):
            said.append(("These events", links.listed(map(links.event, names))))
            said.append(("Do not depend on", links.listed(links.actor(actor.name) for actor in of)))
        case Fact():
            said.append(("Compared", "; ".join(what for what, _, _ in found.constants())))
    if isinstance(found, Possible) and found.needs:
        said.append(("Asked where a run tolerates", links.listed(map(links.fault, found.needs))))
    if not isinstance(found, (Fact, Possible)):
        said.append(("It means something only once this has happened", words(found.witness)))
    place = f"{found.place.file}:{found.place.line}"
    return "\n".join([*(f"* *{what}*: {text}" for what, text in said), f"* *In the notation*, {place}:"])


def source(found: Property) -> str:
    """The property as it is declared."""
    return _declared(found.place.file)[found.name]


@cache
def _declared(file: str) -> dict[str, str]:
    text = (Path(__file__).parents[2] / file).read_text("utf-8")
    return {
        target.id.replace("_", "-"): ast.get_source_segment(text, one) or ""
        for one in ast.parse(text).body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }


def _verdicts(name: str, recorded: Recorded) -> str:
    order = {REFUTED: 0, HOLDS: 2}
    cells = sorted(recorded.cells(name).items(), key=lambda pair: (order.get(pair[1].verdict, 1), pair[1].assurance))
    rows = []
    for (verdict, assurance), group in groupby(cells, key=lambda pair: (pair[1].verdict, pair[1].assurance)):
        columns = [
            f"{links.circumstance(column)} {recorded.stepped(name, column, cell)}"
            if verdict == REFUTED
            else links.circumstance(column)
            for column, cell in group
        ]
        rows.append(
            (f"**{verdict}**" if verdict == REFUTED else verdict, assurance, f"{len(columns)}: {', '.join(columns)}")
        )
    return markdown(("verdict", "how far that reaches", "in"), rows)


def _told(name: str, recorded: Recorded) -> Iterator[str]:
    breaking = recorded.breaking(name)
    if not breaking:
        return
    yield "## Runs that break it"
    for column in breaking:
        yield f"### {title(column)}"
        yield recorded.told(name, column)


@cache
def judged() -> Record:
    """What became of mutants, as it is kept. Raises FatesError."""
    return load()


@cache
def kills() -> dict[str, dict[str, Mutant]]:
    """By property the mutants that it kills, in the first column in which anything kills them. Raises FatesError."""
    mutants, found = all_mutants(), dict[str, dict[str, Mutant]]()
    for name, fate in judged().fates.items():
        for kill in fate.kills if name in mutants else ():
            found.setdefault(kill.property, {})[name] = mutants[name]
    return found


def _noticed(killed: Mapping[str, Mutant]) -> str:
    if not killed:
        return f"None first. Of all wrong rules see {links.link('mutants', 'mutants.md')}."
    lines = [f"* `{name}`: {one.says}." for name, one in killed.items()]
    head = (
        f"{len(killed):,} of the wrong rules that were tried, each a rule changed in one small way "
        f"({links.link('how', 'mutants.md')}).{old(judged())}"
    )
    if len(lines) <= _MOST:
        return "\n\n".join([head, "\n".join(lines)])
    rest = [f"<details><summary>{len(lines) - _MOST:,} more</summary>", "\n".join(lines[_MOST:]), "</details>"]
    return "\n\n".join([head, "\n".join(lines[:_MOST]), *rest])
