"""The text of a file, changed where its syntax says: one more element of a tuple, one more argument of a call, one more import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Kind = TypeVar("Kind", bound=ast.expr)


class SourceError(ValueError):
    """A file is not as it must be to be added to; the message says which, and what to do."""


@dataclass(frozen=True)
class Source:
    """A file's path below the checkout, and its text. Each method gives the file with something more in it. Raises SourceError."""

    path: str
    text: str

    @classmethod
    def read(cls, root: Path, path: str) -> Source:
        try:
            return cls(path, (root / path).read_text("utf-8"))
        except OSError as problem:
            raise SourceError(f"{path} cannot be read ({problem.strerror}). Restore it: git checkout {path}") from None

    def in_tuple(self, name: str, element: str) -> Source:
        """One more at the end of the tuple that a variable is."""
        return self._before_end(self._value(name, ast.Tuple), element)

    def in_call(self, of: str, method: str, argument: str) -> Source:
        """One more argument, at the end of the call of a variable's method."""
        for node in ast.walk(self._tree):
            called = node.func if isinstance(node, ast.Call) else None
            if (
                isinstance(node, ast.Call)
                and isinstance(called, ast.Attribute)
                and ast.unparse(called) == f"{of}.{method}"
            ):
                return self._before_end(node, argument)
        raise SourceError(f"{self.path} has no {of}.{method}(...). Give {of} its table first.")

    def in_words(self, name: str, key: str, word: str) -> Source:
        """One more word in the text that a dictionary has for a key."""
        found = self._value(name, ast.Dict)
        for one, value in zip(found.keys, found.values, strict=True):
            if isinstance(one, ast.Name) and one.id == key and isinstance(value, ast.Constant):
                at = self._at(value.end_lineno or 0, value.end_col_offset or 0)
                quote = 3 if self.text.encode()[:at].endswith(b'"""') else 1
                return self._with(at - quote, f" {word}")
        raise SourceError(f"{self.path}: {name} has no {key}. Restore it: git checkout {self.path}")

    def importing(self, module: str, *names: str) -> Source:
        """With these names of a module, after the last import; one that is there already is not imported again."""
        imports = [one for one in self._tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
        there = {
            alias.name
            for one in imports
            if isinstance(one, ast.ImportFrom) and one.module == module
            for alias in one.names
        }
        wanted = [name for name in names if name not in there]
        if not wanted:
            return self
        line = max((one.end_lineno or 0 for one in imports), default=1)
        return self._with(self._at(line + 1, 0), f"from {module} import {', '.join(wanted)}\n")

    def before(self, variable: str, text: str) -> Source:
        """With a text before the statement that gives a variable, or a function, its name."""
        for one in self._tree.body:
            if variable in _named(one):
                return self._with(self._at(one.lineno, 0), f"{text}\n\n\n")
        raise SourceError(f"{self.path} has no {variable}. Restore it: git checkout {self.path}")

    def at_end(self, text: str) -> Source:
        return Source(self.path, f"{self.text.rstrip()}\n\n{text}\n")

    def states_of(self, actor: str) -> str:
        """The name of the class that has the states of the machine of this name."""
        for node in ast.walk(self._tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Actor"
                and len(node.args) > 1
            ):
                name, states = node.args[:2]
                if isinstance(name, ast.Constant) and name.value == actor and isinstance(states, ast.Name):
                    return states.id
        raise SourceError(f"{self.path} does not say in one word which states {actor} has. Name another machine.")

    @property
    def _tree(self) -> ast.Module:
        try:
            return ast.parse(self.text)
        except SyntaxError as problem:
            raise SourceError(f"{self.path}:{problem.lineno}: {problem.msg}. Mend that line.") from None

    def _value(self, name: str, kind: type[Kind]) -> Kind:
        for one in self._tree.body:
            if name in _named(one) and isinstance(one, ast.Assign | ast.AnnAssign) and isinstance(one.value, kind):
                return one.value
        raise SourceError(f"{self.path} has no {name} to add to. Restore it: git checkout {self.path}")

    def _before_end(self, node: ast.expr, added: str) -> Source:
        content = self.text.encode()
        at = self._at(node.end_lineno or 0, node.end_col_offset or 0) - 1
        before = content[:at].rstrip()
        comma = b"" if before.endswith((b",", b"(")) else b","
        row = "".join(f"\n    {line}" for line in f"{added},".splitlines())
        return Source(self.path, (before + comma + row.encode() + b"\n" + content[at:]).decode())

    def _at(self, line: int, column: int) -> int:
        """Where that is in the file's bytes, by which Python counts columns."""
        return sum(len(one) for one in self.text.encode().splitlines(keepends=True)[: line - 1]) + column

    def _with(self, at: int, added: str) -> Source:
        content = self.text.encode()
        return Source(self.path, (content[:at] + added.encode() + content[at:]).decode())


def _named(one: ast.stmt) -> Iterator[str]:
    """What a statement gives a value to."""
    targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
    yield from (target.id for target in targets if isinstance(target, ast.Name))
    if isinstance(one, ast.FunctionDef | ast.ClassDef):
        yield one.name
