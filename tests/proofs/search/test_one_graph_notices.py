"""The comparison of readings can fail: a mistake put into any one of them is noticed, and told so that it can be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from model.notation import Run
from model.notation.changes import rows_of, with_dest, with_event, with_table
from proofs.counts.tables import STAY, Tables
from proofs.solvers.symbolic import Rule, Symbolic
from proofs.world.predicates import Step as Snapshot
from proofs.world.predicates import Table
from properties.kinds import Step
from tests.helpers.readings.one_graph import Graph, differences, judged_otherwise, nearest_broken, valued, walked
from tests.helpers.readings.readings import CompiledTests, Evaluated, Executed, Explored, Tabulated
from tests.helpers.readings.relation import Relation, Undecided
from tests.helpers.readings.searched import by_search, by_visits
from tests.helpers.readings.setting import Setting
from tests.proofs.search.test_one_graph import BACKUPS, PROMISES, setting

SMALL = setting(1, network=BACKUPS, power="PAUSED")


def afresh() -> Setting:
    """The same with nothing compiled yet."""
    return setting(1, network=BACKUPS, power="PAUSED")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return walked(SMALL, Executed(SMALL))


def told(graph: Graph, other: Any) -> str:
    return "\n".join(differences(graph, walked(graph.setting, other)))


def test_nothing_is_told_where_nothing_is_wrong(graph: Graph) -> None:
    assert len(graph.depth) > 30
    for reading in (Executed(SMALL), Explored(SMALL), Tabulated(SMALL), Relation(SMALL)):
        assert told(graph, reading) == ""


def test_an_event_that_a_run_drops(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Run.why_not
    monkeypatch.setattr(Run, "why_not", lambda run, name, at=(): "no" if name == "vm_saved" else asked(run, name, at))
    found = told(walked(SMALL, Executed(SMALL)), Explored(SMALL))
    assert "vm_saved of VM 1 is not possible by the run, and moves " in found
    assert "note of VM 1 to PAUSED" in found
    assert "power of VM 1 to SAVED" in found
    assert "doing is PREPARE_FOR_SNAPSHOT" in found


def test_a_row_that_the_explorer_remembers_wrongly(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    moves, wrong = Table.move, afresh()
    note = wrong.compiled.vm_vars[0].at["note"]

    def stays(table: Table, step: Snapshot, target: list[int]) -> bool:
        return True if not table.of_host and table.at == note else moves(table, step, target)

    monkeypatch.setattr(Table, "move", stays)
    assert "note of VM 1 to PAUSED" in told(graph, Explored(wrong))
    evaluator = Evaluated(SMALL, PROMISES)
    broken = nearest_broken(graph, valued(graph, evaluator))
    searched = by_search(replace(graph, setting=wrong), evaluator, broken)
    assert all(searched.values())
    assert "swift" in searched


def test_a_move_that_leads_elsewhere_in_the_tables(graph: Graph) -> None:
    tables = Tables(SMALL.compiled)
    for rows in (row for of_place in tables.of_vm for of_mask in of_place for row in of_mask):
        for k, move in enumerate(rows):
            if SMALL.compiled.events[move.event].name == "vm_saved" and move.others == STAY:
                rows[k] = replace(move, digit=(move.digit or 0) - 1 if move.digit else 1)
    assert "vm_saved of VM 1 moves " in told(graph, Tabulated(SMALL, tables))
    evaluator = Evaluated(SMALL, PROMISES)
    broken = nearest_broken(graph, valued(graph, evaluator))
    visited = by_visits(graph, tables, evaluator, broken)
    assert len(visited) == 3
    assert all(visited.values())


def test_a_condition_that_the_symbolic_reading_drops(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Symbolic.step

    def without(symbolic: Symbolic, event: Any, *about: Any) -> Sequence[Rule]:
        rules = step(symbolic, event, *about)
        return [one for one in rules if event.name != "vm_saved" or one.label[0] != "when"]

    monkeypatch.setattr(Symbolic, "step", without)
    assert "vm_saved of VM 1 is not possible by the run, and moves " in told(graph, Relation(SMALL))


def test_a_machine_that_the_symbolic_reading_leaves_open(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Symbolic.step

    def without(symbolic: Symbolic, event: Any, *about: Any) -> Sequence[Rule]:
        return [one for one in step(symbolic, event, *about) if one.label != ("moves", "vm_saved", "note")]

    monkeypatch.setattr(Symbolic, "step", without)
    with pytest.raises(Undecided, match=r"vm_saved leaves open .*note"):
        walked(SMALL, Relation(SMALL))


def test_another_network_read_symbolically(graph: Graph) -> None:
    """A row that leads elsewhere, and a guard that is never fulfilled."""
    from model.actors.power import Note
    from model.notation import FALSE

    elsewhere = with_table(BACKUPS, "note", with_dest(rows_of(BACKUPS, "note"), "vm_saved", Note.RUNNING, Note.NOTHING))
    never = with_event(BACKUPS, "freeze_delivered", when=FALSE)
    for network, said in ((elsewhere, "note of VM 1 to RUNNING"), (never, "freeze_delivered moves ")):
        other = setting(1, network=network, power="PAUSED").compiled
        assert said in told(graph, Relation(SMALL, other=other))


def test_a_property_that_a_judge_gets_wrong(graph: Graph) -> None:
    values = valued(graph, Evaluated(SMALL, PROMISES))
    compiled, relation = CompiledTests(SMALL, PROMISES), Relation(SMALL, PROMISES)
    assert judged_otherwise(SMALL, values, valued(graph, compiled)) == []
    name, _ = compiled.look.states[0]
    compiled.look.states[0] = (name, lambda step: True)
    assert f"{name} is True by the evaluator and False by the compiled tests where " in "\n".join(
        judged_otherwise(SMALL, values, valued(graph, compiled))
    )
    fired = next(one.name for one in PROMISES if isinstance(one, Step) and one.name.endswith("its witness"))
    relation.step_terms[fired] = ~relation.step_terms[fired]
    assert f"{fired} is " in "\n".join(judged_otherwise(SMALL, values, valued(graph, relation)))
