"""`shadowproof agent`: what an agent did, as data and as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from textwrap import wrap
from typing import Any

from conformance.agents.drawn import Tally
from conformance.agents.findings import Finding
from conformance.agents.held import Subject, replay
from conformance.agents.lockstep import Disagreement, Disturbance
from conformance.agents.recorded import load
from shadowproof.outside.spelling import many

Json = dict[str, Any]
SCHEMA = "shadowproof-agent/1"
WIDTH = 110


def replayed(subject: Subject) -> tuple[Json, list[tuple[Finding, int]], int]:
    """Of the recorded agent: what it is, for each finding after how many steps it showed, and how many sessions there are."""
    about, sessions = load(subject.runs)
    by_name = {one.name: replay(subject, one).machines.broken for one in sessions}
    return (
        dict(about),
        [(one, by_name.get(one.name, {}).get(one.promise, 0)) for one in subject.findings],
        len(sessions),
    )


def answer(
    subject: Subject,
    about: Json,
    seen: Sequence[tuple[Finding, int]],
    tally: Tally | None,
    found: Disagreement | None,
) -> Json:
    """All that is said. tally: of the sessions that were drawn; None: recorded ones were replayed."""
    findings = [
        {
            "finding": one.name,
            "whose": one.whose,
            "promise": one.promise,
            "faults": sorted(one.faults),
            "seen": bool(steps),
            "steps": steps,
            "says": one.says,
            "windows": one.windows,
        }
        for one, steps in seen
    ]
    drawn = None if tally is None else _drawn(subject, tally)
    return {
        "schema": SCHEMA,
        "agent": about,
        "findings": findings,
        "drawn": drawn,
        "disagreement": None if found is None else _disagreement(subject, found),
        "not_shown": subject.not_shown,
    }


def _drawn(subject: Subject, tally: Tally) -> Json:
    taken = subject.moves & tally.rows.keys()
    return {"sessions": tally.sessions, "calls": tally.calls, "moves": len(taken), "of_moves": len(subject.moves)}


def _disagreement(subject: Subject, found: Disagreement) -> Json:
    return {
        "file_systems": [subject.systems[number] for number in found.systems],
        "happened": [_happened(one) for one in found.happened],
        "said": found.said,
    }


def _happened(one: Disturbance) -> str:
    of = "" if one.number is None else f" of {one.number + 1}"
    after = "" if one.after is None else f", {many(one.after, 'call')} later"
    return f"{one.name}{of}{f' (error {one.error})' if one.error else ''}{after}"


def text_of(told: Json, spell: Callable[[str], str] = str) -> str:
    """The answer as text."""
    about = told["agent"]
    lines = [f"{about['agent']}, {about.get('package') or 'sha256 ' + about['sha256'][:16]}", ""]
    lines += _wrapped(told["not_shown"])
    seen = [one for one in told["findings"] if one["seen"]]
    if told["findings"]:
        lines += ["", f"Of {len(told['findings'])} findings, tried one by one, {len(seen)} are so:"]
    for whose in dict.fromkeys(one["whose"] for one in seen):
        lines += ["", f"  {whose}:"]
        for one in seen:
            if one["whose"] == whose:
                lines += _wrapped(
                    f"- {one['finding']} ({one['promise']}, {many(one['steps'], 'step')}): {one['says']}", "    "
                )
    for said in dict.fromkeys(one["windows"] for one in seen):
        names = [one["finding"] for one in seen if one["windows"] == said]
        lines += ["", *_wrapped(f"What {len(names)} of them show of Windows: {said}")]
    missing = [one["finding"] for one in told["findings"] if not one["seen"]]
    if missing:
        lines += ["", *_wrapped(f"Not so with this one: {'; '.join(missing)}.")]
    return spell("\n".join([*lines, "", *_end(told)]) + "\n")


def _end(told: Json) -> list[str]:
    drawn, found = told["drawn"], told["disagreement"]
    if found is not None:
        lines = _wrapped(f"Machine and agent disagree, with {', '.join(found['file_systems'])}:")
        lines += [f"  {number}. {one}" for number, one in enumerate(found["happened"], 1)]
        return lines + _wrapped(f"{found['said'][:1].upper()}{found['said'][1:]}.")
    if drawn is None:
        return ["Replayed from what was recorded: the machines allow every call."]
    return _wrapped(
        f"{drawn['sessions']:,} sessions were drawn, with {drawn['calls']:,} calls; {drawn['moves']} of {drawn['of_moves']} moves of the "
        "machines were taken. They allow every call."
    )


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + ("  " if indent else ""), break_on_hyphens=False
    )


def schema_text() -> str:
    """The published schema of the answer."""
    return files("shadowproof.schema").joinpath("agent-1.json").read_text("utf-8")
