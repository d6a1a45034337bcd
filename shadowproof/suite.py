"""Promises as tests, for those who keep a suite of their own: `pytest -p shadowproof.suite` has an item for each promise in each set of
circumstances that is asked for. It fails where `shadowproof verify` would, and is skipped where a promise was not put to the test.

--shadowproof-promise NAME (or a requirement id), --shadowproof-column "no fault" | FAULT | READING=VALUE | several joined by " + " | each;
both may be repeated. Without them: every promise, without faults. A column is judged once, when the first of its items is run; with
several processes (pytest-xdist) by one of them under --dist loadgroup, whose groups stand in the ids of items: pytest 9.2 keeps ids where
xdist, which writes them there by a mark, does not reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from proofs.answers.record import RecordError
from proofs.mutants.since import ROOT
from proofs.verdicts.columns import ALL_FAULTS, BASE, title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof import ask
from shadowproof.formats.found import Found, Standing
from shadowproof.formats.of_verify import report_of
from shadowproof.outside.cache_folder import close_cache, open_cache
from shadowproof.outside.rooms import hidden
from shadowproof.verify.asked import question
from shadowproof.verify.verify import recorded_tasks

EACH = "each"


class Broken(Exception):
    """A promise that is not as recorded; the message tells how, with its run."""


class Circumstances(pytest.Collector):
    """One column, judged once for all of its items that are run."""

    column: Column

    @cached_property
    def found(self) -> dict[str, Found]:
        names = [item.name for item in self.session.items if item.parent is self]
        quiet = Console(quiet=True)
        done = question(names, self.column, 2, one=True).judged(quiet, open_cache(None, quiet))
        close_cache(quiet)
        return {one.promise: one for one in report_of(done).found}

    def collect(self) -> Iterator[pytest.Item]:
        yield from ()


class Promise(pytest.Item):
    """One promise in one column."""

    @property
    def _column(self) -> Circumstances:
        assert isinstance(self.parent, Circumstances)  # noqa: S101 - how pytest builds its tree
        return self.parent

    def runtest(self) -> None:
        found = self._column.found[self.name]
        if found.standing is Standing.OPEN:
            pytest.skip(found.told)
        if found.standing is Standing.FAILED:
            steps = [f"{number:4} {at.says}  ({at.file}:{at.line})" for number, at in enumerate(found.run, 1)]
            raise Broken("\n".join([f"{found.promise}: {found.told}", found.says, *steps]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Broken) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        place = PROPERTIES[self.name].place
        return Path(ROOT / place.file), place.line - 1, f"{self.name} under {title(self._column.column)}"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("shadowproof", "promises of the protocol")
    said = {
        "promise": "Only this promise, or all that show this requirement id. May be repeated.",
        "column": f"In these circumstances: {BASE.name}, a fault, READING=VALUE, several joined by ' + ', or {EACH}. May be repeated.",
    }
    for name, text in said.items():
        group.addoption(f"--shadowproof-{name}", action="append", default=[], metavar="NAME", help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside the suite's own. Before others choose among the items, so that -k and -m do."""
    if (other := hidden()) is not None:
        raise pytest.UsageError(
            f"shadowproof has a package {other.name!r} of its own, which hides {other} in this process. Run it in one of its own: "
            "shadowproof verify --junit FILE"
        )
    try:
        names = ask.properties(config.getoption("shadowproof_promise"))
        asked = _columns(config.getoption("shadowproof_column"), names)
    except (ask.AskError, RecordError) as problem:
        raise pytest.UsageError(str(problem)) from None
    for column, promises in asked.items():
        node = Circumstances.from_parent(session, name=title(column), nodeid=f"shadowproof::{title(column)}")
        node.column = column
        group = f"@shadowproof {column.name}" if getattr(config.option, "loadgroup", False) else ""
        items += [Promise.from_parent(node, name=name, nodeid=f"{node.nodeid}::{name}{group}") for name in promises]


def _columns(typed: Sequence[str], names: Sequence[str]) -> dict[Column, Sequence[str]]:
    """Which promises are asked in which columns. Raises AskError."""
    found: dict[Column, Sequence[str]] = {}
    for text in typed or [BASE.name]:
        if text == EACH:
            found |= {column: promises for column, promises, _ in recorded_tasks(names) if column != ALL_FAULTS}
            continue
        parts = [] if text == BASE.name else [part.strip() for part in text.split("+")]
        readings = [part for part in parts if "=" in part]
        found[ask.column([part for part in parts if "=" not in part], readings)] = names
    return found
