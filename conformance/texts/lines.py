"""From bytes to lines that can be read and printed: encodings, terminal escapes, markdown's escapes, tables' bars.

Everything is bounded before it is looked at: bytes of a file, signs of a line, lines of a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from conformance.content import ReadError, content_of
from conformance.texts.facts import Place

MOST_LINES = 200_000
MOST_SIGNS = 2_000
"""Signs of a line that are read; what is beyond is no text that a person copied."""

EVTX = b"ElfFile\0"
"""How a Windows event log begins."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,10}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_QUOTING = re.compile(r"^(?:[>\s]|\\(?=[\s>*#+-]))+")
_BULLET = re.compile(r"^(?:[-*+\u2022]\s+)+")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>-])")
PRINTED = "Give what a command printed, or an event log that was saved as .evtx."
_HEAD = "SOURCE:"
"""A first line that says where a text is from; it is not read."""


@dataclass(frozen=True)
class Line:
    """A line of a text, without what markdown and terminals put around it. raw: with its escapes of backslashes as they were."""

    place: Place
    text: str
    raw: str

    @property
    def said(self) -> str:
        """The line as it may be quoted."""
        return self.text if len(self.text) <= 90 else self.text[:87] + "..."


def bytes_of(path: Path) -> bytes:
    """The content of a file, or of stdin (`-`). Raises ReadError."""
    return content_of(path, shown(str(path)))


def shown(text: str, most: int = 200) -> str:
    """A name or a value as it may be printed, so many signs of it at most."""
    return _CONTROLS.sub("?", text.replace("\n", " ").replace("\t", " "))[:most]


def decoded(content: bytes, file: str, remedy: str = PRINTED) -> str:
    """The text of a file: UTF-8, UTF-16 (as PowerShell's redirection writes it), or the western code page. remedy: what to do where it
    is none. Raises ReadError."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if content[1:2] == b"\0" and content[3:4] == b"\0":
        return content.decode("utf-16-le", "replace")
    if b"\0" in content:
        raise ReadError(f"{file} is no text. {remedy}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def lines_of(text: str, file: str) -> list[Line]:
    """The lines of a text that hold anything, in order. Raises ReadError where there are too many."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n", MOST_LINES)
    if len(raw) > MOST_LINES:
        raise ReadError(f"{file} has more than {MOST_LINES:,} lines. Take those around the failed backup.")
    found = []
    for number, line in enumerate(raw, 1):
        if number == 1 and line.startswith(_HEAD):
            continue
        plain = _CONTROLS.sub("", _ESCAPES.sub("", line[:MOST_SIGNS])).replace("\t", "  ")
        plain = _BULLET.sub("", _QUOTING.sub("", plain)).rstrip()
        if plain:
            found.append(Line(Place(file, number), _ESCAPED.sub(r"\1", plain), plain))
    return found
