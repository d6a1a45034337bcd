"""ITF as others have it: `itf-py`, the format's own library, reads what is written here, and what it writes is read."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from itf_py import State, Trace, trace_from_json, trace_to_json

from conformance.traces.answers import Accepted, Answer, Rejected
from conformance.traces.form import TraceError
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from conformance.traces.saved import as_itf, of_data
from conformance.traces.vectors import write
from proofs.answers.column_cache import protocol_content

VECTORS = [
    write.vector(number, one)
    for number, one in enumerate((write.kept_recipes(protocol_content()) or ([], {}))[0][::60], 1)
]


def replayed(data: object) -> Answer:
    return answered(Lines("trace.itf.json", BytesIO(json.dumps(data).encode())))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.name)
def test_it_reads_every_state_and_what_it_writes_again_is_accepted_as_before(vector: write.Vector) -> None:
    ours = json.loads(vector.itf)
    trace = trace_from_json(ours)
    assert trace.vars == ours["vars"]
    assert [state.values for state in trace.states] == [
        {k: v for k, v in one.items() if k != "#meta"} for one in ours["states"]
    ]
    theirs = trace_to_json(trace)
    assert theirs["states"] == ours["states"]  # nothing in it needs a mark
    one, other = replayed(ours), replayed(theirs)
    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    assert (one.events, one.column, one.complete) == (other.events, other.column, other.complete)
    assert one.events == len(vector.data["steps"])


def test_a_loop_goes_through_it() -> None:
    data = {"schema": "shadowproof-trace/1", "vms": [{}], "faults": [], "readings": {}, "complete": True,
            "events": ["backup_initialized", "context_set", "writer_metadata_gathered"]}  # fmt: skip
    run, column = of_data(data, "t")
    object.__setattr__(run, "loop", 1)
    assert trace_from_json(json.loads(as_itf(run, column))).loop == 1


def test_there_are_vectors_to_try() -> None:
    assert len(VECTORS) >= 7


def theirs(after: str = "INITIALIZED", meta: dict[str, Any] | None = None, **first: Any) -> dict[str, Any]:
    """A trace as a program writes it with the library: numbers, tuples and maps under their marks."""
    states = [
        State({}, {"event": "init", **first}),
        State({}, {"event": "backup_initialized", **first, "requester": after}),
    ]
    written: dict[str, Any] = trace_to_json(
        Trace(meta or {}, [], ["event", "power", "requester", "time"], states, None)
    )
    return written


@pytest.mark.parametrize("power", [("SAVED",), ["SAVED"], {1: "SAVED"}], ids=["tuple", "list", "map"])
def test_what_others_write_with_it_is_read_with_its_marks(power: Any) -> None:
    data = theirs(power=power, requester="AT_REST", time=12)
    assert "#bigint" in json.dumps(data)
    found = replayed(data)
    assert isinstance(found, Accepted)
    assert found.run is not None
    assert found.run.starts["power", (0,)] == "SAVED"


def test_what_others_write_that_is_no_run_is_rejected_and_what_is_no_state_is_refused() -> None:
    head = {"schema": "shadowproof-trace/1", "vms": [{"start": {"power": "SAVED"}}], "complete": True}
    wrong = theirs("PREPARED", {"shadowproof": head}, power=("SAVED",), requester="AT_REST")
    assert isinstance(replayed(wrong), Rejected)
    with pytest.raises(TraceError, match="power is never"):
        replayed(theirs(power=("RUNS",), requester="AT_REST"))
