"""Many networks at once, alike but for some rules: the views of each, and what they show, are those of that network alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

import pytest

from model.notation import Actor, DeclarationError, Network, Shape, States, build, event, on, stays
from model.notation.changes import with_table
from proofs.mutants.changed_rules import Rules
from proofs.mutants.operators import mutants_of
from proofs.views.labelled.family import Family
from proofs.views.labelled.family_proof import Proving
from proofs.views.labelled.labels import Labelled
from proofs.views.proof import prove
from proofs.views.saturation import TooManyViews, saturate
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.world import Column
from properties.kinds import Ends, Property
from tests.helpers.by_search import is_refuted
from tests.helpers.networks.random_networks import Two, random_count, vm
from tests.helpers.networks.read_networks import read
from tests.helpers.networks.tiny import HARBOUR
from tests.helpers.networks.whole import compiled_whole, machines_in, views_in_words

SHAPE = Shape({"disk": 1})
MOST = 3
"""Columns of each network, and mutants."""


def drawn(each: int) -> Iterator[tuple[Network, list[Column], list[Network], list[Property]]]:
    """A network, columns, and for each the network that it is of: itself, or one of its mutants that starts as it does."""
    for seed in range(70_000, 70_000 + each):
        if (found := read(seed)) is None:
            continue
        network, columns, asked = found
        mutants: list[Network] = []
        for mutant in islice(mutants_of(network), seed % 7, None, 7):
            with suppress(DeclarationError):
                changed = mutant.change(network)
                if mutant.events and not Rules(network, mutant, changed).starts_elsewhere:
                    mutants.append(changed)
        networks = [network, *mutants[:MOST]]
        pairs = [(column, of) for of in networks for column in columns[:MOST]]
        yield network, [column for column, _ in pairs], [of for _, of in pairs], asked


def compared(each: int) -> Counter[str]:
    """How often the views of a network in a column are the same as alone, and how often they are not."""
    seen: Counter[str] = Counter()
    for network, columns, changed, _ in drawn(each):
        family = Family(network, columns, changed)
        with suppress(TooManyViews):
            compiled = compiled_whole(family.network, [SHAPE], family.column)
            closed = Labelled(compiled, len(columns), family.allowed, [family.all] * len(compiled.starts))
            labels = list(closed.all_views())
            for bit, (column, of) in enumerate(zip(columns, changed, strict=True)):
                alone = compiled_whole(of, [SHAPE], column)
                own = ((host, vm) for host, here in saturate(alone, 300).at.items() for vm in here)
                with_bit = ((host, vm) for host, vm, label in labels if label >> bit & 1)
                names = machines_in(alone) & machines_in(compiled)
                same = views_in_words(compiled, with_bit, names) == views_in_words(alone, own, names)
                seen[("same" if same else "differs") + ("" if of is network else ", of a mutant")] += 1
    return seen


def test_the_views_of_each_are_its_own() -> None:
    seen = compared(random_count(1) // 2)
    assert seen["differs"] + seen["differs, of a mutant"] == 0, seen
    assert min(seen["same"], seen["same, of a mutant"]) > 50, seen


@pytest.mark.parametrize("leaves", ["when", "rows"])
def test_a_family_that_overlooks_what_is_changed_is_noticed(leaves: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: two networks are taken to say the same of an event, though one of them has another guard, or other rows."""

    def overlooked(self: Family, event: str) -> list[tuple[Network, int]]:
        found: dict[object, tuple[Network, int]] = {}
        for network, label in self._of_network.items():
            rows = {a.name: tuple(m for m in a.moves if m.event == event) for a in network.participants(event)}
            said = str(rows) if leaves == "when" else str(network.events[event].when)
            of, known = found.get(said, (network, 0))
            found[said] = of, known | label
        return list(found.values())

    monkeypatch.setattr(Family, "_networks_with", overlooked)
    assert compared(60)["differs, of a mutant"]


def test_what_views_show_of_each_they_show_alone() -> None:
    seen: Counter[str] = Counter()
    for network, columns, changed, asked in drawn(random_count(1) // 4):
        try:
            proving = Proving(network, columns, asked, changed=changed)
        except NotForAnyNumber:
            continue
        shown = {name: one for unit in proving.units() for name, one in proving.shown(unit).items()}
        for column, of, proofs in zip(columns, changed, proving.proofs_of_each(shown), strict=True):
            alone = prove(of, column, asked)
            for one in asked:
                if one.name not in proofs and isinstance(one, Ends):
                    continue  # it is asked of one column alone
                ours, theirs = proofs[one.name], alone[one.name]
                if ours.holds and not theirs.holds:  # a slice of all of them may be another one, and show more
                    assert not is_refuted(of, column, one)
                seen["holds" if ours.holds else "open"] += 1
                seen["other"] += (ours.holds, ours.exercised) != (theirs.holds, theirs.exercised)
    assert min(seen["holds"], seen["open"]) > 100, seen
    assert seen["other"] <= (seen["holds"] + seen["open"]) // 50, seen


def test_a_property_is_asked_where_it_is_wanted_only() -> None:
    network, columns, changed, asked = next(one for one in drawn(20) if len(one[1]) > 2 and len(one[3]) > 1)
    proving = Proving(
        network, columns, asked, changed=changed, within={one.name: 0 for one in asked} | {asked[0].name: 0b10}
    )
    shown = {name: one for unit in proving.units() for name, one in proving.shown(unit).items()}
    assert [set(proofs) for proofs in proving.proofs_of_each(shown)[:3]] == [set(), {asked[0].name}, set()]


def test_networks_that_start_otherwise_or_have_other_events_are_refused() -> None:
    of = next(actor for actor in HARBOUR.actors.values() if actor.moves and len(actor.starts) == 1)
    other = next(state for state in of.enum if state.name not in of.starts)
    event = next(one for one in HARBOUR.events.values() if one.fault is not None)
    elsewhere = with_table(HARBOUR, of.name, of.moves, starts=frozenset({other}))
    tolerated = replace(HARBOUR, events={**HARBOUR.events, event.name: replace(event, fault=None)})
    for wrong in (elsewhere, tolerated):
        with pytest.raises(ValueError, match="start alike"):
            Family(HARBOUR, [Column(), Column()], [HARBOUR, wrong])
    with pytest.raises(ValueError, match="each named once"):
        Family(HARBOUR, [Column(), Column()], [HARBOUR, HARBOUR])


def test_a_machine_that_moves_in_one_of_them_only_is_taken_for_no_reading() -> None:
    """Of a machine of the host that may start in several states and never moves a column fixes one."""
    work = Actor("work", Two, of=vm, starts=Two.A, says="Of VMs.").table(on("go", Two.A, Two.B))

    def of(starts: frozenset[States]) -> tuple[Network, Network]:
        gate = Actor("gate", Two, starts=starts, says="Of the host.").table(on("go", Two.A, Two.B), stays("go"))
        moving = build([gate, work], event("go", at=vm, by="T-1", says="It goes."))
        return moving, with_table(moving, "gate", [])

    moving, still = of(frozenset(Two))
    for one, other in ((moving, still), (still, moving)):
        with pytest.raises(ValueError, match="start alike"):
            Family(one, [Column(), Column()], [one, other])
    moving, still = of(frozenset({Two.A}))
    assert Family(moving, [Column(), Column()], [moving, still]).all == 0b11
    with pytest.raises(ValueError, match="start alike"):
        Family(still, [Column(), Column()], [still, moving])
