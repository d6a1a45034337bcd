"""A host as it is: which of its VMs the verdicts speak of, and which kinds break a promise by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from proofs.answers.record import WORSE
from proofs.answers.verdict import REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.shares import by_kind_in_shares
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.host.kinds import Kind
from shadowproof.outside.spelling import many, shortened
from shadowproof.verify.comparison import Compared

_NAMED = 4
"""VMs that are named as examples, and promises; all kinds are in the JSON."""


@dataclass(frozen=True)
class Covered:
    """The kinds of VMs of a host; and for each property that is broken on it, the verdicts for each kind alone."""

    kinds: Sequence[Kind]
    alone: Mapping[str, Sequence[Verdict]]

    @property
    def vms(self) -> int:
        """How many VMs the host has."""
        return sum(len(kind.machines) for kind in self.kinds)

    def of(self, property_name: str, verdict: str) -> list[Kind]:
        """The kinds for which, alone, a property that is broken on the host has this verdict."""
        found = zip(self.kinds, self.alone.get(property_name, ()), strict=False)
        return [kind for kind, one in found if one.verdict == verdict]

    def like(self, run: RunFound) -> list[str]:
        """For each VM of a run a VM of the host that may start as it does: another one each, if the host has so many."""
        fits = [[kind for kind in self.kinds if _may_start(kind, run, i)] for i in range(len(run.shapes))]
        enough = (one for one in product(*fits) if all(one.count(kind) <= len(kind.machines) for kind in one))
        left = {id(kind): iter(kind.machines) for kind in self.kinds}
        chosen = next(enough, tuple(found[0] for found in fits))
        return [next(left[id(kind)], kind.machines[0]) for kind in chosen]


def covered(
    kinds: Sequence[Kind], column: Column, verdicts: Sequence[Verdict], scope: Scope, cache: Path | None
) -> Covered:
    """What is broken on the whole host by a run, judged for any number of VMs of each kind alone."""
    broken = [found.property for found in verdicts if found.verdict == REFUTED and found.run is not None]
    return Covered(kinds, by_kind_in_shares((column, broken, scope), cache=cache) if broken else {})


def _may_start(kind: Kind, run: RunFound, number: int) -> bool:
    if kind.shape != run.shapes[number]:
        return False
    own = {(name, index): state for (name, index), state in run.starts.items() if index[:1] == (number,)}
    return all(
        state in kind.allowed.get(f"{name}#{index[1]}" if len(index) > 1 else name, {state})
        for (name, index), state in own.items()
    )


def headline(host: Covered) -> str:
    """How many VMs of how many kinds."""
    return f"Host: {_of(host.kinds)}, all covered; VMs of which the file says the same, as far as it matters, are of one kind."


def about_run(host: Covered, run: RunFound) -> str:
    """Which VMs of the host those of a run are like."""
    names = host.like(run)
    more = ["one more such as" if name in names[:i] else "such as" for i, name in enumerate(names)]
    return "; ".join(
        f"vm {i + 1} is {such} {shortened(name)}" for i, (such, name) in enumerate(zip(more, names, strict=True))
    )


def about_kinds(host: Covered, property_name: str) -> str:
    """Which kinds break a property alone, and which do not."""
    breaks, open_ = host.of(property_name, REFUTED), host.of(property_name, UNDECIDED)
    rest = [kind for kind in host.kinds if kind not in breaks and kind not in open_]
    told = (("break it", breaks), ("do not", rest), ("are undecided", open_))
    said = [f"{_of(found)} {what} ({_named(found)})" for what, found in told if found]
    return f"each kind alone (any number of its VMs, no others): {'; '.join(said)}"


def named_in(host: Covered, run: RunFound) -> list[str]:
    """The VMs that are named where a broken promise is told, in full."""
    return [*host.like(run), *(kind.machines[0] for kind in host.kinds)]


def beside_record(against: Compared) -> str:
    """How the VMs of a host stand with what is recorded of VMs of every kind."""
    if not against.known:
        return "Not compared with the record: it leaves this open."
    worse = [group.promise for group in against.of(WORSE)]
    named = ", ".join([*worse[:_NAMED], *([f"{len(worse) - _NAMED} more"] if len(worse) > _NAMED else [])])
    said = (
        f"Worse than recorded for VMs of every kind: {named}."
        if worse
        else "Nothing is worse than recorded for VMs of every kind."
    )
    open_ = f" The record leaves {many(len(against.unknown), 'verdict')} open." if against.unknown else ""
    return f"{said}{open_}"


def as_json(host: Covered) -> dict[str, Any]:
    """The host as `verify --json` writes it: each kind with an example, and what it breaks alone."""
    return {
        "vms": host.vms,
        "kinds": [
            {
                "example": kind.machines[0],
                "vms": len(kind.machines),
                "alone": {name: verdicts[number].verdict for name, verdicts in host.alone.items()},
            }
            for number, kind in enumerate(host.kinds)
        ],
    }


def _of(kinds: Sequence[Kind]) -> str:
    vms = sum(len(kind.machines) for kind in kinds)
    return f"{many(vms, 'VM')} of {many(len(kinds), 'kind')}"


def _named(kinds: Sequence[Kind]) -> str:
    return ", ".join(
        [*(shortened(kind.machines[0]) for kind in kinds[:_NAMED]), *(["…"] if len(kinds) > _NAMED else [])]
    )
