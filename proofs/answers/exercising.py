"""The runs that put properties to the test, kept with the record so that nobody need search for them: in each column those that no
smaller column has. Nothing is believed of them: what one shows is seen when the machines execute it (`proofs/verdicts/known/kept.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from model.versions import option, suffix
from proofs.answers.cache import in_use
from proofs.answers.json_form import from_json, to_json
from proofs.answers.record import RecordError
from proofs.answers.runs import run_text
from proofs.answers.verdict import RunFound

PATH = Path(__file__).parent / f"exercising{suffix()}.json"
SCHEMA = "shadowproof-exercising/1"


@dataclass(frozen=True)
class Exercise:
    """A run in a column, and what it shows: after so many of its steps each of these properties has been put to the test, or
    seen to be possible."""

    column: str
    properties: tuple[str, ...]
    steps: tuple[int, ...]
    run: RunFound


def shared(column: str, runs: Mapping[str, RunFound]) -> list[Exercise]:
    """The runs of a column, by property: what begins a longer one is not told again."""
    found: dict[str, RunFound] = {}
    shows: dict[str, dict[str, int]] = {}
    for name, run in sorted(runs.items(), key=lambda one: (-len(one[1].steps), one[0])):
        of = next((key for key, longer in found.items() if _begins(run, longer)), name)
        found.setdefault(of, run)
        shows.setdefault(of, {})[name] = len(run.steps)
    return [Exercise(column, tuple(shows[of]), tuple(shows[of].values()), run) for of, run in found.items()]


def _begins(run: RunFound, longer: RunFound) -> bool:
    same = (run.shapes, run.starts) == (longer.shapes, longer.starts)
    return same and longer.steps[: len(run.steps)] == run.steps


def keep_exercises(key: str, found: Sequence[Exercise]) -> None:
    """Keep the runs of a column in the cache in use, by the key of its verdicts."""
    if found:
        in_use().put(f"{key} runs", [to_json(one) for one in found])


def recall_exercises(key: str) -> list[Exercise]:
    """Those kept by this key; none, if none are, or they cannot be read."""
    kept = in_use().get(f"{key} runs")
    with suppress(TypeError, ValueError):
        return [from_json(Exercise, one) for one in kept] if isinstance(kept, list) else []
    return []


def load(path: Path = PATH) -> list[Exercise]:
    """Read the runs. Raises RecordError."""
    remedy = f"Restore {path.name} from version control, or make it with: shadowproof accept{option()} --reason ..."
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise RecordError(f"{path.name} has schema {data['schema']}, not {SCHEMA}. {remedy}")
        return [from_json(Exercise, one) for one in data["runs"]]
    except FileNotFoundError:
        raise RecordError(f"{path.name} is missing. {remedy}") from None
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as problem:
        if isinstance(problem, RecordError):
            raise
        raise RecordError(f"{path.name} cannot be read ({problem}). {remedy}") from None


def dump(runs: Iterable[Exercise]) -> str:
    """The runs as text: a few lines each."""
    lines = ["{", f'"schema": {json.dumps(SCHEMA)},', '"runs": [']
    return "\n".join([*lines, ",\n".join(run_text(to_json(one)) for one in runs), "]\n}"]) + "\n"
