"""What `verify --changed` judges: all that a change can reach; and everything, where it is not known what changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from model.actors.writer import Doing, doing
from model.notation import TRUE, Network
from model.notation.changes import rows_of, with_event, with_table
from model.protocol import PROTOCOL
from proofs.answers.column_cache import protocol_content
from proofs.mutants.since import ROOT, said_by
from proofs.verdicts.columns import ALL_FAULTS, BASE, every_column, fault_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.verify.asked import question
from shadowproof.verify.loop import touched as module
from shadowproof.verify.loop.said import Said, in_column, said_here
from shadowproof.verify.loop.touched import Touched, touched
from shadowproof.verify.printing import print_verification
from shadowproof.verify.report import as_json, schema_text
from shadowproof.verify.verify import Task
from tests.helpers.copies import copied
from tests.shadowproof.verify.test_changed import git

HANGS, VANISHES = (Column(frozenset({name})) for name in ("guest_hangs", "requester_vanishes"))
NEVER, ON_SHUTDOWN = (Column(readings=(("READ-1", value),)) for value in ("NEVER", "ON_SHUTDOWN"))
COLUMNS = (BASE, HANGS, VANISHES, NEVER, ON_SHUTDOWN, ALL_FAULTS)


# -- which columns say something else ---------------------------------------------------------------------------------------


def a_guard(network: Network) -> Network:
    return with_event(network, "vm_given_back", when=TRUE)


def a_guard_of_a_fault(network: Network) -> Network:
    return with_event(network, "requester_vanishes", when=doing.is_(Doing.FREEZE))


def what_a_fault_silences(network: Network) -> Network:
    hangs = replace(network.faults["guest_hangs"], silences=frozenset({"vm_saved"}))
    return replace(network, faults={**network.faults, "guest_hangs": hangs})


def fairness(network: Network) -> Network:
    return with_event(network, "vm_saved", fair=False)


def the_start(network: Network) -> Network:
    return replace(network, at_start=())


def a_start(network: Network) -> Network:
    vss = network.actors["vss"]
    return with_table(network, "vss", rows_of(network, "vss"), starts=frozenset({vss.enum["MADE"]}))


def a_requirement(network: Network) -> Network:
    saved = replace(network.events["vm_saved"], by=("BAK-1",))
    return replace(network, events={**network.events, "vm_saved": saved})


CHANGES: list[tuple[Callable[[Network], Network], set[Column]]] = [
    (a_guard, set(COLUMNS)),
    (a_guard_of_a_fault, {VANISHES, ALL_FAULTS}),
    (what_a_fault_silences, {HANGS, ALL_FAULTS}),
    (fairness, set(COLUMNS)),
    (the_start, set(COLUMNS)),
    (a_start, set(COLUMNS)),
    (a_requirement, set()),
]


@pytest.fixture(scope="module")
def as_it_is() -> dict[Column, str]:
    return {column: in_column(column) for column in COLUMNS}


@pytest.mark.parametrize(("change", "reached"), CHANGES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_column_is_the_same_where_the_change_makes_no_difference(
    as_it_is: dict[Column, str], change: Callable[[Network], Network], reached: set[Column]
) -> None:
    other = change(PROTOCOL)
    assert {column for column in COLUMNS if in_column(column, other) != as_it_is[column]} == reached


# -- what is judged then ----------------------------------------------------------------------------------------------------

ALL = {column.name: "same" for column in (*every_column(), ALL_FAULTS)}
TASKS = question(["no-vm-left-saved", "no-partial-backup"], BASE, 2, one=False).tasks
THEN = Said("then", ALL, dict.fromkeys(PROPERTIES, "same"))


def judged(monkeypatch: pytest.MonkeyPatch, *, columns: set[str] = set(), promises: set[str] = set()) -> Touched:  # noqa: B006 - never written to
    now = Said("now", ALL | dict.fromkeys(columns, "other"), {**THEN.promises, **dict.fromkeys(promises, "other")})
    monkeypatch.setattr(module, "_recorded", lambda *_: (THEN, "HEAD"))
    monkeypatch.setattr(module, "protocol_content", lambda: "now")
    monkeypatch.setattr(module, "said_here", lambda _: now)
    return touched(TASKS)


def test_a_column_that_differs_is_judged_with_all_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, columns={VANISHES.name, ALL_FAULTS.name})
    assert [(column, list(names)) for column, names, _ in found.tasks] == [
        (VANISHES, ["no-vm-left-saved", "no-partial-backup"])
    ]
    assert found.left == len(TASKS) - 1
    said = "\n".join(found.lines())
    assert f"Judged: 1 of {len(TASKS)} columns: requester_vanishes." in said
    assert "No verdict can differ there." in said
    assert "Nothing is judged of all faults together" in said


def test_all_faults_are_judged_if_each_is(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {column.name for column in (*fault_columns(), ALL_FAULTS)}
    found = judged(monkeypatch, columns=names)
    assert [column for column, _, _ in found.tasks] == [*fault_columns(), ALL_FAULTS]
    assert not found.without_all


def test_a_promise_that_differs_is_judged_everywhere_and_the_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, columns={HANGS.name}, promises={"no-partial-backup"})
    by_column = {column: names for column, names, _ in found.tasks}
    assert by_column[HANGS] == ["no-vm-left-saved", "no-partial-backup"]
    assert by_column[BASE] == by_column[ALL_FAULTS] == ["no-partial-backup"]
    assert {column for column, names, _ in TASKS if "no-partial-backup" in names} == set(by_column) - {HANGS} | {HANGS}
    assert found.promises == ("no-partial-backup",)


def test_a_column_or_promise_that_is_new_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {name: text for name, text in ALL.items() if name != HANGS.name}
    promises = {name: text for name, text in THEN.promises.items() if name != "no-partial-backup"}
    monkeypatch.setattr(module, "_recorded", lambda *_: (Said("then", without, promises), "HEAD"))
    monkeypatch.setattr(module, "protocol_content", lambda: "now")
    monkeypatch.setattr(module, "said_here", lambda _: Said("now", ALL, THEN.promises))
    by_column = {column: names for column, names, _ in touched(TASKS).tasks}
    assert by_column[HANGS] == ["no-vm-left-saved", "no-partial-backup"]
    assert by_column[BASE] == ["no-partial-backup"]


def test_where_nothing_is_judged_the_status_is_0_and_the_rest_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shadowproof.verify.asked.touched", lambda _: judged(monkeypatch))
    asked, found = question(["no-vm-left-saved"], BASE, 2, one=False).only_changed()
    nowhere = Console(file=StringIO(), width=200)
    done = asked.judged(nowhere, None)
    assert (done.status, done.same) == (0, (len(TASKS), "HEAD"))
    print_verification(done, nowhere, which=list(found.lines()))
    assert isinstance(nowhere.file, StringIO)
    assert nowhere.file.getvalue().startswith("Nothing is judged: all is as recorded.")
    written = as_json(done)
    jsonschema.validate(written, json.loads(schema_text()))
    assert written["same_as_recorded"] == {"columns": len(TASKS), "since": "HEAD"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "same_as_recorded": None}, json.loads(schema_text()))


# -- what the record is of --------------------------------------------------------------------------------------------------

ONE: list[Task] = [(column, ["no-vm-left-saved"], Scope(proofs=True)) for column in (BASE, ON_SHUTDOWN)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose record is of a protocol in which READ-1=ON_SHUTDOWN means another thing than it does now."""
    copied(tmp_path, "model", "proofs", "properties")
    path = tmp_path / "model" / "events" / "post_snapshot.py"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("gives_back_on_shutdown = vetoed & READ_1", "gives_back_on_shutdown = READ_1"), "utf-8"
    )
    assert path.read_text("utf-8") != text
    then = json.loads(said_by("shadowproof.verify.loop.said", [""], "HEAD", tmp_path, ROOT))["protocol"]
    assert then != protocol_content()
    recorded(tmp_path, then)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        git(tmp_path, *arguments)
    path.write_text(text, "utf-8")
    return tmp_path


def recorded(root: Path, protocol: str) -> None:
    kept = {"schema": "shadowproof-runs/1", "protocol": protocol, "runs": []}
    (root / "proofs" / "answers" / "runs.json").write_text(json.dumps(kept), "utf-8")


def kept(root: Path) -> Path:
    return root / "proofs" / "answers" / "runs.json"


def test_what_differs_from_the_commit_that_the_record_is_of_is_judged(checkout: Path) -> None:
    found = touched(ONE, checkout, kept(checkout))
    assert ([column for column, _, _ in found.tasks], found.left, found.revision) == ([ON_SHUTDOWN], 1, "HEAD")
    git(checkout, "commit", "-qam", "the model alone")
    found = touched(ONE, checkout, kept(checkout))
    assert [column for column, _, _ in found.tasks] == [ON_SHUTDOWN]
    assert found.revision not in {"HEAD", ""}


def test_where_nothing_differs_nothing_is_judged(checkout: Path) -> None:
    recorded(checkout, protocol_content())
    git(checkout, "commit", "-qam", "the record too")
    found = touched(ONE, checkout, kept(checkout))
    assert (found.tasks, found.left, found.problem) == ([], 2, "")
    assert "Nothing is judged: all is as recorded." in next(found.lines())


def test_everything_is_judged_where_it_is_not_known_what_differs(checkout: Path, tmp_path: Path) -> None:
    engine = checkout / "proofs" / "world" / "world.py"
    engine.write_text(engine.read_text("utf-8") + "\n", "utf-8")
    found = touched(ONE, checkout, kept(checkout))
    assert (found.tasks, found.problem) == (ONE, "the engines, or the notation, are others than at HEAD")
    assert next(found.lines()).startswith("Everything is judged, since what changed is not known: the engines")
    git(checkout, "checkout", "-q", "proofs/world/world.py")
    recorded(checkout, "of something else")
    assert "the record is of another protocol than that of HEAD" in touched(ONE, checkout, kept(checkout)).problem
    kept(checkout).unlink()
    assert "runs.json is missing" in touched(ONE, checkout, kept(checkout)).problem
    recorded(checkout, protocol_content())
    shutil.rmtree(checkout / ".git")
    found = touched(ONE, checkout, kept(checkout))
    assert (found.tasks, found.problem) == (ONE, "this is no checkout under version control")


def test_what_a_checkout_says_is_the_same_in_another_process() -> None:
    """Whatever order sets happen to be kept in there."""
    columns = [BASE.name, ON_SHUTDOWN.name]
    asked = [protocol_content(), *columns]
    assert Said(**json.loads(said_by("shadowproof.verify.loop.said", asked, "HEAD", ROOT, ROOT))) == said_here(columns)
