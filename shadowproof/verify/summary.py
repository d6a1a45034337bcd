"""What `verify` says by default, line by line: which rules changed, what became worse, better or different, then how the promises
stand. It takes verdicts and the record, and knows nothing of how they were judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from model.versions import option
from proofs.answers.record import BETTER, DIFFERENT, NEW, WORSE, Cell
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import ALL_FAULTS, BASE, title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import options
from shadowproof.outside.spelling import in_full, many
from shadowproof.verify.changed import Since
from shadowproof.verify.comparison import Compared, Group, findings, size_of
from shadowproof.verify.coverage import about_kinds, about_run, beside_record, headline, named_in
from shadowproof.verify.report import Verification, assumptions, column_text

FEW = 12
"""So many promises are told one by one; of more, those that fail."""

_NAMED = 3

_HEADS = {
    WORSE: "Worse than recorded",
    NEW: "Not recorded",
    BETTER: "Better than recorded",
    DIFFERENT: "Different from what is recorded, and no better",
}


def summary(done: Verification, since: Since | None = None, *, everything: bool = False) -> Iterator[str]:
    """All of it. since: the rules that changed. everything: no list is cut short."""
    if done.host is not None:
        yield headline(done.host)
    yield from not_as_recorded(done, since, most=None if everything else FEW)
    yield from _promises(done, most=None if everything else FEW)
    yield from _counted(done)
    yield from ending(done)


def failing(done: Verification, since: Since | None = None) -> Iterator[str]:
    """What is not as recorded, and every failure that no smaller column shows, in full; nothing else."""
    yield from not_as_recorded(done, since, most=None)
    found = findings(done.by_cell)
    if found:
        yield f"{many(len(found), 'failure')} that no smaller column{_of_those(done)} shows:"
    for name, column in found:
        yield from _finding(done, column, done.by_cell[name, column], where=len(done.verdicts) > 1)
    yield from _names_in_full(done)
    open_ = [one for one in done.all_verdicts if one.verdict == UNDECIDED]
    for one in open_:
        yield f"  {one.property} under {one.column}: undecided, {one.reason}"
    yield from ending(done)


def not_as_recorded(done: Verification, since: Since | None, most: int | None) -> Iterator[str]:
    """The rules that changed, then what became of the verdicts, worse first. most: promises told of each kind (None: all)."""
    against = done.against
    if against.as_recorded:
        return
    if since is not None:
        yield from _rules(since, most)
    for name in against.gone:
        yield f"Recorded, and no more a promise: {name}"
    yield from changes(against, _HEADS, most)


def changes(against: Compared, heads: Mapping[str, str], most: int | None) -> Iterator[str]:
    """What became of the verdicts, worse first. heads: what is said of each kind."""
    for kind, head in heads.items():
        groups = against.of(kind)
        if not groups:
            continue
        yield f"{head}: {many(against.number(kind), 'verdict')} on {many(len(groups), 'promise')}"
        yield from (f"  {_group(group)}" for group in groups[:most])
        if most is not None and len(groups) > most:
            yield f"  … and {many(len(groups) - most, 'promise')} more: --failing tells all"


def _rules(since: Since, most: int | None) -> Iterator[str]:
    if since.problem:
        yield f"Which rules changed is not known: {since.problem}."
        return
    if not since.rules:
        yield f"No rule of the protocol says something else than at {since.revision}: properties or engines differ."
        return
    yield f"Changed since {since.revision}:"
    yield from (f"  {rule}" for rule in since.rules[:most])
    if most is not None and len(since.rules) > most:
        yield f"  … and {many(len(since.rules) - most, 'rule')} more"


def _group(group: Group) -> str:
    first = group.first
    change = f"{first.was} → {first.found.verdict}" if first.was else first.found.verdict
    number = len(group.changes)
    where = f"in {number} of {many(group.judged, 'column')}, first: " if group.judged > 1 else "under "
    steps = "" if first.found.length is None else f", {many(first.found.length, 'step')}"
    others = [_title(one.column, one.found.length) for one in group.told[1:]]
    also = f"; not because of that also {_some(others)}" if others else ""
    return f"{group.promise}: {change} {where}{title(first.column)}{steps}{also}{_explain(first.column, first.found)}"


def _explain(column: Column, found: Verdict) -> str:
    """The command that tells more."""
    if found.verdict != REFUTED or column == ALL_FAULTS:
        return ""
    return "; " + " ".join(filter(None, ["shadowproof explain", found.property, options(column)]))


def first_line(found: Verdict) -> str:
    """How a promise is broken, in a line."""
    if found.run is None:
        return "no run reaches it"
    last = found.run.steps[-1][0] if found.run.steps else "the start"
    ending_ = f"; {found.reason}" if found.reason else ""
    return f"broken after {many(len(found.run.steps), 'step')}, by {last}{ending_}"


def _finding(done: Verification, column: Column, found: Verdict, *, where: bool) -> Iterator[str]:
    under = f" under {title(column)}" if where else ""
    explain = "" if done.host is not None else _explain(column, found)
    yield f"  {found.property}{under}: {first_line(found)}{explain}"
    yield f"      {PROPERTIES[found.property].says}"
    if done.host is not None and found.run is not None:
        yield f"      {about_run(done.host, found.run)}"
        if found.property in done.host.alone:
            yield f"      {about_kinds(done.host, found.property)}"


def _names_in_full(done: Verification) -> Iterator[str]:
    """Each VM of the host whose name stands shortened where a broken promise is told."""
    if done.host is not None:
        runs = [one.run for one in done.all_verdicts if one.verdict == REFUTED and one.run is not None]
        yield from (f"  {said}" for said in in_full(name for run in runs for name in named_in(done.host, run)))


def _promises(done: Verification, most: int | None) -> Iterator[str]:
    """How each promise stands: each by itself if they are few, else those that fail."""
    names = list(dict.fromkeys(found.property for found in done.all_verdicts))
    if len(done.verdicts) == 1:
        yield from _in_one_column(done, names, most)
    elif len(names) <= FEW:
        yield f"{many(len(names), 'promise')} in {many(len(done.verdicts), 'column')}:"
        yield from (f"  {_everywhere(done, name)}" for name in names)
    else:
        yield from _headline(done, names)


def _in_one_column(done: Verification, names: Sequence[str], most: int | None) -> Iterator[str]:
    ((column, verdicts),) = done.verdicts.items()
    yield f"Assuming: {column_text(column)}"
    shown = verdicts if len(names) <= FEW else [one for one in verdicts if one.verdict in {REFUTED, UNDECIDED}]
    for found in shown[:most]:
        if found.verdict == REFUTED:
            lines = list(_finding(done, column, found, where=False))
            sign = "UNREACHABLE" if found.run is None else "REFUTED"
            yield lines[0].replace(": ", f": {sign}, ", 1)
            yield from lines[1:]
        else:
            yield f"  {found.property}: {_said(found)}"
    yield from _names_in_full(done)
    if most is not None and len(shown) > most:
        yield f"  … and {many(len(shown) - most, 'promise')} more: --failing tells all"


def _said(found: Verdict) -> str:
    if found.verdict == HOLDS:
        assumed = assumptions(PROPERTIES[found.property])
        return HOLDS + (f", assuming {' and '.join(assumed)}" if assumed else "")
    return f"{found.verdict}, {found.reason}" if found.reason else found.verdict


def _everywhere(done: Verification, name: str) -> str:
    found = {column: one for (other, column), one in done.by_cell.items() if other == name}
    base = found.get(BASE)
    alone = "" if base is None else f"{base.verdict if base.verdict != REFUTED else 'REFUTED'} without faults; "
    counts = Counter(one.verdict for one in found.values())
    open_ = f", undecided in {counts[UNDECIDED]}" if counts[UNDECIDED] else ""
    if ALL_FAULTS in done.verdicts and ALL_FAULTS not in found:
        open_ += f", with all faults together {_NOT_JUDGED}"
    if not counts[REFUTED]:
        return f"{name}: {alone}broken in none of {many(len(found), 'column')}{open_}"
    smallest = findings({(name, column): one for column, one in found.items()})
    broken = sorted((column for _, column in smallest), key=lambda column: size_of(column, found[column]))
    named = _some([_title(column, found[column].length) for column in broken])
    return f"{name}: {alone}broken in {counts[REFUTED]} of {many(len(found), 'column')}{open_}: {named}"


def _headline(done: Verification, names: Sequence[str]) -> Iterator[str]:
    together = {one.property: one for one in done.verdicts.get(ALL_FAULTS, ()) if len(done.verdicts) > 1}
    kinds: dict[str, set[str]] = {name: set() for name in names}
    for column, verdicts in done.verdicts.items():
        for one in verdicts if column != ALL_FAULTS or not together else ():
            kinds[one.property].add(one.verdict)
    kept = sum(HOLDS in found and not found & {REFUTED, UNDECIDED} for found in kinds.values())
    broken = [name for name, found in kinds.items() if REFUTED in found]
    open_ = sum(UNDECIDED in found and REFUTED not in found for found in kinds.values())
    rest = len(names) - kept - len(broken) - open_
    yield (
        f"{many(len(names), 'promise')} in {many(len(done.verdicts) - bool(together), 'column')}"
        f"{' besides all faults together' if together else ''}: "
        f"{kept} kept in all that put them to the test, "
        f"{len(broken)} broken in some" + (f", {open_} undecided in some" if open_ else "")
        + (f", {rest} never put to the test" if rest else "") + "."
    )  # fmt: skip
    if together:
        yield _with_all_faults(list(together.values()), len(names))
    alone = [name for name in broken if (found := done.by_cell.get((name, BASE))) and found.verdict == REFUTED]
    if BASE in done.verdicts:
        yield f"Broken without any fault: {_some(alone, FEW) if alone else 'none'}."
    yield _findings(done)


_NOT_JUDGED = "not judged: the protocol has changed (--all-faults judges it)"


def _with_all_faults(found: Sequence[Verdict], asked: int) -> str:
    """All faults together are a column by itself: what is kept there closed sets show that are made apart, and only of a protocol that
    they were made of."""
    counts = {kind: sum(one.verdict == kind for one in found) for kind in (REFUTED, UNDECIDED, HOLDS)}
    told = [
        f"{counts[REFUTED]} broken",
        *([f"{counts[HOLDS]} kept"] if counts[HOLDS] else []),
        *([f"{counts[UNDECIDED]} left open by a bounded search"] if counts[UNDECIDED] else []),
        *([f"{asked - len(found)} {_NOT_JUDGED}"] if asked > len(found) else []),
    ]
    return f"With all faults together: {', '.join(told)}."


def _of_those(done: Verification) -> str:
    """Said of smaller columns where not every column was judged: what the others would show is not known."""
    return " of those judged" if done.left or done.same[0] else ""


def _findings(done: Verification) -> str:
    """How many failures no smaller column shows; and which of them the record has not, or no more: nothing fails there now, or a smaller
    column shows it."""
    now, those = findings(done.by_cell), _of_those(done)
    said = (
        f"{many(len(now), 'failure')} that no smaller column{those} shows"
        if those
        else f"{many(len(now), 'finding')} (a promise, and the smallest circumstances that break it)"
    )
    if not done.against.known or done.host is not None:
        return f"{said}."
    cells: dict[tuple[str, Column], Verdict | Cell] = {}
    for name, column in done.by_cell:
        if (cell := done.record.cell(name, column.name)) is not None:
            cells[name, column] = cell
    was = findings(cells)
    new, no_more = [one for one in now if one not in was], [one for one in was if one not in now]
    gone = [one for one in no_more if done.by_cell[one].verdict != REFUTED]
    by_less = [one for one in no_more if one not in gone]
    also = f", {_numbered(by_less)} broken in smaller circumstances now" if by_less else ""
    return f"{said}: {_numbered(new)} new, {_numbered(gone)} gone{also}."


def _numbered(found: Sequence[tuple[str, Column]]) -> str:
    if not found:
        return "none"
    return f"{len(found)} ({_some([f'{name} under {title(column)}' for name, column in found])})"


def _counted(done: Verification) -> Iterator[str]:
    column = BASE if BASE in done.verdicts else next(iter(done.verdicts), BASE)
    where = "" if len(done.verdicts) == 1 else " without faults" if column == BASE else f" under {title(column)}"
    yield from _assured([one for one in done.verdicts.get(column, ()) if one.verdict == HOLDS], where)
    verdicts = done.all_verdicts
    counts = {kind: sum(one.verdict == kind for one in verdicts) for kind in (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)}
    cached = sum(one.cached for one in verdicts)
    yield (
        f"{many(len(verdicts), 'verdict')}: {', '.join(f'{n:,} {kind}' for kind, n in counts.items())}"
        + (f"; {cached:,} of them from the cache" if cached else "")
    )  # fmt: skip


def _assured(holding: Sequence[Verdict], where: str) -> Iterator[str]:
    """How far it reaches that something holds: what most have, then the others by name. where: it holds."""
    by_assurance: dict[str, list[str]] = {}
    for one in holding:
        by_assurance.setdefault(one.assurance, []).append(one.property)
    if not by_assurance:
        return
    usual, *others = sorted(by_assurance, key=lambda assurance: -len(by_assurance[assurance]))
    but = "; ".join(f"{_some(by_assurance[assurance])}: {assurance}" for assurance in others)
    yield f"What holds{where} is: {usual}" + (f"; but {but}" if but else "") + "."


def ending(done: Verification) -> Iterator[str]:
    """How it stands with the record, in a line or two, and what is not shown."""
    against = done.against
    if done.left:
        yield f"Stopped early: {many(done.left, 'column')} of {len(done.verdicts) + done.left} were not judged."
    yield from _numbers(against)
    if not done.solvers:
        yield "Solvers were not asked: what they would confirm is closed, not proved."
    yield _verdict_on(done)
    yield f"Not shown: {done.not_shown[0]} (--tables: all tables, and all that is not shown; --failing: what fails)"


def _numbers(against: Compared) -> Iterator[str]:
    total = against.assurances + against.lengths
    if total:
        said = [
            *([f"{against.assurances:,} another assurance"] if against.assurances else []),
            *([f"{against.lengths:,} a run of another length"] if against.lengths else []),
        ]
        yield f"{many(total, 'verdict')} that {'is' if total == 1 else 'are'} as recorded took other numbers: {', '.join(said)}."


def _verdict_on(done: Verification) -> str:
    against, total = done.against, len(done.all_verdicts)
    if done.host is not None:
        return beside_record(against)
    asked = done.compared and not done.left  # nobody accepts what was not judged
    meant = f" If that is meant: shadowproof accept{option()} --reason TEXT" if asked else ""
    different = {kind: against.number(kind) for kind in _HEADS if against.number(kind)}
    if different:
        said = ", ".join(f"{number:,} {kind}" for kind, number in different.items())
        return f"{many(sum(different.values()), 'verdict')} not as recorded: {said}.{meant}"
    if against.gone:
        return f"What is judged is as recorded, but promises are missing.{meant}"
    if not against.known:
        return "Not compared with the record: this is not a recorded question."
    if against.unknown:
        return f"{against.known:,} of {many(total, 'verdict')} are as recorded; the others are no recorded question."
    return "Every verdict that could differ is as recorded." if done.same[0] else "Every verdict is as recorded."


def _title(column: Column, length: int | None) -> str:
    return title(column) + ("" if length is None else f" ({length})")


def _some(names: Sequence[str], most: int = _NAMED) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
