"""`shadowproof why-not`: the argument as far as it goes, the row where it breaks, the run beside it, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from model.protocol import PROTOCOL
from model.versions import option
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.why.argue import table
from proofs.why.tables.breaking import Break, breaks_of, on_the_run
from proofs.why.tables.free import NoReason
from proofs.why.tables.table import Table
from proofs.why.tell import named
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import AskError, options
from shadowproof.tell.arguing.leans import compiled_for, facts, without
from shadowproof.tell.arguing.why import why, wrapped
from shadowproof.tell.explain import answers, explained, holds_when
from shadowproof.tell.story import story
from shadowproof.verify.report import column_text

_SHOWN = 4
"""Rows that break, of those that are told."""


def why_not(name: str, column: Column, vms: int, spell: Callable[[str], str] = str) -> tuple[list[str], int]:
    """What there is to tell, line by line, and the exit status: that of `explain`."""
    (verdict,) = answers([name], column, vms)
    if verdict.verdict != REFUTED:
        ask = " ".join(filter(None, ["shadowproof why", name, options(column)]))
        said = f"{name} is not broken, assuming {column_text(column)}: {verdict.verdict}."
        return [
            f"{said} {f'Why: {ask}' if verdict.verdict == HOLDS else ''}".rstrip()
        ], 0 if verdict.verdict == HOLDS else 3
    story, status = explained(name, [name], column, vms, spell)
    return [*_argued(name, column, verdict), "", story.rstrip("\n"), "", *_mended(name, column)], status


def told_without(name: str, number: int, vms: int, spell: Callable[[str], str] = str) -> tuple[list[str], int]:
    """What becomes of a promise if one rule that its argument takes is taken away. Raises AskError at a rule that there is not."""
    found = PROPERTIES[name]
    try:
        made, _ = table(watched(None), BASE, found)
        compiled = compiled_for(name)
    except NoReason as problem:
        raise AskError(f"{name} has no argument that takes rules: {problem}.") from None
    known = {fact.number: fact for fact in facts(made, compiled)}
    if number not in known:
        ask = f"shadowproof assumptions {name} --all"
        raise AskError(
            f"--without {number}: the argument takes {len(known)} rules, numbered from 1. List them with: {ask}"
        )
    fact = known[number]
    changed = without(fact, compiled)
    (verdict,) = check(BASE, [name], Scope(vms=vms, proofs=True, counts=False), network=changed)
    head = f"Without the rule that {fact.says} ({' '.join(fact.by)}):"
    if verdict.run is None or verdict.verdict != REFUTED:
        return [head, f"{name} {verdict.verdict} all the same, by another argument ({verdict.assurance})."], 0
    network, _ = as_asked(found, watched(changed))
    return [head, "", story(verdict.run, network, found, BASE, verdict, [], spell).rstrip("\n")], 1


def _argued(name: str, column: Column, verdict: Verdict) -> Iterator[str]:
    """The argument for where nothing goes wrong, and where it breaks in this column."""
    found, network = PROPERTIES[name], watched(None)
    try:
        made, cached = table(network, BASE, found)
        broken = breaks_of(network, column, found, made)
    except NoReason as problem:
        yield f"There is no argument to begin with: {problem}."
        return
    yield f"The argument where nothing goes wrong, as far as it goes (assuming {column_text(column)}, it breaks below):"
    yield ""
    told = list(why(found, made, PROTOCOL, cached=cached, depth=1))
    end = next((i for i, line in enumerate(told) if line.startswith("So it cannot")), len(told))
    yield from told[:end]
    if not broken:
        yield "No single event leads out of the table: what it leaves free, or counts on to come, is what breaks."
        return
    events = [event for event, _ in verdict.run.steps] if verdict.run else []
    first = on_the_run(broken, events)
    for one in first[:_SHOWN]:
        yield from _where(one, made, on_run=one.event in events)
    if len(first) > _SHOWN:
        yield f"and {len(first) - _SHOWN} more"


def _where(one: Break, made: Table, *, on_run: bool) -> Iterator[str]:
    """The row and the event that break it."""
    event = PROTOCOL.events.get(one.event)
    by = f" ({' '.join(event.by[:3])})" if event else ""
    moved = ", ".join(f"{named(machine)} becomes {named(state)}" for machine, state in one.moved)
    host = not one.to
    if host:
        what = "and the host is then as in no row"
    elif one.moved or one.to != one.row:
        vm = ", ".join(f"{named(machine)} {named(state)}" for machine, state in one.vm)
        what = f"and in row {one.to} no VM may be: {vm}"
    else:
        what = "which is what must not happen"
    run = "; the run below takes it" if on_run else ""
    yield from wrapped(f"{one.event}{by}: {moved + ', ' if moved else ''}{what}{run}", f"breaks in row {one.row}: ")


def _mended(name: str, column: Column) -> Iterator[str]:
    """What would mend it: each fault or reading without which it holds, and who can see to it."""
    found = holds_when(name, column)
    yield (
        f"What would mend it: {name} holds {'; or '.join(found)}."
        if found
        else (
            f"No single fault or reading less would mend it: shadowproof cuts {name}{option()} has the smallest that break it."
        )
    )
    for duty in _duties(column.faults):
        yield from wrapped(duty, "  ")


def _duties(faults: Sequence[str] | frozenset[str]) -> Iterator[str]:
    for fault in sorted(faults):
        if duty := PROTOCOL.faults[fault].duty:
            yield f"{fault} is somebody's to prevent: {duty}"
