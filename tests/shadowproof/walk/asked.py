"""Questions that the page's interpreter is asked, with the answers that the machines themselves, and the plain search, give."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from model.notation import HOST, Event, Network, Run, Shape
from model.protocol import PROTOCOL
from proofs.answers.runs import Kept
from proofs.sample.board import Board
from proofs.sample.ground import Places
from proofs.sample.ground import test as judged
from proofs.sample.steer import Aim, Guide
from proofs.sample.walk import Begin, Walk
from proofs.search.plain import explore
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Possible, Property, Step
from shadowproof.tell.playing.play import main_protocol, play
from shadowproof.tell.playing.start import Wanted
from shadowproof.walk.document import document, protocol_document
from shadowproof.walk.runs import column_of
from shadowproof.walk.runs import recorded as kept_runs
from tests.helpers.networks.random_networks import drawn
from tests.helpers.networks.whole import compiled_whole

ENGINE = Path("shadowproof/walk/page/engine").resolve()
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: the page's interpreter is asked with it")

Starts = Mapping[tuple[str, tuple[int, ...]], str]


@dataclass
class Asked:
    """Documents, questions about them, and what is to be answered."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    expected: list[dict[str, Any]] = field(default_factory=list)

    def join(self, other: Asked) -> range:
        """Ask what the other asks, too; which questions these are then."""
        first, shift = len(self.questions), len(self.documents)
        self.documents += other.documents
        self.questions += [{**one, "document": one["document"] + shift} for one in other.questions]
        self.expected += other.expected
        return range(first, len(self.questions))

    def add(self, expected: dict[str, Any], **question: Any) -> None:
        self.questions.append({"document": len(self.documents) - 1, **question})
        self.expected.append(expected)

    def wrong(self) -> list[str]:
        """How the interpreter answers otherwise, a line a question."""
        (found,) = self.otherwise(ENGINE)
        return [line for lines in found for line in lines]

    def otherwise(self, *engines: Path) -> list[list[list[str]]]:
        """How each of several interpreters answers each question otherwise than it is to be answered."""
        return [
            [list(_differences(n, *pair)) for n, pair in enumerate(zip(given, self.expected, strict=True))]
            for given in answers(self.documents, self.questions, *engines)
        ]


class Failed(AssertionError):
    """The interpreter did not answer; with its last words."""


def answers(documents: Sequence[Any], questions: Sequence[Any], *engines: Path) -> list[list[dict[str, Any]]]:
    """What each of these interpreters answers. Raises Failed."""
    asked = json.dumps({"documents": documents, "questions": questions})
    command = [str(NODE), str(Path(__file__).with_name("answer.mjs")), *map(str, engines)]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.strip()[-2_000:])
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def _differences(number: int, given: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
    for key, value in right.items():
        found: Any = given.get(key, given.get("failed"))
        if found == value:
            continue
        if isinstance(value, list) and isinstance(found, list):
            at = next((i for i, (one, other) in enumerate(zip(value, found, strict=False)) if one != other), -1)
            if at >= 0:
                yield f"question {number}, {key} at {at}: {found[at]!r:.600} is not {value[at]!r:.600}"
                continue
        yield f"question {number}, {key}: {found!r:.300} is not {value!r:.300}"


@cache
def protocol() -> dict[str, Any]:
    return protocol_document()


def setup(shapes: Sequence[Shape], starts: Starts, column: Column) -> dict[str, Any]:
    """A start as the page has it."""
    return {
        "members": [
            {
                "parts": dict(shape.parts),
                "starts": {_key(name, at): state for (name, at), state in starts.items() if at[:1] == (i,)},
            }
            for i, shape in enumerate(shapes)
        ],
        "readings": {name: state for (name, at), state in starts.items() if not at} | dict(column.readings),
        "faults": sorted(column.faults),
    }


def _key(name: str, at: tuple[int, ...]) -> str:
    return name if len(at) == 1 else f"{name}#{at[1] + 1}"


# -- counts, like for like --------------------------------------------------------------------------------------------

USUAL = {
    "system": "OTHER", "integration": "RUNNING", "power": "RUNNING", "snapshot_location": "SAME_VOLUME", "disk_kind": "VHD",
    "disk_layout": "BASIC", "recovery": "WORKS", "file_system": "CAPABLE", "child_writers": "STABLE", "switch": "THERE", "port": "OLD",
    "cluster": "NOT_CLUSTERED",
}  # fmt: skip
"""How the machines of a VM start that may start in several ways."""


def counts(*cases: tuple[int, Column, Mapping[str, str]]) -> Asked:
    """So many VMs, a column, and for some machines all the states they may start in, with spaces between."""
    asked = Asked([document(PROTOCOL)])
    for vms, column, varied in cases:
        allowed = {name: states.split() for name, states in {**USUAL, **varied}.items()}
        shape = Shape({"disk": 1, "adapter": 1})
        sets = {_numbered(name): frozenset(states) for name, states in allowed.items()}
        found = explore(compiled_whole(PROTOCOL, [shape], column, allowed=[sets]), vms, sort=False)
        asked.add(
            {"states": found.states, "steps": found.steps, "depth": found.depth},
            kind="counted",
            setups=[_of_each(chosen, column) for chosen in product(_each(allowed), repeat=vms)],
            limit=2 * found.states,
        )
    return asked


def _numbered(name: str) -> str:
    return name if PROTOCOL.actors[name].sort == PROTOCOL.replicated else f"{name}#0"


def _each(allowed: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    keys = [_numbered(name).replace("#0", "#1") for name in allowed]
    return [dict(zip(keys, states, strict=True)) for states in product(*allowed.values())]


def _of_each(starts: Sequence[dict[str, str]], column: Column) -> dict[str, Any]:
    return {
        "members": [{"parts": {"disk": 1, "adapter": 1}, "starts": one} for one in starts],
        "readings": dict(column.readings),
        "faults": sorted(column.faults),
    }


def of_every_start() -> list[dict[str, Any]]:
    """One VM with one disk and one adapter, in each way it may start."""
    free = [actor for actor in PROTOCOL.actors.values() if actor.sort != HOST and len(actor.starts) > 1]
    allowed = {actor.name: actor.starts for actor in free}
    shape, found = Shape({"disk": 1, "adapter": 1}), []
    places = Places(PROTOCOL, [shape])
    limits = [judged(places.ground(term, (0,))) for term in PROTOCOL.at_start]
    usual = [PROTOCOL.actors[name].starts[0] for name, _ in places.keys]
    for chosen in product(*allowed.values()):
        states = list(usual)
        for name, state in zip(allowed, chosen, strict=True):
            whole = PROTOCOL.actors[name].sort == PROTOCOL.replicated
            states[places.place[name, (0,) if whole else (0, 0)]] = state
        if all(holds(states, states) for holds in limits):
            keys = (_numbered(name).replace("#0", "#1") for name in allowed)
            found.append(_of_each([dict(zip(keys, chosen, strict=True))], Column()))
    return found


# -- recorded runs ----------------------------------------------------------------------------------------------------


def recorded(one_in: int = 1) -> Asked:
    """Every run behind a refuted promise, or one in so many, those of cut sets first: broken by its last step and by none before; one
    that does not end is not at rest."""
    asked = Asked([protocol()])
    names = [one["name"] for one in protocol()["properties"]]
    for kept in kept_runs()[::-1][::one_in]:
        name, column = kept.property, kept.column
        ends = isinstance(PROPERTIES[name], Ends)
        asked.add(
            {"refused": None, "broken": [] if ends else [len(kept.run.steps)]} | ({"at_rest": False} if ends else {}),
            kind="walked",
            setup=setup(kept.run.shapes, kept.run.starts, column_of(column)),
            run=[Wanted(event, at, "").name for event, at in kept.run.steps],
            promise=names.index(name),
        )
    return asked


def explained(kept: Sequence[Kept]) -> Asked:
    """Why each of these runs breaks its promise, and why what cannot happen at its end cannot: in the command's own words."""
    asked, subject = Asked([protocol()]), main_protocol()
    names = [one["name"] for one in protocol()["properties"]]
    for one in kept:
        column, run = column_of(one.column), [Wanted(event, at, "") for event, at in one.run.steps]
        ended = play(subject, one.run.shapes, one.run.starts, column, run)
        tried = [
            event for event in subject.network.events.values() if event.fault is None or event.fault in column.faults
        ]
        acts = [(event.name, at) for event in tried for at in _happens_to(event, ended.recorded.run)]
        cannot = [Wanted(*act, "") for act in acts if act not in ended.possible]
        refused = play(subject, one.run.shapes, one.run.starts, column, [*run, *cannot]).refused
        (broken,) = (standing for standing in ended.promises if standing.property.name == one.property)
        asked.add(
            {"stopped": "", "why": broken.reason, "refused": {event.wanted.name: event.reason for event in refused}},
            kind="told",
            setup=setup(one.run.shapes, one.run.starts, column),
            run=[event.name for event in run],
            promise=names.index(one.property),
        )
    return asked


def _happens_to(event: Event, run: Run) -> list[tuple[int, ...]]:
    return [()] if event.scope.all else run.members(event.scope.sort)


# -- random runs ------------------------------------------------------------------------------------------------------

AIMS = 8
"""Events that one run is steered to, one after the other."""


def sampled(seeds: Sequence[int], steps: int) -> Asked:
    """Random runs of the protocol with a few faults, each steered to events that no run before it has had."""
    asked, network, seen = Asked([protocol()]), watched(), set[str]()
    for seed in seeds:
        chance = Random(f"walk {seed}")
        shapes = [Shape({"disk": 2, "adapter": 1})] if seed % 2 else [Shape({"disk": 1, "adapter": 1})] * 2
        aims = [name for name in network.events if name not in seen] or list(network.events)
        aims = chance.sample(aims, min(len(aims), AIMS))
        faults = {fault for name in aims if (fault := network.events[name].fault)}
        column = Column(frozenset(faults), _readings(chance))
        walk = _go(network, shapes, column, chance, steps, list(aims))
        seen |= set(walk.seen)
        _add(asked, walk)
    return asked


def _readings(chance: Random) -> tuple[tuple[str, str], ...]:
    names = [name for name in PROTOCOL.actors if name.startswith("READ-")]
    return tuple((name, chance.choice(PROTOCOL.actors[name].states)) for name in sorted(chance.sample(names, 4)))


def by_chance(seeds: Sequence[int], steps: int) -> Asked:
    """Random runs of networks by chance, each with promises by chance, of two members with parts."""
    asked = Asked()
    for seed in seeds:
        found, chance = drawn(seed, properties=4, adapters=True, parts_alone=False), Random(f"chance {seed}")
        asked.documents.append(document(found.network, found.properties))
        shapes = [
            Shape({"disk": chance.randint(1, 2), "adapter": 1}),
            Shape({"disk": 1, "adapter": chance.randint(0, 2)}),
        ]
        _add(asked, _go(found.network, shapes, found.column, chance, steps, []), found.properties)
    return asked


def _go(network: Network, shapes: Sequence[Shape], column: Column, chance: Random, steps: int, aims: list[Aim]) -> Walk:
    walk = Walk(network, Begin(column, tuple(shapes), _started(network, shapes, column, chance)))
    guide = Guide(walk)
    for _ in range(steps):
        if not walk.possible:
            break
        towards = guide.towards(aims[-1]) if aims and chance.random() < 0.8 else []
        taken = walk.take(walk.board.acts[chance.choice(towards or sorted(walk.possible))])
        if aims and taken.act[0] == aims[-1]:
            aims.pop()
    return walk


def _started(network: Network, shapes: Sequence[Shape], column: Column, chance: Random) -> Starts:
    """Starts that fit: most machines as is usual, else whatever there is."""
    for _ in range(2000):
        starts = dict[tuple[str, tuple[int, ...]], str]()
        for actor in network.actors.values():
            for index in _members(network, actor.sort, shapes):
                usual = USUAL.get(actor.name, actor.starts[0])
                usual = usual if usual in actor.starts else actor.starts[0]
                free = index and chance.random() < 0.15
                starts[actor.name, index] = chance.choice(actor.starts) if free else usual
        starts |= {(name, ()): state for name, state in column.readings}
        try:
            Run(network, shapes, starts)
        except ValueError:
            continue
        return starts
    raise AssertionError("no start fits")


def _members(network: Network, sort: Any, shapes: Sequence[Shape]) -> list[tuple[int, ...]]:
    if sort == HOST:
        return [()]
    whole = sort == network.replicated
    return [
        index
        for i, shape in enumerate(shapes)
        for index in ([(i,)] if whole else [(i, j) for j in range(shape.parts.get(sort.name, 0))])
    ]


def _add(asked: Asked, walk: Walk, promises: Sequence[Property] = tuple(PROPERTIES.values())) -> None:
    """The walk again, step by step."""
    again = Walk(walk.network, walk.begin)
    enabled, values = [_names(again)], []
    for act in walk.steps:
        taken = again.take(act)
        values.append(
            "".join(str(int(_worth(one, again.board, taken.number, taken.before, taken.after))) for one in promises)
        )
        enabled.append(_names(again))
    ended = dict(zip(again.board.places.keys, again.states, strict=True))
    asked.add(
        {"refused": None, "unfit": 0, "enabled": enabled, "values": values, "states": list(ended.values())},
        kind="walked",
        setup=setup(walk.begin.shapes, walk.begin.starts, walk.begin.column),
        run=[Wanted(event, at, "").name for event, at in walk.steps],
    )


def _names(walk: Walk) -> list[str]:
    return sorted(Wanted(*walk.board.acts[number], "").name for number in walk.possible)


def _worth(promise: Property, board: Board, number: int, before: Sequence[str], after: Sequence[str]) -> bool:
    """What a promise is worth at a step: after it, if it speaks of states."""
    if isinstance(promise, Always):
        return bool(_test(board, promise.term, None)(after, after))
    return not isinstance(promise, (Step, Possible)) or bool(_test(board, promise.term, number)(before, after))


_TESTS: dict[Any, Any] = {}


def _test(board: Board, term: Any, number: int | None) -> Any:
    key = (id(board), id(term), number)  # boards and promises are kept as long as the tests
    if key not in _TESTS:
        step = None if number is None else board.happening(board.acts[number])
        _TESTS[key] = (judged(board.places.ground(term, (), step)), board, term)
    return _TESTS[key][0]
