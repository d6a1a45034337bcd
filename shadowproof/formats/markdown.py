"""A job's summary in Markdown: what is not as recorded first, at most a screen of it; what is known stands folded below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shadowproof.formats.found import Found, Report, Standing, promises
from shadowproof.outside.spelling import many

SCREEN = 12
"""Rows that stand unfolded."""

MOST = 300
"""Rows of one table: a summary of more is refused by those who show it."""

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~@$&])")


def plain(text: str) -> str:
    """Text that Markdown, in a table too, shows as it is: in one line, nothing in it is a mark, a link, a tag or a mention."""
    return _ACTIVE.sub(lambda sign: f"&#{ord(sign[0])};", " ".join(text.split()))


def as_summary(report: Report) -> str:
    """The report for a person who looks at a job, or a pull request."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    failed, known = report.standing(Standing.FAILED), [one for one in report.findings if one.standing is Standing.KNOWN]
    numbers = report.numbers
    yield f"## shadowproof {report.command}: {headline(report)}"
    yield ""
    for line in report.head[:SCREEN]:
        yield f"{plain(line)}  "
    if failed:
        yield ""
        yield from _table(failed[:SCREEN])
    if len(failed) > SCREEN:
        yield ""
        yield from folded(
            f"{many(len(failed) - SCREEN, 'verdict')} more that are {report.named(Standing.FAILED)}",
            _table(failed[SCREEN:]),
        )
    yield ""
    yield ", ".join(f"{numbers[one]:,} {report.named(one)}" for one in Standing if numbers[one]) + "."
    if known:
        about = f"{many(len(known), 'known finding')} on {many(len(promises(known)), 'promise')}, as recorded"
        yield ""
        yield from folded(about, _table(known))


def headline(report: Report) -> str:
    """In a few words how it stands."""
    failed = len(report.standing(Standing.FAILED))
    if failed:
        return f"{many(failed, 'verdict')} {report.named(Standing.FAILED)}"
    return (
        "nothing was put to the test" if report.status == 2 else report.expected if report.status == 0 else "undecided"
    )


def folded(title: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Lines that show when the reader asks for them."""
    yield f"<details><summary>{plain(title)}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"


def _table(found: Sequence[Found]) -> Iterator[str]:
    yield "| promise | under | what | shows |"
    yield "|---|---|---|---|"
    for one in found[:MOST]:
        yield f"| {plain(one.promise)} | {plain(one.under)} | {plain(one.told)} | {plain(' '.join(one.shows))} |"
    if len(found) > MOST:
        yield f"| … and {len(found) - MOST:,} more | | | |"
