"""`assumptions PROPERTY` answers from the record at once; the argument, which takes long, is looked for on request only."""

from __future__ import annotations

from typing import NoReturn

import pytest
from typer.testing import CliRunner

from proofs.answers.record import Record, load
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED
from proofs.verdicts.columns import BASE
from proofs.why import argue
from proofs.why.tables.free import NoReason
from properties.catalogue import PROPERTIES
from properties.kinds import Fact
from shadowproof.cli import app
from shadowproof.tell.arguing.assumptions import of_property, status

NAME = "auto-recovery-required"
ASKED = [name for name, found in PROPERTIES.items() if not isinstance(found, Fact)]


def no_argument(*_: object, **__: object) -> NoReturn:
    raise NoReason("it was looked for")


@pytest.fixture(autouse=True)
def _looks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argue, "table", no_argument)


def asked(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["assumptions", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def test_what_is_recorded_is_told_at_once() -> None:
    code, text = asked(NAME)
    assert code == 0
    assert "no fault, default readings: holds" in text
    assert "fails under READ-6=SKIPPED" in text
    assert "rules" not in text


def test_the_argument_is_looked_for_on_request() -> None:
    code, text = asked(NAME, "--argument")
    assert (code, "are not known: it was looked for" in text) == (3, True)
    assert "fails under READ-6=SKIPPED" in text


@pytest.mark.parametrize("name", ASKED[::20])
def test_the_status_is_that_of_the_record(name: str) -> None:
    cell = load().cell(name, BASE.name)
    assert cell is not None
    assert status(name, load()) == {HOLDS: 0, REFUTED: 1, NOT_EXERCISED: 2}.get(cell.verdict, 3)


def test_what_is_not_recorded_or_not_as_it_is_now_is_said() -> None:
    told = "\n".join(of_property(NAME, Record({}), current=True))
    assert f"The record does not know it. Ask: shadowproof verify -p {NAME}" in told
    assert status(NAME, Record({})) == 3
    changed, as_it_is = ("\n".join(of_property(NAME, load(), current=now)) for now in (False, True))
    assert "was changed" in changed
    assert "was changed" not in as_it_is
