"""Whether words say that something happened. They do not where they are denied, are a condition or a plan, count nothing, or set
something: "not failed", "if it timed out", "0 errors", "error code 0", "timeout 600 s"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_BEFORE = re.compile(
    r"(?:\b(?:not|never|no|nor|without|if|unless|until|before|in case|whether|should|would|will|shall|may|might|could|can|cannot|to be"
    r"|being|skip(?:s|ped|ping)?|ignor(?:e|es|ed|ing)|retry on|zero)\b|n['\u2019]t\b|(?<![\w.,:])0\b)"
    r"(?:[\s'\"(\[/-]+\w+){0,2}[\s'\"(\[/-]+$",
    re.I,
)
"""What stands before words that are not said of what happened, with two words between at most; a stop or a comma ends it."""

_AFTER = re.compile(
    r"(?:\(s\))?[\s'\")\]]*(?:\b(?:codes?|count|number|status|rate|level|result)\b)?\s*(?:\b(?:is|was|were|of)\b)?[\s:=(\[]*"
    r"(?:(?:0x0+|0+|none|nil|null|false|S_OK|ERROR_SUCCESS|success(?:ful(?:ly)?)?)\b(?![.,]?\d)|no\b(?!\s+\w))"
    r"|\s*=\s*(?:yes|true|on|off|\d)|\s*:\s*(?:yes|true|on|off)\b",
    re.I,
)
"""What stands after words that count nothing, or set something."""

_NEAR = 80
"""Signs on either side of a word that are looked at."""


def happened(text: str, start: int, end: int) -> bool:
    """Whether the words from start to end of a line are said of what happened."""
    return _BEFORE.search(text[max(0, start - _NEAR) : start]) is None and _AFTER.match(text, end) is None


def is_said(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a pattern is in a line, said of what happened: its group `word`, where it has one and it took part."""
    for one in pattern.finditer(text):
        start = one.start("word") if one.groupdict().get("word") else one.start()
        if happened(text, start, one.end()):
            return True
    return False


@dataclass(frozen=True)
class Saying:
    """Words that say that something happened, where others stand before or after them (patterns; empty: anything)."""

    word: str
    before: str = ""
    after: str = ""

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
        word, before, after = (rf"\b(?:{self.word})", rf"(?:{self.before})$", self.after)
        return re.compile(word, re.I), re.compile(before, re.I), re.compile(after, re.I)

    def is_in(self, text: str) -> bool:
        """Whether a line says so."""
        word, before, after = self._patterns
        for one in word.finditer(text):
            follows = after.match(text, one.end())
            if follows is None or before.search(text[max(0, one.start() - _NEAR) : one.start()]) is None:
                continue
            if happened(text, one.start(), follows.end()):
                return True
        return False
