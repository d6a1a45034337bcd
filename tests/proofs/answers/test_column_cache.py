"""A column is known just where nothing that its verdicts could depend on has changed: every kind of change is tried."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import proofs.answers.column_cache
from model.notation import TRUE, Actor, Event, Fault, Network, Sort, Term
from model.notation.changes import with_event
from model.notation.machines import Move
from model.protocol import PROTOCOL
from proofs.answers.cache import in_use, use
from proofs.answers.column_cache import column_key, keep_column, project_content, recall_column
from proofs.answers.content import content_of
from proofs.answers.verdict import RunFound, Verdict
from proofs.world.parts import ONE_OF_EACH
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Always, Fact, Property, Step
from tests.counted import calls
from tests.helpers.networks.tiny import HARBOUR
from tests.helpers.nightly import nightly

ROOT = Path(__file__).parents[3]
NAMES = ["no-vm-left-saved", "writer-identity"]
FAULT = Column(frozenset({"failure_ignored"}))
SCOPE = Scope(vms=1, proofs=True, counts=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    use(tmp_path)
    yield tmp_path
    use(None)


# The network


def text(*things: Actor | Event | Fault, at_start: tuple[Term, ...] = ()) -> list[str]:
    """What a network of these things depends on, put together unchecked: a change need not make sense to be seen."""
    kinds: dict[type, dict[str, Any]] = {Actor: {}, Event: {}, Fault: {}}
    for thing in things:
        kinds[type(thing)][thing.name] = thing
    return list(content_of(Network(kinds[Actor], kinds[Event], kinds[Fault], at_start)))


def anew(old: Actor, **changed: Any) -> Actor:
    """A machine made anew, with something changed."""
    now = {
        "name": old.name,
        "of": old.sort,
        "starts": old.starts,
        "says": old.says,
        "observer": old.observer,
        **changed,
    }
    rows = now.pop("rows", old.moves)
    now["starts"] = frozenset(state for state in old.enum if state.name in now["starts"])
    new = Actor(now.pop("name"), old.enum, **now)
    return new.table(*rows) if rows else new


def changed_rows(actor: Actor) -> Iterator[tuple[Move, ...]]:
    """The machine's table with each of its rows left out, led elsewhere, and guarded otherwise."""
    for i, row in enumerate(actor.moves):
        before, after = actor.moves[:i], actor.moves[i + 1 :]
        other = next(state for state in actor.enum if state != row.dest)
        yield (*before, *after)
        yield (*before, replace(row, dest=other), *after)
        yield (*before, replace(row, when=~row.when), *after)


@pytest.mark.parametrize(("one_in", "rows_at_least"), [(15, 60), pytest.param(1, 1_000, marks=nightly)])
def test_every_row_of_every_machine_counts(one_in: int, rows_at_least: int) -> None:
    seen = 0
    for actor in [*PROTOCOL.actors.values()][::one_in]:
        now = text(actor)
        assert text(anew(actor)) == now
        for rows in changed_rows(actor):
            assert text(anew(actor, rows=rows)) != now, (actor, rows)
            seen += 1
    assert seen >= rows_at_least


def test_the_order_of_rows_that_fit_at_once_counts() -> None:
    """The first that fits is taken, where one of them only stays."""
    place = HARBOUR.actors["place"]
    assert text(anew(place, rows=place.moves[::-1])) != text(place)


def test_what_a_machine_is_counts() -> None:
    for actor in PROTOCOL.actors.values():
        others = [state for state in actor.states if state not in actor.starts]
        assert (
            text(anew(actor, starts=others or actor.starts[1:] or actor.states)) != text(actor)
            or len(actor.states) == 1
        )
        assert text(anew(actor, observer=not actor.observer)) != text(actor)
        assert text(anew(actor, name=f"{actor.name} too")) != text(actor)
        assert text(anew(actor, of=Sort("tape", of=actor.sort))) != text(actor)
        assert text(anew(actor, says="Other words.", leaves_out=("more",))) == text(actor)


def test_what_a_sort_is_part_of_counts() -> None:
    oars = HARBOUR.actors["oars"]
    assert oars.sort.of is not None
    moored = replace(oars.sort, of=replace(oars.sort.of, of=Sort("sea")))
    assert text(anew(oars, of=moored)) != text(oars)


def test_what_an_event_is_counts() -> None:
    for event in PROTOCOL.events.values():
        scope = event.scope
        for changed in (
            replace(event, name=f"{event.name}_too"),
            replace(event, when=~event.when),
            replace(event, scope=replace(scope, sort=Sort("tape", of=scope.sort))),
            replace(event, scope=replace(scope, all=not scope.all)),
            replace(event, fault="guest_hangs" if event.fault is None else None),
            replace(event, fair=not event.fair),
        ):
            assert text(changed) != text(event), changed
        assert text(replace(event, says="Other words.", by=("BAK-1",))) == text(event)


def test_what_a_fault_is_counts() -> None:
    for fault in PROTOCOL.faults.values():
        assert text(replace(fault, silences=fault.silences ^ {"vm_saved"})) != text(fault)
        assert text(replace(fault, name=f"{fault.name}_too")) != text(fault)
        assert text(replace(fault, says="Other words.", where="elsewhere", duty="", means="More.")) == text(fault)


def test_what_holds_at_the_start_counts() -> None:
    terms = PROTOCOL.at_start
    assert len({tuple(text(at_start=some)) for some in (terms, terms[1:], (*terms[:-1], ~terms[-1]), terms[::-1])}) == 4


def test_nothing_can_be_left_out() -> None:
    whole: list[Actor | Event | Fault] = []
    whole += [*PROTOCOL.actors.values(), *PROTOCOL.events.values(), *PROTOCOL.faults.values()]
    lines = [tuple(text(thing)) for thing in whole]
    assert len(set(lines)) == len(lines)
    assert text(*whole, at_start=PROTOCOL.at_start)[: sum(map(len, lines))] == [one for found in lines for one in found]


# The key


def key(**change: Any) -> str:
    asked = {"column": FAULT, "names": NAMES, "scope": SCOPE, **change}
    return column_key(asked.pop("column"), asked.pop("names"), asked.pop("scope"), **asked)


def test_the_network_is_in_the_key() -> None:
    changed = with_event(PROTOCOL, "vm_saved", when=PROTOCOL.events["vm_saved"].when & ~PROTOCOL.at_start[0])
    assert key(network=PROTOCOL) == key()
    assert key(network=changed) != key()


def test_the_column_is_in_the_key() -> None:
    one, two = ("READ-1", "NEVER"), ("READ-2", "YES")
    columns = [Column(), FAULT, Column(FAULT.faults | {"guest_hangs"}), Column(FAULT.faults, (one,))]
    columns += [Column(readings=(one,)), Column(readings=(("READ-1", "INSIDE"),)), Column(readings=(one, two))]
    assert len({key(column=column) for column in columns}) == len(columns)


def test_which_properties_are_asked_and_in_which_order_is_in_the_key() -> None:
    asked = [NAMES, NAMES[::-1], NAMES[:1], [*NAMES, "no-partial-backup"]]
    assert len({key(names=names) for names in asked}) == len(asked)


WORDS: Mapping[str, object] = MappingProxyType({"says": "Other.", "shows": ("T-9",), "derived": True, "place": None})


def changed_value(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value} too"
        case tuple():
            return (*value, value[0] if value else "more")
        case _:
            return ~value  # a term


def of_property(found: Property, change: Mapping[str, Any]) -> str:
    return key(names=["it"], properties={"it": replace(found, **change)})


def test_all_of_a_property_but_its_words_is_in_the_key() -> None:
    for found in PROPERTIES.values():
        now = of_property(found, {})
        for field in fields(found):
            value = getattr(found, field.name)
            if field.name in WORDS:
                assert of_property(found, {field.name: WORDS[field.name]}) == now, field.name
            elif isinstance(found, Fact) and field.name == "constants":
                more = [*found.constants(), ("one more", 1, 1)]
                assert of_property(found, {"constants": lambda more=more: more}) != now
            elif field.name != "observers":  # they are machines of the network
                assert of_property(found, {field.name: changed_value(value)}) != now, field.name


def test_kinds_of_the_same_content_are_told_apart() -> None:
    always = Always(says="It.", shows=("T-1",), term=TRUE, kind="", name="it")
    step = Step(says="It.", shows=("T-1",), term=TRUE, kind="", name="it")
    assert key(names=["it"], properties={"it": always}) != key(names=["it"], properties={"it": step})


def test_every_field_of_the_scope_is_in_the_key() -> None:
    others = {"shapes": (ONE_OF_EACH, ONE_OF_EACH), "allowed": ({"power": frozenset({"OFF"})},)}
    for field in fields(Scope):
        change: Any = {field.name: others.get(field.name) or changed_value(getattr(SCOPE, field.name))}
        assert key(scope=replace(SCOPE, **change)) != key(), field.name


@pytest.fixture
def other_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, object], None]]:
    """Another value of what the engines are told by, as another process would have it."""
    caches = (proofs.answers.column_cache._engines, project_content)

    def put(name: str, value: object) -> None:
        monkeypatch.setattr(proofs.answers.column_cache, name, value)
        for cached in caches:
            cached.cache_clear()

    yield put
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("name", "value"),
    [("versions", lambda: {"sources": "others"}), ("LEFT_OUT_WHERE_NOT_ASKED", frozenset({"power"}))],
)
def test_the_engines_are_in_the_key_and_in_what_workers_are_told_by(
    other_engines: Callable[[str, object], None], name: str, value: object
) -> None:
    before = key(), project_content()
    other_engines(name, value)
    assert key() != before[0]
    assert project_content() != before[1]


SAID = """
from proofs.verdicts.check import Scope
from proofs.answers.column_cache import column_key, project_content
from proofs.answers.content import content_of
from proofs.verdicts.combined.pairs import pairs
from properties.catalogue import PROPERTIES
columns = pairs(["faults", "readings", "both"])
{order}
scope = Scope(allowed=({{"power": frozenset({{"OFF", "SAVED", "RUNNING"}}), "note": frozenset({{"NOTHING", "PAUSED"}})}},))
keys = {{column.name: column_key(column, list(PROPERTIES), scope) for column in columns}}
print(project_content(), sorted(keys.items()))
"""


def test_neither_the_order_nor_the_process_nor_its_hash_seed_is_in_the_key() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", SAID.format(order=order)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, order in (("1", ""), ("2", "columns.reverse()"))
    ]
    assert said[0] == said[1]
    assert said[0].startswith(project_content())


FEW = 1_000


def test_a_key_of_one_more_column_takes_little_work() -> None:
    names, columns = list(PROPERTIES), [Column(frozenset({str(i)})) for i in range(500)]
    column_key(Column(), names, SCOPE)  # the network, the catalogue and the engines are hashed once a process
    with calls(500 * FEW):
        assert len({column_key(column, names, SCOPE) for column in columns}) == 500


# What is kept


RUN = RunFound((ONE_OF_EACH,), {("power", (0,)): "SAVED"}, (("vm_saved", (0,)), ("backup_initialized", ())), 1)
KEPT = [
    Verdict(
        "no-vm-left-saved", "failure_ignored", "refuted", "a run was replayed", run=RUN, reason="it waits", states=7
    ),
    Verdict("writer-identity", "failure_ignored", "holds", "constants compared", "comparison"),
]


def test_what_is_kept_comes_back_and_says_that_it_is_from_the_cache(folder: Path) -> None:
    keep_column("key", KEPT)
    found = recall_column("key")
    assert found == KEPT
    assert [one.cached for one in found or []] == [True, True]
    assert recall_column("another") is None


def test_without_a_cache_nothing_is_kept() -> None:
    assert in_use().folder is None
    keep_column("key", KEPT)
    assert recall_column("key") is None


def test_what_is_damaged_or_of_another_shape_is_not_believed(folder: Path) -> None:
    in_use().put("shape", [{"property": "no-vm-left-saved"}])
    assert recall_column("shape") is None
    keep_column("key", KEPT)
    for path in folder.rglob("*.json"):
        path.write_text(path.read_text("utf-8").replace("it waits", "it goes"), "utf-8")
    assert recall_column("key") is None
    assert len(in_use().damaged) == 1
