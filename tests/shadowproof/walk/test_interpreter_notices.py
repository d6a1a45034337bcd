"""Wrong interpreters, each with one thing that is easily got wrong: every one of them is noticed by counts, by recorded runs or by
random runs. No one of the three kinds of question notices all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from proofs.world.world import Column
from tests.helpers.nightly import AT_NIGHT, in_turn, nightly
from tests.shadowproof.walk.asked import ENGINE, Asked, by_chance, counts, needs_node, recorded, sampled

pytestmark = needs_node

WRONG: Mapping[str, tuple[str, str, str]] = {
    "the host's machines read the first member": (
        "network.js", "instance.index.length ? instance.index : at;", "instance.index.length ? instance.index : at.map(() => 0);",
    ),
    "guards see what has moved already": ("network.js", "destination(part, state);\n      if", "destination(part, after);\n      if"),
    "the last row that fits is taken": ("network.js", "guard] of rows) if", "guard] of [...rows].reverse()) if"),
    "no machine stands in an event's way": ("network.js", "return this.blocking(act, state) === undefined;", "return true;"),
    "every fault may happen": ("network.js", "event.fault === null || this.faults.has(event.fault)", "true"),
    "an event of all members leaves parts alone": (
        "network.js", "= this.membersOf(machine.sort, []);\n", "= this.membersOf(machine.sort, []).filter((one) => one.length < 2);\n",
    ),
    "an event of a part moves the other parts": ("network.js", "= [at];", "= this.membersOf(machine.sort, at.slice(0, 1));"),
    "every member is the member at hand": (
        "network.js", "membersOf(sort, []) : this", "membersOf(sort, at.slice(0, 1)) : this",
    ),
    "parts are all parts there are": (
        "network.js", ": this.membersOf(sort, at)", ": this.membersOf(sort, [])",
    ),
    "an event happens to every member": ("terms.js", "&& (!act.at.length || act.at[0] === member)", ""),
    "an event of the host happens to no member": ("terms.js", "(!act.at.length || act.at[0] === member)", "act.at[0] === member"),
    "after is before": ("terms.js", "return this.judge(term.after, at, true);", "return this.judge(term.after, at, false);"),
    "what stays may move": ("terms.js", "before[place] === after[place]", "true"),
    "states of one name have one number": ("terms.js", "two.machine.number.get(state) ?? -1", "one.machine.number.get(state)"),
    "states that agree in the beginning are one": (
        "search.js", "i < this.width; i += 1) if (this.block", "i < 24; i += 1) if (this.block",
    ),
}  # fmt: skip


ASKED = list(WRONG) if AT_NIGHT else list(WRONG)[1::5]
"""Three of them; at night all."""

KINDS = ("counts", "recorded runs", "random runs", "random networks")


def _questions() -> tuple[Asked, dict[str, range]]:
    """Fewer than where the interpreter itself is asked: enough to notice these."""
    joined, varied = Asked(), {"switch": "THERE GONE", "port": "OLD NONE"}
    several = (
        counts((1, Column(), varied)),
        recorded(one_in=24),
        sampled(range(2), 50) if AT_NIGHT else sampled([1], 40),
        by_chance(range(40 if AT_NIGHT else 16), 25),
    )
    return joined, {kind: joined.join(asked) for kind, asked in zip(KINDS, several, strict=True)}


@pytest.fixture(scope="module")
def noticed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, frozenset[str]]:
    """Of each wrong interpreter, and of the right one, by which kinds of question it is noticed."""
    folder = tmp_path_factory.mktemp("interpreters")
    engines = {"the right one": ENGINE} | {
        name: _planted(folder / name.replace(" ", "-"), *WRONG[name]) for name in ASKED
    }
    asked, kinds = _questions()
    found = asked.otherwise(*engines.values())
    return {
        name: frozenset(kind for kind, numbers in kinds.items() if any(lines[number] for number in numbers))
        for name, lines in zip(engines, found, strict=True)
    }


def _planted(engine: Path, file: str, right: str, wrong: str) -> Path:
    shutil.copytree(ENGINE, engine)
    text = (engine / file).read_text("utf-8")
    assert text.count(right) == 1, f"{file} has not once: {right}"
    (engine / file).write_text(text.replace(right, wrong), "utf-8")
    return engine


def test_the_right_interpreter_is_right(noticed: Mapping[str, frozenset[str]]) -> None:
    assert noticed["the right one"] == frozenset()


@pytest.mark.parametrize("name", in_turn(WRONG, 1, 5))
def test_a_wrong_interpreter_is_noticed(name: str, noticed: Mapping[str, frozenset[str]]) -> None:
    assert noticed[name], name


@nightly
@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_question_alone_notices_all(kind: str, noticed: Mapping[str, frozenset[str]]) -> None:
    assert 0 < sum(kind in by for by in noticed.values()) < len(ASKED)
