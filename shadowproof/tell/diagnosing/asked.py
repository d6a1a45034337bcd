"""A diagnosis that was given before: known by the bytes that were read and by what makes answers of them, so that nothing is read,
nor the model loaded, to give it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from conformance import kept
from conformance.content import ReadError, content_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Given:
    """An answer: as data, and as text that is not yet spelled for the place where it is read."""

    told: Json
    text: str

    @property
    def status(self) -> int:
        """0: something fits; 1: no run shows this; 3: it is neither excluded nor shown; 2: nothing was put to the test."""
        fits = [self.told["fits"], *(case["fits"] for case in self.told["cases"])]
        return 0 if True in fits else 1 if False in fits else 3 if self.told["open"] else 2


def key_of(paths: Sequence[Path], sees: Sequence[str], options: Mapping[str, bool]) -> str | None:
    """The key of what is asked; None: it cannot be read, as whoever reads it will say."""
    try:
        contents = [(str(path), sha256(content_of(path, "it")).hexdigest()) for path in paths]
    except ReadError:
        return None
    return kept.key_of("diagnosis", [repr([contents, list(sees), sorted(options.items()), _reader_of_logs()])])


def _reader_of_logs() -> str:
    try:
        return version("evtx")
    except PackageNotFoundError:
        return "absent"


def recall(key: str | None) -> Given | None:
    """The answer that is kept under a key, if one is."""
    found = kept.answer(key) if key is not None else None
    return Given(found["told"], found["text"]) if found is not None else None


def keep(key: str | None, given: Given) -> None:
    if key is not None:
        kept.keep_answer(key, {"told": given.told, "text": given.text})
