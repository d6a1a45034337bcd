"""Where the rooms stand: in a checkout, or in an installed package, in whose folder nothing is recorded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = "house"
"""The folder that an installed package has them in: see release/installed."""

_NAMES = ("model", "properties", "proofs", "conformance", "examples")


def installed(root: Path = ROOT) -> bool:
    """Whether this is no checkout."""
    return root.name == HOUSE and root.parent.name == "shadowproof"


def refuse_installed(what: str, root: Path = ROOT) -> None:
    """Raises ValueError where this is no checkout. what: what is kept in one."""
    if installed(root):
        raise ValueError(
            f"{what} in a checkout of the project, and this is an installed package. Clone it, and run make setup."
        )


def hidden(root: Path = ROOT, path: Sequence[str] | None = None) -> Path | None:
    """A package or a module of somebody else that is called as a room is, and that nobody finds in this process."""
    if not installed(root):
        return None  # in a checkout the order of the path is that of whoever set it
    for entry in sys.path if path is None else path:
        for name in _NAMES:
            found = Path(entry) / name
            if Path(entry).resolve() != root.resolve() and (
                (found / "__init__.py").is_file() or found.with_suffix(".py").is_file()
            ):
                return found
    return None
