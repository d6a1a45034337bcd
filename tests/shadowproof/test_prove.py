"""The commands that prove and argue, as a user meets them; and what is written of their answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs.answers.verdict import CLOSED, HOLDS, PROVED, Verdict
from proofs.solvers.confirm import Set, confirmed, tasks
from proofs.verdicts.columns import BASE
from proofs.why.wording import Needed, Said, Told
from properties.catalogue import PROPERTIES
from shadowproof.tell.arguing.clauses import why
from tests.helpers.command import shadowproof

QUICK = "no-abort-in-a-restore"

BAD = {
    "why: unknown property": (["why", "xyzzy"], "shadowproof list properties"),
    "why: no time": (["why", QUICK, "--limit", "0"], "more than 0"),
    "assumptions: unknown property": (["assumptions", "no-partial-backups"], "Did you mean no-partial-backup"),
    "assumptions: no time": (["assumptions", QUICK, "--limit", "-1"], "more than 0"),
    "prove: no time": (["prove", "--limit", "0"], "more than 0"),
    "prove: unknown solver": (["prove", "-p", QUICK, "--solver", "yices"], "z3, cvc5"),
    "prove: nothing to ask": (["prove", "-p", "writer-identity"], "nothing to ask"),
    "prove: a file in place of the folder": (["prove", "-p", QUICK, "--smtlib", "README.md"], "Name a folder"),
    "prove: all and one": (["prove", "--all", "--fault", "guest_hangs"], "Leave --all out"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_status_2(name: str) -> None:
    arguments, hint = BAD[name]
    found = shadowproof(*arguments)
    assert found.returncode == 2
    assert hint in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


def test_prove_confirms_and_writes_what_it_asked(tmp_path: Path) -> None:
    found = shadowproof("prove", "-p", QUICK, "--no-cache", "--smtlib", str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert "1 statement proved" in found.stdout
    (written,) = tmp_path.glob("*.smt2")
    text = written.read_text("utf-8")
    assert text.count("(check-sat)") > 50
    assert "(declare-sort" in text


def test_what_fails_has_no_argument() -> None:
    found = shadowproof("why", "no-vm-left-saved", "--fault", "requester_vanishes")
    assert found.returncode == 3
    assert "no argument was found" in found.stdout


def test_the_matrix_names_what_breaks_each_property() -> None:
    found = shadowproof("assumptions")
    assert found.returncode == 0
    assert all(name in found.stdout for name in PROPERTIES)
    assert "requester_vanishes (12)" in found.stdout


def test_only_what_every_solver_confirms_is_proved() -> None:
    closed = Verdict("a", "no fault", HOLDS, CLOSED)
    said = Set("no fault", ("a", "b"), 1, 1, 2, (), ("z3", "cvc5"), (0.1, 0.1))
    assert confirmed([closed], [said])[0].assurance == PROVED
    for open_ in (("cvc5", "claim", "a: some_event", "unknown"), ("z3", "step", "some_event", "unknown")):
        unsure = Set("no fault", ("a", "b"), 1, 1, 2, (open_,), ("z3", "cvc5"), (0.1, 0.1))
        assert confirmed([closed], [unsure])[0].assurance == CLOSED
    other = Set("no fault", ("a", "b"), 1, 1, 2, (("z3", "claim", "b", "unknown"),), ("z3",), (0.1,))
    assert confirmed([closed], [other])[0].assurance == PROVED
    bounded = Verdict("a", "no fault", HOLDS, "every state of up to 2 VMs")
    assert confirmed([bounded], [said]) == [bounded]
    elsewhere = Verdict("a", "guest_hangs", HOLDS, CLOSED)
    assert confirmed([elsewhere], [said]) == [elsewhere]


def test_solvers_are_asked_of_all_that_speaks_of_states_or_steps() -> None:
    asked = [name for _, names in tasks(BASE, list(PROPERTIES)) for name in names]
    assert len(asked) == len(set(asked))
    kinds = {PROPERTIES[name].kind for name in asked}
    assert kinds == {"always", "step", "precedes", "refines", "independent"}
    assert set(asked) == {name for name, one in PROPERTIES.items() if one.kind in kinds}


def test_an_argument_reads_like_one() -> None:
    told = Told(
        QUICK, "no fault", ("requester", "vss"), 62,
        (
            Said("for every vm: note is nothing", "note in {RUNNING}", (Needed("vm_saved", (0, 1), ("needs that x",)),)),
            Said("vss is idle", "vss in {FREEZE}", ()),
        ),
        (Needed("abort_delivered", (1, 2), ()), Needed("released", (), ())), 1051, 9, 77, ("the closed set: 7 obligations",), 1.0,
    )  # fmt: skip
    text = "\n".join(why(PROPERTIES[QUICK], told, cached=True, formulas=True))
    assert "when abort_delivered happens (by 1, 2), it cannot be broken" in text
    assert "  1  for every vm: note is nothing" in text
    assert "never together: note in {RUNNING}" in text
    assert "kept by vm_saved (by 0)" in text
    assert "no event touches it" in text
    assert "in 62 states together" in text
    assert "2 clauses carry it (9 were tried, 1,051 views closed)" in text
    assert "from the cache" in text
    assert told.rules == (("vm_saved", "needs that x"),)
