"""The link that opens a file's run: events one a line, what `play --json` and `simulate --json` write, a trace (JSON lines or ITF).

A trace that is not complete is filled in as `replay` does it; one that no run explains is refused with the reason.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from conformance.traces.answers import Accepted, Rejected
from conformance.traces.form import SCHEMA as TRACE
from conformance.traces.form import TraceError
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from model.protocol import PROTOCOL
from model.versions import option
from proofs.world.world import Column
from shadowproof.outside.spelling import many
from shadowproof.tell.playing.start import text_of, vm_starts, wanted
from shadowproof.tell.playing.typed import Typed, events_of
from shadowproof.walk.runs import link

TAKES = "Name a trace (what --save writes, or any ITF), what play --json or simulate --json wrote, or a file with one event a line."


def file_link(path: Path) -> str:
    """The link that opens the run of a file (`-`: stdin). Raises AskError and TraceError."""
    name, text = text_of(path, TAKES)
    if _is_trace(text):
        return trace_link(name, text)
    read = events_of(name, text, TAKES)
    typed = read if isinstance(read, Typed) else Typed((), Column(), tuple(read))
    shapes, starts = vm_starts(typed.vms, PROTOCOL)
    steps = wanted(typed.events, shapes, PROTOCOL)
    return link(shapes, starts, typed.column, [(one.event, one.at) for one in steps])


def _is_trace(text: str) -> bool:
    """Whether a text is JSON lines that begin with a trace's schema, or JSON with states one after the other."""
    first = _object(text.lstrip().partition("\n")[0])
    if first.get("schema") == TRACE:
        return True
    whole = first or _object(text)
    return "schema" not in whole and ("states" in whole or "vars" in whole)


def _object(text: str) -> dict[str, object]:
    """The JSON object that a text is; none: an empty one."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def trace_link(name: str, text: str) -> str:
    """The link that opens the run that explains a trace. Raises TraceError where there is none, or where it is too long to be walked."""
    answer = answered(Lines(name, BytesIO(text.encode())))
    remedy = f"What is possible there: shadowproof replay {name}{option()}"
    if isinstance(answer, Rejected):
        why = f": {'; '.join(answer.why)}" if answer.why else ""
        raise TraceError(f"{name} is no run of the model: nothing explains line {answer.line.number}{why}. {remedy}")
    if not isinstance(answer, Accepted):
        raise TraceError(f"No run was found that explains {name}, and none was excluded. {remedy}")
    if answer.run is None:
        raise TraceError(f"{name} has {many(answer.events, 'event')}, more than can be walked. Give a part of it.")
    run = answer.run
    return link(run.shapes, run.starts, answer.column, run.steps, _loop(text, len(run.steps)) or run.loop)


def _loop(text: str, steps: int) -> int | None:
    """From which step on a trace in ITF says that its run repeats."""
    loop = _object(text).get("loop")
    return loop if isinstance(loop, int) and not isinstance(loop, bool) and 0 <= loop <= steps else None
