"""The answer to what can be kept at all, and the tables behind it: all combinations of readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from proofs.verdicts.combined.combinations import Block, Kept, Row, best, conflicts, interacting, reading
from proofs.verdicts.combined.kept_cuts import load as load_cuts
from properties.catalogue import PROPERTIES
from shadowproof.letter.findings import FINDINGS
from shadowproof.letter.words import folded, listed, named, paragraph, question, read_as, value
from shadowproof.outside.spelling import many

Chosen = Mapping[str, str]

_GRID = 3
"""Silent points on which a promise of a finding hangs together, from which on it has a table of its own."""


def in_short(found: Kept) -> str:
    """Whether one combination of readings keeps every promise, several, or none; a sentence."""
    if not found.blocks:
        return ""
    block = _first(found)
    chosen, _ = best(block)
    size, fewest = sum(1 for _ in block.all()), block.breaks(chosen[0])
    if not fewest:
        several = (
            "One way of reading them keeps"
            if len(chosen) == 1
            else f"{len(chosen):,} of {size:,} ways of reading them keep"
        )
        return f" **{several} every promise.**"
    broken = "one" if len(fewest) == 1 else len(fewest)
    nearest = (
        f"the {len(chosen):,} of {size:,} that come nearest break"
        if len(chosen) > 1
        else "the one that comes nearest breaks"
    )
    return f" **No way of reading them keeps every promise; {nearest} {broken}.**"


def answer(found: Kept) -> list[str]:
    """Which readings keep every promise, or most of them; and which promises cannot be kept together."""
    if not found.blocks:
        return []
    block, points = _first(found), sum(len(one.readings) for one in found.blocks)
    chosen, _ = best(block)
    total = sum(1 for one in found.blocks for _ in one.all())
    lines = paragraph(
        f"There are {points} points on which you are silent. Of those that bear on each other all combinations of readings were looked "
        f"at, {total:,} in all, where a VM may fail to be saved, as you say that it may, and nothing else goes wrong."
    )
    if not (fewest := block.breaks(chosen[0])):
        return [*lines, *paragraph("Every promise is kept by all that have:"), *_needs(found, chosen), ""]
    lines += _told_together(_told_conflicts(block))
    if len(fewest) == 1:
        alone = {name: sum(block.breaks(one) == {name} for one in chosen) for name in _lost(block, chosen)}
        ways = listed([f"{many(number, 'combination')} if `{name}` is given up" for name, number in alone.items()])
        size = sum(1 for _ in block.all())
        lines += paragraph(
            f"**All others can be kept, and in several ways**: of the {size:,} combinations of {_names(block.readings)} by {ways}. "
            f"What these have in common:"
        )
    else:
        lines += paragraph(
            f"Fewest are broken, {len(fewest)}, by {many(len(chosen), 'combination')}. What these have in common:"
        )
    return [*lines, *_needs(found, chosen), ""]


def _first(found: Kept) -> Block:
    """The block of most silent points: what becomes of a backup."""
    return max(found.blocks, key=lambda one: len(one.readings))


def _nearest(block: Block, found: Kept) -> list[dict[str, str]]:
    """The combinations of a block that break least; of what all of them break the first block speaks."""
    first = _first(found)
    if block is first:
        return best(block)[0]
    always = {name for name in first.broken if all(name in broken for _, broken in block.judged)}
    fewest = min(len(broken - always) for _, broken in block.judged)
    return [dict(one) for one, broken in block.judged if len(broken - always) == fewest]


def _lost(block: Block, chosen: Sequence[Chosen]) -> list[str]:
    return [name for name in block.broken if any(name in block.breaks(one) for one in chosen)]


def _told_together(sets: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The promises that cannot be kept together: those that all sets have in words, and what else each has by its name."""
    shared = [name for name in sets[0] if all(name in names for names in sets)]
    others = [named(name for name in names if name not in shared) for names in sets]
    beside = f"{' and' if shared else ''} any of {listed(others, 'or')}" if all(others) else ""
    yield from paragraph(f"None of them keeps {'these' if shared else ''}{beside} together:")
    for name in shared:
        yield from folded(f"* {PROPERTIES[name].says} (`{name}`)", "  ")
    yield ""


def _told_conflicts(block: Block) -> list[tuple[str, ...]]:
    """The smallest sets only."""
    found = conflicts(block)
    return [names for names in found if len(names) == min(map(len, found))]


def _needs(found: Kept, chosen: Sequence[Chosen]) -> list[str]:
    """What the nearest combinations have in common, an item a silent point; of those that hang together, that they do."""
    lines = []
    for block in found.blocks:
        of = chosen if block is _first(found) else _nearest(block, found)
        for name in block.readings:
            if len(states := _values(name, of)) < len(reading(name).actor.states) and not _hangs(name, block, of):
                lines += folded(
                    f"* {name}. {question(name)} {_sentence(listed([value(name, s) for s in states], 'or'))}", "  "
                )
    hanging = [name for name in _first(found).readings if _hangs(name, _first(found), chosen)]
    if hanging:
        lines += folded(f"* {_names(hanging)} hang on one another: the table below has them.", "  ")
    return lines


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _values(name: str, chosen: Sequence[Chosen]) -> list[str]:
    return [state for state in reading(name).actor.states if any(one[name] == state for one in chosen)]


def _hangs(name: str, block: Block, chosen: Sequence[Chosen]) -> bool:
    """Whether what a silent point may be read as depends on how others are read: among combinations, some value of it goes with less
    than all of the rest."""
    rest = {tuple(v for k, v in one.items() if k != name) for one in chosen}
    return len({(one[name], *(v for k, v in one.items() if k != name)) for one in chosen}) < len(rest) * len(
        _values(name, chosen)
    )


def _names(names: Sequence[str]) -> str:
    return "READ-" + ", ".join(name.removeprefix("READ-") for name in names)


# -- the tables -----------------------------------------------------------------------------------------------------------


def tables(found: Kept) -> list[str]:
    """The silent points and their readings; what hangs on several of them together; and what is broken exactly where."""
    if not found.blocks:
        return []
    lines = [*_points(found), ""]
    for name in dict.fromkeys(one.promise for one in FINDINGS):
        lines += _grid(name, _first(found))
    lines += _broken(found)
    return [*lines, *_apart(found)]


def _points(found: Kept) -> Iterator[str]:
    yield from paragraph(
        "Each point on which you are silent, with its readings (what is taken here, where nothing is said, in bold), and which of them "
        "go with the fewest broken promises."
    )
    yield "| silent point | can be read as | for the promises |"
    yield "|---|---|---|"
    for name in (one for block in found.blocks for one in block.readings):
        states = reading(name).actor.states
        words = "; ".join(f"**{value(name, s)}**" if s == states[0] else value(name, s) for s in states)
        yield f"| {name}. {question(name)} | {words} | {_verdict(name, found)} |"


def _verdict(name: str, found: Kept) -> str:
    block = next(one for one in found.blocks if name in one.readings)
    chosen = _nearest(block, found)
    together = next((group for group in interacting(block) if name in group), ())
    if not together:
        return "free: no promise hangs on it without further faults"
    if _hangs(name, block, chosen):
        others = [other for other in together if other != name and _hangs(other, block, chosen)]
        return f"hangs on {_names(others)}"
    states = _values(name, chosen)
    return "free" if len(states) == len(reading(name).actor.states) else listed([value(name, s) for s in states], "or")


def _grid(promise: str, block: Block) -> list[str]:
    """Where several silent points decide together about a promise: each of their combinations, and whether it is kept."""
    rows = [row for row in block.broken.get(promise, ()) if not row.open]
    names = [name for name in block.readings if any(name in row.values for row in rows)]
    if len(names) < _GRID:
        return []
    across, *down = sorted(names, key=lambda name: (-len(reading(name).actor.states), block.readings.index(name)))
    default = {name: reading(name).default for name in block.readings}
    lines = paragraph(f"{PROPERTIES[promise].says} (`{promise}`) It hangs on {len(names)} silent points together:")
    lines.append(f"| {' | '.join(down)} | " + " | ".join(f"{across} {value(across, s)}" for s in _all(across)) + " |")
    lines.append("|---" * (len(down) + len(_all(across))) + "|")
    for states in product(*map(_all, down)):
        of = dict(zip(down, states, strict=True))
        kept = [
            "broken" if any(row.has({**default, **of, across: s}) for row in rows) else "kept" for s in _all(across)
        ]
        lines.append(f"| {' | '.join(value(n, s) for n, s in of.items())} | {' | '.join(kept)} |")
    return [*lines, ""]


def _all(name: str) -> tuple[str, ...]:
    return reading(name).actor.states


def _broken(found: Kept) -> Iterator[str]:
    yield from paragraph(
        "Each promise that some combination breaks, and exactly which: everywhere else it is kept, for any number of VMs."
    )
    yield "| broken exactly where | promise | steps of a run |"
    yield "|---|---|---|"
    first = _first(found)
    for block in found.blocks:
        by_row: dict[str, list[tuple[str, Row]]] = {}
        for name, rows in block.broken.items():
            for row in rows:
                if not row.open and (row.values or block is first):
                    by_row.setdefault(read_as(row.values) or "always", []).append((name, row))
        for where, broken in sorted(by_row.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            yield f"| {where} | {named(name for name, _ in broken)} | {', '.join(str(row.steps) for _, row in broken)} |"
    yield ""
    if doubts := list(_doubts(found.blocks)):
        yield from paragraph(
            "Views of all combinations at once leave open whether a promise is broken in these; in the one of each that was looked at by "
            f"itself no run breaks it: {'; '.join(doubts)}."
        )
    else:
        yield from paragraph("Nothing is open.")


def _doubts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        for name, rows in block.broken.items():
            yield from (f"`{name}` where {read_as(row.values) or 'always'}" for row in rows if row.open)


def _apart(found: Kept) -> list[str]:
    groups = "; ".join(f"{_names(block.readings)}: {sum(1 for _ in block.all()):,}" for block in found.blocks)
    lines = f"Combined in full are the silent points of a group ({groups}), each of {many(len(_first(found).asked), 'promise')}; those of "
    lines += "the other groups are as taken here. "
    if not (cuts := load_cuts(found.protocol)):
        return paragraph(lines + "Of different groups nothing is known.")
    of = {name: block for block in found.blocks for name in block.readings}
    together = [
        f"{read_as({name: (state,) for name, state in cut.column.readings})}: `{one.property}`"
        for one in cuts.values()
        for cut in one.sets
        if not cut.column.faults and len({of[name].readings for name, _ in cut.column.readings}) > 1
    ]
    lines += f"Every two readings of different groups were looked at for {named(cuts)}: "
    return paragraph(
        lines
        + ("together only break " + "; ".join(together) if together else "nothing breaks by both together only")
        + "."
    )
