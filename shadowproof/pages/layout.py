"""How a page is laid out: what is on it stands on its top, and no line is so long that nobody reads it, or its difference."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

WIDTH = 140
"""Letters in a line, but for tables and what is told as it is."""

_MARK = re.compile(r" (?=(?:[-+*>|]|#+|\d+[.)]) )")
"""A blank before what would be a list, a heading or a quotation if a line began with it."""

_GLUE = "\x00"


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def contents(groups: Mapping[str, Sequence[str]]) -> str:
    """A list of what is on a page: each group, and what stands in it, as links."""
    return "\n".join(
        f"* [{group}](#{slug(group)}): {', '.join(f'[{name}](#{slug(name)})' for name in names)}"
        for group, names in groups.items()
    )


def folded(text: str) -> str:
    """The page with paragraphs and items of lists in lines that are not too long."""
    return "\n".join(_folded(text.split("\n")))


def _folded(lines: Sequence[str]) -> Iterator[str]:
    told_as_it_is = False
    for line in lines:
        if line.startswith("```"):
            told_as_it_is = not told_as_it_is
        if told_as_it_is or len(line) <= WIDTH or line.startswith(("|", "#", "```")):
            yield line
            continue
        more = "  " if line.startswith("* ") else ""
        glued = _MARK.sub(_GLUE, line[2:] if more else line)
        wrapped = textwrap.wrap(
            glued, WIDTH - len(more), break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        )
        for number, part in enumerate(wrapped):
            yield ("* " if more and number == 0 else more) + part.replace(_GLUE, " ")
