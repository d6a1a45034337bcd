"""What argues for a promise, kept in the cache in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from proofs.answers.cache import in_use
from proofs.answers.json_form import from_json, to_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Made = TypeVar("Made", bound="DataclassInstance")


def kept(key: str, kind: type[Made], make: Callable[[], Made]) -> tuple[Made, bool]:
    """What is kept under a key, or made now and then kept; and whether it comes from the cache. What is of another shape is made anew."""
    known = in_use().get(key)
    if known is not None:
        try:
            return from_json(kind, known), True
        except ValueError:
            pass  # of another shape
    made = make()
    in_use().put(key, to_json(made))
    return made, False
