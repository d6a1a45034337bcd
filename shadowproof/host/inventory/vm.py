"""One VM as the file writes it, with what every rule needs: its name for commands, and where odd things are noted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from .facts import Fact, in_guest, possible, quoted, quoted_pattern
from .file.node import Node, OddValueError, shown_value

_T = TypeVar("_T")
_DEPTH = "use ConvertTo-Json -Depth 4"

MOST_PARTS = 512
"""Elements of one collection of a VM; Hyper-V allows 260 disks and 68 adapters. What more stand for nobody can say: they stay open."""


@dataclass(frozen=True)
class Vm:
    """`node` is the VM's object; `name` is fit for a terminal; `notes` is the whole file's and only appended to.

    `on_host`: the host that commands must name, since the file is of several; None where it is of one. `windows`: whether
    the guest runs Windows; None: not known.
    """

    node: Node
    name: str
    notes: list[tuple[str, str]]
    on_host: str | None
    windows: bool | None

    def note(self, place: str, sentence: str) -> None:
        """Add a sentence for the reader about this VM."""
        self.notes.append((place, sentence))

    def absent(self, name: str) -> str:
        """The source of a fact whose element is missing."""
        return f"{self.node.where} has no {name}"

    def fact(self, read: Callable[[], Fact], states: Iterable[StrEnum], command: str | None) -> Fact:
        """What is read; where a value cannot be what its name says, it is noted, and any of `states` is possible."""
        try:
            return read()
        except OddValueError as odd:
            self.note_odd(odd)
            return possible(states, odd.source, command)

    def value(self, read: Callable[[], _T], otherwise: _T) -> _T:
        """The same of a value that is no fact by itself."""
        try:
            return read()
        except OddValueError as odd:
            self.note_odd(odd)
            return otherwise

    def note_odd(self, odd: OddValueError) -> None:
        """Note a value that cannot be."""
        self.note(odd.place, f"{odd.problem}, so what it is about stays open; {odd.remedy}")

    def collection(self, *names: str) -> list[Node] | None:
        """The objects of a nested collection, or None (noted) where the file names it without saying what is in it."""
        found = self.node.get(*names)
        if found is None:
            return None
        try:
            items = found.items()
        except OddValueError as odd:
            self.note_odd(odd)
            return None
        if items is None:
            bare = isinstance(found.value, str) and bool(found.value.strip())
            texts = bare or (isinstance(found.value, list) and any(isinstance(one, str) for one in found.value))
            why = (
                "the objects were cut to text"
                if texts
                else f"{shown_value(found.value)} does not say whether there are any"
            )
            self.note(found.where, f"{why}, so this stays open; {_DEPTH}")
        return self.bounded(found, items)

    def bounded(self, found: Node, items: list[Node] | None) -> list[Node] | None:
        """The elements; None (noted) where they are more than a VM can have."""
        if items is None or len(items) <= MOST_PARTS:
            return items
        self.note(
            found.where,
            f"has {len(items):,} elements, more than the {MOST_PARTS} that are read of one VM, so this stays open; check what wrote it",
        )
        return None

    def get_vm(self, properties: str) -> str:
        """The command that shows properties of this VM."""
        return f"Get-VM{self.there} -Name {quoted_pattern(self.name)} | Select-Object {properties}"

    def get_part(self, command: str, properties: str) -> str:
        """The command that shows properties of parts of this VM."""
        return f"{command}{self.there} -VMName {quoted_pattern(self.name)} | Select-Object {properties}"

    @property
    def there(self) -> str:
        """The parameter that names the host, where it must be named."""
        return f" -ComputerName {quoted(self.on_host)}" if self.on_host else ""

    def in_guest(self, command: str) -> str | None:
        """A command to be run inside the guest; none where that is not Windows."""
        return in_guest(self.name, self.on_host, self.windows, command)
