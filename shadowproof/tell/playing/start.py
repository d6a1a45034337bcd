"""A start, and events, as a user writes them: `power=PAUSED,disks=2,disk_kind#2=ISCSI` for a VM, `vm_saved@1` for what happens to it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.notation import HOST, Actor, Network, Shape, words
from model.notation.run import Index
from model.notation.terms import machines_of
from shadowproof.ask import AskError, near
from shadowproof.host.kinds import at_start, can_be, for_parts

Starts = dict[tuple[str, Index], str]

MOST_PARTS = 9
_EVENT = re.compile(r"(?P<name>[^@\s]+)(?:@(?P<vm>\d+)(?:\.(?P<part>\d+))?)?")


@dataclass(frozen=True)
class Wanted:
    """An event that shall happen, to a member; and where that was written."""

    event: str
    at: Index
    place: str

    @property
    def name(self) -> str:
        """As it is written: vm_saved@1, disk_restored@1.2."""
        return self.event + ("@" + ".".join(str(i + 1) for i in self.at) if self.at else "")


def vm_starts(texts: Sequence[str], network: Network) -> tuple[tuple[Shape, ...], Starts]:
    """The VMs so described, one each (none: one, as usual): what they are made of, and how every machine of theirs that may start in
    several ways does: as it is said, else in the first way that fits. Raises AskError."""
    shapes, starts = [], Starts()
    for number, text in enumerate(texts or [""]):
        shape, said = _described(text, network)
        shapes.append(shape)
        starts |= {
            (name, (number, *index)): state for (name, index), state in _fitting(text, shape, said, network).items()
        }
    return tuple(shapes), starts


def _described(text: str, network: Network) -> tuple[Shape, Starts]:
    """What is said of one VM: its parts, and states of machines by name and part (no part: of the VM itself)."""
    given = [part.strip() for part in text.split(",") if part.strip()]
    counts = {sort.name: 1 for sort in network.parts}
    of_machines: list[tuple[str, str]] = []
    for part in given:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise AskError(
                f"--vm {text!r}: {part!r} says nothing. Write MACHINE=STATE, such as power=PAUSED, or disks=2."
            )
        if name.removesuffix("s") in counts and name.endswith("s"):
            if not value.isdecimal() or int(value) > MOST_PARTS:
                raise AskError(f"--vm {text!r}: {name}={value} is no number from 0 to {MOST_PARTS}.")
            counts[name.removesuffix("s")] = int(value)
        else:
            of_machines.append((name, value))
    shape, said = Shape(counts), Starts()
    for name, value in of_machines:
        machine, _, part = name.partition("#")
        actor = _machine(text, machine, network)
        indices = _indices(text, actor, part, shape, network)
        said |= dict.fromkeys([(actor.name, index) for index in indices], _state(text, actor, value))
    return shape, said


def _machine(text: str, name: str, network: Network) -> Actor:
    of_vms = [actor.name for actor in network.actors.values() if actor.sort != HOST and not actor.observer]
    if name in of_vms:
        return network.actors[name]
    if name.upper() in network.actors:
        raise AskError(f"--vm {text!r}: {name.upper()} is of the host. Write --reading {name.upper()}=VALUE.")
    raise AskError(f"--vm {text!r}: a VM has no machine {name!r}. {near(name, of_vms, 'actors')}")


def _indices(text: str, actor: Actor, part: str, shape: Shape, network: Network) -> list[Index]:
    if actor.sort == network.replicated:
        if part:
            raise AskError(f"--vm {text!r}: {actor.name} is of the VM, not of a part. Leave #{part} out.")
        return [()]
    many = shape.parts[actor.sort.name]
    if not part:
        return [(j,) for j in range(many)]
    if not part.isdecimal() or not 1 <= int(part) <= many:
        raise AskError(
            f"--vm {text!r}: {actor.name}#{part}: the VM has {many} {actor.sort}s. Write {actor.sort}s=NUMBER for more."
        )
    return [(int(part) - 1,)]


def _state(text: str, actor: Actor, value: str) -> str:
    state = value.upper().replace("-", "_").replace(" ", "_")
    if state not in actor.starts:
        raise AskError(
            f"--vm {text!r}: {actor.name} cannot start as {value!r}. It starts as {' or '.join(actor.starts)}."
        )
    return state


def _fitting(text: str, shape: Shape, said: Starts, network: Network) -> Starts:
    """What is said, and of what is not said the first start that fits it. Raises AskError if none does."""
    limits = at_start(shape, network)
    allowed = {_variable(key): frozenset({state}) for key, state in said.items()}
    if not can_be(limits, allowed, network):
        alone = [term for term in network.at_start if not can_be(for_parts(term, shape, network), allowed, network)]
        broken = "; ".join(words(term) for term in alone or network.at_start)
        raise AskError(f"--vm {text!r}: no VM can start so. At the start it must be that {broken}.")
    whole = dict(said)
    bound = {variable.partition("#")[0] for variable in machines_of(limits)}
    for name in sorted(bound):
        for index in _indices(text, network.actors[name], "", shape, network):
            if (name, index) not in whole:
                starts = network.actors[name].starts
                fits = (
                    s for s in starts if can_be(limits, allowed | {_variable((name, index)): frozenset({s})}, network)
                )
                whole[name, index] = next(fits)
                allowed[_variable((name, index))] = frozenset({whole[name, index]})
    return whole


def _variable(key: tuple[str, Index]) -> str:
    """A machine's name where quantifiers over parts are written out."""
    return "#".join([key[0], *map(str, key[1])])


def text_of(path: Path, takes: str) -> tuple[str, str]:
    """What a file of UTF-8 text is called, and what it holds (-: stdin). takes: which files are taken, as a remedy. Raises AskError if it
    cannot be read."""
    name = "stdin" if str(path) == "-" else str(path)
    try:
        content = _content(path)
        text = content.decode("utf-8-sig")
    except OSError as problem:
        raise AskError(f"{name} cannot be read ({problem.strerror}). {takes}") from None
    except UnicodeDecodeError:
        raise AskError(f"{name} is not UTF-8 text. {takes}") from None
    except ValueError:
        raise AskError(f"{name!r} is not a name a file can have. {takes}") from None
    if len(content) > LARGEST:
        raise AskError(f"{name} is larger than {LARGEST:,} bytes. Give a shorter run. {takes}")
    return name, text


LARGEST, MOST_EVENTS = 1_000_000, 2_000
"""Bytes of a file of events that are read, and events that happen."""


def _content(path: Path) -> bytes:
    """As much of the file, or of stdin, as is read, and a byte more where there is one: a device may never end."""
    if str(path) == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with path.open("rb") as stream:
        return stream.read(LARGEST + 1)


def wanted(texts: Iterable[tuple[str, str]], shapes: Sequence[Shape], network: Network) -> list[Wanted]:
    """The events so written, each with its place; where there is one VM, or one part, its number may be left out. Raises AskError."""
    return [_wanted(text, place, shapes, network) for text, place in texts]


def _wanted(text: str, place: str, shapes: Sequence[Shape], network: Network) -> Wanted:
    found = _EVENT.fullmatch(text)
    if found is None:
        raise AskError(f"{place}{text!r} is no event. Write one a line: its name, and @1 if it happens to VM 1.")
    name, vm, part = found["name"], found["vm"], found["part"]
    if name not in network.events:
        raise AskError(f"{place}There is no event {name!r}. {near(name, network.events, 'events')}")
    scope, of = network.events[name].scope, network.replicated
    if scope.all or scope.sort == HOST:
        if vm:
            raise AskError(
                f"{place}{name} happens to {scope if scope.all else 'the host'}, not to one VM. Leave @{vm} out."
            )
        return Wanted(name, (), place)
    there_are = f"there {'is' if len(shapes) == 1 else 'are'} {len(shapes)}"
    first = _number(vm, len(shapes), f"{place}{name} happens to a {of}", there_are, f"{name}@")
    if scope.sort == of:
        if part:
            raise AskError(f"{place}{name} happens to a {of}, not to a part of it. Leave .{part} out.")
        return Wanted(name, (first,), place)
    many = shapes[first].parts.get(scope.sort.name, 0)
    second = _number(
        part, many, f"{place}{name} happens to a {scope.sort}", f"{of} {first + 1} has {many}", f"{name}@{first + 1}."
    )
    return Wanted(name, (first, second), place)


def _number(text: str | None, many: int, happens: str, there_are: str, write: str) -> int:
    """A member by its number, from 1; the only one where no number is given."""
    number = int(text) if text else 1 if many == 1 else 0
    if not 1 <= number <= many:
        others = f" to {write}{many}" if many > 1 else ""
        raise AskError(f"{happens}, and {there_are}. " + (f"Write {write}1{others}." if many else "Give it one."))
    return number - 1
