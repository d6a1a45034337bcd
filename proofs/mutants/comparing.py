"""Mutants held against the right network in all columns: which are no different in which, for any number of VMs.

One closed set shows it in every column (`labelled_sets.py`); mutants whose rules look at the same machines have the same sets. What
cannot be had so is asked in each column by itself (`same_views.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from model.notation import Network
from proofs.mutants.changed_rules import Rules
from proofs.mutants.labelled_sets import Answer, LabelledSets
from proofs.mutants.same_views import SameViews
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

    def differs(self, name: str, columns: Sequence[Column]) -> tuple[list[str], int]:
        """Those of the columns in which a mutant is not known to be the same, and how many views were looked at in all of them."""
        rules = self.mutants.get(name)
        if rules is None or rules.starts_elsewhere:
            return [column.name for column in columns], 0
        known = self._answer(name)
        unlike, views = list[str](), 0
        for column in columns:
            bit = self.columns.index(column)
            why, size = bool(known.differs >> bit & 1), known.views[bit]
            if not why and known.open >> bit & 1:
                why, size = self._alone(rules, column)
            views += size
            if why:
                unlike.append(column.name)
        return unlike, views

    def in_turn(self, names: Sequence[str]) -> list[str]:
        """Mutants, those one after the other that are compared by the same closed sets."""
        sets = self.sets
        return list(names) if sets is None else sorted(names, key=sets.batches_of)

    def _alone(self, rules: Rules, column: Column) -> tuple[bool, int]:
        """Whether a mutant is not known to be the same in one column, by views of that column alone, and how many they are."""
        why, size = SameViews(self.network, column, self.start, [rules]).compared(rules)
        return bool(why), size

    @cached_property
    def sets(self) -> LabelledSets | None:
        return self._sets([one for one in self.mutants.values() if not one.starts_elsewhere])

    def _answer(self, name: str) -> Answer:
        if self.sets is None or name not in self.sets.questions:
            return Answer(open=(1 << len(self.columns)) - 1, views=(0,) * len(self.columns))
        return self.sets.answer(name)

    def _sets(self, asked: Sequence[Rules]) -> LabelledSets | None:
        """The closed sets of all columns, and the mutants said in their terms, but those of which that cannot be done. None: it can be
        done of none."""
        try:
            return LabelledSets(self.network, self.columns, self.start, asked)
        except NotForAnyNumber:
            return (
                LabelledSets(self.network, self.columns, self.start, found)
                if (found := self._that_can(asked))
                else None
            )

    def _that_can(self, asked: Sequence[Rules]) -> list[Rules]:
        """The mutants that can be said so, found by halves."""
        try:
            LabelledSets(self.network, self.columns, self.start, asked)
        except NotForAnyNumber:
            middle = len(asked) // 2
            return [*self._that_can(asked[:middle]), *self._that_can(asked[middle:])] if middle else []
        return list(asked)
