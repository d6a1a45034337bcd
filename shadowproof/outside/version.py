"""Which version this is: the one that pyproject.toml names, which is the only place that does."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@cache
def version() -> str:
    """As the checkout says; where this is none, as it was installed. Empty: neither can be had."""
    with suppress(OSError, KeyError, ValueError):
        return str(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["version"])
    with suppress(PackageNotFoundError):
        return installed("shadowproof")
    return ""
