"""`--version NAME` of the commands that speak of the protocol: which version of it. (`shadowproof --version` says which version of the tool
this is.)

It is chosen before the model is loaded, for this process and for those that it starts, so that every engine, cache and record
in them is of that version alone: nothing has to be handed on, and nothing can be mixed up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from shadowproof.commands import say
from shadowproof.outside.files import is_stdout

TAKE_NONE = frozenset({"agent", "collector", "diff", "mutate", "new", "requester"})
"""Commands that take none: they are about another protocol or about several, or write into the document or what is kept of it alone."""


def _choose(context: typer.Context, name: str | None) -> str | None:
    return name if name is None or context.resilient_parsing else choose(name)


def choose(name: str) -> str:
    """Choose the version of this process and of those that it starts. Raises UnknownVersion, also where another one is loaded already."""
    from model import versions

    versions.check(name)
    loaded = sys.modules.get("model.protocol")
    if loaded is not None and loaded.VERSION.name != name:
        raise versions.UnknownVersion(
            f"This process speaks of version {loaded.VERSION.name} already. Ask for {name} in another one."
        )
    os.environ[versions.VARIABLE] = name
    return name


def versions_like(incomplete: str) -> list[str]:
    """For completion: versions that begin so."""
    from model.versions import names

    return [name for name in names() if name.startswith(incomplete)]


Version = Annotated[
    str | None,
    typer.Option(
        "--version",
        metavar="NAME",
        is_eager=True,
        callback=_choose,
        autocompletion=versions_like,
        help="Of this version of the protocol: document, or another that shadowproof list versions names.",
    ),
]


TEXTS = frozenset({"draw", "export", "list"})
"""Commands whose text is made to be read by something else."""

OUTPUTS = frozenset(
    {"json_file", "save_file", "walk_file", "markdown", "output", "junit", "sarif", "code_quality", "summary", "badge"}
)
"""Parameters that name a file for data, which may be stdout."""


def _say_which(command: str, version: str | None, given: Mapping[str, Any]) -> None:
    """Another version than the document is said first, and not among data. What says nothing if all is well, and what only begins
    other commands, says nothing of it."""
    from model.versions import DOCUMENT

    if version in {None, DOCUMENT} or given.get("quiet") or given.get("watch"):
        return
    data = command in TEXTS or given.get("schema") or any(is_stdout(given.get(name)) for name in OUTPUTS)
    say(f"Of version {version} of the protocol:", err=bool(data))


def _of_a_version(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same command with one option more, which is looked at before all others; the function is not told of it."""

    @wraps(function)
    def asked(*args: Any, version: str | None = None, **given: Any) -> Any:
        _say_which(name, version, given)
        return function(*args, **given)

    option = Parameter("version", Parameter.KEYWORD_ONLY, default=None, annotation=Version)
    takes = signature(function, eval_str=True)
    asked.__signature__ = takes.replace(parameters=[*takes.parameters.values(), option])  # type: ignore[attr-defined]  # what typer reads
    asked.__annotations__ = {one.name: one.annotation for one in (*takes.parameters.values(), option)}
    return asked


def take_version(app: typer.Typer) -> None:
    """Give the option to each command that speaks of one version of the protocol."""
    for command in app.registered_commands:
        name = command.name or str(getattr(command.callback, "__name__", "")).replace("_", "-")
        if name not in TAKE_NONE and command.callback is not None:
            command.callback = _of_a_version(name, command.callback)
