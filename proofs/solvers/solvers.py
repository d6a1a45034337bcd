"""Ask solvers to confirm obligations: Z3, and cvc5 as a second opinion that reads the SMT-LIB text.

Each check has a limit and a seed; a limit that is reached is "unknown", never a pass. An answer other than the expected is
an error of some engine, and is kept with what was asked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata

from proofs.solvers.obligations import Confirming, Obligation, by_event, in_common
from proofs.solvers.smtlib import script

Z3, CVC5 = "z3", "cvc5"
SOLVERS = (Z3, CVC5)
PACKAGES = {Z3: ("z3-solver", "5.4"), CVC5: ("cvc5", "1.4")}
"""The package of each solver, and the version that these proofs are known to go through with."""

UNSAT, SAT, UNKNOWN = "unsat", "sat", "unknown"
LIMIT = 20.0
"""Seconds for one obligation; the slowest takes a few hundredths."""

SEED = 20080


class SolverError(ValueError):
    """A solver is missing, of another version, or cannot read what it is asked. The message says what to do."""


@dataclass(frozen=True)
class Answer:
    """What a solver said to one obligation."""

    solver: str
    kind: str
    name: str
    said: str


@dataclass(frozen=True)
class Answers:
    """What solvers said to all obligations of one closed set, and how long each took (seconds, its start included)."""

    answers: tuple[Answer, ...]
    seconds: dict[str, float]

    def confirms(self, property_: str) -> bool:
        """Whether every solver confirms the set, and what is claimed of this property; no answer confirms nothing."""
        return bool(self.answers) and not self.open(property_)

    def open(self, property_: str) -> list[Answer]:
        """The answers that leave this property open."""
        return [a for a in self.answers if a.said != UNSAT and (a.kind != "claim" or _about(a.name) == property_)]

    @property
    def refused(self) -> list[Answer]:
        """The answers that say that an obligation does not hold."""
        return [answer for answer in self.answers if answer.said == SAT]


def _about(name: str) -> str:
    return name.split(":", maxsplit=1)[0]


def versions(solvers: Sequence[str] = SOLVERS) -> dict[str, str]:
    """The versions of the solvers. Raises SolverError if none is named, or one is missing or of another version than
    expected."""
    if not solvers:
        raise SolverError(f"No solver is named. Use one of: {', '.join(PACKAGES)}.")
    found = {}
    for solver in solvers:
        if solver not in PACKAGES:
            raise SolverError(f"{solver} is no solver that is known here. Use one of: {', '.join(PACKAGES)}.")
        package, wanted = PACKAGES[solver]
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            raise SolverError(
                f"{package} is not installed. Install it with: pip install {package}=={wanted}.*"
            ) from None
        if not re.match(rf"{re.escape(wanted)}(\.|$)", version):
            raise SolverError(
                f"{package} {version} is installed, and the proofs are known to go through with {wanted}. "
                f"Install it with: pip install {package}=={wanted}.*"
            )
        found[solver] = version
    return found


def ask(confirming: Confirming, solvers: Sequence[str] = SOLVERS, *, limit: float = LIMIT) -> Answers:
    """Ask each solver all obligations of a closed set. limit: seconds for each. Raises SolverError."""
    versions(solvers)
    obligations = list(confirming.obligations())
    answers, seconds = [], {}
    for solver in solvers:
        begun = time.perf_counter()
        said = _ASKERS[solver](confirming, obligations, limit)
        if len(said) != len(obligations):
            raise SolverError(f"{solver} answered {len(said)} of {len(obligations)} obligations")
        answers += [Answer(solver, o.kind, o.name, s) for o, s in zip(obligations, said, strict=True)]
        seconds[solver] = time.perf_counter() - begun
    return Answers(tuple(answers), seconds)


def _ask_z3(confirming: Confirming, obligations: Iterable[Obligation], limit: float) -> list[str]:
    import z3  # noqa: PLC0415 - a solver is loaded where it is asked

    solver = z3.Solver(ctx=confirming.symbolic.context)
    solver.set(timeout=max(1, int(limit * 1000)), random_seed=SEED)
    said = []
    for together in by_event(obligations):
        each = [[*(f for _, f in one.formulas), *confirming.definitions(one)] for one in together]
        common = in_common(each)
        solver.push()
        solver.add(*(formula for formula in each[0] if formula.get_id() in common))
        for formulas in each:
            solver.push()
            solver.add(*(formula for formula in formulas if formula.get_id() not in common))
            said.append(str(solver.check()))
            solver.pop()
        solver.pop()
    return said


def _ask_cvc5(confirming: Confirming, obligations: Iterable[Obligation], limit: float) -> list[str]:
    import cvc5  # noqa: PLC0415 - a solver is loaded where it is asked

    solver = cvc5.Solver(cvc5.TermManager())
    per_question = str(max(1, int(limit * 1000)))
    options = {"incremental": "true", "decision": "justification", "tlimit-per": per_question, "seed": str(SEED)}
    for option, value in options.items():
        solver.setOption(option, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "".join(script(confirming, obligations, "")), "obligations")
    symbols = parser.getSymbolManager()
    said = []
    try:
        while not (command := parser.nextCommand()).isNull():
            answer = command.invoke(solver, symbols).strip()
            if answer:
                said.append(answer if answer in {UNSAT, SAT} else UNKNOWN)
    except RuntimeError as problem:
        raise SolverError(f"cvc5 cannot read the obligations: {problem}") from problem
    return said


_ASKERS: dict[str, Callable[[Confirming, Sequence[Obligation], float], list[str]]] = {Z3: _ask_z3, CVC5: _ask_cvc5}


def disagreement(answers: Answers) -> str | None:
    """One sentence if solvers gave opposite answers to an obligation, else None."""
    by_name: dict[tuple[str, str], dict[str, str]] = {}
    for answer in answers.answers:
        by_name.setdefault((answer.kind, answer.name), {})[answer.solver] = answer.said
    for (kind, name), said in by_name.items():
        if {UNSAT, SAT} <= set(said.values()):
            return f"solvers disagree on {kind} {name}: " + ", ".join(f"{s} says {a}" for s, a in sorted(said.items()))
    return None
