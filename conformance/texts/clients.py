"""What requesters print: diskshadow's sessions, status lines of backup programs, stacks, and codes of VSS in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from conformance.texts import codes
from conformance.texts.facts import Case, Fact, Kind, Remark, Seen, fact
from conformance.texts.lines import Line
from conformance.texts.words import happened, is_said
from model.actors.image import Outcome, outcome
from model.actors.requester import AFTER_FAILURE, Context, Requester, context, requester
from model.actors.writer import LastError, last_error
from model.facts import NO_AUTORECOVERY, WRITER_NAME
from model.notation import States

R = Requester

_ATTRIBUTES = re.compile(r"Attributes:\s*0x([0-9a-f]{8})", re.I)
_AUTORECOVER = 0x400000
_TOLD_ELSEWHERE = re.compile(
    r"^Volume Shadow Copy Service error|has rejected an event|^Status for writer|Writer Failure code|^Old ", re.I
)
"""Lines whose codes are read as part of something larger."""

_MADE = "the shadow copies were made"
_CREATES = re.compile(r"^(?:DISKSHADOW>\s*)?Create\b|^Alias \S{1,60} for shadow ID", re.I)
_LISTS = re.compile(r"^Number of shadow copies listed:\s*[1-9]", re.I)
"""Shadow copies that are listed were made in this session if it created some: else they may be years old."""

_DUPLICATE = "The requested object was a duplicate"
_CALLS: tuple[tuple[re.Pattern[str], frozenset[States], str], ...] = (
    (re.compile(r"BackupComplete\"?\W.{0,80}(?:not called in correct sequence|not initialized|VSS_E_BAD_STATE)"
            r"|failure calling \"BackupComplete\"", re.I),
     frozenset({R.COMPLETE_REFUSED}), "BackupComplete was refused: it was called after a failure"),
    (re.compile(r"^at\s.{0,200}\bAddToSnapshotSet\b|\bAddToSnapshotSet\b.{0,80}(?P<word>\b(?:failed|failure|error|exception)\b|\b0x8)"
                rf"|{_DUPLICATE}", re.I),
     frozenset({R.CHOOSING}), "the requester failed while it was adding volumes to the set"),
    (re.compile(r"^Number of shadow copies created:\s*[1-9]", re.I), frozenset({R.SNAPSHOT_MADE}), _MADE),
    (re.compile(r"^(?:DISKSHADOW>\s*)?End Backup\b", re.I), frozenset({R.COMPLETED}), "BackupComplete was called"),
    (re.compile(r"^Copying files for\b|^\s*\"?Copying files", re.I), frozenset({R.COPYING}), "files were being copied"),
    (re.compile(r"^Deleting snapshot set", re.I), frozenset({R.COMPLETED}), "the requester deleted the snapshot set at its end"),
    (re.compile(r"CreateSGenerate VSS snapshots failed|VSS snapshots? (?:creation )?failed|could not create .{0,20}shadow copy", re.I),
     AFTER_FAILURE, "DoSnapshotSet failed, or the requester took it for failed"),
)  # fmt: skip
"""What a requester prints at a call, what state of it that shows, in words."""


def read(lines: Sequence[Line]) -> Seen:
    """What a text says of the requester on the host, and of codes that stand in prose."""
    facts = [*_steps(lines), *_contexts(lines), *_success(lines)]
    remarks, cases = [*_duplicates(lines)], list[Case]()
    _codes(lines, facts, remarks, cases)
    return Seen(tuple(facts), tuple(remarks), tuple(cases))


def _steps(lines: Sequence[Line]) -> Iterator[Fact]:
    """The last call that shows, once for each kind of line."""
    seen: dict[str, Fact] = {}
    creates = False
    for line in lines:
        creates = creates or _CREATES.match(line.text) is not None
        if creates and _LISTS.match(line.text):
            seen[_MADE] = fact(requester, Requester.SNAPSHOT_MADE, line.place, _MADE, now=False)
        for pattern, states, said in _CALLS:
            if is_said(pattern, line.text):
                seen.pop(said, None)
                seen[said] = fact(requester, states, line.place, said, now=False)
                break
    yield from seen.values()


def _contexts(lines: Sequence[Line]) -> Iterator[Fact]:
    for line in lines:
        found = _ATTRIBUTES.search(line.text)
        if found is not None:
            bits = int(found[1], 16)
            state = Context.NO_AUTORECOVERY if bits & NO_AUTORECOVERY else Context.AUTORECOVERABLE
            more = "; a writer asked for auto-recovery" if bits & _AUTORECOVER else ""
            said = f"attributes 0x{found[1]}: {state.value}{more}"
            yield fact(context, state, line.place, said, now=False)
            return


def _success(lines: Sequence[Line]) -> Iterator[Fact]:
    for line in lines:
        found = re.search(r"\bSuccess:\s*(\d{1,5})/(\d{1,5})", line.text)
        if found is not None and found[1] == found[2] != "0":
            yield fact(outcome, Outcome.COPIED | Outcome.BACKED_UP, line.place, line.said, of="a VM", now=False)
            return


def _duplicates(lines: Sequence[Line]) -> Iterator[Remark]:
    """What AlphaVSS, a library of many requesters, says in place of the code."""
    for line in lines:
        if is_said(re.compile(_DUPLICATE, re.I), line.text):
            name, says = codes.OF_VSS[_ALREADY_THERE]
            yield Remark(Kind.NOTE, line.place, f"{name}: {says}", _MEANING[_ALREADY_THERE])
            return


def _codes(lines: Sequence[Line], facts: list[Fact], remarks: list[Remark], cases: list[Case]) -> None:
    """Codes in prose: a writer's failure code says not whose it is; one of VSS itself is named."""
    ours = any(
        WRITER_NAME.casefold() in line.text.casefold() or "backup using" in line.text.casefold() for line in lines
    )
    told: set[int] = set()
    for line in lines:
        for found in codes.CODE.finditer(line.text):
            number = int(found[1], 16)
            if (
                number in told
                or _TOLD_ELSEWHERE.search(line.text)
                or not happened(line.text, found.start(), found.end())
            ):
                continue
            told.add(number)
            if number in codes.OF_VSS:
                name, says = codes.OF_VSS[number]
                remarks.append(
                    Remark(Kind.NOTE, line.place, f"{name} (0x{found[1]}): {says}", _MEANING.get(number, ""))
                )
            elif number in codes.ERRORS and codes.ERRORS[number] != LastError.NO_ERROR:
                error = codes.ERRORS[number]
                one = fact(last_error, error, line.place, f"0x{found[1]}: {error.name}", now=False)
                if ours:
                    facts.append(one)
                else:
                    cases.append(Case(f"the code in {line.place} is of the {WRITER_NAME}", (one,)))


_ALREADY_THERE = 0x8004230D
_MEANING = {
    _ALREADY_THERE: "A volume that goes by two names, as one shared by a cluster may, is to be added once: that is the requester's to "
    "mend. It fails before PrepareForSnapshot: no VM was saved, and no guest was frozen, for this backup.",
    0x80042316: "VSS is occupied: one set at a time. Whoever began it must end it; until then every other requester is refused.",
    0x800423FB: "In the document: an image in the shadow copy is not rolled back, and PostSnapshot fails (BAK-10, READ-11).",
    0x8004230F: "A provider that fails gives the set up; after PrepareForSnapshot the writer gets Abort (VSS-5).",
}
