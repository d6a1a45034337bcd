"""Mutants asked as the record is made, for any number of VMs: what views show of many of them at once, each in a column of its own,
from one closed set (a family of several networks, `proofs/views/labelled/family.py`). What that leaves open is judged one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from model.notation import Network
from proofs.views.labelled.family import may_be_of_one_family
from proofs.views.labelled.family_proof import Proving, Shown
from proofs.views.proof import Proof
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Independent

Unit = tuple[str, ...]
"""Properties that one closed set is for, by their names in the family."""


@dataclass(frozen=True)
class Asked:
    """A mutant that is asked in a column. network: the mutant's, without observers. names: of the properties. refuted: of those that are
    refuted there of the right network, which are asked of views only: that one of them is healed."""

    network: Network
    column: Column
    names: tuple[str, ...]
    refuted: tuple[str, ...] = ()


class Asking:
    """What views show of mutants. right: the network without observers. units: the closed sets, to be made in any order. Of a mutant that
    starts elsewhere nothing is known here."""

    def __init__(self, right: Network, asked: Sequence[Asked]) -> None:
        self.asked, of = tuple(asked), watched(right)
        changed = [watched(one.network) for one in asked]
        self._members = [i for i, one in enumerate(changed) if may_be_of_one_family(of, one)]
        within: dict[str, int] = {}
        for bit, i in enumerate(self._members):
            for name in (*asked[i].names, *asked[i].refuted):
                if not isinstance(PROPERTIES[name], (Fact, Independent)):
                    within[name] = within.get(name, 0) | 1 << bit
        columns, asks = [asked[i].column for i in self._members], [PROPERTIES[name] for name in within]
        self._proving: Proving | None = None
        with suppress(NotForAnyNumber):
            if asks:
                self._proving = Proving(of, columns, asks, changed=[changed[i] for i in self._members], within=within)

    def units(self) -> list[Unit]:
        return [] if self._proving is None else self._proving.units()

    def shown(self, unit: Unit) -> dict[str, Shown]:
        """What one closed set shows."""
        return {} if self._proving is None else self._proving.shown(unit)

    def proofs(self, shown: Mapping[str, Shown]) -> list[dict[str, Proof]]:
        """What all of them show, for each mutant that is asked."""
        found: list[dict[str, Proof]] = [{} for _ in self.asked]
        if self._proving is not None:
            for i, proofs in zip(self._members, self._proving.proofs_of_each(shown), strict=True):
                found[i] = proofs
        return found
