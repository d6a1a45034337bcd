"""What a user may ask for: names and numbers from the command line, checked, with a remedy for each mistake."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

from model.protocol import FAULTS, PROTOCOL, READINGS, VERSION
from model.versions import option
from proofs.world.world import Column
from properties.catalogue import LEFT_OUT, PROPERTIES
from properties.versions.names import knowing

MOST_VMS = 6

LISTS = ("properties", "faults", "readings", "actors", "events", "versions", "requirements", "sentences")
"""What `shadowproof list` lists."""


class AskError(ValueError):
    """The question makes no sense; the message says what is wrong and what to write instead."""


def near(word: str, known: Iterable[str], kind: str, *kinds: str) -> str:
    """What else may have been meant, in capitals or not: a name of another version of the protocol, or one that is nearly that; else
    the lists that have what is known."""
    if elsewhere := knowing(word):
        names = " and ".join(elsewhere)
        return f"Version {names} of the protocol knows it, and this is asked of {VERSION.name}. Ask with --version {elsewhere[0]}"
    in_small = {one.lower(): one for one in known}
    close = [in_small[one] for one in difflib.get_close_matches(word.lower(), in_small, 3, 0.5)]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    others = f" (or {', '.join(kinds)})" if kinds else ""
    return f"List them with: shadowproof list {kind}{option()}{others}"


def properties(names: Sequence[str]) -> list[str]:
    """The properties asked for: names, or requirement ids that stand for all properties showing them. None: all."""
    if not names:
        return list(PROPERTIES)
    found: dict[str, None] = {}
    for name in names:
        showing = [p.name for p in PROPERTIES.values() if name.upper() in p.shows]
        if name in PROPERTIES:
            found[name] = None
        elif showing:
            found |= dict.fromkeys(showing)
        elif name in LEFT_OUT:
            raise AskError(f"{name} is left out in version {VERSION.name}. {LEFT_OUT[name]}")
        else:
            raise AskError(f"There is no property or requirement {name!r}. {near(name, PROPERTIES, 'properties')}")
    return list(found)


def one_property(name: str) -> str:
    """The one property that is asked for, by its name or by an id that it alone shows."""
    found = properties([name])
    if len(found) > 1:
        raise AskError(f"{name} is shown by {len(found)} properties. Name one of them: {', '.join(found)}")
    return found[0]


def options(column: Column) -> str:
    """The options that ask for a column of the version that this process speaks of."""
    return f"{circumstances(column)}{option()}".lstrip()


def circumstances(column: Column) -> str:
    """The options that ask for a column, of whichever version."""
    faults = (f"--fault {fault}" for fault in sorted(column.faults))
    readings = (f"--reading {reading}={value}" for reading, value in column.readings)
    return " ".join([*faults, *readings])


def column(faults: Sequence[str], readings: Sequence[str], no_fault: bool = False) -> Column:
    """One column: these faults together, these readings; or none of either, said aloud."""
    known = {fault.name for fault in FAULTS}
    for fault in faults:
        if fault not in known:
            raise AskError(f"There is no fault {fault!r}. {near(fault, known, 'faults')}")
    chosen: dict[str, str] = {}
    by_name = {reading.actor.name: reading for reading in READINGS}
    for text in readings:
        name, equals, value = text.partition("=")
        name, value = name.strip().upper(), value.strip().upper()
        if name not in by_name:
            raise AskError(
                f"{text!r} is no reading. Write ID=VALUE, such as READ-1=NEVER. {near(name, by_name, 'readings')}"
            )
        states = by_name[name].actor.states
        if not equals:
            raise AskError(f"{name} is given no value. Write ID=VALUE; it is one of {', '.join(states)}.")
        if value not in states:
            raise AskError(f"{name} has no value {value!r}. It is one of {', '.join(states)}.")
        if chosen.setdefault(name, value) != value:
            raise AskError(f"{name} is given twice, as {chosen[name]} and as {value}. Give it once.")
        if value == by_name[name].default:
            chosen.pop(name)
    if no_fault and (faults or chosen):
        raise AskError(
            "--no-fault is the column without faults, every reading as it is by default. Leave it out, or --fault and --reading."
        )
    return Column(frozenset(faults), tuple(sorted(chosen.items())))


def vms(number: int) -> int:
    """A number of VMs that can be searched."""
    if number < 1:
        raise AskError(f"--vms {number}: at least one VM is needed. Write --vms 2, say.")
    if number > MOST_VMS:
        raise AskError(
            f"--vms {number}: the explorer does not search more than {MOST_VMS} VMs. Write --vms {MOST_VMS} or less."
        )
    return number


def jobs(number: int | None) -> int:
    """How many processes judge; -1, as joblib has it: one a core."""
    if number is not None and number < 1:
        raise AskError(f"--jobs {number}: at least one process must judge. Write --jobs 1, or leave it out.")
    return -1 if number is None else number


def engine(name: str | None) -> str | None:
    """An engine that is installed; None: whichever is quicker."""
    from proofs.counts.visit import ENGINES  # noqa: PLC0415 - it loads numba, which most commands do without

    if name is not None and name not in ENGINES:
        raise AskError(f"There is no engine {name!r}. Write --engine {' or --engine '.join(ENGINES)}.")
    if name == "numba" and not find_spec("numba"):
        raise AskError(
            "numba is not installed. Install the extra packages of shadowproof[fast], or leave --engine out."
        )
    return name


def memory(mib: int) -> int:
    """A limit of memory, in bytes."""
    if mib < 1:
        raise AskError(f"--memory {mib}: not even the first states fit. Write --memory 1024, say (MiB).")
    return mib << 20


def actor(name: str) -> str:
    """An actor of the protocol."""
    if name not in PROTOCOL.actors:
        raise AskError(f"There is no actor {name!r}. {near(name, PROTOCOL.actors, 'actors')}")
    return name


DEPTHS = {"1": 1, "2": 2, "all": 3}


def depth(text: str) -> int:
    """How much of an argument is told."""
    if text not in DEPTHS:
        raise AskError(f"--depth {text}: an argument has no such depth. Write --depth {' or --depth '.join(DEPTHS)}.")
    return DEPTHS[text]
