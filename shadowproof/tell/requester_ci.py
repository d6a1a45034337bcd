"""Requesters, as CI's formats are told them: a set of circumstances is a requester, a case each promise that one can break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofs.answers.column_cache import protocol_content
from properties.catalogue import PROPERTIES
from shadowproof.formats.found import At, Found, Report, Standing
from shadowproof.outside.version import version


def report_of(told: Sequence[tuple[str, Mapping[str, Any]]], status: int) -> Report:
    """All that were judged. told: the file of each, with what `answer` gives of it."""
    found = tuple(one for file, data in told for one in _of_one(file, data))
    head = tuple(
        f"{data['name']}: {f'safe if {change}' if change else 'nothing would mend it'}"
        for _, data in told
        if data["leaves_out"]
        for change in ("; ".join(data["safe_if"]),)
    )
    return Report("requester", head, found, status, version(), protocol_content(), expected="kept")


def _of_one(file: str, data: Mapping[str, Any]) -> Iterator[Found]:
    own = {name: left for left in data["leaves_out"] for name in left["breaks"]}
    for name, says in data["promises"].items():
        if name in own:
            left = own[name]
            where = "; ".join(left["breaks"][name])
            why = left["duty"] or left["fault"]
            told, standing, verdict = f"broken where {where}. Left out: {why}", Standing.FAILED, "refuted"
        elif name in data["open"]:
            told, standing, verdict = f"open where {'; '.join(data['open'][name])}", Standing.OPEN, "undecided"
        elif name in data["anyway"]:
            where = "; ".join(data["anyway"][name])
            told, standing, verdict = f"broken by any requester where {where}", Standing.KNOWN, "refuted"
        else:
            told, standing, verdict = "kept", Standing.KEPT, "holds"
        story = own[name]["story"] if name in own and own[name]["promise"] == name else ()
        run = tuple(At(file, 1, str(line).strip()) for line in story)
        yield Found(
            name, says, PROPERTIES[name].shows, data["name"], verdict, standing, told.rstrip("."), At(file, 1), run=run
        )
