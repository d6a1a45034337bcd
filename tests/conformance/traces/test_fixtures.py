"""Each requirement rejects the run that breaks it, for its own reason, and accepts the same run without that."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest

from conformance.traces.answers import Accepted, Rejected
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from model.requirements import BY_ID
from tests.conformance.traces.fixtures import CASES, EXPECTED, FOLDER, NONE, made

TOLD = json.loads(EXPECTED.read_text("utf-8"))


def test_every_requirement_has_a_pair_or_a_reason() -> None:
    assert CASES.keys() | NONE.keys() == BY_ID.keys()
    assert not CASES.keys() & NONE.keys()
    assert not [name for name in NONE if name.startswith(("BAK", "RST"))]
    for folder in ("valid", "invalid"):
        assert {path.stem for path in (FOLDER / folder).iterdir()} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_it_is_rejected_by_its_requirement_and_accepted_without(name: str) -> None:
    good, bad = (
        answered(Lines(name, BytesIO((FOLDER / kind / f"{name}.jsonl").read_bytes()))) for kind in ("valid", "invalid")
    )
    assert isinstance(good, Accepted)
    assert isinstance(bad, Rejected)
    assert name in bad.by
    assert {"line": bad.line.number, "why": list(bad.why), "nearest": list(bad.instead), "by": list(bad.by)} == TOLD[
        name
    ]
    valid, invalid = (
        (FOLDER / kind / f"{name}.jsonl").read_text("utf-8").splitlines() for kind in ("valid", "invalid")
    )
    assert valid[:-1] == invalid[:-1]
    assert bad.line.number == len(invalid)
    case = CASES[name]
    if case.states:
        assert {one.split()[0] for one in bad.instead} == case.states.keys()
    else:
        assert not bad.instead
    assert bad.line.event == re.split("@", case.instead or case.event)[0]


def test_they_are_as_they_are_made() -> None:
    for file, text in made().items():
        assert (FOLDER / file).read_text("utf-8") == text, f"{file}: make them again, and review what differs"
