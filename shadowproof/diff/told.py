"""A difference in lines: what it comes to first, then what is said otherwise, what runs show, what became of the promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.notation import words
from model.notation.terms import In
from proofs.differences.rules import Changed
from proofs.differences.runs import ADDED, REMOVED, Difference, Searched
from proofs.world.world import Column
from shadowproof.diff.compare import GONE, NEW, Cut, Diff, Verdicts, counted
from shadowproof.outside.spelling import many

FEW = 12
"""Of one kind of thing so many are told; `--json` has all."""

_HAS = {ADDED: "only now", REMOVED: "no more"}

_CUTS = {
    (NEW, False): ("appears", "appear"),
    (GONE, True): ("is more than it takes now", "are more than it takes now"),
    (NEW, True): ("takes more than before", "take more than before"),
    (GONE, False): ("vanishes", "vanish"),
}
"""What is said of one, and of several, by their kind and whether a part of them is enough on the other side."""


def lines(diff: Diff, few: int | None = FEW) -> Iterator[str]:
    """All of it, for a terminal. few: told of each kind (None: all)."""
    yield f"{diff.base} → {diff.head}: {conclusion(diff)}"
    yield from (f"  {note}" for note in diff.notes)
    yield from _some("Said otherwise:", [f"{one.sort} {one.name} {one.what}: {one.says}" for one in diff.named], few)
    yield from _some("Rules:", [line for one in diff.rules for line in _rule(one)], None if few is None else 2 * few)
    for one in diff.differences[:few]:
        yield ""
        yield from run(one)
    if few is not None and len(diff.differences) > few:
        yield f"  … and {many(len(diff.differences) - few, 'more run')}"
    yield from promises(diff, few)
    yield from _some("Minimal cut sets:", [cut(one) for one in diff.cuts or ()], few)
    yield from reach(diff)


def conclusion(diff: Diff) -> str:
    """What it comes to, in a sentence."""
    if diff.same and diff.status == 0:
        return f"no observable difference ({diff.same})."
    parts = []
    for kind, what in ((ADDED, "more"), (REMOVED, "fewer")):
        if found := {one.event for one in diff.differences if one.kind == kind}:
            parts.append(f"{len(found)} event{'s' if len(found) > 1 else ''} may happen where {'they' if len(found) > 1 else 'it'} "
                         + ("could not" if what == "more" else "no longer can"))  # fmt: skip
    if found := {one.event for one in diff.differences if one.kind not in _HAS}:
        parts.append(f"{len(found)} lead{'s' if len(found) == 1 else ''} elsewhere")
    if diff.judged is not None:
        parts += [
            f"{many(len({one.promise for one in found}), 'promise')} {kind}"
            for kind, found in counted(diff.judged.changes).items()
        ]
    for (kind, less), text in _CUTS.items():
        if number := sum((of.kind, of.less is not None) == (kind, less) for of in diff.cuts or ()):
            parts.append(f"{many(number, 'cut set')} {text[number != 1]}")
    if not parts and diff.same:
        return f"no run differs ({diff.same}), but what is said does."
    if not parts and diff.silent and diff.shown_in and not diff.not_shown:
        return f"no observable difference under {', '.join(diff.shown_in)} (proved by views, for any number of VMs)."
    if not parts and diff.unwalked:
        rules = ", ".join(one.name for one in diff.unwalked)
        return f"no {'promise that was judged' if diff.judged else 'run'} differs; of {rules} only promises could tell."
    if not parts and diff.silent:
        bound = "to their end" if all(done.closed for done in diff.searched) else "so far"
        return f"no difference found, which is bounded: one VM, with one part of each sort, was walked over {bound}."
    return f"{'; '.join(parts)}." if parts else "no run differs, but what is said does."


def _rule(one: Changed) -> Iterator[str]:
    by = f" ({' '.join(one.by)})" if one.by else ""
    yield f"{one.name} {one.kind.value}{by} {one.place}"
    yield from (f"  {text}" for text in one.what)


def run(one: Difference) -> Iterator[str]:
    """The run that shows a difference, and what the other side says to its last step."""
    has = _HAS.get(one.kind, one.kind)
    yield f"{one.event}, {has}, under {one.column}, after {many(len(one.run.steps) - 1, 'step')} that both have:"
    starts = [words(In(name, frozenset({state}))) for (name, _), state in one.run.starts.items()]
    if starts:
        yield f"  it starts so: {', '.join(starts)}"
    events = [f"{event}{'@' + str(member[0] + 1) if member else ''}" for event, member in one.run.steps]
    yield f"  {' → '.join(events)}"
    side = {ADDED: "before", REMOVED: "now"}.get(one.kind, "now")
    yield f"  {side}: {one.why}"


def promises(diff: Diff, few: int | None = FEW) -> Iterator[str]:
    """What became of the promises, worse first."""
    if diff.judged is None:
        return
    for kind, found in counted(diff.judged.changes).items():
        yield from _some(f"Promises {kind}:", [verdicts(one) for one in found], few)


def cut(one: Cut) -> str:
    """A cut set that appears or vanishes."""
    if one.less is not None:
        less = "nothing at all" if one.less == Column() else one.less.name
        if one.kind == NEW:
            return f"{one.promise} takes {one.column.name} to be broken, where {less} was enough: {many(one.steps, 'step')}"
        return f"{one.promise} takes no more than {less} to be broken, where {one.column.name} was needed"
    with_ = f"{one.promise} is broken by {one.column.name}"
    return f"{with_}, which is new: {many(one.steps, 'step')}" if one.kind == NEW else f"{with_} alone no more"


def verdicts(one: Verdicts) -> str:
    """One verdict, as it was and is."""
    was, now = (_cell(cell.verdict, cell.length, cell.assurance) for cell in (one.was, one.now))
    return f"{one.promise} under {one.column}: {was} → {now}"


def _cell(verdict: str, length: int | None, assurance: str) -> str:
    if verdict == "refuted":
        return verdict if length is None else f"{verdict} in {many(length, 'step')}"
    return f"{verdict} ({assurance})" if verdict == "holds" else verdict


def reach(diff: Diff) -> Iterator[str]:
    """How far it was looked, and what is not shown."""
    yield ""
    if diff.searched:
        closed = (
            "to the end or the first difference"
            if all(_whole(done) for done in diff.searched)
            else "as far as was allowed"
        )
        columns = ", ".join(done.column.name if len(done.column.faults) < 3 else "all faults" for done in diff.searched)
        pairs = sum(done.pairs for done in diff.searched)
        yield f"Runs: {pairs:,} pairs of states of one VM with one part of each sort, {closed}; under {columns}."
    for done in diff.searched:
        if done.problem:
            yield f"Not searched under {done.column}: {done.problem}."
    if diff.shown_in:
        yield f"Proved by views, for any number of VMs: the rules that changed make no difference under {', '.join(diff.shown_in)}."
    if diff.not_shown:
        yield f"Not proved: {diff.not_shown}."
    elif diff.silent and not diff.shown_in:
        yield f"Of {', '.join(one.name for one in diff.silent[:FEW])} no run was found that shows it: bounded, not proved."
    if diff.cuts is None and diff.judged is not None:
        yield "Cut sets: not both sides have kept those of what they say (shadowproof cuts --record keeps them)."
    if diff.judged is not None:
        judged = diff.judged
        if judged.by_record:
            compared = f"{many(judged.cells, 'verdict')} in {many(len(judged.columns), 'column')} compared"
            yield f"Promises: both records are of what is said: {compared}."
        else:
            where = ", ".join(judged.columns[:4]) + (" and more" if len(judged.columns) > 4 else "")
            rest = f"; in {many(judged.left, 'promise')} no changed rule has a say" if judged.left else ""
            far = f"; {judged.far} that speak of nothing that changed were not judged" if judged.far else ""
            yield f"Promises: {many(judged.cells, 'verdict')} judged, under {where}{rest}{far}. --every: all, under each fault and reading."


def _whole(done: Searched) -> bool:
    return done.closed or bool(done.differences)


def _some(head: str, texts: Sequence[str], few: int | None) -> Iterator[str]:
    if texts:
        yield ""
        yield head
        yield from (f"  {text}" for text in texts[:few])
        if few is not None and len(texts) > few:
            yield f"  … and {len(texts) - few} more: --json has all"
