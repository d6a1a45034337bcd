"""A run that the machines have executed, as a trace: JSON lines of what each step changed, or ITF with every state whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.traces import itf
from conformance.traces.form import SCHEMA, Reader, TraceError, name_of
from model.notation import HOST, Network, Run
from model.notation.run import Index
from model.protocol import PROTOCOL, VERSION
from proofs.answers.verdict import RunFound
from proofs.world.world import Column

SUFFIXES = (".itf.json", ".jsonl")


def header(run: RunFound, column: Column, says: str = "", network: Network = PROTOCOL) -> dict[str, Any]:
    """The first line of a complete run. Machines that start in the only way there is, or never differ, are not said."""
    return {
        "schema": SCHEMA,
        "version": VERSION.name,
        "says": says,
        "vms": [{"parts": dict(shape.parts), "start": _start(run, i, network)} for i, shape in enumerate(run.shapes)],
        "faults": sorted(column.faults),
        "readings": dict(column.readings),
        "complete": True,
    }


def _start(run: RunFound, vm: int, network: Network) -> dict[str, str]:
    """The state in which each machine of a VM starts that may start in several."""
    found = {}
    for actor in network.actors.values():
        if len(actor.starts) > 1 and actor.sort != HOST:
            parts = run.shapes[vm].parts.get(actor.sort.name, 0)
            for index in [(vm,)] if actor.sort == network.replicated else [(vm, part) for part in range(parts)]:
                name = "#".join([actor.name, *(str(part + 1) for part in index[1:])])
                found[name] = run.starts.get((actor.name, index), actor.starts[0])
    return found


def _own(starts: Mapping[tuple[str, Index], str], network: Network) -> dict[tuple[str, Index], str]:
    """The starts of the network's own machines: a run may have been found with observers."""
    return {key: state for key, state in starts.items() if key[0] in network.actors}


def of_the_protocol(run: RunFound, network: Network = PROTOCOL) -> RunFound:
    """The run without its observers. Raises TraceError where it is none of the protocol, but two runs at once."""
    if any(event not in network.events for event, _ in run.steps):
        raise TraceError(
            "This is two runs at once, side by side, and no run of the protocol: it cannot be kept as one."
        )
    return replace(run, starts=_own(run.starts, network))


def as_data(run: RunFound, column: Column) -> dict[str, Any]:
    """A complete run in short: what it begins with, and its events by name. `of_data` makes the run of it."""
    return {**header(run, column), "events": [name_of(*step) for step in run.steps]}


def happened(run: RunFound, reading: tuple[str, str] | None = None, network: Network = PROTOCOL) -> Column:
    """The circumstances that a run takes: the faults that happen in it, and another reading, if it is of one."""
    faults = {network.events[name].fault for name, _ in run.steps if name in network.events}
    return Column(frozenset(name for name in faults if name is not None), (reading,) if reading else ())


def of_data(data: Mapping[str, Any], where: str) -> tuple[RunFound, Column]:
    """The run of a header and its events by name, with its circumstances; no machine has executed it yet. Raises TraceError."""
    from proofs.sample.settings import defaults  # noqa: PLC0415 - slow to load, and not needed to write a run

    reader = Reader()
    head = reader.header({key: value for key, value in data.items() if key != "events"}, where)
    acts = [reader.line({"event": event}, number, where, head) for number, event in enumerate(data["events"], 1)]
    starts = {key: min(head.starts.get(key, {state})) for key, state in defaults(PROTOCOL, head.shapes).items()}
    starts |= {(name, ()): value for name, value in head.readings}
    run = RunFound(head.shapes, starts, tuple((line.event, line.at) for line in acts))
    return run, Column(head.faults or frozenset(), head.readings)


def lines(run: RunFound, column: Column, network: Network = PROTOCOL) -> Iterator[dict[str, Any]]:
    """The start, whole; then each event with what it changed. Raises NotEnabled if the machines refuse the run."""
    now = Run(network, run.shapes, _own(run.starts, network) | {(n, ()): v for n, v in column.readings}, column.faults)
    states = now.states()
    yield {"states": {name_of(*key): state for key, state in states.items()}}
    for event, at in run.steps:
        now.fire(event, at)
        after = now.states()
        changed = {name_of(*key): state for key, state in after.items() if state != states[key]}
        yield {"event": name_of(event, at), **({"states": changed} if changed else {})}
        states = after


def as_jsonl(run: RunFound, column: Column, says: str = "") -> str:
    return jsonl([header(run, column, says), *lines(run, column)])


def jsonl(values: Sequence[Mapping[str, Any]]) -> str:
    """Values as JSON lines."""
    return "".join(json.dumps(one, ensure_ascii=False, separators=(", ", ": ")) + "\n" for one in values)


def as_itf(run: RunFound, column: Column, says: str = "") -> str:
    return itf_of(run, header(run, column, says), lines(run, column))


def itf_of(run: RunFound, head: Mapping[str, Any], of: Iterable[Mapping[str, Any]]) -> str:
    """A run's lines in ITF; one that never comes to rest goes on from the state `loop`."""
    data = itf.written(head, of, [one.parts for one in run.shapes], Reader())
    if run.loop is not None and run.loop < len(run.steps):
        data["loop"] = run.loop
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
