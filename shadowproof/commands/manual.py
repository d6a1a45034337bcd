"""The manual page, made of what the commands say of themselves; `shadowproof docs` writes it, a wheel carries it, and a test holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from shadowproof.commands.how_long import how_long

PLACE = "docs/shadowproof.1"

_NAME = "shadowproof"
_STATUS = "Exit status:"
_ENVIRONMENT = {
    "SHADOWPROOF_CACHE": "Where judgements are kept, as --cache DIR.",
    "SHADOWPROOF_TRACEBACK": "If it is set, what went wrong in the tool itself is shown with its traceback.",
    "NO_COLOR": "If it is set, nothing is coloured.",
}


def page(app: typer.Typer) -> str:
    """The page as text for man(1), in the macros of man(7)."""
    return "\n".join(_lines(get_command(app))) + "\n"


def _lines(group: Any) -> Iterator[str]:
    what, *rest = _paragraphs(group.help)
    yield f'.TH {_NAME.upper()} 1 "" {_NAME} "User Commands"'
    yield ".nh"  # no word is broken: some are typed
    yield ".SH NAME"
    yield f"{_NAME} \\- {_text(what[0].lower() + what[1:].rstrip('.'))}"
    yield ".SH SYNOPSIS"
    yield f".B {_NAME}"
    yield ".I COMMAND"
    yield "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]..."
    yield ".SH OPTIONS"
    yield from _parameters(group)
    yield ".SH COMMANDS"
    for name, command in sorted(group.commands.items()):
        if not command.hidden:
            yield from _command(name, command)
    yield '.SH "EXIT STATUS"'
    yield from (_text(text.removeprefix(_STATUS).strip()) for text in rest if text.startswith(_STATUS))
    yield ".SH ENVIRONMENT"
    for name, says in _ENVIRONMENT.items():
        yield from _tagged(f"\\fB{_text(name)}\\fR", says)


def _command(name: str, command: Any) -> Iterator[str]:
    context = typer.Context(command, info_name=name)
    yield f'.SS "{_text(f"{_NAME} {name}")} {_text(" ".join(command.collect_usage_pieces(context)))}"'
    for number, text in enumerate([*_paragraphs(command.help), *_paragraphs(how_long(name))]):
        if number:
            yield ".PP"
        yield _text(text)
    yield from _parameters(command)


def _parameters(command: Any) -> Iterator[str]:
    """Each with what its help says; those that are hidden are not told, and --help once."""
    context = typer.Context(command, help_option_names=["-h", "--help"])
    for one in command.get_params(context):
        if one.name == "help" and not hasattr(command, "commands"):
            continue  # it is said once
        record = None if getattr(one, "hidden", False) else one.get_help_record(context)
        if record is not None:
            typed, says = record
            yield from _tagged(f"\\fB{_text(typed)}\\fR", says)


def _tagged(head: str, says: str) -> Iterator[str]:
    yield ".TP"
    yield head
    yield _text(" ".join(says.split()) or "No more is said of it.")


def _paragraphs(text: str | None) -> list[str]:
    found = (" ".join(part.split()) for part in (text or "").split("\n\n"))
    return [part.replace("\\[", "[") for part in found if part]  # the backslash is for rich, which shows the help


def _text(text: str) -> str:
    """As roff reads it: no sign of it is a command, and a hyphen is the one that is typed."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("'", "\\(aq")
    return re.sub(r"^\.", r"\\&.", safe)
