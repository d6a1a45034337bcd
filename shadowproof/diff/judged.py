"""The verdicts of a revision's promises, as JSON on stdout, by the engines of today. What is asked comes as JSON on stdin: `columns`,
each with `faults`, `readings`, the `promises` that are asked there, and whether at a `glance` only; `cache`: a folder, or null."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from proofs.answers.verdict import Verdict
from proofs.verdicts.suite import GLANCE, judge_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES


def judged(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Each verdict, as far as a comparison needs it."""
    tasks = []
    for one in asked["columns"]:
        column = Column(frozenset(one["faults"]), tuple((name, value) for name, value in one["readings"]))
        names = [name for name in one["promises"] if name in PROPERTIES]
        if names:
            tasks.append((column, names, GLANCE if one.get("glance") else Scope(vms=2, proofs=True)))
    cache = None if asked["cache"] is None else Path(asked["cache"])
    return [_told(one) for found in (judge_columns(tasks, cache=cache) if tasks else {}).values() for one in found]


def _told(one: Verdict) -> dict[str, Any]:
    return {
        "promise": one.property,
        "column": one.column,
        "verdict": one.verdict,
        "assurance": one.assurance,
        "length": one.length,
    }


if __name__ == "__main__":
    json.dump(judged(json.load(sys.stdin)), sys.stdout)
