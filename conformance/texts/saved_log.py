"""Event logs as Windows saves them (.evtx): their entries as the text that `events.py` reads.

The parser is a package that few need (`shadowproof[evtx]`). A saved log has no sentences, only what is filled into them: those of the
few entries that say something are put back here, in as few words as their readers ask for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from conformance.content import ReadError
from conformance.texts.lines import shown

MOST_RECORDS = 50_000
MOST_TEXT = 2_000_000
"""Signs that all entries of interest may have together."""

SOURCES = (
    "VSS", "Microsoft-Windows-Hyper-V-VMMS", "volsnap", "Volsnap", "Microsoft-Windows-Hyper-V-Integration", "ESENT", "MSSQL",
)  # fmt: skip
_SENTENCES = {
    ("VSS", "8229"): "A VSS writer has rejected an event with error",
    ("VSS", "12289"): "Volume Shadow Copy Service error: Unexpected error",
    ("VSS", "12292"): "Error creating the Shadow Copy Provider COM class with CLSID",
    ("VSS", "8193"): "Volume Shadow Copy Service error: Unexpected error calling routine",
    ("ESENT", "2001"): "Shadow copy instance freeze started.",
    ("ESENT", "2003"): "Shadow copy instance freeze ended.",
    ("MSSQL", "3197"): "I/O is frozen on database",
    ("MSSQL", "3198"): "I/O was resumed on database",
    ("volsnap", "8"): "The flush and hold writes operation timed out on volume",
    ("Microsoft-Windows-Hyper-V-VMMS", "10111"): "failed to mount the virtual hard drive for virtual machine",
}
_ONLY = ("ESENT", "MSSQL")
"""Sources of which only the entries with a sentence are read: they say when their writers were frozen."""

"""How entries begin whose words decide; 10103 is not among them, since its meaning has changed."""


def text_of(content: bytes, file: str) -> str:
    """The entries of a saved log that come from VSS or from Hyper-V. Raises ReadError."""
    try:
        from evtx import PyEvtxParser  # noqa: PLC0415 - an extra package
    except ImportError:
        raise ReadError(
            f"{file} is a saved event log, and the package that reads it is not installed. Install shadowproof[evtx], or save the log "
            "as text."
        ) from None
    try:
        return "\n".join(_entries(PyEvtxParser(BytesIO(content))))
    except (RuntimeError, ValueError, OSError) as problem:
        raise ReadError(f"{file} is a damaged event log ({shown(str(problem))}). Save it anew, or as text.") from None


def _entries(parser: Any) -> Iterator[str]:
    left = MOST_TEXT
    for number, record in enumerate(parser.records_json()):
        if number >= MOST_RECORDS or left <= 0:
            return
        if not isinstance(record, dict):
            continue  # one record that is damaged hides no other
        told = _entry(record.get("data", ""))
        left -= len(told)
        if told:
            yield told[: left + len(told)]


def _entry(data: object) -> str:
    """One entry as text; empty if it is of another source, or damaged."""
    try:
        event = json.loads(data)["Event"] if isinstance(data, str) else {}
        system = event["System"]
        source = str(system["Provider"]["#attributes"]["Name"])
        identity = system["EventID"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    identity = str(identity.get("#text", "")) if isinstance(identity, dict) else str(identity)
    if not source.startswith(SOURCES):
        return ""
    source = "MSSQL" if source.startswith("MSSQL") else source.replace("Volsnap", "volsnap")
    sentence = _SENTENCES.get((source, identity), "")
    if source in _ONLY and not sentence:
        return ""
    when = system.get("TimeCreated")
    when = when.get("#attributes", {}).get("SystemTime", "") if isinstance(when, dict) else ""
    values = " ".join(_strings(event.get("EventData")) or _strings(event.get("UserData")))
    dated = f"Date: {when}\n" if isinstance(when, str) and when else ""
    return f"Event ID: {identity}\nSource: {source}\n{dated}{sentence} {values[:4000]}".replace("\r", "")


def _strings(value: object, depth: int = 0) -> list[str]:
    """The texts inside an entry's data, in order."""
    if isinstance(value, str):
        return [value]
    if depth > 8:
        return []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _strings(one, depth + 1)]
