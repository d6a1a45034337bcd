"""What is worked out once for a protocol and kept in the cache that is in use: closed sets, and whole answers, as JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from proofs.answers.cache import in_use

if TYPE_CHECKING:
    from conformance.possible import Possible

ROOT = Path(__file__).parents[1]
SOURCES = ("model", "properties", "conformance", "shadowproof/tell")
"""What an answer depends on besides its question and the engines, which the cache itself looks at."""

RECORDS = ("proofs/answers/record.json", "proofs/answers/runs.json")
"""What is judged of the model's own requester."""


@cache
def digest() -> str:
    """A hash of the protocol's sources and of what makes answers of it."""
    whole = sha256()
    paths = [path for room in SOURCES for path in sorted((ROOT / room).rglob("*.py"))]
    for path in (*paths, *(ROOT / name for name in RECORDS)):
        whole.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def key_of(what: str, asked: Iterable[str]) -> str:
    """The key of an answer."""
    return sha256("\n".join([what, digest(), *asked]).encode()).hexdigest()


def answer(key: str) -> dict[str, object] | None:
    """An answer that is kept; None: none is."""
    found = in_use().get(key)
    return found if isinstance(found, dict) else None


def keep_answer(key: str, value: dict[str, object]) -> None:
    """Keep an answer."""
    in_use().put(key, value)


def possible(*, pairs: bool = False) -> Possible:
    """The closed set of single circumstances, or also of pairs; from the cache, or made now."""
    from conformance.possible import close, from_bytes, paired_columns, single_columns  # noqa: PLC0415 - not needed for kept answers

    key = key_of("possible", ["pairs" if pairs else "singles"])
    kept = in_use().get(key)
    if isinstance(kept, str):
        try:
            found = from_bytes(base64.b64decode(kept, validate=True))
        except binascii.Error:
            found = None
        if found is not None:
            return found
    made = close(paired_columns() if pairs else single_columns())
    in_use().put(key, base64.b64encode(made.as_bytes()).decode())
    return made
