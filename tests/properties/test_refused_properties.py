"""Properties that do not fit their network, or say nothing: each is refused where it was written."""

# mypy: disable-error-code="arg-type, comparison-overlap, operator, redundant-expr, unreachable"
# What is wrong here mypy would tell too: these are what is loaded all the same.

from __future__ import annotations

import pytest

from examples.small_backup import NETWORK, H, P, R, phase, power, prior, recovery, result, vm
from examples.small_backup import PROPERTIES as GOOD
from model.notation import (
    FALSE,
    HOST,
    TRUE,
    DeclarationError,
    Sort,
    after,
    every,
    happens,
    implies,
    some,
    unchanged,
)
from properties.checked import checked, observers_of
from properties.kinds import Always, always, ends, fact, fired, independent, possible, precedes, refines, step
from tests.properties.refusals import SAVED, Case, Told, good, load, over, refused_where_it_was_written, vm_saved, watch

# fmt: off
NETWORKS: dict[str, Case] = {
    "an event that there is not": (
        lambda: load(step("No VM.", implies(happens("vm_sayved"), over), shows="SB-8", witness=SAVED)),
        "property it: vm_sayved is no event that there is", "or declare it"),
    "a witness that there is not": (
        lambda: load(always("No VM.", ~over, shows="SB-8", witness=fired("vm_sayved"))),
        "property it: vm_sayved is no event that there is", "or declare it"),
    "an observer that is not declared": (
        lambda: load(step("No VM.", implies(SAVED, watch("vm_saved").is_(Told.YES)), shows="SB-8", witness=SAVED)),
        "property it: told is no machine, nor one of its observers that there is", "Use a name that there is"),
    "an observer called as a machine is": (
        lambda: load(step("No VM.", ~SAVED, shows="SB-8", witness=SAVED, observers=(watch("vm_saved", name="phase"),))),
        "phase is the name of another machine", "Call the observer something else"),
    "an observer of an event that there is not": (
        lambda: load(step("No VM.", ~SAVED, shows="SB-8", witness=SAVED, observers=(watch("vm_sayved"),))),
        "property it: vm_sayved is no event that there is", "or declare it"),
    "a VM's machine without a quantifier": (
        lambda: load(always("No VM.", ~power.is_(P.SAVED), shows="SB-8", witness=SAVED)),
        "property it: its term: reads power of a vm without a quantifier", "Write every(vm, ...)"),
    "a witness without a quantifier": (
        lambda: load(always("No VM.", ~over, shows="SB-8", witness=power.is_(P.SAVED))),
        "property it: its witness: reads power of a vm without a quantifier", "Write every(vm, ...)"),
    "a sort that nobody is of": (
        lambda: load(always("No VM.", every(Sort("disk", of=Sort("shelf", of=HOST)), over), shows="SB-8", witness=SAVED)),
        "property it: its term: whose disks?", "Quantify over the shelf first"),
    "a private name": (
        lambda: checked({"-it": always("No VM.", ~over, shows="SB-8", witness=SAVED)}, NETWORK),
        "property -it has a private name", "Call its variable"),
}

NOTHING: dict[str, Case] = {
    "a constant term": (
        lambda: load(always("No VM.", TRUE, shows="SB-8", witness=SAVED)),
        "of its term, it is always true, whatever happens", "Say what may be broken"),
    "a term that is false": (
        lambda: load(ends("It ends.", FALSE, without=(), shows="SB-8", witness=SAVED)),
        "of its term, it is never true, whatever happens", "Say what may be broken"),
    "a term that is valid by itself": (
        lambda: load(always("Saved or not.", every(vm, power.is_(P.SAVED) | ~power.is_(P.SAVED)), shows="SB-8", witness=SAVED)),
        '"for every vm: (power is saved or power is not saved)" is always true', "Say what may be broken"),
    "all the states that there are": (
        lambda: load(always("No VM.", every(vm, power.is_(frozenset(P))), shows="SB-8", witness=SAVED)),
        "is always true", "Say what may be broken"),
    "a premise that is never true": (
        lambda: load(always("No VM.", implies(over & phase.is_(H.IDLE), good), shows="SB-8", witness=SAVED)),
        'its premise "phase is aborted or done and phase is idle" is never true', "Say what may be broken"),
    "two events in one step": (
        lambda: load(step("No VM.", implies(SAVED & happens("vm_undone"), over), shows="SB-8", witness=SAVED)),
        'its premise "vm_saved happens and vm_undone happens" is never true', "Say what may be broken"),
    "a premise that is never true, of each VM": (
        lambda: load(step("F.", every(vm, implies(SAVED & happens("vm_undone"), unchanged(prior))), shows="SB-8", witness=SAVED)),
        'its premise "vm_saved happens and vm_undone happens" is never true', "Say what may be broken"),
    "a conclusion that is always true": (
        lambda: load(always("No VM.", implies(over, every(vm, prior.is_(frozenset(P)))), shows="SB-8", witness=SAVED)),
        'its conclusion "for every vm: prior is off, paused, running or saved" is always true', "Say what may be broken"),
    "a conclusion that is its premise": (
        lambda: load(always("No VM.", implies(over & good, some(vm, result.is_(R.GOOD)) & over), shows="SB-8", witness=SAVED)),
        "is always true", "Say what may be broken"),
    "one claim of two": (
        lambda: load(always("No VM.", implies(over, good) & (vm_saved | ~vm_saved), shows="SB-8", witness=SAVED)),
        '"(for some vm: power is saved) or (for every vm: power is not saved)" is always true', "Say what may be broken"),
    "one conclusion of two": (
        lambda: load(step("F.", implies(SAVED, over & (after(over) | after(~over))), shows="SB-8", witness=SAVED)),
        '"not (vm_saved happens) or afterwards phase is aborted or done or afterwards phase is not aborted or done" is always',
        "Say what may be broken"),
    "it stays or leaves": (
        lambda: load(step("F.", every(vm, unchanged(power) | SAVED | ~unchanged(power)), shows="SB-8", witness=SAVED)),
        "is always true", "Say what may be broken"),
    "every VM, of the host": (
        lambda: load(always("No VM.", ~every(vm, over), shows="SB-8", witness=SAVED)),
        '"for every vm: phase is aborted or done" says nothing of any vm', "Say what may be broken"),
}
# fmt: on


def test_there_are_enough_of_them() -> None:
    assert len(NETWORKS | NOTHING) >= 21


@pytest.mark.parametrize("case", (NETWORKS | NOTHING).values(), ids=NETWORKS | NOTHING)
def test_it_is_refused_where_it_was_written(case: Case) -> None:
    refused_where_it_was_written(case)


def test_what_is_right_is_not_refused() -> None:
    right = {
        "always": always("No VM.", implies(over, good), shows="SB-8", witness=SAVED),
        "step": step("No VM.", implies(SAVED, after(vm_saved)), shows="SB-8", witness=SAVED),
        "ends": ends("It ends.", over, without=("vm_saved",), shows="SB-8", witness=SAVED),
        "possible": possible("It may be.", SAVED & ~over, shows="SB-8"),
        "independent": independent("It is.", (recovery,), ("vm_saved",), shows="SB-8", witness=SAVED),
        "precedes": precedes(
            "F.", ["vm_saved"], ["vm_undone"], since=["vm_given_back"], at=vm, shows="SB-8", witness=SAVED
        ),
        "refines": refines("It is.", watch("vm_saved"), Told.WRONG, sees=(phase,), shows="SB-8", witness=SAVED),
        "fact": fact("It is.", lambda: (("it", 1, 1),), shows="SB-8"),
    }
    assert checked(right, NETWORK) == right
    assert checked(GOOD, NETWORK) == GOOD


def test_one_observer_may_serve_several_and_two_that_differ_may_not() -> None:
    one, again = (precedes("F.", ["vm_saved"], ["vm_undone"], since=(), shows="SB-8", witness=SAVED) for _ in range(2))
    assert observers_of((one, again), NETWORK) == one.observers
    other = precedes("F.", ["vm_saved"], ["vm_undone"], since=(), at=vm, shows="SB-8", witness=SAVED)
    with pytest.raises(DeclarationError, match="is the name of another machine") as refusal:
        observers_of((one, other), NETWORK)
    assert refusal.value.place == other.place


def test_a_property_that_was_made_without_its_kind_is_checked_too() -> None:
    with pytest.raises(DeclarationError, match="property it says nothing: of its witness, it is never true"):
        load(Always(says="No VM.", term=~over, shows=("SB-8",)))
