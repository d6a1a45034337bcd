"""A run as it is typed: the VMs, the circumstances and the events as `play` takes them, on the command line or from its own JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.notation import Network, Shape
from model.notation.run import Index
from model.versions import DOCUMENT, not_of_this
from proofs.world.world import Column
from shadowproof import ask
from shadowproof.outside.spelling import many
from shadowproof.tell.playing.start import MOST_EVENTS, Starts, Wanted, text_of, vm_starts


@dataclass(frozen=True)
class Typed:
    """vms: a text for each VM, as --vm takes it. events: each with the place where it stands."""

    vms: tuple[str, ...]
    column: Column
    events: tuple[tuple[str, str], ...]


TAKES = "Name what play --json or simulate --json wrote, or a file with one event a line."


def read_events(path: Path) -> Typed | list[tuple[str, str]]:
    """What a file holds: events, one a line; or a whole run, as --json writes it. Raises AskError."""
    return events_of(*text_of(path, TAKES), TAKES)


def events_of(name: str, text: str, takes: str) -> Typed | list[tuple[str, str]]:
    """The same of a text, from a file of that name. takes: which files are taken, as a remedy. Raises AskError."""
    if text.lstrip().startswith("{"):
        return _of_json(name, text, takes)
    if text.lstrip()[:1] in ("[", '"'):
        raise ask.AskError(f"{name} is no run: what it begins with is no event, and no object of JSON. {takes}")
    lines = ((number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    found = [(event, f"{name}, line {number}: ") for number, event in lines if event]
    if not found:
        raise ask.AskError(f"{name} holds no event. {takes}")
    _check_number(name, len(found))
    return found


def _check_number(name: str, events: int) -> None:
    if events > MOST_EVENTS:
        raise ask.AskError(
            f"{name} holds {many(events, 'event')}, more than {MOST_EVENTS:,}. Write fewer: the longest told run has some fifty."
        )


def _of_json(name: str, text: str, takes: str) -> Typed:
    try:
        data = json.loads(text)
        if data["schema"] != "shadowproof-play/1":
            raise ask.AskError(f"{name} has schema {data['schema']!r}, which is no run. {takes}")
        if problem := not_of_this(data.get("version", DOCUMENT)):
            raise ask.AskError(f"{name} {problem}.")
        column = ask.column(
            [_text(one) for one in data["assuming"]["faults"]],
            [f"{_text(one)}={_text(state)}" for one, state in data["assuming"]["readings"].items()],
        )
        vms = tuple(_vm(one) for one in data["vms"])
        events = tuple(
            (
                Wanted(_text(one["event"]), tuple(int(i) - 1 for i in one["member"]), "").name,
                f"{name}, event {number}: ",
            )
            for number, one in enumerate(data["events"], 1)
        )
    except ask.AskError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ask.AskError(f"{name} has not the shape of a run. {takes}") from None
    if not vms or not events:
        raise ask.AskError(f"{name} holds no {'event' if vms else 'VM'}. {takes}")
    _check_number(name, len(events))
    return Typed(vms, column, events)


def _vm(data: Any) -> str:
    parts = [f"{_text(sort)}s={int(number)}" for sort, number in data["parts"].items()]
    return ",".join([*parts, *(f"{_text(machine)}={_text(state)}" for machine, state in data["start"].items())])


def _text(value: object) -> str:
    """A name; it would be taken for two if a comma were in it."""
    if not isinstance(value, str) or not value or "," in value:
        raise TypeError("no name")
    return value


def vm_text(number: int, shape: Shape, starts: Starts, network: Network) -> str:
    """How a VM of a run is described to `play`: by what it takes to have just this start, and no more."""
    counts = [f"{sort}s={many}" for sort, many in shape.parts.items() if many != 1]
    own = {
        (name, at[1:]): state
        for (name, at), state in starts.items()
        if at[:1] == (number,) and not network.actors[name].observer
    }
    said = dict(own)
    for key in own:
        without = {other: one for other, one in said.items() if other != key}
        if _same(counts, without, own, network):
            said = without
    return ",".join([*counts, *(_said(key, state) for key, state in said.items())])


def _same(counts: Sequence[str], said: Starts, own: Starts, network: Network) -> bool:
    found = _starts(counts, said, network)
    return all(found.get(key, network.actors[key[0]].starts[0]) == state for key, state in own.items())


def _starts(counts: Sequence[str], said: Starts, network: Network) -> Starts:
    try:
        _, starts = vm_starts([",".join([*counts, *(_said(key, state) for key, state in said.items())])], network)
    except ask.AskError:
        return dict.fromkeys(said, "")
    return {(name, at[1:]): state for (name, at), state in starts.items()}


def _said(key: tuple[str, Index], state: str) -> str:
    return "#".join([key[0], *(str(part + 1) for part in key[1])]) + f"={state}"


def command(
    shapes: Sequence[Shape], starts: Starts, column: Column, steps: Iterable[tuple[str, Index]], network: Network
) -> str:
    """The command that plays a run."""
    vms = [vm_text(number, shape, starts, network) for number, shape in enumerate(shapes)]
    usual = not vms or vms == [""]
    said = [] if usual else [f"--vm {shlex.quote(text)}" for text in vms]
    events = [Wanted(name, at, "").name for name, at in steps]
    return " ".join(filter(None, ["shadowproof play", *said, ask.options(column), *events]))
