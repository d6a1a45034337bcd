"""One VM as the file writes it, with what every rule needs: its name for commands, and where odd things are noted."""

from dataclasses import dataclass

from .facts import quoted, quoted_pattern
from .node import Node


@dataclass(frozen=True)
class Vm:
    """`node` is the VM's object; `name` is fit for a terminal; `notes` is the whole file's and only appended to."""

    node: Node
    name: str
    notes: list[str]

    def note(self, place: str, sentence: str) -> None:
        """Add a sentence for the reader about this VM."""
        self.notes.append(f"{place}: {sentence}")

    def absent(self, name: str) -> str:
        """The source of a fact whose element is missing."""
        return f"{self.node.where} has no {name}"

    def collection(self, *names: str) -> list[Node] | None:
        """The objects of a nested collection, or None (noted) where the file names it without saying what is in it."""
        found = self.node.get(*names)
        if found is None:
            return None
        items = found.items()
        if items is None:
            self.note(found.where, "the objects were cut to text, so this stays open; use ConvertTo-Json -Depth 4")
        return items

    def get_vm(self, properties: str) -> str:
        """The command that shows properties of this VM."""
        return f"Get-VM -Name {quoted_pattern(self.name)} | Select-Object {properties}"

    def get_part(self, command: str, properties: str) -> str:
        """The command that shows properties of parts of this VM."""
        return f"{command} -VMName {quoted_pattern(self.name)} | Select-Object {properties}"

    def in_guest(self, command: str) -> str:
        """A command to be run inside the guest, which the host cannot look into."""
        return f"inside the VM {quoted(self.name)}: {command}"
