"""Runs of the public requesters that are kept for the site: of each duty that one leaves out, the shortest run, as a link that opens it.

A requester's own machine is not in the page; its run is one of the protocol, in which the requester's faults are those that it commits.
They take minutes to find, so they are worked out by `shadowproof docs --arguments` and kept with the protocol and the table of calls
that they are of. Of others they say nothing, and the page tells the run without a link.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from conformance.requesters.calls import told_in_calls
from conformance.requesters.judge import Broken, judge
from conformance.requesters.read import examples, read_profile
from model.protocol import PROTOCOL
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import load
from proofs.world.world import Column
from shadowproof.outside.telling import Told
from shadowproof.tell.requester import RECORDED, table_hash
from shadowproof.walk.runs import link

PATH = Path(__file__).with_name("requester_runs.json")
SCHEMA = "shadowproof-requester-runs/1"


def work_out(progress: Told) -> str:
    """The text of PATH, worked out now: of each requester the runs that its page tells."""
    told = {one["name"]: one for one in json.loads(RECORDED.read_text("utf-8"))}
    record, found = load(), dict[str, Any]()
    for number, name in enumerate(examples()):
        profile = read_profile(Path(name))
        progress(number, len(told), profile.name)
        if profile.name in told:
            runs = _runs(told[profile.name], judge(profile, record).own_doing)
            found[profile.name] = {"table": table_hash(profile), "runs": runs}
    return json.dumps({"schema": SCHEMA, "protocol": protocol_content(), "requesters": found}, indent=1) + "\n"


def _runs(told: Mapping[str, Any], broken: Iterable[Broken]) -> dict[str, str]:
    """By the duty that is left out the link of the run that is told of it."""
    by_story = {"\n".join(told_in_calls(one.run)): one for one in broken if one.run is not None}
    shown = {one["fault"]: by_story.get("\n".join(one["story"])) for one in told["leaves_out"]}
    return {fault: _link(one) for fault, one in shown.items() if one is not None}


def _link(one: Broken) -> str:
    run = one.run
    assert run is not None  # noqa: S101 - only what has a run is asked for
    faults = frozenset(fault for event, _ in run.steps if (fault := PROTOCOL.events[event].fault))
    reading = one.circumstance.reading
    column = Column(faults, (reading,) if reading else ())
    starts = {key: state for key, state in run.starts.items() if key[0] in PROTOCOL.actors}
    return link(run.shapes, starts, column, run.steps, run.loop)


@cache
def kept() -> Mapping[str, Any]:
    """What is kept, by requester; nothing, where it is of another protocol or cannot be read."""
    try:
        data = json.loads(PATH.read_text("utf-8"))
        of_now = data["schema"] == SCHEMA and data["protocol"] == protocol_content()
        return {str(name): dict(one) for name, one in data["requesters"].items()} if of_now else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def run_of(told: Mapping[str, Any], fault: str) -> str:
    """The link of the run in which a requester leaves a duty out; empty: none is kept. told: what is recorded of the requester."""
    one = kept().get(told["name"], {})
    return str(one["runs"].get(fault, "")) if one.get("table") == told["table"] else ""
