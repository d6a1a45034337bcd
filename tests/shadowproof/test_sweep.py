"""A sweep finds and writes the same, whoever judges it in whatever order; interrupted, it goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

import proofs.verdicts.combined.pairs
from proofs.answers.cache import use
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import fault_columns
from proofs.verdicts.suite import Task, judge_columns
from proofs.verdicts.together import Runs, judged
from proofs.world.world import Column
from shadowproof.ask import AskError
from shadowproof.sweep import Asked, Swept, Workers, as_text, asked, print_sweep, schema_text, sweep, workers
from tests.helpers.clusters import cluster as cluster_of
from tests.helpers.command import shadowproof as command

NAMES = ["no-vm-left-saved", "writer-identity"]
FEW = ("guest_hangs", "requester_vanishes", "volume_missing")


@pytest.fixture(autouse=True)
def few_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [column for column in fault_columns() if column.faults <= set(FEW)]
    monkeypatch.setattr(proofs.verdicts.combined.pairs, "fault_columns", lambda: some)
    monkeypatch.setattr("proofs.verdicts.work.looked_for_afterwards", nullcontext)  # slow beside all that is loaded


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster_of(tmp_path_factory.mktemp("cluster")) as address:
        yield address


def question(*of: str, readings: bool = False, names: list[str] = NAMES, limit: int | None = None) -> Asked:
    return asked(faults=not readings, readings=readings, both=False, of=of, names=names, vms=1, limit=limit)


def swept(who: Workers, cache: Path | None = None, *, wanted: Asked | None = None) -> Swept:
    done = sweep(wanted or question(), who, console=Console(file=StringIO()), cache=cache)
    use(None)
    assert done is not None
    return done


def printed(done: Swept) -> str:
    out = StringIO()
    print_sweep(done, Console(file=out, width=140))
    return out.getvalue()


@pytest.fixture(scope="module")
def one_worker() -> str:
    """What one process finds, without a cache."""
    with pytest.MonkeyPatch.context() as patch:
        some = [column for column in fault_columns() if column.faults <= set(FEW)]
        patch.setattr(proofs.verdicts.combined.pairs, "fault_columns", lambda: some)
        return as_text(swept(Workers(jobs=1)))


def test_what_is_written_is_as_the_schema_says(one_worker: str) -> None:
    written = json.loads(one_worker)
    jsonschema.validate(written, json.loads(schema_text()))
    assert [column["name"] for column in written["columns"]] == [
        *FEW, "guest_hangs + requester_vanishes", "guest_hangs + volume_missing", "requester_vanishes + volume_missing",
    ]  # fmt: skip
    assert [column["alone"] for column in written["columns"]] == [True] * 3 + [False] * 3
    assert written["counts"] == {
        "pairs": 3, "new": 0, "holds": 4, "refuted": 2, "undecided": 0, "not exercised": 0,
    }  # fmt: skip
    assert written["columns"][3]["cells"]["no-vm-left-saved"][0] == "refuted"


def test_two_processes_find_the_same(one_worker: str, tmp_path: Path) -> None:
    assert as_text(swept(Workers(jobs=2), tmp_path)) == one_worker
    again = swept(Workers(jobs=2), tmp_path)
    assert as_text(again) == one_worker
    assert all(one.cached for found in again.verdicts.values() for one in found)


def test_another_order_finds_the_same(one_worker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(tasks: list[Task], **_: object) -> dict[Column, list[Verdict]]:
        found = judge_columns(tasks[::-1], jobs=1)
        return {column: found[column] for column, _, _ in tasks}

    monkeypatch.setattr("shadowproof.sweep.judge_columns", backwards)
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
    assert as_text(swept(Workers())) == one_worker


def test_a_cluster_finds_the_same_and_the_caller_keeps_it(
    one_worker: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "workers"
    assert as_text(swept(Workers(cluster=address, cache=own), tmp_path / "here")) == one_worker
    kept = [json.loads(path.read_text("utf-8"))["value"] for path in (tmp_path / "here").rglob("*.json")]
    assert sum("verdict" in one for one, *_ in kept) == 6, "one for each column, by the caller"
    assert len(list(own.rglob("*.json"))) > 6, "what the workers judged, in their own folder"

    def never(*_: object) -> None:
        raise AssertionError("everything is known")

    monkeypatch.setattr("proofs.verdicts.work.do", never)
    assert as_text(swept(Workers(cluster=address), tmp_path / "here")) == one_worker
    assert as_text(swept(Workers(jobs=1), tmp_path / "here")) == one_worker


# What is new


def made_up(alone: str = HOLDS, together: str = REFUTED) -> Swept:
    wanted = question("guest_hangs")
    verdicts = {
        column: [Verdict(name, column.name, together if column in wanted.pairs else alone, "nothing") for name in NAMES]
        for column in wanted.columns
    }
    return Swept(wanted, verdicts)


def test_what_is_new_is_listed_with_its_pair() -> None:
    text = printed(made_up())
    assert "New under a pair (4)" in text
    assert "no-vm-left-saved  guest_hangs + requester_vanishes  holds" in text
    assert "shadowproof explain PROPERTY" in text
    assert len(json.loads(as_text(made_up()))["new"]) == 4
    jsonschema.validate(json.loads(as_text(made_up())), json.loads(schema_text()))


def test_what_is_broken_alone_is_not_new() -> None:
    assert "Nothing is new" in printed(made_up(alone=REFUTED))


def test_what_is_undecided_is_said() -> None:
    text = printed(made_up(together=UNDECIDED))
    assert "4 undecided" in text
    assert "undecided: no-vm-left-saved under guest_hangs + requester_vanishes" in text


# The command


FEW_FAULTS = f"""
from proofs.verdicts.combined import pairs
some = [one for one in pairs.fault_columns() if one.faults <= set({FEW})]
pairs.fault_columns = lambda: some
"""

INTERRUPTED = """
import os, signal
import proofs.verdicts.suite
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests in the background had it ignored
judged, asked = proofs.verdicts.suite.judged, []
def second(*one):
    asked.append(one)
    if len(asked) == 2:
        os.kill(os.getpid(), signal.SIGINT)
    return judged(*one)
proofs.verdicts.suite.judged = second
"""
"""While the second column is judged."""


def test_interrupted_it_says_what_is_kept_and_goes_on_there(tmp_path: Path) -> None:
    arguments = ["sweep", "--faults", "-p", NAMES[0], "--vms", "1", "--jobs", "1", "--json", str(tmp_path / "out.json")]
    arguments += ["--cache", str(tmp_path / "cache")]
    done = command(*arguments, before=FEW_FAULTS + INTERRUPTED)
    assert done.returncode == 130, done.stderr
    assert "1 of 6 columns were judged, and are kept: run the same again, and it goes on there." in " ".join(
        done.stderr.split()
    )
    assert done.stdout == ""
    assert not (tmp_path / "out.json").exists()
    done = command(*arguments, before=FEW_FAULTS)
    assert done.returncode == 0, done.stderr
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["columns"]) == 6


def test_every_column_that_was_kept_is_not_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_worker: str
) -> None:
    seen: list[Column] = []

    def interrupted(column: Column, *asked: Any) -> tuple[list[Verdict], Runs]:
        seen.append(column)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return judged(column, *asked)

    monkeypatch.setattr("proofs.verdicts.suite.judged", interrupted)
    out = StringIO()
    assert sweep(question(), Workers(jobs=1), console=Console(file=out, width=140), cache=tmp_path) is None
    assert "Interrupted: 2 of 6 columns were judged, and are kept" in out.getvalue()
    assert as_text(swept(Workers(jobs=1), tmp_path)) == one_worker
    assert len(seen) == 3 + 4, "two are known, the third is judged again"


def test_interrupted_before_anything_was_judged_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("proofs.verdicts.suite.judged", interrupted)
    out = StringIO()
    assert sweep(question(), Workers(jobs=1), console=Console(file=out, width=140), cache=tmp_path) is None
    assert "Interrupted before any column was judged." in out.getvalue()
    assert "kept" not in out.getvalue()


def test_the_command_works_on_a_cluster(address: str, tmp_path: Path) -> None:
    written = tmp_path / "out.json"
    facts = ["--faults", "-p", "writer-identity", "--vms", "1", "--no-cache"]
    done = command("sweep", *facts, "--cluster", address, "--json", str(written), before=FEW_FAULTS)
    assert done.returncode == 0, done.stderr
    assert "3 pairs of faults; and each of the 3 that they are made of alone." in done.stdout
    assert "Nothing is new" in done.stdout
    assert written.read_text("utf-8") == as_text(swept(Workers(jobs=1), wanted=question(names=["writer-identity"])))


# Bad input


IMPATIENT = """
from proofs.verdicts.cluster import connected
connected.__wrapped__.__kwdefaults__["seconds"] = 0.1
"""
BAD = {
    "another kind": (["--readings", "--of", "guest_hangs"], "guest_hangs is in none of the pairs of readings"),
    "a dead address": (["--cluster", "tcp://127.0.0.1:1"], "There is no Dask scheduler at 'tcp://127.0.0.1:1'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_status_2_and_nothing_is_overwritten(name: str, tmp_path: Path) -> None:
    arguments, hint = BAD[name]
    (out := tmp_path / "out.json").write_text("as it was", "utf-8")
    done = command("sweep", *arguments, "--no-cache", "--json", str(out), before=IMPATIENT)
    assert done.returncode == 2
    assert hint in done.stderr
    assert done.stderr.startswith("shadowproof: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert out.read_text("utf-8") == "as it was"


@pytest.mark.parametrize(
    ("of", "hint"),
    [
        ("guest_hang", "Did you mean guest_hangs"),
        ("READ-99=YES", "READ-99"),
        ("READ-1=ON_ABORT", "is the default"),
        ("READ-1", "READ-1 is in none of the pairs of faults"),
    ],
)
def test_what_no_pair_holds_is_refused(of: str, hint: str) -> None:
    with pytest.raises(AskError, match=hint):
        question("volume_missing", of)


def test_no_states_and_no_vms_are_refused() -> None:
    with pytest.raises(AskError, match="--limit 0"):
        question(limit=0)
    with pytest.raises(AskError, match="--vms 0"):
        asked(faults=True, readings=False, both=False, of=[], names=NAMES, vms=0, limit=None)
    assert question(limit=50).scope.limit == 50


def test_who_judges_is_said_once() -> None:
    assert workers(3, None, None) == Workers(jobs=3)
    assert workers(None, "tcp://127.0.0.1:1", Path("x")) == Workers(cluster="tcp://127.0.0.1:1", cache=Path("x"))
    for jobs, cluster, cache, hint in (
        (0, None, None, "--jobs 0"),
        (2, "tcp://127.0.0.1:1", None, "Leave --jobs or --cluster out"),
        (None, None, Path("x"), "Name it with --cluster"),
    ):
        with pytest.raises(AskError, match=hint):
            workers(jobs, cluster, cache)


def test_a_reading_alone_stands_for_all_its_values() -> None:
    wanted = question("read-1", "READ-1=NEVER", readings=True)
    assert [column.name for column in wanted.of] == ["READ-1=INSIDE", "READ-1=ON_SHUTDOWN", "READ-1=NEVER"]


def test_by_default_both_kinds_of_pairs_are_asked() -> None:
    wanted = asked(faults=False, readings=False, both=False, of=[], names=NAMES, vms=2, limit=None)
    assert wanted.kinds == ("faults", "readings")
    assert (wanted.scope.proofs, wanted.scope.counts) == (True, False)
    assert len(wanted.pairs) == 3 + 205


def test_help_teaches() -> None:
    done = command("sweep", "--help")
    assert done.returncode == 0
    for word in ("--cluster", "must be your own", "dask scheduler", "shadowproof[cluster]", "goes on where it was"):
        assert word in " ".join(done.stdout.split())
