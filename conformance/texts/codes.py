"""Numbers and words of VSS that texts carry: failure codes, last errors as vssadmin prints them, numbers of writer states."""

from __future__ import annotations

import re

from model.actors.writer import NOT_REACHED, LastError, WriterState

E = LastError

ERRORS = {error.value: error for error in LastError}
"""The writer's failure codes, by number."""

LAST_ERRORS = {
    "no error": E.NO_ERROR, "s_ok": E.NO_ERROR,
    "aucune erreur": E.NO_ERROR, "kein fehler": E.NO_ERROR, "nessun errore": E.NO_ERROR, "sin errores": E.NO_ERROR,
    "nenhum erro": E.NO_ERROR,
    "inconsistent shadow copy": E.INCONSISTENTSNAPSHOT, "out of resources": E.OUTOFRESOURCES, "timed out": E.TIMEOUT,
    "retryable error": E.RETRYABLE, "non-retryable error": E.NONRETRYABLE, "not responding": E.NOT_RESPONDING,
    "writer not responding": E.NOT_RESPONDING,
}  # fmt: skip
"""Last errors as vssadmin words them; another language's are read where they are known for sure, and left open else."""

OF_VSS = {
    0x80042301: ("VSS_E_BAD_STATE", "a call was made out of its sequence"),
    0x80042302: ("VSS_E_UNEXPECTED", "VSS met something it did not expect"),
    0x80042304: ("VSS_E_PROVIDER_NOT_REGISTERED", "the provider is not registered"),
    0x80042306: ("VSS_E_PROVIDER_VETO", "the provider failed"),
    0x80042308: ("VSS_E_OBJECT_NOT_FOUND", "something that was asked for is not there"),
    0x8004230C: ("VSS_E_VOLUME_NOT_SUPPORTED", "a volume cannot be in a shadow copy"),
    0x8004230D: ("VSS_E_OBJECT_ALREADY_EXISTS", "what was to be added is there already"),
    0x8004230F: ("VSS_E_UNEXPECTED_PROVIDER_ERROR", "the provider failed in a way it does not say"),
    0x80042313: ("VSS_E_FLUSH_WRITES_TIMEOUT", "writes could not be flushed in time"),
    0x80042314: ("VSS_E_HOLD_WRITES_TIMEOUT", "writes could not be held in time"),
    0x80042315: ("VSS_E_UNEXPECTED_WRITER_ERROR", "a writer failed in a way it does not say"),
    0x80042316: ("VSS_E_SNAPSHOT_SET_IN_PROGRESS", "another snapshot set is in the making"),
    0x8004231F: ("VSS_E_INSUFFICIENT_STORAGE", "there is no room for the shadow copy"),
    0x80042336: ("VSS_E_WRITERERROR_PARTIAL_FAILURE", "some components failed, in the way of later releases"),
    0x800423F5: ("VSS_E_WRITERERROR_RECOVERY_FAILED", "the writer could not recover"),
    0x800423FB: ("VSS_E_AUTORECOVERY_FAILED", "the auto-recovery of the shadow copy failed"),
    0x800423FC: ("VSS_E_DYNAMIC_DISK_ERROR", "a dynamic disk stood in the way"),
}
"""Codes that are no writer's failure: name, and what it means."""

CODE = re.compile(r"\b0x([0-9a-fA-F]{8})L?\b")

_PHASES = (
    (re.compile(r"prepare ?for ?backup|backup preparation|OnPrepareBackup", re.I), WriterState.FAILED_AT_PREPARE_BACKUP),
    (re.compile(r"prepare ?(?:for ?)?snapshot", re.I), WriterState.FAILED_AT_PREPARE_SNAPSHOT),
    (re.compile(r"post ?-?snapshot", re.I), WriterState.FAILED_AT_POST_SNAPSHOT),
    (re.compile(r"backup ?complete", re.I), WriterState.FAILED_AT_BACKUP_COMPLETE),
    (re.compile(r"pre ?-?restore", re.I), WriterState.FAILED_AT_PRE_RESTORE),
    (re.compile(r"post ?-?restore", re.I), WriterState.FAILED_AT_POST_RESTORE),
    (re.compile(r"\bfreeze\b", re.I), WriterState.FAILED_AT_FREEZE),
    (re.compile(r"\bthaw\b", re.I), WriterState.FAILED_AT_THAW),
    (re.compile(r"\bidentify\b", re.I), WriterState.FAILED_AT_IDENTIFY),
)  # fmt: skip


def last_error(words: str) -> LastError | None:
    """The last error that words or a code in them name; None: they are of a language that is not read."""
    found = CODE.search(words)
    if found is not None and int(found[1], 16) in ERRORS:
        return ERRORS[int(found[1], 16)]
    return LAST_ERRORS.get(words.strip(" .'\"").casefold())


def failed_at(words: str) -> WriterState | None:
    """The state of a writer that failed in the phase these words name."""
    return next((state for pattern, state in _PHASES if pattern.search(words)), None)


def writer_state(number: int) -> WriterState | None:
    """The state of this number; None: there is none."""
    return _BY_NUMBER.get(number)


_BY_NUMBER = {state.value: state for state in WriterState}
"""Looked up: a text may have a state on each of its lines."""


def why_not_reached(state: WriterState) -> str:
    """Why no move of the model leads to a state; empty where one does."""
    return NOT_REACHED.get(state, "")
