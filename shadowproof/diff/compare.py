"""Two sides against each other: what the rules say, what runs show, what became of the promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from model.notation import Network
from model.notation.decide import possible
from proofs.answers.record import BETTER, DIFFERENT, WORSE, Cell, kind_of
from proofs.answers.verdict import CLOSED, HOLDS, PROVED, REFUTED
from proofs.differences.rules import NO_RUN_SHOWS, Changed, Kind, changed
from proofs.differences.runs import Difference, Searched, first_differences, known, search
from proofs.differences.same import why_not_the_same
from proofs.world.fewer_runs import CASES
from proofs.world.world import Column
from shadowproof.diff.revisions import Promise, Side
from shadowproof.outside.spelling import many

NEW, GONE, OTHER = "is new", "is no more", "says something else"
GAINED, LOST, STRONGER, WEAKER = "gained", "lost", "stronger", "weaker"
WORDS_ONLY = "says the same in other words"

MANY = 3
"""Faults at once that are not named one by one."""

SECONDS_A_COLUMN = 7
"""Of computing, which judging the promises of one side in one column takes."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Named:
    """Something with a name that is new, is no more, or says something else. sort: actor, fault, reading, requirement or promise."""

    sort: str
    name: str
    what: str
    says: str


@dataclass(frozen=True)
class Verdicts:
    """What became of a promise in a column. kind: GAINED, LOST, STRONGER, WEAKER, or DIFFERENT."""

    promise: str
    column: str
    kind: str
    was: Cell
    now: Cell


@dataclass(frozen=True)
class Judged:
    """The promises on both sides. cells: how many were compared; columns: in how many; by_record: both sides' records have them;
    left: promises that no rule that changed has a say in, so that their verdicts are the same; far: those that were not judged, since they
    speak of nothing that changed, though it may have a say in them."""

    changes: tuple[Verdicts, ...] = ()
    cells: int = 0
    columns: tuple[str, ...] = ()
    by_record: bool = False
    left: int = 0
    far: int = 0


@dataclass(frozen=True)
class Cut:
    """A minimal cut set of a promise, which only one side has: what breaks it together, and no less. kind: NEW or GONE; steps: of its
    run; less: a part of it that breaks the promise alone on the other side, on which it is none for that."""

    promise: str
    column: Column
    kind: str
    steps: int
    less: Column | None = None


@dataclass(frozen=True)
class Diff:
    """All that was found."""

    base: str
    head: str
    named: tuple[Named, ...]
    rules: tuple[Changed, ...]
    searched: tuple[Searched, ...]
    judged: Judged | None
    notes: tuple[str, ...] = ()
    shown_in: tuple[str, ...] = ()
    """Columns in which views show, for any number of VMs, that the rules that changed make no difference."""
    cuts: tuple[Cut, ...] | None = None
    """Cut sets that appear and vanish, of the promises whose cut sets both sides have kept; None: not both have."""
    not_shown: str = ""
    """Why they do not show it in others."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(one for done in self.searched for one in done.differences)

    @property
    def silent(self) -> tuple[Changed, ...]:
        """Rules that say something else, and of which no run was found that shows it."""
        shown = {one.event for one in self.differences}
        return tuple(one for one in self.rules if one.differs and one.name not in shown)

    @property
    def unwalked(self) -> tuple[Changed, ...]:
        """Those of which no walk shows anything."""
        return tuple(one for one in self.silent if one.kind in NO_RUN_SHOWS)

    @property
    def same(self) -> str:
        """Why no run can differ, where that is shown: for any number of VMs, in every column; empty: it is not."""
        if not self.rules and not self.new_machines:
            return "proved: every rule says word for word the same"
        if not self.new_machines and all(one.kind is Kind.WORDS for one in self.rules):
            return (
                "proved, for any number of VMs and under all faults and readings: the rules that changed say the same in other words, "
                "in every state of the machines that they read"
            )
        return ""

    @property
    def new_machines(self) -> bool:
        """Whether one has a machine that the other has not."""
        return any(one.sort in {"actor", "reading"} and one.what != OTHER for one in self.named)

    @property
    def status(self) -> int:
        """0 nothing differs that was looked at; 1 a run, a promise, or what is said differs; 3 a rule says something else, and no run was
        found that shows it by a search that had to stop early, or it is none that runs show, and promises were not judged."""
        told = any(one.what != WORDS_ONLY for one in self.named)
        if self.differences or told or self.cuts or (self.judged is not None and self.judged.changes):
            return 1
        walked = all(done.closed for done in self.searched) and (self.judged is not None or not self.unwalked)
        return 3 if self.silent and not walked else 0


def compare(
    base: Side,
    head: Side,
    *,
    column: Column | None = None,
    promises: bool = True,
    every: bool = False,
    cache: Path | None = None,
    tell: Tell = lambda _: None,
) -> Diff:
    """What the head does that the base does not, and the other way round. column: looked at alone (None: where changed rules may show);
    promises: judged too; every: all of them, and under each fault and each reading; tell: hears what is done. Raises RevisionError."""
    rules = changed(base.network, head.network)
    named = tuple(_named(base, head))
    found = Diff(base.label, head.label, named, tuple(rules), (), None)
    if rules and not found.same:
        number = f"{len(rules)} rules are" if len(rules) > 1 else f"{rules[0].name} is"
        tell(f"{number} not as {'they were' if len(rules) > 1 else 'it was'}: walking over both networks")
        if column is None:
            found = replace(found, searched=tuple(first_differences(base.network, head.network, rules)))
        else:
            found = replace(found, searched=(search(base.network, head.network, rules, column),))
        if found.silent and not found.differences:
            found = _shown(found, base.network, head.network, tell)
    if promises and not (found.same and base.promises.keys() == head.promises.keys() and not _other(base, head)):
        found = replace(found, judged=_judged(base, head, found, column, every, cache, tell))
    return replace(found, cuts=_cuts(base, head)) if promises else found


def _shown(found: Diff, base: Network, head: Network, tell: Tell) -> Diff:
    """What views show where a search found no difference."""
    shown, problem = [], ""
    for column in (done.column for done in found.searched):
        tell(f"no run differs under {_short(column)}: asking views, for any number of VMs")
        if known(base, column) != column or known(head, column) != column:
            problem = problem or f"one side does not know {_short(column)}"
        elif why := why_not_the_same(base, head, found.rules, column):
            problem = problem or why
        else:
            shown.append(_short(column))
    return replace(found, shown_in=tuple(shown), not_shown=problem)


def _short(column: Column) -> str:
    return column.name if len(column.faults) < MANY else "all faults"


def noted(diff: Diff, note: str) -> Diff:
    """The same, with a note on how it was found."""
    return replace(diff, notes=(*diff.notes, note))


def _named(base: Side, head: Side) -> Iterator[Named]:
    readings = {**base.named("readings"), **head.named("readings")}
    actors = [
        {name: one.says for name, one in of.network.actors.items() if name not in readings} for of in (base, head)
    ]
    faults = [{name: one.says for name, one in of.network.faults.items()} for of in (base, head)]
    for sort, (was, now) in {
        "actor": actors,
        "fault": faults,
        "reading": [of.named("readings") for of in (base, head)],
        "requirement": [of.named("requirements") for of in (base, head)],
    }.items():
        yield from (Named(sort, name, NEW, now[name]) for name in now if name not in was)
        yield from (Named(sort, name, GONE, was[name]) for name in was if name not in now)
        yield from (Named(sort, name, OTHER, now[name]) for name in now if name in was and was[name] != now[name])
    yield from (
        Named("promise", name, NEW, one.says) for name, one in head.promises.items() if name not in base.promises
    )
    yield from (
        Named("promise", name, GONE, one.says) for name, one in base.promises.items() if name not in head.promises
    )
    for was_, now_ in _other(base, head):
        yield Named("promise", now_.name, _strength(base, head, was_, now_), now_.says)


def _other(base: Side, head: Side) -> list[tuple[Promise, Promise]]:
    """Promises of one name that say something else."""
    both = ((base.promises[name], one) for name, one in head.promises.items() if name in base.promises)
    return [(was, now) for was, now in both if was.content != now.content]


def _strength(base: Side, head: Side, was: Promise, now: Promise) -> str:
    """Which of two statements about states demands more, where that is decided over all states of the machines."""
    if was.term is None or now.term is None:
        return OTHER
    actors = {**base.network.actors, **head.network.actors}
    try:
        states = {name: one.states for name, one in actors.items()}
        allows_more = possible(now.term & ~was.term, states, limit=CASES)
        allows_less = possible(was.term & ~now.term, states, limit=CASES)
    except KeyError:  # it speaks of a machine that only watches
        return OTHER
    if allows_more and allows_less:
        return OTHER
    return f"demands {'less' if allows_more else 'more'}" if allows_more or allows_less else WORDS_ONLY


def _judged(
    base: Side, head: Side, found: Diff, column: Column | None, every: bool, cache: Path | None, tell: Tell
) -> Judged:
    if column is None and base.record is not None and head.record is not None:
        return _by_records(base.record.cells, head.record.cells)
    columns = [column] if column is not None else _columns(base, head, found, every)
    rules = {rule.name for rule in found.rules if rule.differs}
    whole = bool(rules - (base.network.events.keys() | head.network.events.keys())) or found.new_machines
    asked, left, far = [], set[str](), set[str]()
    for one in columns:
        names = [name for name in head.promises if whole or one.readings or _may_differ(base, head, name, rules)]
        near = [name for name in names if every or _speaks_of_it(base, head, name, found.rules)]
        if one == Column() and head.record is None:
            near += _at_a_glance(head, [name for name in names if name not in near], cache)
        left |= head.promises.keys() - set(names)
        far |= set(names) - set(near)
        asked.append((one, near))
    was, now = (_cells(of, asked, cache, tell) for of in (base, head))
    names_of = tuple(one.name for one, _ in asked)
    return Judged(tuple(_changes(was, now)), len(was.keys() & now.keys()), names_of, left=len(left), far=len(far))


def _at_a_glance(of: Side, names: Sequence[str], cache: Path | None) -> list[str]:
    """Those of the promises that a run of one VM without faults breaks: what speaks of nothing that changed may be broken by it."""
    if not names:
        return []
    asked = {"faults": [], "readings": [], "promises": names, "glance": True}
    return [one["promise"] for one in of.judged([asked], cache) if one["verdict"] == REFUTED]


def _may_differ(base: Side, head: Side, name: str, rules: set[str]) -> bool:
    """Whether a rule that changed has a say in a promise, or it says something else itself."""
    sides = [of.promises[name] for of in (base, head) if name in of.promises]
    if len({one.content for one in sides}) > 1 or len(sides) == 1:
        return True
    return any(one.events is None or one.events & rules for one in sides)


def _speaks_of_it(base: Side, head: Side, name: str, rules: Sequence[Changed]) -> bool:
    """Whether a promise shows what a changed rule cites, names the event or a machine that it moves otherwise, or is itself another; or
    says what comes in the end, which hangs on every rule."""
    sides = [of.promises[name] for of in (base, head) if name in of.promises]
    if len({one.content for one in sides}) > 1 or len(sides) == 1:
        return True
    ids = {one for rule in rules if rule.differs for one in rule.by}
    named = {name for rule in rules if rule.differs for name in (rule.name, *rule.machines)}
    return any(one.events is None or ids & set(one.shows) or named & one.speaks_of for one in sides)


def _columns(base: Side, head: Side, found: Diff, every: bool) -> list[Column]:
    """Where promises are judged: without faults, in the columns in which runs differ, and with each fault that keeps other events from
    coming; or in each with one fault or reading."""
    columns = [Column(), *(done.column for done in found.searched if done.differences)]
    silent = {f"fault {name}": name for name in head.network.faults}
    columns += [Column(frozenset({silent[one.name]})) for one in found.rules if one.kind is Kind.SILENCES]
    if every:
        columns += [Column(frozenset({name})) for name in {**base.network.faults, **head.network.faults}]
        for of in (base, head):
            values = {one["name"]: one["values"][1:] for one in of.data["readings"]}
            columns += [Column(readings=((name, value),)) for name, others in values.items() for value in others]
    return [one for one in dict.fromkeys(columns) if len(one.faults) <= 1]


def _cuts(base: Side, head: Side) -> tuple[Cut, ...] | None:
    """Which minimal cut sets only one side has, as it is kept, those first by which the head is worse; None, where a side's are of another
    protocol."""
    both = [name for name in head.cuts if name in base.cuts]
    if not both:
        return None
    was, now = ({name: {one.column: one.steps for one in of.cuts[name].sets} for name in both} for of in (base, head))
    found = [
        Cut(name, column, kind, steps, next((one for one in other[name] if one.is_part_of(column)), None))
        for kind, of, other in ((NEW, now, was), (GONE, was, now))
        for name in both
        for column, steps in of[name].items()
        if column not in other[name]
    ]
    return tuple(sorted(found, key=lambda one: (one.kind == GONE) != (one.less is not None)))


Cells = dict[tuple[str, str], Cell]


def _cells(of: Side, asked: Sequence[tuple[Column, Sequence[str]]], cache: Path | None, tell: Tell) -> Cells:
    """The verdicts of a side, from its record where that has them. A column of a fault or reading that it has not is looked at without."""
    found: Cells = {}
    left: list[tuple[Column, dict[str, Any]]] = []
    for column, names in asked:
        own = known(of.network, column)
        recorded = (
            {}
            if of.record is None
            else {name: cell for name in names if (cell := of.record.cell(name, own.name)) is not None}
        )
        found |= {(name, column.name): cell for name, cell in recorded.items()}
        rest = [name for name in names if name not in recorded and name in of.promises]
        if rest:
            left.append(
                (column, {"faults": sorted(own.faults), "readings": [*map(list, own.readings)], "promises": rest})
            )
    if left:
        number = sum(len(one["promises"]) for _, one in left)
        what = f"{many(number, 'verdict')} of {of.label} {'is' if number == 1 else 'are'} not recorded"
        takes = f"takes some {len(left) * SECONDS_A_COLUMN} s, which --no-promises spares"
        tell(f"{what}: judging them, in {many(len(left), 'column')}; {takes}")
        by_name: dict[str, list[Column]] = {}
        for column, _ in left:
            by_name.setdefault(known(of.network, column).name, []).append(column)
        for one in of.judged([asked for _, asked in left], cache):
            for column in by_name[one["column"]]:
                found[one["promise"], column.name] = Cell(one["verdict"], one["assurance"], one["length"])
    return found


def _by_records(was: Mapping[str, Mapping[str, Cell]], now: Mapping[str, Mapping[str, Cell]]) -> Judged:
    cells: list[Cells] = [
        {(name, column): cell for name, columns in of.items() for column, cell in columns.items()} for of in (was, now)
    ]
    both = cells[0].keys() & cells[1].keys()
    columns = tuple(dict.fromkeys(column for _, column in cells[1] if any((name, column) in both for name in now)))
    return Judged(tuple(_changes(*cells)), len(both), columns, by_record=True)


def _changes(was: Cells, now: Cells) -> Iterator[Verdicts]:
    for (name, column), cell in now.items():
        old = was.get((name, column))
        kind = "" if old is None else _became(old, cell)
        if old is not None and kind:
            yield Verdicts(name, column, kind, old, cell)


def _became(was: Cell, now: Cell) -> str:
    """What became of a verdict; empty: it stands, and reaches as far."""
    if was.verdict != now.verdict:
        if REFUTED in {was.verdict, now.verdict} and HOLDS in {was.verdict, now.verdict}:
            return LOST if now.verdict == REFUTED else GAINED
        return {WORSE: WEAKER, BETTER: STRONGER, DIFFERENT: DIFFERENT}[kind_of(was.verdict, now.verdict)]
    if now.verdict == HOLDS and _any_number(was) != _any_number(now):
        return STRONGER if _any_number(now) else WEAKER
    if now.verdict == REFUTED and None not in {was.length, now.length} and was.length != now.length:
        return WEAKER if (now.length or 0) < (was.length or 0) else STRONGER
    return ""


def _any_number(cell: Cell) -> bool:
    """Whether it is for any number of VMs; that solvers confirmed it besides is no difference here."""
    return cell.assurance.startswith((CLOSED, PROVED))


def counted(changes: Sequence[Verdicts]) -> dict[str, list[Verdicts]]:
    """By kind, the gravest first."""
    order = (LOST, WEAKER, DIFFERENT, STRONGER, GAINED)
    return {kind: found for kind in order if (found := [one for one in changes if one.kind == kind])}
