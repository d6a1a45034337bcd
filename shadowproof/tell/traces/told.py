"""The answer of `shadowproof replay` as data (by the published schema), and as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from textwrap import wrap
from typing import Any

from conformance.texts.lines import shown
from conformance.traces.answers import NOT_SHOWN, Accepted, Answer, Rejected
from conformance.traces.fill import MOST_NODES, MOST_UNSEEN
from conformance.traces.form import name_of
from model.protocol import PROTOCOL
from shadowproof.outside.spelling import many
from shadowproof.tell.argument import Recorded
from shadowproof.tell.story import WIDTH, size, told

SCHEMA = "shadowproof-replay/1"
LONGEST_STORY = 80
"""Steps of a complete run that is told without being asked for."""

BOUNDS = (
    f"Of a trace that is not complete at most {MOST_UNSEEN} steps in a row are filled in, and {MOST_NODES:,} states looked at in a "
    "search; machines whose start is not said start as usual, a VM's power and integration service in any way."
)


def schema_text() -> str:
    """The published JSON schemas: of a line of a trace, and of --json."""
    return files("shadowproof").joinpath("schema/trace-1.json").read_text("utf-8")


def as_json(answers: Sequence[tuple[str, Answer]]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "traces": [{"file": name, **_answer(one)} for name, one in answers],
        "bounds": BOUNDS,
        "not_shown": list(NOT_SHOWN),
    }


def _answer(one: Answer) -> dict[str, Any]:
    if isinstance(one, Accepted):
        return {
            "answer": "accepted",
            "complete": one.complete,
            "events": one.events,
            "assuming": {"faults": sorted(one.column.faults), "readings": dict(one.column.readings)},
            "run": None if one.run is None else [name_of(*step) for step in one.run.steps],
            "inferred": list(one.inferred),
            "windows": [{"window": w.window.name, "seconds": w.seconds, "line": w.line, "says": w.said} for w in one.over],
        }  # fmt: skip
    place = {"line": one.line.number, "said": shown(one.line.said)}
    if isinstance(one, Rejected):
        return {
            "answer": "rejected", **place, "after": one.after, "why": list(one.why), "by": list(one.by), "promises": list(one.promises),
            "instead": list(one.instead), "possible": list(one.possible), "tried": one.tried,
        }  # fmt: skip
    return {"answer": "open", **place, "bounds": one.bounds}


def text_of(
    name: str, one: Answer, spell: Callable[[str], str] = str, *, story: bool = False, width: int = WIDTH
) -> str:
    """What is said of one trace. story: the run is told however long it is."""
    return spell("\n".join(_lines(name, one, spell, story=story, width=width)))


def ending(spell: Callable[[str], str] = str) -> str:
    """What is said once, of all."""
    return spell("\n".join([*_wrapped(f"Bounds: {BOUNDS}"), *_wrapped("Not shown: " + " ".join(NOT_SHOWN))]))


def _lines(name: str, one: Answer, spell: Callable[[str], str], *, story: bool, width: int) -> Iterator[str]:
    if isinstance(one, Accepted):
        yield from _accepted(name, one, spell, story=story, width=width)
    elif isinstance(one, Rejected):
        yield from _wrapped(f"{name}: REJECTED at line {one.line.number}: {shown(one.line.said)}")
        for why in one.why:
            yield from _wrapped(f"  why: {why}", "      ")
        if one.instead:
            yield from _wrapped(f"  nearest: {'; '.join(one.instead[:12])}", "      ")
        for rule, says in one.rules:
            yield from _wrapped(f"  forbidden by {rule}: {says}", "      ")
        if others := [rule for rule in one.by if rule not in dict(one.rules)]:
            yield from _wrapped(f"  see also: {', '.join(others)}", "      ")
        if one.promises:
            yield from _wrapped(f"  it would break: {', '.join(one.promises)}", "      ")
        yield from _wrapped(f"  possible there: {', '.join(one.possible) or 'nothing'}", "      ")
        yield from _wrapped(f"  tried: {one.tried}; {one.after:,} of its events are explained", "      ")
    else:
        yield from _wrapped(
            f"{name}: open at line {one.line.number}: {shown(one.line.said)}: no run was found, and none excluded"
        )
        yield from _wrapped(f"  {one.bounds}. Say more of the run, its faults, or how its VMs start.", "      ")


def _accepted(name: str, one: Accepted, spell: Callable[[str], str], *, story: bool, width: int) -> Iterator[str]:
    under = f" ({one.column.name})"
    if one.complete:
        yield from _wrapped(f"{name}: accepted: {many(one.events, 'event')}, all of them seen, are a run{under}")
    elif one.run is not None:
        yield from _wrapped(f"{name}: accepted: a run of {size(one.run)} explains it{under}")
    if one.run is not None and (story or not one.complete or len(one.run.steps) <= LONGEST_STORY):
        yield from told(Recorded(one.run, PROTOCOL, one.column), one.column, None, spell, width)
    if one.inferred:
        yield from _wrapped(f"Nobody saw: {'step' if len(one.inferred) == 1 else 'steps'} {_ranges(one.inferred)}.")
    for late in one.over:
        yield from _wrapped(f"Remarkable at line {late.line}: {late.said}")


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in their order, those in a row as from-to."""
    rows: list[list[int]] = []
    for number in numbers:
        if rows and rows[-1][1] == number - 1:
            rows[-1][1] = number
        else:
            rows.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in rows)


def _wrapped(text: str, indent: str = "    ") -> list[str]:
    return wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def status(answers: Sequence[Answer]) -> int:
    """1: a trace is rejected; 3: one is open; 0: all are accepted."""
    kinds: Mapping[type, int] = {Accepted: 0, Rejected: 1}
    found = {kinds.get(type(one), 3) for one in answers}
    return 1 if 1 in found else max(found, default=0)
