"""What a visit of every state of a few VMs found, and what it may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class TooMuchMemory(RuntimeError):
    """A search would take more memory than it may. The message says how much."""


@dataclass(frozen=True)
class Visited:
    """engine: "numpy" or "numba". Exact counts; depth: of the state farthest from the start. hits: for each term that was
    looked for and holds somewhere, a nearest state where it does."""

    engine: str
    states: int
    steps: int
    depth: int
    hits: Mapping[str, tuple[int, ...]]


def check_memory(needed: int, allowed: int) -> None:
    """Raises TooMuchMemory."""
    if needed > allowed:
        raise TooMuchMemory(
            f"the states would take {needed / 2**20:,.0f} MiB, and {allowed / 2**20:,.0f} MiB are allowed"
        )
