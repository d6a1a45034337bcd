"""What `verify` makes of the verdicts of all columns, and what it says is from its cache."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from proofs.answers.cache import use
from proofs.answers.record import Record, updated
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, PROVED, REFUTED, UNDECIDED, Verdict
from proofs.search.replay import EnginesDisagree
from proofs.solvers.confirm import Set
from proofs.verdicts.check import check
from proofs.verdicts.columns import ALL_FAULTS, BASE
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.verify.asked import question
from shadowproof.verify.printing import Wanted, print_verification
from shadowproof.verify.summary import ending
from shadowproof.verify.verify import judge, with_single_faults
from tests.helpers.command import shadowproof
from tests.helpers.nightly import nightly

NAME = "no-vm-left-saved"
VANISHES = Column(frozenset({"requester_vanishes"}))


def cell(verdict: str) -> Verdict:
    return Verdict(NAME, ALL_FAULTS.name, verdict, "nothing", states=7, reason="more to come")


@pytest.fixture(scope="module")
def broken() -> Verdict:
    return check(VANISHES, [NAME], Scope(vms=1))[0]


@pytest.mark.parametrize("was", [UNDECIDED, HOLDS, NOT_EXERCISED])
def test_what_one_fault_breaks_all_faults_break_by_the_same_run(broken: Verdict, was: str) -> None:
    found = with_single_faults({VANISHES: [broken], ALL_FAULTS: [cell(was)]})
    assert found[VANISHES] == [broken]
    (now,) = found[ALL_FAULTS]
    assert (now.verdict, now.assurance, now.run) == (REFUTED, "a run was replayed", broken.run)
    assert (now.column, now.states, now.reason) == (ALL_FAULTS.name, 7, broken.reason)


def test_of_one_fault_and_of_all_the_shorter_run_counts(broken: Verdict) -> None:
    assert broken.run is not None
    together = replace(cell(REFUTED), assurance="a run was replayed", run=broken.run)
    longer = replace(together, run=replace(broken.run, steps=(*broken.run.steps, ("backup_initialized", ()))))
    for found, expected in ((longer, broken.length), (together, broken.length)):
        (now,) = with_single_faults({VANISHES: [broken], ALL_FAULTS: [found]})[ALL_FAULTS]
        assert (now.verdict, now.length) == (REFUTED, expected)
    assert with_single_faults({VANISHES: [broken], ALL_FAULTS: [together]})[ALL_FAULTS] == [together]


def test_a_reading_or_two_faults_or_no_run_show_nothing_for_all_faults(broken: Verdict) -> None:
    for column, one in (
        (Column(VANISHES.faults, (("READ-1", "NEVER"),)), broken),
        (Column(VANISHES.faults | {"failure_ignored"}), broken),
        (VANISHES, replace(broken, run=None)),
        (VANISHES, replace(broken, verdict=HOLDS)),
    ):
        assert with_single_faults({column: [one], ALL_FAULTS: [cell(UNDECIDED)]})[ALL_FAULTS] == [cell(UNDECIDED)]


def test_a_run_that_all_faults_do_not_allow_is_an_error_of_an_engine(broken: Verdict) -> None:
    assert broken.run is not None
    wrong = replace(broken, run=replace(broken.run, steps=broken.run.steps[1:]))
    with pytest.raises(EnginesDisagree, match=NAME):
        with_single_faults({VANISHES: [wrong], ALL_FAULTS: [cell(UNDECIDED)]})


POSSIBLE = "vm-may-change-after-identify"
CHANGES = Column(frozenset({"operator_changes_vm"}))
SHOWN = {NAME: Proof(NAME, holds=True, exercised=True, views=9)}


def test_what_one_fault_makes_possible_all_faults_do_by_the_same_run() -> None:
    (seen,) = check(CHANGES, [POSSIBLE], Scope(vms=1))
    was = replace(cell(UNDECIDED), property=POSSIBLE)
    assert seen.verdict == HOLDS
    (now,) = with_single_faults({CHANGES: [seen], ALL_FAULTS: [was]})[ALL_FAULTS]
    assert (now.verdict, now.run) == (HOLDS, seen.run)


def test_what_is_shown_holds_if_one_fault_puts_it_to_the_test(broken: Verdict) -> None:
    holds = replace(broken, verdict=HOLDS, run=None)
    (now,) = with_single_faults({VANISHES: [holds], ALL_FAULTS: [cell(UNDECIDED)]}, SHOWN)[ALL_FAULTS]
    assert (now.verdict, now.assurance, now.views, now.reason) == (HOLDS, CLOSED, 9, "")
    of_two = Column(VANISHES.faults | {"failure_ignored"})
    for column, one, shown in (
        (of_two, holds, SHOWN),
        (VANISHES, replace(holds, verdict=NOT_EXERCISED), SHOWN),
        (VANISHES, holds, {NAME: replace(SHOWN[NAME], holds=False)}),
        (VANISHES, holds, {}),
    ):
        found = with_single_faults({column: [one], ALL_FAULTS: [cell(UNDECIDED)]}, shown)[ALL_FAULTS]
        assert found == [cell(UNDECIDED)]


def test_that_it_is_shown_and_broken_is_an_error_of_an_engine(broken: Verdict) -> None:
    with pytest.raises(EnginesDisagree, match="shown with all faults together"):
        with_single_faults({VANISHES: [broken], ALL_FAULTS: [cell(HOLDS)]}, SHOWN)


def test_one_column_asked_alone_has_the_runs_that_are_recorded() -> None:
    """Also where a fault makes a shorter one than there is without: what is recorded is the run without faults."""
    name = "a-backup-of-no-vm-ends"
    (shorter,) = check(VANISHES, [name], Scope(proofs=True, counts=False))
    asked = question([name], VANISHES, 2, one=True)
    found = asked.judged(Console(file=StringIO()), None)
    assert (shorter.length or 0) < (found.all_verdicts[0].length or 0)
    assert (found.against.as_recorded, found.against.lengths) == (True, 0)


def test_one_property_asked_alone_is_as_recorded_with_others() -> None:
    """Or where every state was searched, and not as many as decide: no count is a difference."""
    names, scope = [NAME, "back-in-prior-state"], Scope(vms=1, proofs=True, counts=False)
    together = check(VANISHES, names, Scope(vms=1, proofs=True))
    record = updated(Record({}), together, {})
    counts = set()
    for name, one in zip(names, together, strict=True):
        tasks = [(VANISHES, [name], scope)]
        done = judge(tasks, record, compared=True, console=Console(file=StringIO()))
        assert done.differences == []
        assert done.status == 0
        counts.add(done.all_verdicts[0].states == one.states)
    assert False in counts, "the searches did not differ: nothing was put to the test"


def printed(column: Column, folder: Path | None) -> str:
    out = Console(file=StringIO(), width=140)
    tasks = [(column, [NAME], Scope(vms=1))]
    done = judge(tasks, Record({}), compared=False, console=Console(file=StringIO()), cache=folder)
    print_verification(done, out, Wanted(tables=True))
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


def test_a_verdict_from_the_cache_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
    first = printed(BASE, tmp_path)
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
    second = printed(BASE, tmp_path)
    use(None)
    assert "cache" not in first
    assert "; cached" in second
    assert "; 1 of them from the cache" in second


def test_what_was_judged_and_confirmed_is_not_judged_or_confirmed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `accept` asks what `verify` has just answered. Of the first solvers are asked little, of the second nothing."""
    tasks = [(BASE, ["files-after-own-pre-restore", "every-session-ends"], Scope(proofs=True))]
    nowhere = Console(file=StringIO())
    first = judge(tasks, Record({}), compared=False, console=nowhere, cache=tmp_path).all_verdicts
    assert [one.assurance for one in first] == [PROVED, CLOSED]
    monkeypatch.setattr("proofs.solvers.confirm._one", lambda *_, **__: pytest.fail("solvers were asked again"))
    monkeypatch.setattr("proofs.verdicts.suite.judged", lambda *_, **__: pytest.fail("it was judged again"))
    again = judge(tasks, Record({}), compared=False, console=nowhere, cache=tmp_path).all_verdicts
    use(None)
    assert again == first


def test_what_solvers_left_open_is_put_to_them_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [(BASE, [NAME], Scope(proofs=True))]
    asked = []

    def given_up(work: list[tuple[Column, tuple[str, ...]]], **_: object) -> list[Set]:
        asked.append(work)
        return [Set(BASE.name, (NAME,), 1, 1, 1, (("z3", "step", "vm_saved", "unknown"),), ("z3",), (1.0,))]

    monkeypatch.setattr("shadowproof.verify.verify.confirm", given_up)
    for _ in range(2):
        (found,) = judge(
            tasks, Record({}), compared=False, console=Console(file=StringIO()), cache=tmp_path
        ).all_verdicts
        assert (found.assurance, found.reason) == (CLOSED, "z3 says unknown to vm_saved")
    use(None)
    assert len(asked) == 2


@pytest.mark.parametrize("solvers", [True, False])
def test_solvers_are_asked_unless_it_is_said_otherwise(*, solvers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def confirming(found: list[Verdict], *_: object) -> list[Verdict]:
        asked.extend(one.property for one in found)
        return [replace(one, assurance=PROVED) for one in found]

    monkeypatch.setattr("shadowproof.verify.verify._confirmed", confirming)
    done = question([NAME], BASE, 2, one=True, solvers=solvers).judged(Console(file=StringIO()), None)
    assert asked == [NAME] * solvers
    assert [one.assurance for one in done.all_verdicts] == [PROVED if solvers else CLOSED]
    said = list(ending(done))
    assert ("Solvers were not asked: what they would confirm is closed, not proved." in said) == (not solvers)
    assert "Every verdict is as recorded." in " ".join(said)
    assert not any("another assurance" in line for line in said)


@nightly
def test_searches_find_all_that_is_kept() -> None:
    """Every verdict is as recorded, its run as long, when nothing that is kept is tried."""
    done = shadowproof("verify", "--anew", "--exact", "--no-cache")
    assert (done.returncode, "Every verdict is as recorded." in done.stdout) == (0, True), done.stdout[-800:]


def test_quiet_a_command_that_ends_well_prints_nothing(tmp_path: Path) -> None:
    """Not how far it is, nor where anything is kept, whether it is judged now or was before."""
    for _ in range(2):
        done = shadowproof("verify", "--quiet", "-p", "writer-identity", "--cache", str(tmp_path))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
