"""Few runs that show all of it: greedily the one that adds most, the shorter of those; then without those that others make needless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.traces.vectors.goals import Candidate, Goal


def covered(candidates: Sequence[Candidate], shows: Mapping[int, frozenset[Goal]]) -> list[int]:
    """The numbers of the candidates that are taken, in their order. shows: what each shows."""
    left: set[Goal] = set().union(*shows.values()) if shows else set()
    open_ = {k: set(goals) for k, goals in shows.items()}
    taken: list[int] = []
    while left:
        best = max(open_, key=lambda k: (len(open_[k]), -len(candidates[k].run.steps), -k))
        taken.append(best)
        left -= open_.pop(best)
        for k in list(open_):
            open_[k] &= left
            if not open_[k]:
                del open_[k]
    return sorted(_needed(taken, shows))


def _needed(taken: Sequence[int], shows: Mapping[int, frozenset[Goal]]) -> list[int]:
    """Without those all of which others show; the ones that were taken last are asked first to stay."""
    counts: dict[Goal, int] = {}
    for k in taken:
        for goal in shows[k]:
            counts[goal] = counts.get(goal, 0) + 1
    kept = []
    for k in taken:
        if any(counts[goal] == 1 for goal in shows[k]):
            kept.append(k)
        else:
            for goal in shows[k]:
                counts[goal] -= 1
    return kept
