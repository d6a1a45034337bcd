"""What was found, as every format is told it: each promise judged, how that stands, where it is said, and the run behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256


class Standing(Enum):
    """How a verdict stands with what is expected."""

    KEPT = "kept"
    KNOWN = "fails as recorded"
    OPEN = "not put to the test, or undecided as recorded"
    FAILED = "not as expected"


@dataclass(frozen=True)
class At:
    """A place in the checkout, its path from there and its line, and what is told of it."""

    file: str
    line: int
    says: str = ""


@dataclass(frozen=True)
class Found:
    """One promise in one set of circumstances. says: its sentence; shows: requirement ids; told: in one sentence what was found.
    rules: those that the run takes; run: its steps, each at its rule. was: the recorded verdict, ""  where there is none.
    smallest: no smaller circumstances among those judged show it already."""

    promise: str
    says: str
    shows: tuple[str, ...]
    under: str
    verdict: str
    standing: Standing
    told: str
    at: At
    rules: tuple[At, ...] = ()
    run: tuple[At, ...] = ()
    was: str = ""
    smallest: bool = True

    @property
    def key(self) -> str:
        """The same as long as the promise and its circumstances are called the same, whatever else is said, or stands elsewhere."""
        return sha256(f"{self.promise}\n{self.under}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Report:
    """All that one command has found. head: what it says first, a line each; seconds: of computing, by circumstances; content: a hash
    of the protocol that was judged; status: the exit status; expected: what is well if nothing is the matter, in two words."""

    command: str
    head: tuple[str, ...]
    found: tuple[Found, ...]
    status: int
    version: str = ""
    content: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    expected: str = "as recorded"

    def named(self, standing: Standing) -> str:
        """What is said of a standing here."""
        return f"not {self.expected}" if standing is Standing.FAILED else standing.value

    def standing(self, standing: Standing) -> list[Found]:
        return [one for one in self.found if one.standing is standing]

    @property
    def findings(self) -> list[Found]:
        """What fails, new or known; the known only where no smaller circumstances show it already. New first."""
        known = [one for one in self.standing(Standing.KNOWN) if one.smallest]
        return [*self.standing(Standing.FAILED), *known]

    @property
    def numbers(self) -> Counter[Standing]:
        return Counter(one.standing for one in self.found)


def promises(found: Sequence[Found]) -> list[str]:
    """The promises that are spoken of, each once."""
    return list(dict.fromkeys(one.promise for one in found))
