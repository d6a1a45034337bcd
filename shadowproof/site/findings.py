"""A page a finding, for whoever would mend the document: both readings, the run where they differ, what to write, and the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from model.protocol import PROTOCOL
from proofs.verdicts.columns import BASE, meaning, title
from proofs.verdicts.combined.combinations import Kept as Combinations
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.letter.finding import proof
from shadowproof.letter.findings import FINDINGS, Finding
from shadowproof.letter.letter import still_holding
from shadowproof.pages.overviews import markdown
from shadowproof.site import links
from shadowproof.site.links import Pages
from shadowproof.site.promises import finding_page
from shadowproof.site.runs import Recorded


def pages(recorded: Recorded) -> Pages:
    holding = still_holding(recorded.record)
    settled = [one for one in FINDINGS if one not in [finding for finding, _ in holding]]
    found: Pages = {finding_page(one.title): partial(_page, one, of, recorded) for one, of in holding}
    found |= {finding_page(one.title): partial(_settled, one) for one in settled}
    return {"findings.md": partial(_index, [one for one, _ in holding]), **found}


def _index(holding: Sequence[Finding]) -> str:
    rows = [
        (
            str(FINDINGS.index(one) + 1),
            links.link(one.title, finding_page(one.title)),
            links.listed(map(links.sentence, one.sentences)),
            one.wording,
        )
        for one in holding
    ]
    blocks = [
        "# The findings",
        f"{len(holding)} places in which the document is silent, contradicts itself, or promises what cannot be kept; most important "
        f"first, each with the run that shows it and what to write instead. As one letter to the owner of the document, with all "
        f"combinations of readings: {links.link('the letter', 'letter.md')}.",
        markdown(("", "finding", "sentences", "write"), rows),
    ]
    return "\n\n".join(blocks) + "\n"


def _settled(one: Finding) -> str:
    return f"# {one.title}\n\nNo circumstance of this finding breaks a promise any more.\n"


def _page(one: Finding, of: Sequence[tuple[Column, Sequence[str]]], recorded: Recorded) -> str:
    blocks = [
        f"# {one.title}",
        f"> {one.problem}",
        f"{links.link('The findings', 'findings.md')}. Sentences {links.listed(map(links.sentence, one.sentences))}.",
        f"**Write instead**: {one.wording}",
        f"*Who is harmed*: {one.harmed}",
        f"*What is known of it*: {one.evidence} Certainty: {one.certainty}.",
        "## Where promises fail",
        markdown(
            ("circumstance", "breaks", "what that means"),
            [
                (
                    links.circumstance(column),
                    ", ".join(links.property_(name, title(column)) for name in names),
                    meaning(column),
                )
                for column, names in of
            ],
        ),
        "## The run that shows it",
        *_run(one, of, recorded),
        *_both_readings(one, of, recorded),
        "## Does the wording help?",
        "\n".join(proof(one, of, recorded.record, recorded.combinations or Combinations("", (), {}))).strip(),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _run(one: Finding, of: Sequence[tuple[Column, Sequence[str]]], recorded: Recorded) -> Iterator[str]:
    """The shortest run that is kept of the finding: of its promise where that fails, else of any."""
    known = [(column, name) for column, names in of for name in names if recorded.runs.of(name, column.name)]
    wanted = [pair for pair in known if pair[1] == one.promise] or known
    if not wanted:
        yield "No run is kept of it."
        return
    column, name = min(wanted, key=lambda pair: _length(recorded, *pair))
    under = "without any fault" if column == BASE else f"under {links.circumstance(column)}"
    yield f"It breaks {links.property_(name, title(column))} {under}: {PROPERTIES[name].says}"
    yield recorded.told(name, column)


def _length(recorded: Recorded, column: Column, name: str) -> int:
    kept = recorded.runs.of(name, column.name)
    return len(kept.run.steps) if kept else 0


def _both_readings(one: Finding, of: Sequence[tuple[Column, Sequence[str]]], recorded: Recorded) -> Iterator[str]:
    """For each reading of the finding what is read by default and what otherwise, and how the promise fares in both."""
    rows = []
    for column, names in of:
        for reading, value in column.readings:
            actor = PROTOCOL.actors[reading]
            default, name = actor.starts[0], one.promise if one.promise in names else names[0]
            rest = Column(column.faults, tuple(pair for pair in column.readings if pair[0] != reading))
            rows.append((
                f"{links.id_(reading)}: {actor.says}",
                f"`{default}`, {actor.enum[default].value}: {recorded.verdict(name, rest)}",
                f"`{value}`, {actor.enum[value].value}: {recorded.verdict(name, column)}",
                links.property_(name, title(column)),
            ))  # fmt: skip
    if rows:
        yield "## Both readings"
        yield "Of each, how a promise fares under it; the last column leads to the run where they differ."
        yield markdown(("the silent point", "read by default", "read otherwise", "promise"), rows)
