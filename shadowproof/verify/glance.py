"""A look at what a change breaks, in seconds: what runs of one VM show without any fault. It judges nothing: that a promise holds is
not shown by it."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.answers.record import WORSE, Record, kind_of
from proofs.answers.verdict import REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.verdicts.suite import GLANCE
from properties.catalogue import PROPERTIES
from properties.kinds import Fact
from shadowproof.verify.progress import said


def worse_at_a_glance(names: Sequence[str], record: Record) -> list[Verdict]:
    """What a run of one VM breaks, or a constant, that the record does not say is broken."""

    def is_worse(one: Verdict) -> bool:
        cell = record.cell(one.property, one.column)
        is_shown = one.run is not None or isinstance(PROPERTIES[one.property], Fact)
        return one.verdict == REFUTED and is_shown and (cell is None or kind_of(cell.verdict, one.verdict) == WORSE)

    return [one for one in check(BASE, names, GLANCE) if is_worse(one)]


def told_of(worse: Sequence[Verdict], record: Record, looked_at: str) -> list[str]:
    """What is printed. looked_at: how many promises were, in words."""
    if not worse:
        return [
            f"Nothing is worse than recorded, as far as runs of one VM show it without faults ({looked_at}). That they hold is not shown "
            "by that: shadowproof verify judges them."
        ]
    return [f"{said(record, BASE, one)}; shadowproof explain {one.property}" for one in worse]
