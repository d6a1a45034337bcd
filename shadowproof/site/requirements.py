"""A page a requirement, and the sentences of the document that they come from. What a sentence says stands here in our words only."""

from __future__ import annotations

from functools import cache, partial
from itertools import groupby

from model.left_out import ANSWERED
from model.protocol import BY_ID, PROTOCOL, VERSION
from model.requirements import SENTENCES
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.fates import Tally, by_requirement
from proofs.verdicts.columns import title
from shadowproof.letter.findings import FINDINGS
from shadowproof.pages.mutants import old
from shadowproof.pages.overviews import Carried, carried, counts, markdown
from shadowproof.site import links
from shadowproof.site.links import Pages
from shadowproof.site.promises import finding_page, judged
from shadowproof.site.runs import Recorded, of_sentence

GROUPS = {
    "GEN": "The setting",
    "MET": "Which method a VM is backed up by",
    "BAK": "Backup",
    "RST": "Restore",
    "CLU": "Clusters",
    "VSS": "What VSS itself does",
}


_SOURCES = "What the version goes by"
"""The heading of the sources of a version that is not the document."""


def pages(recorded: Recorded) -> Pages:
    rows = carried(PROTOCOL)
    found = {links.requirement_page(row.requirement.id): partial(_page, row, recorded) for row in rows}
    return {"requirements.md": partial(_index, rows), "sentences.md": _sentences, **found}


@cache
def _tallies() -> dict[str, Tally]:
    if not VERSION.base:
        return {}
    mutants = all_mutants()
    return by_requirement(mutants, {name: fate for name, fate in judged().fates.items() if name in mutants})


def _wrong(name: str) -> str:
    tally = _tallies().get(name)
    return (
        f"{tally.mutants:,} small changes of its rules were tried: {tally.killed:,} are noticed by some promise, "
        f"{tally.equivalent:,} change nothing, {tally.refused:,} the notation refuses, {tally.listed:,} nothing promises on purpose "
        f"({links.link('mutants', 'mutants.md')}).{old(judged())}"
        if tally
        else ""
    )


def _index(rows: tuple[Carried, ...]) -> str:
    blocks = [
        "# What the protocol requires",
        "Each requirement in our words, with the sentences of the document that it comes from (S and a number; "
        f"{links.link('all of them', 'sentences.md')}), the rules that carry it and the promises that show it.",
        "\n".join(f"* {line}" for line in counts(PROTOCOL)),
    ]
    for group, of in groupby(rows, key=lambda row: row.requirement.id.split("-")[0]):
        table = [(links.id_(row.requirement.id), row.requirement.says, _place(row)) for row in of]
        blocks += [f"## {_titled(group)}", markdown(("id", "what holds", "place"), table)]
    return "\n\n".join(blocks) + "\n"


def _place(row: Carried) -> str:
    said = row.requirement
    return ", ".join([*map(links.sentence, said.sentences), *([said.also] if said.also else [])])


def _page(row: Carried, recorded: Recorded) -> str:
    said, wrong = row.requirement, _wrong(row.requirement.id)
    findings = [one for one in FINDINGS if set(one.sentences) & set(said.sentences)]
    rules = [(links.event(event.name), event.says) for event in row.rules]
    blocks = [
        f"# {said.id}",
        f"> {said.says}",
        f"{links.link('The requirements', 'requirements.md')}: {links.link(*_group(said.id))}. Place in the document: {_place(row)}.",
        f"*Inferred, not stated*: {said.derived}" if said.derived else "",
        "## The rules that carry it",
        markdown(("rule", "what happens"), rules) if rules else "",
        f"It is a condition: {row.condition}." if row.condition else "",
        "None: it is shown by constants alone." if row.is_fact and not rules else "",
        "## The promises that show it",
        markdown(
            ("promise", "says", "without any fault"),
            [(links.property_(one.name), one.says, recorded.verdict(one.name)) for one in row.properties],
        ),
        "## Where one of them fails",
        _fails(row, recorded),
        "## What is wrong with the document here" if findings else "",
        "\n".join(f"* {links.link(one.title, finding_page(one.title))}" for one in findings),
        "## Would a wrong rule be noticed?" if wrong else "",
        wrong,
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _group(name: str) -> tuple[str, str, str]:
    group = name.split("-", maxsplit=1)[0]
    return GROUPS.get(group, _SOURCES), "requirements.md", _titled(group)


def _titled(group: str) -> str:
    return f"{GROUPS.get(group, _SOURCES)} ({group})"


def _fails(row: Carried, recorded: Recorded) -> str:
    rows = [
        (
            links.circumstance(column),
            ", ".join(
                links.link(f"`{one.name}`", links.property_page(one.name), title(column))
                for one in row.properties
                if column in recorded.breaking(one.name)
            ),
        )
        for column in dict.fromkeys(column for one in row.properties for column in recorded.breaking(one.name))
    ]
    return markdown(("circumstance", "breaks"), rows) if rows else "Nowhere, in the circumstances on record."


def _sentences() -> str:
    blocks = [
        "# The document, sentence by sentence",
        "The document that this site is about has numbered sentences. They are not quoted here: below each number stands, in our words, "
        "what the requirements make of it.",
    ]
    for number in SENTENCES:
        claimed = of_sentence(number)
        events = [event.name for event in PROTOCOL.events.values() if set(event.by) & set(claimed)]
        findings = [one for one in FINDINGS if number in one.sentences]
        asked = [f"{question}: {answer}" for question, answer in ANSWERED.items() if f"S{number} " in f"{answer} "]
        blocks += [
            f"## S{number}",
            "\n".join(
                [
                    *(f"* {links.id_(name)}: {BY_ID[name].says}" for name in claimed),
                    f"* *rules*: {links.listed(map(links.event, events))}",
                    *(f"* *finding*: {links.link(one.title, finding_page(one.title))}" for one in findings),
                    *(f"* *question*: {one}" for one in asked),
                ]
            ),
        ]
    return "\n\n".join(blocks) + "\n"
