"""How far work is stands on standard error: a bar on a terminal, lines elsewhere, for every command that takes long."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from proofs.world.world import Column
from shadowproof import count, cuts, mutate, prove, sweep
from shadowproof.outside.telling import LINES, telling


def console(*, terminal: bool = False) -> Console:
    return Console(file=StringIO(), width=120, force_terminal=terminal)


def said(where: Console) -> list[str]:
    assert isinstance(where.file, StringIO)
    return where.file.getvalue().splitlines()


def test_without_a_terminal_there_are_a_few_lines() -> None:
    where = console()
    with telling(where, "judging", "columns") as told:
        for number in range(1, 1001):
            told(number, 1000, f"c{number}")
    lines = said(where)
    assert len(lines) == LINES
    assert lines[0] == "judging: 50 of 1,000 columns, c50"
    assert lines[-1] == "judging: 1,000 of 1,000 columns, c1000"


def test_of_little_work_each_is_a_line_and_other_work_begins_anew() -> None:
    where = console()
    with telling(where, "x", "") as told:
        for what, total in (("closing", 3), ("judging", 2)):
            for number in range(total + 1):
                told(number, total, what)
    assert said(where) == [
        "x: 1 of 3 closing", "x: 2 of 3 closing", "x: 3 of 3 closing", "x: 1 of 2 judging", "x: 2 of 2 judging",
    ]  # fmt: skip


def test_on_a_terminal_there_is_a_bar_and_no_line_is_left() -> None:
    where = console(terminal=True)
    with telling(where, "judging", "columns") as told:
        told(1, 2, "")
    assert "judging: 1" not in "".join(said(where))


def judged(progress: Callable[..., None], *told: tuple[Any, ...]) -> None:
    for one in told:
        progress(*one)


def _cut(where: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "cut_sets", lambda *_, progress, **__: judged(progress, ("closing views", 1, 1)))
    cuts.cut(["no-vm-left-saved"], 2, faults_only=False, jobs=1, console=where)


def _prove(where: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "confirm", lambda *_, progress, **__: judged(progress, ("a set",)))
    monkeypatch.setattr(prove, "tasks", lambda *_: ["a task"])
    prove.prove([Column()], ["no-vm-left-saved"], ["z3"], limit=1.0, texts=None, cache=None, console=where)


def _mutate(where: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutate, "judge_mutants", lambda *_, progress, **__: judged(progress, ("by search", 1, 1)))
    mutate.mutate({}, ["no-vm-left-saved"], jobs=1, quick=True, console=where)


def _sweep(where: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def columns(tasks: Any, *, progress: Any, closing_views: Any, **_: Any) -> dict[Column, list[Any]]:
        closing_views(1, 1)
        judged(progress, *((column, [], 0.1) for column, _, _ in tasks))
        return {}

    monkeypatch.setattr(sweep, "judge_columns", columns)
    wanted = sweep.asked(
        faults=True, readings=False, both=False, of=["guest_hangs"], names=["no-vm-left-saved"], vms=1, limit=None
    )
    sweep.sweep(wanted, sweep.workers(1, None, None), console=where, cache=None)


def _count(where: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "slices", lambda *_: ["a slice"])
    monkeypatch.setattr(count, "counted", lambda *_, **__: object())
    monkeypatch.setattr(count, "_table", lambda *_: "")
    with pytest.raises(AttributeError):  # what was counted is no count
        count.count_all(["MET-4"], Column(), 1, apart=False, engine=None, memory=1, console=console(), errors=where)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (_cut, "no-vm-left-saved: 1 of 1 closing views"), (_prove, "confirming: 1 of 1 closed sets"),
        (_mutate, "judging: 1 of 1 mutants, by search"), (_sweep, "sweeping: 1 of 1 closed sets for all columns"),
        (_count, "counting: 1 of 1 slices"),
    ],
)  # fmt: skip
def test_each_command_that_takes_long_tells(
    command: Callable[[Console, pytest.MonkeyPatch], None], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = console()
    command(where, monkeypatch)
    assert line in said(where)
