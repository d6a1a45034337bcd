"""Prove properties in many columns at once: what `prove` shows column by column, from one labelled closure a slice.

What only some columns tell apart of configurations does not burden the others: each column begins from starts of its own
(`starts.py`). A property to which a family does not apply is asked column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from model.notation.network import Network
from proofs.answers.memory import keep, key_of, recall
from proofs.views.labelled.digits import TooWide
from proofs.views.labelled.family import Family, Split
from proofs.views.labelled.label_endings import open_in_the_end
from proofs.views.labelled.label_judge import Judging
from proofs.views.labelled.labels import MOST_VIEWS, Labelled
from proofs.views.labelled.starts import starts_by_column
from proofs.views.proof import ForAnyNumber, Proof, prepared, prove
from proofs.views.saturation import TooManyViews
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.slices import Group, apart, joined, union
from proofs.world.world import Column
from properties.kinds import Always, Ends, Possible, Property, Step, terms_of

_BROKEN = "some states made of views break it, which need not be reachable"
_MOST_VARIANTS = 3
MOST_TOGETHER = 4_000_000
"""Views of a closed set that is made for several groups at once; where there are more, each gets one of its own."""
_WORTH_MORE = 5
"""Columns in which a property is open, from which on all machines are looked at for all of them at once, not one by one."""

Found = dict[Column, dict[str, Proof]]


@dataclass(frozen=True)
class Shown:
    """What labelled views show of a property, as it is read in some columns. asked: those; broken: those in which something made
    of the views breaks it; exercised: those in which its witness can be made of them. views: how many, by column."""

    name: str
    asked: int
    broken: int
    exercised: int
    views: tuple[int, ...]
    cached: bool = field(default=False, compare=False)

    def then(self, other: Shown) -> Shown:
        """This, and what another wording of the property shows in the columns that it leaves open."""
        exercised = self.exercised & ~other.asked | other.exercised
        return replace(self, broken=other.broken, exercised=exercised, cached=self.cached or other.cached)


def prove_columns(network: Network, columns: Sequence[Column], properties: Iterable[Property]) -> Found:
    """What `prove` gives for these properties in each of the columns; counts of views are those of the column in the family's
    slice, which may tell more apart."""
    asked = list(properties)
    try:
        proving = Proving(network, columns, asked)
        proofs = proving.proofs({name: one for unit in proving.units() for name, one in proving.shown(unit).items()})
    except NotForAnyNumber:
        proofs = {}
    found: Found = {}
    for column in columns:
        known = proofs.get(column, {})
        known |= prove(network, column, [one for one in asked if one.name not in known])
        found[column] = {one.name: known[one.name] for one in asked}
    return found


class Proving:
    """Properties in a family of columns, said for any number of parts. changed: see `Family`. within: of each property the columns in
    which it is asked (all, if it is not named). units: the properties that one closed set is made for; they can be judged apart from the
    others. Raises NotForAnyNumber."""

    def __init__(
        self,
        network: Network,
        columns: Sequence[Column],
        properties: Iterable[Property],
        *,
        changed: Sequence[Network] = (),
        within: Mapping[str, int] = {},
    ) -> None:
        self.family = Family(network, columns, changed)
        self.columns = tuple(columns)
        self._splits: dict[str, Split] = {}
        for one in properties:
            for split in self.family.split(one):
                if label := split.label & within.get(one.name, split.label):
                    self._splits[split.found.name] = replace(split, label=label)
        found = [split.found for split in self._splits.values()]
        self._asked = ForAnyNumber(self.family.network, self.family.column, found)

    def units(self) -> list[tuple[str, ...]]:
        """The names of properties as they are read in some of the columns, those of one closed set together; what has most
        machines, and so takes longest, first."""
        found = [union(of) for of in self._sets(self._members(self._splits))]
        found.sort(key=lambda group: -len(group.part.machines))
        return [tuple(one.name for one in group.members) for group in found]

    def shown(self, unit: Iterable[str]) -> dict[str, Shown]:
        """What closed sets show of the properties of one unit."""
        left = {name: self._splits[name].label for name in unit}
        found: dict[str, Shown] = {}
        for whole in (False, True):
            for variant in range(_MOST_VARIANTS):
                members = [self._splits[name].found for name, label in left.items() if label]
                if whole:
                    members = [one for one in members if self._is_worth_more(one, left[one.name])]
                for groups in self._sets(members, variant, whole=whole):
                    for one in self._of_set(groups, left):
                        found[one.name] = one if one.name not in found else found[one.name].then(one)
                        left[one.name] = one.broken
        return found

    def _sets(self, members: Iterable[Property], variant: int = 0, *, whole: bool = False) -> list[list[Group]]:
        """The properties that one closed set is made for, as groups that can be judged apart as well."""
        return joined(part for group in self._asked.groups(members, variant, whole=whole) for part in apart(group))

    def _of_set(self, groups: Sequence[Group], left: Mapping[str, int]) -> list[Shown]:
        """What closed sets show of groups: one for all of them, or where that is too large, one for each."""
        found = self._judged(union(groups), left, MOST_TOGETHER) if len(groups) > 1 else []
        return found or [one for group in groups for one in self._judged(group, left)]

    def _is_worth_more(self, found: Property, left: int) -> bool:
        """Whether a property that is open in these columns is asked of all machines, in one go for all of them."""
        return not isinstance(found, Ends) and left.bit_count() > _WORTH_MORE and self._asked.leaves_out(found)

    def proofs(self, shown: Mapping[str, Shown]) -> Found:
        """What was shown, column by column and by the names under which properties were asked. What must come in the end is left out
        where it was not shown: to ask of one column alone may show more."""
        return dict(zip(self.columns, self.proofs_of_each(shown), strict=True))

    def proofs_of_each(self, shown: Mapping[str, Shown]) -> list[dict[str, Proof]]:
        """The same, in the order of the columns: one may be there several times, of several networks."""
        found: list[dict[str, Proof]] = [{} for _ in self.columns]
        for one in shown.values():
            name = self._splits[one.name].asked.name
            for bit in _bits(one.asked):
                fails = bool(one.broken >> bit & 1)
                if fails and isinstance(self._splits[one.name].asked, Ends):
                    continue
                proof = Proof(name, not fails, bool(one.exercised >> bit & 1), one.views[bit])
                found[bit][name] = replace(proof, problem=_BROKEN if fails else "", cached=one.cached)
        return found

    def _members(self, names: Iterable[str]) -> list[Property]:
        return [self._splits[name].found for name in names]

    def _judged(self, group: Group, left: Mapping[str, int], limit: int = MOST_VIEWS) -> list[Shown]:
        """What the closed set of a group shows in the columns that are left; nothing, where it has more views."""
        family, labels = self.family, [left[one.name] for one in group.members]
        allowed = {name: family.allowed[name] for name in sorted(group.part.events) if name in family.allowed}
        ends = any(isinstance(one, Ends) for one in group.members)
        silenced = [sorted(names) for names in family.silenced] if ends else []
        key = key_of("labelled views", group, self.columns, allowed, labels, silenced, limit)
        known = recall(_SHOWN, key, Shown)
        if known is not None:
            return known
        try:
            compiled = prepared(group)
            wanted = reduce(or_, labels)
            terms = [term for one in group.members for term in terms_of(one)]
            starts = starts_by_column(compiled, allowed, len(self.columns), terms)
            closed = Labelled(compiled, len(self.columns), allowed, [label & wanted for label in starts], limit)
        except (TooManyViews, TooWide):
            return keep(_SHOWN, key, [])
        judging = Judging(closed)
        views = tuple(closed.views_in(bit) for bit in range(len(self.columns)))
        return keep(_SHOWN, key, [self._shown(judging, one, left[one.name], views) for one in group.members])

    def _shown(self, judging: Judging, one: Property, asked: int, views: tuple[int, ...]) -> Shown:
        match one:
            case Always(term=term):
                broken = judging.of_states(~term, asked)
            case Step(term=term):
                broken = judging.of_steps(~term, asked)
            case Ends():
                broken = open_in_the_end(judging, one, self.family.silenced, asked)
            case Possible():
                broken = 0
            case _:
                raise TypeError(f"{one.name}: views say nothing of {one.kind}")
        return Shown(one.name, asked, broken, judging.of_steps(one.witness, asked), views)


_SHOWN: dict[str, list[Shown]] = {}
"""What labelled views showed, by all that it depends on, in this process."""


def _bits(label: int) -> Iterator[int]:
    while label:
        lowest = label & -label
        yield lowest.bit_length() - 1
        label ^= lowest
