"""`shadowproof agent`: what is said of an agent, by the schema; without one, of recorded runs; and what is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from conformance.agents.fsrvp.findings import SEEN
from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.run import HV_VSS
from conformance.agents.qemu_ga.findings import FINDINGS as QEMU_FINDINGS
from shadowproof.cli import app, main
from shadowproof.tell.agent import answer, schema_text, text_of
from tests.conformance.agents.hv_vss.test_honest import shrunk
from tests.conformance.agents.product import needs_a_cage

ABOUT = {"agent": "liar", "sha256": "0" * 64}


def test_recorded_runs_show_every_finding(tmp_path: Path) -> None:
    file = tmp_path / "told.json"
    done = CliRunner().invoke(app, ["agent", "hv-vss", "--recorded", "--json", str(file)])
    assert done.exit_code == 0, done.output
    told = json.loads(file.read_text("utf-8"))
    jsonschema.validate(told, json.loads(schema_text()))
    assert [one["finding"] for one in told["findings"] if one["seen"]] == [one.name for one in FINDINGS]
    assert "Of 18 findings, tried one by one, 18 are so" in done.stdout
    assert "nothing here shows what a Windows guest does" in " ".join(done.stdout.split())
    assert "the machines allow every call" in done.stdout


@pytest.mark.parametrize(
    ("which", "names", "said", "limit"),
    [
        ("qemu-ga", {one.name for one in QEMU_FINDINGS}, "Of 18 findings, tried one by one, 18 are so", "a Windows guest does"),
        ("fsrvp", SEEN, "Of 18 findings, tried one by one, 13 are so", "Windows' own coordinator does"),
    ],
)  # fmt: skip
def test_recorded_runs_of_the_others_show_every_finding(
    which: str, names: set[str], said: str, limit: str, tmp_path: Path
) -> None:
    file = tmp_path / "told.json"
    done = CliRunner().invoke(app, ["agent", which, "--recorded", "--json", str(file)])
    assert done.exit_code == 0, done.output
    told = json.loads(file.read_text("utf-8"))
    jsonschema.validate(told, json.loads(schema_text()))
    assert {one["finding"] for one in told["findings"] if one["seen"]} == names
    assert said in done.stdout
    assert f"nothing here shows what {limit}" in " ".join(done.stdout.split())


def test_what_is_no_samba_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(["fsrvp", "--binary", "/bin/true"], monkeypatch, capsys)
    assert "there is no usr/libexec/samba/samba-dcerpcd. Name" in said or "Run it elsewhere" in said


def test_a_disagreement_is_told_as_short_as_it_gets() -> None:
    found, tally = shrunk()
    told = answer(HV_VSS, ABOUT, [], tally, found)
    jsonschema.validate(told, json.loads(schema_text()))
    text = text_of(told)
    assert "Machine and agent disagree, with " in text
    assert "  3. host_asks_thaw\n" in text
    assert "The agent says OK: says_thawed needs: for every file system" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 130


def refused(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr("sys.argv", ["shadowproof", "agent", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip().splitlines()
    return said[-1]


def test_what_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no program /nothing/there." in refused(
        ["hv-vss", "--binary", "/nothing/there"], monkeypatch, capsys
    )
    monkeypatch.delenv(HV_VSS.where, raising=False)
    assert "no-agent" in refused(["no-agent"], monkeypatch, capsys)


@pytest.mark.parametrize("which", ["hv-vss", "qemu-ga"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Path("/bin/true").read_bytes(), "ends with status 0 before it waits for a request"),
        (b"no program", "cannot be started: it is no program of this system"),
    ],
    ids=["no agent", "no program"],
)
def test_what_is_no_agent_is_refused(
    which: str,
    content: bytes,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    needs_a_cage()
    path = tmp_path / "agent"
    path.write_bytes(content)
    path.chmod(0o755)
    assert said in refused([which, "--binary", str(path)], monkeypatch, capsys)


def test_the_first_disagreements_are_kept_each_with_whose_it_was() -> None:
    kept = [json.loads(line) for line in (HV_VSS.evidence / "first.jsonl").read_text("utf-8").splitlines()]
    names = {one.name for one in FINDINGS}
    assert {one["whose"] for one in kept} == {"ours", "the agent"}
    assert all(one["finding"] in names for one in kept if one["whose"] == "the agent")
    assert sum(one["whose"] == "ours" for one in kept) == 7
