"""Asking solvers: which ones, of which version; what their answers come to; and what is no answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import z3

from model.notation import every, happens, implies
from proofs.solvers import solvers
from proofs.solvers.obligations import Confirming, Labelled, Obligation
from proofs.solvers.solvers import (
    CVC5,
    PACKAGES,
    SAT,
    SOLVERS,
    UNKNOWN,
    UNSAT,
    Z3,
    Answer,
    Answers,
    SolverError,
    ask,
    disagreement,
    versions,
)
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed, closed_groups
from properties.kinds import fired, step
from tests.helpers.networks.tiny import HARBOUR, boat, named, open_

REQUIREMENTS = Path(__file__).parents[3] / "requirements" / "run.txt"
LEAVES = named(
    leaves=step(".", every(boat, implies(happens("boat_leaves"), open_)), shows="T-1", witness=fired("boat_leaves"))
)


@cache
def confirming() -> Confirming:
    (closed,) = closed_groups(HARBOUR, BASE, LEAVES.values())
    assert isinstance(closed, Closed)
    return Confirming(closed)


class Pigeons(Confirming):
    """One obligation more, which takes a solver minutes: so many pigeons do not fit into one hole less. It is about an event, as
    others before and after it, or about none."""

    event = ""

    def obligations(self) -> Iterator[Obligation]:
        for one in super().obligations():
            yield one
            if (one.kind, one.event) == ("step", self.event) or (one.kind == "start" and not self.event):
                yield self.pigeons(one.formulas[:-1] if self.event else ())

    def pigeons(self, more: Sequence[Labelled]) -> Obligation:
        context, count = self.symbolic.context, 12
        sits = [[z3.Bool(f"sits#{i}#{j}", context) for j in range(count - 1)] for i in range(count)]
        each = [z3.Or(row) for row in sits]
        apart = [
            z3.Not(z3.And(sits[i][j], sits[k][j])) for j in range(count - 1) for i in range(count) for k in range(i)
        ]
        own = ((("pigeon",), formula) for formula in (*each, *apart))
        return Obligation("claim", "pigeons", self.event, (*more, *own))


class TestVersions:
    def test_are_those_required(self) -> None:
        """What is installed, what is expected and what is pinned agree."""
        pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)", REQUIREMENTS.read_text("utf-8"), re.MULTILINE))
        assert set(PACKAGES) == set(SOLVERS)
        assert versions() == {solver: metadata.version(package) for solver, (package, _) in PACKAGES.items()}
        for package, wanted in PACKAGES.values():
            assert pinned[package].startswith(f"{wanted}.")

    @pytest.mark.parametrize("asked", ["yices", "Z3", ""])
    def test_an_unknown_solver(self, asked: str) -> None:
        with pytest.raises(SolverError) as error:
            ask(confirming(), [Z3, asked])
        assert str(error.value) == f"{asked} is no solver that is known here. Use one of: z3, cvc5."

    @pytest.mark.parametrize("solver", SOLVERS)
    def test_a_missing_package(self, solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
        package, wanted = PACKAGES[solver]

        def missing(name: str) -> str:
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "version", missing)
        with pytest.raises(SolverError) as error:
            ask(confirming(), [solver])
        assert str(error.value) == f"{package} is not installed. Install it with: pip install {package}=={wanted}.*"
        assert error.value.__suppress_context__

    @pytest.mark.parametrize("version", ["4.9", "{}0.1", "1{}", "", "{}x"])
    @pytest.mark.parametrize("solver", SOLVERS)
    def test_another_version(self, solver: str, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
        package, wanted = PACKAGES[solver]
        version = version.format(wanted)
        monkeypatch.setattr(metadata, "version", lambda name: version)
        with pytest.raises(SolverError) as error:
            ask(confirming(), [solver])
        assert str(error.value) == (
            f"{package} {version} is installed, and the proofs are known to go through with {wanted}. "
            f"Install it with: pip install {package}=={wanted}.*"
        )

    @pytest.mark.parametrize("more", ["", ".0", ".17.0", ".post1"])
    def test_the_same_version(self, more: str, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = {package: wanted + more for package, wanted in PACKAGES.values()}
        monkeypatch.setattr(metadata, "version", wanted.__getitem__)
        assert set(versions().values()) == set(wanted.values())


class TestLimit:
    @pytest.mark.parametrize("event", ["", "boat_leaves"])
    @pytest.mark.parametrize("solver", SOLVERS)
    def test_what_is_not_decided_in_time_is_unknown(
        self, solver: str, event: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also between others that are about the same event: those are answered."""
        monkeypatch.setattr(Pigeons, "event", event)
        names = [one.name for one in Pigeons(confirming().closed).obligations()]
        assert not event or names[1:4] == ["boat_leaves", "pigeons", "leaves: boat_leaves"]
        answers = ask(Pigeons(confirming().closed), [solver], limit=0.05)
        said = {answer.name: answer.said for answer in answers.answers}
        assert said.pop("pigeons") == UNKNOWN
        assert set(said.values()) == {UNSAT}
        assert answers.confirms("leaves")
        assert not answers.confirms("pigeons")
        assert [answer.name for answer in answers.open("pigeons")] == ["pigeons"]
        assert not answers.refused

    def test_of_cvc5_every_other_answer_is_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(solvers, "script", lambda *_: ['(echo "sat?")', '(echo "unsat, surely")'])
        (*said,) = solvers._ask_cvc5(confirming(), [], 1.0)
        assert said == [UNKNOWN, UNKNOWN]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("text", ["(assert", "(assert (= a b))", "nonsense", "(check-sat"])
    def test_is_an_error(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(solvers, "script", lambda *_: ["(set-logic QF_UFDT)\n", text])
        with pytest.raises(SolverError, match="cvc5 cannot read the obligations"):
            ask(confirming(), [CVC5])

    @pytest.mark.parametrize("answers", [-1, 1])
    @pytest.mark.parametrize("solver", SOLVERS)
    def test_as_many_answers_as_obligations(self, solver: str, answers: int, monkeypatch: pytest.MonkeyPatch) -> None:
        right = solvers._ASKERS[solver]

        def wrong(asked: Confirming, obligations: Iterable[Obligation], limit: float) -> list[str]:
            said = right(asked, list(obligations), limit)
            return said[:answers] if answers < 0 else [*said, UNSAT]

        monkeypatch.setitem(solvers._ASKERS, solver, wrong)
        with pytest.raises(SolverError, match=rf"{solver} answered \d+ of \d+ obligations"):
            ask(confirming(), [solver])


def said(solver: str, kind: str, name: str, what: str) -> Answer:
    return Answer(solver, kind, name, what)


class TestAnswers:
    GOOD = tuple(
        said(solver, kind, name, UNSAT)
        for solver in SOLVERS
        for kind, name in (("start", "start"), ("step", "e"), ("claim", "p: e"), ("claim", "q"), ("claim", "p-too"))
    )

    def with_one(self, solver: str, kind: str, name: str, what: str) -> Answers:
        bad = [
            (solver, kind, name, what) if (a.solver, a.kind, a.name) == (solver, kind, name) else None
            for a in self.GOOD
        ]
        return Answers(tuple(said(*b) if b else a for a, b in zip(self.GOOD, bad, strict=True)), {})

    def test_all_confirm(self) -> None:
        answers = Answers(self.GOOD, {})
        assert all(answers.confirms(name) and not answers.open(name) for name in ("p", "q", "p-too"))
        assert not answers.refused
        assert disagreement(answers) is None

    @pytest.mark.parametrize("what", [SAT, UNKNOWN])
    @pytest.mark.parametrize("solver", SOLVERS)
    def test_a_claim_concerns_its_property(self, solver: str, what: str) -> None:
        answers = self.with_one(solver, "claim", "p: e", what)
        bad = said(solver, "claim", "p: e", what)
        assert answers.open("p") == [bad]
        assert not answers.confirms("p")
        assert answers.confirms("q")
        assert answers.confirms("p-too")
        assert answers.refused == ([bad] if what == SAT else [])

    @pytest.mark.parametrize("kind", ["start", "step"])
    @pytest.mark.parametrize("what", [SAT, UNKNOWN])
    def test_what_concerns_the_set_concerns_all(self, kind: str, what: str) -> None:
        name = "start" if kind == "start" else "e"
        answers = self.with_one(CVC5, kind, name, what)
        assert not any(answers.confirms(one) for one in ("p", "q", "p-too"))
        assert answers.open("q") == [said(CVC5, kind, name, what)]

    def test_solvers_disagree_if_their_answers_are_opposite(self) -> None:
        assert (
            disagreement(self.with_one(Z3, "step", "e", SAT))
            == "solvers disagree on step e: cvc5 says unsat, z3 says sat"
        )
        assert disagreement(self.with_one(Z3, "step", "e", UNKNOWN)) is None
        both = tuple(Answer(a.solver, a.kind, a.name, SAT) if a.name == "q" else a for a in self.GOOD)
        assert disagreement(Answers(both, {})) is None

    def test_the_same_name_of_another_kind_is_no_disagreement(self) -> None:
        assert disagreement(Answers((said(Z3, "step", "x", UNSAT), said(CVC5, "claim", "x", SAT)), {})) is None
