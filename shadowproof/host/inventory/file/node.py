"""A value of the file together with the place it stands at, so that every complaint can name that place."""

import json
import re
from dataclasses import dataclass
from typing import TypeGuard

LONGEST_SHOWN = 80  # characters of the file that one message quotes


class InventoryError(ValueError):
    """The file cannot be used. Its text is one sentence: the file, the place in it, what is wrong and what helps."""


class OddValueError(InventoryError):
    """One value cannot be what its name says. `source`: the value, and why; `place`: where it stands.

    It spoils no more than what it is about: whoever reads a VM notes it, and leaves that open.
    """

    def __init__(self, node: "Node", problem: str, remedy: str) -> None:
        self.place = node.where
        self.problem = f"is {shown_value(node.value)}, which {problem}"
        self.source = f"{node.told}, which {problem}"
        self.remedy = remedy
        super().__init__(f"{node.file}: {self.place} {self.problem}; {remedy}")


def shown_value(value: object) -> str:
    """A value of the file as JSON, cut where it is long."""
    return shown(json.dumps(value, ensure_ascii=False), LONGEST_SHOWN)


def shown(text: str, limit: int | None = None) -> str:
    """`text` fit for a terminal: control, direction and half characters are escaped; cut after `limit` characters."""
    looked_at = text if limit is None else text[: limit + 1]
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in looked_at)
    return safe if limit is None or len(safe) <= limit else safe[: limit - 3] + "..."


@dataclass(frozen=True)
class Node:
    """`value` is what the JSON parser gave; `place` its path, "" for the top; `file` the file's name for messages."""

    value: object
    place: str
    file: str

    @property
    def where(self) -> str:
        """The place in words."""
        return self.place or "the top of the file"

    @property
    def told(self) -> str:
        """`place = value`, as a fact's source quotes it."""
        return f"{self.where} = {shown_value(self.value)}"

    def wrong(self, problem: str, remedy: str) -> InventoryError:
        """The error to raise for the whole file; `problem` continues the place, `remedy` says what to do."""
        return InventoryError(f"{self.file}: {self.where} {problem}; {remedy}")

    def odd(self, problem: str, remedy: str) -> OddValueError:
        """The error to raise for this value alone; `problem` continues "which"."""
        return OddValueError(self, problem, remedy)

    def child(self, key: str | int, value: object) -> "Node":
        """The node of an element of this one."""
        if isinstance(key, int):
            place = f"{self.place}[{key}]"
        elif re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
            place = f"{self.place}.{key}" if self.place else key
        else:
            place = f"{self.place}[{shown(json.dumps(key, ensure_ascii=False), LONGEST_SHOWN)}]"
        return Node(value, place, self.file)

    def entries(self) -> "dict[str, Node]":
        """The members of an object by their exact names; of anything else none."""
        if not isinstance(self.value, dict):
            return {}
        return {str(key): self.child(str(key), value) for key, value in self.value.items()}

    def find(self, *names: str) -> "Node | None":
        """The first of `names` that this object has, null or not. Case is ignored, as PowerShell does."""
        if not isinstance(self.value, dict):
            return None
        spelled: dict[str, str] = {}
        for key in self.value:
            spelled.setdefault(key.casefold(), key)
        for name in names:
            key = name if name in self.value else spelled.get(name.casefold())
            if key is not None:
                return self.child(key, self.value[key])
        return None

    def get(self, *names: str) -> "Node | None":
        """The first of `names` that this object has with a value other than null."""
        candidates = (self.find(name) for name in names)
        return next((node for node in candidates if node is not None and node.value is not None), None)

    def unwrapped(self) -> "Node":
        """Without the `{"value": [...], "Count": n}` that Windows PowerShell puts around some lists."""
        if isinstance(self.value, dict) and {str(key).casefold() for key in self.value} == {"value", "count"}:
            inner = self.find("value")
            if inner is not None and isinstance(inner.value, list):
                return inner
        return self

    def items(self) -> "list[Node] | None":
        """The objects of a collection; one object stands for a list of one, null among objects for one of which nothing is said.

        None where it is not said what there is: objects cut to text (ConvertTo-Json does that below its -Depth), `{}`, or
        nothing but null. Raises OddValueError where a collection holds numbers, lists or truth values.
        """
        inner = self.unwrapped()
        if isinstance(inner.value, dict):
            return [inner] if inner.value else None
        if isinstance(inner.value, str):
            return None
        if not isinstance(inner.value, list):
            raise self.odd("is no list of objects", "collect it again with ConvertTo-Json -Depth 4")
        nodes = [inner.child(i, {} if value is None else value) for i, value in enumerate(inner.value)]
        for node in nodes:
            if not isinstance(node.value, dict | str):
                raise node.odd("is no object", "collect it again with ConvertTo-Json -Depth 4")
        only_null = bool(inner.value) and all(value is None for value in inner.value)
        return None if only_null or any(isinstance(node.value, str) for node in nodes) else nodes

    def scalar(self) -> str | int:
        """An enumeration's name or number; the pair `{"value": 2, "Value": "Running"}` of a remote session counts.

        Raises OddValueError for truth values, fractions, lists and other objects.
        """
        value = self.value
        if isinstance(value, dict) and value and {str(key).casefold() for key in value} == {"value"}:
            value = value.get("Value", next(iter(value.values())))
        if isinstance(value, str) or _is_integer(value):
            return value
        raise self.odd("is neither a name nor a whole number", "give the value as Get-VM reports it")

    def text(self) -> str:
        """A string without the blanks around it. Raises OddValueError for anything else."""
        if not isinstance(self.value, str):
            raise self.odd("is no text", "give it in quotes")
        return self.value.strip()

    def boolean(self) -> bool:
        """true, false, the same as a text, or 1 and 0. Raises OddValueError for anything else."""
        if isinstance(self.value, bool):
            return self.value
        if _is_integer(self.value) and self.value in {0, 1}:
            return self.value == 1
        if isinstance(self.value, str) and self.value.strip().casefold() in {"true", "false"}:
            return self.value.strip().casefold() == "true"
        raise self.odd("is neither true nor false", "give it as true or false")


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
