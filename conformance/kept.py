"""What is worked out once for a protocol: closed sets, which come with the package as long as they are of it; and whole
answers, in the cache that is in use."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.versions import chosen
from proofs.answers.cache import in_use

if TYPE_CHECKING:
    from conformance.possible import Possible

ROOT = Path(__file__).parents[1]
SOURCES = ("model", "properties", "conformance", "shadowproof/tell", "shadowproof/host")
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
    """The key of an answer, of the version of the protocol that this process speaks of."""
    return sha256("\n".join([what, chosen(), digest(), *asked]).encode()).hexdigest()


def answer(key: str) -> dict[str, Any] | None:
    """An answer that is kept; None: none is."""
    found = in_use().get(key)
    return found if isinstance(found, dict) else None


def keep_answer(key: str, value: dict[str, Any]) -> None:
    """Keep an answer."""
    in_use().put(key, value)


def possible(*, pairs: bool = False) -> Possible:
    """The closed set of single circumstances, or also of pairs: as it comes with the package, if it is of this protocol; else from the
    cache, or made now."""
    from conformance.possible import close, from_bytes, paired_columns, single_columns  # noqa: PLC0415 - not needed for kept answers

    shipped = packaged(pairs=pairs)
    if shipped is not None:
        return shipped
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


def packaged(folder: Path = Path(__file__).parent, *, pairs: bool = False) -> Possible | None:
    """The closed set that comes with the package; None: it is of another protocol, or not there. Tests make it anew, and hold it to be
    the same."""
    from conformance.possible import from_bytes, of_protocol  # noqa: PLC0415 - not needed for kept answers

    try:
        return from_bytes((folder / NAMES[pairs]).read_bytes(), of_protocol())
    except OSError:
        return None


NAMES = {False: "possible.npz", True: "possible-pairs.npz"}
"""The closed sets of single circumstances, and of pairs, each with the hash of the protocol that it is of."""


def package(folder: Path = Path(__file__).parent) -> None:
    """Make them anew: `python -m conformance.kept`, when the protocol has changed."""
    from conformance.possible import close, paired_columns, single_columns  # noqa: PLC0415 - not needed for kept answers

    for pairs, name in NAMES.items():
        (folder / name).write_bytes(close(paired_columns() if pairs else single_columns()).as_bytes())


if __name__ == "__main__":
    package()
