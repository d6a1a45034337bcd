"""What is put where for something new, a function a kind: the files as they will be, from which `write` goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from model.events import EVENT_FILES
from model.notation import HOST, Actor
from model.protocol import PROTOCOL
from model.readings import READINGS
from model.requirements import BY_ID
from model.sorts import vm
from properties.catalogue import FILES, PROPERTIES
from shadowproof.ask import AskError, near
from shadowproof.new import names
from shadowproof.new.source import Source

MARK = "FILL" + " IN:"
"""Stands where a person has to say something. In two words here, so that this file has none."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. machine: which one an event or a fault moves; file: the module of the group or the phase that it goes to;
    by: the requirement that it shows, or comes from."""

    root: Path
    name: str
    machine: str = ""
    file: str = ""
    by: str = "BAK-1"

    @property
    def variable(self) -> str:
        return self.name.replace("-", "_")

    def read(self, path: str) -> Source:
        return Source.read(self.root, path)


def actor(asked: Wanted) -> list[Source]:
    """A machine of each VM, in a file of its own."""
    _refuse(asked.name, r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "drive_letter", PROTOCOL.actors, "actor")
    states = "".join(part.capitalize() for part in asked.name.split("_"))
    if (asked.root / f"model/actors/{asked.name}.py").exists():
        raise AskError(f"model/actors/{asked.name}.py is there. Choose another name.")
    text = f'''"""{MARK} what machine this is."""

from model.named import on
from model.notation import Actor, States
from model.sorts import vm


class {states}(States):
    BEFORE = "{MARK} what it is before"
    AFTER = "{MARK} what it is afterwards"


{asked.name} = Actor("{asked.name}", {states}, of=vm, starts={states}.BEFORE, says="{MARK} what it is of a VM.")

{asked.name}.table(
    on("backup_initialized", {states}.BEFORE | {states}.AFTER, {states}.AFTER),  # {MARK} on which events it moves, from where to where
)
'''
    protocol = asked.read("model/protocol.py").importing("model.actors", asked.name).in_tuple("ACTOR_FILES", asked.name)
    test = f'''"""{MARK} what the machine {asked.name} is for, and which run shows it."""

from model.actors.{asked.name} import {asked.name}
from model.protocol import PROTOCOL


def test_it_is_a_machine_of_the_protocol() -> None:
    assert PROTOCOL.actors["{asked.name}"] is {asked.name}
'''
    made = [Source(f"model/actors/{asked.name}.py", text), protocol]
    return _with_test(made, f"tests/model/test_{asked.name}.py", test)


def event(asked: Wanted) -> list[Source]:
    """An event of a phase, with a row in the table of a machine that it moves."""
    _refuse(asked.name, r"[a-z][a-z0-9]*(_[a-z0-9]+)+", "vm_taken_along", PROTOCOL.events, "event")
    path = _file(asked, EVENT_FILES, "prepare_for_snapshot")
    return _with_test(_happening(asked, path, "WRITER"), *_test_of_event(asked))


def fault(asked: Wanted) -> list[Source]:
    """A fault that strikes by itself, as an event of its name."""
    _refuse(
        asked.name, r"[a-z][a-z0-9]*(_[a-z0-9]+)+", "disk_fills_up", PROTOCOL.faults.keys() | PROTOCOL.events, "fault"
    )
    element = f'Fault("{asked.name}", _HOST, "{MARK} what may go wrong.")'
    declared = asked.read("model/faults.py").in_tuple("FAULTS", element)
    happening = _happening(asked, "model/events/disturbances.py", "THE_HOST", fault=True)
    return _with_test([declared, *happening], *_test_of_event(asked, fault=True))


def reading(asked: Wanted) -> list[Source]:
    """A silent point with two values; no rule asks it yet."""
    _refuse(asked.name, r"READ-[1-9][0-9]?", "READ-18", {one.actor.name for one in READINGS}, "reading")
    states, variable = f"Read{asked.name.partition('-')[2]}", asked.variable
    classes = f'class {states}(States):\n    DEFAULT = "{MARK} the reading by default"\n    OTHER = "{MARK} the other reading"'
    made = f'{variable} = _reading("{asked.name}", {states}, "{MARK} where is the document silent?", "{asked.name}")'
    file = (
        asked.read("model/readings.py")
        .before("_reading", classes)
        .before("READINGS", made)
        .in_tuple("READINGS", variable)
    )
    test = f'''"""{MARK} what the reading {asked.name} decides."""

from model.protocol import PROTOCOL
from model.readings import {variable}


def test_a_rule_asks_it() -> None:
    assert [name for name, event in PROTOCOL.events.items() if {variable}.actor.name in event.by]
'''
    return _with_test([file], f"tests/model/test_{variable.lower()}.py", test)


def requirement(asked: Wanted) -> list[Source]:
    """A requirement; that a rule comes from it and a property shows it, the tests of requirements ask."""
    _refuse(asked.name, r"[A-Z]{3}-[1-9][0-9]?", "BAK-14", BY_ID, "requirement")
    element = f'_r("{asked.name}", "{MARK} what holds, in our words.", derived="{MARK} from what, or the sentences that say it.")'
    test = f'''"""{MARK} what the requirement {asked.name} asks for."""

from model.protocol import PROTOCOL
from properties.catalogue import PROPERTIES


def test_a_rule_comes_from_it_and_a_property_shows_it() -> None:
    assert [name for name, event in PROTOCOL.events.items() if "{asked.name}" in event.by]
    assert [name for name, one in PROPERTIES.items() if "{asked.name}" in one.shows]
'''
    file = asked.read("model/requirements.py").in_tuple("REQUIREMENTS", element)
    return _with_test([file], f"tests/model/test_{asked.variable.lower()}.py", test)


def property_(asked: Wanted) -> list[Source]:
    """A property of states, in the file of its group; no wrong protocol breaks it yet."""
    _refuse(asked.name, r"[a-z][a-z0-9]*(-[a-z0-9]+)+", "no-vm-left-behind", PROPERTIES, "property")
    text = f'''{asked.variable} = always(
    "{MARK} what must hold, in one plain sentence.",
    implies(at_rest, every(vm, ~power.is_(Power.SAVED))),  # {MARK} the same as a term
    shows="{asked.by}",
    witness=fired("vm_saved"),  # {MARK} what must have happened for it to mean anything
)'''
    file = asked.read(_file(asked, FILES, "general")).at_end(text)
    for module, *imported in (
        ("model.actors.power", "Power", "power"), ("model.named", "fired"), ("model.notation", "every", "implies"),
        ("model.sorts", "vm"), ("properties.kinds", "always"), ("properties.vocabulary", "at_rest"),
    ):  # fmt: skip
        file = file.importing(module, *imported)
    test = f'''"""{MARK} what the property {asked.name} is for."""

from properties.catalogue import PROPERTIES
from tests.wrong_protocols.protocols import PROTOCOLS


def test_a_wrong_protocol_breaks_it() -> None:
    assert "{asked.name}" in PROPERTIES
    assert [wrong.name for wrong in PROTOCOLS if wrong.refuted_by == "{asked.name}"]
'''
    return _with_test([file], f"tests/properties/test_{asked.variable}.py", test)


KINDS: dict[str, Callable[[Wanted], list[Source]]] = {
    "actor": actor, "event": event, "fault": fault, "reading": reading, "property": property_, "requirement": requirement,
}  # fmt: skip


def _happening(asked: Wanted, path: str, who: str, *, fault: bool = False) -> list[Source]:
    """The event, whose doing it is, and the row of the machine that it moves."""
    moved = _moved(asked.machine)
    file = asked.read(moved.place.file)
    states = file.states_of(moved.name)
    source, dest = (f"{states}.{state}" for state in moved.states[:2])
    moving = file.in_call(moved.name, "table", f'on("{asked.name}", {source}, {dest})')
    remark = f"# {MARK} when=..., where it may not happen at any time; from where to where {moved.name} goes: {moved.place.file}"
    parts = [
        f'"{asked.name}"',
        *(["at=vm"] if moved.sort == vm else []),
        f'by="{asked.by}"',
        f'says="{MARK} what happens."',
    ]
    parts += [f'fault="{asked.name}"'] if fault else []
    happening = (
        asked.read(path)
        .in_tuple("EVENTS", f"{remark}\n*event({', '.join(parts)})")
        .importing("model.notation", "event")
    )
    if moved.sort == vm:
        happening = happening.importing("model.sorts", "vm")
    named = Source(names.PATH, names.text(asked.name))
    return [happening, moving, named, asked.read("model/who.py").in_words("_DOINGS", who, asked.name)]


def _moved(machine: str) -> Actor:
    """The machine that an event shall move. Raises AskError where none is named, there is none, or none that an event could move."""
    if not machine:
        raise AskError(
            "Which machine does it move? An event moves one, of the host or of a VM. Name it, as in --machine power. List them with: "
            "shadowproof list actors"
        )
    found = PROTOCOL.actors.get(machine)
    movable = [name for name, one in PROTOCOL.actors.items() if one.sort in {HOST, vm} and one.moves]
    if found is None:
        raise AskError(f"There is no machine {machine!r:.80}. {near(machine, movable, 'actors')}")
    if machine not in movable:
        why = "never moves" if not found.moves else f"is one of each {found.sort}"
        raise AskError(
            f"{machine} {why}, and an event moves a machine of the host or of a VM. Name one, as in --machine power."
        )
    return found


def _with_test(made: list[Source], path: str, text: str) -> list[Source]:
    """What is made, and its test, which fails as long as anything in them is still to be filled in."""
    marked = [one.path for one in made if MARK in one.text]
    rest = f"""

def test_nothing_of_it_is_left_to_be_filled_in() -> None:
    assert [*left(ROOT, {", ".join(f'"{one}"' for one in (*marked, path))})] == []
"""
    return [*made, Source(path, text + rest).importing("tests.test_fill_in", "ROOT", "left")]


def _test_of_event(asked: Wanted, *, fault: bool = False) -> tuple[str, str]:
    """The path of its test, and the text."""
    expected = f'== "{asked.name}"' if fault else "is None"
    text = f'''"""{MARK} what {asked.name} does, and which run shows it."""

from model.protocol import PROTOCOL


def test_it_happens_and_moves_what_it_should() -> None:
    assert PROTOCOL.events["{asked.name}"].fault {expected}
    assert "{asked.machine}" in {{actor.name for actor in PROTOCOL.participants("{asked.name}")}}
'''
    return f"tests/model/test_{asked.name}.py", text


def _refuse(name: str, form: str, example: str, known: object, kind: str) -> None:
    if not re.fullmatch(form, name) or len(name) > 60:
        raise AskError(f"{name!r:.80} is no name for a new {kind}. Write one such as {example}.")
    if name in known:  # type: ignore[operator]  # a set, or names of a mapping
        raise AskError(f"{name} is there already: shadowproof show {name}. Choose another name.")


def _file(asked: Wanted, files: Sequence[ModuleType], default: str) -> str:
    """The path of the one that is asked for by the last word of its name."""
    known = {file.__name__.rpartition(".")[2]: file.__name__.replace(".", "/") + ".py" for file in files}
    chosen = asked.file or default
    if chosen not in known:
        raise AskError(f"There is no file {chosen!r:.80} to add to. Write --in with one of {', '.join(known)}.")
    return known[chosen]
