"""Which formats were asked for, and where each goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from shadowproof.formats.annotations import github
from shadowproof.formats.badge import as_badge
from shadowproof.formats.code_quality import as_code_quality
from shadowproof.formats.found import Report
from shadowproof.formats.junit import as_junit
from shadowproof.formats.markdown import as_summary
from shadowproof.formats.sarif import as_sarif
from shadowproof.outside.files import OutputError, check_apart, is_stdout, write_whole

GITHUB, NONE = "github", "none"
FORGES = (GITHUB, NONE)

_WRITERS: dict[str, Callable[[Report], str]] = {
    "junit": as_junit,
    "sarif": as_sarif,
    "code_quality": as_code_quality,
    "summary": as_summary,
    "badge": as_badge,
}


@dataclass(frozen=True)
class Wanted:
    """For each format the file it goes to (None: not asked for); annotate: whose annotations are printed."""

    junit: Path | None = None
    sarif: Path | None = None
    code_quality: Path | None = None
    summary: Path | None = None
    badge: Path | None = None
    annotate: str = NONE

    @property
    def files(self) -> dict[str, Path]:
        given = {one.name: getattr(self, one.name) for one in fields(self) if one.name in _WRITERS}
        return {name: path for name, path in given.items() if path is not None}

    def check(self, *beside: Path | None, read: Iterable[Path | None] = ()) -> None:
        """Before work is spent. beside: what else is written; read: what is read. Raises OutputError."""
        if self.annotate not in FORGES:
            raise OutputError(
                f"There are no annotations for {self.annotate!r}. Write --annotate {' or --annotate '.join(FORGES)}."
            )
        check_apart(*beside, *self.files.values(), read=read)

    @property
    def to_stdout(self) -> bool:
        """Whether one of them is what stdout shows, so that the rest goes to stderr."""
        return any(map(is_stdout, self.files.values()))

    def write(self, report: Callable[[], Report], say: Callable[[str], None]) -> None:
        """What was asked for. say: where annotations go. Raises OutputError."""
        if not self.files and self.annotate == NONE:
            return
        told = report()
        for name, path in self.files.items():
            write_whole(path, _WRITERS[name](told))
        if self.annotate == GITHUB:
            for line in github(told):
                say(line)
