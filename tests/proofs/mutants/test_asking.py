"""Mutants asked together: what views show of each is what they show of it alone."""

from __future__ import annotations

from functools import cache

from model.notation import Network
from model.protocol import PROTOCOL
from proofs.answers.record import load
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.asking import Asked, Asking
from proofs.mutants.judge import HEALED, KILLED, SURVIVES, Judges
from proofs.verdicts.columns import BASE
from proofs.views.proof import Proof, prove
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched

FAILS = Column(frozenset({"vm_cannot_be_saved"}))
NAMES = ("no-vm-left-saved", "saved-only-by-its-method", "child-snapshot-needs-basic-disks", "writer-identity")
MUTANTS = (
    "vm_saved: never",
    "vm_saved: drop-alternative snapshot location is same volume",
    "nothing_left_to_give_back: drop-condition power is not saved",
)
CHOSEN = [("", BASE), *((name, column) for name in MUTANTS for column in (BASE, FAILS))]
"""Mutants in two columns, and the right network beside them."""


@cache
def network(name: str) -> Network:
    return all_mutants()[name].change(PROTOCOL) if name else PROTOCOL


@cache
def together() -> list[dict[str, Proof]]:
    asking = Asking(PROTOCOL, [Asked(network(name), column, NAMES) for name, column in CHOSEN])
    return asking.proofs({name: one for unit in asking.units() for name, one in asking.shown(unit).items()})


def test_what_views_show_of_each_is_what_they_show_of_it_alone() -> None:
    verdicts = set()
    asked = [PROPERTIES[name] for name in NAMES if name != "writer-identity"]
    for (name, column), found in zip(CHOSEN, together(), strict=True):
        alone = prove(watched(network(name)), column, asked)
        assert {n: (one.holds, one.exercised) for n, one in found.items()} == {
            n: (one.holds, one.exercised) for n, one in alone.items()
        }, (name, column)
        verdicts |= {(n, one.holds, one.exercised) for n, one in found.items()}
    assert len({holds for _, holds, _ in verdicts}) == 2, "some mutant must break something"


def test_what_is_asked_of_each_is_asked_of_no_other() -> None:
    one, other = CHOSEN[1:3]
    asking = Asking(
        PROTOCOL,
        [
            Asked(network(one[0]), one[1], NAMES[:1]),
            Asked(network(other[0]), other[1], NAMES[1:2]),
        ],
    )
    shown = {name: found for unit in asking.units() for name, found in asking.shown(unit).items()}
    assert [set(found) for found in asking.proofs(shown)] == [set(NAMES[:1]), set(NAMES[1:2])]


def test_a_kept_run_that_puts_a_promise_to_the_test_is_believed_of_no_mutant_that_refuses_it() -> None:
    """Of a rule that never fires the witness never does."""
    few = Judges(PROTOCOL, load(), [BASE], ["no-vm-left-saved"])
    never = all_mutants()["vm_saved: never"]
    killed = few.ask(never, few.to_be_asked(never, BASE))
    assert (killed.kind, [kill.how for kill in killed.kills]) == (KILLED, ["is no longer exercised"])


def test_one_that_starts_elsewhere_is_left_to_itself() -> None:
    """The others of which views are asked with it are none the worse."""
    elsewhere = next(one for one in all_mutants().values() if one.operator == "start-elsewhere")
    asking = Asking(PROTOCOL, [Asked(elsewhere.change(PROTOCOL), BASE, NAMES[:1]), Asked(PROTOCOL, BASE, NAMES[:1])])
    shown = {name: found for unit in asking.units() for name, found in asking.shown(unit).items()}
    assert [set(found) for found in asking.proofs(shown)] == [set(), set(NAMES[:1])]
    assert not Asking(PROTOCOL, [Asked(elsewhere.change(PROTOCOL), BASE, NAMES[:1])]).units()


def test_a_mutant_that_mends_what_is_broken_is_noticed_by_views() -> None:
    """No run shows that; and where views do not, it is not told."""
    column = Column(frozenset({"cluster_fails_over"}))
    few = Judges(PROTOCOL, load(), [column], ["no-other-failover"])
    never = all_mutants()["cluster_fails_over: never"]
    asked = few.to_be_asked(never, column)
    assert (asked.names, asked.refuted) == ((), ("no-other-failover",))
    asking = Asking(PROTOCOL, [asked])
    (known,) = asking.proofs({name: found for unit in asking.units() for name, found in asking.shown(unit).items()})
    assert [kill.how for kill in few.ask(never, asked, known).kills] == [HEALED]
    assert few.ask(never, asked).kind == SURVIVES
