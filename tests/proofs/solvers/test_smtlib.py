"""The obligations as text: any solver reads it, and answers as it answers to the formulas themselves."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import cvc5
import pytest
import z3

from model.notation import every, happens, implies
from proofs.solvers.obligations import Confirming
from proofs.solvers.smtlib import LOGIC, obligation_text, script
from proofs.solvers.solvers import CVC5, SAT, SOLVERS, UNSAT, Z3, ask
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed, closed_groups
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Property, always, fired, step
from tests.helpers.networks.tiny import HARBOUR, Boat, at_sea, boat, named, open_, place
from tests.helpers.nightly import AT_NIGHT

STORM = Column(frozenset({"storm"}))
LEFT = fired("boat_leaves")
OF_HARBOUR = named(
    leaves=step(".", every(boat, implies(happens("boat_leaves"), open_)), shows="T-1", witness=LEFT),
    dry=always(".", every(boat, ~place.is_(Boat.SUNK)), shows="T-1", witness=LEFT),
    never=always(".", every(boat, ~at_sea), shows="T-1", witness=LEFT),
)


@cache
def confirming(of: str) -> Confirming:
    asked: list[Property] = list(OF_HARBOUR.values()) if of == "harbour" else [PROPERTIES[of]]
    network, column = (HARBOUR, STORM) if of == "harbour" else (watched(), BASE)
    (closed,) = closed_groups(network, column, asked)
    assert isinstance(closed, Closed)
    return Confirming(closed)


@cache
def text_of(of: str) -> str:
    return "".join(script(confirming(of), confirming(of).obligations(), "a title"))


def declared(text: str) -> tuple[list[str], list[str]]:
    """The sorts, and the functions and constants, that are declared or defined: SMT-LIB does not mix them up."""
    sorts = re.findall(r"^\(declare-sort (\|[^|]*\||\S+)", text, re.MULTILINE)
    names = re.findall(r"^\((?:declare-fun|define-fun) (\|[^|]*\||\S+)", text, re.MULTILINE)
    datatypes = r"^\(declare-datatypes \(\((\|[^|]*\||\S+) 0\)\) \(\((.*)\)\)\)$"
    for sort, constructors in re.findall(datatypes, text, re.MULTILINE):
        sorts.append(sort)
        names += re.findall(r"\((\|[^|]*\||[^()\s]+)\)", constructors)
    return sorts, names


REAL = "files-after-own-pre-restore"
either = pytest.mark.parametrize("of", ["harbour", REAL])


@either
def test_solvers_that_are_given_the_file_answer_the_same(of: str, tmp_path: Path) -> None:
    path = tmp_path / "obligations.smt2"
    path.write_text(text_of(of), "utf-8")
    fresh = z3.Context()
    printed = z3.Z3_eval_smtlib2_string(fresh.ref(), path.read_text("utf-8")).split()
    read = []
    if of == "harbour":  # of the protocol `ask` shows it: cvc5 is asked by way of the text
        cvc = cvc5.Solver(cvc5.TermManager())
        cvc.setOption("incremental", "true")
        parser = cvc5.InputParser(cvc)
        parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, str(path))
        while not (command := parser.nextCommand()).isNull():
            read += command.invoke(cvc, parser.getSymbolManager()).split()
    answers = ask(confirming(of), SOLVERS if read else [Z3])
    assert set(printed) == ({UNSAT, SAT} if of == "harbour" else {UNSAT})
    for solver, found in ((Z3, printed), (CVC5, read)):
        assert found == [a.said for a in answers.answers if a.solver == solver]


@either
def test_what_there_is_can_be_parsed(of: str) -> None:
    head = text_of(of).partition("(push 1)")[0]
    assert z3.parse_smt2_string(head, ctx=z3.Context()) is not None
    assert "(declare-fun" in head


@either
def test_everything_is_declared_once_and_before_it_is_used(of: str) -> None:
    text = text_of(of)
    sorts, names = declared(text)
    assert [name for found in (sorts, names) for name, count in Counter(found).items() if count > 1] == []
    assert len(names) > len(sorts) > 2
    first_use = text.index("(define-fun")
    assert all(found.start() < first_use for found in re.finditer(r"^\(declare-", text, re.MULTILINE))
    assert {"anyone", "mover"} <= set(names)


@pytest.mark.parametrize("line", ["(declare-fun gate () gate)", "(declare-sort |#boat| 0)"])
def test_what_is_not_declared_is_noticed(line: str) -> None:
    text = text_of("harbour")
    assert line in text
    with pytest.raises(z3.Z3Exception):
        z3.parse_smt2_string(text.replace(line, "", 1), ctx=z3.Context())


@either
def test_of_every_formula_it_says_which_rule_it_is(of: str) -> None:
    text = text_of(of)
    asked = list(confirming(of).obligations())
    said = list(asserted(text))
    assert [sorted(line for line in of_one if not (is_of_states(line) or is_meaning(line))) for of_one in said] == [
        sorted(
            f"(assert {' '.join(formula.sexpr().split())}) ; {' '.join(label)}"
            for label, formula in one.formulas
            if (one.kind, label) != ("step", ("outside",))
        )
        for one in asked
    ]
    assert [one.kind for one, lines in zip(asked, said, strict=True) if any(map(is_of_states, lines))] == [
        one.kind for one in asked if one.kind == "step"
    ]
    for one, lines in zip(asked, said, strict=True):
        meant = [line for line in lines if is_meaning(line)]
        named = [formula.sexpr() for label, formula in one.formulas if label[0] == "set"]
        assert all(any(line.startswith(f"(assert (= {name} ") for line in meant) for name in named)
    assert all(label for one in asked for label, _ in one.formulas)
    assert text.count("(check-sat)") == len(asked)
    assert text.count("(push 1)") == text.count("(pop 1)")
    assert [line[2:] for line in re.findall(r"^; (?!in common).*(?=\n\(push)", text, re.MULTILINE)] == [
        f"{one.kind} {one.name}" for one in asked
    ]


def is_meaning(line: str) -> bool:
    return line.startswith("(assert (= (|in the set| ") and line.endswith(")))")


def is_of_states(line: str) -> bool:
    return line.startswith("(assert (not (|states of the set| ") and line.endswith(" ; outside")


@either
def test_what_stays_is_asked_for_by_its_state_before(of: str) -> None:
    """And nothing else is: what stays does so by the rules of the event."""
    made = confirming(of)
    steps, symbolic = [one for one in made.obligations() if one.kind == "step"], made.symbolic
    said = [line for lines in asserted(text_of(of)) for line in lines if is_of_states(line)]
    for one, line, (event, member) in zip(steps, said, made.steps(), strict=True):
        expected, rules = [], made.rules(event, member)
        for name in made.machines:
            now, then = (symbolic.state_of(name, made.anyone, then=then) for then in (False, True))
            labelled = [formula for label, formula in rules if label == ("stays", one.event, name)]
            stays = any((then == now).eq(part) for formula in labelled for part in (formula, *formula.children()))
            assert stays == bool(labelled) == (name in one.staying)
            expected.append((now if stays else then).sexpr())
        assert line == f"(assert (not (|states of the set| {' '.join(expected)}))) ; outside"
    assert len(set(said)) > 1


def asserted(text: str) -> Iterator[list[str]]:
    """What is asserted at each question."""
    levels: list[list[str]] = [[]]
    for line in text.splitlines():
        if line == "(push 1)":
            levels.append([])
        elif line == "(pop 1)":
            levels.pop()
        elif line.startswith("(assert "):
            levels[-1].append(line)
        elif line == "(check-sat)":
            yield [one for level in levels for one in level]


def test_what_is_the_same_of_all_that_is_about_an_event_is_said_once() -> None:
    """Solvers take it in once, and ask about each obligation in turn."""
    text = text_of("harbour")
    about = [one for one in confirming("harbour").obligations() if one.event == "boat_leaves"]
    assert [one.name for one in about] == ["boat_leaves", "leaves: boat_leaves"]
    for rule in ("when boat_leaves 0", "takes part boat_leaves place", "moves boat_leaves place"):
        assert text.count(f" ; {rule}\n") == 1
    everything = sum(len(one.formulas) for one in confirming("harbour").obligations())
    assert len(re.findall(r"^\(assert .* ; .*$", text, re.MULTILINE)) < everything
    assert "\n; in common to the 2 that follow\n(push 1)\n" in text


def test_rules_are_of_the_event() -> None:
    texts = {one.name: obligation_text(one) for one in confirming("harbour").obligations() if one.kind == "step"}
    comments = re.findall(r"; ((?:when|takes part|moves|stays) .*)$", texts["boat_leaves"], re.MULTILINE)
    assert comments == ["when boat_leaves 0", "takes part boat_leaves place", "moves boat_leaves place"]


@either
def test_it_says_what_it_is_and_nothing_of_where_it_was_made(of: str) -> None:
    text = text_of(of)
    assert text.startswith("; a title\n; Every check-sat must answer unsat.\n(set-info :smt-lib-version 2.6)\n")
    assert text.count(f"(set-logic {LOGIC})") == 1
    assert str(Path.cwd()) not in text
    assert str(Path.home()) not in text
    assert not re.search(r"\b(?:/work|/home|/tmp|/usr|\.py\b|0x[0-9a-f]{6})", text)
    assert not re.search(r"20\d\d-\d\d", text)


def test_a_file_for_each_closed_set() -> None:
    """Each of them has its own sorts and sets; together they are not one script."""
    asked = [PROPERTIES[REAL], PROPERTIES["registration-before-places"]]
    closed = list(closed_groups(watched(), BASE, asked))
    assert len(closed) == 2
    texts = ["".join(script(made := Confirming(one), [made.start()], "")) for one in closed if isinstance(one, Closed)]
    assert len(set(texts)) == 2
    for text in texts:
        assert text.count("(set-logic") == 1
        assert z3.parse_smt2_string(text, ctx=z3.Context()) is not None


PRINTED = """
from tests.proofs.solvers.test_smtlib import hashed
print(hashed())
"""


def hashed() -> str:
    made = confirming(REAL)
    return sha256("".join(script(made, [made.start()], "")).encode()).hexdigest()


def test_is_the_same_each_time() -> None:
    again = Confirming(confirming(REAL).closed)
    assert "".join(script(again, again.obligations(), "a title")) == text_of(REAL)


def test_is_the_same_in_another_process() -> None:
    """By day in one whose hashes are not those of this one; at night in two."""
    for seed in ("1", "2") if AT_NIGHT else ("1",):
        again = subprocess.run(
            [sys.executable, "-c", PRINTED],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert again.stdout == f"{hashed()}\n"
