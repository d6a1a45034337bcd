"""What a requester must do: steps that its machine takes and that end at rest; promises that the record has as broken."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from model.actors.writer import LastError, last_error
from model.faults import FAULTS
from model.notation import Fault, Run, happens
from model.protocol import PROTOCOL
from proofs.answers import record as record_file
from proofs.answers.record import Cell, Record, RecordError, load
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Possible
from shadowproof.cli import main
from shadowproof.commands import app
from shadowproof.duties import aftermath, duties
from shadowproof.duties.aftermath import Aftermath, Failure, Way, aftermaths, calls, is_requesters, replayed
from tests.golden import assert_golden
from tests.helpers.undone import undone

GOLDEN = Path(__file__).parents[1] / "golden"
DUTIES = [fault for fault in FAULTS if fault.duty]


def _cell(verdict: str, length: int | None = None) -> Cell:
    """A cell; what the record may keep of it besides is nobody's business here."""
    known = {"verdict": verdict, "assurance": "", "length": length}
    return Cell(**{name: known.get(name, 0) for name in Cell.__dataclass_fields__})  # type: ignore[arg-type]  # fields by name


def _small() -> Record:
    """Three promises in four columns: broken, kept, open; and one that is broken without any fault."""
    names = ("no-vm-left-saved", "no-vm-is-lost", "no-partial-backup", "auto-recovery-required")
    cells = {name: {column: _cell(HOLDS) for column in (BASE.name, "requester_aborts")} for name in names}
    cells["no-vm-left-saved"] |= {"released_without_abort": _cell(REFUTED, 13), "failure_ignored": _cell(HOLDS)}
    cells["no-vm-is-lost"] |= {"released_without_abort": _cell(HOLDS), "failure_ignored": _cell(UNDECIDED)}
    cells["no-partial-backup"] |= {"released_without_abort": _cell(REFUTED), "failure_ignored": _cell(REFUTED, 17)}
    cells["auto-recovery-required"] |= {BASE.name: _cell(NOT_EXERCISED), "failure_ignored": _cell(REFUTED, 9)}
    return Record(cells)


def _ways() -> list[tuple[Aftermath, Way, Failure]]:
    """Found when a test asks, not when tests are collected: it takes seconds."""
    return [(row, way, failure) for row in aftermaths().known for way in row.ways for failure in way.failures]


def _faults(failure: Failure) -> frozenset[str]:
    return frozenset({failure.name} & PROTOCOL.faults.keys())


# After each kind of failure.


def test_each_failure_that_is_not_the_requesters_has_one_place() -> None:
    found = aftermaths()
    known = {failure.name for _, _, failure in _ways()}
    unknown = [step.event for step in (*found.unanswered, *found.unnoticed)]
    others = {fault.name for fault in FAULTS if not is_requesters(fault)}
    assert known & PROTOCOL.faults.keys() | set(unknown) == others
    assert not known & set(unknown)
    assert known - others == {"context_set_without_autorecovery"}
    assert {fault.name for fault in FAULTS if is_requesters(fault)} & known == set()


def test_the_calls_are_taken_by_the_machines_whatever_comes_first() -> None:
    """From where the requester knows, every run in which nothing more goes wrong has these steps of it, and no others."""
    assert len(_ways()) >= 20
    for row, way, failure in _ways():
        assert failure.run.steps[-1][0] == way.learned_by.event
        _assert_taken(row, failure)


def _assert_taken(row: Aftermath, failure: Failure) -> None:
    run, met = replayed(failure.run, _faults(failure)), set[str]()

    def ends(taken: list[str]) -> int:
        """How often the session ends from here, in states that were not met with the same steps taken."""
        if run.state("requester") == "AT_REST":
            assert taken == [call.event for call in row.calls], failure.name
            return 1
        ended = 0
        for name, index in run.enabled():
            if not PROTOCOL.events[name].fair:
                continue
            now = [*taken, name] if name in calls() else taken
            with undone(run):
                run.fire(name, index)
                if (key := repr((sorted(run.states().items()), now))) not in met:
                    met.add(key)
                    ended += ends(now)
        return ended

    assert ends([]), failure.name


def test_the_requester_did_not_know_before() -> None:
    """The run tells of the failure once, in its last step; and the failure is in it."""
    plainly = {way.learned_by.event for _, way, _ in _ways() if not way.status_is_bad}
    for _, _, failure in _ways():
        before = [name for name, _ in failure.run.steps[:-1]]
        assert not plainly & set(before), failure.name
        happened = {PROTOCOL.events[name].fault or name for name, _ in failure.run.steps}
        assert failure.name in happened


def test_what_is_not_noticed_is_not_noticed_with_two_vms_either() -> None:
    told = {name: term & aftermath._auto_recoverable for name, term in aftermath._told().items()}
    asked = {n: Possible(name=n, says=n, shows=(), term=term, witness=term) for n, term in told.items()}
    unnoticed = [*aftermaths().unanswered, *aftermaths().unnoticed]
    assert unnoticed
    for step in unnoticed:
        column = Column(frozenset({step.event}))
        verdicts = {found.verdict for found in check(column, list(asked), Scope(vms=2), properties=asked)}
        assert verdicts == {REFUTED}, step.event


def test_a_late_failure_is_not_noticed() -> None:
    """As the tables say: after the last answer the requester completes the backup, whatever became of the writer."""
    term = happens("backup_completed") & last_error.is_(LastError.NOT_RESPONDING)
    late = Possible(name="late", says="", shows=(), term=term, witness=term)
    column = Column(frozenset({"management_service_restarts"}))
    (found,) = check(column, ["late"], Scope(vms=1), properties={"late": late})
    assert found.verdict == HOLDS


def test_a_requester_that_can_do_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, failure = _ways()[0]
    run = replayed(failure.run, _faults(failure))
    monkeypatch.setattr(Run, "enabled", lambda self: [])
    with pytest.raises(aftermath.CannotSay, match="every-session-ends"):
        aftermath._to_rest(run)


# If a duty is not done.


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if is_requesters(fault)], ids=lambda fault: fault.name)
def test_the_requester_has_a_duty_for_each_of_its_faults(fault: Fault) -> None:
    assert fault.duty


@pytest.mark.parametrize("fault", DUTIES, ids=lambda fault: fault.name)
def test_a_duty_is_one_sentence(fault: Fault) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", fault.duty)


def test_promises_listed_are_those_that_the_record_has_as_broken() -> None:
    record = load()
    rows = duties.duties(record)
    assert {row.fault for row in rows} == set(DUTIES)
    assert [is_requesters(row.fault) for row in rows] == sorted(
        (is_requesters(row.fault) for row in rows), reverse=True
    )
    for row in rows:
        broken = {
            (name, columns[row.fault.name].length)
            for name, columns in record.cells.items()
            if columns[BASE.name].verdict == HOLDS and columns[row.fault.name].verdict == REFUTED
        }
        assert {(one.property, one.steps) for one in row.breaks} == broken
        assert all(one.says == PROPERTIES[one.property].says for one in row.breaks)
        assert row.by
        assert row.recorded


def test_what_the_record_leaves_open_is_said() -> None:
    rows = {row.fault.name: row for row in duties.duties(_small())}
    assert [one.property for one in rows["failure_ignored"].breaks] == ["no-partial-backup"]
    assert rows["failure_ignored"].undecided == ("no-vm-is-lost",)
    assert rows["requester_aborts"].recorded
    assert not rows["requester_aborts"].breaks
    assert not rows["file_status_forgotten"].recorded


# How it is shown.


def _printed(record: Record) -> str:
    console = Console(file=io.StringIO(), width=140)
    duties.print_obligations(record, console)
    assert isinstance(console.file, io.StringIO)
    return re.sub(r" +$", "", console.file.getvalue(), flags=re.MULTILINE)


def test_golden_tables() -> None:
    assert_golden(GOLDEN / "obligations.txt", _printed(_small()))


def test_golden_page() -> None:
    assert_golden(GOLDEN / "obligations.md", duties.page_of(_small()))


def test_table_page_and_data_say_the_same() -> None:
    record = load()
    page, data = duties.page_of(record), duties.as_json(record)
    printed = " ".join(_printed(record).split())
    for row in data["after_failures"]:
        for way in row["ways"]:
            for name in (way["learned_by"]["name"], *(failure["name"] for failure in way["failures"])):
                assert f"`{name}`" in page
                assert name in printed
    for duty in data["duties"]:
        assert duty["duty"] in page
        for one in duty["breaks"]:
            assert f"{one['says']} ({one['steps']} steps)" in page
            assert f"{one['property']} ({one['steps']} steps)" in printed


def test_the_page_is_written_and_hangs_together() -> None:
    from shadowproof import docs

    assert docs.GENERATED["obligations.md"] is duties.page
    assert duties.page() == duties.page_of(load())
    assert "](properties.md#no-vm-left-saved)" in duties.page()


def test_data_have_a_stable_shape() -> None:
    data = json.loads(json.dumps(duties.as_json(_small())))
    assert data.keys() == {"schema", "after_failures", "unanswered", "unnoticed", "duties"}
    assert data["schema"] == "shadowproof-obligations/1"
    named = {"name", "says"}
    for row in data["after_failures"]:
        assert row.keys() == {"ways", "calls"}
        assert all(call.keys() == named for call in row["calls"])
        for way in row["ways"]:
            assert way.keys() == {"learned_by", "status_is_bad", "failures"}
            assert all(failure.keys() == {*named, "steps"} for failure in way["failures"])
    for duty in data["duties"]:
        assert duty.keys() == {"duty", "fault", "says", "where", "by", "recorded", "breaks", "undecided"}
        assert all(one.keys() == {"property", "says", "steps"} for one in duty["breaks"])


# The command.


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    target = tmp_path / "obligations.json"
    done = CliRunner().invoke(app, ["obligations", "--json", str(target)])
    assert done.exit_code == 0
    assert "released_without_abort" in done.output
    assert json.loads(target.read_text("utf-8")) == duties.as_json(load())


@pytest.mark.parametrize("text", [None, "{", '{"schema": "another"}'], ids=["missing", "damaged", "of another schema"])
def test_without_a_record_one_sentence_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    path, out = tmp_path / "record.json", tmp_path / "out.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(record_file.load, "__defaults__", (path,))
    monkeypatch.setattr(sys, "argv", ["shadowproof", "obligations", "--json", str(out)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("shadowproof: record.json ")
    assert len(said.err.splitlines()) == 1
    assert not out.exists()
    with pytest.raises(RecordError):
        duties.page()


def test_help_teaches() -> None:
    done = CliRunner().invoke(app, ["obligations", "--help"])
    assert done.exit_code == 0
    assert "requester" in done.output
    assert "explain PROPERTY" in done.output
