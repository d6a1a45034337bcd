"""The page on versions of the protocol: what each has otherwise than the document, by which source, and what that does."""

from __future__ import annotations

from collections.abc import Iterator

from model import versions
from model.protocol import DOCUMENT
from model.versions.version import Version
from proofs.differences.rules import changed
from proofs.differences.runs import ADDED, search
from proofs.world.world import Column
from properties.catalogue import left_out_in, promised_by
from shadowproof.diff import told
from shadowproof.pages.layout import slug
from shadowproof.pages.overviews import markdown


def page() -> str:
    """The page; for each version one walk, over both networks side by side without faults."""
    found = [versions.load(name) for name in versions.names()]
    document, *others = found
    blocks = [
        "# Versions of the protocol",
        "What a version overrides, adds or removes of the document, why, and by which source; what its sources do not say is a reading, "
        "or is left open. All that is not named is as in the document. `--version NAME` asks a command of one of them, as `shadowproof "
        f"verify --version {others[0].name}` does; `shadowproof diff document {others[0].name}` judges the promises on both sides as well.",
        f"The document (`{document.name}`): {document.of}",
        *(block for one in others for block in _section(one)),
    ]
    return "\n\n".join(blocks) + "\n"


def _section(one: Version) -> Iterator[str]:
    yield f"## {one.name}"
    yield one.of
    yield f"### {one.name}: where it is said"
    yield "\n".join(f"* *{name}*: {text}" for name, text in one.sources.items())
    yield f"### {one.name}: rules that differ"
    rows = [
        (f"{one.sort_of(change)} `{change.name}`", change.what, change.why, change.source) for change in one.overrides
    ]
    yield markdown(("rule", "it", "why", "source"), rows)
    yield f"### {one.name}: what happens otherwise"
    yield from _runs(one)
    yield f"### {one.name}: promises that it has and the document has not"
    yield "\n".join(f"* *{name}*: {found.says}" for name, found in promised_by(one.name).items())
    yield f"### {one.name}: promises of the document that it has not"
    yield "\n".join(f"* [{name}](properties.md#{slug(name)}): {why}" for name, why in left_out_in(one.name).items())
    if one.without_fault:
        yield f"What fails without any fault: {one.without_fault}"
    yield "All other promises of the document are asked of it as they stand; an event that it does not have happens in none of them."
    yield f"### {one.name}: what its sources leave open"
    yield "\n".join(
        [
            *(f"* Reading *{name}*: {text}" for name, text in _readings(one)),
            *(f"* {name[0].upper()}{name[1:]}: {text}" for name, text in one.leaves_open.items()),
        ]
    )


def _readings(one: Version) -> Iterator[tuple[str, str]]:
    for reading in one.readings:
        values = "; ".join(f"`{state.name}`: {state.value}" for state in reading.actor.enum)
        yield reading.actor.name, f"{reading.actor.says} {values} (the first unless another is asked for)."


def _runs(one: Version) -> Iterator[str]:
    """The shortest runs to where the two part first, without any fault."""
    network = one.applied(DOCUMENT)
    rules = changed(DOCUMENT, network)
    found = search(DOCUMENT, network, rules, Column())
    for what, those in (
        (f"Only {one.name} has:", [run for run in found.differences if run.kind == ADDED]),
        (
            "Only the document has, or it leads elsewhere there:",
            [run for run in found.differences if run.kind != ADDED],
        ),
    ):
        if those:
            yield what
            yield "```text\n" + "\n".join(line for run in those for line in told.run(run)) + "\n```"
    far = "to the end" if found.closed else "as far as was allowed"
    yield (
        f"{len(rules)} rules say something else. These are the nearest runs by which the two part, found by a walk over {found.pairs:,} "
        f"pairs of states of one VM, {far}; what comes after the first difference is not looked at."
    )
