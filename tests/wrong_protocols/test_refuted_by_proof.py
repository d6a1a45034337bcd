"""Each wrong protocol is refuted by proof as well: a solver has a state or a step of the closed set that breaks the claim.

Asked is what a proof would ask, of the closed set of views of the wrong protocol. The claim's obligation must have a model,
and all others none: the set holds at the start and every event keeps it, so the refusal comes from the claim and from nothing
else. Of a session that must end solvers are asked nothing; there the argument by ranks must fail.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import pytest
import z3

from model.notation import Network
from model.protocol import PROTOCOL
from proofs.solvers.obligations import Confirming, Obligation
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed, closed_groups, judged
from proofs.world.slices import as_asked
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends, Property
from tests.helpers.nightly import in_turn
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.protocols import PROTOCOLS, WRONG_FROM_THREE
from tests.wrong_protocols.three_vms import ThreeVms

EVERY: tuple[Wrong | ThreeVms, ...] = (*PROTOCOLS, *WRONG_FROM_THREE)
ORDINARY = {
    "MET-4-overlooked", "MET-6-some", "one-failure-is-ignored", "tried-again-for-ever", "third-mark", "seen-by-way-of-another",
}  # fmt: skip
"""Those of which every obligation is asked each time; of the others that is done in the nightly profile."""

OPEN = {"third-mark", "seen-by-way-of-another"}
"""Protocols whose right form single views do not show either: it depends on what two VMs can be together."""

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
each = pytest.mark.parametrize("wrong", in_turn(EVERY, 1, 16), ids=lambda wrong: wrong.name, scope="module")
"""Protocol by protocol, so that what is closed for one test is there for the next."""


def asked(wrong: Wrong | ThreeVms, *, right: bool = False) -> tuple[Network, Property]:
    """The wrong network (or the right one), and what is to be refuted there."""
    if isinstance(wrong, ThreeVms):
        return wrong.right if right else wrong.network, wrong.property
    return as_asked(PROPERTIES[wrong.refuted_by], watched(PROTOCOL if right else wrong.change(PROTOCOL)))


@lru_cache(maxsize=2)
def confirming(wrong: Wrong | ThreeVms, *, right: bool = False) -> Confirming:
    """What is to be confirmed of the closed set of the protocol."""
    network, found = asked(wrong, right=right)
    (closed,) = closed_groups(network, BASE if isinstance(wrong, ThreeVms) else wrong.column, [found])
    assert isinstance(closed, Closed), closed
    return Confirming(closed)


def said(about: Confirming, obligations: Iterable[Obligation]) -> dict[str, str]:
    """What Z3 answers to each of these obligations."""
    solver, found = z3.Solver(ctx=about.symbolic.context), dict[str, str]()
    for one in obligations:
        solver.push()
        solver.add(*(formula for _, formula in one.formulas), *about.definitions(one))
        found[f"{one.kind} {one.name}"] = str(solver.check())
        solver.pop()
    return found


def claimed(about: Confirming) -> dict[str, str]:
    """What Z3 answers to what is claimed; of a session that must end, what the argument by ranks comes to."""
    (found,) = about.closed.members
    if isinstance(found, Ends):
        (proof,) = judged(about.closed)
        return {proof.problem or "the argument goes through": "unsat" if proof.holds else "sat"}
    return said(about, (one for one in about.obligations() if one.kind == "claim"))


def refused_of_the_set(about: Confirming) -> set[str]:
    """The obligations of the set itself (its start, every event) that have a model."""
    answers = said(about, [about.start(), *(about.keeps(*step) for step in about.steps())])
    assert len(answers) == 1 + len(about.closed.views.compiled.events)
    assert set(answers.values()) <= {"sat", "unsat"}
    return {name for name, answer in answers.items() if answer == "sat"}


@each
def test_the_claim_is_refuted(wrong: Wrong | ThreeVms) -> None:
    answers = claimed(confirming(wrong))
    assert "sat" in answers.values(), f"{wrong.says} Nothing made of the views breaks the claim"
    assert set(answers.values()) <= {"sat", "unsat"}


@each
def test_nothing_but_the_claim_is_refused(wrong: Wrong | ThreeVms) -> None:
    """The wrong protocol's set is closed, and the right one's claim is confirmed: only the rule makes the difference."""
    if wrong.name not in ORDINARY and not NIGHTLY:
        pytest.skip("a second for each wrong protocol: asked of all of them where HYPOTHESIS_PROFILE=nightly")
    assert not refused_of_the_set(confirming(wrong))
    if wrong.name not in OPEN:
        assert set(claimed(confirming(wrong, right=True)).values()) == {"unsat"}


def test_a_set_that_is_not_closed_is_refused_for_that() -> None:
    """So that "nothing but the claim" can fail: with the starts left out something else is refused."""
    (wrong,) = (one for one in EVERY if one.name == "third-mark")
    closed = confirming(wrong).closed
    at = {
        p: {vm: b for vm, b in here.items() if vm not in closed.views.compiled.starts}
        for p, here in closed.views.at.items()
    }
    assert "start start" in refused_of_the_set(Confirming(replace(closed, views=replace(closed.views, at=at))))


def test_there_are_enough_of_them() -> None:
    names = {wrong.name for wrong in EVERY}
    assert len(names) == len(EVERY) >= 85
    assert {wrong.name for wrong in WRONG_FROM_THREE} > OPEN
    assert names > ORDINARY
