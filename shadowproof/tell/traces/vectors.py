"""`shadowproof vectors`: the files, and what is said of how much they cover."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from conformance.traces.form import TraceError
from conformance.traces.replayed import steps_of
from conformance.traces.vectors import write
from conformance.traces.vectors.cover import covered
from conformance.traces.vectors.goals import FINDING, FROM, MOVE, WITNESS, Candidate, Goal, recorded
from conformance.traces.vectors.search import searched
from conformance.traces.vectors.unreachable import UNREACHABLE, aimed, unreachable
from conformance.traces.vectors.write import RECIPES, Made, kept_recipes, recipes, shapes_key, shows, vector
from model.notation import Shape
from model.protocol import VERSION
from proofs.answers.column_cache import protocol_content
from proofs.answers.runs import load_for
from shadowproof.outside.files import write_whole
from shadowproof.outside.spelling import many

NAMES = {
    MOVE: "moves",
    FROM: "moves, from each state that they may start from",
    WITNESS: "promises' witnesses",
    FINDING: "recorded findings",
}
Told = Callable[[int, int, str], None]


def schema_text() -> str:
    """The published JSON schema of a vector."""
    return files("shadowproof").joinpath("schema/vector-1.json").read_text("utf-8")


def made(told: Told | None = None, *, anew: bool = False) -> Made:
    """The vectors of the protocol as it is: of the runs that are kept, where they are of it, else (or anew) searched for."""
    protocol = protocol_content()
    kept = list(load_for(protocol).kept.values())
    wanted = write.everything(kept)
    found = None if anew else kept_recipes(protocol)
    chosen, missing = found if found is not None else _searched(told)
    vectors = tuple(vector(number, one) for number, one in enumerate(chosen, 1))
    shown = frozenset().union(*(one.shows for one in vectors))
    return Made(vectors, wanted, {goal: missing.get(goal, write.WHY) for goal in wanted - shown})


def _searched(told: Told | None) -> tuple[list[Candidate], dict[Goal, str]]:
    kept = list(load_for(protocol_content()).kept.values())
    wanted = write.everything(kept)
    steps = steps_of(shapes_key([Shape({"disk": 1, "adapter": 1})]))
    found = searched(steps, [goal for goal in wanted if goal.kind != FINDING], told)
    left = {goal for goal in wanted if goal.kind == FROM} - found.keys()
    excluded = unreachable(left, told)
    found |= aimed(left - excluded)
    others = {repr((one.column, one.run)): one for goal, one in sorted(found.items(), key=lambda pair: pair[0])}
    candidates = [*recorded(kept), *others.values()]
    shown = {k: shows(one) & wanted for k, one in enumerate(candidates)}
    chosen = [candidates[k] for k in covered(candidates, shown)]
    missing = wanted - frozenset().union(*shown.values())
    return chosen, {goal: UNREACHABLE if goal in excluded else write.WHY for goal in missing}


def record(told: Told | None = None) -> None:
    """Choose the runs anew, and keep them beside the search."""
    chosen, missing = _searched(told)
    write_whole(RECIPES, recipes(chosen, missing, protocol_content()))


def written(found: Made, folder: Path) -> None:
    """The files: each vector as plain JSON and in ITF, their schema, and an index. Raises TraceError, OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise TraceError(f"--out {folder}: no such folder can be made ({problem.strerror}). Name another.") from None
    for one in found.vectors:
        write_whole(folder / f"{one.name}.json", json.dumps(one.data, indent=1, ensure_ascii=False) + "\n")
        write_whole(folder / f"{one.name}.itf.json", one.itf)
    write_whole(folder / "vector.schema.json", schema_text())
    write_whole(folder / "index.json", json.dumps(index(found), indent=1, ensure_ascii=False) + "\n")


def index(found: Made) -> dict[str, Any]:
    """What there is, and how much it covers."""
    return {
        "schema": write.INDEX_SCHEMA,
        "version": VERSION.name,
        "protocol": protocol_content(),
        "vectors": [
            {"file": f"{one.name}.json", "itf": f"{one.name}.itf.json", "steps": len(one.data["steps"])}
            for one in found.vectors
        ],
        "coverage": {NAMES[kind]: dict(zip(("shown", "of"), found.count(kind), strict=True)) for kind in NAMES},
        "missing": [{"kind": goal.kind, "what": goal.name, "why": why} for goal, why in sorted(found.missing.items())],
        "not_shown": list(write.NOT_SHOWN),
    }


def text_of(found: Made, *, everything: bool = False) -> Iterator[str]:
    """What a person reads. everything: each that is missing, by name."""
    steps = [len(one.data["steps"]) for one in found.vectors]
    yield f"{many(len(found.vectors), 'vector')}, {many(sum(steps), 'step')}, the longest {max(steps, default=0)}"
    for kind, name in NAMES.items():
        shown, of = found.count(kind)
        never = sum(1 for goal, why in found.missing.items() if goal.kind == kind and why == UNREACHABLE)
        beside = f"; {never:,} more are reachable in no run of small circumstances" if never else ""
        yield f"  {name}: {shown:,} of {of:,}{' (100 %)' if shown == of else ''}{beside}"
    why: dict[str, list[str]] = {}
    for goal, reason in sorted(found.missing.items()):
        why.setdefault(reason, []).append(f"{goal.kind} {goal.name}")
    for reason, names in why.items():
        yield f"  missing, {reason}: {len(names)}"
        yield from (f"    {name}" for name in (names if everything else names[:12]))
        if len(names) > 12 and not everything:
            yield f"    and {len(names) - 12} more (--all)"
    yield "Not shown: " + " ".join(write.NOT_SHOWN)
