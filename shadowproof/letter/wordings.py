"""Proposed wordings as variants of the protocol, and what each mends: promises broken without it that hold with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.actors.power import Power, power
from model.actors.writer import Doing, doing
from model.events.post_snapshot import noted, nothing_noted
from model.notation.overrides import Override, event_is, overridden
from model.protocol import PROTOCOL, REQUIREMENTS
from proofs.answers.record import load
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.combined.combinations import column_of
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES

_NOTED = doing.is_(Doing.BACKUP_SHUTDOWN) & noted
_SAVED = power.is_(Power.SAVED)
_WHY = "BackupShutdown gives back all that the writer still has a note of, whether it vetoed or not."
_GIVEN_BACK_ON_SHUTDOWN = (
    event_is("vm_given_back", also=_NOTED & _SAVED, why=_WHY, source="proposed"),
    event_is("vm_cannot_be_resumed", also=_NOTED & _SAVED, why=_WHY, source="proposed"),
    event_is("nothing_left_to_give_back", also=_NOTED & ~_SAVED, why=_WHY, source="proposed"),
    event_is("backup_shutdown_returned", only=nothing_noted, why=_WHY, source="proposed"),
)


@dataclass(frozen=True)
class Wording:
    """A proposed wording. readings: those that it settles; overrides: what else it has otherwise, as a version has it. helps: the
    circumstances in which it is tried (faults, and readings that the wording leaves to others)."""

    readings: tuple[tuple[str, str], ...] = ()
    overrides: tuple[Override, ...] = ()
    helps: tuple[Column, ...] = field(default=())


def _fault(*names: str) -> tuple[Column, ...]:
    return tuple(Column(frozenset({name})) for name in names)


WORDINGS: Mapping[str, Wording] = {
    "given-back-before-it-returns": Wording(
        readings=(("READ-1", "INSIDE"),),
        helps=(
            Column(readings=(("READ-14", "UNTIL_RETURN"),)),
            *_fault("released_without_abort", "failure_ignored"),
        ),
    ),
    "given-back-at-shutdown": Wording(
        overrides=_GIVEN_BACK_ON_SHUTDOWN,
        helps=(
            Column(readings=(("READ-14", "UNTIL_RETURN"),)),
            *_fault("requester_vanishes", "released_while_waiting"),
        ),
    ),
    "chosen-vms-only": Wording(readings=(("READ-5", "SELECTED"),), helps=(Column(),)),
    "snapshot-kept-for-the-copy": Wording(
        readings=(("READ-8", "COPY_EXISTS"),), helps=(Column(readings=(("READ-8", "SESSION_ENDS"),)),)
    ),
}
"""By name. Those of which no variant is made yet have none here, and the letter says so."""


def proof_of(name: str, sentences: Collection[int]) -> list[dict[str, Any]]:
    """For each circumstance: the promises that are broken without the wording and hold with it (mended), those that stay broken,
    and those that only the wording breaks (lost), with the assurance of what is mended. Judged are what is broken there, and every
    promise that shows a requirement of these sentences."""
    wording, record = WORDINGS[name], load()
    network = overridden(PROTOCOL, wording.overrides) if wording.overrides else None
    meant = {one.id for one in REQUIREMENTS if set(one.sentences) & set(sentences)}
    found = []
    for column in wording.helps:
        names = [
            one
            for one, asked in PROPERTIES.items()
            if asked.kind in {"always", "step", "precedes", "possible"}
            and (cell := record.cell(one, column.name)) is not None
            and (cell.verdict == REFUTED or meant & set(asked.shows))
        ]
        settled = dict(column.readings) | dict(wording.readings)
        after = check(Column(column.faults, _differing(settled)), names, _SCOPE, network=network)
        before = {one: cell.verdict for one in names if (cell := record.cell(one, column.name)) is not None}
        found.append(_compared(column, before, after))
    return found


_SCOPE = Scope(proofs=True, counts=False)


def _differing(readings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return column_of(readings).readings


def _compared(column: Column, before: Mapping[str, str], after: Sequence[Verdict]) -> dict[str, Any]:
    was_broken = {name for name, verdict in before.items() if verdict == REFUTED}
    mended = [one for one in after if one.property in was_broken and one.verdict == HOLDS]
    return {
        "circumstance": {"faults": sorted(column.faults), "readings": dict(column.readings)},
        "mended": [one.property for one in mended],
        "assurance": sorted({one.assurance for one in mended}),
        "still": [one.property for one in after if one.property in was_broken and one.verdict != HOLDS],
        "lost": [one.property for one in after if one.verdict == REFUTED and before[one.property] == HOLDS],
        "judged": len(after),
    }
