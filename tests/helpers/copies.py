"""Copies of the project that tests change."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def copied(into: Path, *folders: str) -> Path:
    """These folders of the project in another one, with what Python has compiled of them: to compile it anew takes longer than most of
    what a copy is asked. It holds for files of the same time and size, and is under no version control."""
    for folder in folders:
        # a name of three parts is a file that another process is just writing
        shutil.copytree(ROOT / folder, into / folder, ignore=shutil.ignore_patterns("*.pyc.*"))
    (into / ".gitignore").write_text("__pycache__/\n", "utf-8")
    return into
