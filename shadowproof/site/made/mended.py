"""What Sphinx and its theme leave open in the pages that they make, mended in the HTML: levels of headings, names of cells."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

_CAPTION = '<p class="caption" role="heading">'
_SCROLLS = re.compile(r'<(pre|div class="table-wrapper[^"]*"|figure class="diagram[^"]*")(?=>)')
_TABLE = re.compile(r"<table class=\"docutils[^>]*>.*?</table>", re.DOTALL)
_HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr\b[^>]*>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<td\b")


def mend(folder: Path) -> None:
    """Mend every page of a folder, in place."""
    for path in folder.rglob("*.html"):
        text = path.read_text("utf-8")
        found = mended(text)
        if found != text:
            path.write_text(found, "utf-8")


def mended(text: str) -> str:
    """A page, in which the captions of the list at the side are headings of a level, what may be wider than the page can be reached and
    scrolled by keys, and each cell of a table bears the name of its column: on a narrow screen a row is shown as a list of these."""
    text = text.replace(_CAPTION, '<p class="caption" role="heading" aria-level="2">')
    text = _SCROLLS.sub(r'<\1 tabindex="0"', text)
    return _TABLE.sub(lambda found: _labelled(found.group(0)), text)


def _labelled(table: str) -> str:
    names = [re.sub(r"<[^>]*>", "", one).strip() for one in _HEAD.findall(table)]

    def row(found: re.Match[str]) -> str:
        if "data-label" in found.group(0):  # it is mended already
            return found.group(0)
        left = iter(names)
        return _CELL.sub(lambda _: _cell(next(left, "")), found.group(0))

    return _ROW.sub(row, table) if any(names) else table


def _cell(name: str) -> str:
    return f'<td data-label="{escape(unescape(name), quote=True)}"' if name else "<td"
