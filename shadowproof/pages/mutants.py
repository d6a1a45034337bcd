"""The page on mutants: what is changed in rules, what notices it, and what nothing promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from model.protocol import BY_ID
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.fates import Record, Tally, by_operator, by_requirement, load, matrix
from proofs.mutants.judge import SURVIVES, Fate
from proofs.mutants.operators import OPERATORS, Mutant
from properties.unpromised import UNPROMISED, why_unpromised
from shadowproof.mutate import NOT_SHOWN
from shadowproof.outside.spelling import many
from shadowproof.pages.overviews import markdown

_MOST = 6
"""Properties that are named of those that kill mutants of one requirement's rules."""


def old(kept: Record) -> str:
    """What a page says of fates that are of other rules than today's; empty, if none is."""
    if not kept.is_old:
        return ""
    some = f"Of {len(kept.fates) - len(kept.today):,} of them that" if kept.today else "That"
    return (
        f" {some} is old, or may be: it is not kept as judged of the rules and promises as they are now. "
        "`shadowproof mutate --record --missing` judges anew."
    )


_NUMBERS = ("mutants", "killed", "equivalent", "refused", "listed", "survive")


def page() -> str:
    """The page, of what is kept of all mutants. Raises FatesError."""
    mutants, kept = all_mutants(), load()
    fates = {name: kept.fates[name] for name in mutants if name in kept.fates}
    tally = Tally.of(fates.values())
    blocks = [
        "# Mutants",
        "Every rule is changed in small ways, one at a time, and held against all properties in every column in which it fires. "
        "A mutant is *refused* when the notation does not put it together; *killed* when some property's verdict is another one; "
        "*equivalent* when the changed rule takes the same steps on every view of the closed sets; else it survives, and is a hole in "
        "the properties or *listed* below with the reason. `shadowproof mutate --record` keeps what became of "
        "them in proofs/mutants/mutants.json, from which this page is made.",
        f"{tally.mutants:,} of {many(len(mutants), 'mutant')} were judged: "
        f"{tally.killed:,} killed, {tally.equivalent:,} equivalent, {tally.refused:,} refused, "
        f"{tally.listed:,} listed, {len(tally.holes):,} survive.{old(kept)}",
        "## What is changed",
        markdown(
            ("operator", "the change", *_NUMBERS),
            [(name, OPERATORS[name], *_row(found)) for name, found in by_operator(mutants, fates).items()],
        ),
        "## Who kills what",
        "For each requirement and reading: the mutants of the rules that carry it, and how many of them each property kills in the first "
        "column in which anything kills them. Those that kill most are named; `shadowproof mutate --json` has all.",
        _matrix(mutants, fates),
        "## What nothing promises",
        *_listed(mutants, fates),
        "## What this does not show",
        "\n".join(f"* {said}" for said in NOT_SHOWN),
    ]
    return "\n\n".join(blocks) + "\n"


def _row(tally: Tally) -> list[str]:
    numbers = (tally.mutants, tally.killed, tally.equivalent, tally.refused, tally.listed, len(tally.holes))
    return [f"{number:,}" for number in numbers]


def _matrix(mutants: Mapping[str, Mutant], fates: Mapping[str, Fate]) -> str:
    counts = matrix(mutants, fates)
    rows = []
    for one, tally in by_requirement(mutants, fates).items():
        page = "requirements" if one in BY_ID else "readings-and-faults"
        killers = sorted(((-n, name) for (of, name), n in counts.items() if of == one))
        said = ", ".join(f"[{name}](properties.md#{name}) {-n}" for n, name in killers[:_MOST])
        said += f", {len(killers) - _MOST} more" if len(killers) > _MOST else ""
        rows.append((f"[{one}]({page}.md#{one.lower()})", *_row(tally), said))
    return markdown(("requirement", *_NUMBERS, "killed by, how many"), rows)


def _listed(mutants: Mapping[str, Mutant], fates: Mapping[str, Fate]) -> Iterable[str]:
    """Each reason, with the mutants that survive for it."""
    by_reason: dict[str, list[str]] = {why: [] for why in UNPROMISED.values()}
    for name, fate in fates.items():
        if fate.kind == SURVIVES and (why := why_unpromised(name)):
            by_reason[why].append(f"* `{name}`: {mutants[name].says}.")
    for why, names in by_reason.items():
        if names:
            yield f"{why}"
            yield "\n".join(names)
