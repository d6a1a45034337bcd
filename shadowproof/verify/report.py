"""A verification as data: what `verify --json` writes, with its published schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from model.protocol import VERSION
from proofs.answers.record import Difference, Record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import title
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Ends, Property
from shadowproof.verify import coverage
from shadowproof.verify.changed import Since
from shadowproof.verify.comparison import Change, Compared, Group, compared
from shadowproof.verify.coverage import Covered

SCHEMA = "shadowproof-verify/1"

NOT_SHOWN = (
    "The model is of a document: that a product behaves so is shown by captures and real agents only.",
    "What is closed or proved is so for any number of VMs, each with any number of disks and adapters; where the assurance "
    "names a number of VMs, just for those, with so many disks and adapters as it names (of which none is named, nothing is looked at).",
    "Faults and readings are judged one column at a time; other combinations are judged on request.",
)

NOT_SHOWN_OF_A_HOST = (
    NOT_SHOWN[0],
    "What is closed is so for any number of VMs of the kinds that the file has, each with the disks and adapters that it has there (or, "
    "where the assurance says so, with few of them); where the assurance names a number of VMs, just for so many of any of these kinds.",
    "A run is of the VMs that it names, with no others: that it happens with all VMs of the host present is not shown.",
    NOT_SHOWN[2],
)
"""The same, where the VMs of an inventory were judged."""


@dataclass(frozen=True)
class Verification:
    """Everything one run of `verify` found. compared: it is what the record asks, which so has to have each verdict; else those that
    it has are compared. seconds: by column. host: the VMs of the inventory that were judged. left: columns that were not judged, since
    somebody stopped early. same: those that were not, since they are what they were when the record was made, and at which revision.
    solvers: they were asked for their opinion."""

    verdicts: Mapping[Column, Sequence[Verdict]]
    scopes: Mapping[Column, Scope]
    seconds: Mapping[Column, float]
    record: Record
    compared: bool
    host: Covered | None = None
    left: int = 0
    same: tuple[int, str] = (0, "")
    solvers: bool = True

    @property
    def not_shown(self) -> Sequence[str]:
        return NOT_SHOWN if self.host is None else NOT_SHOWN_OF_A_HOST

    @property
    def all_verdicts(self) -> list[Verdict]:
        return [found for column in self.verdicts.values() for found in column]

    @cached_property
    def by_cell(self) -> Mapping[tuple[str, Column], Verdict]:
        """Every verdict by its promise and its column."""
        return {(one.property, column): one for column, found in self.verdicts.items() for one in found}

    @property
    def differences(self) -> list[Difference]:
        """What accepting would change in the record: also assurances and lengths of runs."""
        return self.record.differences(self.all_verdicts) if self.compared else []

    @cached_property
    def against(self) -> Compared:
        """The verdicts against the record."""
        return compared(self.verdicts, self.record, whole=self.compared, promises=self._promises, solvers=self.solvers)

    @property
    def _promises(self) -> Sequence[str]:
        judged = {found.property for found in self.all_verdicts}
        return tuple(PROPERTIES) if judged >= PROPERTIES.keys() else ()

    @property
    def status(self) -> int:
        """0 as recorded or better, or nothing could differ (what the record does not ask: everything holds), 1 not as recorded (or
        refuted), 2 nothing was judged, 3 undecided what was decided (or never asked)."""
        if self.same[0] and not self.all_verdicts:
            return 0
        if not any(found.verdict != NOT_EXERCISED for found in self.all_verdicts):
            return 2
        return self.against.status


def assumptions(found: Property) -> list[str]:
    """What a verdict on this property assumes beyond its column."""
    if isinstance(found, Ends):
        return ["finitely many faults", "an event that stays possible for ever happens, unless it is somebody's choice"]
    return []


def column_text(column: Column) -> str:
    """The column as an assumption: which faults are tolerated, which readings differ."""
    return "no fault, default readings" if column == Column() else title(column)


def as_json(done: Verification, since: Since | None = None) -> dict[str, Any]:
    """The verification as the schema describes it: first what is not as recorded, worse first, then the rest, as it was asked. since:
    the rules that changed, where something is not."""
    groups = done.against.groups
    changes = {(group.promise, one.column.name): one for group in groups for one in group.changes}
    order = {cell: number for number, cell in enumerate(changes)}
    verdicts = sorted(done.all_verdicts, key=lambda one: order.get((one.property, one.column), len(order)))
    return {
        "schema": SCHEMA,
        "version": VERSION.name,
        "status": done.status,
        "changed_rules": None if since is None else _since(since),
        "changes": [_group(group) for group in groups],
        "columns": [_column(done, column, found) for column, found in done.verdicts.items()],
        "verdicts": [_verdict(done, found, changes.get((found.property, found.column))) for found in verdicts],
        "compared_with_record": bool(done.against.known),
        "counts": {
            kind: sum(found.verdict == kind for found in done.all_verdicts)
            for kind in (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)
        },
        "not_shown": list(done.not_shown),
        "same_as_recorded": {"columns": done.same[0], "since": done.same[1]} if done.same[0] else None,
        "host": None if done.host is None else coverage.as_json(done.host),
    }


def _since(since: Since) -> dict[str, Any]:
    rules = [
        {
            "name": rule.name,
            "what": rule.what,
            "by": list(rule.by),
            "sentences": list(rule.sentences),
            "places": list(rule.places),
        }
        for rule in since.rules
    ]
    return {"since": since.revision or None, "rules": rules, "problem": since.problem or None}


def _group(group: Group) -> dict[str, Any]:
    return {
        "property": group.promise,
        "kind": group.first.kind,
        "was": group.first.was or None,
        "now": group.first.found.verdict,
        "columns": len(group.changes),
        "of": group.judged,
        "smallest": [{"column": one.column.name, "length": one.found.length} for one in group.told],
    }


def _column(done: Verification, column: Column, found: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "name": title(column),
        "faults": sorted(column.faults),
        "readings": dict(column.readings),
        "vms": done.scopes[column].vms if column in done.scopes else max((v.vms for v in found), default=1),
        "states": max((v.states for v in found), default=0),
        "seconds": round(done.seconds.get(column, 0.0), 2),
    }


def _verdict(done: Verification, found: Verdict, difference: Change | None) -> dict[str, Any]:
    property_ = PROPERTIES[found.property]
    return {
        "property": found.property,
        "says": property_.says,
        "shows": list(property_.shows),
        "derived": property_.derived,
        "kind": property_.kind,
        "column": found.column,
        "verdict": found.verdict,
        "assurance": found.assurance,
        "assumes": assumptions(property_),
        "engine": found.engine,
        "vms": found.vms,
        "states": found.states,
        "steps": found.steps,
        "depth": found.depth,
        "views": found.views,
        "length": found.length,
        "reason": found.reason,
        "run": None
        if found.run is None
        else [{"event": event, "member": [i + 1 for i in index]} for event, index in found.run.steps],
        "vms_like": None if found.run is None or done.host is None else done.host.like(found.run),
        "repeats_from": None if found.run is None else found.run.loop,
        "difference": None if difference is None else _difference(difference),
        "cached": found.cached,
    }


def _difference(change: Change) -> dict[str, str]:
    was = change.was or "nothing"
    return {"kind": change.kind, "text": f"{was} recorded, {change.found.verdict} found"}


def schema_text() -> str:
    """The published JSON schema of `verify --json`."""
    return files("shadowproof").joinpath("schema/verify-1.json").read_text("utf-8")
