"""Annotations beside the lines of a pull request, as GitHub reads them in a job's log: one line each. Of a step it shows ten errors,
so no more are written; a last one says how many there are."""

from __future__ import annotations

from collections.abc import Iterator

from shadowproof.formats.found import Report, Standing
from shadowproof.outside.spelling import many

MOST = 9


def github(report: Report) -> Iterator[str]:
    """What is not as recorded, a line each; nothing where all is."""
    failed = report.standing(Standing.FAILED)
    told = [one for one in failed if one.smallest] or failed
    for one in told[:MOST]:
        title = _property(f"{one.promise} under {one.under}")
        place = f"file={_property(one.at.file)},line={max(one.at.line, 1)}"
        yield f"::error {place},title={title}::{_message(f'{one.told}. {one.says}')}"
    if len(failed) > len(told[:MOST]):
        yield f"::error title=shadowproof::{many(len(failed), 'verdict')} in all {report.named(Standing.FAILED)}"


def _message(text: str) -> str:
    """A text that no line end leaves, and no sign of which is taken for a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
