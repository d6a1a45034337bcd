"""The command line: all commands, and how they end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, TextIO

from typer import TyperException
from typer.main import get_command

from proofs.computer.garbage import look_seldom_for_garbage
from shadowproof.commands import (
    app,
    beginning,
    checking,
    comparing,
    cutting,
    diagnosing,
    lockstep,
    mutating,
    reading,
    requesting,
)
from shadowproof.commands.how_long import say_how_long
from shadowproof.commands.telling import arguing, explaining, playing, replaying, walking
from shadowproof.commands.which_version import take_version
from shadowproof.outside.failure import CLOSED_PIPE, shown, told
from shadowproof.outside.spelling import spell_what_is_lacking
from shadowproof.outside.stopping import told_to_end

__all__ = [
    "app",
    "arguing",
    "beginning",
    "checking",
    "command",
    "comparing",
    "cutting",
    "diagnosing",
    "explaining",
    "lockstep",
    "main",
    "mutating",
    "playing",
    "reading",
    "replaying",
    "requesting",
    "walking",
]

say_how_long(app)
take_version(app)


def main() -> None:
    """Run the command. Bad input ends in one sentence and exit status 2, what is wrong with the tool itself in one and 4, never in a
    traceback; a closed pipe in 141, as shells have it; INT in 130, TERM in 143."""
    look_seldom_for_garbage()
    _refuse_what_a_closed_stdout_cannot_take()
    spell_what_is_lacking()
    with told_to_end():
        sys.exit(_status())


def _status() -> int:
    try:
        status = _run()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed by whoever started this
                stream.flush()
    except BrokenPipeError:
        _write_no_more()
        return CLOSED_PIPE
    except Exception as problem:
        said, status = told(problem)
        try:
            sys.stdout.flush()
        except (OSError, ValueError, AttributeError):
            _write_no_more(sys.stdout)
        with suppress(OSError):
            if sys.stderr is not None:  # print would take stdout in its place
                print(f"{shown(problem)}shadowproof: {said}", file=sys.stderr, flush=True)
    return status


@cache
def command() -> Callable[..., Any]:
    """All commands with their options, as typer reads them from their functions: once, however many are run in this process."""
    return get_command(app)


def _run() -> int:
    try:
        # standalone, typer itself says what was typed badly, in a frame of five lines
        status = command()(standalone_mode=False)
    except TyperException as problem:
        if problem.format_message():
            raise
        return problem.exit_code  # nothing was typed, and the help is printed
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # typer makes a status 1 of it
            raise ended.__context__ from None
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return status if isinstance(status, int) else 0


def _refuse_what_a_closed_stdout_cannot_take() -> None:
    """Python has no stdout where whoever started this has closed it, and whatever is printed is lost in silence. In its place comes one
    that cannot be written to, so that to write fails as it does where there is no room."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


def _write_no_more(*streams: TextIO | None) -> None:
    """What is still to be written to these streams (none: to any) goes nowhere, so that Python does not fail once more at its end."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in streams or (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                if stream is not None:
                    os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


if __name__ == "__main__":
    main()
