"""A cluster is found within seconds, or refused in one sentence; so is one whose workers are of another version."""

from __future__ import annotations

import builtins
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from proofs.answers.cache import use
from proofs.verdicts.cluster import ClusterError, connected
from proofs.verdicts.columns import fault_columns
from proofs.verdicts.suite import judge_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from tests.helpers.clusters import cluster, scheduler, worker, workers
from tests.helpers.copies import copied
from tests.helpers.nightly import nightly


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("cluster")) as address:
        yield address


def refused(address: str, seconds: float = 0.1) -> str:
    """Why, in one line: whoever waited without end would never say it."""
    with pytest.raises(ClusterError) as problem, connected(address, seconds=seconds):
        raise AssertionError("connected")
    assert "\n" not in str(problem.value)
    return str(problem.value)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "127.0.0.1:99999", "nonsense", "foo://127.0.0.1:1", "", "a b:1"]
)
def test_where_nothing_is_there_is_no_scheduler(address: str) -> None:
    assert refused(address).startswith(f"There is no Dask scheduler at {address!r}")


def test_who_accepts_and_says_nothing_is_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "it does not answer" in refused(f"tcp://127.0.0.1:{silent.getsockname()[1]}")


def test_no_worker_and_one_thread_that_would_not_be_used_are_refused(tmp_path: Path) -> None:
    with scheduler(tmp_path) as address:
        assert refused(address, 2).startswith(f"The cluster at {address} has no workers")
        with worker(address, tmp_path, "one"):
            workers(address, 1)
            assert "one thread in all" in refused(address, 2)


def test_a_worker_of_another_model_is_refused(address: str, tmp_path: Path) -> None:
    """One guard is another in its copy of the project."""
    (tmp_path / "copy").mkdir()
    copied(tmp_path / "copy", "model", "properties", "proofs")
    faults = tmp_path / "copy" / "model" / "faults.py"
    changed = faults.read_text("utf-8").replace('"child_thaws", ', "", 1)
    assert changed != faults.read_text("utf-8")
    faults.write_text(changed, "utf-8")
    with worker(address, tmp_path, "other", root=tmp_path / "copy"):
        workers(address, 3)
        assert "1 of 3 workers have another version of the project" in refused(address, 20)


@nightly
def test_a_worker_without_the_project_is_refused(address: str, tmp_path: Path) -> None:
    (tmp_path / "empty" / "proofs").mkdir(parents=True)
    (tmp_path / "empty" / "proofs" / "__init__.py").touch()
    with worker(address, tmp_path, "bare", root=tmp_path / "empty"):
        workers(address, 3)
        assert "1 of 3 workers have another version of the project" in refused(address, 20)


def test_a_worker_is_no_scheduler(address: str) -> None:
    assert "is a Worker, no scheduler" in refused(workers(address, 2)[0], 5)


def test_a_scheduler_that_goes_away_is_said_and_what_was_judged_is_kept(tmp_path: Path) -> None:
    tasks = [(column, ["writer-identity"], Scope(vms=1, proofs=True, counts=False)) for column in fault_columns()]
    told: list[Column] = []
    with ExitStack() as processes:
        address = processes.enter_context(cluster(tmp_path))

        def gone(column: Column, *_: object) -> None:
            told.append(column)
            processes.close()

        with pytest.raises(ClusterError, match="went away"), connected(address, seconds=20) as away:
            judge_columns(tasks, progress=gone, cache=tmp_path / "cache", cluster=away)
    assert 0 < len(told) < len(tasks)
    again: list[Column] = []
    judge_columns(tasks[:1], jobs=1, cache=tmp_path / "cache", progress=lambda column, *_: again.append(column))
    assert len(list((tmp_path / "cache").rglob("*.json"))) == len({*told, *again})
    use(None)


def test_workers_that_die_again_and_again_are_said(address: str) -> None:
    import distributed

    killed: Any = distributed.KilledWorker
    with connected(address, seconds=20) as it, pytest.raises(ClusterError, match="died again and again"), it.working():
        raise killed("a column", None, 3)


def test_without_the_package_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "distributed":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert "pip install 'shadowproof[cluster]'" in refused("tcp://127.0.0.1:1")
