"""A trace, answered: followed where it is complete, filled in where it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from conformance.traces.answers import Answer
from conformance.traces.fill import filled
from conformance.traces.follow import Follower
from conformance.traces.form import TraceError
from conformance.traces.read import Lines, opened
from conformance.traces.table import Steps
from model.notation import Shape
from proofs.world.world import Column


def replayed(
    path: Path, column: Column | None = None, *, together: int = 1, told: Callable[[int], None] | None = None
) -> Answer:
    """What the model says of a trace (`-`: stdin). column: circumstances to be taken in place of those that the trace names.
    Raises TraceError."""
    with opened(path) as trace:
        return answered(trace, column, together=together, told=told)


def answered(
    trace: Lines, column: Column | None = None, *, together: int = 1, told: Callable[[int], None] | None = None
) -> Answer:
    if column is not None:
        trace.header = replace(trace.header, faults=column.faults, readings=column.readings)
    header = trace.header
    steps = steps_of(tuple(tuple(sorted(shape.parts.items())) for shape in header.shapes))
    if header.complete:
        starts = steps.starts(header)
        if not starts:
            raise TraceError(f"{trace.name}: no VM can start so. Leave out of start what does not go together.")
        if len(starts) == 1:
            return Follower(trace, steps, starts[0], told).answer()
    lines = trace.lines()
    if not lines:
        raise TraceError(
            f"{trace.name}: nothing was seen. Write a line for each event, or for what was seen at a moment."
        )
    return filled(header, lines, steps, together=together, name=trace.name, told=told)


@lru_cache(maxsize=4)
def steps_of(shapes: tuple[tuple[tuple[str, int], ...], ...]) -> Steps:
    return Steps([Shape(dict(parts)) for parts in shapes])
