"""A mutant beside the right network, where only what its rules do otherwise is looked at, against a search that looks at everything
anew; what is planted there is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache

import pytest

from model.notation import DeclarationError
from model.protocol import PROTOCOL
from proofs.answers.record import load as load_record
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.judge import Judges
from proofs.mutants.one_vm.baseline import Marked, Out
from proofs.mutants.one_vm.changed import FURTHER, MOST, Changed, Found
from proofs.search.endless import Out as Act
from proofs.search.endless import find_lasso
from proofs.search.symmetry import State
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from tests.helpers.nightly import nightly

STOPS, LOSES = (Column(frozenset({name})) for name in ("integration_service_stops", "host_loses_power"))


@cache
def judges() -> Judges:
    return Judges(PROTOCOL, load_record(), [BASE, STOPS, LOSES])


def changed(name: str, column: Column) -> Changed:
    return Changed(judges().baseline(column), judges().rules(all_mutants()[name]))


def anew(of: Changed) -> Found:
    """What a mutant's runs show if every state and step of them is looked at, whether it is the right network's or not."""
    base, found, marks, depth = of.base, Found(), 0, 0
    level = list(dict.fromkeys(of.starts()))
    kept: dict[State, list[Out]] = {state: [] for state in level}
    watched = sum(bit for mark, bit in base.marks.bit.items() if not mark.witness) & ~base.graph.marks

    def note(seen: int, steps: int) -> None:
        if seen & watched:
            for i, meaning in enumerate(base.marks.meaning):
                if seen & watched & 1 << i:
                    found.broken.setdefault(meaning.property, steps)

    while level:
        following: list[State] = []
        for state in level:
            out = kept[state] = of.out(state)
            seen = base.marks_of(state) | base.waits(state, out, of.fair)
            note(seen, depth)
            marks |= seen
            for step in out:
                marks |= step[3]
                note(step[3], depth + 1)
                if step[1] not in kept:
                    kept[step[1]] = []
                    following.append(step[1])
        enough = found.broken and depth > min(found.broken.values()) + FURTHER
        if enough or len(kept) > base.graph.expanded + MOST:
            found.complete = not following
            break
        level, depth = following, depth + 1
    if found.complete:
        lost, meaning_of = base.graph.marks & ~marks, list(enumerate(base.marks.meaning))
        found.missing = tuple(m.property for i, m in meaning_of if m.witness and lost >> i & 1)
        found.healed = tuple(m.property for i, m in meaning_of if not m.witness and lost >> i & 1)
        if not found.broken:
            turns(of, kept, found)
    return found


def turns(of: Changed, kept: dict[State, list[Out]], found: Found) -> None:
    base = of.base
    for i, one in enumerate(base.ends):
        if base.graph.marks & base.marks.bit[Marked(one.name, witness=False)]:
            continue

        def out(state: State, without: tuple[str, ...] = one.without) -> Iterator[Act[State]]:
            for step in kept[state]:
                event = base.compiled.events[step[0]]
                if event.name not in without:
                    yield Act((step[0], step[2][4]), step[1], of.fair[step[0]], event.fault is None)

        lasso = find_lasso(list(kept), out, lambda state, i=i: base.rests(state)[i])  # type: ignore[misc]  # i is bound
        if lasso is not None:
            found.broken[one.name] = len(lasso.loop)


BY_DAY = (
    ("backup_initialized: never", BASE),  # takes steps away, and nothing is there to be seen any more
    ("vss: swap-states MADE and STOPPED", BASE),  # leads to states that the right network does not reach
    ("file_restore_statuses_accepted: stand-still doing CHECKING_STATUSES", BASE),  # goes round for ever
    ("provider: start-elsewhere CANNOT", BASE),  # starts elsewhere
    ("context_set: unfair", BASE),  # lets a run wait for ever
    ("power: swap-states RUNNING and PAUSED", BASE),  # breaks one promise at once, and others some steps later
    ("last_error: swap-states TIMEOUT and RETRYABLE", STOPS),
    (
        "vm_saved: redirect power RUNNING|PAUSED to SAVED, to GONE",
        STOPS,
    ),  # of a start that leads to more than is looked at
)


@pytest.mark.parametrize(("name", "column"), BY_DAY, ids=str)
def test_what_is_looked_at_shows_what_all_states_and_steps_show(name: str, column: Column) -> None:
    of = changed(name, column)
    assert of.different
    assert of.visit() == anew(of)


@nightly
@pytest.mark.parametrize("column", [BASE, STOPS, LOSES], ids=str)
def test_so_it_is_of_one_in_ten_of_all(column: Column) -> None:
    names = list(all_mutants())[::10]
    assert len(names) > 300
    for name in names:
        with suppress(DeclarationError):  # the notation refuses it
            of = changed(name, column)
            if of.different:
                assert of.visit() == anew(of), name


def test_only_what_differs_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, right = list[State](), Changed.out

    def out(self: Changed, state: State) -> list[Out]:
        looked.append(state)
        return right(self, state)

    of = changed("file_restore_statuses_accepted: stand-still doing CHECKING_STATUSES", BASE)
    monkeypatch.setattr(Changed, "out", out)
    of.visit()
    assert 0 < len(looked) * 10 < of.base.graph.expanded, f"{len(looked)} of {of.base.graph.expanded} states"
    assert len(looked) == len(set(looked))


def test_a_state_that_is_taken_for_the_right_one_is_noticed() -> None:
    """Planted: in one of the states in which it differs, the mutant is said to do as the right network does."""
    of = changed("file_restore_statuses_accepted: stand-still doing CHECKING_STATUSES", BASE)
    wanted, unlike = anew(of), of.unlike
    wrong = 0
    for one in sorted(unlike)[:5]:
        of.unlike = unlike - {one}
        wrong += of.visit() != wanted
    of.unlike = frozenset()
    assert of.visit() != wanted
    assert wrong


@pytest.mark.parametrize("column", [BASE, LOSES], ids=str)
def test_endless_runs_take_no_faults_and_nothing_that_a_promise_leaves_out_and_never_rest(column: Column) -> None:
    base, graph = judges().baseline(column), judges().baseline(column).graph
    faults = 0
    for i, one in enumerate(base.ends):
        wanted = set[tuple[int, int]]()
        for number, out in enumerate(graph.outs):
            for step, to in zip(out, graph.targets[number], strict=True):
                event = base.compiled.events[step[0]]
                faults += event.fault is not None
                rests = base.rests(graph.states[number])[i] or base.rests(graph.states[to])[i]
                if not rests and event.fault is None and event.name not in one.without:
                    wanted.add((number, to))
                assert base.is_endless(step, i) == (event.fault is None and event.name not in one.without)
        assert set(base.circling(i)) == wanted
        assert wanted
    assert (faults > 0) == bool(column.faults)
    assert any(one.without for one in base.ends)


def test_circles_of_the_right_network_are_none_of_the_mutants() -> None:
    """Planted: a circle through a state that the mutant leaves by a step of its own is looked at, one beside it is not."""
    of = changed("file_restore_statuses_accepted: stand-still doing CHECKING_STATUSES", BASE)
    wanted = of.visit()
    base = of.base
    known = base.circling(0)
    beside = next(step for step in known if not {*step} & of.unlike)
    base._circling[0] = [*known, beside[::-1]]
    try:
        assert of.visit() == wanted
        assert not base.graph.marks & base.marks.bit[Marked(base.ends[0].name, witness=False)]
    finally:
        base._circling[0] = known
