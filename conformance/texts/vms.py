"""VMs as PowerShell prints them: Get-VM as a list, a table, JSON that is cut, CLIXML; Get-VMIntegrationService; captions of components."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from conformance.texts.facts import Fact, Kind, Remark, Seen, fact
from conformance.texts.lines import Line
from model.actors.conditions import CONDITIONS, Integration, integration
from model.actors.method import Method, method
from model.actors.power import Power, power

_POWERS = {"running": Power.RUNNING, "off": Power.OFF, "saved": Power.SAVED, "paused": Power.PAUSED,
           "2": Power.RUNNING, "3": Power.OFF, "6": Power.SAVED, "9": Power.PAUSED}  # fmt: skip
"""States of a VM as Get-VM gives them, by name and by number."""

_WORD = r"(?P<state>Running|Off|Saved|Paused)"
_LISTED = re.compile(rf"^(?:VM ?state|State|Status)\s*:\s*{_WORD}\b(?P<rest>.{{0,60}})$", re.I)
_NO_VM = re.compile(
    r"^(?:DisplayName|ServiceName|ServiceType|StartType|CanStop|RequiredServices|PSJobTypeName)\s*:", re.I
)
_NEAR = 8
"""What a list of a service or a job has, so many lines from its state at most: they run, stop and pause as VMs do."""

_NAME = re.compile(r"^(?:VMName|Name)\s*:\s*(?P<name>\S.{0,120})$", re.I)
_ROW = re.compile(rf"^(?P<name>\S.{{0,60}}?)\s+{_WORD}\s+\d{{1,3}}\s+\d{{1,9}}\b", re.I)
_JSON = re.compile(r'"(?P<name>[^"{}]{1,120})"\s*:\s*\{(?P<body>[^{}]{0,4000})')
_JSON_STATE = re.compile(r'"State"\s*:\s*"?(?P<state>\w{1,20})"?')
_CLIXML = re.compile(r"VirtualMachine \(Name = '(?P<name>[^']{1,120})'\)")
_CLIXML_STATE = re.compile(r"N=\"State\"[^>]{0,40}>.{0,200}?<ToString>(?P<state>\w{1,20})</ToString>", re.S)
_SERVICE = re.compile(
    r"^(?P<vm>\S+)\s+(?P<name>VSS|Backup \(volume (?:shadow copy|checkpoint|snapshot)\))\s+(?P<on>True|False)\s*(?P<status>.{0,200})$",
    re.I,
)
_OTHER_SERVICE = re.compile(
    r"^(?P<vm>\S+)\s+(?:Heartbeat|Shutdown|Time Synchronization|Key-Value Pair Exchange|Guest Service Interface)\s+(?:True|False)\b"
)
_CAPTION = re.compile(r"\b(?P<how>Offline|Online)\\+(?P<name>[^\\\"<>|]{1,120}?)(?=[\"\s]*$|\"|\s{2,})")
_OLD_CAPTION = re.compile(
    r"Backup Using (?P<how>Saved State|Child Partition Snapshot)\\(?P<name>[^\\\"<>|\s]{1,120})", re.I
)
_COPYING = re.compile(r"files for [\"'](?P<name>[^\"']{1,120})[\"']\s*\((?P<how>Offline|Online)\)", re.I)
_METHODS = {"offline": Method.SAVED_STATE, "saved state": Method.SAVED_STATE,
            "online": Method.CHILD_VM_SNAPSHOT, "child partition snapshot": Method.CHILD_VM_SNAPSHOT}  # fmt: skip


def read(lines: Sequence[Line]) -> Seen:
    """What a text says of VMs: power, method, backup service."""
    remarks = [*_clixml(lines), *_services(lines)]
    facts = [*_powers(lines), *_json(lines), *_methods(lines), *_integration(lines)]
    return Seen(tuple(facts), tuple(remarks))


def _powers(lines: Sequence[Line]) -> Iterator[Fact]:
    name = ""
    for at, line in enumerate(lines):
        if (found := _NAME.match(line.text)) is not None:
            name = found["name"].strip()
        elif (found := _LISTED.match(line.text)) is not None and "[" not in line.text:
            if any(_NO_VM.match(one.text) for one in lines[max(0, at - _NEAR) : at + _NEAR]):
                continue
            yield fact(power, _POWERS[found["state"].lower()], line.place, line.said, of=name or "a VM")
        elif (found := _ROW.match(line.text)) is not None:
            yield fact(power, _POWERS[found["state"].lower()], line.place, line.said, of=found["name"].strip())


def _json(lines: Sequence[Line]) -> Iterator[Fact]:
    """VMs in pieces of JSON, each under its name; whole JSON is read as an inventory."""
    text = "".join(f"{line.text}\n" for line in lines)
    if '"State"' not in text:
        return
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    for found in _JSON.finditer(text):
        state = _JSON_STATE.search(found["body"])
        if state is not None and state["state"].lower() in _POWERS:
            line = lines[bisect_right(starts, found.start()) - 1]
            yield fact(
                power, _POWERS[state["state"].lower()], line.place, f"{found['name']}: {state[0]}", of=found["name"]
            )


def _clixml(lines: Sequence[Line]) -> Iterator[Remark]:
    for line in lines:
        found = _CLIXML.search(line.text)
        if found is not None:
            says = f"an excerpt of CLIXML about the VM {found['name']}, without its state"
            yield Remark(Kind.OPEN, line.place, says, "Get-VM | Select-Object Name, State gives what is asked here.")
            return


def _methods(lines: Sequence[Line]) -> Iterator[Fact]:
    """The method that the writer has published for a VM, in its component's caption."""
    for line in lines:
        for pattern in (_CAPTION, _OLD_CAPTION, _COPYING):
            for found in pattern.finditer(line.text):
                how = _METHODS[found["how"].lower()]
                yield fact(method, how, line.place, found[0], of=found["name"].strip(), now=False)


def _integration(lines: Sequence[Line]) -> Iterator[Fact]:
    for line in lines:
        found = _SERVICE.match(line.text)
        if found is not None and found["on"].lower() == "false":
            states = Integration.STOPPED | Integration.NOT_INSTALLED
            yield fact(
                integration, states, line.place, f"{found['vm']}: the backup service is not enabled", of=found["vm"]
            )


def _services(lines: Sequence[Line]) -> Iterator[Remark]:
    listed: Line | None = None
    for line in lines:
        if (found := _SERVICE.match(line.text)) is not None:
            if found["on"].lower() == "true":
                yield _enabled(line, found["vm"], found["status"])
            return
        if _OTHER_SERVICE.match(line.text):
            listed = listed or line
    if listed is not None:
        yield Remark(Kind.OPEN, listed.place, "the list of integration services does not show the one for backup")


def _enabled(line: Line, vm: str, status: str) -> Remark:
    conditions = ", ".join(CONDITIONS)
    if "protocol version" in status.lower():
        says = f"{vm}: the backup service is enabled, and the host says that the versions of its protocol differ"
        holds = "Whether it works is open. If not, MET-3 fails: Saved State is used, and the VM is down from PrepareForSnapshot on."
        return Remark(Kind.OPEN, line.place, says, holds)
    says = f"{vm}: the backup service is enabled on the host, which does not say that it runs in the guest"
    return Remark(
        Kind.OPEN,
        line.place,
        says,
        f"Child VM Snapshot needs {conditions}; shadowproof method says it of an inventory.",
    )
