"""Properties that lack a part, or speak of what their kind may not: each is refused where it was written."""

# mypy: disable-error-code="arg-type, comparison-overlap, operator, redundant-expr, unreachable"
# What is wrong here mypy would tell too: these are what is loaded all the same.

from __future__ import annotations

import pytest

from examples.small_backup import NETWORK, H, P, guest, phase, power, vm
from model.notation import after, any_of, every, happens
from properties.kinds import always, ends, fact, fired, independent, possible, precedes, refines, step
from tests.properties.refusals import SAVED, Case, Told, load, over, refused_where_it_was_written, watch

# fmt: off
KINDS: dict[str, Case] = {
    "an empty sentence": (
        lambda: load(always(" ", ~over, shows="SB-8", witness=SAVED)),
        "the sentence of the property is empty", "Say it in words"),
    "a sentence without words": (
        lambda: load(always(".", ~over, shows="SB-8", witness=SAVED)),
        "property it: '.' is no sentence", "end with a full stop"),
    "it shows nothing": (
        lambda: load(always("No VM.", ~over, shows="", witness=SAVED)),
        'the property "No VM." shows nothing', 'shows="ID ID"'),
    "what it shows in brackets": (
        lambda: load(always("No VM.", ~over, shows=("SB-8",), witness=SAVED)),
        "('SB-8',) is no text of ids", 'shows="ID ID"'),
    "it shows what there is not": (
        lambda: load(always("No VM.", ~over, shows="SB-8 SB-77", witness=SAVED)),
        "property it: SB-77 is no requirement or reading that there is", "or declare it"),
    "no witness": (
        lambda: load(always("No VM.", ~over, shows="SB-8")),
        'the property "No VM." has no witness', 'witness=fired("event")'),
    "a step without a witness": (
        lambda: load(step("No VM.", ~SAVED, shows="SB-8")),
        'the property "No VM." has no witness', 'witness=fired("event")'),
    "a witness that cannot be": (
        lambda: load(always("No VM.", ~over, shows="SB-8", witness=SAVED & fired("vm_undone"))),
        'property it says nothing: of its witness, "vm_saved happens and vm_undone happens" is never true', "may happen"),
    "a witness of every step": (
        lambda: load(always("No VM.", ~over, shows="SB-8", witness=any_of(*(fired(name) for name in NETWORK.events)))),
        "property it says nothing: of its witness", "may happen, and may not"),
    "always, of a step": (
        lambda: load(always("No VM is ever saved.", ~happens("vm_saved"), shows="SB-8", witness=SAVED)),
        "holds always, but its term speaks of a step", "with step(...)"),
    "always, of the states after": (
        lambda: load(always("No VM.", every(vm, after(~power.is_(P.SAVED))), shows="SB-8", witness=SAVED)),
        "holds always, but its term speaks of a step", "with step(...)"),
    "a step, of states": (
        lambda: load(step("No VM.", ~over, shows="SB-8", witness=SAVED)),
        "property it is of steps, but its term speaks of states only", "with always(...)"),
    "it ends in a step": (
        lambda: load(ends("It ends.", SAVED, without=(), shows="SB-8", witness=SAVED)),
        "ends in a step, which is no rest", "Say of which states"),
    "it ends without a text": (
        lambda: load(ends("It ends.", over, without="vm_saved", shows="SB-8", witness=SAVED)),
        "without: 'vm_saved' is no list of names", 'without=("name", "name")'),
    "it ends without what there is not": (
        lambda: load(ends("It ends.", over, without=("vm_sayved",), shows="SB-8", witness=SAVED)),
        "property it: vm_sayved is no event that there is", "Write vm_saved, or declare it"),
    "possible only under what is no fault": (
        lambda: load(possible("It may be.", SAVED, shows="SB-8", needs=("vm_saved",))),
        "property it: vm_saved is no fault that there is", "Use a name that there is"),
    "possible only with no VM": (
        lambda: load(possible("It may be.", SAVED, shows="SB-8", needs_vms=0)),
        "there is no run of 0 members", "Write 1 or more"),
    "possible, what cannot be": (
        lambda: load(possible("It may be.", phase.is_(H.DONE) & phase.is_(H.IDLE), shows="SB-8")),
        "is never true", "Say what may be broken"),
    "independent of no machine": (
        lambda: load(independent("It is.", (), ("vm_saved",), shows="SB-8", witness=SAVED)),
        "of: () is no list of machines", "Write of=(machine, machine)"),
    "independent of a stranger": (
        lambda: load(independent("It is.", (watch("vm_saved"),), ("vm_undone",), shows="SB-8", witness=SAVED)),
        "property it: told is no machine that there is", "or declare it"),
    "independent events that there are not": (
        lambda: load(independent("It is.", (guest,), ("vm_sayved",), shows="SB-8", witness=SAVED)),
        "property it: vm_sayved is no event that there is", "or declare it"),
    "no events are independent": (
        lambda: load(independent("It is.", (guest,), (), shows="SB-8", witness=SAVED)),
        "events names nothing", "Name one at least in events"),
    "a fact that is no function": (
        lambda: load(fact("It is.", (("it", 1, 1),), shows="SB-8")),
        "(('it', 1, 1),) is no function", "Write lambda:"),
    "a fact of nothing": (
        lambda: load(fact("It is.", lambda: (), shows="SB-8")),
        "property it compares nothing", "Give it constants"),
    "it comes after what there is not": (
        lambda: load(precedes("First.", ("vm_sayved",), ("vm_saved",), since=(), shows="SB-8", witness=SAVED)),
        "property it: vm_sayved is no event that there is", "or declare it"),
    "it is followed by what there is not": (
        lambda: load(precedes("First.", ("vm_saved",), ("vm_sayved",), since=(), shows="SB-8", witness=SAVED)),
        "property it: vm_sayved is no event that there is", "or declare it"),
    "it comes before itself": (
        lambda: load(precedes("First.", ("vm_saved",), ("vm_saved",), since=(), shows="SB-8", witness=SAVED)),
        "vm_saved cannot come before itself", "Name other events in then"),
    "it comes after a text": (
        lambda: load(precedes("First.", "vm_saved", ("vm_undone",), since=(), shows="SB-8", witness=SAVED)),
        "first: 'vm_saved' is no list of names", 'first=("name", "name")'),
    "each VM's, of an event of the host": (
        lambda: load(precedes("F.", ["host_aborts"], ["vm_undone"], since=(), at=vm, shows="SB-8", witness=SAVED)),
        "an event at host cannot move a machine of a vm", "Change the scope of the event"),
    "the simpler machine has no such state": (
        lambda: load(refines("It is.", watch("vm_saved"), P.OFF, sees=(phase,), shows="SB-8", witness=SAVED)),
        "off_spec: <Power.OFF: 'off'> is no state of told", "Use one of NO, YES, WRONG"),
    "the simpler machine takes part": (
        lambda: load(refines("It is.", watch("vm_saved", observer=False), Told.WRONG, sees=(phase,), shows="SB-8", witness=SAVED)),
        "property it: told is no observer", "observer=True"),
    "what it sees is no machine": (
        lambda: load(refines("It is.", watch("vm_saved"), Told.WRONG, sees=phase, shows="SB-8", witness=SAVED)),
        "sees: Actor(phase) is no list of machines", "Write sees=(machine, machine)"),
}
# fmt: on


def test_there_are_enough_of_them() -> None:
    assert len(KINDS) >= 21


@pytest.mark.parametrize("case", KINDS.values(), ids=KINDS)
def test_it_is_refused_where_it_was_written(case: Case) -> None:
    refused_where_it_was_written(case)
