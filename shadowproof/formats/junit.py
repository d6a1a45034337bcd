"""JUnit XML, as surefire writes it and as most CI systems read it: a suite for each set of circumstances, a case for each promise.

A case fails where the verdict is not as recorded; what fails as recorded is told in its output. The elements and attributes are those
that Jenkins' published schema for it has, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from shadowproof.formats.found import Found, Report, Standing

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> str:
    """The report as one XML document."""
    suites: dict[str, list[Found]] = {}
    for one in report.found:
        suites.setdefault(one.under, []).append(one)
    failed = len(report.standing(Standing.FAILED))
    root = ET.Element(
        "testsuites",
        name=f"shadowproof {report.command}",
        tests=str(len(report.found)),
        failures=str(failed),
        errors="0",
        time=f"{sum(report.seconds.values()):.3f}",
    )
    for under, found in suites.items():
        root.append(_suite(under, found, report))
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(under: str, found: Sequence[Found], report: Report) -> ET.Element:
    skipped = sum(one.standing is Standing.OPEN for one in found)
    suite = ET.Element(
        "testsuite",
        name=_text(under),
        tests=str(len(found)),
        failures=str(sum(one.standing is Standing.FAILED for one in found)),
        errors="0",
        skipped=str(skipped),
        time=f"{report.seconds.get(under, 0.0):.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (("shadowproof", report.version), ("protocol", report.content)):
        if value:
            ET.SubElement(properties, "property", name=name, value=_text(value))
    suite.extend(_case(one) for one in found)
    return suite


def _case(found: Found) -> ET.Element:
    case = ET.Element("testcase", classname=_text(found.under), name=_text(found.promise))
    if found.standing is Standing.FAILED:
        failure = ET.SubElement(case, "failure", type=_text(found.verdict), message=_text(found.told))
        failure.text = _text("\n".join(_lines(found)))
    elif found.standing is Standing.OPEN:
        ET.SubElement(case, "skipped", type=_text(found.verdict), message=_text(found.told))
    elif found.standing is Standing.KNOWN:
        ET.SubElement(case, "system-out").text = _text(f"Known, and recorded: {found.told}")
    return case


def _lines(found: Found) -> list[str]:
    """What a reader of a failed test needs: the sentence, where it stands, the run."""
    steps = [f"{number:4} {step.says}  ({step.file}:{step.line})" for number, step in enumerate(found.run, 1)]
    return [found.says, f"{found.at.file}:{found.at.line} {' '.join(found.shows)}", *steps]


def _text(text: str) -> str:
    """Without the signs that XML 1.0 cannot hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
