"""Recorded runs, as CI's formats are told them: a set of circumstances is a trace, and what is promised of it that it is a run."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.texts.lines import shown
from conformance.traces.answers import Accepted, Answer, Rejected
from model.protocol import PROTOCOL
from proofs.answers.column_cache import protocol_content
from shadowproof.formats.found import At, Found, Report, Standing
from shadowproof.formats.of_verify import steps_of
from shadowproof.outside.spelling import many
from shadowproof.outside.version import version
from shadowproof.tell.traces.told import status, text_of

PROMISE = "a-recorded-run-is-one-of-the-protocol"
SAYS = "What was recorded is a run of the protocol, in circumstances that are named."
MOST = 200
"""Steps of a run that are handed on: viewers show no more."""


def report_of(answers: Sequence[tuple[str, Answer]]) -> Report:
    """All traces, by their names."""
    found = tuple(_found(name, one) for name, one in answers)
    head = tuple(f"{one.under}: {one.told}" for one in found if one.standing is not Standing.KEPT)
    done = status([one for _, one in answers])
    return Report("replay", head, found, done, version(), protocol_content(), expected="as the protocol has it")


def _found(name: str, one: Answer) -> Found:
    if isinstance(one, Accepted):
        steps = () if one.run is None else tuple(steps_of(one.run, PROTOCOL))[:MOST]
        told = f"accepted under {one.column.name}: {many(one.events, 'event')}"
        return Found(PROMISE, SAYS, (), name, "accepted", Standing.KEPT, told, At(name, 1), run=steps)
    at = At(name, one.line.number, shown(one.line.said))
    if isinstance(one, Rejected):
        told = f"rejected at line {one.line.number}: {'; '.join(one.why) or 'nothing explains it'}"
        says = " ".join(f"{rule}: {says}" for rule, says in one.rules) or SAYS
        return Found(PROMISE, says, one.by, name, "refuted", Standing.FAILED, told, at)
    told = text_of(name, one).splitlines()[0]
    return Found(PROMISE, SAYS, (), name, "undecided", Standing.OPEN, told, at)
