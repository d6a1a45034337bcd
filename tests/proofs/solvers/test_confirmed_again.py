"""What solvers confirmed of a question is told again without closing a set; of any other question it says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from proofs.answers.cache import in_use, use
from proofs.solvers import confirm as confirming
from proofs.solvers.confirm import Set, Task, confirm, tasks
from proofs.verdicts.columns import BASE, fault_columns

TASKS: list[Task] = [(BASE, ("no-abort-in-a-restore",)), (BASE, ("child-snapshot-needs-a-running-vm",))]


@pytest.fixture(autouse=True)
def nothing_in_use() -> Iterator[None]:
    yield
    use(None)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Every question for which sets were closed and solvers asked. Here solvers confirm whatever they are asked."""
    asked: list[Task] = []

    def one(task: Task, solvers: tuple[str, ...], *_: object) -> tuple[list[Set], object]:
        asked.append(task)
        return [Set(task[0].name, task[1], 3, 2, 5, OPEN.get(task[1][0], ()), solvers, (0.1, 0.1))], in_use().told

    monkeypatch.setattr(confirming, "_one", one)
    monkeypatch.setattr(confirming, "for_this_process", lambda work: work)
    return asked


OPEN: dict[str, tuple[tuple[str, str, str, str], ...]] = {}


def asked_of(tasks: list[Task], folder: Path | None, **more: object) -> list[Set]:
    return confirm(tasks, jobs=1, cache=folder, **more)  # type: ignore[arg-type]  # by name


def test_the_same_question_is_answered_at_once_and_in_the_same_order(tmp_path: Path, closed: list[Task]) -> None:
    first = asked_of(TASKS, tmp_path)
    assert closed == TASKS
    assert not any(one.cached for one in first)
    told: list[list[Set]] = []
    again = asked_of(TASKS[::-1], tmp_path, progress=told.append)
    assert closed == TASKS
    assert again == first[::-1]
    assert all(one.cached for one in again)
    assert [one for sets in told for one in sets] == again
    (more,) = asked_of([TASKS[0], (BASE, ("prepared-only-when-all-are-done",)), TASKS[1]], tmp_path)[1:2]
    assert (len(closed), more.properties, more.cached) == (3, ("prepared-only-when-all-are-done",), False)


@pytest.mark.parametrize("what", ["column", "property", "solvers", "limit", "texts", "nowhere", "protocol", "damaged"])
def test_any_other_question_is_asked(
    tmp_path: Path, closed: list[Task], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    kept, ((column, names), _) = tmp_path / "kept", TASKS
    asked_of([(column, names)], kept)
    if what == "column":
        asked_of([(fault_columns()[0], names)], kept)
    elif what == "property":
        asked_of([(column, (*names, "prepared-only-when-all-are-done"))], kept)
    elif what == "solvers":
        asked_of([(column, names)], kept, solvers=("z3",))
    elif what == "limit":
        asked_of([(column, names)], kept, limit=1.0)
    elif what == "texts":
        asked_of([(column, names)], kept, texts=tmp_path)
    elif what == "nowhere":
        asked_of([(column, names)], None)
    elif what == "protocol":
        monkeypatch.setattr("proofs.answers.column_cache.network_hash", lambda _: "another")
        asked_of([(column, names)], kept)
    else:
        for path in kept.glob("*/*.json"):
            path.write_text("[", "utf-8")
        asked_of([(column, names)], kept)
    assert len(closed) == 2


def test_what_a_solver_leaves_open_is_asked_again(
    tmp_path: Path, closed: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OPEN, "no-abort-in-a-restore", (("cvc5", "step", "vm_saved", "unknown"),))
    for times in (1, 2):
        (found,) = asked_of(TASKS[:1], tmp_path)
        assert (len(closed), found.cached, bool(found.open)) == (times, False, True)


def test_it_is_what_solvers_said(tmp_path: Path) -> None:
    first, again = (asked_of(TASKS[:1], tmp_path) for _ in range(2))
    assert first == again
    assert [one.cached for one in (*first, *again)] == [False, True]
    assert all(one.obligations > 0 and one.confirms(TASKS[0][1][0]) for one in again)
    assert replace(again[0], cached=False) == first[0]


def test_which_sets_there_are_is_remembered_by_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for _, of in TASKS for name in of]
    use(tmp_path)
    first, one = tasks(BASE, names), tasks(BASE, names[:1])
    assert {name for _, of in first for name in of} == set(names)
    assert one == [(BASE, (names[0],))]
    monkeypatch.setattr(confirming, "ForAnyNumber", lambda *_: pytest.fail("sets were looked for again"))
    assert tasks(BASE, names) == first
    assert tasks(BASE, names[:1]) == one
