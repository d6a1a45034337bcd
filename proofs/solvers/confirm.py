"""Have solvers confirm what closed sets of views show, many sets at once, over the cores of this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import joblib

from model.notation.network import Network
from proofs.answers.cache import Told, in_use, use, use_where_possible
from proofs.answers.column_cache import column_key
from proofs.answers.json_form import from_json, to_json
from proofs.answers.memory import key_of
from proofs.answers.verdict import CLOSED, PROVED, Verdict
from proofs.computer.processes import early_stops_are_meant, for_this_process
from proofs.solvers.obligations import Confirming
from proofs.solvers.smtlib import script
from proofs.solvers.solvers import LIMIT, SAT, SOLVERS, UNSAT, ask, disagreement, versions
from proofs.views.proof import Closed, ForAnyNumber, closed_groups, judged
from proofs.world.scope import Scope
from proofs.world.slices import Group, as_asked, joined, union
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Fact, Possible, Property, Step


class SolversDisagree(ValueError):
    """A solver says that an obligation does not hold, which views or another solver say holds: some engine errs."""


@dataclass(frozen=True)
class Set:
    """One closed set, and what solvers said of it. properties: those judged on it. nodes: of its diagram. open: what is not
    confirmed (solver, kind, obligation, answer). seconds: of each solver, and in all."""

    column: str
    properties: tuple[str, ...]
    views: int
    nodes: int
    obligations: int
    open: tuple[tuple[str, str, str, str], ...]
    solvers: tuple[str, ...]
    seconds: tuple[float, ...] = field(compare=False)
    cached: bool = field(default=False, compare=False)

    def confirms(self, name: str) -> bool:
        """Whether every solver confirms the set, and what is claimed of this property."""
        asked = name in self.properties and bool(self.solvers) and self.obligations > 0
        return asked and not any(kind != "claim" or about.split(":")[0] == name for _, kind, about, _ in self.open)


GROWTH = 30
"""See `joined`: of one column there are few views, and what solvers are asked grows with the sets more than with what is in them."""

Task = tuple[Column, tuple[str, ...]]
"""A column, and the properties of one closed set."""


def tasks(column: Column, names: Iterable[str]) -> list[Task]:
    """The properties that solvers can be asked about (statements about states or steps), by the closed set they share; remembered in the
    cache in use."""
    asked = list(names)
    key = sha256(f"sets {column_key(column, asked, Scope(proofs=True))}".encode()).hexdigest()
    found = in_use().get(key)
    if not isinstance(found, list):
        found = [
            [one.name for one in union(of).members]
            for network, members in _asked(asked).items()
            for of in joined(ForAnyNumber(network, column, members).groups(members), GROWTH)
        ]
        in_use().put(key, found)
    return [(column, tuple(of_one)) for of_one in found]


def _asked(names: Iterable[str]) -> dict[Network, list[Property]]:
    watching = watched(None)
    found: dict[Network, list[Property]] = {}
    for name in names:
        if not isinstance(PROPERTIES[name], (Fact, Possible)):
            network, asked = as_asked(PROPERTIES[name], watching)
            if isinstance(asked, (Always, Step)):
                found.setdefault(network, []).append(asked)
    return found


def confirm(
    asked: Sequence[Task],
    solvers: Sequence[str] = SOLVERS,
    *,
    limit: float = LIMIT,
    jobs: int = -1,
    texts: Path | None = None,
    cache: Path | None = None,
    progress: Callable[[list[Set]], None] = lambda _: None,
) -> list[Set]:
    """Ask solvers about each closed set. limit: seconds for one obligation. texts: a folder to write the obligations to as
    SMT-LIB. Raises SolverError, and SolversDisagree, with what was asked and said kept in files; and ValueError at nothing to
    ask about. The cache in use hears what those of other processes have to tell. What every solver confirmed of the very same
    question is told again, and no set is closed for it."""
    versions(solvers)
    known = use(cache)
    if not asked or not all(names for _, names in asked):
        raise ValueError("solvers are asked about no property")
    keys = [_key(task, solvers, limit) for task in asked]
    found = {i: sets for i, key in enumerate(keys) if texts is None and (sets := _recalled(key)) is not None}
    for sets in found.values():
        progress(sets)
    largest_first = sorted(range(len(asked)), key=lambda i: -len(asked[i][1]))
    left = [i for i in largest_first if i not in found]
    if left:
        work = (joblib.delayed(for_this_process(_one))(asked[i], tuple(solvers), limit, texts, cache) for i in left)
        workers = joblib.Parallel(
            n_jobs=min(joblib.cpu_count() if jobs < 0 else jobs, len(left)), return_as="generator"
        )
        with early_stops_are_meant(), contextlib.closing(workers(work)) as arriving:
            for i, (sets, told) in zip(left, arriving, strict=True):
                known.hear(told)
                found[i] = sets
                if not any(one.open for one in sets):
                    known.put(keys[i], [to_json(one) for one in sets])
                progress(sets)
    return [one for i in range(len(asked)) for one in found[i]]


def _key(task: Task, solvers: Sequence[str], limit: float) -> str:
    """Of all that the answer depends on besides the engines, which every entry of a cache is named by."""
    column, names = task
    asked = column_key(column, names, Scope(proofs=True))
    return sha256(f"confirmed {asked} {tuple(solvers)} {limit}".encode()).hexdigest()


def _recalled(key: str) -> list[Set] | None:
    """What was kept of a question, said to be from there; None: nothing, or nothing of use."""
    known = in_use().get(key)
    if not isinstance(known, list):
        return None
    with contextlib.suppress(ValueError):
        return [replace(from_json(Set, one), cached=True) for one in known]
    return None


def confirmed(verdicts: Sequence[Verdict], sets: Iterable[Set]) -> list[Verdict]:
    """The verdicts, those that every solver confirms as proved."""
    known = {(one.column, name): one for one in sets for name in one.properties}

    def with_assurance(found: Verdict) -> Verdict:
        one = known.get((found.column, found.property))
        if one is None or found.assurance != CLOSED:
            return found
        if one.confirms(found.property):
            return replace(found, assurance=PROVED, engine=f"views, {', '.join(one.solvers)}")
        solver, _, about, said = one.open[0]
        return replace(found, reason=f"{solver} says {said} to {about}; {found.reason}".rstrip("; "))

    return [with_assurance(found) for found in verdicts]


def _one(
    task: Task, solvers: tuple[str, ...], limit: float, texts: Path | None, cache: Path | None
) -> tuple[list[Set], Told]:
    kept = use_where_possible(cache)
    column, names = task
    found: list[Set] = []
    for network, members in _asked(names).items():
        left = members
        for whole in (False, True):
            for closed in closed_groups(network, column, left, whole=whole, growth=GROWTH) if left else ():
                if isinstance(closed, list):
                    continue
                shown = {proof.property for proof in judged(closed) if proof.holds}
                holding = tuple(one for one in closed.members if one.name in shown)
                if holding:
                    found.append(_ask(Closed(closed.group, closed.views, holding), solvers, limit, texts))
                left = [one for one in left if one.name not in shown]
    return found, kept.told


def _ask(closed: Closed, solvers: tuple[str, ...], limit: float, texts: Path | None) -> Set:
    column, names = closed.group.world.column.name, tuple(one.name for one in closed.members)
    key = key_of("confirmed", Group(closed.group.world, closed.group.part, closed.members), solvers, limit)
    if texts is None and (known := in_use().get(key)) is not None:
        with contextlib.suppress(ValueError):
            return replace(from_json(Set, known), column=column, cached=True)
    confirming = Confirming(closed)
    if texts is not None:
        _write(confirming, texts / f"{_file_name(column)}.{names[0]}.smt2")
    answers = ask(confirming, solvers, limit=limit)
    problem = disagreement(answers)
    if problem is not None or answers.refused:
        kept = (
            texts or (in_use().folder or Path(".shadowproof-cache")) / "disagreements"
        ) / f"{_file_name(column)}.{names[0]}.smt2"
        _write(
            confirming,
            kept,
            [f"{a.solver} says {a.said} to {a.kind} {a.name}" for a in answers.answers if a.said == SAT],
        )
        what = problem or f"{answers.refused[0].solver} does not confirm {answers.refused[0].name}"
        raise SolversDisagree(f"{column}: {what}. What was asked is kept in {kept}.")
    made = Set(
        column,
        names,
        len(closed.views),
        len(confirming.diagram),
        len(answers.answers) // len(solvers),
        tuple((a.solver, a.kind, a.name, a.said) for a in answers.answers if a.said != UNSAT),
        solvers,
        tuple(round(answers.seconds[solver], 3) for solver in solvers),
    )
    if not made.open:
        in_use().put(key, to_json(made))
    return made


def _write(confirming: Confirming, path: Path, said: Sequence[str] = ()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    title = " ".join(one.name for one in confirming.closed.members)
    text = "".join(script(confirming, confirming.obligations(), title))
    part = path.with_suffix(".part")
    part.write_text("".join(f"; {line}\n" for line in said) + text, "utf-8")
    part.replace(path)


def _file_name(column: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in column)
