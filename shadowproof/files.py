"""Files at the edge: written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path


class OutputError(ValueError):
    """A file cannot be written; the message names it and the remedy."""


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written to before work is spent on what should go there. Raises OutputError."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder. Name a file in it.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{path} cannot be written. Choose a folder that exists and is writable.")


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all, in UTF-8 wherever it is written. Raises OutputError."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as problem:
        raise OutputError(
            f"{path} cannot be written ({problem.strerror}). Choose a folder that exists and is writable."
        ) from None
    try:
        # half a surrogate pair, which a name may hold, is no text: it is escaped, in JSON as JSON escapes it
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as out:
            out.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as problem:
        raise OutputError(f"{path} cannot be written ({problem.strerror}). Choose another place.") from None
    finally:
        Path(temporary).unlink(missing_ok=True)  # it is still there if this was interrupted, too


def write_json(path: Path, data: object) -> None:
    """Write data as JSON, whole or not at all. Raises OutputError."""
    write_whole(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
