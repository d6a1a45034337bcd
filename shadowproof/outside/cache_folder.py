"""Where judgements are kept between calls, and what a user is told of that. A verdict is never lost because it cannot be kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from proofs.answers.cache import CacheError, in_use, use

NAME = ".shadowproof-cache"
VARIABLE = "SHADOWPROOF_CACHE"
MOST_ENTRIES = 60_000
"""How many judgements are kept: a sweep of all pairs of faults makes some 25,000."""

_NOT_OURS = {
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# What shadowproof has judged; it can be removed at any time.\n",
    ".gitignore": "*\n",
}
"""Files that tell programs for backups and git to leave the folder alone."""


def place(named: Path | None, working: Path, system: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The folder that is named; else that of the checkout which the working folder is in; else the user's for caches.
    system: the environment. Raises CacheError where there is none of them."""
    if named is not None:
        return named
    checkout = next((at for at in (working, *working.parents) if _is_checkout(at)), None)
    return checkout / NAME if checkout is not None else _users(system, platform) / "shadowproof"


def _is_checkout(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file() and (folder / "model" / "protocol.py").is_file()


def _users(system: Mapping[str, str], platform: str) -> Path:
    """The user's folder for caches, where the system has it. A name that is not absolute counts as none."""
    variable = "LOCALAPPDATA" if platform == "win32" else "XDG_CACHE_HOME"
    if platform != "darwin" and Path(system.get(variable, "")).is_absolute():
        return Path(system[variable])
    try:
        home = Path.home()
    except RuntimeError:
        raise CacheError(
            f"There is no home folder to keep the cache in. Name a folder with --cache or {VARIABLE}."
        ) from None
    return home / {"darwin": "Library/Caches", "win32": "AppData/Local"}.get(platform, ".cache")


def open_cache(named: Path | None, console: Console) -> Path | None:
    """Keep what is judged from now on, and say why if that cannot be; None: nothing is kept."""
    try:
        folder = use(place(named, Path.cwd(), os.environ)).folder
    except CacheError as problem:
        _warn(str(problem), console)
        return None
    if folder is not None:
        for name, text in _NOT_OURS.items():
            with suppress(OSError):
                (folder / name).write_text(text, "utf-8")
    return folder


def close_cache(console: Console, *, quiet: bool = False) -> None:
    """Keep no more than is allowed; say where that is (not if quiet), what was damaged, and what could not be kept."""
    known = in_use()
    known.prune(MOST_ENTRIES)
    if known.folder is not None and known.damaged:
        first, *others = (path.relative_to(known.folder) for path in known.damaged)
        which = f"{len(others) + 1} damaged entries of the cache were" if others else "1 damaged entry of the cache was"
        more = ", …" if others else ""
        console.print(f"{which} set aside and judged anew: {first}{more}.", highlight=False, soft_wrap=True)
    if known.problem:
        _warn(known.problem, console)
    elif known.folder is not None and not quiet:
        console.print(f"Kept for the next time in {known.folder}", style="dim", highlight=False, soft_wrap=True)
    use(None)


def _warn(problem: str, console: Console) -> None:
    console.print(
        f"Nothing is kept for the next time, or not all: {problem}", style="yellow", highlight=False, soft_wrap=True
    )
