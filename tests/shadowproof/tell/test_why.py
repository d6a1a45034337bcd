"""Arguments as a person reads them: the table, what is so at all times above it, and why it breaks where it does."""

from __future__ import annotations

from functools import cache

import pytest

from model.actors.requester import Requester, requester
from model.notation.changes import with_event
from model.notation.terms import machines_of
from model.notation.words import words
from model.protocol import PROTOCOL
from proofs.verdicts.columns import BASE
from proofs.why.argue import table
from proofs.why.tables.breaking import breaks_of, on_the_run, phases_of
from proofs.why.tables.table import Line, Row, Table
from proofs.why.tell import is_in, plainly
from proofs.world.slices import as_asked
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Independent
from shadowproof.ask import AskError
from shadowproof.site.kept.arguments import kept
from shadowproof.tell.arguing import argued
from shadowproof.tell.arguing.argued import Argued, argument, in_words, never_read
from shadowproof.tell.arguing.assumptions import of_argument
from shadowproof.tell.arguing.leans import compiled_for, facts
from shadowproof.tell.arguing.why import in_phases, only_where, why
from shadowproof.tell.arguing.why_not import told_without, why_not
from shadowproof.tell.argument import Recorded
from shadowproof.tell.explain import answers
from tests.helpers.nightly import nightly

NAME = "no-partial-backup"


@cache
def made() -> Table:
    return table(watched(None), BASE, PROPERTIES[NAME])[0]


def said(depth: int) -> str:
    return "\n".join(why(PROPERTIES[NAME], made(), PROTOCOL, cached=False, depth=depth))


def test_it_says_what_is_looked_at_and_who_confirms_it() -> None:
    text = said(1)
    assert (
        "It is enough to look at requester, doing and writer state of the host and at progress and outcome of a VM"
        in text
    )
    assert "z3 and cvc5 confirm the table as it is printed" in text
    assert "So it cannot be broken, by induction over the events" in text


def test_it_fits_on_a_screen() -> None:
    assert len(said(2)[: said(2).index("The words:")].splitlines()) <= 45
    assert len(said(1).splitlines()) <= 32


def test_each_depth_says_more_and_nothing_less() -> None:
    one, two, every = (said(depth) for depth in (1, 2, 3))
    rows = [line for line in one.splitlines() if line[:4].strip().isdigit()]
    assert len(rows) >= len(made().rows)
    assert all(row in two and row in every for row in rows)
    assert "prepare_for_snapshot_succeeded: leads to" in two
    assert "freeze_returned" not in two
    assert len(one) < len(two) < len(every)


def test_phases_are_called_as_the_document_calls_them() -> None:
    assert " 3  from snapshot_set_begun: PrepareForSnapshot, and in part DoSnapshotSet, after a failure" in said(2)
    assert "      that is, at all other times" in said(2)


def test_a_phase_that_two_rows_share_is_told_as_in_part() -> None:
    """By hand: the writer's failure tells two rows apart in what is otherwise one phase."""
    whole, vetoed = (("AT_REST", "COPYING", "SNAPSHOTTING"), ("STABLE",)), ((), ("FAILED",))
    order = (
        ("AT_REST", "STABLE"),
        ("SNAPSHOTTING", "STABLE"),
        ("SNAPSHOTTING", "FAILED"),
        ("COMPLETED", "FAILED"),
        ("COPYING", "STABLE"),
    )
    rows = (Row((whole,), (((),),), (), ()), Row((vetoed,), (((),),), (), ()))
    by_hand = Table(
        "p", "no fault", ("requester", "writer_state"), ("load",), order, rows, (("NONE",),), ((),), (), (), 4, (), 0.1,
    )  # fmt: skip
    assert in_phases(by_hand) == [
        "between sessions and the copy of the files, and in part DoSnapshotSet",
        "BackupComplete, and in part DoSnapshotSet",
    ]


def test_the_words_are_explained_below() -> None:
    assert (
        "  progress: how far the writer has come with this VM in this backup. Stuck: could not be given back or"
        in said(2)
    )
    assert "The words:" not in said(1)


def test_what_denies_itself_is_said_to_never_happen() -> None:
    assert only_where(("power is off", "note is nothing")) == "only where power is off and note is nothing"
    assert (
        only_where(("image is none", "image is not none"))
        == "it would take both that image is none and that image is not none"
    )
    assert only_where(()) == ""


def test_where_a_machine_is_not_is_told_plainly() -> None:
    assert is_in("ABC", "ABCD") == "not d"
    assert is_in("ABC", "ABCDE") == "neither d nor e"
    assert is_in("AB", "ABCDE") == "a or b"


def test_what_denies_is_told_so_that_it_denies_nothing_else() -> None:
    """2026-11-29: "not recorded or paused" is two things: not recorded, or paused; and: neither recorded nor paused."""
    due = ("GONE", "NOT_RECORDED", "OFF", "PAUSED", "RUNNING")
    assert is_in(("NOT_RECORDED", "PAUSED"), due) == "paused or not recorded"
    assert is_in([state for state in due if state != "NOT_RECORDED"], due) == "recorded"
    assert is_in("AB", ("A", "B", "NOT_YET")) == "a or b"
    assert is_in(("A", "RECORDED"), ("A", "RECORDED", "NOT_RECORDED")) == "a or recorded"


def test_states_of_one_machine_are_told_together() -> None:
    at_rest, choosing = requester.is_(Requester.AT_REST), requester.is_(Requester.CHOOSING)
    reach = {"requester": frozenset(requester.states)}
    assert words(plainly(at_rest | choosing, reach)) == "requester is at rest or choosing"
    assert words(plainly(at_rest & ~choosing, reach)).count("requester") == 2


def test_no_negation_is_stacked() -> None:
    for depth in (1, 2, 3):
        assert "not not" not in said(depth)
        assert "not nothing" not in said(depth)


def test_what_is_so_at_all_times_stands_above_and_in_if_then_form() -> None:
    """A table by hand: what never is so together is said as what follows from what."""
    line = Line(("packed",), (1,), ("the quay is open",), (), ("T-1",), order=False, rules=())
    by_hand = Table(
        "p", "no fault", ("quay",), ("load", "crew"), (("OPEN",), ("CLOSED",)),
        (Row((), (((), ("ASHORE",)),), (), (line,)), Row(((("CLOSED",),),), (((), ()),), ("quay_closed",), ())),
        (("NONE", "PACKED", "ABOARD"), ("ASHORE", "ABOARD")), (("NONE", "ABOARD"), ()), ((("NONE",), ("ABOARD",)),), (), 4,
        (("z3", 7), ("cvc5", 7)), 0.1,
    )  # fmt: skip
    found = PROPERTIES[NAME]
    lines = list(why(found, by_hand, PROTOCOL, cached=True, depth=2))
    assert lines.index(" 0  at all times, every VM: load not packed") < lines.index(
        " 1  from the start: at all other times"
    )
    assert "      if load none, then crew ashore" in lines
    assert "      every VM: crew ashore" in lines
    assert " 2  from quay_closed: quay closed" in lines
    assert "      a VM may be in any state that 0 allows" in lines
    assert "      - packed: stays, only where the quay is open (T-1)" in lines
    assert lines[-1].endswith("from the cache.")


def test_of_what_is_possible_there_is_no_argument() -> None:
    with pytest.raises(RuntimeError, match="shadowproof explain child-writers-take-part tells a run"):
        argument("child-writers-take-part", BASE, 2, 1.0)


def test_what_must_come_in_the_end_uses_something_up() -> None:
    """As it is kept; that solvers confirm it: `tests/proofs/why/test_ending.py`."""
    one = kept()["every-session-ends"].of
    assert isinstance(one, Argued)
    text = "\n".join(in_words(PROPERTIES["every-session-ends"], one, BASE, 2))
    assert " 1  requester: initialized" in text
    assert "released → at rest" in text.replace("\n    ", " ")
    assert "doing registering: vm_registered" in text


def test_why_not_names_the_row_the_run_and_what_mends_it() -> None:
    lines, status = why_not(NAME, Column(frozenset({"failure_ignored"})), 1)
    text = " ".join(" ".join(lines).split())
    assert status == 1
    assert "breaks in row" in text
    assert "failure_ignored (BAK-13 VSS-13)" in text
    assert "the run below takes it" in text
    assert f"What would mend it: {NAME} holds without the fault failure_ignored." in text
    assert "is somebody's to prevent: Gather the writers' status" in text


def test_the_run_leaves_the_table_in_the_row_that_is_named() -> None:
    """What is said to break there, and that the run takes it: before that step all is as the row says, after it as no row does."""
    column = Column(frozenset({"failure_ignored"}))
    (verdict,) = answers([NAME], column, 1)
    run = verdict.run
    assert run is not None
    events = [event for event, _ in run.steps]
    first = on_the_run(breaks_of(watched(None), column, PROPERTIES[NAME], made()), events)[0]
    network, _ = as_asked(PROPERTIES[NAME], watched())
    recorded, phases = Recorded(run, network, column), list(phases_of(made()))

    shapes = len(run.shapes)

    def rows(moment: int) -> list[int]:
        states = recorded.states[moment]
        host = tuple(states[name, ()] for name in made().hosts)
        vms = [tuple(states[name, (vm,)] for name in made().vms) for vm in range(shapes)]
        return [i for i, phase in enumerate(phases, 1) if host in phase.hosts and phase.vms.issuperset(vms)]

    step = events.index(first.event)
    assert rows(0) == [1]
    assert rows(step) == [first.row]
    assert rows(step + 1) == []


def test_what_holds_is_not_argued_against() -> None:
    lines, status = why_not(NAME, BASE, 1)
    assert (status, len(lines)) == (0, 1)
    assert "is not broken" in lines[0]


def independent() -> list[Independent]:
    return [found for found in PROPERTIES.values() if isinstance(found, Independent)]


def test_what_is_said_to_be_never_read_is_not() -> None:
    """Asked anew of the tables: what decides whether these events happen, and whatever leads that on."""
    network, world = watched(None), World(watched(None), BASE)
    assert independent()
    for found in independent():
        assert never_read(found, BASE)[0].startswith("Never read: ")
        decides, events, known = set[str](), set(found.events), (-1, -1)
        while known != (len(decides), len(events)):
            known = len(decides), len(events)
            for name in events & world.when.keys():
                decides |= machines_of(world.when[name])
                for actor in network.actors.values():
                    if name in actor.machine.events and (actor.name in decides or world.blocks(actor, name)):
                        rules = [rule for rows in world.rules(actor, name).values() for rule in rows]
                        decides |= {actor.name}.union(*(machines_of(rule.when) for rule in rules))
            events |= {name for one in decides for name in network.actors[one].machine.events}
        assert len(decides) > 3
        assert not decides & {actor.name for actor in found.of}


def test_what_is_read_is_not_said_to_be_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    (found, *_) = independent()
    (actor, *_) = found.of
    reading = with_event(PROTOCOL, found.events[0], when=actor.is_(actor.enum["STABLE"]))
    monkeypatch.setattr(argued, "watched", lambda _: watched(reading))
    assert "may read" in never_read(found, BASE)[0]


def test_what_it_leans_on_is_what_the_table_takes() -> None:
    """Each rule that `assumptions` numbers is one of those that `test_every_rule_that_is_named_is_needed` drops, and none is left out."""
    told = [(fact.number, fact.label) for fact in facts(made(), compiled_for(NAME))]
    labels = {label for row in made().rows for line in row.lines for label in line.rules}
    assert [number for number, _ in told] == list(range(1, len(labels) + 1))
    assert {label for _, label in told} == labels
    lines = "\n".join(of_argument(NAME, facts(made(), compiled_for(NAME)), "", everything=True))
    assert all(f"\n  {number:>3} " in lines for number, _ in told)
    assert f"shadowproof why-not {NAME} --without NUMBER" in " ".join(lines.split())


@nightly
def test_a_rule_that_is_taken_away_is_missed_or_is_not() -> None:
    """That the writer only succeeds where no VM has failed is what this promise hangs on."""
    known = facts(made(), compiled_for(NAME))
    assert [fact.number for fact in known] == list(range(1, len(known) + 1))
    (decisive,) = [
        one for one in known if one.label[:2] == ("when", "prepare_for_snapshot_succeeded") and not one.order
    ]
    lines, status = told_without(NAME, decisive.number, 1)
    assert status == 1
    assert lines[0].startswith("Without the rule that prepare_for_snapshot_succeeded only where")
    assert "broken:" in lines[-1]
    with pytest.raises(AskError, match="numbered from 1"):
        told_without(NAME, len(known) + 1, 1)
