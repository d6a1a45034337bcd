"""The Informal Trace Format, which Apalache and Quint write and trace viewers read: a run as one JSON value.

A machine of the host is a variable; of the VMs, a list with one state a VM; of their parts, a list of lists. `event` is what happened
to come to a state ("": nothing, it is the first), `time` when. What a trace begins with stands in `#meta`, which others pass over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.texts.lines import shown
from conformance.traces.form import MOST_PARTS, MOST_VMS, SCHEMA, Header, Line, Reader, TraceError, member_of, name_of
from model.notation import HOST
from model.versions import option

META = "shadowproof"
EVENTS = ("event", "mbt::actionTaken", "action_taken")
"""Variables that may name the event."""

FORMAT = {"format": "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html"}


def read(data: object, name: str, reader: Reader) -> tuple[Header, list[Line]]:
    """The header and the lines of a trace; variables that are no machine of the model are passed over. Raises TraceError."""
    remedy = 'Give an object with "vars" and "states", or JSON lines.'
    if not isinstance(data, dict) or not isinstance(states := data.get("states"), list) or not states:
        raise TraceError(f"{name} is no trace in ITF: it has no states. {remedy}")
    meta = data.get("#meta", {})
    said = meta.get(META) if isinstance(meta, dict) else None
    first = states[0] if isinstance(states[0], dict) else {}
    if not any(one in reader.network.actors or one in EVENTS for one in first):
        raise TraceError(
            f"{name} has no variable that is a machine of the model. List them with: shadowproof list actors{option()}"
        )
    head = said if said is not None else {"schema": SCHEMA, "vms": [{}] * _vms(first, reader)}
    header = reader.header(head, f"{name}, #meta")
    return header, [_line(one, number, name, reader, header) for number, one in enumerate(states)]


def _vms(state: Mapping[str, Any], reader: Reader) -> int:
    """How many VMs a state speaks of."""
    lists = [plain(value) for name, value in state.items() if name in reader.network.actors]
    return max(1, min(MOST_VMS + 1, max((len(one) for one in lists if isinstance(one, list)), default=1)))


def _line(state: object, number: int, name: str, reader: Reader, header: Header) -> Line:
    where = f"{name}, state {number}"
    if not isinstance(state, dict):
        raise TraceError(f"{where} is no object. Write one with a value for each variable.")
    data: dict[str, Any] = {"states": {}}
    for variable, given in state.items():
        value = plain(given)
        if variable in EVENTS and value not in ("", "init", None):
            data["event"] = value
        elif variable == "time":
            data["time"] = value
        elif variable in reader.network.actors:
            data["states"].update(_spread(variable, value, where))
    if not data["states"]:
        del data["states"]
    if number == 0 and set(data) <= {"time"}:
        data["states"] = {}
        return Line(number)
    return reader.line(data, number, where, header)


def _spread(machine: str, value: object, where: str) -> dict[str, Any]:
    """A variable's value as what is said of each member."""
    if not isinstance(value, list):
        return {machine: value}
    if len(value) > MOST_VMS or any(isinstance(one, list) and len(one) > MOST_PARTS for one in value):
        raise TraceError(f"{where}: {machine} has too many values. Write one for each VM, or one list of its parts.")
    found: dict[str, Any] = {}
    for i, of_vm in enumerate(value):
        if isinstance(of_vm, list):
            found |= {name_of(machine, (i, j)): one for j, one in enumerate(of_vm)}
        else:
            found[name_of(machine, (i,))] = of_vm
    return {key: one for key, one in found.items() if one is not None}


def plain(value: object) -> Any:
    """A value without ITF's marks: #bigint is a number, #tup and #set are lists, #map a list in the order of its keys (which count
    from 0 or 1); what is marked otherwise is not seen (None)."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(digits := value.get("#bigint"), str) and len(digits) < 20 and digits.removeprefix("-").isdecimal():
        return int(digits)
    for mark in ("#tup", "#set"):
        if isinstance(several := value.get(mark), list):
            return [plain(one) for one in several]
    if isinstance(pairs := value.get("#map"), list) and all(isinstance(one, list) and len(one) == 2 for one in pairs):
        by_key = {plain(key) if not isinstance(key, (dict, list)) else str(key): plain(one) for key, one in pairs}
        return [one for _, one in sorted(by_key.items(), key=lambda pair: str(pair[0]))]
    return None


def written(
    header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], shapes: Iterable[Mapping[str, int]], reader: Reader
) -> dict[str, Any]:
    """A trace in ITF of complete lines in the plain form: each state whole, for what does not move stays. The first line gives the
    state of every machine."""
    parts = list(shapes)
    states: list[dict[str, Any]] = []
    now: dict[str, str] = {}
    variables: list[str] = []
    for number, line in enumerate(lines):
        now |= line.get("states", {})
        if not number:
            variables = list(dict.fromkeys(member_of(key, "")[0] for key in now))
        state: dict[str, Any] = {"#meta": {"index": number}, "event": line.get("event", "")}
        if "time" in line:
            state["time"] = line["time"]
        for name in variables:
            state[name] = _value(name, now, parts, reader)
        states.append(state)
    timed = ["time"] if states and "time" in states[0] else []
    return {"#meta": {**FORMAT, META: dict(header)}, "vars": ["event", *timed, *variables], "states": states}


def _value(name: str, now: Mapping[str, str], parts: list[Mapping[str, int]], reader: Reader) -> Any:
    sort = reader.network.actors[name].sort
    if sort == HOST:
        return now[name]
    if sort == reader.network.replicated:
        return [now[name_of(name, (i,))] for i in range(len(parts))]
    return [[now[name_of(name, (i, j))] for j in range(own.get(sort.name, 0))] for i, own in enumerate(parts)]


__all__ = ["plain", "read", "shown", "written"]
