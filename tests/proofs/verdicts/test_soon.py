"""What is decided before anything is closed, after a change that only took runs away: as it is decided without that, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext

import pytest

import proofs.verdicts.suite
from model.notation import Network
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, RunFound, Verdict
from proofs.verdicts import together
from proofs.verdicts.check import searched
from proofs.verdicts.columns import ALL_FAULTS, BASE
from proofs.verdicts.known.witnesses import Seen
from proofs.verdicts.suite import TOGETHER, Task, judge_columns
from proofs.verdicts.together import Runs, judged, judged_soon
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Ends

BROKEN, HELD, CAN_BE = "an-unchosen-vm-spoils-no-backup", "no-vm-left-saved", "mixed-methods-succeed"
OF_ONE_VM = "backed-up-images-are-consistent"
HANGS, FAILS = Column(frozenset({"guest_hangs"})), Column(frozenset({"copy_fails"}))
HOLDS_STILL = Proof(HELD, holds=True, exercised=True, views=424_242)
ENDS = next(name for name, one in PROPERTIES.items() if isinstance(one, Ends))


def soon(column: Column, name: str, known: Mapping[str, Proof] = {}, sought: bool = True) -> list[Verdict]:
    return judged_soon(column, [name], TOGETHER, known, {}, False, [name] if sought else [])[0]


def said(one: Verdict) -> tuple[object, ...]:
    return one.verdict, one.assurance, one.length, one.vms, one.reason, one.column


@pytest.mark.parametrize("name", [BROKEN, CAN_BE])
def test_a_run_among_few_states_decides_as_it_does_after_views(name: str) -> None:
    (now,), (later,) = soon(BASE, name), judged(BASE, [name], TOGETHER, {}, {})[0]
    assert now.run is not None
    assert said(now) == said(later)


def test_what_held_holds_where_a_run_of_today_puts_it_to_the_test() -> None:
    (found,) = soon(BASE, HELD, {HELD: HOLDS_STILL})
    assert (found.verdict, found.engine, found.views) == (HOLDS, "views", 424_242)


def test_where_there_is_none_it_does_not_hold_and_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "search", lambda *_: {})
    assert soon(BASE, HELD, {HELD: HOLDS_STILL}) == []


@pytest.fixture
def nobody_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    def searches(*_: object) -> None:
        raise AssertionError("a search")

    monkeypatch.setattr(together, "search", searches)
    monkeypatch.setattr(together, "searched", searches)


def test_only_what_is_sought_is_searched_for(nobody_searches: None) -> None:
    for name, known in ((BROKEN, {}), (HELD, {HELD: HOLDS_STILL})):
        assert soon(BASE, name, known, sought=False) == []
        with pytest.raises(AssertionError, match="a search"):
            soon(BASE, name, known)


def test_what_no_run_reaches_and_what_is_not_asked_is_searched_for_nowhere(nobody_searches: None) -> None:
    (impossible,) = soon(BASE, CAN_BE, {CAN_BE: Proof(CAN_BE, holds=True, exercised=False, views=7)}, sought=False)
    assert (impossible.verdict, impossible.views) == (REFUTED, 7)
    (compared,) = soon(BASE, "writer-identity", sought=False)
    assert (compared.verdict, compared.engine) == (HOLDS, "comparison")
    (not_asked,) = soon(BASE, "vm-may-change-after-identify", sought=False)
    assert not_asked.verdict == NOT_EXERCISED


def test_what_breaks_a_promise_that_nothing_puts_to_the_test_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Views that rule a witness out make it not exercised, whatever would break it."""
    monkeypatch.setattr(together, "puts_to_the_test", lambda *_: False)
    assert [one.verdict for one in soon(BASE, BROKEN)] == [REFUTED], "another run does"
    monkeypatch.setattr(together, "_exercising", lambda *_: {})
    assert soon(BASE, BROKEN) == []


def test_where_few_states_are_too_few_the_shortest_run_is_looked_for_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = soon(BASE, OF_ONE_VM)
    limits: list[int] = []

    def notes(network: Network, column: Column, asked: Sequence[object], scope: Scope, known: object) -> object:
        limits.extend([scope.limit] if asked else [])
        return searched(network, column, asked, scope, known)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(together, "searched", notes)
    monkeypatch.setattr(together, "SOON", 2_000)
    (found,) = soon(BASE, OF_ONE_VM)
    assert said(found) == said(whole[0])
    assert limits == [2_000, TOGETHER.limit]


def test_what_must_come_in_the_end_is_searched_for_without_faults_only(nobody_searches: None) -> None:
    assert soon(HANGS, ENDS) == []
    with pytest.raises(AssertionError, match="a search"):
        soon(BASE, ENDS)


class TestAfterwards:
    """What is left open is closed and judged, with all runs that were found before."""

    FEW = (HANGS, FAILS, *(Column(frozenset({one})) for one in ("switch_gone", "volume_missing", "roll_back_fails")))
    OTHERS = tuple(
        Column(frozenset({one}))
        for one in ("provider_fails", "registration_fails", "requester_aborts", "requester_vanishes", "failure_ignored")
    )
    DONE = Column(frozenset({"provider_cannot_auto_recover"}))
    OPEN = (BASE, *FEW, *OTHERS)
    COLUMNS = (*OPEN, DONE)
    SEEN = Seen(DONE, RunFound((), {}, (("an_event", ()),)))

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, tuple[str, ...]]]:
        """What is judged, when, and of which columns runs are known; and what is closed."""
        asked: list[tuple[str, str, tuple[str, ...]]] = []

        def first(
            column: Column, names: list[str], _: object, __: object, seen: Runs, ___: object, sought: list[str]
        ) -> tuple[list[Verdict], Runs]:
            asked.append(("soon", column.name, tuple(sought)))
            decided = [
                name
                for name in names
                if column == self.DONE or name == BROKEN or (name == HELD and column not in self.FEW)
            ]
            return [Verdict(name, column.name, HOLDS, "nothing") for name in decided], {
                HELD: [self.SEEN]
            } if column == self.DONE else {}

        def then(
            column: Column, names: list[str], _: object, __: object, seen: Runs, *___: object
        ) -> tuple[list[Verdict], Runs]:
            asked.append(("judged", column.name, tuple(names)))
            if column == ALL_FAULTS:
                asked.append(("known", column.name, tuple(one.column.name for one in seen[HELD])))
            return [Verdict(name, column.name, HOLDS, "nothing") for name in names], {}

        def units(columns: Sequence[Column], names: Sequence[str]) -> list[object]:
            asked.append(("closed", " ".join(column.name for column in columns), tuple(names)))
            return []

        monkeypatch.setattr("proofs.verdicts.work.looked_for_afterwards", nullcontext)
        monkeypatch.setattr(proofs.verdicts.suite, "judged_soon", first)
        monkeypatch.setattr(proofs.verdicts.suite, "judged", then)
        monkeypatch.setattr(proofs.verdicts.suite, "units", units)
        monkeypatch.setattr(proofs.verdicts.suite, "carried_over", lambda *_: {BASE: {HELD: HOLDS_STILL}})
        return asked

    def test_what_is_left_is_judged_and_runs_are_handed_on(self, asked: list[tuple[str, str, tuple[str, ...]]]) -> None:
        tasks: list[Task] = [(column, [HELD, ENDS, BROKEN], TOGETHER) for column in self.COLUMNS]
        tasks.append((ALL_FAULTS, [HELD], Scope(vms=1, limit=100, counts=False)))
        told: list[str] = []
        found = judge_columns(tasks, jobs=1, at_a_glance=lambda seen: told.extend(one.property for one in seen))
        assert asked[0][:2] == ("soon", BASE.name), "first of all"
        assert {one[2] for one in asked[1 : len(self.COLUMNS)]} == {(HELD, BROKEN)}, "what was decided there"
        everywhere, few = (" ".join(one.name for one in columns) for columns in (self.OPEN, self.FEW))
        assert [one for one in asked if one[0] == "closed"] == [
            ("closed", everywhere, (ENDS,)),
            ("closed", few, (HELD,)),
        ]
        assert ("judged", HANGS.name, (HELD, ENDS)) in asked
        assert ("known", ALL_FAULTS.name, (self.DONE.name,)) in asked
        assert [one.property for one in found[HANGS]] == [HELD, ENDS, BROKEN], "in the order asked for"
        assert told == [], "no run was found"


def test_what_is_open_in_few_columns_is_closed_for_these_alone() -> None:
    columns = [
        Column(frozenset({name}))
        for name in ("guest_hangs", "copy_fails", "switch_gone", "volume_missing", "vm_cannot_be_saved")
    ]
    more = [
        Column(frozenset({name}))
        for name in (
            "roll_back_fails",
            "provider_fails",
            "files_not_restored",
            "requester_aborts",
            "requester_vanishes",
            "failure_ignored",
        )
    ]
    tasks: list[Task] = [(column, [HELD, BROKEN], TOGETHER) for column in columns]
    tasks += [(column, [HELD], TOGETHER) for column in more]
    names = [name for name in PROPERTIES if name in {HELD, BROKEN}]
    families = proofs.verdicts.suite._families
    assert families(tasks) == [([*columns, *more], [HELD]), (columns, [BROKEN])]
    assert families(tasks[:5]) == [(columns, names)], "all of it is open everywhere"
    assert families(tasks[1:]) == [([*columns[1:], *more], [HELD])], "fewer are judged one by one"
