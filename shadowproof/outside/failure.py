"""What went wrong, in one sentence: what was asked badly, or what is wrong with the tool itself. Neither ends in a traceback."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path
from typing import Any

from typer import TyperException

ROOT = Path(__file__).parents[2]
ROOMS = ("model", "properties", "proofs", "conformance", "shadowproof", "examples")
SPECIFIED = ("model", "properties")
"""Rooms in which a user writes."""

BAD_INPUT, FAILED, CLOSED_PIPE = 2, 4, 128 + 13
"""Exit statuses; the last is by the custom of shells (a process that the signal PIPE, 13, ends)."""

TRACEBACK = "SHADOWPROOF_TRACEBACK"


LONGEST = 1500
"""Letters of a sentence; of one that quotes more, its two ends are said: what is wrong, and the remedy."""


def told(problem: BaseException) -> tuple[str, int]:
    """What to say of what went wrong, fit for a terminal, and the exit status."""
    said, status = _told(problem)
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in said)
    half = LONGEST // 2
    return safe if len(safe) <= LONGEST else f"{safe[:half]} ... {safe[-half:]}", status


def _told(problem: BaseException) -> tuple[str, int]:
    if isinstance(problem, TyperException):
        return _typed_badly(problem), BAD_INPUT
    frames = _frames(problem)
    if isinstance(problem, ValueError) and (not frames or frames[-1][0] in ROOMS):
        return _one_line(problem), BAD_INPUT  # a message of ours, with its remedy
    if isinstance(problem, SyntaxError) and problem.filename and _room(problem.filename)[0] in SPECIFIED:
        return f"{_room(problem.filename)[1]}:{problem.lineno}: {problem.msg}. Mend that line.", BAD_INPUT
    if (
        frames
        and frames[-1][0] in SPECIFIED
        and isinstance(problem, (NameError, TypeError, AttributeError, ImportError))
    ):
        return f"{frames[-1][1]}: {type(problem).__name__}: {_one_line(problem)}. Mend that line.", BAD_INPUT
    return f"the tool itself failed: {_what(problem, frames)}", FAILED


def _typed_badly(problem: TyperException) -> str:
    """No such command, option or number; and which help says what there is."""
    at = getattr(problem, "ctx", None)
    command = f"shadowproof {at.info_name}" if at is not None and at.parent is not None else "shadowproof"
    said = f"{' '.join(problem.format_message().split()).rstrip('.')}{_in_other_letters(problem, at)}"
    return f"{said if said.endswith(('.', '?')) else f'{said}.'} What it takes: {command} --help"


def _in_other_letters(problem: TyperException, at: Any) -> str:
    """The command or the option of which only the case is another."""
    if at is None or "Did you mean" in problem.format_message():
        return ""
    typed = getattr(problem, "option_name", None) or problem.format_message().partition("'")[2].partition("'")[0]
    options = (option for one in at.command.params for option in one.opts)
    known = [*getattr(at.command, "commands", ()), *options]
    meant = next((one for one in known if one.lower() == str(typed).lower() and one != typed), None)
    return f". Did you mean {meant}?" if meant else ""


def _what(problem: BaseException, frames: list[tuple[str, str]]) -> str:
    if isinstance(problem, MemoryError):
        return "there is not enough memory. Ask for less at a time: fewer promises (-p), one column, fewer processes."
    if type(problem).__name__ in {"TerminatedWorkerError", "BrokenProcessPool", "KilledWorker"}:
        return (
            "a process that worked for it was killed, perhaps for want of memory. Run the same again: what was judged before that, if "
            "anything, is kept, where there is a cache."
        )
    if isinstance(problem, OSError) and problem.errno == errno.EBADF and not problem.filename:
        return "standard output is closed, and there is something to write. Leave it open, or send it to a file."
    if isinstance(problem, OSError):
        name = f"{problem.filename}: " if problem.filename else "what is written or read: "
        return f"{name}{problem.strerror or _one_line(problem)}. Make room, or write elsewhere."
    where = next((place for room, place in reversed(frames) if room in ROOMS), "")
    at = f" ({where})" if where else ""
    return f"{type(problem).__name__}: {_one_line(problem)}{at}. Please report that; {TRACEBACK}=1 shows where it was."


def _frames(problem: BaseException) -> list[tuple[str, str]]:
    """For each frame the room of the project that it is in ("": none), and its place."""
    return [
        (_room(frame.filename)[0], f"{_room(frame.filename)[1]}:{frame.lineno}")
        for frame in traceback.extract_tb(problem.__traceback__)
    ]


def _room(file: str) -> tuple[str, str]:
    path = Path(file)
    if not path.is_relative_to(ROOT):
        return "", path.name
    name = path.relative_to(ROOT)
    return name.parts[0] if name.parts[0] in ROOMS else "", name.as_posix()


def _one_line(problem: BaseException) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__


def shown(problem: BaseException) -> str:
    """The traceback, if the environment asks for it; else nothing."""
    return "".join(traceback.format_exception(problem)) if os.environ.get(TRACEBACK) else ""
