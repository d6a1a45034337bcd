"""What `verify` says by default, of verdicts that nobody searched for: worse first, short, each thing once."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO

import jsonschema
import pytest
from rich.console import Console

from proofs.answers.record import Record, updated
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, PROVED, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import ALL_FAULTS, BASE, fault_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, is_conduct
from shadowproof.verify.changed import Rule, Since
from shadowproof.verify.printing import SUMMARY, Wanted, print_verification, wrapped
from shadowproof.verify.report import Verification, as_json, schema_text

ENDS, SAVED, PARTIAL = "every-session-ends", "no-vm-left-saved", "no-partial-backup"
FAULTS = fault_columns()
COLUMNS = [BASE, *FAULTS, ALL_FAULTS]
SINCE = Since("HEAD", (Rule("vm_given_back", "changed", ("BAK-9",), (36,), ("model/events/post_snapshot.py:9",)),))


def verdict(name: str, column: Column, said: str = HOLDS, steps: int = 0, assurance: str = CLOSED) -> Verdict:
    run = RunFound((), {}, (("backup_initialized", ()),) * steps) if steps else None
    return Verdict(name, column.name, said, assurance, run=run, reason="" if said != UNDECIDED else "more to come")


def everything(*others: Verdict, names: tuple[str, ...] = tuple(PROPERTIES)) -> dict[Column, list[Verdict]]:
    """Every promise holds in every column, but for what is said."""
    instead = {(one.property, one.column): one for one in others}
    return {column: [instead.get((name, column.name), verdict(name, column)) for name in names] for column in COLUMNS}


def done(
    now: dict[Column, list[Verdict]], was: dict[Column, list[Verdict]] | None = None, *, compared: bool = True
) -> Verification:
    recorded = updated(Record({}), [one for found in (was or {}).values() for one in found], {})
    scopes = dict.fromkeys(now, Scope())
    return Verification(now, scopes, dict.fromkeys(now, 0.0), recorded, compared)


def printed(found: Verification, wanted: Wanted = SUMMARY, since: Since | None = SINCE, width: int = 140) -> str:
    out = StringIO()
    print_verification(found, Console(file=out, width=width), wanted, since=since)
    return out.getvalue()


def test_a_clean_tree_takes_a_dozen_lines_at_most_and_says_so() -> None:
    broken = verdict(SAVED, FAULTS[0], REFUTED, 7)
    now = everything(broken)
    text = printed(done(now, now))
    lines = text.splitlines()
    assert len(lines) <= 12
    assert f"{len(PROPERTIES)} promises in {len(COLUMNS) - 1} columns" in text
    assert f"{len(PROPERTIES) - 1} kept in all that put them to the test, 1 broken in some" in text
    assert "Broken without any fault: none." in text
    assert "1 finding (a promise, and the smallest circumstances that break it): none new, none gone." in text
    assert "Every verdict is as recorded." in lines
    assert text.count(CLOSED) == 1
    assert "Changed since" not in text
    assert done(now, now).status == 0


def test_after_a_change_the_first_lines_say_what_it_did() -> None:
    was = everything(verdict(PARTIAL, FAULTS[3], REFUTED, 9))
    worse = [verdict(ENDS, column, REFUTED, 7 if column == BASE else 6) for column in COLUMNS[:20]]
    found = done(everything(*worse, verdict(SAVED, FAULTS[1], REFUTED, 5)), was)
    lines = printed(found).splitlines()
    assert lines[:7] == [
        "Changed since HEAD:",
        "  vm_given_back changed (BAK-9 S36) model/events/post_snapshot.py:9",
        "Worse than recorded: 21 verdicts on 2 promises",
        f"  {ENDS}: holds → refuted in 20 of {len(COLUMNS)} columns, first: no fault, 7 steps; shadowproof explain {ENDS}",
        f"  {SAVED}: holds → refuted in 1 of {len(COLUMNS)} columns, first: {FAULTS[1]}, 5 steps; shadowproof explain {SAVED} --fault",
        f"      {FAULTS[1]}",
        "Better than recorded: 1 verdict on 1 promise",
    ]
    assert len(lines) <= 18
    assert lines[7].startswith(f"  {PARTIAL}: refuted → holds in 1 of")
    assert (
        "22 verdicts not as recorded: 21 worse, 1 better. If that is meant: shadowproof accept --reason TEXT" in lines
    )
    joined = " ".join(" ".join(lines).split())
    assert (
        f"): 2 ({ENDS} under no fault, {SAVED} under {FAULTS[1]}) new, 1 ({PARTIAL} under {FAULTS[3]}) gone." in joined
    )
    assert found.status == 1


def test_what_a_smaller_column_shows_is_told_once_and_the_others_by_name() -> None:
    breaks = [verdict(SAVED, column, REFUTED, 5) for column in (FAULTS[2], FAULTS[4], ALL_FAULTS)]
    text = printed(done(everything(*breaks), everything()))
    (line,) = [line for line in text.splitlines() if line.startswith(f"  {SAVED}: holds → refuted")]
    assert (
        f"in 3 of {len(COLUMNS)} columns, first: {FAULTS[2]}, 5 steps; not because of that also {FAULTS[4]} (5);"
        in line
    )
    assert "all faults" not in line


def test_other_numbers_are_one_line() -> None:
    now = everything(*(verdict(SAVED, column, assurance=PROVED) for column in COLUMNS), verdict(ENDS, BASE, REFUTED, 3))
    was = everything(verdict(ENDS, BASE, REFUTED, 2))
    text = printed(done(now, was))
    number = len(COLUMNS)
    assert (
        f"{number + 1} verdicts that are as recorded took other numbers: {number} another assurance, 1 a run of another"
        in text
    )
    assert "not as recorded" not in text
    assert (done(now, was).status, done(now, was).against.exactly) == (0, False)


def test_many_promises_are_cut_and_all_are_told_on_request() -> None:
    worse = [verdict(name, BASE, REFUTED, 3) for name in PROPERTIES]
    found = done(everything(*worse), everything())
    text = printed(found)
    told = [line for line in text.splitlines() if "holds → refuted" in line]
    assert len(told) == 12
    assert f"… and {len(PROPERTIES) - 12} promises more: --failing tells all" in text
    for wanted in (Wanted(failing=True), Wanted(quiet=True)):
        assert printed(found, wanted).count("holds → refuted") == len(PROPERTIES)


@pytest.mark.parametrize("columns", [[BASE], COLUMNS])
def test_quiet_says_nothing_of_what_is_well_and_what_is_the_matter_else(columns: list[Column]) -> None:
    now = {column: [verdict(SAVED, column)] for column in columns}
    assert printed(done(now, now), Wanted(quiet=True)) == ""
    broken = {column: [verdict(SAVED, column, REFUTED, 3)] for column in columns}
    assert "holds → refuted" in printed(done(broken, now), Wanted(quiet=True))
    asked = printed(done({BASE: broken[BASE]}, compared=False), Wanted(quiet=True))
    assert f"  {SAVED}: broken after 3 steps, by backup_initialized; shadowproof explain {SAVED}" in asked


def test_failing_names_each_failure_that_no_smaller_column_shows_and_nothing_that_holds() -> None:
    now = everything(
        *(verdict(SAVED, column, REFUTED, 5) for column in (FAULTS[2], ALL_FAULTS)),
        verdict(PARTIAL, FAULTS[1], UNDECIDED),
    )
    text = printed(done(now, now), Wanted(failing=True))
    assert text.count(SAVED) == 2  # in the line, and in the command
    assert f"  {PARTIAL} under {FAULTS[1]}: undecided, more to come" in text
    assert ENDS not in text


def test_a_column_of_few_promises_is_told_promise_by_promise() -> None:
    column = FAULTS[2]
    now = {column: [verdict(PARTIAL, column), verdict(SAVED, column, REFUTED, 4), verdict(ENDS, column, NOT_EXERCISED)]}
    text = printed(done(now, now, compared=False))
    assert text.startswith(f"Assuming: {column}\n  {PARTIAL}: holds\n  {SAVED}: REFUTED, broken after 4 steps")
    assert f"  {ENDS}: not exercised" in text
    assert "Every verdict is as recorded." in text
    assert "3 verdicts: 1 holds, 1 refuted, 0 undecided, 1 not exercised" in text


def test_a_column_of_many_promises_tells_those_that_fail() -> None:
    now = {BASE: everything(verdict(SAVED, BASE, REFUTED, 4))[BASE]}
    text = printed(done(now, compared=False))
    assert f"  {SAVED}: REFUTED" in text
    assert f"  {PARTIAL}:" not in text
    assert "Not compared with the record" in text


def test_a_single_column_says_worse() -> None:
    column = FAULTS[2]
    found = done({column: [verdict(SAVED, column, REFUTED, 4)]}, {column: [verdict(SAVED, column)]}, compared=False)
    assert f"  {SAVED}: holds → refuted under {column}, 4 steps; shadowproof explain" in printed(found)
    assert "accept" not in printed(found)
    assert found.status == 1


def test_few_promises_in_every_column_are_told_with_what_breaks_them() -> None:
    names = (SAVED, PARTIAL)
    now = everything(verdict(SAVED, FAULTS[2], REFUTED, 4), verdict(SAVED, ALL_FAULTS, REFUTED, 4), names=names)
    text = printed(done(now, now))
    assert f"  {SAVED}: holds without faults; broken in 2 of {len(COLUMNS)} columns: {FAULTS[2]} (4)" in text
    assert f"  {PARTIAL}: holds without faults; broken in none of {len(COLUMNS)} columns" in text


def test_the_smallest_circumstances_that_break_a_promise_come_first_and_what_is_open_is_counted() -> None:
    pair = Column(frozenset(FAULTS[0].faults | FAULTS[1].faults))
    found = {
        pair: verdict(SAVED, pair, REFUTED, 3),
        FAULTS[2]: verdict(SAVED, FAULTS[2], REFUTED, 9),
        FAULTS[3]: verdict(SAVED, FAULTS[3], REFUTED, 4),
        FAULTS[4]: verdict(SAVED, FAULTS[4], UNDECIDED),
    }
    now = {column: [one] for column, one in found.items()}
    text = " ".join(printed(done(now, now)).split())
    named = f"{FAULTS[3]} (4), {FAULTS[2]} (9), {pair} (3)"
    assert f"{SAVED}: broken in 3 of 4 columns, undecided in 1: {named}" in text
    now = {column: [one] for column, one in found.items() if one.verdict != REFUTED} | {BASE: [verdict(SAVED, BASE)]}
    assert f"{SAVED}: holds without faults; broken in none of 2 columns, undecided in 1" in printed(done(now, now))


def test_where_no_rule_changed_or_that_is_not_known_it_says_so() -> None:
    found = done(everything(verdict(SAVED, BASE, REFUTED, 4)), everything())
    assert printed(found, since=Since("abc")).startswith("No rule of the protocol says something else than at abc:")
    assert printed(found, since=Since("", problem="no git")).startswith("Which rules changed is not known: no git.")


def test_a_promise_that_is_gone_and_one_that_is_new() -> None:
    names = tuple(name for name in PROPERTIES if name != SAVED)
    was = everything(names=(*names, "no-vm-eaten"))
    found = done(everything(), was)
    text = printed(found)
    assert "Recorded, and no more a promise: no-vm-eaten" in text
    assert f"Not recorded: {len(COLUMNS)} verdicts on 1 promise" in text
    assert found.status == 1


def test_what_was_stopped_early_says_how_far_it_came() -> None:
    found = replace(done({BASE: [verdict(SAVED, BASE, REFUTED, 4)]}, everything()), left=3)
    assert "Stopped early: 3 columns of 4 were not judged." in printed(found)


@pytest.mark.parametrize("wanted", [SUMMARY, Wanted(failing=True)])
def test_what_was_stopped_early_says_nothing_of_what_was_not_judged(wanted: Wanted) -> None:
    """Not what holds without faults, nor that nothing smaller breaks it, nor that what is recorded of it is gone; nor is it accepted."""
    was = everything(verdict(SAVED, ALL_FAULTS, REFUTED, 6))
    now = everything(verdict(SAVED, FAULTS[1], REFUTED, 7), verdict(SAVED, ALL_FAULTS, REFUTED, 6))
    found = replace(done({column: now[column] for column in (FAULTS[1], ALL_FAULTS)}, was), left=len(COLUMNS) - 2)
    text = " ".join(printed(found, wanted).split())
    shown = "1 failure that no smaller column of those judged shows"
    if wanted == SUMMARY:
        assert (
            f"{shown}: 1 ({SAVED} under {FAULTS[1]}) new, none gone, "
            f"1 ({SAVED} under all faults) broken in smaller circumstances now." in text
        )
        assert f"What holds under {FAULTS[1]} is: {CLOSED}." in text
        assert f"{len(PROPERTIES)} promises in 1 column besides all faults together:" in text
    assert f"{shown}:" in text
    assert f"Stopped early: {len(COLUMNS) - 2} columns of {len(COLUMNS)} were not judged." in text
    assert "1 verdict not as recorded: 1 worse." in text
    for said in ("without faults", "without any fault", "accept", "finding"):
        assert said not in text


def test_what_is_broken_in_smaller_circumstances_is_not_gone() -> None:
    was = everything(*(verdict(SAVED, column, REFUTED, 6) for column in (FAULTS[1], FAULTS[2], ALL_FAULTS)))
    now = everything(*(verdict(SAVED, column, REFUTED, 6) for column in (BASE, FAULTS[1], ALL_FAULTS)))
    text = " ".join(printed(done(now, was)).split())
    assert (
        f"1 finding (a promise, and the smallest circumstances that break it): 1 ({SAVED} under no fault) new, "
        f"1 ({SAVED} under {FAULTS[2]}) gone, 1 ({SAVED} under {FAULTS[1]}) broken in smaller circumstances now."
        in text
    )


@pytest.mark.parametrize("width", [60, 100, 140])
def test_lines_are_as_wide_as_the_place_and_no_name_is_cut(width: int) -> None:
    worse = [verdict(name, column, REFUTED, 3) for name in PROPERTIES for column in FAULTS[:3]]
    text = printed(done(everything(*worse), everything()), width=width)
    assert max(map(len, text.splitlines())) <= width
    told = {word.strip(":;") for word in text.split()}
    assert told >= set(list(PROPERTIES)[:12])
    assert "".join("".join(wrapped("  one " + "x" * 200, width)).split()) == "one" + "x" * 200


def test_tables_are_not_padded_and_have_every_promise_and_of_conduct_what_fails() -> None:
    conduct = {name for name in PROPERTIES if is_conduct(name)}
    failing, *_ = sorted(conduct)
    now = everything(verdict(SAVED, FAULTS[2], REFUTED, 4), verdict(failing, FAULTS[2], REFUTED, 5))
    untold = conduct - {failing}
    for found, wanted in (
        (done(now, now), PROPERTIES.keys() - untold),
        (done({BASE: now[BASE]}, now, compared=False), PROPERTIES.keys()),
    ):
        text = printed(found, Wanted(tables=True))
        told = {line.split()[0] for line in text.splitlines() if line.strip()}
        assert not [line for line in text.splitlines() if line != line.rstrip()]
        assert told & PROPERTIES.keys() == wanted
        assert "Not shown either:" in text
    said = f"Not in the tables: {len(untold)} properties of how the model conducts itself, each of which holds, and fails nowhere."
    assert said in " ".join(printed(done(now, now), Wanted(tables=True)).split())
    assert len(untold) >= 40


def test_tables_tell_conduct_that_is_open_or_never_put_to_the_test_and_how_much_is_open_with_all_faults() -> None:
    open_, idle, together, *rest = sorted(name for name in PROPERTIES if is_conduct(name))
    now = everything(
        verdict(open_, FAULTS[2], UNDECIDED),
        *(verdict(idle, column, NOT_EXERCISED) for column in COLUMNS),
        verdict(together, ALL_FAULTS, UNDECIDED),
    )
    text = printed(done(now, now), Wanted(tables=True))
    told = {line.split()[0] for line in text.splitlines() if line.strip()}
    assert told & {open_, idle, together, *rest} == {open_, idle}
    said = f"Not in the tables: {len(rest) + 1} properties of how the model conducts itself, each of which holds, and fails nowhere; "
    assert f"{said}with all faults together 1 of them is undecided." in " ".join(text.split())


def test_all_faults_together_are_told_apart_from_the_other_columns() -> None:
    now = everything(verdict(SAVED, FAULTS[2], REFUTED, 4))
    open_ = [verdict(name, ALL_FAULTS, UNDECIDED) for name in PROPERTIES if name != SAVED]
    text = printed(done({**now, ALL_FAULTS: [verdict(SAVED, ALL_FAULTS, REFUTED, 4), *open_]}, now))
    assert f"{len(PROPERTIES) - 1} kept in all that put them to the test, 1 broken in some." in text
    assert f"With all faults together: 1 broken, {len(open_)} left open by a bounded search." in " ".join(text.split())


def test_json_has_the_same_order() -> None:
    worse = [verdict(ENDS, FAULTS[5], REFUTED, 7), verdict(SAVED, BASE, REFUTED, 9)]
    was = everything(verdict(PARTIAL, BASE, REFUTED, 3))
    written = json.loads(json.dumps(as_json(done(everything(*worse), was), SINCE)))
    jsonschema.validate(written, json.loads(schema_text()))
    assert [(one["property"], one["kind"]) for one in written["changes"]] == [
        (SAVED, "worse"), (ENDS, "worse"), (PARTIAL, "better"),
    ]  # fmt: skip
    assert [one["property"] for one in written["verdicts"][:3]] == [SAVED, ENDS, PARTIAL]
    assert [bool(one["difference"]) for one in written["verdicts"][:4]] == [True, True, True, False]
    assert written["changes"][1]["smallest"] == [{"column": FAULTS[5].name, "length": 7}]
    assert (written["status"], written["compared_with_record"]) == (1, True)
    (rule,) = written["changed_rules"]["rules"]
    assert (rule["name"], rule["by"], rule["sentences"]) == ("vm_given_back", ["BAK-9"], [36])
