"""Columns are judged once: what is kept is not judged again, what was interrupted goes on, and only by the same version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from joblib.externals.loky import reusable_executor

import proofs.verdicts.suite
from proofs.answers.cache import Cache, in_use, use
from proofs.answers.column_cache import column_key, project_content, recall_column
from proofs.answers.exercising import Exercise
from proofs.answers.verdict import RunFound, Verdict
from proofs.verdicts import together
from proofs.verdicts.known.witnesses import Seen
from proofs.verdicts.suite import judge_columns
from proofs.verdicts.together import Runs
from proofs.verdicts.work import OtherVersion, Work, do
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES

NAMES = ["no-vm-left-saved", "writer-identity"]
FAULT = Column(frozenset({"failure_ignored"}))
SCOPE = Scope(vms=1, proofs=True, counts=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    use(tmp_path)
    yield tmp_path
    use(None)


TASKS = [(column, NAMES, SCOPE) for column in (Column(), FAULT, Column(frozenset({"guest_hangs"})))]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Column]:
    """The columns that are really judged: as holding, in no time."""
    seen: list[Column] = []

    def judge(column: Column, names: list[str], *_: object) -> tuple[list[Verdict], Runs]:
        seen.append(column)
        return [Verdict(name, column.name, "holds", "nothing") for name in names], {}

    monkeypatch.setattr(proofs.verdicts.suite, "judged", judge)
    monkeypatch.setattr("proofs.verdicts.work.looked_for_afterwards", nullcontext)
    return seen


def test_verdicts_come_in_the_order_in_which_they_are_asked_for(judged: list[Column]) -> None:
    names = [name for name in [*PROPERTIES] if name in NAMES][::-1]
    for scope in (SCOPE, proofs.verdicts.suite.TOGETHER):
        found = judge_columns([(column, names, scope) for column, _, _ in TASKS], jobs=1)
        assert {column: [one.property for one in told] for column, told in found.items()} == {
            column: names for column, _, _ in TASKS
        }
    assert len(names) > 1
    assert judged


def test_the_second_time_nothing_is_judged_and_everything_is_the_same(folder: Path, judged: list[Column]) -> None:
    told: list[Column] = []
    first = judge_columns(TASKS, jobs=1, cache=folder)
    assert judged == [column for column, _, _ in TASKS]
    second = judge_columns(TASKS, jobs=1, cache=folder, progress=lambda column, *_: told.append(column))
    assert (len(judged), second, list(second)) == (len(TASKS), first, list(first))
    assert told == [column for column, _, _ in TASKS], "what is known counts as done"
    assert not any(one.cached for found in first.values() for one in found)
    assert all(one.cached for found in second.values() for one in found)


def test_what_is_known_is_told_smallest_columns_first_whatever_the_order_of_judging(
    folder: Path, judged: list[Column]
) -> None:
    """So that nobody hears of a larger column what a smaller one shows already. What is judged now comes in the order of the tasks."""
    guest = Column(frozenset({"guest_hangs"}))
    both = Column(FAULT.faults | guest.faults)
    tasks = [(column, NAMES, SCOPE) for column in (both, FAULT, Column(), guest)]
    told: list[Column | int] = []

    def hears(column: Column, *_: object) -> None:
        told.append(column)

    judge_columns(tasks[:3], jobs=1, cache=folder, progress=hears, recalled=told.append)
    assert told == judged == [both, FAULT, Column()]
    told.clear()
    found = judge_columns(tasks, jobs=1, cache=folder, progress=hears, recalled=told.append)
    assert told == [3, Column(), FAULT, both, guest]
    assert [*found] == [column for column, _, _ in tasks]


def test_what_is_decided_before_anything_is_closed_comes_smallest_columns_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tasks = [(column, NAMES, proofs.verdicts.suite.TOGETHER) for column in (FAULT, Column())]
    early: dict[Column, tuple[Column, list[Verdict], Runs, float]] = {
        column: (column, [Verdict(name, column.name, "holds", "nothing") for name in NAMES], {}, 0.0)
        for column, _, _ in tasks
    }
    monkeypatch.setattr(proofs.verdicts.suite, "_soon", lambda *_: early)

    def nothing_more(*_: object) -> Iterator[object]:
        yield from ()

    monkeypatch.setattr(proofs.verdicts.suite, "_judged", nothing_more)
    telling = proofs.verdicts.suite._Telling(lambda *_: None)
    carried: dict[Column, dict[str, Proof]] = {Column(): {}}
    work = Work(1, None, None, Cache(None), from_record=False)
    arriving = proofs.verdicts.suite._carried_first(tasks, work, telling, carried, None, {})
    assert [done[0] for done in arriving] == [Column(), FAULT]


def test_the_runs_of_a_column_are_told_again_the_second_time(
    folder: Path, judged: list[Column], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`accept` keeps them, whether a column is judged now or was before."""
    test = Exercise(FAULT.name, (NAMES[0],), (1,), RunFound((), {}, (("backup_initialized", ()),)))
    monkeypatch.setattr(proofs.verdicts.suite, "exercises", lambda column, _: [test] if column == FAULT else [])
    heard: list[dict[Column, list[Exercise]]] = [{}, {}]
    for one in heard:
        judge_columns(TASKS, jobs=1, cache=folder, exercised=one.__setitem__)
    assert heard[0] == heard[1] == {column: [test] if column == FAULT else [] for column, _, _ in TASKS}


def test_another_question_is_judged(folder: Path, judged: list[Column]) -> None:
    judge_columns(TASKS, jobs=1, cache=folder)
    judge_columns([(FAULT, NAMES, replace(SCOPE, limit=9))], jobs=1, cache=folder)
    judge_columns([(FAULT, NAMES[:1], SCOPE)], jobs=1, cache=folder)
    assert judged[len(TASKS) :] == [FAULT, FAULT]


def test_without_a_folder_everything_is_judged_anew(judged: list[Column]) -> None:
    judge_columns(TASKS, jobs=1)
    judge_columns(TASKS, jobs=1)
    assert len(judged) == 2 * len(TASKS)


@pytest.mark.parametrize("stops", [KeyboardInterrupt, ValueError])
def test_what_was_judged_before_an_interruption_is_not_judged_again(
    folder: Path, judged: list[Column], stops: type[BaseException]
) -> None:
    def after_two(*_: object) -> None:
        if len(judged) == 2:
            raise stops

    with pytest.raises(stops):
        judge_columns(TASKS, jobs=1, cache=folder, progress=after_two)
    found = judge_columns(TASKS, jobs=1, cache=folder)
    assert judged == [column for column, _, _ in TASKS], "each of them once"
    assert list(found) == judged


def test_a_damaged_column_is_judged_anew_and_said(folder: Path, judged: list[Column]) -> None:
    judge_columns(TASKS[:1], jobs=1, cache=folder)
    (entry,) = folder.rglob("*.json")
    entry.write_text("{", "utf-8")
    judge_columns(TASKS[:1], jobs=1, cache=folder)
    assert len(judged) == 2
    assert [path.name for path in in_use().damaged] == [f"{entry.name}.damaged"]


def test_a_process_of_another_version_judges_nothing() -> None:
    call = (together.judged, FAULT, NAMES, SCOPE, dict[str, Proof](), dict[str, list[Seen]]())
    with pytest.raises(OtherVersion, match="A worker has another version of the project"):
        do(0, call, None, "another")
    assert len(do(0, call, None, project_content())[1][0]) == len(NAMES)


def test_several_processes_stop_without_a_word_of_the_library(folder: Path) -> None:
    """joblib would warn that work was begun in vain; a warning is an error here."""

    def fails(*_: object) -> None:
        raise ValueError("no room")

    tasks = [(column, ["writer-identity"], SCOPE) for column, _, _ in TASKS]
    with pytest.raises(ValueError, match="no room"):
        judge_columns(tasks, jobs=2, cache=folder, progress=fails)
    assert recall_column(column_key(*tasks[0])) or recall_column(column_key(*tasks[1]))


class TestAtAGlance:
    """What runs of one VM show without any fault is told before anything is closed, where many columns are judged."""

    COLUMNS = (Column(), FAULT, *(Column(frozenset({one})) for one in ("guest_hangs", "copy_fails", "switch_gone")))

    @pytest.fixture
    def told(self, judged: list[Column], monkeypatch: pytest.MonkeyPatch) -> list[object]:
        told: list[object] = []

        def check(column: Column, names: list[str], scope: Scope) -> list[Verdict]:
            told.append(("looked at", column, names, scope.vms))
            return [Verdict(names[0], column.name, "refuted", "a run was replayed")]

        monkeypatch.setattr(proofs.verdicts.suite, "check", check)
        monkeypatch.setattr(proofs.verdicts.suite, "units", lambda *_: [((), (), ("it",)), ((), (), ("other",))])

        def shown(unit: tuple[object, object, tuple[str, ...]]) -> dict[str, object]:
            told.append(("closed", unit[2]))
            return {}

        monkeypatch.setattr(proofs.verdicts.suite, "shown", shown)
        monkeypatch.setattr(proofs.verdicts.suite, "proofs", lambda _: {})
        return told

    def test_is_told_first(self, told: list[object]) -> None:
        tasks = [(column, NAMES, proofs.verdicts.suite.TOGETHER) for column in self.COLUMNS]
        found = judge_columns(tasks, jobs=1, at_a_glance=lambda seen: told.append([one.verdict for one in seen]))
        assert list(found) == list(self.COLUMNS)
        names = [name for name in PROPERTIES if name in NAMES]
        assert told == [("looked at", Column(), names, 1), ["refuted"], ("closed", ("it",)), ("closed", ("other",))]

    def test_is_not_looked_at_where_nobody_hears(self, told: list[object]) -> None:
        judge_columns([(column, NAMES, proofs.verdicts.suite.TOGETHER) for column in self.COLUMNS], jobs=1)
        assert told == [("closed", ("it",)), ("closed", ("other",))]


def test_processes_come_up_before_there_is_work_for_them() -> None:
    """Those that are there then do it; one that works alone has none."""
    work = Work(2, None, None, Cache(None))
    with work.coming_up(os.getpid):
        pass
    there = set(reusable_executor._executor._processes)
    assert len(there) == 2
    assert {pid for _, pid, _ in work.done([(os.getpid,)] * 4)} <= there
    alone = Work(1, None, None, Cache(None))
    with alone.coming_up(os.getpid):
        assert {pid for _, pid, _ in alone.done([(os.getpid,)] * 2)} == {os.getpid()}
