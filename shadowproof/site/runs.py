"""Runs on the site: told as stories, and opened in the page that walks the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from model.protocol import BY_ID, READINGS
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Cell, Record, load
from proofs.answers.runs import Runs, load_for
from proofs.answers.verdict import HOLDS, REFUTED
from proofs.verdicts.columns import ALL_FAULTS, BASE, every_column
from proofs.verdicts.combined.combinations import Block, CombinationsError, Row
from proofs.verdicts.combined.combinations import Kept as Combinations
from proofs.verdicts.combined.combinations import load as load_combinations
from proofs.verdicts.combined.kept_cuts import KeptCuts
from proofs.verdicts.combined.kept_cuts import load as load_cuts
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import options
from shadowproof.pages.findings import parts
from shadowproof.tell.story import story
from shadowproof.walk.runs import finding_link

EXPLORER = "walk.html"
"""The page that walks the protocol, in the site's top folder."""

STEP = "Step through this run"

_DEFAULTS = {reading.actor.name: reading.default for reading in READINGS}


@dataclass(frozen=True)
class Recorded:
    """What is recorded, for all pages of one build."""

    record: Record
    runs: Runs

    @staticmethod
    def now() -> Recorded:
        """As it stands in the project. Raises RecordError."""
        return Recorded(load(), load_for(protocol_content()))

    @cached_property
    def combinations(self) -> Combinations | None:
        """None: what is kept is of another protocol, or cannot be read."""
        try:
            kept = load_combinations()
        except CombinationsError:
            return None
        return kept if kept.protocol == protocol_content() else None

    @cached_property
    def cuts(self) -> Mapping[str, KeptCuts]:
        """Cut sets, by promise; nothing, where none are kept of this protocol. Raises KeptCutsError, as their page does."""
        return load_cuts(protocol_content())

    def rows(self, name: str) -> list[tuple[Block, Row]]:
        """The combinations of readings that break a promise, each with those that are combined there."""
        blocks = self.combinations.blocks if self.combinations else ()
        return [(block, row) for block in blocks for row in block.broken.get(name, ()) if not row.open]

    @cached_property
    def _all(self) -> Mapping[str, Mapping[Column, Cell]]:
        columns = (*every_column(), ALL_FAULTS)
        return {
            name: {column: cell for column in columns if (cell := self.record.cell(name, column.name)) is not None}
            for name in PROPERTIES
        }

    @cached_property
    def _breaking(self) -> Mapping[str, dict[Column, Cell]]:
        return {
            name: {
                column: cell
                for column, cell in cells.items()
                if cell.verdict == REFUTED and not any(self.refuted(name, part) for part in parts(column))
            }
            for name, cells in self._all.items()
        }

    def cells(self, name: str) -> Mapping[Column, Cell]:
        """The verdicts on a property, in the order of the tables."""
        return self._all[name]

    def refuted(self, name: str, column: Column) -> bool:
        cell = self.record.cell(name, column.name)
        return cell is not None and cell.verdict == REFUTED

    def breaking(self, name: str) -> dict[Column, Cell]:
        """The circumstances that break a property, and no part of which does."""
        return self._breaking[name]

    def broken_in(self, column: Column) -> dict[str, Cell]:
        """The properties that a circumstance breaks, and no part of it."""
        return {name: cells[column] for name, cells in self._breaking.items() if column in cells}

    def verdict(self, name: str, column: Column = BASE) -> str:
        """In a few words."""
        cell = self.record.cell(name, column.name)
        return "not recorded" if cell is None else said(cell)

    def told(self, name: str, column: Column) -> str:
        """The story of the run that is kept, and how to step through it; where none is, how to have one told."""
        kept = self.runs.of(name, column.name)
        if kept is None:
            cell = self.record.cell(name, column.name)
            if cell is not None and cell.length is None:
                return "No run reaches it, so there is none to tell."
            return f"Tell it with `{command(name, column)}`."
        network, _ = as_asked(PROPERTIES[name], watched())
        text = story(kept.run, network, PROPERTIES[name], column, kept.verdict(), self.holds_when(name, column))
        return f"```text\n{text.rstrip()}\n```\n\n{self.opened(name, column)}"

    def opened(self, name: str, column: Column, page: str = "folder/page.md", text: str = STEP) -> str:
        """A link from a page that opens a recorded run."""
        return walked(finding_link(name, column, given=True), page, text)

    def stepped(self, name: str, column: Column, cell: Cell) -> str:
        """How many steps a run takes, from a page in a folder; where it is kept, as the link that opens it."""
        return self.opened(name, column, text=steps(cell)) if self.runs.of(name, column.name) else steps(cell)

    def holds_when(self, name: str, column: Column) -> list[str]:
        """What would keep the property, as recorded: each fault or reading of the circumstance without which it holds."""
        found = []
        for fault in sorted(column.faults):
            if self._holds(name, Column(column.faults - {fault}, column.readings)):
                found.append(f"without the fault {fault}")
        for reading, value in column.readings:
            if self._holds(name, Column(column.faults, tuple(one for one in column.readings if one[0] != reading))):
                found.append(f"under {reading}={_DEFAULTS[reading]} instead of {value}")
        return found

    def _holds(self, name: str, column: Column) -> bool:
        cell = self.record.cell(name, column.name)
        return cell is not None and cell.verdict == HOLDS


def walked(link: str, page: str, text: str = STEP) -> str:
    """What opens a run in the page that walks the protocol. link: what stands behind that page's address. page: where this stands."""
    return f'<a class="walk" href="{"../" * page.count("/")}{EXPLORER}#{escape(link)}">{text}</a>'


def said(cell: Cell) -> str:
    """A verdict, with how far it reaches."""
    if cell.verdict == REFUTED:
        return f"broken, {steps(cell)}"
    return f"{cell.verdict} ({cell.assurance})" if cell.verdict == HOLDS else cell.verdict


def steps(cell: Cell) -> str:
    return "no run reaches it" if cell.length is None else f"{cell.length}\N{NO-BREAK SPACE}steps"


def command(name: str, column: Column) -> str:
    return f"shadowproof explain {name} {options(column)}".rstrip()


def of_sentence(number: int) -> list[str]:
    """The requirements that claim a sentence of the document."""
    return [one.id for one in BY_ID.values() if number in one.sentences]
