"""A difference as a comment on a pull request, in Markdown: what it comes to, what got worse, and the rest folded."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.differences.rules import Changed
from shadowproof.diff.compare import GAINED, STRONGER, Diff, counted
from shadowproof.diff.told import conclusion, cut, reach, run, verdicts
from shadowproof.formats.markdown import SCREEN, folded, plain
from shadowproof.outside.spelling import many

MARK = "<!-- shadowproof diff -->"
"""The first line, by which a later comment finds the one that it replaces."""

MOST = 60
"""Of one kind of thing so many are told: a comment may not be long."""


def as_comment(diff: Diff) -> str:
    return "\n".join(_lines(diff)) + "\n"


def _lines(diff: Diff) -> Iterator[str]:
    yield MARK
    yield f"### {plain(diff.base)} → {plain(diff.head)}: {plain(conclusion(diff))}"
    yield ""
    yield from (f"{plain(note)}  " for note in diff.notes)
    kinds = {} if diff.judged is None else counted(diff.judged.changes)
    worse = [one for kind, found in kinds.items() if kind not in {GAINED, STRONGER} for one in found]
    yield from (f"- **{plain(one.kind)}**: {plain(verdicts(one))}" for one in worse[:SCREEN])
    rest = [*worse[SCREEN:], *(one for kind, found in kinds.items() if kind in {GAINED, STRONGER} for one in found)]
    if rest:
        yield from folded(
            f"{many(len(rest), 'more verdict')}",
            [f"- {plain(one.kind)}: {plain(verdicts(one))}" for one in rest[:MOST]],
        )
    if diff.cuts:
        texts = [f"- {plain(cut(one))}" for one in diff.cuts[:MOST]]
        yield from folded(f"{len(diff.cuts)} minimal cut sets appear or vanish", texts)
    if diff.named:
        texts = [f"- {plain(f'{one.sort} {one.name} {one.what}: {one.says}')}" for one in diff.named[:MOST]]
        yield from folded(f"{len(diff.named)} said otherwise", texts)
    if diff.rules:
        texts = []
        for rule in diff.rules[:MOST]:
            texts.append(f"- **{plain(rule.name)}** {plain(_about(rule))}")
            texts += [f"  - {plain(text)}" for text in rule.what]
        yield from folded(f"{len(diff.rules)} rules that are not as they were", texts)
    for one in diff.differences[:MOST]:
        head, *told = run(one)
        yield from folded(head.rstrip(":"), [f"{plain(line)}  " for line in told])
    yield ""
    yield from (f"{plain(line)}  " for line in reach(diff) if line)


def _about(rule: Changed) -> str:
    by = f" ({' '.join(rule.by)})" if rule.by else ""
    return f"{rule.kind.value}{by} {rule.place}"
