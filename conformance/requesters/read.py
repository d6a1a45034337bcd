"""Profiles from files: JSON or YAML as `requester-profile/1` has it (`requester-profile-1.json` is its schema), or a table (CSV) with
remarks; and a table to be filled in."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from conformance.content import ReadError, content_of
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
    known,
    known_call,
)  # fmt: skip
from conformance.texts.lines import decoded, shown

SCHEMA = "requester-profile/1"
EXAMPLES = Path(__file__).with_name("examples")
MOST_BYTES = 200_000
MOST_SIGNS = 1_000
"""Signs of what is said about a requester."""

FIELDS = ("version", "source", "licence", "role", "context", "components", "async_result", "status_read", "restore", "certain", "inference",
          "fairness", "not_expressed")  # fmt: skip
"""What a profile may say of itself beside its table."""

KEYS = ("schema", "name", *FIELDS, "no_autorecovery", "all_volumes", "chooses_components", "reports", "set_backup_succeeded", "killed",
        "sessions", "rows", "restore_rows")  # fmt: skip
"""The keys of a profile as data."""


def examples() -> dict[str, Path]:
    """The public requesters that come with the project, by name."""
    return {path.stem: path for path in sorted(EXAMPLES.glob("*.json"))}


def read_profile(path: Path) -> Profile:
    """The profile in a file, or the example of that name. Raises ProfileError."""
    public = examples()
    if str(path) in public and not path.exists():
        path = public[str(path)]
    name = "stdin" if str(path) == "-" else shown(str(path))
    try:
        content = content_of(path, name, MOST_BYTES, "No table of calls is: write one row a call.")
        text = decoded(content, name, "Make a table of calls with: shadowproof requester --new")
    except ReadError as problem:
        raise ProfileError(f"{problem} Examples that come with it: {', '.join(public)}.") from None
    return profile_of(text, name)


def profile_of(text: str, name: str) -> Profile:
    """The profile that a text is. Raises ProfileError."""
    if text.lstrip()[:1] == "{":
        profile = _of_data(_json(text, name), name)
    elif _BEGINS_YAML.match(text) is not None:
        from conformance.requesters.as_yaml import data_of  # noqa: PLC0415 - only where it is asked for

        profile = _of_data(data_of(text, name), name)
    else:
        profile = _of_table(text, name)
    return checked(profile, name)


_BEGINS_YAML = re.compile(r"\ufeff?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:---|%YAML|[\w'\"-]+[ \t]*:(?:\s|$))")
"""A first line, but for remarks, that is `key: value`: a table begins with its heading."""


def _json(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:  # also a number of too many digits
        where = f":{problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise ProfileError(
            f"{name}{where} is no JSON. Mend it there, or write a table: shadowproof requester --new"
        ) from None


def _of_data(data: object, name: str) -> Profile:
    """What JSON or YAML says. YAML has texts for truths, and knows its lines."""
    if not isinstance(data, dict) or data.get("schema", SCHEMA) != SCHEMA:
        raise ProfileError(f'{name} is no profile of a requester. It begins with "schema": "{SCHEMA}".')
    for key in data:
        known("key", shown(str(key)), KEYS, _place(data, key, name))
    rows = tuple(_row(one, CALLS, place) for place, one in _listed(data, "rows", name))
    restore = tuple(_row(one, RESTORE_CALLS, place) for place, one in _listed(data, "restore_rows", name))
    facts = {key: _fact(data[key]) for key in FIELDS if data.get(key)}
    said = str(data.get("set_backup_succeeded", "")).lower()
    reports = data.get("reports", "never" if "never" in said or not said else "false" if "false" in said else "true")
    return _profile(
        shown(str(data.get("name", name))), rows, restore, _truth(data.get("no_autorecovery", False)), _truth(reports),
        _truth(data.get("all_volumes", True)) != "false", _truth(data.get("chooses_components", True)) != "false", facts,
        _place(data, "reports", name),
    )  # fmt: skip


def _truth(value: object) -> str:
    """A setting in small letters, with yes and no as true and false."""
    said = str(value).strip().lower()
    return {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(said, said)


def _place(data: dict[str, Any], key: str, name: str) -> str:
    """Where a key stands: with its line, where that is known."""
    line = getattr(data, "lines", {}).get(key, 0)
    return f"{name}:{line}" if line else name


def _profile(
    name: str, rows: tuple[Row, ...], restore: tuple[Row, ...], auto: str, reports: str, volumes: bool,
    components: bool, facts: dict[str, str | tuple[str, ...]], place: str,
) -> Profile:  # fmt: skip
    """place: where it says what it reports."""
    if reports not in ("true", "false", "never"):
        raise ProfileError(f"{place}: reports is {shown(reports)!r}. Write true, false or never.")
    if auto not in ("true", "false"):
        auto = "option"
    return Profile(name, rows, restore, auto, volumes, reports, components, facts)


def _listed(data: dict[str, Any], key: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows under a key, each with its place."""
    found = data.get(key) or []
    if not isinstance(found, list) or len(found) > MOST_ROWS or not all(isinstance(one, dict) for one in found):
        place = _place(data, key, name)
        raise ProfileError(f"{place}: {key} is a list of at most {MOST_ROWS} rows, an object each. Write one a call.")
    for at, one in enumerate(found, 1):
        line = getattr(one, "line", 0)
        yield f"{name}:{line}" if line else f"{name}: {key.replace('rows', 'row').replace('_', ' ')} {at}", one


def _fact(value: object) -> str | tuple[str, ...]:
    if isinstance(value, list):
        return tuple(shown(str(one), MOST_SIGNS) for one in value[:20])
    return shown(str(value), MOST_SIGNS)


def _row(one: dict[str, Any], calls: tuple[str, ...], place: str) -> Row:
    for key in one:
        known("outcome", shown(str(key)), (*OUTCOMES, "call", "then", "note"), place)
    call = known_call(shown(str(one.get("call", ""))), calls, place)
    answers = {outcome: _answer(one[outcome], place) for outcome in OUTCOMES if one.get(outcome, "") != ""}
    then = _answer(one.get("then") or NEXT, place)
    return Row(call, answers, then, shown(str(one.get("note", ""))), getattr(one, "line", 0))


def _answer(value: object, place: str) -> Answer:
    if isinstance(value, str):
        return tuple(call.strip() for call in value.split(";")) if RELEASE in value else value
    if isinstance(value, list) and all(isinstance(call, str) for call in value):
        return tuple(value)
    raise ProfileError(
        f"{place}: an answer is a word or a list of calls. Write next, dies, after, or the calls up to Release."
    )


_SETTINGS = ("no_autorecovery", "reports", "all_volumes", "chooses_components")


def _of_table(text: str, name: str) -> Profile:
    """A table: remarks `# key: value` first, then one row a call, with a heading."""
    settings: dict[str, str] = {}
    lines = []
    for number, line in enumerate(text.splitlines()[:2_000], 1):
        if line.lstrip().startswith("#"):
            key, colon, value = line.lstrip("# \t").partition(":")
            if colon and key.strip() in ("name", *_SETTINGS, *FIELDS):
                settings[key.strip()] = value.partition("(")[0].strip() if key.strip() in _SETTINGS else value.strip()
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
            Row(
                known_call(told["call"], calls, place),
                dict(answers_of(told)),
                then,
                shown(told.get("note", "")),
                number,
            )
        )
    facts: dict[str, str | tuple[str, ...]] = {key: shown(value) for key, value in settings.items() if key in FIELDS}
    return _profile(
        shown(settings.get("name", name)), tuple(rows), tuple(restore), _truth(settings.get("no_autorecovery", "false")),
        _truth(settings.get("reports", "never")), _truth(settings.get("all_volumes", "true")) != "false",
        _truth(settings.get("chooses_components", "true")) != "false", facts, name,
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
