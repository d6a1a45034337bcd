"""What `verify` prints of verdicts: a summary, or what fails, or all tables; as wide as the place it is written to."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from shadowproof.verify.changed import Since
from shadowproof.verify.matrix import print_tables
from shadowproof.verify.report import Verification
from shadowproof.verify.summary import failing, not_as_recorded, summary

_STYLES = {
    "Worse than": "bold red", "Not recorded:": "bold red", "Better than": "bold green", "Different from": "bold yellow",
    "Every verdict is as": "green", "Nothing is worse": "green", "Not shown:": "dim",
}  # fmt: skip
_INDENT = re.compile(r" *")


@dataclass(frozen=True)
class Wanted:
    """How much is printed. tables: all there is. failing: what fails, in full, and nothing else. quiet: nothing where nothing is
    wrong, and then only what is."""

    tables: bool = False
    failing: bool = False
    quiet: bool = False


SUMMARY = Wanted()


def print_verification(
    done: Verification,
    console: Console,
    wanted: Wanted = SUMMARY,
    *,
    since: Since | None = None,
    which: Sequence[str] = (),
) -> None:
    """What a person reads. since: the rules that changed, where something is not as recorded. which: what was judged, if not all."""
    if wanted.quiet and done.status == 0:
        return
    if wanted.quiet:
        lines = [*not_as_recorded(done, since, most=None)]
        print_lines(lines or failing(done), console)
        return
    print_lines(which, console)
    if not done.all_verdicts:
        return
    if wanted.tables:
        print_tables(done, console)
    if wanted.failing:
        print_lines(failing(done, since), console)
        return
    print_lines(summary(done, since, everything=wanted.tables), console)
    if wanted.tables:
        print_lines([f"Not shown either: {' '.join(done.not_shown[1:])}"], console)


def print_lines(lines: Iterable[str], console: Console) -> None:
    """Lines as they are, wrapped where the place is narrower, never within a name; what goes on is indented by more."""
    for line in lines:
        style = next((style for start, style in _STYLES.items() if line.startswith(start)), "")
        for part in wrapped(line, console.width):
            console.print(escape(part), style=style, highlight=False, soft_wrap=True)


def wrapped(line: str, width: int) -> list[str]:
    """A line in as many as it takes; a word that is wider than the place goes on in the next, whole in letters."""
    indent = _INDENT.match(line)
    more = " " * (4 + (indent.end() if indent else 0))
    return textwrap.wrap(line, max(width, 40), subsequent_indent=more, break_on_hyphens=False) or [""]
