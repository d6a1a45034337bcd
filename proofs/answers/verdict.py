"""Verdict and assurance: what was found of a property in a column, and how far that reaches. Never one without the other."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass, field

from model.notation.run import Index, Shape

PROVED = "proved for any number of VMs"
"""Z3 and cvc5 confirm that the claim follows from a closed set of views, and that every event keeps the set."""

CLOSED = "closed for any number of VMs"
"""A closed set of views has been computed, nothing made of which breaks the claim; no solver has confirmed it yet."""


def closed_for(kinds: int, *, whole: bool = True) -> str:
    """The assurance of a closed set of views that speaks of VMs of so many kinds (0: of VMs of any kind, with any number of parts).
    whole: the VMs that were looked at have all parts that those of these kinds have."""
    if not kinds:
        return CLOSED
    these, their = ("this kind", "its") if kinds == 1 else (f"these {kinds} kinds", "their")
    return f"{CLOSED} of {these}, with {'' if whole else 'few of '}{their} disks and adapters"


HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED = "holds", "refuted", "undecided", "not exercised"


@dataclass(frozen=True)
class RunFound:
    """A run of the whole network, ready to be replayed: shapes and start states, then events with the member each happens
    to. `loop`: for a run that never comes to rest, the step from which it repeats (its length: it only waits)."""

    shapes: tuple[Shape, ...]
    starts: dict[tuple[str, Index], str]
    steps: tuple[tuple[str, Index], ...]
    loop: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What was found. states, steps, depth: of the searches made, over all numbers of VMs up to `vms`. views: of the closed set
    that shows it for any number of VMs, each with any number of disks and adapters (0: nothing is shown for any number).
    cached: it, or the proof it stands on, was not worked out now but is from the cache."""

    property: str
    column: str
    verdict: str
    assurance: str
    engine: str = "explorer"
    vms: int = 0
    states: int = 0
    steps: int = 0
    depth: int = 0
    views: int = 0
    run: RunFound | None = None
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)
    cached: bool = field(default=False, compare=False)

    @builtins.property
    def length(self) -> int | None:
        """The number of steps of the run, where there is one."""
        return len(self.run.steps) if self.run else None


def exhaustive(vms: int, fewest: int = 1, parts: str = "") -> str:
    """The assurance of searches of `fewest` to `vms` VMs that came to their end. parts: how many parts they had, as the end of the
    sentence."""
    plural = "s" if vms > 1 else ""
    up_to = "" if 1 < fewest == vms else "up to "
    return f"every state of {up_to}{vms} VM{plural}{parts}"


def reaches(assurance: str, vms: int) -> bool:
    """Whether what is so assured is so for as many VMs, whatever parts they have."""
    most = re.fullmatch(r"every state of up to (\d+) VMs?", assurance)
    return not assurance.startswith("every state of") if most is None else int(most[1]) >= vms
