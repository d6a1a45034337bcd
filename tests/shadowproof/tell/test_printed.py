"""What is printed of an argument is what was confirmed: read back, line by line, it gives the same table and the same ranks, of each
argument that is kept; and the argument is one screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from statistics import median
from typing import TypeVar

import pytest

from model.protocol import PROTOCOL
from proofs.verdicts.combined.kept_cuts import HEADLINE
from proofs.why.ending import Ending, Rank
from proofs.why.tables.table import PAIR, SAME, Cells, Table
from proofs.why.tell import named
from proofs.why.wording import Told
from properties.catalogue import PROPERTIES
from properties.kinds import Ends
from shadowproof.site.kept import arguments
from shadowproof.tell.arguing import ending as in_the_end
from shadowproof.tell.arguing import why as as_table
from shadowproof.tell.arguing.argued import Argued, in_words

SCREEN = 40
"""Lines."""

States = Mapping[str, Sequence[str]]
Kind = TypeVar("Kind", Table, Told, Ending)


@cache
def kept() -> Mapping[str, arguments.Kept]:
    data = json.loads(arguments.PATH.read_text("utf-8"))["arguments"]
    return {name: arguments._read(one) for name, one in data.items()}


def of_kind(kind: type[Kind]) -> Iterator[tuple[str, Kind]]:
    for name, one in kept().items():
        if isinstance(one.of, Argued) and isinstance(one.of.by, kind):
            yield name, one.of.by


@pytest.fixture(autouse=True)
def _unbroken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not broken, so that each says one thing."""
    monkeypatch.setattr(as_table, "WIDTH", 1_000_000)


# -- tables ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """What a table says, as it is read off its lines: of each row and of all, which states each machine may be in."""

    rows: tuple[tuple[frozenset[Cells], frozenset[Cells]], ...]
    throughout: Cells
    never: frozenset[Cells]


def said(name: str, table: Table) -> list[str]:
    return list(as_table.why(PROPERTIES[name], table, PROTOCOL, cached=False, depth=1))


def every_state(table: Table) -> States:
    at_all = zip(table.vms, table.throughout, table.states, strict=True)
    hosts = {name: table.occurring(place) for place, name in enumerate(table.hosts)}
    return {**hosts, **{name: tuple(cell or states) for name, cell, states in at_all}}


def as_meant(table: Table) -> Read:
    """The same of the table as solvers were asked about it."""
    states = every_state(table)
    full = partial(_full, states)
    rows = tuple(
        (frozenset(full(table.hosts, box) for box in row.hosts), frozenset(full(table.vms, box) for box in row.vms))
        for row in table.rows
    )
    whole = dict(zip(table.vms, table.states, strict=True))
    return Read(
        rows if len(rows) > 1 else ((frozenset(), rows[0][1]),),
        _full(whole, table.vms, table.throughout),
        frozenset(full(table.vms, cells) for cells in table.never),
    )


def _full(states: States, names: Sequence[str], cells: Cells) -> Cells:
    """Cells that name all states of a machine that may be in any."""
    return tuple(tuple(sorted(cell or states[name])) for name, cell in zip(names, cells, strict=True))


def as_read(lines: Sequence[str], table: Table) -> Read:
    states = every_state(table)
    whole = dict(zip(table.vms, table.states, strict=True))
    throughout, never = _full(whole, table.vms, tuple(() for _ in table.vms)), set[Cells]()
    rows: list[tuple[set[Cells], set[Cells]]] = []
    for line in lines[: next(i for i, line in enumerate(lines) if line.startswith("So it cannot"))]:
        text = line.strip()
        if line.startswith(" 0  "):
            throughout = _cells(text.partition("every VM: ")[2], table.vms, whole, ", and ")
        elif text.startswith("if "):
            premise, _, conclusion = text.removeprefix("if ").partition(", then ")
            so = _so(premise, table.vms, states, " and ")
            ((name, then),) = _so(conclusion, table.vms, states, " and ").items()
            so[name] = tuple(sorted(set(states[name]) - set(then)))
            never.add(tuple(so.get(name, tuple(sorted(states[name]))) for name in table.vms))
        elif line[:2].strip().isdigit():
            rows.append((set(), set()))
            _, _, place = text.rpartition(": ")
            rows[-1][0].update(_places(place, table, states))
        elif text.startswith("that is, "):
            rows[-1][0].update(_places(text.removeprefix("that is, "), table, states))
        elif text.startswith("a VM may be in any state"):
            rows[-1][1].add(_cells("", table.vms, states, ", and "))
        elif text.startswith(("every VM: ", "every VM, either: ", "or ")) and rows:
            first = next(start for start in ("every VM: ", "every VM, either: ", "or ") if text.startswith(start))
            rows[-1][1].add(_cells(text.removeprefix(first), table.vms, states, ", and "))
    return Read(tuple((frozenset(one), frozenset(two)) for one, two in rows), throughout, frozenset(never))


def _places(text: str, table: Table, states: States) -> Iterator[Cells]:
    """Where the host is in a row; none, where it is all the rest, or where it is told by its phases and, below, by its states."""
    if any(text.startswith(f"{named(name)} ") for name in table.hosts):
        for one in text.split("; or "):
            yield _cells(one, table.hosts, states, ", and ")


def _cells(text: str, names: Sequence[str], states: States, joined: str) -> Cells:
    so = _so(text, names, states, joined)
    return tuple(so.get(name, tuple(sorted(states[name]))) for name in names)


def _so(text: str, names: Sequence[str], states: States, joined: str) -> dict[str, tuple[str, ...]]:
    """What machines are, each by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for part in text.split(joined) if text else ():
        pair = next((n for n in names if PAIR in n and part.startswith(_compared(n))), None)
        if pair is not None:
            found[pair] = (SAME[part.removeprefix(f"{named(pair.split(PAIR)[0])} ").startswith("differs")],)
            continue
        name = max((n for n in names if PAIR not in n and part.startswith(f"{named(n)} ")), key=lambda n: len(named(n)))
        found[name] = _states(part.removeprefix(f"{named(name)} "), states[name])
    return found


def _compared(pair: str) -> tuple[str, str]:
    one, two = map(named, pair.split(PAIR))
    return f"{one} the same as {two}", f"{one} differs from {two}"


def _states(text: str, every: Sequence[str]) -> tuple[str, ...]:
    """The states that words tell of a machine: those in which it is, or all but those in which it is not."""
    known = {named(state): state for state in every}
    assert len(known) == len(every)
    if text not in known and text.startswith(("not ", "neither ")):
        others = {known[one] for one in _listed(text.split(" ", 1)[1], " nor ")}
        return tuple(sorted(set(every) - others))
    if text not in known and f"not {text}" in known:
        return tuple(sorted(set(every) - {known[f"not {text}"]}))
    return tuple(sorted(known[one] for one in _listed(text, " or ")))


def _listed(text: str, last: str) -> list[str]:
    first, _, end = text.rpartition(last)
    return [*first.split(", "), end] if first else [end]


def test_a_table_that_is_read_back_is_the_one_that_solvers_confirmed() -> None:
    tables = list(of_kind(Table))
    assert len(tables) > 100
    for name, table in tables:
        assert as_read(said(name, table), table) == as_meant(table), name
        assert {solver for solver, _ in table.confirmed} == {"z3", "cvc5"}, name


@pytest.mark.parametrize(
    "wrong",
    [
        lambda states, every: as_table.listed([named(state) for state in every]).replace(" and ", " or "),
        lambda states, every: named(sorted(states)[0]),
    ],
)
def test_a_table_that_is_told_wrongly_is_noticed(
    wrong: Callable[[Sequence[str], Sequence[str]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_table, "is_in", wrong)
    tables = dict(of_kind(Table))
    wide = [name for name in HEADLINE if name in tables]
    assert wide
    for name in wide:
        assert as_read(said(name, tables[name]), tables[name]) != as_meant(tables[name]), name


# -- what every step uses up -------------------------------------------------------------------------------------------------


def ranks_read(lines: Sequence[str]) -> list[list[Rank]]:
    """The ranks of the host, and those of VMs, as they are read off the lines."""
    found: list[list[Rank]] = [[]]
    for line in lines:
        if line.startswith("While the host stays"):
            found.append([])
        elif line[:2].strip().isdigit():
            name, _, order = line[4:].partition(": ")
            groups = tuple(tuple(group.split("/")) for group in order.split(" → "))
            found[-1].append(Rank(name, groups))
    return found


def test_the_ranks_that_are_read_back_are_those_that_fall_at_each_step() -> None:
    """That they fall: `tests/proofs/why/test_ending.py`."""
    endings = list(of_kind(Ending))
    assert endings
    for name, told in endings:
        found = PROPERTIES[name]
        assert isinstance(found, Ends)
        read = ranks_read(list(in_the_end.why(found, told, cached=False, depth=1)))
        meant = [told.host, *(staying.vm for staying in told.vms)]
        assert read == [
            [Rank(named(rank.machine), tuple(tuple(map(named, states)) for states in rank.states)) for rank in ranks]
            for ranks in meant
        ], name


# -- one screen --------------------------------------------------------------------------------------------------------------


def screens() -> dict[str, int]:
    """The lines of each argument as it is told first."""
    return {
        name: len(in_words(PROPERTIES[name], one.of, one.column, 1))
        for name, one in kept().items()
        if isinstance(one.of, Argued)
    }


def test_a_headline_argument_is_one_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert {name: lines for name in HEADLINE if (lines := screens()[name]) > SCREEN} == {}


def test_the_median_argument_is_half_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert median(screens().values()) <= SCREEN / 2


def test_the_median_argument_has_few_rows() -> None:
    rows = [sum(len(row.vms) for row in table.rows) + len(table.never) for _, table in of_kind(Table)]
    assert median([*rows, *(len(told.clauses) for _, told in of_kind(Told))]) <= 6
