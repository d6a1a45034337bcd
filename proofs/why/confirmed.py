"""Whether solvers confirm all that an argument comes to."""

from __future__ import annotations

from proofs.solvers.solvers import SOLVERS, UNSAT, Answers, disagreement
from proofs.why.tables.free import NoReason


def confirmed_by(answers: Answers, of: str) -> tuple[tuple[str, int], ...]:
    """How many obligations each solver confirms. of: what they are of, in words. Raises NoReason unless each confirms all."""
    if (problem := disagreement(answers)) is not None or answers.refused:
        raise NoReason(problem or f"a solver does not confirm {answers.refused[0].name} of {of}")
    if unknown := [answer for answer in answers.answers if answer.said != UNSAT]:
        raise NoReason(f"{unknown[0].solver} gave up on {unknown[0].name} of {of}")
    return tuple((solver, sum(answer.solver == solver for answer in answers.answers)) for solver in SOLVERS)
