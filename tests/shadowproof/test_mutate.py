"""`shadowproof mutate` as a user meets it: what may be asked, what is printed, what is kept, and how it exits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
from rich.console import Console

from proofs.answers import record
from proofs.answers.column_cache import protocol_content
from proofs.mutants import fates
from proofs.mutants.all_mutants import Settled, all_mutants
from proofs.mutants.judge import BROKEN, EQUIVALENT, KILLED, REFUSED, SURVIVES, Fate, Kill
from proofs.mutants.operators import OPERATORS
from properties.catalogue import PROPERTIES
from properties.unpromised import UNPROMISED
from shadowproof import mutate as command
from shadowproof.ask import AskError
from shadowproof.mutate import Keeping, Mutated, as_json, as_text, chosen, print_mutated, schema_text, thinned
from shadowproof.pages import mutants as mutants_page
from tests.helpers.command import shadowproof

KILLED_ONE, HOLE, LISTED, SAME, REFUSED_ONE = (
    "vm_given_back: never",
    "vm_saved: never",
    "last_error: swap-states RETRYABLE and NONRETRYABLE",
    "vm_saved: unfair",
    "vm_deleted: never",
)


def made_up(*, hole: bool = True, names: tuple[str, ...] = tuple(PROPERTIES)) -> Mutated:
    found = {
        KILLED_ONE: Fate(KILLED_ONE, KILLED, (Kill("no-vm-left-saved", "no fault", BROKEN, 24),), 1),
        LISTED: Fate(LISTED, SURVIVES, columns=63, reason="no verdict differs"),
        SAME: Fate(SAME, EQUIVALENT, columns=63, views=1_000),
        REFUSED_ONE: Fate(REFUSED_ONE, REFUSED, reason="it makes no sense"),
    }
    if hole:
        found[HOLE] = Fate(HOLE, SURVIVES, columns=63, reason="no verdict differs")
    return Mutated({name: all_mutants()[name] for name in found}, found, names)


def printed(done: Mutated) -> str:
    out = StringIO()
    print_mutated(done, Console(file=out, width=160), full=True)
    return out.getvalue()


def test_a_survivor_without_a_reason_is_told_and_fails() -> None:
    done = made_up()
    text = printed(done)
    assert done.status == 1
    assert "Survive (1)" in text
    assert f"{HOLE}\n" in text
    assert "vm_saved never happens. (BAK-2 BAK-3 CLU-1 READ-4 READ-5)" in text
    assert LISTED not in text.partition("Survive")[2]
    assert (
        "5 mutants: 1 killed, 1 equivalent, 1 refused by the notation, 1 survive and are listed with the reason, 1 survive."
        in text
    )


def test_all_with_a_reason_is_success_and_the_matrix_tells_who_kills() -> None:
    done = made_up(hole=False)
    assert done.status == 0
    assert "Survive (" not in printed(done)
    (row,) = [line for line in printed(done).splitlines() if line.startswith("BAK-9")]
    assert row.split() == ["BAK-9", "2", "1", "1", "no-vm-left-saved", "(1)"]


def test_asked_of_few_properties_a_survivor_is_no_hole_and_that_is_said() -> None:
    assert "Only 1 of" in printed(made_up(names=("no-vm-left-saved",)))


def test_what_is_written_is_as_the_schema_says() -> None:
    for done in (made_up(), made_up(hole=False)):
        written = json.loads(as_text(done))
        jsonschema.validate(written, json.loads(schema_text()))
        assert written == json.loads(json.dumps(as_json(done)))
    assert written["counts"] == {
        "mutants": 4,
        "killed": 1,
        "equivalent": 1,
        "refused": 1,
        "listed": 1,
        "survive": 0,
        "open": 0,
    }
    assert {one["listed"] for one in written["mutants"]} == {"", UNPROMISED[LISTED]}


def keep(found: Iterable[Fate], path: Path) -> None:
    keeping = Keeping(path)
    keeping.hear(found)
    keeping.end()


def test_what_is_kept_is_read_again_and_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "mutants.json"
    done = made_up()
    keep(done.fates.values(), path)
    assert fates.load(path).fates == {name: done.fates[name] for name in all_mutants() if name in done.fates}
    better = Fate(HOLE, KILLED, (Kill("every-session-ends", "no fault", BROKEN, 8),), 1)
    keep([better], path)
    assert fates.load(path).fates[HOLE] == better
    assert fates.load(path).fates[KILLED_ONE] == done.fates[KILLED_ONE]


def test_what_is_kept_says_of_which_protocol_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it judged now: of today's. A part judged now, beside what was judged of another: of that one, and old."""
    path, done = tmp_path / "mutants.json", made_up()
    keep(done.fates.values(), path)
    assert (fates.load(path).protocol, fates.load(path).is_old) == (protocol_content(), False)
    monkeypatch.setattr(fates, "protocol_content", lambda: "another")
    assert fates.load(path).is_old
    assert not fates.load(path).today
    keep([done.fates[KILLED_ONE]], path)
    assert (fates.load(path).protocol, fates.load(path).is_old) == ("another", True)
    assert fates.load(path).today.keys() == {KILLED_ONE}
    keep(done.fates.values(), path)
    assert (fates.load(path).protocol, fates.load(path).is_old) == ("another", False)


def test_it_is_kept_every_so_often_and_at_the_end(tmp_path: Path) -> None:
    """Each time all that was heard of; and nothing is written where nothing is new."""
    path, done, now = tmp_path / "mutants.json", made_up(), 0.0
    keeping = Keeping(path, lambda: now)
    one, *others = (fate for name, fate in done.fates.items() if name in all_mutants())
    keeping.hear([one])
    assert not path.exists()
    now = Keeping.SECONDS
    keeping.hear([])
    assert fates.load(path).fates.keys() == {one.mutant}
    keeping.hear(others)
    assert fates.load(path).fates.keys() == {one.mutant}
    assert keeping.end() == len(others) + 1
    assert fates.load(path).fates.keys() == {fate.mutant for fate in (one, *others)}
    path.unlink()
    keeping.end()
    assert not path.exists()


def test_interrupted_it_keeps_what_was_judged_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = made_up()

    def judge(_: object, *, settled: Settled, **more: object) -> dict[str, Fate]:
        settled([done.fates[KILLED_ONE]])
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "judge_mutants", judge)
    for path, said in (
        (None, "Interrupted: nothing of it is kept. Ask for fewer"),
        (
            tmp_path / "mutants.json",
            "Interrupted: 1 of 5 mutants were judged to their end, and are kept. With --missing",
        ),
    ):
        out = Console(file=StringIO(), width=200)
        assert command.mutate(done.mutants, done.names, jobs=1, quick=False, console=out, record=path) is None
        assert isinstance(out.file, StringIO)
        assert said in out.file.getvalue()
    assert fates.load(tmp_path / "mutants.json").fates.keys() == {KILLED_ONE}


@pytest.mark.parametrize(("whole", "known", "anew"), [(False, True, False), (False, False, True), (True, True, True)])
def test_the_first_vms_are_chosen_anew_with_all_mutants_or_for_others(
    whole: bool, known: bool, anew: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To choose them takes some ten seconds, and most changes of a rule need no others."""
    done = made_up()
    monkeypatch.setattr(command, "judge_mutants", lambda *_, **__: done.fates)
    monkeypatch.setattr(command, "all_mutants", lambda: done.mutants if whole else {**done.mutants, "another": None})
    monkeypatch.setattr(command, "judges", lambda: SimpleNamespace(has_kinds=known, kinds_anew=lambda: "chosen"))
    out = Console(file=StringIO())
    command.mutate(done.mutants, done.names, jobs=1, quick=False, console=out, record=tmp_path / "mutants.json")
    assert (tmp_path / "kinds.json").exists() == anew


def test_missing_are_those_of_which_nothing_is_kept_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = made_up().fates
    older = fates.Record(kept, protocol_content(), frozenset({HOLE}))
    monkeypatch.setattr(fates, "load", lambda: older)
    left = chosen([], [], None, None, missing=True)
    assert all_mutants().keys() - left.keys() == all_mutants().keys() & kept.keys() - {HOLE}
    monkeypatch.setattr(
        fates, "load", lambda: fates.Record(dict.fromkeys(all_mutants(), kept[KILLED_ONE]), protocol_content())
    )
    with pytest.raises(AskError, match="Leave --missing out"):
        chosen([], [], None, None, missing=True)


def test_the_page_says_how_many_were_judged_and_what_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: fate for name, fate in made_up(hole=False).fates.items() if name in all_mutants()}
    for protocol, old in ((protocol_content(), False), ("another", True), ("", True)):
        monkeypatch.setattr(mutants_page, "load", lambda protocol=protocol: fates.Record(kept, protocol))
        text = mutants_page.page()
        assert f"{len(kept)} of {len(all_mutants()):,} mutants were judged: 1 killed" in text
        assert ("That is old, or may be" in text) == old
    one = next(iter(kept))
    monkeypatch.setattr(mutants_page, "load", lambda: fates.Record(kept, protocol_content(), frozenset({one})))
    assert "Of 1 of them that is old, or may be" in mutants_page.page()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"schema": "shadowproof-mutants/1", "protocol": 1, "mutants": {"a": 1}}', "protocol is no text"),
        ("{", "cannot be read"),
        ('{"schema": "other", "mutants": {}}', "has schema other"),
        ('{"schema": "shadowproof-mutants/1", "mutants": {}}', "holds no mutant"),
        ('{"schema": "shadowproof-mutants/1", "mutants": {"a": ["died", "", [], 1, 1, ""]}}', "not the shape"),
        ('{"schema": "shadowproof-mutants/1", "mutants": {"a": 1}}', "cannot be read"),
    ],
)
def test_what_is_kept_and_damaged_is_refused(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mutants.json"
    path.write_text(text, "utf-8")
    with pytest.raises(fates.FatesError, match=says):
        fates.load(path)


def test_what_may_be_asked_for() -> None:
    assert {one.rule for one in chosen(["vm_given_back"], [], None, None).values()} == {"vm_given_back"} | {
        one.rule for one in all_mutants().values() if "vm_given_back" in one.events
    }
    assert all("BAK-9" in one.by for one in chosen(["bak-9"], [], None, None).values())
    assert all(one.machine == "note" for one in chosen(["note"], [], None, None).values())
    assert {one.operator for one in chosen([], ["unfair"], None, None).values()} == {"unfair"}
    assert len(chosen([], [], None, 50)) == 50
    assert {one.operator for one in thinned(all_mutants(), 200).values()} == OPERATORS.keys()


BAD = {
    "unknown rule": (["--rule", "vm_saves"], "Did you mean vm_saved"),
    "unknown operator": (["--operator", "explode"], "Write one of never, unfair"),
    "unknown property": (["--property", "nothing"], "There is no property"),
    "no sample": (["--sample", "0"], "--sample 0"),
    "no process": (["--jobs", "0"], "--jobs 0"),
    "nothing left": (["--rule", "vm_given_back", "--operator", "start-elsewhere"], "No mutant is of these rules"),
    "unknown revision": (["--since", "nowhere"], "no revision of this checkout. Write one"),
    "kept by few": (["--record", "--property", "MET-1"], "Leave --property out"),
    "unwritable": (["--rule", "note", "--json", "/nowhere/x.json"], "/nowhere/x.json"),
}


@pytest.mark.parametrize(("arguments", "says"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence_and_exit_status_2(arguments: list[str], says: str) -> None:
    done = shadowproof("mutate", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_lists_without_judging() -> None:
    done = shadowproof("mutate", "--list", "--rule", "vm_given_back")
    assert done.returncode == 0
    assert "vm_given_back: never\n    the event never happens: vm_given_back never happens\n" in done.stdout


def test_against_the_record_of_another_protocol_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rule that was changed before breaks, each mutant would break: one that no property notices would be called killed."""
    one = {KILLED_ONE: all_mutants()[KILLED_ONE]}

    def judged() -> Mutated | None:
        return command.mutate(one, tuple(PROPERTIES), jobs=1, quick=True, console=Console(file=StringIO()))

    monkeypatch.setattr(command, "judge_mutants", lambda *_, **__: {})
    assert judged() is not None
    monkeypatch.setattr(command, "protocol_content", lambda: "another")
    with pytest.raises(AskError, match="take it over with `shadowproof accept`"):
        judged()
    monkeypatch.setattr(record, "load", lambda: record.Record({}))
    assert judged() is not None


@pytest.mark.slow
def test_judges_one_rule(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    done = shadowproof("mutate", "--rule", "vm_given_back", "--operator", "never", "--jobs", "1", "--json", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 mutant: 1 killed" in done.stdout
    written = json.loads(path.read_text("utf-8"))
    jsonschema.validate(written, json.loads(schema_text()))
    assert {"property": "no-vm-left-saved", "how": "is refuted"}.items() <= written["mutants"][0]["killed_by"][
        0
    ].items() or {one["property"] for one in written["mutants"][0]["killed_by"]} >= {"every-session-ends"}
