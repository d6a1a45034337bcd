"""Mutants held against the right network in all columns: which are no different in which, for any number of VMs.

One closed set shows it in every column (`labelled_sets.py`); mutants whose rules look at the same machines have the same sets, and
columns with the same readings say a mutant's rules alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from model.notation import Network
from proofs.mutants.changed_rules import Rules
from proofs.mutants.labelled_sets import LabelledSets
from proofs.mutants.same_views import Said, SameViews
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.world import Column


class Comparing:
    """Compares mutants. network: the right one, with its observers. start: one VM that may be."""

    def __init__(
        self,
        network: Network,
        columns: Sequence[Column],
        start: Mapping[str, frozenset[str]],
        mutants: Sequence[Rules],
    ) -> None:
        self.network, self.columns, self.start = network, tuple(columns), start
        self.mutants = {one.mutant.name: one for one in mutants if one.mutant.events}
        self.sets = _sets(network, columns)
        self._said: dict[object, Said] = {}
        self._known: dict[object, bool] = {}
        self._in: dict[Column, SameViews] = {}
        self._refused: set[str] = set()
        for column in {column.readings: column for column in columns}.values():
            said = self._said[column.readings] = self._saying(column)
            if self.sets is not None:
                for rules in said.rules.values():
                    self.sets.tell_apart(rules, said.any_parts, column)

    def differs(self, name: str, columns: Sequence[Column]) -> tuple[list[str], int]:
        """Those of the columns in which a mutant is not known to be the same, and how many views were looked at in all of them."""
        if name not in self.mutants:
            return [column.name for column in columns], 0
        rules, unlike, views = self.mutants[name], list[str](), 0
        for column in columns:
            here = self._views(column)
            why, size = ("", 0) if name not in self._refused else ("it cannot be said for any number of parts", 0)
            if not why:
                why, size = here.compared(rules)
            views += size
            if why:
                unlike.append(column.name)
        return unlike, views

    def in_turn(self) -> list[str]:
        """The mutants, those one after the other whose rules look at the same machines."""
        return sorted(self.mutants, key=lambda name: sorted(self.mutants[name].machines))

    def _views(self, column: Column) -> SameViews:
        if column not in self._in:
            said = self._said[column.readings]
            self._in[column] = SameViews(self.network, column, self.start, (), self._known, said=said, sets=self.sets)
        return self._in[column]

    def _saying(self, column: Column) -> Said:
        """All mutants said for any number of parts, but those of which that cannot be done."""
        asked = [one for name, one in self.mutants.items() if name not in self._refused]
        try:
            return Said(self.network, column, asked)
        except NotForAnyNumber:
            self._refused |= {one.mutant.name for one in self._not_for_any(column, asked)}
            return Said(self.network, column, [one for one in asked if one.mutant.name not in self._refused])

    def _not_for_any(self, column: Column, asked: Sequence[Rules]) -> Iterator[Rules]:
        """The mutants that cannot be said so, found by halves."""
        try:
            Said(self.network, column, asked)
        except NotForAnyNumber:
            if len(asked) == 1:
                yield asked[0]
                return
            for half in (asked[: len(asked) // 2], asked[len(asked) // 2 :]):
                yield from self._not_for_any(column, half)


def _sets(network: Network, columns: Sequence[Column]) -> LabelledSets | None:
    """The closed sets of all columns; None: those of each alone have to do."""
    try:
        return LabelledSets(network, columns)
    except NotForAnyNumber:
        return None
