"""`shadowproof sweep`: which pairs are judged, how, and what is printed of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from model.protocol import READINGS, VERSION
from model.versions import option
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.cluster import connected
from proofs.verdicts.combined.pairs import KINDS, New, new_in, pairs, parts, singles
from proofs.verdicts.suite import judge_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof import ask
from shadowproof.outside.spelling import many
from shadowproof.outside.telling import telling
from shadowproof.verify.progress import announce, ended_early
from shadowproof.verify.report import NOT_SHOWN

SCHEMA = "shadowproof-sweep/1"

SWEPT_NOT_SHOWN = (*NOT_SHOWN[:-1], "Three disturbances or more at once are judged on request.")

_KIND = {"faults": "pairs of faults", "readings": "pairs of readings", "both": "pairs of a fault and a reading"}


@dataclass(frozen=True)
class Asked:
    """One sweep. kinds: of pairs. of: the faults and readings, each alone, one of which a pair must hold (none: all pairs).
    names: the properties that are judged."""

    kinds: tuple[str, ...]
    of: tuple[Column, ...]
    names: tuple[str, ...]
    scope: Scope

    @cached_property
    def pairs(self) -> tuple[Column, ...]:
        return tuple(pairs(self.kinds, self.of))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What is judged: the pairs, and before them all that they are made of."""
        return (*singles(self.pairs), *self.pairs)


@dataclass(frozen=True)
class Workers:
    """Who judges: so many processes of this machine (-1: one a core), or those of the cluster at an address, each keeping what
    it judges in a folder of its own, if one is named."""

    jobs: int = -1
    cluster: str | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class Swept:
    """What a sweep found, the same whoever judged it in whatever order."""

    asked: Asked
    verdicts: Mapping[Column, Sequence[Verdict]]

    @cached_property
    def new(self) -> list[New]:
        return new_in(self.asked.pairs, self.verdicts)

    def status(self, *, fail_on_new: bool) -> int:
        """0 all was judged; 2 nothing was put to the test; with `fail_on_new` 1 something is new, 3 something may be."""
        found = {one.verdict for one in self.in_pairs}
        if found <= {NOT_EXERCISED}:
            return 2
        if fail_on_new and self.new:
            return 1
        return 3 if fail_on_new and UNDECIDED in found else 0

    @property
    def in_pairs(self) -> list[Verdict]:
        return [found for column in self.asked.pairs for found in self.verdicts[column]]


def asked(
    *, faults: bool, readings: bool, both: bool, of: Sequence[str], names: Sequence[str], vms: int, limit: int | None
) -> Asked:
    """A sweep as the command line names it. Raises AskError."""
    chosen = dict(zip(KINDS, (faults, readings, both), strict=True))
    kinds = tuple(kind for kind, given in chosen.items() if given) or ("faults", "readings")
    if limit is not None and limit < 1:
        raise ask.AskError(f"--limit {limit}: at least one state must be searched. Write --limit 1000000, say.")
    scope = Scope(vms=ask.vms(vms), proofs=True, counts=False)
    by_name = {name: _named(name) for name in of}
    for name, columns in by_name.items():
        if not pairs(kinds, columns):
            which = " or ".join(_KIND[kind] for kind in kinds)
            raise ask.AskError(f"{name} is in none of the {which}. Ask for another kind of pairs, or name another.")
    alone = tuple(dict.fromkeys(column for columns in by_name.values() for column in columns))
    return Asked(kinds, alone, tuple(names), scope if limit is None else replace(scope, limit=limit))


def workers(jobs: int | None, cluster: str | None, worker_cache: Path | None) -> Workers:
    """Who shall judge. Raises AskError."""
    if cluster is None and worker_cache is not None:
        raise ask.AskError(
            "--worker-cache is about the workers of a cluster. Name it with --cluster, or leave this out."
        )
    if cluster is not None and jobs is not None:
        raise ask.AskError(
            "--jobs is about this machine; a cluster has the workers it has. Leave --jobs or --cluster out."
        )
    return Workers(ask.jobs(jobs), cluster, worker_cache)


def _named(name: str) -> list[Column]:
    """A fault alone, a reading alone, or all values of a reading but the default, each alone. Raises AskError."""
    by_name = {reading.actor.name: reading for reading in READINGS}
    if name.upper() in by_name:
        return [Column(readings=((name.upper(), other),)) for other in by_name[name.upper()].others]
    column = ask.column([], [name]) if "=" in name else ask.column([name], [])
    if column == Column():
        raise ask.AskError(f"{name} is the default, which every other column takes. Name another value.")
    return [column]


def sweep(wanted: Asked, who: Workers, *, console: Console, cache: Path | None) -> Swept | None:
    """Judge, with a progress bar on the console; None: it was interrupted, which is said. Raises ClusterError."""
    judged = 0
    total = len(wanted.columns)
    reached = nullcontext(None) if who.cluster is None else connected(who.cluster, cache=who.cache)
    try:
        with reached as cluster, telling(console, "sweeping", "") as told:
            announce(console, total, f"Judging {many(len(wanted.names), 'promise')} in {many(total, 'column')}")

            def done(column: Column, _: list[Verdict], __: float) -> None:
                nonlocal judged
                judged += 1
                told(judged, total, f"columns, last: {column.name}")

            tasks = [(column, wanted.names, wanted.scope) for column in wanted.columns]
            verdicts = judge_columns(
                tasks,
                jobs=who.jobs,
                progress=done,
                closing_views=lambda closed, of: told(closed, of, "closed sets for all columns"),
                cache=cache,
                cluster=cluster,
            )
    except KeyboardInterrupt:
        console.print(
            ended_early("Interrupted", judged, total, kept=cache is not None), highlight=False, soft_wrap=True
        )
        return None
    return Swept(wanted, verdicts)


def print_sweep(done: Swept, console: Console) -> None:
    """What a person reads."""
    _print_new(done, console)
    wanted, in_pairs = done.asked, done.in_pairs
    counts = {kind: sum(v.verdict == kind for v in in_pairs) for kind in (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)}
    kinds = ", ".join(f"{len(pairs([kind], wanted.of)):,} {_KIND[kind]}" for kind in wanted.kinds)
    alone = len(wanted.columns) - len(wanted.pairs)
    console.print(f"\n{kinds}; and each of the {alone} that they are made of alone.", highlight=False)
    console.print(
        f"{many(len(in_pairs), 'verdict')} on pairs: " + ", ".join(f"{n:,} {kind}" for kind, n in counts.items()),
        highlight=False,
    )
    everything = [one for found in done.verdicts.values() for one in found]
    if cached := sum(one.cached for one in everything):
        console.print(f"{cached:,} of {many(len(everything), 'verdict')} from the cache", highlight=False)
    for one in [one for one in in_pairs if one.verdict == UNDECIDED][:_MOST]:
        console.print(f"  [yellow]undecided[/]: {one.property} under {one.column}: {one.reason}", highlight=False)
    console.print("Not shown: " + " ".join(SWEPT_NOT_SHOWN), style="dim", highlight=False)


_MOST = 60
"""Lines of one kind that are printed; --json has all."""


def _print_new(done: Swept, console: Console) -> None:
    if not done.new:
        console.print("Nothing is new: whatever is broken under a pair is broken under one of the two alone.")
        return
    table = Table(title=f"New under a pair ({len(done.new)})", title_justify="left", box=None, pad_edge=False)
    for heading in ("property", "broken under", "alone", "run"):
        table.add_column(heading, justify="right" if heading == "run" else "left")
    by_property = sorted(done.new, key=lambda new: done.asked.names.index(new.found.property))
    for new in by_property[:_MOST]:
        verdicts = [verdict for _, verdict in new.alone]
        alone = verdicts[0] if len(set(verdicts)) == 1 else ", ".join(verdicts)
        length = "" if new.found.length is None else str(new.found.length)
        table.add_row(f"[red]{new.found.property}[/]", new.column.name, alone, length)
    console.print(table)
    if len(done.new) > _MOST:
        console.print(f"… and {len(done.new) - _MOST} more: --json has all.")
    console.print(
        f"Explain one with: shadowproof explain PROPERTY --fault NAME --reading ID=VALUE{option()}",
        style="dim",
        highlight=False,
    )


def as_json(done: Swept) -> dict[str, Any]:
    """The sweep as the schema describes it: nothing in it tells who judged, how fast, or what was known before."""
    wanted = done.asked
    return {
        "schema": SCHEMA,
        "version": VERSION.name,
        "asked": {
            "kinds": list(wanted.kinds),
            "of": [column.name for column in wanted.of],
            "properties": list(wanted.names),
            "vms": wanted.scope.vms,
            "limit": wanted.scope.limit,
        },
        "counts": {
            "pairs": len(wanted.pairs),
            "new": len(done.new),
            **{
                kind: sum(v.verdict == kind for v in done.in_pairs)
                for kind in (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)
            },
        },
        "new": [_new(new) for new in done.new],
        "cell": list(_CELL),
        "columns": [_column(column, found) for column, found in done.verdicts.items()],
        "not_shown": list(SWEPT_NOT_SHOWN),
    }


_CELL = ("verdict", "assurance", "vms", "states", "steps", "depth", "length", "views")
"""What is written of each verdict, in this order."""


def as_text(done: Swept) -> str:
    """The sweep as JSON text: one line a column, and one for each thing that is new."""
    parts_ = (
        (key, _lines(value) if key in {"new", "columns"} else _line(value)) for key, value in as_json(done).items()
    )
    return "{\n" + ",\n".join(f"{_line(key)}: {text}" for key, text in parts_) + "\n}\n"


def _lines(items: Sequence[object]) -> str:
    return "[\n" + ",\n".join(map(_line, items)) + "\n]" if items else "[]"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _new(new: New) -> dict[str, Any]:
    run = new.found.run
    return {
        "property": new.found.property,
        "column": new.column.name,
        "alone": dict(new.alone),
        "assurance": new.found.assurance,
        "reason": new.found.reason,
        "run": None
        if run is None
        else [{"event": event, "member": [i + 1 for i in index]} for event, index in run.steps],
        "repeats_from": None if run is None else run.loop,
    }


def _column(column: Column, found: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "name": column.name,
        "faults": sorted(column.faults),
        "readings": dict(column.readings),
        "alone": parts(column) == [column],
        "cells": {one.property: [getattr(one, name) for name in _CELL] for one in found},
    }


def schema_text() -> str:
    """The published JSON schema of `sweep --json`."""
    return files("shadowproof").joinpath("schema/sweep-1.json").read_text("utf-8")
