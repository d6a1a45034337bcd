"""`shadowproof explain`: every property that is asked for is answered, by the run that is kept where there is one; and what
else breaks on the same requirement is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from proofs.answers import runs
from proofs.answers.cache import use
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Cell, Record
from proofs.answers.runs import NONE, Kept, Runs
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Possible
from shadowproof import ask
from shadowproof.tell import explain
from shadowproof.tell.explain import answers, broken_beside, explained
from tests.shadowproof.test_nothing import refusal, said

VANISHES = Column(frozenset({"requester_vanishes"}))
NAMES = ("no-vm-left-saved", "back-in-prior-state", "only-saved-vms-are-given-back")
ID = "BAK-9"
"""All three show it."""

SHORT = RunFound((), {}, (("backup_initialized", ()),))
"""A run that the machines execute, whatever else they do."""


@pytest.fixture(autouse=True)
def _no_cache_left_in_use() -> Iterator[None]:
    yield
    use(None)


def found(name: str, verdict: str, reason: str = "") -> Verdict:
    return Verdict(name, VANISHES.name, verdict, "it was looked at", reason=reason)


def are(monkeypatch: pytest.MonkeyPatch, *verdicts: str) -> None:
    """Let the three properties be judged so."""
    known = {name: found(name, verdict, "for a reason") for name, verdict in zip(NAMES, verdicts, strict=True)}
    monkeypatch.setattr(explain, "answers", lambda names, *_: [known[name] for name in names])
    monkeypatch.setattr(explain, "broken_beside", lambda *_: [])


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ((HOLDS, REFUTED, HOLDS), 1),
        ((HOLDS, REFUTED, UNDECIDED), 1),
        ((HOLDS, HOLDS, UNDECIDED), 3),
        ((HOLDS, NOT_EXERCISED, HOLDS), 0),
        ((NOT_EXERCISED, NOT_EXERCISED, NOT_EXERCISED), 2),
    ],
)
def test_an_id_is_answered_for_every_property_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, verdicts: tuple[str, ...], status: int
) -> None:
    """It was answered for the first one only: "Holds", with exit status 0, where others are refuted."""
    are(monkeypatch, *verdicts)
    text, found_status = explained(ID, NAMES, VANISHES, 2)
    assert found_status == status
    first, *lines = text.splitlines()
    assert first == "BAK-9 is shown by 3 properties. Assuming requester_vanishes:"
    assert lines[:3] == [
        f"  {name}: {verdict} (it was looked at; for a reason)" for name, verdict in zip(NAMES, verdicts, strict=True)
    ]
    told = [name for name in NAMES if f"{name}: {PROPERTIES[name].says}" in text]
    assert told == [name for name, verdict in zip(NAMES, verdicts, strict=True) if verdict == REFUTED]


def test_as_a_user_asks() -> None:
    status, text = said("explain", ID, "--fault", "guest_hangs")
    named = ask.properties([ID])
    assert len(named) > 1
    assert f"{ID} is shown by {len(named)} properties" in text
    assert all(f" {name}: " in text for name in named)
    assert status in {0, 1, 3}


@pytest.mark.parametrize("command", ["why", "assumptions"])
def test_what_argues_for_one_refuses_an_id_of_several(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refusal([command, ID], monkeypatch, capsys)
    named = ask.properties([ID])
    assert f"{ID} is shown by {len(named)} properties. Name one of them: {', '.join(named)}" in told


@pytest.mark.parametrize(("verdict", "status"), [(HOLDS, 0), (REFUTED, 1), (NOT_EXERCISED, 2), (UNDECIDED, 3)])
def test_for_what_is_possible_a_run_speaks_and_nothing_argues(
    verdict: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That there is no argument decides nothing: `why` ends as `explain` does."""
    name = next(name for name, one in PROPERTIES.items() if isinstance(one, Possible))
    monkeypatch.setattr(explain, "answers", lambda *_: [found(name, verdict)])
    ended, text = said("why", name, "--fault", "requester_vanishes")
    assert ended == status
    assert text.startswith(f"{name}: {verdict}, assuming requester_vanishes. It says that something is possible")
    assert f"shadowproof explain {name} --fault requester_vanishes" in text
    assert "no argument was found" not in text


def test_an_id_that_one_property_shows_is_its_name() -> None:
    ids = {one for found in PROPERTIES.values() for one in found.shows}
    alone = next(one for one in sorted(ids) if len(ask.properties([one])) == 1)
    assert [ask.one_property(alone)] == ask.properties([alone])


class TestKeptRuns:
    """Told where they are of this protocol and the shortest of so many VMs; else there is a search."""

    KEPT = Kept("no-vm-left-saved", VANISHES.name, 2, "", SHORT)

    @pytest.fixture(autouse=True)
    def _kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.searched: list[str] = []
        self.protocol = protocol_content()
        key = (self.KEPT.property, self.KEPT.column)
        monkeypatch.setattr(
            explain, "load_for", lambda now: Runs(now, {key: self.KEPT}) if now == self.protocol else NONE
        )
        monkeypatch.setattr(explain, "check", self.check)

    def check(self, column: Column, names: Sequence[str], scope: Scope) -> list[Verdict]:
        self.searched += names
        return [found(name, UNDECIDED) for name in names]

    def test_what_is_kept_is_not_searched_for(self) -> None:
        first, second = answers(NAMES[:2], VANISHES, 2)
        assert (first, self.searched) == (self.KEPT.verdict(), [NAMES[1]])
        assert (second.property, second.verdict) == (NAMES[1], UNDECIDED)

    @pytest.mark.parametrize("vms", [3, 4])
    def test_beyond_its_bound_there_may_be_a_shorter_one(self, vms: int) -> None:
        assert answers(NAMES[:1], VANISHES, vms)[0].verdict == UNDECIDED

    def test_of_another_column_it_says_nothing(self) -> None:
        assert answers(NAMES[:1], Column(), 2)[0].verdict == UNDECIDED

    def test_of_another_protocol_it_says_nothing(self) -> None:
        self.protocol = "of a rule ago"
        assert answers(NAMES[:1], VANISHES, 2)[0].verdict == UNDECIDED

    def test_what_the_machines_refuse_is_not_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        impossible = Kept(NAMES[0], VANISHES.name, 2, "", RunFound((), {}, (("backup_shutdown_returned", ()),)))
        monkeypatch.setattr(explain, "load_for", lambda now: Runs(now, {(NAMES[0], VANISHES.name): impossible}))
        assert answers(NAMES[:1], VANISHES, 2)[0].verdict == UNDECIDED

    def test_it_is_told_as_the_story_of_the_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(explain, "holds_when", lambda *_: [])
        text, status = explained(NAMES[0], NAMES[:1], VANISHES, 2)
        assert status == 1
        assert text.startswith("no-vm-left-saved: refuted (requester_vanishes), a run of 1 step with")
        assert self.searched == []


def test_every_run_of_the_record_is_told_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = runs.load()
    if kept.protocol != protocol_content():
        pytest.skip("the kept runs are of another protocol")
    monkeypatch.setattr(explain, "check", lambda *_: pytest.fail("it was searched"))
    one = kept.of(*next(iter(kept.kept)))
    assert one is not None
    assert one.verdict() in answers([one.property], Column(frozenset({one.column})), 2)


class TestWhatBreaksBeside:
    def recorded(self, monkeypatch: pytest.MonkeyPatch, **verdicts: str) -> None:
        cells = {name: {VANISHES.name: Cell(HOLDS, "", None)} for name in PROPERTIES}
        for name, verdict in verdicts.items():
            cells[name.replace("_", "-")][VANISHES.name] = Cell(verdict, "", None)
        monkeypatch.setattr(explain, "_record_of_now", lambda: Record(cells))

    def test_what_breaks_on_the_same_requirement_is_named_with_how_to_ask(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.recorded(monkeypatch, back_in_prior_state=REFUTED, no_partial_backup=REFUTED)
        (line,) = broken_beside("no-vm-left-saved", VANISHES, 2)
        assert line.startswith("no-vm-left-saved holds; back-in-prior-state, which shows BAK-9 ")
        assert line.endswith("does not hold, see: shadowproof explain back-in-prior-state --fault requester_vanishes")
        assert "no-partial-backup" not in line, "it shows nothing of the same"

    def test_it_is_said_where_the_property_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.recorded(monkeypatch, back_in_prior_state=REFUTED)
        monkeypatch.setattr(explain, "answers", lambda names, *_: [found(name, HOLDS) for name in names])
        text, status = explained("no-vm-left-saved", ["no-vm-left-saved"], VANISHES, 2)
        assert status == 0
        assert "see: shadowproof explain back-in-prior-state --fault requester_vanishes" in text

    def test_nothing_is_said_where_nothing_breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.recorded(monkeypatch)
        assert broken_beside("no-vm-left-saved", VANISHES, 2) == []

    def test_without_a_record_of_this_protocol_it_is_found_now(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(explain, "_record_of_now", lambda: None)
        monkeypatch.setattr(
            explain, "answers",
            lambda names, *_: [found(name, REFUTED if name == "back-in-prior-state" else HOLDS) for name in names],
        )  # fmt: skip
        assert len(broken_beside("no-vm-left-saved", VANISHES, 2)) == 1

    def test_a_record_of_another_protocol_is_not_believed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(explain, "load_for", lambda _: NONE)
        assert explain._record_of_now() is None
