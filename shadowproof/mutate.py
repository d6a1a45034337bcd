"""`shadowproof mutate`: which mutants are judged, and what is printed of what became of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.table import Table

from model.protocol import PROTOCOL
from proofs.answers import record as verdicts
from proofs.answers import runs
from proofs.answers.column_cache import protocol_content
from proofs.mutants import fates as kept
from proofs.mutants import few_kinds
from proofs.mutants.all_mutants import all_mutants, judge_mutants, judges
from proofs.mutants.fates import Tally, by_operator, by_requirement, matrix
from proofs.mutants.judge import KILLED, SURVIVES, Fate
from proofs.mutants.operators import OPERATORS, Mutant
from proofs.mutants.since import changed_since
from properties.catalogue import PROPERTIES
from properties.unpromised import why_unpromised
from shadowproof.ask import AskError, near
from shadowproof.outside.files import write_whole
from shadowproof.outside.rooms import refuse_installed
from shadowproof.outside.spelling import many
from shadowproof.outside.telling import telling
from shadowproof.verify.progress import announce

SCHEMA = "shadowproof-mutate/1"

NOT_SHOWN = (
    "A mutant is one small change of one rule: that two changes together are noticed is not shown.",
    "What no rule of the model says, no mutant of it can show to be missing.",
    "Equivalent is so for any number of VMs, each with any number of disks and adapters; one that differs is searched with none, one and "
    "two of those that its rule looks at.",
    "A mutant is killed in the first column in which any property's verdict is found to be another one: where it is looked at first, and "
    "so which property is named and how many views are counted, hangs also on what is judged with it. What would kill it in others is not "
    "asked, and of promises of which the record has no verdict there only the first that does is named. "
    "Runs that refute are of one VM, unless the property was asked of any number.",
)

_MOST = 40
"""Survivors, and killers of a requirement, that are printed; --json has all."""


@dataclass(frozen=True)
class Mutated:
    """What became of the mutants that were asked for. names: of the properties that may kill them."""

    mutants: Mapping[str, Mutant]
    fates: Mapping[str, Fate]
    names: tuple[str, ...]

    @property
    def tally(self) -> Tally:
        return Tally.of(self.fates.values())

    @property
    def status(self) -> int:
        """0: each is refused, killed, equivalent or listed with its reason; 1: some survive for no listed reason; 3: some are open."""
        return 1 if self.tally.holes else 3 if self.tally.open else 0


def chosen(
    rules: Sequence[str], operators: Sequence[str], since: str | None, sample: int | None, *, missing: bool = False
) -> dict[str, Mutant]:
    """The mutants asked for: of these rules (events, machines, or the ids they carry), by these operators, of the rules changed
    since a revision, or every so many-th. missing: only those of which it is not kept what becomes of them under the rules of today.
    Raises AskError, SinceError and FatesError."""
    known = {*PROTOCOL.events, *PROTOCOL.actors, *(name for event in PROTOCOL.events.values() for name in event.by)}
    asked = {rule.upper() if rule.upper() in known else rule for rule in rules}
    for rule in sorted(asked - known):
        raise AskError(f"There is no event, machine or requirement {rule!r}. {near(rule, known, 'events')}")
    for operator in operators:
        if operator not in OPERATORS:
            raise AskError(f"There is no operator {operator!r}. Write one of {', '.join(OPERATORS)}.")
    if sample is not None and sample < 1:
        raise AskError(f"--sample {sample}: at least one mutant must be judged. Write --sample 50, say.")
    found = {
        name: one
        for name, one in all_mutants().items()
        if (not asked or asked & {*one.events, one.machine, *one.by}) and (not operators or one.operator in operators)
    }
    if since is not None:
        changed = set(changed_since(since, PROTOCOL))
        if not changed:
            raise AskError(
                f"No rule differs from what it was at {since}: there is nothing to judge. Name an earlier revision."
            )
        found = {
            name: one for name, one in found.items() if changed & {*one.events, *([] if one.events else [one.machine])}
        }
    if not found:
        raise AskError("No mutant is of these rules and by these operators. Ask for others.")
    if missing:
        known_today = kept.load().today
        found = {name: one for name, one in found.items() if name not in known_today}
        if not found:
            raise AskError(
                "What becomes of each is kept already, of the rules of today. Leave --missing out to judge them anew."
            )
    return found if sample is None else thinned(found, sample)


def thinned(mutants: Mapping[str, Mutant], sample: int) -> dict[str, Mutant]:
    """So many of the mutants, always the same, spread evenly over all rules."""
    names = list(mutants)
    step = max(1, len(names) / sample)
    return {names[int(i * step)]: mutants[names[int(i * step)]] for i in range(min(sample, len(names)))}


def mutate(
    mutants: Mapping[str, Mutant],
    names: Sequence[str],
    *,
    jobs: int,
    quick: bool,
    console: Console,
    record: Path | None = None,
) -> Mutated | None:
    """Judge, with a progress bar on the console; None: it was interrupted, which is said. record: the file in which what becomes of them
    is kept, as soon as it is known. Raises AskError, OutputError and FatesError."""
    if verdicts.load().cells and runs.load_for(protocol_content()) is runs.NONE:
        raise AskError(
            "What is recorded is of another protocol: what a mutant does could not be told from what was changed before. Look at it with "
            "`shadowproof verify`, take it over with `shadowproof accept`, and ask again."
        )
    announce(console, len(mutants), f"Judging {many(len(mutants), 'mutant')} by {many(len(names), 'promise')}")
    keeping = None if record is None else Keeping(record)
    with telling(console, "judging", "mutants") as told:

        def done(what: str, judged: int, total: int) -> None:
            told(min(judged, total), total, what)

        try:
            fates = judge_mutants(
                list(mutants.values()), names=tuple(names), jobs=jobs, quick=quick, progress=done,
                settled=keeping.hear if keeping is not None else lambda _: None,
            )  # fmt: skip
        except KeyboardInterrupt:
            if keeping is None:
                said = "nothing of it is kept. Ask for fewer with --rule, --since or --sample"
            else:
                said = f"{keeping.end():,} of {many(len(mutants), 'mutant')} were judged to their end, and are kept. "
                said += "With --missing it goes on with the others"
            console.print(f"Interrupted: {said}.", highlight=False)
            return None
    if keeping is not None and record is not None:
        keeping.end()
        if mutants.keys() == all_mutants().keys() or not judges().has_kinds:
            write_whole(record.with_name(few_kinds.PATH.name), judges().kinds_anew())
    return Mutated(mutants, fates, tuple(names))


class Keeping:
    """Keeps what becomes of mutants with what is kept of the others, every so often. Raises OutputError and FatesError: at once where
    what is kept cannot be read."""

    SECONDS = 60.0
    """Between two times that the file is written."""

    def __init__(self, path: Path, clock: Callable[[], float] = monotonic) -> None:
        refuse_installed("What became of mutants is kept")
        self._path, self._clock = path, clock
        self._record = kept.load(path) if path.exists() else kept.Record({})
        self._found: dict[str, Fate] = {}
        self._waiting = 0
        self._last = clock()

    def hear(self, found: Iterable[Fate]) -> None:
        """Of what became of some."""
        for fate in found:
            self._found[fate.mutant] = fate
            self._waiting += 1
        if self._waiting and self._clock() - self._last >= self.SECONDS:
            self._write()

    def end(self) -> int:
        """Keep what is not kept yet. Returns how many are, of those that were heard of."""
        if self._waiting:
            self._write()
        return len(self._found)

    def _write(self) -> None:
        write_whole(self._path, kept.dump(self._record.and_also(self._found, all_mutants())))
        self._waiting, self._last = 0, self._clock()


def print_mutated(done: Mutated, console: Console, *, full: bool) -> None:
    """What a person reads."""
    _print_tallies("Operators", "operator", by_operator(done.mutants, done.fates), console)
    if full:
        console.print()
        _print_matrix(done, console)
    _print_survivors(done, console)
    tally = done.tally
    said = f"{many(tally.mutants, 'mutant')}: {tally.killed:,} killed, {tally.equivalent:,} equivalent"
    survive = f"{tally.listed:,} survive and are listed with the reason, {len(tally.holes):,} survive"
    console.print(
        f"\n{said}, {tally.refused:,} refused by the notation, {survive}.",
        highlight=False,
    )
    if tally.open:
        console.print(
            f"{tally.open:,} are open: a quick search does not kill them. Ask without --quick.", highlight=False
        )
    if len(done.names) < len(PROPERTIES):
        console.print(
            f"Only {len(done.names)} of {len(PROPERTIES)} properties were asked: that a mutant survives them is no hole."
        )
    console.print("Not shown: " + " ".join(NOT_SHOWN), style="dim", highlight=False)


def _print_tallies(title: str, heading: str, tallies: Mapping[str, Tally], console: Console) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(heading)
    for name in ("mutants", "killed", "equivalent", "refused", "listed", "survive"):
        table.add_column(name, justify="right")
    for name, tally in tallies.items():
        holes = f"[red]{len(tally.holes)}[/]" if tally.holes else "0"
        numbers = (tally.mutants, tally.killed, tally.equivalent, tally.refused, tally.listed)
        table.add_row(name, *map(str, numbers), holes)
    console.print(table)


def _print_matrix(done: Mutated, console: Console) -> None:
    """For each requirement the properties that kill mutants of its rules, those first that kill most."""
    counts, table = matrix(done.mutants, done.fates), Table(box=None, pad_edge=False)
    for name in ("requirement", "mutants", "killed", "survive", "killed by (how many)"):
        table.add_column(name, justify="right" if name in {"mutants", "killed", "survive"} else "left")
    for one, tally in by_requirement(done.mutants, done.fates).items():
        killers = sorted(
            ((n, name) for (of, name), n in counts.items() if of == one), key=lambda pair: (-pair[0], pair[1])
        )
        said = ", ".join(f"{name} ({n})" for n, name in killers[:5]) + (
            f", {len(killers) - 5} more" if len(killers) > 5 else ""
        )
        table.add_row(one, str(tally.mutants), str(tally.killed), str(tally.listed + len(tally.holes)), said)
    console.print(table)


def _print_survivors(done: Mutated, console: Console) -> None:
    holes = done.tally.holes
    if not holes:
        return
    console.print(
        f"\n[red]Survive ({len(holes)})[/]: give each a property that it breaks, or a reason in properties/unpromised.py"
    )
    for name in holes[:_MOST]:
        one, fate = done.mutants[name], done.fates[name]
        console.print(f"  {name}", style="bold", highlight=False, markup=False)
        console.print(
            f"      {one.says}. ({' '.join(one.by) or 'no requirement'}) {fate.reason}", highlight=False, markup=False
        )
    if len(holes) > _MOST:
        console.print(f"  … and {len(holes) - _MOST} more: --json has all.")


def as_json(done: Mutated) -> dict[str, Any]:
    """What became of each mutant, as the schema describes it."""
    return {
        "schema": SCHEMA,
        "properties": list(done.names),
        "counts": {
            "mutants": done.tally.mutants,
            "killed": done.tally.killed,
            "equivalent": done.tally.equivalent,
            "refused": done.tally.refused,
            "listed": done.tally.listed,
            "survive": len(done.tally.holes),
            "open": done.tally.open,
        },
        "mutants": [_one(done.mutants[name], fate) for name, fate in done.fates.items()],
        "matrix": [
            {"requirement": one, "property": name, "killed": n}
            for (one, name), n in matrix(done.mutants, done.fates).items()
        ],
        "not_shown": list(NOT_SHOWN),
    }


def _one(mutant: Mutant, fate: Fate) -> dict[str, Any]:
    return {
        "name": mutant.name,
        "operator": mutant.operator,
        "events": list(mutant.events),
        "machine": mutant.machine or None,
        "requirements": list(mutant.by),
        "says": mutant.says,
        "fate": fate.kind,
        "column": fate.kills[0].column if fate.kind == KILLED else None,
        "killed_by": [{"property": k.property, "how": k.how, "steps": k.length} for k in fate.kills],
        "columns": fate.columns,
        "views": fate.views,
        "reason": fate.reason,
        "listed": why_unpromised(mutant.name) if fate.kind == SURVIVES else "",
    }


def as_text(done: Mutated) -> str:
    """The same as JSON text, one line a mutant."""
    lines = []
    for key, value in as_json(done).items():
        many = key in {"mutants", "matrix"}
        text = (
            "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n]"
            if many
            else json.dumps(value)
        )
        lines.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def schema_text() -> str:
    """The published JSON schema of `mutate --json`."""
    return files("shadowproof").joinpath("schema/mutate-1.json").read_text("utf-8")
