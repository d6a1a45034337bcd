"""Profiles from files: JSON as `requester-profile/1` has it, or a table (CSV) with remarks; and a table to be filled in."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from conformance.requesters.profile import (
    CALLS,
    COMPLETE,
    COPY,
    DELETE,
    DO_SNAPSHOT_SET,
    MOST_ROWS,
    NEXT,
    NOT_SUCCEEDED,
    OUTCOMES,
    PREPARE,
    RELEASE,
    RESTORE_CALLS,
    STATUS,
    SUCCEEDED,
    Answer,
    Profile,
    ProfileError,
    Row,
    answers_of,
    checked,
    known_call,
)  # fmt: skip
from conformance.texts.content import ReadError
from conformance.texts.lines import bytes_of, decoded, shown

SCHEMA = "requester-profile/1"
EXAMPLES = Path(__file__).with_name("examples")
MOST_BYTES = 200_000
MOST_SIGNS = 1_000
"""Signs of what is said about a requester."""

FIELDS = ("version", "source", "licence", "role", "context", "components", "async_result", "status_read", "restore", "certain", "inference",
          "fairness", "not_expressed")  # fmt: skip
"""What a profile may say of itself beside its table."""


def examples() -> dict[str, Path]:
    """The public requesters that come with the project, by name."""
    return {path.stem: path for path in sorted(EXAMPLES.glob("*.json"))}


def read_profile(path: Path) -> Profile:
    """The profile in a file, or the example of that name. Raises ProfileError."""
    known = examples()
    if str(path) in known and not path.exists():
        path = known[str(path)]
    name = "stdin" if str(path) == "-" else shown(str(path))
    try:
        content = bytes_of(path)
    except ReadError as problem:
        raise ProfileError(f"{problem} Examples that come with it: {', '.join(known)}.") from None
    if len(content) > MOST_BYTES:
        raise ProfileError(
            f"{name} is larger than {MOST_BYTES:,} bytes, which no table of calls is. Write one row a call."
        )
    try:
        text = decoded(content, name)
    except ReadError as problem:
        raise ProfileError(str(problem)) from None
    return profile_of(text, name)


def profile_of(text: str, name: str) -> Profile:
    """The profile that a text is. Raises ProfileError."""
    profile = _of_json(text, name) if text.lstrip()[:1] == "{" else _of_table(text, name)
    return checked(profile, name)


def _of_json(text: str, name: str) -> Profile:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:  # also a number of too many digits
        where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
        raise ProfileError(
            f"{name} is no JSON{where}. Mend it, or write a table: shadowproof requester --new"
        ) from None
    if not isinstance(data, dict) or data.get("schema", SCHEMA) != SCHEMA:
        raise ProfileError(f'{name} is no profile of a requester. It begins with "schema": "{SCHEMA}".')
    rows = tuple(_row(one, CALLS, f"{name}: row {at}") for at, one in _listed(data, "rows", name))
    restore = tuple(
        _row(one, RESTORE_CALLS, f"{name}: restore row {at}") for at, one in _listed(data, "restore_rows", name)
    )
    facts = {key: _fact(data[key]) for key in FIELDS if key in data}
    said = str(data.get("set_backup_succeeded", "")).lower()
    reports = data.get("reports", "never" if "never" in said or not said else "false" if "false" in said else "true")
    auto = str(data.get("no_autorecovery", False)).lower()
    return _profile(
        shown(str(data.get("name", name))),
        rows,
        restore,
        auto,
        str(reports),
        data.get("all_volumes", True) is not False,
        data.get("chooses_components", True) is not False,
        facts,
    )


def _profile(
    name: str, rows: tuple[Row, ...], restore: tuple[Row, ...], auto: str, reports: str, volumes: bool,
    components: bool, facts: dict[str, str | tuple[str, ...]],
) -> Profile:  # fmt: skip
    if reports not in ("true", "false", "never"):
        raise ProfileError(f"{name}: reports is {shown(reports)!r}. Write true, false or never.")
    if auto not in ("true", "false"):
        auto = "option"
    return Profile(name, rows, restore, auto, volumes, reports, components, facts)


def _listed(data: dict[str, Any], key: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = data.get(key) or []
    if not isinstance(found, list) or len(found) > MOST_ROWS or not all(isinstance(one, dict) for one in found):
        raise ProfileError(f"{name}: {key} is a list of at most {MOST_ROWS} rows, an object each. Write one a call.")
    yield from enumerate(found, 1)


def _fact(value: object) -> str | tuple[str, ...]:
    if isinstance(value, list):
        return tuple(shown(str(one), MOST_SIGNS) for one in value[:20])
    return shown(str(value), MOST_SIGNS)


def _row(one: dict[str, Any], calls: tuple[str, ...], place: str) -> Row:
    call = known_call(str(one.get("call", "")), calls, place)
    answers = {outcome: _answer(one[outcome], place) for outcome in OUTCOMES if outcome in one}
    return Row(call, answers, _answer(one.get("then", NEXT), place), shown(str(one.get("note", ""))))


def _answer(value: object, place: str) -> Answer:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(call, str) for call in value):
        return tuple(value)
    raise ProfileError(
        f"{place}: an answer is a word or a list of calls. Write next, dies, after, or the calls up to Release."
    )


_SETTINGS = ("no_autorecovery", "reports", "all_volumes", "chooses_components")


def _of_table(text: str, name: str) -> Profile:
    """A table: remarks `# key: value` first, then one row a call, with a heading."""
    known: dict[str, str] = {}
    lines = []
    for number, line in enumerate(text.splitlines()[:2_000], 1):
        if line.lstrip().startswith("#"):
            key, colon, value = line.lstrip("# \t").partition(":")
            if colon and key.strip() in ("name", *_SETTINGS, *FIELDS):
                known[key.strip()] = value.partition("(")[0].strip() if key.strip() in _SETTINGS else value.strip()
        elif line.strip():
            lines.append((number, line))
    try:
        table = list(csv.reader(StringIO("\n".join(line for _, line in lines))))
    except csv.Error as problem:
        raise ProfileError(f"{name} is no table ({problem}). Make one with: shadowproof requester --new") from None
    if not table or [cell.strip() for cell in table[0]][:1] != ["call"]:
        raise ProfileError(
            f"{name} is no table of calls: its heading begins with call. Make one with: shadowproof requester --new"
        )
    heading = [cell.strip() for cell in table[0]]
    if odd := [cell for cell in heading if cell not in ("call", *OUTCOMES, "then", "note", "")]:
        raise ProfileError(
            f"{name}: there is no column {shown(odd[0])!r}. The columns are call, {', '.join(OUTCOMES)}, then, note."
        )
    rows: list[Row] = []
    restore: list[Row] = []
    for (number, _), cells in zip(lines[1:], table[1:], strict=False):
        told = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        place = f"{name}:{number}"
        into, calls = (restore, RESTORE_CALLS) if restore or told["call"] == RESTORE_CALLS[0] else (rows, CALLS)
        then = dict(answers_of({"failed": told.get("then", "")})).get("failed", NEXT)
        into.append(
            Row(known_call(told["call"], calls, place), dict(answers_of(told)), then, shown(told.get("note", "")))
        )
    facts: dict[str, str | tuple[str, ...]] = {key: shown(value) for key, value in known.items() if key in FIELDS}
    return _profile(
        shown(known.get("name", name)), tuple(rows), tuple(restore), known.get("no_autorecovery", "false").lower(),
        known.get("reports", "never").lower(), known.get("all_volumes", "true").lower() != "false",
        known.get("chooses_components", "true").lower() != "false", facts,
    )  # fmt: skip


TEMPLATE = f"""# A requester, as shadowproof requester reads it: which calls it makes, and what it does about each outcome.
# name: my-backup
# version:
# source: files and lines that this was read from
# context: as it sets it
# no_autorecovery: false   (whether its context carries VSS_VOLSNAP_ATTR_NO_AUTORECOVERY: true, false or option)
# all_volumes: true        (whether it adds every volume that holds a chosen VM's files to the set)
# chooses_components: true (whether it adds components of the writer: SetBackupSucceeded is about those)
# reports: never           (of a copy that failed, where it goes on: SetBackupSucceeded with true, with false, or never)
#
# One row a call, in its order; leave out what is never called. Under an outcome stands what comes then:
#   nothing, or next          it goes on with the next row
#   AbortBackup; Release      the calls that end the session, the last of them Release
#   dies                      the process ends
#   after                     (cancelled) once the call is over, what stands under then
# writer_failed: GatherWriterStatus shows a failed writer. timed_out: it waits no longer for the call. The rows of a restore begin with
# InitializeForRestore.
call,{",".join(OUTCOMES)},then,note
InitializeForBackup,Release,,,,,
SetBackupState,Release,,,,,
SetContext,Release,,,,,
GatherWriterMetadata,Release,,,,,
StartSnapshotSet,Release,,,,,
AddComponent,AbortBackup; Release,,,,,
AddToSnapshotSet,AbortBackup; Release,,,,,
{PREPARE},AbortBackup; Release,,,,,
{STATUS},AbortBackup; Release,AbortBackup; Release,,,,
{DO_SNAPSHOT_SET},AbortBackup; Release,,AbortBackup; Release,AbortBackup; Release,,
{STATUS},AbortBackup; Release,AbortBackup; Release,,,,
{COPY},{NOT_SUCCEEDED}; {COMPLETE}; Release,,{NOT_SUCCEEDED}; {COMPLETE}; Release,,,
{SUCCEEDED},,,,,,
{COMPLETE},Release,,,,,
{STATUS},,,,,,
{DELETE},,,,,,
{RELEASE},,,,,,
"""
"""A table of a requester that does its duties: to be filled in with what one's own does."""
