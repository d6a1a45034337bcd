"""What a file holds, before anybody looks at it: within bounds, stdin once. (Nothing of the model is needed for it.)"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 8_000_000
AROUND = "Take what was printed or logged around the failed backup."


class ReadError(ValueError):
    """A file cannot be read, or contradicts another; one sentence with the place and the remedy."""


def content_of(path: Path, name: str, most: int = MOST_BYTES, remedy: str = AROUND) -> bytes:
    """The content of a file, or of stdin (`-`), which is read once however often it is asked for. name: as it may be printed. most:
    bytes of it (MOST_BYTES at most); remedy: what to do where there are more. Raises ReadError."""
    try:
        if str(path) == "-":
            content = _whole(sys.stdin.buffer)
        elif path.is_dir():
            raise ReadError(f"{name} is a folder. Name the files in it.")
        else:
            with path.open("rb") as stream:
                content = stream.read(most + 1)
    except (OSError, ValueError) as problem:
        if isinstance(problem, ReadError):
            raise
        why = problem.strerror if isinstance(problem, OSError) else "it is no name of a file"
        raise ReadError(f"{name} cannot be read ({why}). Check the name.") from None
    if len(content) > most:
        raise ReadError(f"{name} is larger than {most:,} bytes. {remedy}")
    return content


@lru_cache(maxsize=1)
def _whole(stream: BinaryIO) -> bytes:
    return stream.read(MOST_BYTES + 1)
