"""Versions of the protocol, a file each. Which one a process speaks of is chosen once, before the protocol is put together: by
`--version NAME` of a command, which sets the variable that the processes it starts have too. Without it: the document."""

from __future__ import annotations

import os
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.versions.version import Version

VARIABLE = "SHADOWPROOF_PROTOCOL"
DOCUMENT = "document"


class UnknownVersion(ValueError):
    """There is no such version; the message says which there are."""


def names() -> tuple[str, ...]:
    """The versions that there are, the document first."""
    files = [one.name for one in pkgutil.iter_modules([str(Path(__file__).parent)]) if one.name != "version"]
    return (DOCUMENT, *sorted(name.replace("_", "-") for name in files if name != DOCUMENT))


def check(name: str) -> str:
    """The name, if a version has it. Raises UnknownVersion."""
    if name not in names():
        raise UnknownVersion(f"There is no version {name!r:.80} of the protocol. It is one of {', '.join(names())}.")
    return name


def chosen() -> str:
    """The version that this process speaks of. Raises UnknownVersion."""
    return check(os.environ.get(VARIABLE) or DOCUMENT)


def option() -> str:
    """What a command line is given so that it speaks of the version that this process speaks of, with a space before it; empty: of the
    document, which it does by itself. Raises UnknownVersion."""
    return "" if chosen() == DOCUMENT else f" --version {chosen()}"


def not_of_this(said: object) -> str:
    """What is wrong with a file that says of which version it is, and the remedy; empty: it is of the one that this process speaks of.
    Raises UnknownVersion."""
    if said == chosen():
        return ""
    if not isinstance(said, str) or said not in names():
        told = ascii(said)
        return f"is of a version {told:.60} of the protocol, and there is none. It is one of {', '.join(names())}"
    return f"is of version {said} of the protocol, and what is asked of version {chosen()}. Ask the same with --version {said}"


def suffix(name: str | None = None) -> str:
    """What distinguishes the files that are kept of a version (None: of that which this process speaks of); empty: of the document.
    Raises UnknownVersion."""
    of = chosen() if name is None else check(name)
    return "" if of == DOCUMENT else f"-{of}"


def load(name: str) -> Version:
    """A version by its name. Raises UnknownVersion, and DeclarationError where its file says nonsense."""
    found: Version = import_module(f"model.versions.{check(name).replace('-', '_')}").VERSION
    if found.name != name:
        raise UnknownVersion(
            f"The file of version {name} declares no version of that name. Write VERSION = Version({name!r}, ...)."
        )
    return found
