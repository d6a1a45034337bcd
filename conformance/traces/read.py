"""From bytes to lines, one at a time: JSON lines, or a whole ITF trace. What is in a file decides, never its name.

Everything is bounded before it is looked at: bytes of a line, lines of what must be kept, bytes of what is one value.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from conformance.texts.lines import shown
from conformance.traces.form import Header, Line, Reader, TraceError

MOST_OF_A_LINE = 100_000
MOST_OF_ITF = 64_000_000
MOST_KEPT_LINES = 10_000
"""Bytes of a line; bytes of a trace in ITF, which is one value; lines of a run that is not complete, all of which are kept."""


class Lines:
    """A trace under way: its header, then its lines, raw (`raw`) or as they are meant (`lines`), once. name: as it may be printed."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        from conformance.traces import itf  # noqa: PLC0415 - reads by means of this file

        self.name, self.reader = name, Reader()
        self._stream = stream
        self._number, first = 1, self._line().removeprefix(codecs.BOM_UTF8)
        while first and not first.strip():
            self._number, first = self._number + 1, self._line()
        at = f"{name}, line {self._number}"
        self._whole: list[Line] | None = None
        head = parsed(first, at, often=_HINT) if first.lstrip()[:1] == b"{" and _is_whole(first) else None
        if isinstance(head, dict) and "schema" in head:
            self.header: Header = self.reader.header(head, at)
        elif first.lstrip()[:1] == b"{":
            content = first + stream.read(MOST_OF_ITF)
            if len(content) > MOST_OF_ITF:
                raise TraceError(
                    f"{name} is larger than {MOST_OF_ITF:,} bytes and no JSON lines. Write it a line a step."
                )
            self.header, self._whole = itf.read(parsed(content, name, often=_HINT), name, self.reader)
        elif not first:
            raise TraceError(f"{name} is empty{', but for blank lines' if self._number > 2 else ''}. {_HINT}")
        elif (begins := _text(first)) is None:
            raise TraceError(f"{name} is no text in UTF-8. {_HINT}")
        else:
            raise TraceError(f"{at}: {begins!r} begins no trace. {_HINT}")

    def _line(self) -> bytes:
        return self._stream.readline(MOST_OF_A_LINE + 1)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is read already: a trace in ITF."""
        return self._whole is not None

    def raw(self) -> Iterator[tuple[int, bytes]]:
        """Each line that follows, with its number, without what ends it."""
        readline, number, most = self._stream.readline, self._number, MOST_OF_A_LINE
        while line := readline(most + 1):
            number += 1
            if len(line) > most:
                raise TraceError(f"{self.name}, line {number} has more than {most:,} bytes. Write less in a line.")
            if not (line := line.strip()):
                continue
            yield number, line

    def meant(self, raw: bytes, number: int) -> Line:
        """What a raw line says. Raises TraceError."""
        where = f"{self.name}, line {number}"
        return self.reader.line(parsed(raw, where), number, where, self.header)

    def lines(self) -> list[Line]:
        """All lines, where there are no more than can be kept."""
        if self._whole is not None:
            found = self._whole
        else:
            found = []
            for number, raw in self.raw():
                found.append(self.meant(raw, number))
                if len(found) > MOST_KEPT_LINES:
                    break
        if len(found) > MOST_KEPT_LINES:
            raise TraceError(
                f"{self.name} has more than {MOST_KEPT_LINES:,} lines, and is not complete. Write every event of the run, and "
                '"complete": true with how it starts; or give a part of it.'
            )
        return found


_HINT = "Give JSON lines that begin with the schema, or a trace in ITF; shadowproof replay --schema tells."


def _text(line: bytes) -> str | None:
    """How a line begins, as it may be printed; None: it is no text at all."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as problem:  # a long line may be cut within a sign
        if problem.start < MOST_OF_A_LINE - 4:
            return None
        text = line[: problem.start].decode("utf-8")
    return None if "\0" in text else shown(text.strip(), 40)


def _is_whole(line: bytes) -> bool:
    """Whether a first line may be a value by itself, rather than the beginning of one of many lines."""
    return line.rstrip()[-1:] == b"}" and len(line) <= MOST_OF_A_LINE


def parsed(raw: bytes, where: str, often: str = "Write JSON in UTF-8.") -> Any:
    """The JSON value that is written there. Raises TraceError."""
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise TraceError(f"{where} is not UTF-8 text. {often}") from None
    except RecursionError:
        raise TraceError(f"{where} is nested too deep. {often}") from None
    except ValueError as problem:
        said = problem.args[0] if isinstance(problem, _Twice) else f"no JSON ({shown(str(problem))[:80]})"
        raise TraceError(f"{where} is {said}. {often}") from None


class _Twice(ValueError):
    """An object has one key twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice("an object in which a name stands twice: it contradicts itself")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """A trace (`-`: stdin). Raises TraceError."""
    name = "stdin" if str(path) == "-" else shown(str(path))
    try:
        if str(path) == "-":
            yield Lines(name, sys.stdin.buffer)
        elif path.is_dir():
            raise TraceError(f"{name} is a folder. Name the traces in it.")
        else:
            with path.open("rb", buffering=1 << 20) as stream:
                yield Lines(name, stream)
    except OSError as problem:
        raise TraceError(f"{name} cannot be read ({problem.strerror}). Check the name.") from None
