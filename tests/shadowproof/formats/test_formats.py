"""CI's formats, of a report that nobody judged: each is as its schema says, tells what matters, and lets nothing through raw."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from shadowproof.formats.annotations import github
from shadowproof.formats.badge import as_badge
from shadowproof.formats.code_quality import as_code_quality
from shadowproof.formats.files import Wanted
from shadowproof.formats.found import At, Found, Report, Standing
from shadowproof.formats.junit import as_junit
from shadowproof.formats.markdown import as_summary, plain
from shadowproof.formats.sarif import as_sarif, fingerprints
from shadowproof.outside.files import OutputError
from tests.shadowproof.formats.schemas import junit_problems, sarif_schema

RUN = (At("model/events/a.py", 3, "begun"), At("model/events/b c.py", 9, "saved (vm 1)"))
BROKEN = Found(
    promise="no-vm-left-saved",
    says="No VM is left saved.",
    shows=("BAK-9", "READ-1"),
    under="requester_vanishes",
    verdict="refuted",
    standing=Standing.FAILED,
    told="refuted under requester_vanishes, recorded is holds: broken after 2 steps",
    at=At("properties/promises/giving_back.py", 26),
    rules=RUN,
    run=RUN,
    was="holds",
)
KNOWN = replace(BROKEN, under="guest_hangs", standing=Standing.KNOWN, was="refuted")
LARGER = replace(KNOWN, under="guest_hangs + requester_vanishes", smallest=False)
KEPT = replace(BROKEN, under="no fault", verdict="holds", standing=Standing.KEPT, told="holds", run=(), rules=())
OPEN = replace(KEPT, under="guest_hangs", promise="ends", verdict="not exercised", standing=Standing.OPEN)
REPORT = Report(
    "verify", ("Worse than recorded",), (KEPT, KNOWN, LARGER, OPEN, BROKEN), 1, "1.0", "abc", {"no fault": 1234.5}
)
HOSTILE = '<script>`x`|\n::error::%0A </testcase>"\x1b[31m\x00 &amp; @all https://example.invalid [a](b)'
POISONED = replace(REPORT, head=(HOSTILE,), found=(replace(BROKEN, says=HOSTILE, told=HOSTILE, under=HOSTILE),))


def test_sarif_is_as_its_schema_says_and_a_planted_slip_is_noticed() -> None:
    schema = sarif_schema()
    for report in (REPORT, POISONED, replace(REPORT, found=())):
        jsonschema.Draft4Validator(schema).validate(json.loads(as_sarif(report)))
    wrong = json.loads(as_sarif(REPORT))
    wrong["runs"][0]["results"][0]["level"] = "grave"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate(wrong)


def test_sarif_tells_each_finding_where_it_stands_with_its_rules_and_its_run() -> None:
    (run,) = json.loads(as_sarif(REPORT))["runs"]
    new, known = run["results"]
    assert (new["baselineState"], new["level"]) == ("new", "error")
    assert (known["baselineState"], known["level"]) == ("unchanged", "note")
    place = new["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (
        "properties/promises/giving_back.py",
        26,
    )
    steps = [one["location"] for one in new["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [one["message"]["text"] for one in steps] == ["begun", "saved (vm 1)"]
    assert steps[1]["physicalLocation"]["artifactLocation"]["uri"] == "model/events/b%20c.py"
    assert [one["id"] for one in new["relatedLocations"]] == [1, 2]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no-vm-left-saved"]


def test_a_finding_is_known_again_when_lines_move_and_its_run_gets_longer() -> None:
    moved = replace(
        BROKEN, at=At("properties/moved.py", 99), run=(*RUN, *RUN), told="otherwise", standing=Standing.KNOWN
    )
    prints = [*fingerprints(json.loads(as_sarif(replace(REPORT, found=(BROKEN, moved, KNOWN)))))]
    assert prints[0] == prints[1] != prints[2]


def test_junit_is_as_its_schema_says_and_a_planted_slip_is_noticed() -> None:
    for report in (REPORT, POISONED, replace(REPORT, found=())):
        root = ET.fromstring(as_junit(report))  # noqa: S314 - our own text - written here
        assert junit_problems(root) == []
        assert re.fullmatch(r"\d+\.\d{3}", root.attrib["time"])
    wrong = ET.fromstring(as_junit(REPORT))  # noqa: S314 - our own text
    wrong[0].append(ET.Element("failure"))
    del wrong[0].attrib["tests"]
    assert junit_problems(wrong) == ["testsuite lacks tests", "failure stands in testsuite"]


def test_junit_fails_what_is_not_as_recorded_and_nothing_else() -> None:
    root = ET.fromstring(as_junit(REPORT))  # noqa: S314 - our own text
    assert (root.attrib["tests"], root.attrib["failures"]) == ("5", "1")
    (failure,) = root.iter("failure")
    assert "recorded is holds" in failure.attrib["message"]
    assert "model/events/b c.py:9" in (failure.text or "")
    assert len([*root.iter("skipped")]) == 1
    assert len([*root.iter("system-out")]) == 2
    assert sum(int(one.attrib["tests"]) for one in root) == len(REPORT.found)


def test_annotations_are_one_line_each_and_no_more_than_are_shown() -> None:
    (line,) = github(REPORT)
    assert line.startswith(
        "::error file=properties/promises/giving_back.py,line=26,title=no-vm-left-saved under requester_vanishes::"
    )
    (hostile,) = github(POISONED)
    assert "\n" not in hostile
    assert "%0A%3A%3Aerror" in hostile.split("::")[1]
    many = [*github(replace(REPORT, found=(BROKEN,) * 30))]
    assert len(many) == 10
    assert many[-1].endswith("::30 verdicts in all not as recorded")


def test_code_quality_has_what_gitlab_asks_of_each_issue() -> None:
    issues = json.loads(as_code_quality(REPORT))
    assert [one["severity"] for one in issues] == ["major", "info"]
    assert all({"description", "check_name", "fingerprint", "severity", "location"} == one.keys() for one in issues)
    assert len({one["fingerprint"] for one in issues}) == 2


def test_a_summary_is_a_screen_before_folding_however_much_fails() -> None:
    failing = tuple(replace(BROKEN, under=f"fault {number}") for number in range(500))
    text = as_summary(replace(REPORT, found=(*failing, KNOWN), head=("line",) * 99))
    unfolded = text.split("<details>")[0].splitlines()
    assert len(unfolded) <= 40
    assert "500 verdicts not as recorded" in unfolded[0]
    assert text.count("\n") < 400
    assert "188 more" in text


def test_nothing_in_a_summary_is_a_tag_a_link_or_a_mention() -> None:
    shown = plain(HOSTILE)
    assert not re.search(r"[<>`|@\[\n]", shown)
    text = as_summary(POISONED)
    assert "<script>" not in text
    assert "https://example.invalid" not in plain("[x](y)")


def test_a_badge_says_how_it_stands_and_is_a_picture() -> None:
    for report, said in (
        (REPORT, "1 verdict not as recorded"),
        (replace(REPORT, found=(KNOWN,), status=0), "as recorded"),
    ):
        root = ET.fromstring(as_badge(report))  # noqa: S314 - our own text
        assert root.attrib["aria-label"] == f"promises: {said}"
        assert {one.tag.partition("}")[2] for one in root.iter()} == {"svg", "title", "rect", "g", "text"}


def test_what_is_asked_for_is_written_and_nothing_is_worked_out_for_nobody(tmp_path: Path) -> None:
    said: list[str] = []
    Wanted().write(lambda: pytest.fail("nobody asked"), said.append)
    wanted = Wanted(junit=tmp_path / "a.xml", badge=tmp_path / "a.svg", annotate="github")
    wanted.check()
    wanted.write(lambda: REPORT, said.append)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.svg", "a.xml"]
    assert len(said) == 1


def test_two_things_in_one_file_and_an_unknown_forge_are_refused(tmp_path: Path) -> None:
    one = tmp_path / "one"
    with pytest.raises(OutputError, match="two things"):
        Wanted(junit=one, sarif=one).check()
    with pytest.raises(OutputError, match="two things"):
        Wanted(junit=one).check(one)
    with pytest.raises(OutputError, match="is what is read"):
        Wanted(junit=Path(__file__)).check(read=[Path(__file__)])
    with pytest.raises(OutputError, match="two things"):
        Wanted(junit=Path("-"), sarif=Path("-")).check()
    with pytest.raises(OutputError, match="no annotations for 'gerrit'"):
        Wanted(annotate="gerrit").check()
