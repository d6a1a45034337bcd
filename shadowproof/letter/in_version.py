"""What the letter says of a version that is not the document: which findings are findings there too, which it settles, and where it breaks
promises of which no finding speaks."""

from __future__ import annotations

from collections.abc import Iterator

from model.protocol import VERSION
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import load
from proofs.answers.runs import load_for
from shadowproof.letter.finding import of_finding
from shadowproof.letter.findings import FINDINGS
from shadowproof.letter.letter import still_holding, without_words
from shadowproof.pages.findings import columns_with_findings


def letter() -> str:
    """As Markdown. Raises RecordError."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    record, runs = load(), load_for(protocol_content())
    holding = still_holding(record)
    yield f"# What the findings about the document are in version {VERSION.name}"
    yield ""
    yield f"{VERSION.of} A finding is one here where a promise fails in its circumstances in this version too, as recorded of it."
    yield "Combinations of readings, and what a wording would mend, are worked out of the document only."
    yield ""
    if not record.cells:
        yield f"Nothing is recorded of version {VERSION.name}: no finding can be told."
        return
    for number, (one, of) in enumerate(holding, 1):
        yield f"## {number}. {one.title}"
        yield ""
        yield from of_finding(one, of, record, runs)
    settled = [one for one in FINDINGS if one not in [still for still, _ in holding]]
    yield "## Findings about the document that are none here"
    yield ""
    yield from [f"* {one.title}." for one in settled] or ["None."]
    yield ""
    yield "## Circumstances of this version in which something breaks, and of which no finding speaks"
    yield ""
    unspoken = set(without_words(record))
    yield from [
        f"* {column.name}: breaks {', '.join(name for name, _ in rows)}"
        for column, rows in columns_with_findings(record)
        if column.name in unspoken or unspoken & {name for name, _ in rows}
    ] or ["None."]
