"""SARIF 2.1.0: each finding at the file and line of its promise, with the rules that its run takes and the run as a code flow.

`baselineState` says what the record knows: "unchanged" of what fails as recorded, "new" of what does not. Fingerprints are made of
names only, so that a known finding stays known when lines move or its run gets longer. What no longer fails is left out: viewers
take every result for one that is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from shadowproof.formats.found import At, Found, Report, Standing

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "SRCROOT"


def as_sarif(report: Report) -> str:
    """The report's findings as a SARIF log of one run."""
    findings = report.findings
    rules = {one.promise: one for one in findings}
    number = {name: at for at, name in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "shadowproof",
                **({"version": report.version} if report.version else {}),
                "rules": [_rule(one) for one in rules.values()],
            }
        },
        "automationDetails": {"id": f"shadowproof/{report.command}/"},
        "originalUriBaseIds": {_BASE: {"description": {"text": "The checkout's uppermost folder."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": report.status in {0, 1, 3}, "exitCode": report.status}],
        "properties": {"protocol": report.content},
        "results": [_result(one, number[one.promise]) for one in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(found: Found) -> dict[str, Any]:
    return {
        "id": found.promise,
        "name": "".join(word.capitalize() for word in found.promise.split("-")),
        "shortDescription": {"text": found.says},
        "help": {"text": f"What it says and shows: shadowproof show {found.promise}"},
        "properties": {"tags": list(found.shows)},
    }


def _result(found: Found, rule: int) -> dict[str, Any]:
    known = found.standing is Standing.KNOWN
    level = "note" if known else "error" if found.verdict == "refuted" else "warning"
    result: dict[str, Any] = {
        "ruleId": found.promise,
        "ruleIndex": rule,
        "kind": "fail",
        "level": level,
        "message": {"text": f"{found.told}. {found.says}"},
        "locations": [_location(found.at)],
        "partialFingerprints": {"promiseAndCircumstances/v1": found.key, "primaryLocationLineHash": f"{found.key}:1"},
        "baselineState": "unchanged" if known else "updated" if found.was == "refuted" else "new",
        "properties": {"circumstances": found.under, "recorded": found.was or None},
    }
    if found.rules:
        result["relatedLocations"] = [_location(at) | {"id": number} for number, at in enumerate(found.rules, 1)]
    if found.run:
        steps = [{"location": _location(at), "executionOrder": number} for number, at in enumerate(found.run, 1)]
        result["codeFlows"] = [{"message": {"text": "The run that shows it."}, "threadFlows": [{"locations": steps}]}]
    return result


def _location(at: At) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(at.file), "uriBaseId": _BASE},
            "region": {"startLine": max(at.line, 1)},
        },
        **({"message": {"text": at.says}} if at.says else {}),
    }


def fingerprints(log: Mapping[str, Any]) -> Iterable[str]:
    """What the results of a log are known again by."""
    for run in log["runs"]:
        for result in run["results"]:
            yield result["partialFingerprints"]["promiseAndCircumstances/v1"]
