"""A finding: what was found with an agent, whose it is, the faults it takes, what is done to show it, and what it shows about Windows.

Each is judged twice: on the machines, where the promise breaks with these faults and (of the agent's own) not without its own; and on the
pair, where what is done leads the agent itself there.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.agents.lockstep import Disturbance

PRODUCT, DRIVER, BETWEEN = "the agent", "the driver", "between them"

ONE, TWO = (0,), (0, 4)
"""Which file systems the guest has, by their numbers in the catalogue."""


@dataclass(frozen=True)
class Finding:
    """One finding. faults: in what column the promise breaks; own: that of them which is the agent's. steps: of the shortest run of the
    machines. systems, done: what is done to the pair."""

    name: str
    whose: str
    promise: str
    says: str
    windows: str
    faults: frozenset[str]
    steps: int
    done: tuple[Disturbance, ...]
    systems: tuple[int, ...] = ONE
    own: str = ""


def refused(what: str, number: int, error: int) -> Disturbance:
    """The next open, freeze or thaw of this file system is refused."""
    return Disturbance(f"refuse_{what}", number, error=error)
