"""All mutants, one stage after another: who is searched, compared and asked where, and what is told of each and when; and what is kept of
them in the project is what comes of them: nothing passes that no property kills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from model.protocol import PROTOCOL
from proofs.answers.record import load as load_record
from proofs.mutants.all_mutants import Searched, all_mutants, judge_mutants
from proofs.mutants.fates import Tally, load
from proofs.mutants.judge import BROKEN, EQUIVALENT, KILLED, REFUSED, SURVIVES, Fate, Judges, Kill
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Always, Step
from properties.unpromised import FAULTS, UNPROMISED
from shadowproof.mutate import thinned
from tests.helpers.nightly import nightly


def test_no_mutants_are_an_error() -> None:
    with pytest.raises(ValueError, match="no mutants"):
        judge_mutants([])


def test_what_becomes_of_each_is_told_as_soon_as_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is killed at once, one is equivalent, one is killed where it differs first, one elsewhere, and one survives all that."""
    at_once, same, later, last, never = names = list(all_mutants())[:5]
    told: list[Fate] = []
    here, first, second = (column.name for column in Judges(PROTOCOL, load_record()).apart[:3])

    def searched(task: tuple[object, Searched, Column | None]) -> list[Fate]:
        some, column = [name for name, _ in task[1]], task[2]
        killed = {"": at_once, first: later, second: last}["" if column is None else column.name]
        assert column is None or at_once not in some, "what is killed is not searched again"
        kills = (Kill("no-partial-backup", column.name if column else BASE.name, BROKEN),)
        return [Fate(name, KILLED, kills) if name == killed else Fate(name, SURVIVES) for name in some]

    def compared(task: tuple[object, object, tuple[str, ...]]) -> dict[str, tuple[list[str], int]]:
        assert [one.mutant for one in told] == [at_once]
        unlike = {same: [], later: [first, second]}
        return {name: (unlike.get(name, [here, first, second]), 10) for name in task[2]}

    def asked(task: tuple[object, tuple[tuple[str, object], ...]]) -> list[Fate]:
        assert [one.mutant for one in told][:3] == [at_once, same, later]
        return [Fate(name, SURVIVES, reason="nothing notices it") for name, _ in task[1]]

    for name, stage in (("_searched", searched), ("_compared", compared), ("_asked", asked), ("WORTH_WHILE", 1)):
        monkeypatch.setattr(f"proofs.mutants.all_mutants.{name}", stage)
    heard: list[tuple[str, int, int]] = []
    found = judge_mutants(
        [all_mutants()[name] for name in names],
        jobs=1,
        settled=told.extend,
        progress=lambda what, done, total: heard.append((what, done, total)),
    )
    assert heard[:4] == [("searched", 0, 5), ("searched", 5, 5), ("compared", 0, 4), ("compared", 4, 4)]
    assert [one for one in heard if one[0] == "asked"] == [("asked", 0, 2), ("asked", 2, 2)]
    assert [one.mutant for one in told] == [at_once, same, later, last, never, last, never]
    assert [one.kind for one in told] == [KILLED, EQUIVALENT, KILLED, SURVIVES, SURVIVES, KILLED, SURVIVES]
    assert {one.mutant: one for one in told} == found
    assert [one.reason[-44:] for one in told if one.mutant == never] == [
        "searched in one of them; nothing notices it.",
        ", and was searched in each; nothing notices it."[-44:],
    ]


@pytest.mark.parametrize("worth_while", [1, 2])
def test_mutants_are_searched_where_they_are_asked_then_everywhere_and_nowhere_twice(
    worth_while: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they are to be asked only if they are as many as make it worth while. Of the columns in which any is searched those of most
    come first: they take longest."""
    names, looked = list(all_mutants())[:3], list[tuple[tuple[str, ...], str]]()
    here, first, second = (column.name for column in Judges(PROTOCOL, load_record()).apart[:3])
    unlike = dict(zip(names, ([here, first, second], [second, first], [here, second]), strict=True))

    def searched(task: tuple[object, Searched, Column | None]) -> list[Fate]:
        some = tuple(name for name, _ in task[1])
        looked.append((some, "" if task[2] is None else task[2].name))
        assert all(unheard == (() if task[2] is None else ("no-partial-backup",)) for _, unheard in task[1])
        return [Fate(name, SURVIVES, unheard=("no-partial-backup",)) for name in some]

    def asked(task: tuple[object, tuple[tuple[str, object], ...]]) -> list[Fate]:
        looked.append((tuple(name for name, _ in task[1]), "asked"))
        return [Fate(name, SURVIVES, reason="") for name, _ in task[1]]

    monkeypatch.setattr("proofs.mutants.all_mutants.WORTH_WHILE", worth_while)
    monkeypatch.setattr("proofs.mutants.all_mutants._searched", searched)
    monkeypatch.setattr(
        "proofs.mutants.all_mutants._compared", lambda task: {name: (unlike[name], 10) for name in task[2]}
    )
    monkeypatch.setattr("proofs.mutants.all_mutants._asked", asked)
    judge_mutants([all_mutants()[name] for name in names], jobs=1)
    one, two, three = names
    if worth_while == 1:
        assert looked[1:] == [((two,), first), (tuple(names), "asked"), ((one, two, three), second), ((one,), first)]
    else:
        assert looked[1:] == [(tuple(names), "asked"), ((one, two, three), second), ((one, two), first)]


@pytest.mark.parametrize("first_done", ["first", "last"])
def test_of_several_columns_in_which_a_mutant_is_killed_the_first_is_told(
    first_done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found on 2026-11-30: of 16 mutants another column was told than an hour before, since another process was done first."""
    (name, *_), columns = all_mutants(), [column.name for column in Judges(PROTOCOL, load_record()).apart[:4]]

    def searched(task: tuple[object, Searched, Column | None]) -> list[Fate]:
        if task[2] is None or task[2].name == columns[3]:
            return [Fate(name, SURVIVES)]
        return [Fate(name, KILLED, (Kill("no-partial-backup", task[2].name, BROKEN, 7),))]

    def go(
        self: object, what: str, do: Callable[[object], object], tasks: list[object], many: list[int]
    ) -> list[object]:
        return [do(task) for task in (tasks if first_done == "first" else tasks[::-1])]

    stages = {
        "_Run._go": go,
        "_searched": searched,
        "_compared": lambda task: {name: (columns, 10)},
        "_asked": lambda task: [Fate(name, SURVIVES, reason="")],
    }
    for stage, instead in stages.items():
        monkeypatch.setattr(f"proofs.mutants.all_mutants.{stage}", instead)
    told: list[Fate] = []
    (fate,) = judge_mutants([all_mutants()[name]], jobs=1, settled=told.extend).values()
    assert [kill.column for kill in fate.kills] == [columns[1]]
    assert told[-1] == fate


def test_which_are_compared_together_hangs_on_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found on 2026-11-30: of 71 mutants other numbers of views were told than the day before."""
    names = ("volume_missing: never", "vm_saved: never")
    together: list[tuple[str, ...]] = []

    def searched(task: tuple[object, Searched, object]) -> list[Fate]:
        return [Fate(name, SURVIVES) for name, _ in task[1]]

    def compared(task: tuple[object, tuple[str, ...], tuple[str, ...]]) -> dict[str, tuple[list[str], int]]:
        together.append(task[1])
        return {name: ([], 10) for name in task[2]}

    monkeypatch.setattr("proofs.mutants.all_mutants._searched", searched)
    monkeypatch.setattr("proofs.mutants.all_mutants._compared", compared)
    for given in (names, names[::-1]):
        judge_mutants([all_mutants()[name] for name in given], jobs=1)
    assert together == [names, names[::-1]]


def _by_search(fate: Fate) -> bool:
    """Whether the notation refuses it, or a search in the column without faults kills it: what takes no time."""
    found = fate.columns == 1 and any((kill.how, kill.column) == (BROKEN, BASE.name) for kill in fate.kills)
    return fate.kind == REFUSED or found


@nightly
def test_a_fixed_sample_comes_to_what_is_kept() -> None:
    """Some of every operator; `shadowproof mutate` judges all."""
    kept = load().fates
    sample = thinned({n: one for n, one in all_mutants().items() if n in kept and _by_search(kept[n])}, 60)
    assert len({one.operator for one in sample.values()}) >= 10
    judges = Judges(PROTOCOL, load_record(), [BASE])
    for name, mutant in sample.items():
        found = judges.search(mutant, [BASE])
        assert found.kind == kept[name].kind, name
        assert set(found.kills) >= set(kept[name].kills), name


def test_nothing_survives_without_a_reason() -> None:
    kept = load().fates
    assert kept.keys() == all_mutants().keys()
    tally = Tally.of(kept.values())
    assert tally.holes == ()
    assert tally.killed > 2_000
    assert tally.mutants == tally.killed + tally.equivalent + tally.refused + tally.listed
    assert not tally.open


def test_every_reason_is_of_mutants_that_survive() -> None:
    left = [name for name, fate in load().fates.items() if fate.kind == SURVIVES]
    used = {pattern for pattern in UNPROMISED for name in left if fnmatchcase(name, pattern)}
    one_by_one = [pattern for pattern in UNPROMISED if pattern.partition(":")[0] not in FAULTS]
    assert {pattern for pattern in one_by_one if pattern not in used} == set()
    assert {event for event in FAULTS if not any(pattern.startswith(f"{event}:") for pattern in used)} == set()
    assert all(why.endswith(".") for why in UNPROMISED.values())


def test_most_properties_about_runs_kill_a_mutant_in_the_first_column_in_which_it_may_fire() -> None:
    """One that kills none anywhere is too weak, or says again what others say."""
    killers = {kill.property for fate in load().fates.values() for kill in fate.kills}
    about_runs = {name for name, one in PROPERTIES.items() if isinstance(one, (Always, Step))}
    assert len(about_runs & killers) * 7 > len(about_runs) * 6  # 121 of 138 when they were last kept


def test_a_fate_that_is_made_up_is_not_believed() -> None:
    """The tally tells holes from what is listed."""
    hole = Fate("nothing of this name", SURVIVES)
    equivalent = replace(hole, kind=EQUIVALENT)
    assert Tally.of([hole, equivalent]).holes == ("nothing of this name",)
