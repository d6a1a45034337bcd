"""`shadowproof count`: exact counts by slice, broken invariants, memory that is refused, bad questions."""

from __future__ import annotations

import pytest
from rich.console import Console
from typer.testing import CliRunner

from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.world import Column
from shadowproof import count
from shadowproof.cli import main
from shadowproof.commands import app

ONE = ["-p", "no-vm-left-saved"]


def said(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["count", *arguments])
    return done.exit_code, done.output


def test_states_are_counted_exactly_apart_and_interchangeable() -> None:
    status, text = said(*ONE, "--vms", "2")
    assert status == 0
    assert "12,555" in text
    assert "18,158" in text
    _, text = said(*ONE, "--vms", "2", "--apart")
    assert "24,443" in text
    assert "35,659" in text


def test_one_vm_is_counted_in_each_configuration_as_well() -> None:
    (group,) = count.slices(["no-vm-left-saved"], BASE)
    found = count.counted(group, 1, apart=False, engine=None, memory=1 << 30)
    every = explore(Compiled(group.world, group.part, (ONE_OF_EACH,), reduce=False), 1)
    assert found.found is not None
    assert found.configurations == (every.states, every.steps)
    assert found.found.states * 10 < every.states
    assert f"{every.states:,}" in said(*ONE, "--vms", "1")[1]


def test_a_broken_invariant_is_told() -> None:
    status, text = said(*ONE, "--vms", "1", "--fault", "requester_vanishes")
    assert status == 1
    assert "no-vm-left-saved is broken" in text
    assert "shadowproof explain no-vm-left-saved --fault requester_vanishes" in text


def test_what_takes_too_much_memory_is_not_begun() -> None:
    status, text = said(*ONE, "--vms", "6", "--apart", "--memory", "1")
    assert status == 3
    assert "not counted" in text
    assert "1 MiB are allowed" in text


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        (["--vms", "0"], "at least one VM"),
        (["--vms", "7"], "or less"),
        (["--engine", "cuda"], "--engine numpy or --engine numba"),
        (["--memory", "0"], "--memory 1024"),
        (["-p", "no-such"], "There is no property"),
    ],
)
def test_bad_questions_have_a_remedy(
    wrong: list[str], remedy: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["shadowproof", "count", *wrong])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert remedy in capsys.readouterr().err


def test_interrupted_it_says_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object, **__: object) -> count.Counted:
        raise KeyboardInterrupt

    monkeypatch.setattr(count, "counted", stop)
    console = Console()
    status = count.count_all(
        ["no-vm-left-saved"], Column(), 1, apart=False, engine=None, memory=1, console=console, errors=console
    )
    assert status == 3
    assert "0 slices of 1 counted" in capsys.readouterr().out
