"""What stands on the site of a version that is not the document in the place of the hand-written pages, which are about the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from model.protocol import VERSION
from shadowproof.duties import duties
from shadowproof.letter import in_version
from shadowproof.pages import cut_sets, versions
from shadowproof.pages import pages as derived
from shadowproof.pages.layout import folded
from shadowproof.site import guide, links
from shadowproof.site.links import Pages
from shadowproof.site.runs import Recorded

MADE: Mapping[str, Callable[[], str]] = {
    "obligations": duties.page,
    "left-out": derived.left_out,
    "derived": derived.derived,
    "letter": in_version.letter,
    "cut-sets": cut_sets.page,
    "versions": versions.page,
}
"""Pages that the document's site takes as they are kept, made of this version."""

ORDER: Mapping[str, tuple[str, ...]] = {
    "This version": ("versions",),
    "The protocol": ("script", "actors", "requirements", "sentences", "left-out", "derived"),
    "What holds, and what does not": ("promises", "matrix", "cut-sets", "circumstances", "findings", "letter"),
    "Backup software and hosts": ("obligations",),
}
"""What stands at the side of every page."""


def pages(recorded: Recorded) -> Pages:
    """The first page, and those of MADE. Raises Untold."""
    found: Pages = {"index.md": lambda: guide.filled("index.md", _index(), recorded) + guide.at_the_side(ORDER)}
    return found | {f"{name}.md": partial(_made, name, recorded) for name in MADE}


def _made(name: str, recorded: Recorded) -> str:
    return guide.filled(f"{name}.md", folded(MADE[name]()), recorded)


def _index() -> str:
    blocks = [
        f"# Shadowproof: version {VERSION.name}",
        f"{VERSION.of} What it has otherwise than the document, by which source, and what that does: "
        f"{links.link('versions', 'versions.md', VERSION.name)}. All else is as the document has it, and is told here as it is read in "
        "this version: rules, promises, verdicts and runs are of this version alone.",
        "<!-- told: counts -->",
        "Guides, public requesters, and wrong rules that were tried are about the document, and stand on its site.",
    ]
    return "\n\n".join(blocks) + "\n"
