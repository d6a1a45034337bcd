"""A run as a picture: a lane for the host and each VM, readable by day and in the dark, with nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap

from proofs.answers.column_cache import protocol_content
from proofs.answers.runs import load_for
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.tell.argument import Recorded
from shadowproof.tell.lanes import Line
from shadowproof.tell.story import lines_of

PROMISE, COLUMN = "no-vm-left-saved", Column(frozenset({"requester_vanishes"}))
"""What is shown at the top of README.md."""

_STYLE = (
    "svg{background:#fff}text{font:14px sans-serif;fill:#1a1a1a}.head{font-weight:bold}.number{fill:#666;text-anchor:end}"
    ".fault{fill:#b00020;font-weight:bold}.broken{font-weight:bold}line{stroke:#ccc}.change{fill:#0b57d0}"
    "@media(prefers-color-scheme:dark){svg{background:#131416}text{fill:#e4e4e4}.number{fill:#999}.fault{fill:#ff8a80}"
    "line{stroke:#444}.change{fill:#8ab4f8}}"
)
_NUMBER, _HOST, _VM, _HEIGHT, _WIDE = 52, 68, 400, 22, 760
_LETTERS = 42
"""In a line of the host's lane."""


def page() -> str:
    """The picture as SVG. Raises LookupError where no run is kept of this protocol."""
    kept = load_for(protocol_content()).of(PROMISE, COLUMN.name)
    if kept is None:
        raise LookupError(f"No run of {PROMISE} is kept of this protocol. Make it with: shadowproof accept")
    network, _ = as_asked(PROPERTIES[PROMISE], watched())
    said = PROPERTIES[PROMISE].says
    return drawn(lines_of(Recorded(kept.run, network, COLUMN), PROPERTIES[PROMISE]), said)


def drawn(lines: Sequence[Line], broken: str) -> str:
    """The lines of a run of one VM, and at the end what it breaks."""
    rows = [*_rows(lines)]
    ending = wrap(f"Broken: {broken}", 95, break_on_hyphens=False)
    height = _HEIGHT * (len(rows) + len(ending) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {height}" role="img" aria-label="A run, step by step">',
        f"<style>{_STYLE}</style>",
        f'<line x1="{_VM - 12}" y1="8" x2="{_VM - 12}" y2="{_HEIGHT * (len(rows) + 1)}"/>',
    ]
    for number, cells in enumerate(rows, 1):
        parts += [
            f'<text x="{x}" y="{number * _HEIGHT}" class="{kind}">{escape(text)}</text>'
            for x, kind, text in cells
            if text
        ]
    for number, text in enumerate(ending, len(rows) + 2):
        parts.append(f'<text x="{_NUMBER - 36}" y="{number * _HEIGHT}" class="broken">{escape(text)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _rows(lines: Sequence[Line]) -> Iterator[list[tuple[int, str, str]]]:
    for line in lines:
        host, vm = line.lanes[:2]
        if not line.first:
            yield [(_HOST, "head", host), (_VM, "head", vm)]
            continue
        kind = "fault" if "(fault)" in host else ""
        first, *more = wrap(host, _LETTERS, break_on_hyphens=False) or [""]
        yield [(_NUMBER, "number", line.number), (_HOST, kind, first), (_VM, "change" if "→" in vm else "", vm)]
        yield from ([(_HOST, kind, text)] for text in more)
