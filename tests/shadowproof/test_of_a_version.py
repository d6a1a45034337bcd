"""What is asked of a version of the protocol says so: first of all, in each command that it tells to type, and in each run that it keeps,
which no other version takes for one of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from model.versions import DOCUMENT, VARIABLE, not_of_this
from shadowproof.cli import app
from shadowproof.commands.which_version import TAKE_NONE
from tests.helpers.command import ROOT, shadowproof
from tests.helpers.nightly import nightly

OTHER = "linux-online"
OF_IT = ("--version", OTHER)
SAID = f"Of version {OTHER} of the protocol:\n"
COMMANDS = {one.name or str(getattr(one.callback, "__name__", "")) for one in app.registered_commands}
PLAYED = ("play", "--vm", "power=PAUSED", "backup_initialized", "context_set", "writer_metadata_gathered")
DRAWN = ("simulate", "restore", "--seed", "3")
KEPT: dict[str, tuple[str, str]] = {
    "run.jsonl": ("--save", "replay"),
    "run.itf.json": ("--save", "replay"),
    "run.json": ("--json", "play"),
}
"""For each form of a run: the option that writes it, and the command that reads it."""


def version_in(file: Path) -> Any:
    """What a run that is kept says of its version."""
    text = file.read_text("utf-8")
    head = json.loads(text.splitlines()[0] if file.suffix == ".jsonl" else text)
    return head["#meta"]["shadowproof"]["version"] if "#meta" in head else head["version"]


@pytest.mark.parametrize("name", KEPT)
def test_a_run_is_of_the_version_that_it_was_drawn_of(name: str, tmp_path: Path) -> None:
    option, reader = KEPT[name]
    file, words = tmp_path / name, ("--file",) if reader == "play" else ()
    for own, other in ((DOCUMENT, OTHER), (OTHER, DOCUMENT)):
        assert shadowproof(*DRAWN, option, str(file), "--version", own).returncode in (0, 1)
        assert version_in(file) == own
        assert shadowproof(reader, *words, str(file), "--version", own).returncode in (0, 1)
        for asked in ((reader, *words), ("walk", "-o", str(tmp_path / "page.html"), "--run")):
            refused = shadowproof(*asked, str(file), "--version", other)
            assert refused.returncode == 2
            assert (
                f"is of version {own} of the protocol, and what is asked of version {other}. Ask the same with --version {own}."
                in (refused.stderr)
            )
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", KEPT)
def test_a_run_that_names_no_version_is_of_the_document(name: str, tmp_path: Path) -> None:
    option, reader = KEPT[name]
    file, words = tmp_path / name, ("--file",) if reader == "play" else ()
    shadowproof(*DRAWN, option, str(file))
    text = file.read_text("utf-8")
    old = re.sub(r'"version": ?"document",\s*', "", text)
    assert len(old) < len(text)
    file.write_text(old, "utf-8")
    assert shadowproof(reader, *words, str(file)).returncode in (0, 1)
    assert shadowproof(reader, *words, str(file), *OF_IT).returncode == 2


@pytest.mark.parametrize("said", ["nope", 3, None, ["document"]])
def test_a_version_that_there_is_not_is_said(said: object) -> None:
    assert "and there is none. It is one of document, linux-online" in not_of_this(said)


ASKED: dict[str, tuple[str, ...]] = {
    "show": ("show", "vm_savd"),
    "play": (*PLAYED, "vm_saved@1"),
    "play misspelt": ("play", "nothing_such"),
    "simulate": ("simulate", "backup", "--seed", "1"),
    "walk": ("walk", "--finding", "writer-identity", "--fault", "requester_vanishes"),
    "replay": ("replay", "-"),
    "explain": ("explain", "nothing-such-at-all-xyz"),
    "draw": ("draw", "qqqqqqqqqqqq"),
    "list": ("list", "faults"),
}
GIVEN = '{"schema": "shadowproof-trace/1", "version": "linux-online"}\n{"event": "xyz"}\n'


@pytest.mark.parametrize("words", ASKED.values(), ids=ASKED)
def test_each_command_that_is_to_be_typed_is_of_the_version(words: tuple[str, ...]) -> None:
    done = shadowproof(*words, *OF_IT, stdin=GIVEN)
    assert "failed" not in done.stderr
    assert not (ROOT / "shadowproof-walk.html").exists(), "what is refused writes no page"
    _all_of_the_version(done.stdout + done.stderr)


@nightly
@pytest.mark.parametrize(
    "words",
    [
        ("explain", "no-vm-left-saved", "--fault", "requester_vanishes"), ("why-not", "no-partial-backup"),
        ("count", "-p", "no-vm-left-saved", "--fault", "requester_vanishes", "--vms", "1"),
        ("verify", "-p", "no-vm-left-saved", "--fault", "requester_vanishes"), ("why", "no-vm-left-saved"),
    ],
)  # fmt: skip
def test_each_command_that_an_engine_tells_is_of_the_version(words: tuple[str, ...]) -> None:
    done = shadowproof(*words, *OF_IT)
    assert done.returncode in (0, 1, 3), done.stderr
    _all_of_the_version(done.stdout + done.stderr)


def _all_of_the_version(text: str) -> None:
    for told in " ".join(text.split()).split("shadowproof ")[1:]:  # up to the next: lines are broken to fit
        command = told.partition(" ")[0]
        assert (
            command not in COMMANDS - TAKE_NONE or f"--version {OTHER}" in told or told.startswith(f"show {OTHER}")
        ), told
    assert SAID in text


def test_it_is_said_first_and_not_among_data(tmp_path: Path) -> None:
    told = shadowproof(*PLAYED, *OF_IT)
    assert told.stdout.startswith(SAID)
    assert not shadowproof(*PLAYED).stdout.startswith("Of version")
    assert not shadowproof(*PLAYED, "--version", DOCUMENT).stdout.startswith("Of version")
    for words in (
        (*PLAYED, "--json", "-"),
        (*PLAYED, "--save", "-"),
        ("export", "--to", "json"),
        ("list", "faults"),
        ("play", "--schema"),
    ):
        done = shadowproof(*words, *OF_IT)
        assert "Of version" not in done.stdout
        assert done.stderr.startswith(SAID)
    assert shadowproof(*PLAYED, "--json", str(tmp_path / "x.json"), *OF_IT).stdout == told.stdout


def test_no_recorded_finding_of_another_version_is_opened(tmp_path: Path) -> None:
    nothing = "import shadowproof.walk.runs as r; r.recorded = tuple"
    asked = ("walk", "--finding", "no-vm-left-saved", "-o", str(tmp_path / "page.html"), *OF_IT)
    done = shadowproof(*asked, before=nothing)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "No run that breaks no-vm-left-saved is recorded of version linux-online." in done.stderr
    assert "shadowproof walk --version linux-online --run run.jsonl" in done.stderr


def test_the_page_says_of_which_version_it_is(tmp_path: Path) -> None:
    titles = {}
    for version in (DOCUMENT, OTHER):
        file = tmp_path / f"{version}.html"
        assert shadowproof("walk", "-o", str(file), "--version", version).returncode == 0
        titles[version] = re.findall(r"<(?:title|h1)>([^<]*)<", file.read_text("utf-8"))
    assert titles == {
        DOCUMENT: ["Shadowproof: walk the protocol", "Walk the protocol"],
        OTHER: [f"Shadowproof: walk the protocol of {OTHER}", f"Walk the protocol of {OTHER}"],
    }


def test_what_a_version_overrides_is_not_bare() -> None:
    """Found on 2026-11-29: BAK-11 was bare, though the version says why nothing carries it."""
    done = shadowproof("requirements", *OF_IT)
    assert done.returncode == 0, done.stdout[-500:]
    assert "BAK-6 has no rule in version linux-online, which overrides image_rolled_back\n" in done.stdout
    assert "leaves out roll-back-independent-of-child-writers\n* nothing is bare\n" in done.stdout


def test_what_no_property_of_a_version_shows_is_bare() -> None:
    """A source that nothing shows, and a requirement of the document: of both all promises are forgotten, and none is left out."""
    forget = "o.PROPERTIES = {k: v for k, v in o.PROPERTIES.items() if not {'LIN-5', 'MET-1'} & set(v.shows)}"
    done = shadowproof("requirements", *OF_IT, before=f"import shadowproof.pages.overviews as o; {forget}")
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (
        1,
        ["* MET-1 has no property", "* LIN-5 has no property"],
    )


@pytest.mark.parametrize(
    ("words", "own", "known"),
    [
        (("show", "LIN-1"), DOCUMENT, OTHER),
        (("show", "online-backup-succeeds"), DOCUMENT, OTHER),
        (("explain", "no-vm-left-saved", "-r", "linux-2=STAYS_FROZEN"), DOCUMENT, OTHER),
        (("explain", "no-vm-left-saved", "-f", "roll_back_fails"), OTHER, DOCUMENT),
        (("play", "child_post_snapshot@1"), OTHER, DOCUMENT),
        (("explain", "LIN-1"), DOCUMENT, OTHER),
        (("export", "--to", "smtlib", "-p", "LIN-1"), DOCUMENT, OTHER),
    ],
)
def test_a_name_that_another_version_knows_is_said(words: tuple[str, ...], own: str, known: str) -> None:
    done = shadowproof(*words, "--version", own)
    assert done.returncode == 2
    assert (
        f"Version {known} of the protocol knows it, and this is asked of {own}. Ask with --version {known}"
        in done.stderr
    )


def test_a_name_that_none_knows_is_of_no_version() -> None:
    assert "Version" not in shadowproof("show", "nothing-such-at-all").stderr
    assert "Version" not in shadowproof("show", "nothing-such-at-all", *OF_IT).stderr


def test_readings_of_a_version_are_called_so() -> None:
    lines = shadowproof("show", OTHER).stdout.splitlines()
    for name, what in (("READ-6", "says something else"), ("LINUX-1", "is new"), ("LINUX-2", "is new")):
        assert any(line.startswith(f"  reading {name} {what}") for line in lines)
    assert any(line.startswith("  machine system ") for line in lines)


def test_what_is_no_side_of_a_difference_is_told_where_versions_are() -> None:
    for side in ("nope", "no pe"):
        done = shadowproof("diff", DOCUMENT, side)
        assert (done.returncode, "shadowproof list versions" in done.stderr) == (2, True)


def test_what_takes_no_version_is_about_the_document_or_several() -> None:
    takes = {
        name
        for name, command in get_command(app).commands.items()  # type: ignore[attr-defined]  # a group
        if any(one.name == "version" for one in command.params)
    }
    assert COMMANDS - takes == TAKE_NONE
    assert {"verify", "diagnose", "walk", "docs", "letter", "cuts", "accept"} <= takes


def test_pages_in_docs_are_of_the_document_only() -> None:
    done = shadowproof("docs", *OF_IT)
    assert (done.returncode, "Ask for the site of a version: --site DIR" in done.stderr) == (2, True)


def test_the_letter_of_a_version_says_which_findings_are_none_there() -> None:
    lines = shadowproof("letter", *OF_IT).stdout.splitlines()
    assert f"# What the findings about the document are in version {OTHER}" in lines
    done = shadowproof("letter", "--anew", *OF_IT)
    assert (done.returncode, "worked out of the document only" in done.stderr) == (2, True)


def test_what_a_version_leaves_open_is_listed_with_what_is_left_out() -> None:
    told, document = (shadowproof("left-out", *words).stdout for words in (OF_IT, ()))
    assert "* **a SCSI controller** Hosts of 2012 R2 refuse" in told
    assert "SCSI controller** Hosts" not in document


def test_what_is_kept_of_a_version_is_made_with_its_option() -> None:
    kept = "import proofs.verdicts.combined.kept_cuts as k; k.load.__defaults__ = (k.Path('/nowhere/kept.json'),)"
    told = shadowproof("cuts", *OF_IT, before=kept)
    assert f"shadowproof cuts --version {OTHER} --record" in told.stdout


def test_data_says_of_which_version_it_is(tmp_path: Path) -> None:
    asked = ("verify", "--no-fault", "-p", "no-partial-backup", "--vms", "1", "--json", "-")
    for version in (DOCUMENT, OTHER):
        assert json.loads(shadowproof(*asked, "--version", version).stdout)["version"] == version


def test_data_that_takes_long_says_so_too() -> None:
    """Of nothing that was judged or found, since only the head is looked at."""
    script = (
        "import json, shadowproof.cuts as cuts, shadowproof.sweep as sweep; from proofs.world.scope import Scope; "
        "from collections import defaultdict; from conformance.traces.vectors.write import Made; "
        "from shadowproof.tell.traces.vectors import index; "
        "from proofs.world.world import Column; from shadowproof.walk.document import protocol_document; "
        "swept = sweep.Swept(sweep.Asked(('faults',), (), (), Scope()), defaultdict(tuple)); "
        "made = [json.loads(cuts.as_text([])), sweep.as_json(swept), index(Made((), frozenset(), {})), protocol_document()]; "
        "print(json.dumps([one['version'] for one in made])); raise SystemExit"
    )
    assert json.loads(shadowproof("list", "faults", *OF_IT, before=script).stdout) == [OTHER] * 4


def test_the_first_page_of_a_site_and_its_script_are_of_the_version() -> None:
    """What has no page there is no link: the promises that it leaves out, and events that never happen."""
    script = (
        f"import json, os; from pathlib import Path; os.environ['{VARIABLE}'] = '{OTHER}'; "
        "from shadowproof.site.made.build import OPTIONS, sources; "
        "wanted = {'index.md', 'left-out.md', 'promises.md', 'script.md', 'actor/in_backup.md', 'cut-sets.md', "
        "'property/no-partial-backup.md'}; "
        "print(json.dumps({**sources(Path.cwd(), only=wanted.__contains__), 'title': OPTIONS['html_title']})); raise SystemExit"
    )
    made = json.loads(shadowproof("list", "faults", *OF_IT, before=script).stdout)
    assert made["index.md"].startswith(f"# Shadowproof: version {OTHER}\n")
    assert made["title"] == f"Shadowproof: version {OTHER}", "at the side of every page"
    assert "guide" not in made["index.md"].lower().partition("{toctree}")[2]
    assert "image_rolled_back" not in made["script.md"]
    assert "HOT_BACKUP: the guest answers" in made["script.md"]
    assert "`image_rolled_back`" in made["actor/in_backup.md"]
    assert "[`image_rolled_back`]" not in made["actor/in_backup.md"]
    assert "online-backup-succeeds" in made["promises.md"]
    assert "image-is-rolled-back" not in made["promises.md"]
    assert "SCSI controller" in made["left-out.md"]
    assert "cut-sets.md#no-partial-backup)" in made["property/no-partial-backup.md"]
    assert "\n## no-partial-backup\n" in made["cut-sets.md"]


def test_what_is_recorded_of_a_version_is_of_its_rules_as_they_are() -> None:
    """Where the rules have changed since, no run that is kept is one of them: accept records the version anew."""
    asked = "from proofs.answers.runs import load_for; from proofs.answers.column_cache import protocol_content; "
    asked += "assert len(load_for(protocol_content()).kept) > 100, 'nothing is kept of these rules'"
    done = shadowproof("list", "versions", *OF_IT, before=asked)
    assert "nothing is kept of these rules" not in done.stderr
    assert done.returncode == 0, done.stderr


def test_a_version_is_judged_against_its_own_record() -> None:
    """No VM is rolled back in it, and a backup need not be aborted for that: the document's record says otherwise."""
    done = shadowproof("verify", "--glance", "-p", "abort-needs-no-backup-complete", "-p", "every-session-ends", *OF_IT)
    assert (done.returncode, "Nothing is worse than recorded" in done.stdout) == (0, True)


def test_the_cut_sets_that_are_kept_of_a_version_are_its_own() -> None:
    """By what the document's are held to: as many as it has headline promises, as its record says, each with a run that can be executed."""
    asked = (
        "import tests.proofs.verdicts.test_kept_cuts as held; held.test_each_headline_promise_has_its_own(); "
        "held.test_each_cut_set_has_a_run_that_the_machines_execute(); held.test_each_cut_set_has_a_line_of_its_own(); "
        "held.test_they_are_called_as_a_question_calls_them(); "
        "[(held.test_what_breaks_it_alone_is_what_the_record_says(one), held.test_none_holds_another(one)) for one in held.HEADLINE]"
    )
    done = shadowproof("cuts", *OF_IT, before=asked)
    assert done.returncode == 0, done.stderr[-800:]
    assert "  no-partial-backup: failure_ignored + guest_snapshot_fails (18)" in done.stdout
    assert "auto-recovery-required" not in done.stdout


@nightly
def test_every_verdict_of_a_version_is_as_recorded() -> None:
    done = shadowproof("verify", "--exact", "--no-cache", *OF_IT)
    assert (done.returncode, "Every verdict is as recorded." in done.stdout) == (0, True), done.stdout[-800:]
