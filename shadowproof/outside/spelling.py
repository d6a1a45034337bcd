"""Text for a place whose encoding lacks some of its signs: substitutes that can be read, escapes for the rest. Nothing is lost. Also what
is long, and what is counted, as a sentence has it."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable
from typing import Any

SPELLED = "shadowproof.spelled"
"""The error handler's name, as `str.encode` and text streams take it."""

SUBSTITUTES = {
    "→": "->", "←": "<-", "…": "...", "≤": "<=", "≥": ">=", "≠": "!=", "•": "*", "·": ".", "“": '"', "”": '"', "—": "-",
    "\N{EN DASH}": "-", "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{MULTIPLICATION SIGN}": "x", "\N{NO-BREAK SPACE}": " ", "\N{NON-BREAKING HYPHEN}": "-",
    "━": "-", "╸": "-", "╺": "-",
}  # fmt: skip
"""What is written in place of a sign; the last three draw bars of progress. Any other is escaped, as \\u0416."""


_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def harmless(text: str) -> str:
    """The text in which signs that steer a terminal, or turn what is written round, are escaped: whatever a file of others says may be
    quoted."""
    return _STEERS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def readable(text: str, encoding: str) -> str:
    """The text as it can be written in this encoding: the same where the encoding has all its signs."""
    return text.encode(encoding, SPELLED).decode(encoding)


LONGEST = 40
"""Characters of a name up to which it stands in a table or a sentence as it is."""


def shortened(name: str) -> str:
    """A name that is too long for a page, without its middle; its ends tell most names apart."""
    half = (LONGEST - 1) // 2
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1 - half]}…{name[-half:]}"


def many(number: int | None, what: str) -> str:
    """So many of what is counted: 1 verdict, 2,000 verdicts. None: nobody knows how many."""
    return f"{'some' if number is None else f'{number:,}'} {what}{'' if number == 1 else 's'}"


def in_full(names: Iterable[str]) -> list[str]:
    """For each name that is shortened somewhere, once, what it is in full."""
    return [f"{shortened(name)} is {name}" for name in dict.fromkeys(names) if len(name) > LONGEST]


def spell_what_is_lacking() -> None:
    """From now on nothing that is written to stdout or stderr is refused for its signs."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(
            stream, "reconfigure", None
        )  # a stream that is closed, or put there by others, has none
        if reconfigure is not None:
            reconfigure(errors=SPELLED)


def _spelled(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    return "".join(map(_sign, problem.object[problem.start : problem.end])), problem.end


def _sign(sign: str) -> str:
    if "\N{BRAILLE PATTERN BLANK}" <= sign <= "\N{BRAILLE PATTERN DOTS-12345678}":
        return "*"  # what turns while a command works
    return SUBSTITUTES.get(sign) or sign.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(SPELLED, _spelled)
