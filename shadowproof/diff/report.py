"""A difference as data: what `diff --json` writes, with its published schema."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from proofs.answers.record import Cell
from shadowproof.diff.compare import NEW, Diff
from shadowproof.diff.told import conclusion

SCHEMA = "shadowproof-diff/1"


def as_json(diff: Diff) -> dict[str, Any]:
    """All that was found, as the schema describes it."""
    judged = diff.judged
    return {
        "schema": SCHEMA,
        "status": diff.status,
        "base": diff.base,
        "head": diff.head,
        "conclusion": conclusion(diff),
        "no_observable_difference": diff.same or None,
        "shown_in": list(diff.shown_in),
        "notes": list(diff.notes),
        "named": [{"sort": one.sort, "name": one.name, "what": one.what, "says": one.says} for one in diff.named],
        "rules": [
            {
                "name": rule.name,
                "kind": rule.kind.name.lower(),
                "by": list(rule.by),
                "place": str(rule.place),
                "what": list(rule.what),
                "shown_by_a_run": rule.name in {one.event for one in diff.differences},
            }
            for rule in diff.rules
        ],
        "runs": [
            {
                "event": one.event,
                "kind": one.kind,
                "column": one.column.name,
                "starts": [
                    {"machine": name, "member": [i + 1 for i in member], "state": state}
                    for (name, member), state in one.run.starts.items()
                ],
                "steps": [{"event": event, "member": [i + 1 for i in member]} for event, member in one.run.steps],
                "other": one.why,
            }
            for one in diff.differences
        ],
        "searched": [
            {"column": done.column.name, "pairs": done.pairs, "closed": done.closed, "problem": done.problem or None}
            for done in diff.searched
        ],
        "cut_sets": None
        if diff.cuts is None
        else [
            {
                "promise": one.promise,
                "column": one.column.name,
                "appears": one.kind == NEW,
                "steps": one.steps,
                "less": one.less and one.less.name,
            }
            for one in diff.cuts
        ],
        "promises": None
        if judged is None
        else {
            "by_record": judged.by_record,
            "verdicts": judged.cells,
            "columns": list(judged.columns),
            "not_affected": judged.left,
            "not_judged": judged.far,
            "changes": [
                {
                    "promise": one.promise,
                    "column": one.column,
                    "kind": one.kind,
                    "was": _cell(one.was),
                    "now": _cell(one.now),
                }
                for one in judged.changes
            ],
        },
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"verdict": cell.verdict, "assurance": cell.assurance, "length": cell.length}


def schema_text() -> str:
    """The published JSON schema of `diff --json`."""
    return files("shadowproof").joinpath("schema/diff-1.json").read_text("utf-8")
