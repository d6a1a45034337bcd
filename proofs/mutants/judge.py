"""Mutants judged: is there a property of which a changed rule makes the verdict another one?

A mutant is held against the right network in columns in which the changed rule fires: first every state of one VM of a few
kinds, where all properties are judged at once and only the changed rule is worked out anew; what that does not kill is
compared by closed sets of views, which shows that it is no different, or judged as the record is, for any number of VMs.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from model.notation import DeclarationError, Network, Shape
from model.notation.terms import Happens, In, events_of, machines_of
from model.protocol import READINGS
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.answers.record import Record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, RunFound, Verdict
from proofs.mutants.asking import Asked
from proofs.mutants.changed_rules import Rules
from proofs.mutants.comparing import Comparing
from proofs.mutants.few_kinds import Start, are_kept, dump, kinds_of
from proofs.mutants.one_vm.baseline import Baseline, everything
from proofs.mutants.one_vm.changed import Changed, Found
from proofs.mutants.operators import Mutant
from proofs.verdicts.columns import BASE, every_column
from proofs.verdicts.known.kept import breaks, kept_runs
from proofs.verdicts.together import Runs, both, judged, judged_soon
from proofs.views.proof import Proof
from proofs.world.parts import MORE, ONE_OF_EACH
from proofs.world.scope import Scope
from proofs.world.world import Column, Slice, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends, Fact, Independent, Possible, Property, terms_of

REFUSED, KILLED, EQUIVALENT, SURVIVES, OPEN = "refused", "killed", "equivalent", "survives", "open"
"""What becomes of a mutant: the notation refuses to put it together; a property's verdict is another one; its closed views and
their steps are the same in every column; none of these; or it was not asked so far."""

BROKEN, UNEXERCISED, HEALED = "is refuted", "is no longer exercised", "is no longer refuted"
"""How a verdict becomes another one."""

_AS_RECORDED = Scope(vms=2, proofs=True, counts=False, limit=300_000)
"""How a property is judged that no small search decides."""


@dataclass(frozen=True)
class Kill:
    """One property whose verdict is another one in a column, and how. length: of the run that shows it, executed by the mutant's
    machines: the shortest, unless it is one that is kept with the record (None: no single run does)."""

    property: str
    column: str
    how: str
    length: int | None = None


@dataclass(frozen=True)
class Fate:
    """What became of a mutant. kills: in the first column in which there is any. columns: how many were looked at. reason: why the
    notation refuses it, or how far it was looked at in vain. unheard: of what a search misses, the properties that were asked, and gave
    no other verdict. machines: that decide what the rules do."""

    mutant: str
    kind: str
    kills: tuple[Kill, ...] = ()
    columns: int = 0
    different: tuple[str, ...] = ()
    views: int = 0
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)
    unheard: tuple[str, ...] = field(default=(), compare=False)
    machines: tuple[str, ...] = field(default=(), compare=False)


class Judges:
    """Judges mutants of a network. right: the network without observers. record: the verdicts expected of it. names: of the
    properties that are asked (none: of all)."""

    def __init__(
        self, right: Network, record: Record, columns: Sequence[Column] = (), names: Sequence[str] = ()
    ) -> None:
        self.right, self.record = right, record
        self.watched = watched(right)
        self.columns = tuple(columns) or tuple(every_column())
        self.names = tuple(names) or tuple(PROPERTIES)
        asked = [PROPERTIES[name] for name in self.names]
        self.properties = [one for one in asked if not isinstance(one, (Fact, Independent))]
        self._baselines: dict[tuple[Column, object], Baseline] = {}
        self._kinds: dict[object, list[Start]] = {}
        self._unrecorded: dict[tuple[str, Column], str] = {}
        self._views_of_right: dict[Column, Mapping[str, Proof]] = {}
        self._rules: dict[str, Rules] = {}
        self._worlds: dict[frozenset[str], World] = {}

    def rules(self, mutant: Mutant) -> Rules:
        """The changed rules, beside the right ones. Raises DeclarationError where the notation refuses them."""
        if mutant.name not in self._rules:
            self._rules[mutant.name] = Rules(self.watched, mutant, mutant.change(self.right))
        return self._rules[mutant.name]

    def kinds(self, shape: Shape = ONE_OF_EACH) -> list[Start]:
        """The VMs of a shape that are looked at first, each by itself."""
        key = tuple(sorted(shape.parts.items()))
        if key not in self._kinds:
            self._kinds[key] = kinds_of(self.watched, BASE, self.properties, shape)
        return self._kinds[key]

    @property
    def has_kinds(self) -> bool:
        """Whether such VMs are kept for this network: of another they are chosen anew each time."""
        return are_kept(self.watched)

    def kinds_anew(self) -> str:
        """Such VMs, chosen now, as the text that is kept."""
        return dump(self.watched, BASE, self.properties)

    def shapes(self, rules: Rules) -> Iterator[Shape]:
        """The shapes of the VMs that a mutant is looked at with, one after the other: with one part of each sort; without any, and
        with two, of a sort that the rules look at."""
        yield ONE_OF_EACH
        for sort in rules.parts:
            for number in (0, MORE):
                yield Shape({**ONE_OF_EACH.parts, sort.name: number})

    @cached_property
    def apart(self) -> list[Column]:
        """The columns, of those that no rule tells apart only the first: a reading that only a fault would make matter, say."""
        found: dict[str, Column] = {}
        for column in self.columns:
            world = World(self.watched, column, reach=everything(self.watched))
            machines = frozenset(name for name, reach in world.reach.items() if len(reach) > 1)
            found.setdefault(world.content(Slice(machines, frozenset(e.name for e in world.events))), column)
        return list(found.values())

    def baseline(self, column: Column, shape: Shape = ONE_OF_EACH) -> Baseline:
        """The right network in a column, with VMs of one shape. Only as many are kept as a column has shapes: each takes some memory,
        and columns are looked at in turn, but of one mutant after the other all shapes are."""
        key = (column, tuple(sorted(shape.parts.items())))
        if key not in self._baselines:
            if len(self._baselines) > 2 * len(self.right.parts):
                self._baselines.pop(next(iter(self._baselines)))
            self._baselines[key] = Baseline(self.watched, column, self.properties, shape, self.kinds(shape))
        return self._baselines[key]

    def columns_of(self, mutant: Mutant) -> list[Column]:
        """The columns in which a changed rule may fire, the one without faults first."""
        faults = {self.right.events[name].fault for name in mutant.events}
        if not mutant.events or None in faults:
            return list(self.apart)
        return [column for column in self.apart if column.faults & faults]

    def search(self, mutant: Mutant, columns: Sequence[Column] = (), unheard: Collection[str] = ()) -> Fate:
        """Every state of one VM of a few kinds, in one column after the other (none named: in all in which it may differ), with one
        part of each sort, and with none and two where the rules look at parts, until something kills the mutant. One that nothing
        kills survives so far; `different` says where it is another network. unheard: properties that are not asked again, since elsewhere
        they gave no other verdict."""
        begun = time.perf_counter()
        try:
            rules = self.rules(mutant)
        except DeclarationError as refusal:
            return Fate(mutant.name, REFUSED, reason=str(refusal))
        different = list[str]()
        looked = list(columns) or self.columns_of(mutant)
        kills: tuple[Kill, ...] = ()
        in_vain = set(unheard)
        for column, shape in ((column, shape) for column in looked for shape in self.shapes(rules)):
            changed = Changed(self.baseline(column, shape), rules)
            if changed.different:
                different.append(column.name)
                if kills := self._kills(changed.visit(), column, rules.changed, in_vain):
                    break
        differs = () if kills else tuple(dict.fromkeys(different))
        kind, seconds = KILLED if kills else SURVIVES, time.perf_counter() - begun
        found = Fate(mutant.name, kind, kills, len(looked), differs, seconds=seconds)
        return replace(found, unheard=tuple(sorted(in_vain)), machines=tuple(sorted(rules.machines)))

    def _kills(self, found: Found, column: Column, network: Network, unheard: set[str]) -> tuple[Kill, ...]:
        """What a search shows; what it misses is asked again as the record is made, of VMs of every kind, in any number, but for what was
        asked in vain already; what is asked so now is added to that. Where nothing is recorded, what the right network does is worked
        out for the first that kills only."""
        kills: list[Kill] = []
        for name in sorted(found.broken, key=lambda name: (not self._is_known(name, column), found.broken[name])):
            if kills and not self._is_known(name, column):
                break
            if self._right_verdict(name, column) != REFUTED:
                kills.append(Kill(name, column.name, BROKEN, found.broken[name]))
        if kills:
            return tuple(sorted(kills, key=lambda kill: found.broken[kill.property]))
        for names, right in ((found.missing, HOLDS), (found.healed, REFUTED)):
            for name in (name for name in names if name not in unheard and self._right_verdict(name, column) == right):
                if kill := self._asked([name], column, network):
                    return kill
                unheard.add(name)
        return ()

    def _asked(
        self, names: Sequence[str], column: Column, network: Network, known: Mapping[str, Proof] = {}
    ) -> tuple[Kill, ...]:
        """Properties judged as the record is made, and those of which the mutant's verdict is another one. known: what views show."""
        if not names:
            return ()
        found = self._judged(names, column, network, known)
        watched.cache_clear()
        return tuple(kill for one in found if (kill := self._kill(one, column)))

    def _judged(
        self, names: Sequence[str], column: Column, network: Network, known: Mapping[str, Proof] = {}
    ) -> list[Verdict]:
        """Properties judged as the record is made; kept runs that are the network's too are tried before any are searched for."""
        runs = self._of_smaller(names, column, network)
        return judged(column, names, _AS_RECORDED, known, runs, from_record=True, network=network)[0]

    def _of_smaller(self, names: Sequence[str], column: Column, network: Network) -> Runs:
        """What kept runs of the columns that are part of this one show of properties, where they are runs of the network."""
        found: Runs = {}
        for part in every_column():
            if part.is_part_of(column):
                found = both(found, kept_runs(part, names, network))
        return found

    def _is_known(self, name: str, column: Column) -> bool:
        """Whether the verdict on the right network need not be worked out."""
        return self.record.cell(name, column.name) is not None or (name, column) in self._unrecorded

    def _right_verdict(self, name: str, column: Column, run: RunFound | None = None) -> str:
        """The verdict on the right network: as recorded; in a column that the record leaves out, worked out once. run: of the mutant,
        that breaks the property: often it is one of the right network, and breaks it there too."""
        if (cell := self.record.cell(name, column.name)) is not None:
            return cell.verdict
        key = (name, column)
        if key not in self._unrecorded and run is not None and breaks(column, run, name, self.right):
            self._unrecorded[key] = REFUTED
        if key not in self._unrecorded:
            runs, views = self._of_smaller([name], column, self.right), self._views_of_right.get(column, {})
            known = {name: views[name]} if name in views else {}
            soon, _ = judged_soon(column, [name], _AS_RECORDED, known, runs, from_record=True, network=self.right)
            self._unrecorded[key] = (soon or self._judged([name], column, self.right, known))[0].verdict
        return self._unrecorded[key]

    def right_to_be_asked(self, mutants: Sequence[Asked]) -> list[Asked]:
        """The right network, to be asked of views with mutants: in each of their columns, of what is not recorded there."""
        found: dict[Column, dict[str, None]] = {}
        for one in mutants:
            of_column = found.setdefault(one.column, {})
            of_column |= dict.fromkeys(name for name in one.names if not self._is_known(name, one.column))
        return [Asked(self.right, column, tuple(names)) for column, names in found.items() if names]

    def learn(self, column: Column, views: Mapping[str, Proof]) -> None:
        """Take in what views show of the right network in a column."""
        self._views_of_right[column] = views

    def _kill(self, found: Verdict, column: Column) -> Kill | None:
        """How a verdict is another one than expected. That it holds in a cell that the record leaves out is taken for what it should be:
        to find that out takes as long as the mutant itself."""
        if found.verdict == HOLDS and self.record.cell(found.property, column.name) is None:
            return None
        run = found.run if found.verdict == REFUTED else None
        expected, name = self._right_verdict(found.property, column, run), found.property
        if found.verdict == expected or found.verdict not in {HOLDS, REFUTED, NOT_EXERCISED}:
            return None
        if found.verdict == REFUTED:
            how = UNEXERCISED if isinstance(PROPERTIES[name], Possible) else BROKEN
            return Kill(name, column.name, how, found.length)
        return Kill(name, column.name, HEALED if expected == REFUTED else UNEXERCISED)

    def decided_by(self, machines: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
        """The machines that decide what these do, in any column, and those that are left out: rules that look at the same ones are
        compared by the same closed sets."""
        out = frozenset[str]() if LEFT_OUT_WHERE_NOT_ASKED & set(machines) else LEFT_OUT_WHERE_NOT_ASKED
        if out not in self._worlds:
            self._worlds[out] = World(self.watched, Column(frozenset(self.right.faults)), out)
        world = self._worlds[out]
        events = Happens(frozenset(event.name for event in world.events))
        moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in sorted(machines))
        return world.cone([events, *moved]).machines, out

    def comparing(self, mutants: Sequence[Mutant]) -> Comparing:
        """What compares these mutants with the right network, in every column in which a changed rule may fire."""
        start = {name: frozenset({state}) for name, state in self.kinds()[0].items()}
        return Comparing(self.watched, self.apart, start, [self.rules(one) for one in mutants])

    def _killed_soon(self, asked: Asked, known: Mapping[str, Proof]) -> tuple[Kill, ...]:
        """The properties of which a run, kept or among few states, or what views show says that the verdict is another one."""
        held = {name: proof for name, proof in known.items() if proof.holds and not _may_be(name, proof)}
        names = (*asked.names, *(name for name in asked.refuted if name in held))
        runs = self._of_smaller(names, asked.column, asked.network)
        found, _ = judged_soon(
            asked.column, names, _AS_RECORDED, held, runs, from_record=True, sought=names, network=asked.network
        )
        watched.cache_clear()
        return tuple(kill for one in found if (kill := self._kill(one, asked.column)))

    def to_be_asked(self, mutant: Mutant, column: Column) -> Asked:
        """Of a mutant that differs in a column, and that no small search kills: the properties that are likely to notice. Of those that
        are refuted there anyway only views are asked: their shortest runs would be looked for again."""
        cells = {name: self.record.cell(name, column.name) for name in self.likely(mutant)}
        refuted = tuple(name for name, cell in cells.items() if cell is not None and cell.verdict == REFUTED)
        likely = tuple(name for name in cells if name not in refuted)
        return Asked(self.rules(mutant).changed, column, likely, refuted)

    def ask(self, mutant: Mutant, asked: Asked, known: Mapping[str, Proof] = {}) -> Fate:
        """What these properties say, asked as the record is made, of VMs of every kind, in any number. known: what views show. What kills
        it by a run among few states is enough: only where nothing does, views are asked harder."""
        kills = self._killed_soon(asked, known) or self._asked(asked.names, asked.column, asked.network, known)
        if kills:
            return Fate(mutant.name, KILLED, kills)
        said = f"{len(asked.names)} properties that speak of it give the same verdicts in {asked.column}"
        return Fate(mutant.name, SURVIVES, reason=f"{said}, of VMs of every kind in any number")

    def likely(self, mutant: Mutant) -> list[str]:
        """The properties that may notice a mutant, if any does: whether every session ends, those of the rule's requirements and of
        the readings that its guards ask for, and those that name its event, themselves or by an observer, or speak of the machine that
        it changes."""
        rules = self.rules(mutant)
        readings = {reading.actor.name for reading in READINGS if reading.actor.name in rules.machines}
        ids, events, machines = {*mutant.by, *readings}, set(mutant.events), {mutant.machine}

        def speaks_of_it(one: Property) -> bool:
            terms = terms_of(one)
            named = any(events & events_of(term) for term in terms)
            noted = any(events & observer.machine.events.keys() for observer in one.observers)
            return named or noted or any(machines & machines_of(term) for term in terms)

        found = (PROPERTIES[name] for name in self.names)
        return [p.name for p in found if isinstance(p, Ends) or ids & set(p.shows) or speaks_of_it(p)]


def _may_be(name: str, proof: Proof) -> bool:
    """Whether views leave open that something can happen which has to be possible."""
    return isinstance(PROPERTIES[name], Possible) and proof.exercised
