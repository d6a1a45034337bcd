"""Entries of event logs: what VSS, the writer and the management service say in Application and Hyper-V-VMMS.

An id alone is no key: 10103 has changed its meaning between releases. So entries are told by their words, with the id beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance.texts import codes
from conformance.texts.facts import Fact, Kind, Place, Remark, Seen, fact
from conformance.texts.lines import Line
from model.actors.method import Method, Progress, method, progress
from model.actors.requester import Requester, requester
from model.actors.vss import Vss, vss
from model.actors.writer import last_error, writer_state
from model.facts import WRITER_ID, WRITER_NAME

_ID = re.compile(r"\bEvent ID\s*:?\s*(?P<id>\d{1,6})\b|^ID\s*:\s*\|?\s*(?P<bare>\d{1,6})\b", re.I)
_START = re.compile(
    r"^(?:Log Name\s*:|A VSS writer has rejected an event)|\bEvent ID\s*:?\s*\d|\bEvent \d{4,5}\b", re.I
)
_VM = re.compile(r"virtual machine '(?P<name>[^']{1,120})'", re.I)
_REJECTED = re.compile(r"VSS writer has rejected an event with error (?P<code>0x[0-9a-f]{8})", re.I)
_OPERATION = re.compile(r"\b(?P<phase>\w{4,30}) Event\b", re.I)
_OLD_STATE = re.compile(r"Old state\s*:\s*(\d{1,3})", re.I)
_OLD_FAILURE = re.compile(r"Old failure\s*:\s*(0x[0-9a-f]{8})", re.I)
_UNFILLED = re.compile(r"^(?:%\d+|vm_name|\$\w+)$")

Told = tuple[list[Fact], list[Remark]]


@dataclass(frozen=True)
class Entry:
    """One entry of a log: its id, where it is told, and its lines as one text."""

    identity: str
    lines: tuple[Line, ...]

    @property
    def place(self) -> Place:
        return self.lines[0].place

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def is_ours(self) -> bool:
        """Whether it names this writer, by its id or its name."""
        text = self.text.casefold()
        return WRITER_ID in text or WRITER_NAME.casefold() in text or "microsoft hyper-v vss" in text

    @property
    def vm(self) -> str:
        found = _VM.search(self.text)
        return found["name"] if found is not None else "a VM"


def read(lines: Sequence[Line]) -> Seen:
    """Every entry of a log that says something of a backup or a restore."""
    facts, remarks = list[Fact](), list[Remark]()
    for entry in _entries(lines):
        for pattern, tell in _TELLING:
            if pattern.search(entry.text):
                some, more = tell(entry)
                facts += some
                remarks += more
                break
        else:
            remarks += _unread(entry)
    return Seen(tuple(facts), tuple(remarks))


def _entries(lines: Sequence[Line]) -> Iterator[Entry]:
    """The entries of a text; what stands before the first is none."""
    starts = [at for at, line in enumerate(lines) if _begins(lines, at)]
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        chosen = tuple(lines[at : min(end, at + 60)])
        found = next((one for line in chosen if (one := _ID.search(line.text))), None)
        yield Entry((found["id"] or found["bare"]) if found is not None else "", chosen)


def _begins(lines: Sequence[Line], at: int) -> bool:
    if not _START.search(lines[at].text):
        return False
    near = lines[max(0, at - 4) : at]
    return not (_ID.search(lines[at].text) and any(re.match(r"Log ?Name\s*:", line.text, re.I) for line in near))


def _rejected(entry: Entry) -> Told:
    code = _REJECTED.search(entry.text)
    phase = _OPERATION.search(entry.text.partition("Operation")[2])
    said = f"event {entry.identity or '8229'}: a writer rejected {phase[0] if phase is not None else 'an event'}"
    if not entry.is_ours:
        where = "it names another writer" if "Writer" in entry.text.partition("Context")[2] else "it names no writer"
        return [], [Remark(Kind.OTHER_WRITER, entry.place, f"{said}; {where}, and it is set aside")]
    facts = []
    state = codes.failed_at(phase["phase"]) if phase is not None else None
    if state is not None:
        facts.append(fact(writer_state, state, entry.place, said, now=False))
    error = codes.last_error(code["code"]) if code is not None else None
    if error is not None:
        facts.append(fact(last_error, error, entry.place, f"{said} with {error.name}", now=False))
    return facts, []


def _old_session(entry: Entry) -> Told:
    """A writer forgets an earlier session that nobody ended: what is told is how that one stood."""
    state, failure = _OLD_STATE.search(entry.text), _OLD_FAILURE.search(entry.text)
    said = f"event {entry.identity or '12289'}: an older writer session is removed"
    remark = Remark(
        Kind.BEYOND,
        entry.place,
        f"{said} (VSS does that with sessions that nobody ended, after two days; in the model every session is ended)",
        "What it tells of that older session is held against the model; that it ran beside the new one is left out there (Q25). Find the "
        "backup program that began it and ended it neither by BackupComplete nor by AbortBackup: that is its duty.",
    )
    if not entry.is_ours:
        return [], [Remark(Kind.OTHER_WRITER, entry.place, f"{said}; not of this writer, and set aside")]
    facts = []
    known = codes.writer_state(int(state[1])) if state is not None else None
    if known is not None:
        facts.append(
            fact(writer_state, known, entry.place, f"the older session stood at state {known.value}", now=False)
        )
    error = codes.last_error(failure[1]) if failure is not None else None
    if error is not None:
        facts.append(fact(last_error, error, entry.place, f"its failure was {error.name}", now=False))
    return facts, [remark]


def _not_rolled_back(entry: Entry) -> Told:
    """The image of a VHD in the host's copy could not be mounted, or not be reverted: the VM of a Child VM Snapshot is stuck."""
    what = "mounted" if "mount" in entry.text else "rolled back"
    said = f"event {entry.identity or 'of VMMS'}: a VHD in the shadow copy could not be {what}"
    name = entry.vm if not _UNFILLED.match(entry.vm) else "a VM"
    facts = [
        fact(progress, Progress.STUCK, entry.place, said, of=name, now=False),
        fact(method, Method.CHILD_VM_SNAPSHOT, entry.place, said, of=name, now=False),
    ]
    return facts, []


def _no_provider(entry: Entry) -> Told:
    """VSS could not start its provider: the requester's call fails before any writer is asked for anything."""
    said = f"event {entry.identity}: VSS could not start a provider"
    facts = [
        fact(vss, Vss.IDLE, entry.place, said, now=False),
        fact(requester, Requester.METADATA_GATHERED | Requester.CHOOSING, entry.place, said, now=False),
    ]
    return facts, [Remark(
        Kind.BEYOND, entry.place, f"{said}; the document does not speak of providers that do not start",
        "It fails before PrepareForSnapshot: no VM was saved, and no guest was frozen, for this backup. Until it starts no backup by "
        "it can be made: vssadmin list providers names the providers, the System log of the same minute the service that did not start.",
    )]  # fmt: skip


def _provider(entry: Entry) -> Told:
    """The provider met an error while VSS made the set."""
    said = f"event {entry.identity}: the provider met an error"
    phase = _OPERATION.search(entry.text)
    state = Vss.POST_SNAPSHOT if phase is not None and "post" in phase["phase"].lower() else None
    facts = [fact(vss, state, entry.place, f"{said} in PostSnapshot", now=False)] if state is not None else []
    return facts, [Remark(
        Kind.NOTE, entry.place, f"{said}: {_provider_name(entry)}",
        "A provider that cannot auto-recover defeats every Child VM Snapshot backup and no Saved State backup (VSS-11).",
    )]  # fmt: skip


def _provider_name(entry: Entry) -> str:
    found = re.search(r"Provider Name:\s*(.{3,80}?)\s+Provider Version", entry.text)
    return found[1] if found is not None else "it is not named"


def _metadata_too_long(entry: Entry) -> Told:
    says = f"event {entry.identity}: the writer's metadata are too long"
    return [], [
        Remark(
            Kind.BEYOND, entry.place, says, "At Identify the writer is missing from the list: no session came about."
        )
    ]


def _unread(entry: Entry) -> list[Remark]:
    if not entry.identity:
        return []
    guest = " (logged inside a guest)" if entry.identity == "12293" or "guest" in entry.text.casefold() else ""
    says = f"event {entry.identity}{guest}: its text says nothing of this writer's events"
    return [
        Remark(Kind.OPEN, entry.place, says, "An id alone is no key: ids have changed their meaning between releases.")
    ]


_TELLING: tuple[tuple[re.Pattern[str], Callable[[Entry], Told]], ...] = (
    (_REJECTED, _rejected),
    (re.compile(r"older writer session state is being removed", re.I), _old_session),
    (re.compile(r"failed to mount the virtual hard d|failed to revert to VSS snapshot on the virtual hard|VSS_REVERT_VHD_FAILED"
                r"|number of (?:reverted volumes|volumes reverted)\b.{0,80}\b(?:not match|differ|mismatch)", re.I), _not_rolled_back),
    (re.compile(r"Error creating the Shadow Copy Provider COM class|COM Server with CLSID.{0,80}cannot be started", re.I), _no_provider),
    (re.compile(r"XML document is too long|metadata(?:(?!\bnot\b).){0,40}\btoo (?:long|large)", re.I), _metadata_too_long),
    (re.compile(r"Execution Context:\s*Provider|Error calling a routine on a Shadow Copy Provider", re.I), _provider),
)  # fmt: skip
