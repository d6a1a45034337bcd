"""What `shadowproof play` says of what happened: the story, what was refused, and how every promise stands; as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files
from textwrap import wrap
from typing import Any

from model.protocol import VERSION
from shadowproof.outside.spelling import many
from shadowproof.tell.playing.play import BROKEN_EARLIER, BROKEN_HERE, STATES, Happened, Played, Standing, name_of
from shadowproof.tell.story import WIDTH, size, told
from shadowproof.verify.report import NOT_SHOWN

SCHEMA = "shadowproof-play/1"

_NOT_SHOWN = (NOT_SHOWN[0], "This is one run: that a promise is not broken in it does not mean that it holds.")


def text_of(done: Played, *, title: str = "play", everything: bool = False, spell: Callable[[str], str] = str) -> str:
    """What a person reads. title: which command says it. everything: name each promise, not only those that are broken or open.
    spell: see `story`."""
    lines = [f"{title}: {size(done.run)}", *told(done.recorded, done.column, None, spell)]
    if done.refused:
        lines += ["", f"Refused ({len(done.refused)} of {many(len(done.events), 'event')}; each changed nothing)"]
        lines += [line for one in done.refused for line in _refused(one)]
    lines += [
        "",
        *_wrapped(
            "At the end: " + ("no session is open" if done.at_rest else "a session is open") + f" ({done.session})."
        ),
    ]
    following = [name_of(*one) + ("" if _may(done, one[0]) else " (fault)") for one in done.possible]
    lines += _wrapped(f"Possible now: {', '.join(following) or 'nothing'}.")
    lines += ["", *_promises(done, everything)]
    return spell("\n".join([*lines, *_wrapped("Not shown: " + " ".join(_NOT_SHOWN))])) + "\n"


def _may(done: Played, event: str) -> bool:
    return done.recorded.network.events[event].fault is None


def _refused(one: Happened) -> list[str]:
    after = f"after step {one.after}" if one.after else "at the start"
    return _wrapped(f"  {one.wanted.place}{one.wanted.name}, {after}: {one.reason}.", "      ")


def _promises(done: Played, everything: bool) -> Iterator[str]:
    counts = Counter(one.state for one in done.promises)
    yield from _wrapped(
        f"Promises ({len(done.promises)}): " + ", ".join(f"{counts[s]} {s}" for s in STATES if counts[s])
    )
    for state in STATES:
        shown = state in {BROKEN_HERE, BROKEN_EARLIER, "not at rest"} or everything
        for one in done.promises if shown else ():
            if one.state == state:
                yield from _wrapped(f"  {one.property.name}: {_standing(done, one)}", "      ")


def _by(done: Played, one: Standing) -> str:
    return f"step {one.step}, {name_of(*done.run.steps[one.step - 1])}" if one.step else "the start"


def _standing(done: Played, one: Standing) -> str:
    if one.state in {BROKEN_HERE, BROKEN_EARLIER}:
        why = f": {one.reason}" if one.reason else ""
        return f'{one.state}, first by {_by(done, one)}: "{one.property.says}" ({" ".join(one.property.shows)}){why}.'
    at = f" at step {one.step}" if one.step else ""
    return f"{one.state}{at}{': ' + one.reason if one.reason else ''}"


def _wrapped(text: str, indent: str = "    ") -> list[str]:
    return wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def as_json(done: Played) -> dict[str, Any]:
    """The same for programs, by the published schema."""
    vms = done.recorded.members(done.recorded.network.replicated, ())
    return {
        "schema": SCHEMA,
        "version": VERSION.name,
        "assuming": {"faults": sorted(done.column.faults), "readings": dict(done.column.readings)},
        "vms": [{"parts": dict(done.run.shapes[i].parts), "start": _start(done, i)} for (i,) in vms],
        "events": [
            {"event": one.wanted.event, "member": _member(one.wanted.at), "step": one.step, "after": one.after, "reason": one.reason}
            for one in done.events
        ],
        "at_rest": done.at_rest,
        "possible": [{"event": event, "member": _member(at), "fault": not _may(done, event)} for event, at in done.possible],
        "promises": [
            {"property": one.property.name, "says": one.property.says, "shows": list(one.property.shows), "kind": one.property.kind,
             "state": one.state, "step": one.step, "reason": one.reason}
            for one in done.promises
        ],
        "status": done.status,
        "not_shown": list(_NOT_SHOWN),
    }  # fmt: skip


def _start(done: Played, vm: int) -> dict[str, str]:
    """The state in which each machine of a VM starts that may start in several; those of parts by their number, as disk_kind#1."""
    return {
        "#".join([machine, *(str(part + 1) for part in index[1:])]): state
        for (machine, index), state in done.recorded.states[0].items()
        if index[:1] == (vm,) and len(done.recorded.network.actors[machine].starts) > 1
    }


def _member(at: tuple[int, ...]) -> list[int]:
    return [i + 1 for i in at]


def schema_text() -> str:
    """The published JSON schema of `play --json`."""
    return files("shadowproof").joinpath("schema/play-1.json").read_text("utf-8")
