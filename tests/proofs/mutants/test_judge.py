"""One mutant judged: the search that works out the changed rule only finds what the plain search finds, what is called equivalent is, and
nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from model.actors.conditions import Integration, integration
from model.actors.power import Power, power
from model.actors.requester import Requester, requester
from model.notation import Network, Shape, Term
from model.notation.changes import with_event
from model.protocol import PROTOCOL
from proofs.answers.record import load as load_record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, RunFound, Verdict
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.changed_rules import Rules
from proofs.mutants.judge import BROKEN, KILLED, SURVIVES, UNEXERCISED, Judges, Kill
from proofs.mutants.one_vm.baseline import Baseline
from proofs.mutants.one_vm.changed import Changed, Found
from proofs.mutants.operators import Mutant
from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.views.proof import Proof
from proofs.world.compiled import Compiled
from proofs.world.parts import MORE, ONE_OF_EACH
from proofs.world.world import Column, Slice, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Step
from tests.helpers.nightly import nightly

VANISHES = Column(frozenset({"requester_vanishes"}))


@cache
def judges(*names: str) -> Judges:
    return Judges(PROTOCOL, load_record(), [BASE, VANISHES], names)


FEW = 4
"""Kinds of VMs that are searched both ways; the first are those to which most events happen soonest."""


@cache
def few_kinds() -> Baseline:
    return Baseline(judges().watched, BASE, judges().properties, ONE_OF_EACH, judges().kinds()[:FEW])


def broken_by_search(mutant: Mutant, column: Column) -> Mapping[str, int]:
    """What a search of the whole mutant finds broken, each start by itself, with the length of the shortest run."""
    network = watched(mutant.change(PROTOCOL))
    world = World(network, column)
    machines = frozenset(name for name, reach in world.reach.items() if len(reach) > 1)
    part = Slice(machines, frozenset(event.name for event in world.events))
    states = {n: ~p.term for n, p in PROPERTIES.items() if isinstance(p, Always)}
    steps = {n: ~p.term for n, p in PROPERTIES.items() if isinstance(p, Step)}
    found: dict[str, int] = {}
    for start in judges().kinds()[:FEW]:
        allowed = {name: frozenset({state}) for name, state in start.items()}
        compiled = Compiled(world, part, (ONE_OF_EACH,), (), (allowed,), reduce=False)
        explored = explore(compiled, 1, states=states, steps=steps)
        for name, hit in explored.hits.items():
            length = len(explored.run_to(hit)[1])
            found[name] = min(length, found.get(name, length))
    return found


SEARCHED = (
    "writer_metadata_gathered: redirect method UNPUBLISHED to SAVED_STATE, to CHILD_VM_SNAPSHOT",
    "freeze_returned: redirect writer_state WAITING_FOR_FREEZE to WAITING_FOR_THAW, to WAITING_FOR_POST_SNAPSHOT",
    "vss: swap-states COMMITTED and THAW",
    "vm_given_back: never",
)


@pytest.mark.parametrize("name", [SEARCHED[0], *(pytest.param(name, marks=nightly) for name in SEARCHED[1:])])
def test_finds_what_a_search_of_the_whole_mutant_finds(name: str) -> None:
    mutant = all_mutants()[name]
    base = few_kinds()
    assert base.graph.whole
    changed = Changed(base, Rules(judges().watched, mutant, mutant.change(PROTOCOL)))
    found = changed.visit()
    ours = {n: length for n, length in found.broken.items() if isinstance(PROPERTIES[n], (Always, Step))}
    wanted = broken_by_search(mutant, BASE)
    assert changed.different
    assert found.broken
    assert ours or not wanted
    assert ours.items() <= wanted.items()
    assert not found.complete or ours == wanted


def test_the_right_network_breaks_nothing_there_and_differs_in_nothing() -> None:
    """A mutant that changes nothing, as it would be if an operator did nothing."""
    same = Mutant("vm_saved: nothing", "never", ("vm_saved",), "", ("BAK-3",), "nothing", lambda network: network)
    changed = Changed(judges().baseline(BASE), Rules(judges().watched, same, PROTOCOL))
    assert not changed.different
    found = changed.visit()
    assert (found.broken, found.missing, found.healed, found.complete) == ({}, (), (), True)
    assert judges().comparing([same]).differs(same.name, [BASE])[0] == []


@nightly
def test_a_condition_that_holds_anyway_is_no_difference_and_one_that_does_not_is() -> None:
    event = PROTOCOL.events["vm_saved"]

    def needing(name: str, more: Term) -> Mutant:
        change = lambda network: with_event(network, "vm_saved", when=event.when & more)  # noqa: E731 - short
        return Mutant(name, "never", ("vm_saved",), "", event.by, name, change)

    anyway = needing("only while the snapshot set is made, or its requester died", ~requester.is_(Requester.AT_REST))
    rarely = needing("only if it is paused", power.is_(Power.PAUSED))
    comparing = judges().comparing([anyway, rarely])
    same, views = comparing.differs(anyway.name, [BASE])
    assert same == []
    assert views > 1_000
    assert comparing.differs(rarely.name, [BASE])[0] == [BASE.name]
    assert judges().search(anyway).different == ()


@nightly
def test_what_the_few_kinds_do_not_show_the_suite_does() -> None:
    """None of them is a paused VM without the service: closed views see the difference, and the record's way of judging kills."""
    event = PROTOCOL.events["vm_saved"]
    unlike = ~(power.is_(Power.PAUSED) & integration.is_(Integration.NOT_INSTALLED))
    change = lambda network: with_event(network, "vm_saved", when=event.when & unlike)  # noqa: E731 - short
    mutant = Mutant("vm_saved: not of these", "never", ("vm_saved",), "", event.by, "", change)
    assert judges().search(mutant).kind == SURVIVES
    assert judges().comparing([mutant]).differs(mutant.name, [BASE])[0] == [BASE.name]
    killed = judges().ask(mutant, judges().to_be_asked(mutant, BASE))
    assert killed.kind == KILLED


def test_what_is_broken_anyway_kills_nothing_where_the_record_says_nothing_either() -> None:
    """A column that the record leaves to its reading and its fault; there the right network backs up in part."""
    column = Column(frozenset({"failure_ignored"}), (("READ-2", "YES"),))
    assert load_record().cell("no-partial-backup", column.name) is None
    same = Mutant(
        "failure_ignored: nothing", "never", ("failure_ignored",), "", ("BAK-13",), "", lambda network: network
    )
    few = Judges(PROTOCOL, load_record(), [column], ("no-partial-backup", "backup-is-of-all-chosen"))
    assert "no-partial-backup" in few.likely(same)
    assert few.ask(same, few.to_be_asked(same, column)).kind == SURVIVES


def test_what_is_remembered_of_one_column_is_not_believed_of_another() -> None:
    name = "vm_saved: drop-condition read-5 is every vm or selected is for backup"
    selected = Column(readings=(("READ-5", "SELECTED"),))
    both = Judges(PROTOCOL, load_record(), [BASE, selected])
    both.kinds = judges().kinds  # type: ignore[method-assign]  # the same VMs are looked at
    comparing = both.comparing([all_mutants()[name]])
    assert [comparing.differs(name, [column])[0] for column in (BASE, selected, BASE)] == [[], ["READ-5=SELECTED"], []]
    assert comparing.sets is not None
    assert comparing.sets.closed == 1


def test_properties_that_speak_of_a_change_are_likely_to_notice_it() -> None:
    """By requirement, by the reading that its guard asks for, by its event, and by the machine that it changes."""
    guard = all_mutants()["vm_saved: drop-condition read-9 is try the rest or (no vm has: progress is failed)"]
    assert {"the-rest-is-tried-as-the-reading-says", "every-session-ends"} <= set(judges().likely(guard))
    table = next(one for one in all_mutants().values() if one.machine == "note" and one.operator == "stand-still")
    assert "noted-by-the-writer-only" in judges().likely(table)
    assert "port-exactly-where-the-switch-is" not in judges().likely(table)
    assert len(judges().likely(table)) < len(PROPERTIES)


def test_a_hole_is_seen() -> None:
    """With the one property that says so left out, nothing notices that the cluster is not told."""
    name = "cluster_saves_vm: drop-move cluster ONLINE to SAVED"
    all_but_one = tuple(one for one in PROPERTIES if one != "owner-tells-the-cluster")
    mutant = all_mutants()[name]
    assert judges().search(mutant).kind == KILLED
    few = judges(*all_but_one)
    few.kinds = judges().kinds  # type: ignore[method-assign]  # the same VMs are looked at
    found = few.search(mutant)
    assert (found.kind, found.kills) == (SURVIVES, ())
    assert BASE.name in found.different


def test_the_right_network_of_a_column_is_searched_once_with_vms_of_each_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutants of one column that look at parts of several sorts take turns."""
    made: list[object] = []
    monkeypatch.setattr("proofs.mutants.judge.Baseline", lambda *of: made.append(of))
    monkeypatch.setattr("proofs.mutants.judge.kinds_of", lambda *_: [])
    one = Judges(PROTOCOL, load_record(), [BASE, VANISHES])
    shapes = [ONE_OF_EACH, *(Shape({**ONE_OF_EACH.parts, s.name: n}) for s in PROTOCOL.parts for n in (0, MORE))]
    for shape in (*shapes, *shapes):
        one.baseline(BASE, shape)
    assert len(made) == len(shapes) == 5
    one.baseline(VANISHES)
    one.baseline(BASE)
    assert len(made) == 7


@pytest.mark.parametrize(
    ("verdict", "its_too", "asked"),
    [
        (HOLDS, False, ["the mutant"]),
        (REFUTED, False, ["the mutant", "the right network"]),
        (REFUTED, True, ["the mutant"]),
    ],
)
def test_what_holds_where_nothing_is_recorded_is_not_judged_of_the_right_network(
    monkeypatch: pytest.MonkeyPatch, verdict: str, its_too: bool, asked: list[str]
) -> None:
    """What is refuted there is, unless the run that refutes it is one of the right network too."""
    both, judged = Column(frozenset({"requester_vanishes", "guest_hangs"})), list[str]()

    def judge(column: Column, names: list[str], *_: object, network: Network, **__: object) -> object:
        judged.append("the right network" if network is PROTOCOL else "the mutant")
        return [Verdict(name, column.name, verdict, "nothing", run=RunFound((), {}, ())) for name in names], {}

    monkeypatch.setattr("proofs.mutants.judge.judged", judge)
    monkeypatch.setattr("proofs.mutants.judge.breaks", lambda *_: its_too)
    monkeypatch.setattr("proofs.mutants.judge.judged_soon", lambda *_, **__: ([], {}))  # no kept run decides
    mutant = next(iter(all_mutants().values()))
    judges_of_both = Judges(PROTOCOL, load_record(), [both], ["every-session-ends"])
    assert judges_of_both.ask(mutant, judges_of_both.to_be_asked(mutant, both)).kills == ()
    assert judged == asked


def test_where_nothing_is_recorded_the_first_that_kills_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """To work out what the right network does takes as long as the mutant; what is recorded is told of all that break, by their runs."""
    both, judged = Column(frozenset({"requester_vanishes", "guest_hangs"})), list[str]()

    def judge(column: Column, names: list[str], *_: object, **__: object) -> object:
        judged.extend(names)
        return [Verdict(name, column.name, HOLDS, "nothing") for name in names], {}

    monkeypatch.setattr("proofs.mutants.judge.judged", judge)
    monkeypatch.setattr("proofs.mutants.judge.judged_soon", lambda *_, **__: ([], {}))  # no kept run decides
    of_both = Judges(PROTOCOL, load_record(), [BASE, both])
    found = Found({"every-session-ends": 7, "no-guest-left-frozen": 5, "no-vm-left-saved": 6})
    kills = of_both._kills(found, both, PROTOCOL, set())
    assert [kill.property for kill in kills] == judged == ["no-guest-left-frozen"]
    assert [kill.length for kill in of_both._kills(found, BASE, PROTOCOL, set())] == [5, 6, 7]
    assert judged == ["no-guest-left-frozen"]


def test_what_was_asked_elsewhere_is_told_to_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[set[str]]()

    def kills(_: Judges, found: object, column: object, network: object, unheard: set[str]) -> tuple[Kill, ...]:
        told.append(set(unheard))
        unheard.add("every-session-ends")
        return ()

    monkeypatch.setattr(Judges, "_kills", kills)
    fate = judges().search(all_mutants()["backup_initialized: never"], [BASE], ("no-partial-backup",))
    assert told[0] == {"no-partial-backup"}
    assert fate.unheard == ("every-session-ends", "no-partial-backup")


def test_what_a_search_misses_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches with VMs of several shapes, and in all other columns, miss the same."""
    found, asked = Found(missing=("no-partial-backup", "a-child-that-stopped-is-rolled-back")), list[str]()
    of_base, kills = judges(), list[Kill]()
    kill = Kill("no-partial-backup", BASE.name, UNEXERCISED)

    def ask(names: list[str], *_: object) -> tuple[Kill, ...]:
        asked.extend(names)
        return (kill,) if kills else ()

    monkeypatch.setattr(of_base, "_asked", ask)
    unheard = set[str]()
    assert of_base._kills(found, BASE, PROTOCOL, unheard) == ()
    assert asked == ["no-partial-backup"], "of the other the record does not say that it holds"
    assert unheard == {"no-partial-backup"}
    assert of_base._kills(found, BASE, PROTOCOL, unheard) == ()
    assert asked == ["no-partial-backup"]
    kills.append(kill)
    assert of_base._kills(found, BASE, PROTOCOL, set()) == (kill,)


def test_what_views_show_of_the_right_network_where_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked of them with the mutants, of what is not recorded; what they rule out nobody looks for."""
    both = Column(frozenset({"requester_vanishes", "guest_hangs"}))
    mutant, name = all_mutants()["backup_initialized: never"], "a-restart-forgets-the-session"
    of_both = Judges(PROTOCOL, load_record(), [BASE, both])
    asked = [of_both.to_be_asked(mutant, column) for column in (BASE, both, both)]
    (right,) = of_both.right_to_be_asked(asked)
    assert (right.network, right.column) == (PROTOCOL, both)
    assert right.names == asked[1].names != ()
    of_both.learn(both, {name: Proof(name, holds=True, exercised=False)})
    monkeypatch.setattr("proofs.mutants.judge.judged", lambda *_, **__: pytest.fail("it is known"))
    assert of_both._right_verdict(name, both) == NOT_EXERCISED
    (again,) = of_both.right_to_be_asked([replace(asked[1], names=(name, *asked[1].names))])
    assert again.names == right.names


def test_what_is_refuted_anyway_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant, known = next(one for name, one in all_mutants().items() if name.startswith("vm_given_back:")), load_record()
    of_vanishing = Judges(PROTOCOL, known, [VANISHES])
    asked = of_vanishing.to_be_asked(mutant, VANISHES).names
    cells = {name: known.cell(name, VANISHES.name) for name in of_vanishing.likely(mutant)}
    refuted = {name for name, cell in cells.items() if cell is not None and cell.verdict == REFUTED}
    assert refuted
    assert set(asked) == cells.keys() - refuted


def test_a_property_whose_observer_notes_the_event_may_notice() -> None:
    assert "abort-has-a-cause" in judges().likely(all_mutants()["backup_initialized: never"])


def test_what_a_run_kills_is_not_asked_of_views(monkeypatch: pytest.MonkeyPatch) -> None:
    """To find out whether views, asked harder, show the rest of it may take minutes."""
    mutant = all_mutants()["nothing_left_to_give_back: drop-condition power is not saved"]
    monkeypatch.setattr("proofs.mutants.judge.judged", lambda *_, **__: pytest.fail("views are asked harder"))
    few = Judges(PROTOCOL, load_record(), [BASE], ["no-vm-left-saved", "back-in-prior-state"])
    killed = few.ask(mutant, few.to_be_asked(mutant, BASE))
    assert killed.kind == KILLED
    assert {kill.how for kill in killed.kills} == {BROKEN}
    same = Mutant("vm_saved: nothing", "never", ("vm_saved",), "", ("BAK-3",), "nothing", lambda network: network)
    with pytest.raises(pytest.fail.Exception, match="views are asked harder"):
        few.ask(same, few.to_be_asked(same, BASE))
