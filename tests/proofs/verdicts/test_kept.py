"""Runs that are kept with the record decide in place of searches: each only as far as the machines bear it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofs.answers import exercising, runs
from proofs.answers.column_cache import protocol_content
from proofs.answers.exercising import Exercise, shared
from proofs.answers.record import Cell, RecordError
from proofs.answers.verdict import HOLDS, REFUTED, RunFound, Verdict
from proofs.search.replay import EnginesDisagree
from proofs.verdicts import check
from proofs.verdicts.columns import ALL_FAULTS, BASE, every_column
from proofs.verdicts.known import kept
from proofs.verdicts.known.kept import breaks, exercises, kept_runs
from proofs.verdicts.known.witnesses import WITNESS, Seen
from proofs.verdicts.suite import TOGETHER
from proofs.verdicts.together import judged
from proofs.views.proof import Proof
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched

BROKEN = "an-unchosen-vm-spoils-no-backup"
HOLDING = "no-vm-left-saved"
VANISHES = Column(frozenset({"requester_vanishes"}))


@pytest.fixture
def keeps(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is kept from now on, of one column."""

    def only(column: Column, refuting: Sequence[runs.Kept] = (), tests: Sequence[Exercise] = ()) -> None:
        monkeypatch.setattr(kept, "_by_column", lambda: {column.name: kept._Kept(list(refuting), list(tests))})

    return only


@pytest.fixture
def nobody_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    def searches(*_: object) -> None:
        raise AssertionError("a search, where a run is kept")

    monkeypatch.setattr(check, "_judge_anew", searches)
    monkeypatch.setattr(check, "_JUDGED", {})  # another test may have searched


def refuting(name: str = BROKEN, column: Column = BASE) -> runs.Kept:
    found = runs.load().of(name, column.name)
    assert found is not None
    return found


def test_each_exercise_shows_all_that_it_says() -> None:
    """And what is kept is of columns and properties that there are; so nothing is searched for that is kept."""
    by_column = {column.name: column for column in (*every_column(), ALL_FAULTS)}
    told = {(one.column, name) for one in exercising.load() for name in one.properties}
    seen = {
        (column, name)
        for column in {one for one, _ in told}
        for name, several in kept_runs(by_column[column], PROPERTIES).items()
        if any(one.shows in {WITNESS, HOLDS} for one in several)
    }
    assert seen == told
    assert len(told) > 400


def test_it_decides_and_nobody_searches(nobody_searches: None) -> None:
    """With no closed set at hand: a run that breaks what is asked needs none."""
    (verdict,), _ = judged(BASE, [BROKEN], TOGETHER, {}, {}, from_record=True)
    of = refuting()
    assert (verdict.verdict, verdict.length, verdict.vms) == (REFUTED, len(of.run.steps), of.vms)


def test_what_holds_is_exercised_by_it(nobody_searches: None) -> None:
    ((verdict,), found) = judged(BASE, [HOLDING], TOGETHER, {}, {}, from_record=True)
    assert (verdict.verdict, verdict.engine) == (HOLDS, "views")
    assert found[HOLDING][0].shows == WITNESS


def test_without_it_there_is_a_search(nobody_searches: None) -> None:
    with pytest.raises(AssertionError, match="a search"):
        judged(BASE, [BROKEN], TOGETHER, {}, {})


def test_every_state_is_counted_all_the_same(nobody_searches: None) -> None:
    with pytest.raises(AssertionError, match="a search"):
        judged(BASE, [BROKEN], replace(TOGETHER, counts=True), {}, {}, from_record=True)


def test_it_is_kept_again_as_it_was() -> None:
    """Also the order of its starts: who accepts what has not changed writes what was there."""
    of = refuting("saved-state-is-the-default", Column(readings=(("READ-12", "VHDS"),)))
    (verdict,), _ = judged(Column(readings=(("READ-12", "VHDS"),)), [of.property], TOGETHER, {}, {}, from_record=True)
    again = runs.runs_of([verdict], watched(), runs.load().protocol)
    assert runs.dump(again) == runs.dump(runs.Runs(runs.load().protocol, {(of.property, of.column): of}))


@pytest.mark.parametrize(
    ("name", "proof"),
    [
        (BROKEN, Proof(BROKEN, holds=True, exercised=True)),
        (HOLDING, Proof(HOLDING, holds=True, exercised=False)),
        ("mixed-methods-succeed", Proof("mixed-methods-succeed", holds=True, exercised=False)),
    ],
)
def test_a_run_that_does_what_views_rule_out_is_an_error_of_an_engine(name: str, proof: Proof) -> None:
    """Of what breaks, of what puts to the test, and of what can be: neither is believed against the other."""
    with pytest.raises(EnginesDisagree, match=f"views rule out what a run does: {name} in no fault"):
        judged(BASE, [name], TOGETHER, {name: proof}, {}, from_record=True)


def test_a_run_breaks_what_it_leads_to_and_nothing_before() -> None:
    of = refuting()
    assert breaks(BASE, of.run, BROKEN, None)
    assert not breaks(BASE, replace(of.run, steps=of.run.steps[:-1]), BROKEN, None)
    assert not breaks(BASE, replace(of.run, steps=of.run.steps[1:]), BROKEN, None), "the machines refuse it"
    assert not breaks(BASE, of.run, HOLDING, None)


def test_of_another_protocol_it_is_said_that_there_may_be_a_shorter_one(monkeypatch: pytest.MonkeyPatch) -> None:
    possible = "mixed-methods-succeed"
    for protocol, said in (
        (protocol_content(), ""),
        ("another", "perhaps not the shortest run: it was found in another protocol"),
    ):
        monkeypatch.setattr(kept, "protocol_content", lambda of=protocol: of)
        kept._doubt.cache_clear()
        verdicts, _ = judged(BASE, [BROKEN, possible, HOLDING], TOGETHER, {}, {}, from_record=True)
        assert [(one.verdict, one.reason) for one in verdicts] == [(REFUTED, said), (HOLDS, said), (HOLDS, "")]
    kept._doubt.cache_clear()


class TestNothingIsBelieved:
    """A kept run that is none, or shows something else, is as if there were none."""

    def shown(self, keeps: Any, of: runs.Kept, column: Column = BASE) -> list[str]:
        keeps(column, [of])
        return [one.shows for one in kept_runs(column, [of.property]).get(of.property, [])]

    def test_the_run_as_it_is(self, keeps: Any) -> None:
        assert self.shown(keeps, refuting()) == [REFUTED]

    def test_without_its_last_step(self, keeps: Any) -> None:
        of = refuting()
        assert not self.shown(keeps, replace(of, run=replace(of.run, steps=of.run.steps[:-1])))

    def test_with_a_step_that_the_machines_refuse(self, keeps: Any) -> None:
        of = refuting()
        assert not self.shown(keeps, replace(of, run=replace(of.run, steps=(of.run.steps[-1], *of.run.steps))))

    def test_said_to_break_something_else(self, keeps: Any) -> None:
        assert not self.shown(keeps, replace(refuting(), property=HOLDING))

    def test_with_an_event_or_a_machine_that_there_is_not(self, keeps: Any) -> None:
        of = refuting()
        assert not self.shown(keeps, replace(of, run=replace(of.run, steps=(*of.run.steps, ("no_event", ())))))
        assert not self.shown(keeps, replace(of, run=replace(of.run, starts={("no_machine", ()): "ON"})))

    def test_with_a_fault_that_the_column_does_not_tolerate(self, keeps: Any) -> None:
        name, fault = next(
            key for key, one in runs.load().kept.items() if key[1] in ALL_FAULTS.faults and one.run.loop is None
        )
        column = Column(frozenset({fault}))
        assert self.shown(keeps, refuting(name, column), column) == [REFUTED]
        assert not self.shown(keeps, refuting(name, column), BASE)

    def test_an_exercise_that_says_another_step_or_another_property(self, keeps: Any) -> None:
        of = next(one for one in exercising.load() if one.column == BASE.name and HOLDING in one.properties)
        at = of.steps[of.properties.index(HOLDING)]
        wrong = [at - 1, 0, -1, len(of.run.steps) + 1]
        for steps, shows in [(at, [WITNESS]), *((one, []) for one in wrong)]:
            keeps(BASE, tests=[replace(of, properties=(HOLDING,), steps=(steps,))])
            assert [one.shows for one in kept_runs(BASE, [HOLDING]).get(HOLDING, [])] == shows

    def test_where_it_cannot_be_read_it_is_searched_for(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        def unreadable(*_: object) -> None:
            raise RecordError("no")

        monkeypatch.setattr(runs, "load", unreadable)
        monkeypatch.setattr(exercising, "load", unreadable)
        kept._by_column.cache_clear()
        try:
            assert kept_runs(BASE, [BROKEN, HOLDING]) == {}
        finally:
            kept._by_column.cache_clear()

    def test_a_run_that_never_rests_where_it_waits_or_turns_no_more(self, keeps: Any) -> None:
        """Cut short something fair is still possible, and without its fault the guest answers."""
        endless = [
            (column, one)
            for one in runs.load().kept.values()
            for column in (*every_column(), ALL_FAULTS)
            if one.run.loop is not None and column.name == one.column
        ]
        assert endless
        for column, one in endless[:3]:
            assert self.shown(keeps, one, column) == [REFUTED]
            short = one.run.steps[:-1]
            assert not self.shown(keeps, replace(one, run=replace(one.run, steps=short, loop=len(short))), column)
            assert not self.shown(keeps, replace(one, run=replace(one.run, loop=None)), column)
            assert not self.shown(keeps, one, BASE)


def test_the_verdicts_are_those_of_a_search() -> None:
    names = [BROKEN, HOLDING, "roll-back-independent-of-child-writers", "mixed-methods-succeed"]

    def cells(verdicts: Sequence[Verdict]) -> list[tuple[str, Cell]]:
        return [(one.property, Cell.of(one)) for one in verdicts]

    tried = judged(VANISHES, names, TOGETHER, {}, {}, from_record=True)[0]
    assert cells(tried) == cells(judged(VANISHES, names, TOGETHER, {}, {})[0])


class TestHowTheyAreKept:
    STEPS = (("one", ()), ("two", (0,)), ("three", ()))
    LONG, OTHER = RunFound((), {}, STEPS), RunFound((), {("switch", (0, 0)): "NONE"}, STEPS)

    def test_what_begins_a_longer_run_is_told_with_it(self) -> None:
        short = replace(self.LONG, steps=self.STEPS[:1])
        found = shared("a column", {"short": short, "long": self.LONG, "other": self.OTHER})
        assert found == [
            Exercise("a column", ("long", "short"), (3, 1), self.LONG),
            Exercise("a column", ("other",), (3,), self.OTHER),
        ]

    def test_those_of_smaller_columns_are_left_to_them(self) -> None:
        found = {
            HOLDING: [Seen(BASE, self.LONG), Seen(VANISHES, self.OTHER)],
            BROKEN: [Seen(VANISHES, self.LONG, REFUTED)],
        }
        (one,) = exercises(VANISHES, found)
        assert (one.properties, one.steps) == ((HOLDING,), (3,))

    def test_they_are_read_as_they_were_written(self, tmp_path: Path) -> None:
        (path := tmp_path / "exercising.json").write_text(exercising.dump(exercising.load()), "utf-8")
        assert exercising.load(path) == exercising.load()
        assert path.read_text("utf-8") == exercising.PATH.read_text("utf-8")

    @pytest.mark.parametrize("text", [None, "", "{}", '{"schema": "another", "runs": []}', '{"schema": 1}'])
    def test_what_is_no_file_of_them_is_refused_with_a_remedy(self, tmp_path: Path, text: str | None) -> None:
        path = tmp_path / "exercising.json"
        if text is not None:
            path.write_text(text, "utf-8")
        with pytest.raises(RecordError, match="Restore exercising"):
            exercising.load(path)
