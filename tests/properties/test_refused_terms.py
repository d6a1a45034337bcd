"""Terms that are wrong Python, each refused when it is written: at its line, with what is wrong and what to do."""

# mypy: disable-error-code="arg-type, comparison-overlap, operator, redundant-expr, unreachable"
# What is wrong here mypy would tell too: these are what is loaded all the same.

from __future__ import annotations

import pytest

from examples.small_backup import H, P, phase, power, result, vm
from model.notation import HOST, after, every, happens, implies, same, some, unchanged
from properties.kinds import always, step
from tests.properties.refusals import SAVED, Case, good, load, over, refused_where_it_was_written

# fmt: off
TERMS: dict[str, Case] = {
    "and between terms": (
        lambda: load(always("No VM.", over and good, shows="SB-8", witness=SAVED)),
        "a term has no truth value", "Write &, | and ~"),
    "or between terms": (
        lambda: load(always("No VM.", over or good, shows="SB-8", witness=SAVED)),
        "a term has no truth value", "Write &, | and ~"),
    "not before a term": (
        lambda: load(always("No VM.", implies(over, not good), shows="SB-8", witness=SAVED)),
        "a term has no truth value", "Write &, | and ~"),
    "if on a term": (
        lambda: load(always("No VM.", good if over else ~good, shows="SB-8", witness=SAVED)),
        "a term has no truth value", "or implies(premise, conclusion)"),
    "a conclusion that drops its premise": (
        lambda: load(step("No VM.", implies(SAVED, (~over) and over), shows="SB-8", witness=SAVED)),
        "a term has no truth value", "Write &, | and ~"),
    "a chained comparison": (
        lambda: load(always("No VM.", over < good < over, shows="SB-8", witness=SAVED)),
        "terms have no order", "Write implies(...)"),
    "terms compared with ==": (
        lambda: load(always("No VM.", implies(over, over == good), shows="SB-8", witness=SAVED)),
        "False is no term", "Write machine.is_(state), same(...) or iff(...)"),
    "a machine compared with its state": (
        lambda: load(always("No VM.", power == P.SAVED, shows="SB-8", witness=SAVED)),
        "False is no term", "Write machine.is_(state)"),
    "a term joined to what is none": (
        lambda: load(always("No VM.", True & over, shows="SB-8", witness=SAVED)),
        "True is no term", "Write machine.is_(state)"),
    "a term or what is none": (
        lambda: load(always("No VM.", False | over, shows="SB-8", witness=SAVED)),
        "False is no term", "Write machine.is_(state)"),
    "a state joined to a term": (
        lambda: load(always("No VM.", H.DONE | over, shows="SB-8", witness=SAVED)),
        "is no term", "Write machine.is_(state)"),
    "or between states": (
        lambda: load(always("No VM.", phase.is_(H.DONE or H.ABORTED), shows="SB-8", witness=SAVED)),
        "Phase.DONE has no truth value", "Join states with |"),
    "no state": (
        lambda: load(always("No VM.", ~phase.is_(frozenset()), shows="SB-8", witness=SAVED)),
        "phase is in none of frozenset()", "Write A or A | B"),
    "states in brackets": (
        lambda: load(always("No VM.", phase.is_({H.DONE}), shows="SB-8", witness=SAVED)),
        "phase is in none of {<Phase.DONE", "Write A or A | B"),
    "a machine the same as itself": (
        lambda: load(always("No VM.", every(vm, same(power, power)), shows="SB-8", witness=SAVED)),
        "power is always the same as power", "Compare two machines"),
    "machines without a state in common": (
        lambda: load(always("No VM.", every(vm, ~same(power, result)), shows="SB-8", witness=SAVED)),
        "power is never the same as result", "Compare two machines"),
    "nothing is unchanged": (
        lambda: load(step("No VM.", implies(SAVED, unchanged()), shows="SB-8", witness=SAVED)),
        "no machine is named that stays", "Name the machines"),
    "a name is unchanged": (
        lambda: load(step("No VM.", implies(SAVED, unchanged("power")), shows="SB-8", witness=SAVED)),
        "'power' is no actor", "Name a machine"),
    "no event happens": (
        lambda: load(step("No VM.", ~happens(), shows="SB-8", witness=SAVED)),
        "no event is named", "Name the events"),
    "names in brackets happen": (
        lambda: load(step("No VM.", ~happens(("vm_saved", "vm_undone")), shows="SB-8", witness=SAVED)),
        "('vm_saved', 'vm_undone') is no name of an event", "happens(name, name)"),
    "after a step": (
        lambda: load(step("No VM.", every(vm, after(unchanged(power))), shows="SB-8", witness=SAVED)),
        "after(...) of what speaks of a step", "Say after(...) of states only"),
    "every host": (
        lambda: load(always("No VM.", every(HOST, over), shows="SB-8", witness=SAVED)),
        "host is no sort of which there are several", "Name a Sort"),
    "every machine": (
        lambda: load(always("No VM.", some(power, over), shows="SB-8", witness=SAVED)),
        "Actor(power) is no sort of which there are several", "Name a Sort"),
}
# fmt: on


def test_there_are_enough_of_them() -> None:
    assert len(TERMS) >= 21


@pytest.mark.parametrize("case", TERMS.values(), ids=TERMS)
def test_it_is_refused_where_it_was_written(case: Case) -> None:
    refused_where_it_was_written(case)
