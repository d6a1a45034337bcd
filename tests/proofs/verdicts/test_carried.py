"""What is known of a network with more runs: carried over as far as it goes, no farther, and never from one that has fewer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import proofs.verdicts.check
import proofs.verdicts.known.carried
import proofs.verdicts.suite
from model.actors.power import Power
from model.notation import Network
from model.notation.changes import rows_of, with_event, with_sources, with_table
from model.notation.terms import In, SomeStates
from model.protocol import PROTOCOL
from proofs.answers.cache import use
from proofs.answers.column_cache import keep_column
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict, closed_for
from proofs.verdicts.all_together import carried_over as carried_of_all_faults
from proofs.verdicts.columns import fault_columns
from proofs.verdicts.known.carried import carried_over
from proofs.verdicts.suite import TOGETHER, judge_columns, key_of_task
from proofs.verdicts.together import judged
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Independent, Possible

HELD, PUT_TO_NO_TEST, ENDS = "no-partial-backup", "no-vm-left-saved", "every-session-ends"
ALIKE = "roll-back-independent-of-child-writers"
POSSIBLE = "a-copy-that-failed-is-reported-so"
NAMES = [HELD, PUT_TO_NO_TEST, ENDS, POSSIBLE]
TASKS = [(column, NAMES, TOGETHER) for column in (Column(), *fault_columns()[:5])]
VIEWS = 424_242


def with_saved_from(sources: SomeStates) -> Network:
    rows = with_sources(rows_of(PROTOCOL, "power"), "vm_saved", sources)
    return with_table(PROTOCOL, "power", rows)


MORE = with_saved_from(Power.RUNNING | Power.PAUSED | Power.OFF)
LESS = with_saved_from(Power.RUNNING)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    use(tmp_path)
    yield tmp_path
    use(None)


def told(name: str, verdict: str, column: str = "", engine: str = "views", assurance: str = CLOSED) -> Verdict:
    return Verdict(name, column, verdict, assurance, engine, views=VIEWS)


@pytest.mark.parametrize(
    ("known", "carried"),
    [
        (told(HELD, HOLDS), (True, True)),
        (told(HELD, NOT_EXERCISED), (False, False)),
        (told(POSSIBLE, REFUTED), (True, False)),
        (told(HELD, REFUTED), None),
        (told(HELD, UNDECIDED), None),
        (told(HELD, HOLDS, assurance="every state of up to 2 VMs", engine="explorer"), None),
        (told(HELD, HOLDS, assurance=closed_for(2)), None),
        (told(ENDS, HOLDS), None),
        (told(ENDS, NOT_EXERCISED), None),
        (told(ALIKE, HOLDS), (True, True)),
        (told(ALIKE, REFUTED), None),
        (told(POSSIBLE, HOLDS, engine="explorer", assurance="a run was replayed"), None),
    ],
)
def test_what_goes_over(known: Verdict, carried: tuple[bool, bool] | None) -> None:
    found = carried_over(TASKS[:1], [MORE], lambda *_: [known])[Column()]
    if carried is None:
        assert not found
    else:
        (proof,) = found.values()
        assert ((proof.holds, proof.exercised), proof.views) == (carried, VIEWS)


def test_that_two_runs_stay_alike_only_where_the_same_is_asked_of_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked quotes the rules of its events: where one of these changed, it is another question."""
    known = [told(ALIKE, HOLDS)]
    asked = PROPERTIES[ALIKE]
    assert isinstance(asked, Independent)
    (differing,), name = asked.of, asked.events[0]
    reads = In(differing.name, frozenset(differing.states[:1]))
    allowing = with_event(PROTOCOL, name, when=PROTOCOL.events[name].when | reads)
    assert carried_over(TASKS[:1], [allowing], lambda *_: known)[Column()] == {}
    machines = {*watched().actors}
    monkeypatch.setattr(proofs.verdicts.known.carried, "has_fewer_runs", lambda now, _: {*now.actors} == machines)
    other = with_saved_from(Power.RUNNING | Power.PAUSED | Power.SAVED)
    assert carried_over(TASKS[:1], [other], lambda *_: known)[Column()] == {}


def test_the_first_of_which_anything_is_known() -> None:
    known = {MORE: [told(HELD, HOLDS)], PROTOCOL: []}
    assert HELD in carried_over(TASKS[:1], [PROTOCOL, MORE], lambda _, network: known[network])[Column()]
    assert carried_over(TASKS[:1], [PROTOCOL], lambda _, network: known[network]) == {}
    assert carried_over(TASKS[:1], [], lambda *_: [told(HELD, HOLDS)]) == {}


def test_what_is_impossible_still_is_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def searches(*_: object) -> None:
        raise AssertionError("a search for what no run can do")

    monkeypatch.setattr(proofs.verdicts.check, "explore", searches)
    monkeypatch.setattr(proofs.verdicts.check, "prove", lambda *_, **__: {})
    name = next(name for name, one in PROPERTIES.items() if isinstance(one, Possible) and not one.needs)
    known = carried_over(TASKS[:1], [MORE], lambda *_: [told(name, REFUTED)])[Column()]
    ((found,), _) = judged(Column(), [name], TOGETHER, known, {})
    assert (found.verdict, found.assurance, found.views) == (REFUTED, CLOSED, VIEWS)


def test_nothing_of_a_network_that_has_not_all_runs_of_todays() -> None:
    with pytest.raises(ValueError, match="not all runs"):
        carried_over(TASKS[:1], [LESS], lambda *_: [told(HELD, HOLDS)])
    with pytest.raises(ValueError, match="not all runs"):
        carried_of_all_faults(LESS)


def test_what_was_kept_of_it_decides_and_the_rest_is_closed_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the column without faults something is not kept: it is asked in all of them, and the verdicts are those of today."""
    asked: list[str] = []
    by_views = proofs.verdicts.suite._by_views

    def hears(families: list[tuple[list[Column], list[str]]], *more: object) -> object:
        asked.extend(name for _, names in families for name in names)
        return by_views(families, *more)  # type: ignore[arg-type] # the rest, as it came

    monkeypatch.setattr(proofs.verdicts.suite, "_by_views", hears)
    alone = judge_columns(TASKS, jobs=1, from_record=True)
    assert {*asked} == {*NAMES}
    asked.clear()
    use(folder)  # `alone` was kept nowhere
    for task in TASKS:
        name = task[0].name
        known = [told(HELD, HOLDS, name), told(PUT_TO_NO_TEST, UNDECIDED, name, engine="explorer")]
        keep_column(key_of_task(task, None, from_record=True, network=MORE), known)
    found = judge_columns(TASKS, jobs=1, cache=folder, from_record=True, more_runs=[MORE])
    assert HELD not in asked
    assert ENDS in asked
    for column, verdicts in alone.items():
        now = {one.property: one for one in found[column]}
        assert [*now] == NAMES
        for one in verdicts:
            same = now[one.property]
            assert (same.verdict, same.assurance, same.length) == (one.verdict, one.assurance, one.length)
            if (one.property, one.verdict) == (HELD, HOLDS):
                assert (same.views, same.cached) == (VIEWS, True)
