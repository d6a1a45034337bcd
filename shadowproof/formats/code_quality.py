"""GitLab's report of code quality, which a merge request shows beside the lines it changes: an array of issues. What is new or gone
GitLab finds out itself, by fingerprints: so what fails as recorded is in it too, as information."""

from __future__ import annotations

import json

from shadowproof.formats.found import Report, Standing


def as_code_quality(report: Report) -> str:
    """The report's findings, as GitLab takes them."""
    issues = [
        {
            "description": f"{one.promise}: {one.told}",
            "check_name": one.promise,
            "fingerprint": one.key,
            "severity": "info" if one.standing is Standing.KNOWN else "major",
            "location": {"path": one.at.file, "lines": {"begin": max(one.at.line, 1)}},
        }
        for one in report.findings
    ]
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"
