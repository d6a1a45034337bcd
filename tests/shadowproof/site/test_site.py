"""The site: what stands on it is what the model and the record say. As it is made, and in a browser: `test_made.py`."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from model.protocol import PROTOCOL
from model.requirements import REQUIREMENTS
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record, load
from proofs.answers.runs import NONE
from proofs.answers.verdict import REFUTED, Verdict
from proofs.verdicts.columns import BASE, every_column, title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Fact
from shadowproof.letter.findings import FINDINGS
from shadowproof.pages.layout import slug
from shadowproof.site import (
    actors,
    circumstances,
    findings,
    guide,
    links,
    promises,
    requirements,
    script,
)
from shadowproof.site.kept import arguments
from shadowproof.site.made import build
from shadowproof.site.runs import Recorded
from shadowproof.walk.runs import opened
from tests.helpers.nightly import nightly

ROOT = Path(__file__).parents[3]
RECORDED = Recorded.now()


EVERY = {
    **guide.pages(ROOT, RECORDED), **script.pages(), **actors.pages(), **requirements.pages(RECORDED), **promises.pages(RECORDED),
    **circumstances.pages(RECORDED), **findings.pages(RECORDED),
}  # fmt: skip


def test_everything_has_its_page() -> None:
    assert {links.property_page(name) for name in PROPERTIES} <= set(EVERY)
    assert {links.requirement_page(one.id) for one in REQUIREMENTS} <= set(EVERY)
    assert {links.fault_page(name) for name in PROTOCOL.faults} <= set(EVERY)
    machines = {
        links.actor_page(name) if not name.startswith("READ-") else links.reading_page(name) for name in PROTOCOL.actors
    }
    assert machines <= set(EVERY)
    assert set(links.phases().values()) <= set(EVERY)
    assert {promises.finding_page(one.title) for one in FINDINGS} <= set(EVERY)
    assert {f"{name}.md" for names in guide.ORDER.values() for name in names} <= set(EVERY)


def test_pictures_of_hand_written_pages_are_found_from_where_the_pages_stand_here() -> None:
    shown = {path: re.findall(r"!\[[^]]*\]\(([^)]+)\)", EVERY[path]()) for path in ("index.md", "benchmark.md")}
    assert all(shown.values())
    assert {name for names in shown.values() for name in names} <= {
        f"/{one.name}" for one in (ROOT / "docs").glob("*.svg")
    }


def test_a_promise_says_where_it_is_broken_and_where_it_holds() -> None:
    record = load()
    for name in ("no-vm-left-saved", "auto-recovery-required", "backed-up-images-are-consistent"):
        breaking = RECORDED.breaking(name)
        assert breaking
        for column in every_column():
            cell = record.cell(name, column.name)
            part = any(
                one != column and one.faults <= column.faults and set(one.readings) <= set(column.readings)
                for one in breaking
            )
            assert (column in breaking) == (cell is not None and cell.verdict == REFUTED and not part), column.name


def test_links_run_both_ways() -> None:
    text = EVERY["property/no-vm-left-saved.md"]()
    assert "(/requirement/bak-9.md)" in text
    assert "(/fault/requester_vanishes.md)" in text
    assert "(/finding/" in text
    assert "(/property/no-vm-left-saved.md)" in EVERY["requirement/bak-9.md"]()
    assert "(/property/no-vm-left-saved.md#requester_vanishes)" in EVERY["fault/requester_vanishes.md"]()
    assert "(/sentences.md#s22)" in EVERY["requirement/bak-9.md"]()
    assert "(/requirement/bak-9.md)" in EVERY["sentences.md"]()
    assert "(/script/5-post-snapshot.md#vm_given_back)" in EVERY["requirement/bak-9.md"]()
    assert "(/requirement/bak-9.md)" in EVERY["script/5-post-snapshot.md"]()
    assert "(/property/no-vm-left-saved.md" in EVERY["finding/2.md"]()


def test_the_questions_have_their_answers() -> None:
    """What a newcomer should find in a minute each; `calls-after` is asked of the machines, and held by the tests of duties."""
    text = (ROOT / "docs" / "guide" / "questions.md").read_text("utf-8")
    asked = text.replace("<!-- told: calls-after status_shows_failure -->", "")
    told = guide.filled("questions.md", asked, RECORDED)
    assert "vm_saved: paused → saved" in told
    assert "vm_given_back: saved → paused" in told
    for column in RECORDED.breaking("no-vm-left-saved"):
        assert title(column) in told or slug(title(column)) in told
    assert "<!-- told" not in told


def test_a_page_that_asks_for_what_the_machines_refuse_is_not_made() -> None:
    for asked, problem in (
        ("play power=OFF : backup_initialized vm_saved@1", "refused"),
        ("explain no-such-promise", "no-such-promise"),
        ("sing a-song", "nothing that can be told"),
    ):
        with pytest.raises(guide.Untold, match=problem):
            guide.filled("a.md", f"<!-- told: {asked} -->", RECORDED)


def test_a_run_leads_to_the_page_that_walks_it() -> None:
    told = RECORDED.told("no-vm-left-saved", Column(frozenset({"requester_vanishes"})))
    assert 'href="../walk.html#finding=no-vm-left-saved/requester_vanishes"' in told


def test_every_recorded_finding_opens_from_the_site_with_one_click() -> None:
    """Those too that repeat what a part of their circumstances breaks: 147 of them were told of, and opened nowhere."""
    told = [promises._verdicts(name, RECORDED) for name in PROPERTIES]
    data = opened()
    findings = {f"finding={name}/{data['columns'][column][0]}" for name, column, *_ in data["findings"]}
    linked = re.findall(r'walk\.html#([^"]*)"', "\n".join([*told, EVERY["cut-sets.md"]()]))
    assert len(findings) >= 240
    assert findings - {unquote(unescape(one)) for one in linked} == set()


def test_cut_sets_are_linked_where_some_are_kept_and_asked_for_where_none_are() -> None:
    """Found on 2026-11-29: of a version without any, five pages led to places that the page of cut sets had not."""
    none = Recorded(RECORDED.record, RECORDED.runs)
    none.__dict__["cuts"] = {}
    for recorded, linked in ((RECORDED, set(RECORDED.cuts)), (none, set[str]())):
        told = {name: "\n".join(promises._breaks(name, recorded)) for name in PROPERTIES}
        assert {name for name, text in told.items() if f"cut-sets.md#{name})" in text} == linked
    assert len(RECORDED.cuts) > 3
    assert "`shadowproof cuts no-vm-left-saved`" in "\n".join(promises._breaks("no-vm-left-saved", none))


def test_no_combination_that_breaks_a_promise_is_left_without_words() -> None:
    said = [promises._row(*one) for name in PROPERTIES for one in RECORDED.rows(name)]
    assert "have any of their values" in "\n".join(said)
    assert [one for one in said if not one.strip()] == []


def test_the_front_page_leads_to_every_answer_and_into_the_explorer() -> None:
    """On a phone the list of all pages is folded away: what a newcomer asks is a click from here."""
    front = EVERY["index.md"]().partition("```{toctree}")[0]
    questions = re.findall(r"^## (.*\?)$", (ROOT / "docs" / "guide" / "questions.md").read_text("utf-8"), re.MULTILINE)
    assert len(questions) >= 5
    for asked in questions:
        assert f"[{asked}](/guide/questions.md#{slug(asked)})" in front
    assert re.findall(r'href="([^"]*)"', front) == [
        "walk.html#finding=no-vm-left-saved/requester_vanishes",
        "walk.html#",
    ]
    assert set(re.findall(r"\]\(/([^)#]+\.md)", front)) <= set(EVERY)


def test_without_runs_of_this_protocol_the_command_is_shown() -> None:
    told = Recorded(RECORDED.record, NONE).told("no-vm-left-saved", Column(frozenset({"requester_vanishes"})))
    assert told == "Tell it with `shadowproof explain no-vm-left-saved --fault requester_vanishes`."
    assert Recorded(Record({}), NONE).verdict("no-vm-left-saved", BASE) == "not recorded"


def test_a_link_of_a_generated_page_leads_to_the_page_of_what_it_names() -> None:
    for old, new in (
        ("properties.md#no-vm-left-saved", "/property/no-vm-left-saved.md"), ("requirements.md#bak-9", "/requirement/bak-9.md"),
        ("events.md#vm_saved", "/script/2-prepare-for-snapshot.md#vm_saved"), ("findings.md#read-1never", "/reading/read-1.md#read-1never"),
        ("readings-and-faults.md#guest_hangs", "/fault/guest_hangs.md"), ("../generated/letter.md", "/letter.md"),
    ):  # fmt: skip
        assert links.rewritten(f"[x]({old})") == f"[x]({new})"
    with pytest.raises(KeyError):
        links.rewritten("[x](events.md#nothing_of_that_name)")


def test_a_folder_that_holds_something_else_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(build.SiteError, match="something else"):
        build.build(ROOT, tmp_path, only=lambda _: False)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_argument_of_another_protocol_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = PROPERTIES["auto-recovery-required"]
    for protocol, shown in ((protocol_content(), True), ("another", False)):
        kept = tmp_path / f"{shown}.json"
        kept.write_text(
            json.dumps({
                "schema": arguments.SCHEMA, "protocol": protocol, "arguments": {"auto-recovery-required": {"none": "so it is"}},
            })
        )  # fmt: skip
        monkeypatch.setattr(arguments, "PATH", kept)
        arguments.kept.cache_clear()
        text = "\n".join(arguments.argument(found))
        assert ("so it is" in text) == shown
        assert ("`shadowproof why auto-recovery-required`" in text) != shown
    arguments.kept.cache_clear()


def test_every_promise_is_argued_and_what_is_possible_is_shown() -> None:
    """Of this protocol: after a change of it `shadowproof docs --arguments` works them out anew."""
    kept = arguments.kept()
    assert (
        set(kept) == set(arguments.asked()) >= {name for name, one in PROPERTIES.items() if not isinstance(one, Fact)}
    )
    assert [name for name, one in kept.items() if isinstance(one.of, str)] == [], "nothing is without an argument"
    for name, one in kept.items():
        assert RECORDED.verdict(name, one.column).startswith("holds"), name
        told = "\n".join(arguments.argument(PROPERTIES[name]))
        assert told.count("\n") > 5, name
        assert ("walk.html#" in told) == isinstance(one.of, Verdict), name


ARGUED = [
    "every-session-ends", "child-writers-take-part", "vms-are-handled-through-vss",
    *(pytest.param(name, marks=nightly) for name in ("child-snapshot-where-all-five-hold", "vanished-requester-gets-shutdown-only")),
]  # fmt: skip
"""Of each kind one that takes little: an ending, a run, a table; at night clauses, and one that a fault puts to the test."""


@pytest.mark.parametrize("name", ARGUED)
def test_what_is_kept_is_what_is_worked_out_now(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "asked", lambda: (name,))
    now = json.loads(arguments.work_out(lambda *_: None, jobs=1))["arguments"][name]
    kept = json.loads(arguments.PATH.read_text("utf-8"))["arguments"][name]
    for one in (now, kept):
        for of in ("table", "clauses", "run"):
            one.get(of, {}).pop("seconds", None)
    assert now == kept
