"""What was judged before is taken from the cache just where nothing that matters has changed, and says that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import proofs.verdicts.check
import proofs.views.proof
from model.actors.cluster import Cluster, cluster
from model.actors.method import Progress as G
from model.actors.power import Note, note
from model.notation import FALSE, Network, happens
from model.notation.changes import rows_of, with_dest, with_event, with_table
from model.protocol import PROTOCOL
from model.readings import READINGS
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.answers.cache import Cache, in_use, use
from proofs.answers.memory import around, key_of, replays, stable
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.suite import judge_columns
from proofs.world.scope import Scope
from proofs.world.slices import Group, Worlds, groups
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import always
from tests.helpers.networks.tiny import named

BASE = Column()
RESUMES = Column(frozenset({"vm_cannot_be_resumed"}))
NAMES = ["no-vm-left-saved", "back-in-prior-state"]
VIEWS = Scope(vms=1, proofs=True, counts=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    use(tmp_path)
    yield tmp_path
    use(None)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this were another process."""
    monkeypatch.setattr(proofs.verdicts.check, "_JUDGED", {})
    monkeypatch.setattr(proofs.views.proof, "_PROVED", {})


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Verdict]]:
    def by_another_process(column: Column, network: Network | None = None, scope: Scope = VIEWS) -> list[Verdict]:
        forget(monkeypatch)
        return check(column, NAMES, scope, network=network)

    return by_another_process


def test_the_second_time_every_verdict_is_from_the_cache_and_the_same(
    folder: Path, judged: Callable[..., list[Verdict]]
) -> None:
    first, second = judged(RESUMES), judged(RESUMES)
    assert [one.cached for one in first] == [False, False]
    assert [one.cached for one in second] == [True, True]
    assert first == second
    assert [one.verdict for one in first] == [REFUTED, REFUTED]
    assert in_use().damaged == []


def test_without_a_cache_nothing_is_kept(judged: Callable[..., list[Verdict]]) -> None:
    assert in_use().folder is None
    assert not any(one.cached for one in [*judged(BASE), *judged(BASE)])


@pytest.mark.parametrize(
    "other",
    [
        replace(VIEWS, vms=2),
        replace(VIEWS, proofs=False),
        replace(VIEWS, limit=9_999),
        replace(VIEWS, counts=True),
        replace(VIEWS, allowed=({"power": frozenset({"OFF"})},)),
    ],
)
def test_another_scope_is_another_question(other: Scope) -> None:
    assert key_of("verdicts", group(), other) != key_of("verdicts", group(), VIEWS)


def test_the_order_of_sets_is_no_other_question() -> None:
    one, two = frozenset({"OFF", "SAVED"}), frozenset({"RUNNING"})
    some, other = {"a": one, "b": two}, {"b": two, "a": frozenset({"SAVED", "OFF"})}
    assert stable(replace(VIEWS, allowed=(some,))) == stable(replace(VIEWS, allowed=(other,)))


def group(column: Column = BASE, network: Network | None = None, name: str = "no-vm-left-saved") -> Group:
    worlds, found = Worlds(watched(network), column), PROPERTIES[name]
    (only,) = groups([(worlds.smallest_for(found), found)])
    return only


def test_what_machines_that_are_left_out_would_forbid_is_in_the_key_of_a_run() -> None:
    assert group().world.leaves_out == LEFT_OUT_WHERE_NOT_ASKED
    forbids = with_dest(rows_of(PROTOCOL, "cluster"), "cluster_saves_vm", Cluster.OFFLINE)
    changed = group(network=with_table(PROTOCOL, "cluster", forbids))
    assert key_of("verdicts", changed) == key_of("verdicts", group()), "the slice does not show it"
    assert around(changed) != around(group())


def test_the_whole_guard_of_an_event_is_in_the_key_of_a_run() -> None:
    when = PROTOCOL.events["vm_saved"].when & ~cluster.is_(Cluster.OFFLINE)
    assert around(group(network=with_event(PROTOCOL, "vm_saved", when=when))) != around(group())


def test_a_property_that_reads_a_reading_is_another_question_under_another_reading() -> None:
    """A reading is fixed in a column, and so no machine of its slice."""
    reading = READINGS[0].actor
    default = reading.starts[0]
    found = named(it=always("It.", reading.is_(reading.enum[default]), shows="T-1", witness=happens("vm_saved")))
    first = check(BASE, scope=Scope(vms=1), properties=found)
    other = Column(readings=((reading.name, next(s for s in reading.states if s != default)),))
    assert [one.verdict for one in [*first, *check(other, scope=Scope(vms=1), properties=found)]] == [HOLDS, REFUTED]


def test_a_changed_rule_recomputes_only_the_columns_in_which_it_fires(
    folder: Path, judged: Callable[..., list[Verdict]]
) -> None:
    judged(BASE)
    judged(RESUMES)
    when = PROTOCOL.events["vm_cannot_be_resumed"].when & note.is_(Note.PAUSED)
    rarer = with_event(PROTOCOL, "vm_cannot_be_resumed", when=when)
    assert [one.cached for one in judged(BASE, rarer)] == [True, True], "there is no such fault in this column"
    assert [one.cached for one in judged(RESUMES, rarer)] == [False, False]
    assert [one.cached for one in judged(RESUMES)] == [True, True], "the rule as it was is still known"


def test_where_a_fault_never_strikes_the_column_without_it_is_known(
    folder: Path, judged: Callable[..., list[Verdict]]
) -> None:
    judged(BASE)
    never = with_event(PROTOCOL, "vm_cannot_be_resumed", when=FALSE)
    found = judged(RESUMES, never)
    assert [(one.verdict, one.cached, one.column) for one in found] == [(HOLDS, True, "vm_cannot_be_resumed")] * 2


def test_a_changed_row_of_a_machine_recomputes_too(folder: Path, judged: Callable[..., list[Verdict]]) -> None:
    judged(BASE)
    judged(RESUMES)
    changed = with_table(
        PROTOCOL, "progress", with_dest(rows_of(PROTOCOL, "progress"), "vm_cannot_be_resumed", G.FAILED)
    )
    assert [one.cached for one in judged(BASE, changed)] == [True, True]
    assert [one.cached for one in judged(RESUMES, changed)] == [False, False]


def entries(folder: Path) -> dict[Path, Any]:
    return {path: json.loads(path.read_text("utf-8"))["value"] for path in folder.rglob("*.json")}


def test_a_kept_run_that_the_machines_refuse_is_not_believed(
    folder: Path, judged: Callable[..., list[Verdict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged(RESUMES)
    monkeypatch.setattr(proofs.verdicts.check, "replays", lambda *_: False)
    second = judged(RESUMES)
    assert first == second
    assert [one.run is not None and one.cached for one in second] == [False, False]


def test_a_run_replays_with_its_faults_only() -> None:
    (found,) = check(RESUMES, ["no-vm-left-saved"], Scope(vms=1))
    assert found.run is not None
    assert replays(found.run, watched(), RESUMES.faults)
    assert replays(found.run, watched(), RESUMES.faults | {"failure_ignored"})
    assert not replays(found.run, watched(), frozenset())
    assert not replays(replace(found.run, starts={("nobody", ()): "X"}), watched(), RESUMES.faults)


def test_damaged_entries_are_set_aside_and_judged_anew(folder: Path, judged: Callable[..., list[Verdict]]) -> None:
    first = judged(RESUMES)
    for path in (kept := entries(folder)):
        path.write_text("{", "utf-8")
    assert judged(RESUMES) == first
    assert len(in_use().damaged) == len(kept)
    assert entries(folder).keys() == kept.keys()


def test_an_entry_of_another_shape_is_not_believed(
    folder: Path, judged: Callable[..., list[Verdict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged(BASE)
    for value in ("text", [1], [{"property": "x"}]):
        monkeypatch.setattr(Cache, "get", lambda *_, value=value: value)
        again = judged(BASE)
        assert first == again, value
        assert not any(one.cached for one in again), value


def test_several_workers_use_the_folder_and_tell_what_was_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [(BASE, NAMES, VIEWS), (RESUMES, NAMES, VIEWS)]
    first = judge_columns(tasks, jobs=2, cache=folder)
    broken = next(path for path, value in entries(folder).items() if "exercised" in value[0])
    broken.write_text("{", "utf-8")
    forget(monkeypatch)
    monkeypatch.setattr(
        "proofs.verdicts.suite.recall_column", lambda _: None
    )  # whole columns are test_suite.py's matter
    second = judge_columns(tasks, jobs=1, cache=folder)
    assert first == second
    assert sum(one.cached for found in second.values() for one in found) >= 2
    assert [path.name for path in in_use().damaged] == [f"{broken.name}.damaged"]
