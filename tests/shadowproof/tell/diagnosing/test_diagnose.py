"""`shadowproof diagnose`: the answer as text and as JSON, its exit statuses, and that nothing makes a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from conformance.texts.lines import EVTX
from conformance.texts.read import read_text
from model.versions import VARIABLE
from proofs.world.world import Column
from shadowproof.tell.diagnosing import asked
from shadowproof.tell.diagnosing.diagnosis import NO_FAULT, Json, answer, schema_text, seen_in, shows_no_failure
from shadowproof.tell.diagnosing.diagnosis_text import text_of
from tests.helpers.command import command

LISTED = """
Writer name: 'Microsoft Hyper-V VSS Writer'
   Writer Id: {66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}
   State: [11] Failed
   Last error: Retryable error
Writer name: 'System Writer'
   Writer Id: {e8132975-6f93-4464-a53e-1050253ae220}
   State: [1] Stable
   Last error: No error
"""


@pytest.fixture
def told(tmp_path: Path) -> Json:
    file = tmp_path / "writers.txt"
    file.write_text(LISTED, "utf-8")
    return answer(seen_in([file], []), thorough=False, stories=False, progress=lambda _: None)


def test_the_answer_keeps_the_schema_and_says_all_there_is_to_say(told: Json) -> None:
    jsonschema.validate(told, json.loads(schema_text()))
    text = text_of(told)
    for words in ("writer state [11]", "System Writer", "the likelier first", "vm_cannot_be_resumed", "To rest", "operator_starts_vm",
                  "Cannot be: a guest's writers are frozen", "To tell these apart look at the provider", "Not shown:"):  # fmt: skip
        assert words in text
    assert max(map(len, text.splitlines())) <= 130


@pytest.fixture(scope="module")
def listed() -> Json:
    return answer(read_text(LISTED, "f"), thorough=False, stories=False, progress=lambda _: None)


def test_what_is_so_of_several_situations_is_told_once(listed: Json) -> None:
    text = text_of(listed)
    for once in (
        "Explained, each by itself, by",
        "Cannot be: a guest's writers are frozen",
        "look at the provider",
    ):
        assert text.count(once) == 1
    for again in (
        "Explained as in 1, by: vm_cannot_be_resumed (18 steps)",
        "Cannot be: as in 1.",
        "To tell these apart: as in 1.",
    ):
        assert again in text
    assert len(text.splitlines()) < 100


def test_what_to_do_is_told_before_the_run_that_shows_why(listed: Json) -> None:
    lines = text_of(listed).splitlines()
    first, second = (next(at for at, line in enumerate(lines) if line.startswith(f"{n}. ")) for n in (1, 2))
    told = [next(at for at, line in enumerate(lines) if line.startswith(f"   {words}"))
            for words in ("Explained", "May be left", "To rest", "To tell these apart", "The shortest run to it")]  # fmt: skip
    assert told == sorted(told)
    assert first < told[0] < told[3] < first + 36
    assert told[-1] < second


def test_that_nothing_fits_is_said_of_what_was_looked_at() -> None:
    near = {"situations": [], "open": [], "nearest": [], "fits": False}
    for widened, words in (
        (False, "one other reading. That is"),
        (True, "one other reading, or with two of these at once. That is"),
    ):
        text = text_of(
            {**answer(read_text("", "f"), thorough=False, stories=False, progress=print), **near, "widened": widened}
        )
        assert words in " ".join(text.split())


def test_a_case_in_which_the_same_fits_says_so_and_no_more(listed: Json) -> None:
    """What is remarked of several lines is told of the first."""
    case = {**listed, "condition": "line 3 is of it", "cases": []}
    twice = [{"kind": "note", "place": f"f:{line}", "says": f"says {line}", "holds": "It holds."} for line in (1, 2)]
    text = text_of({**listed, "cases": [case], "remarks": twice})
    assert "If line 3 is of it:" in text
    assert "The same situations fit as above, and the same explains them." in text
    assert text.count("To rest, ") == text_of(listed).count("To rest, ")
    assert text.count("It holds.") == 1
    other = {**case, "situations": case["situations"][1:]}
    assert "The same situations" not in text_of({**listed, "cases": [other]})


@pytest.mark.parametrize(
    ("see", "shows_none"),
    [
        ("web:method=SAVED_STATE", True),
        ("web:power=RUNNING", True),
        ("requester=CHOOSING", False),
    ],
)
def test_what_is_so_without_a_fault_and_of_vms_alone_shows_no_failure(see: str, shows_none: bool) -> None:
    found = answer(seen_in([], [see]), thorough=False, stories=False, progress=lambda _: None)
    text = text_of(found)
    assert ("What was read shows no failure" in text) == shows_none
    assert (found["in_full"] == 1) == shows_none
    saved = {**found["seen"], "vms": [*found["seen"]["vms"], {"power": ["SAVED"]}]}
    assert not shows_no_failure(saved, NO_FAULT)
    assert not shows_no_failure(found["seen"], "guest_crashes")
    assert found["situations"][0]["explanations"][0]["name"] == NO_FAULT == Column().name
    assert "It needs no fault: a run without one leads to it, in" in text


def test_an_answer_that_is_kept_is_the_same_and_asks_nothing_anew(told: Json, tmp_path: Path) -> None:
    """Known by the bytes that were read: the model is not even loaded."""
    file, cache = str(tmp_path / "writers.txt"), str(tmp_path / "cache")
    first = run(file, "--cache", cache)
    again = run(file, "--cache", cache, "--json", str(tmp_path / "a.json"))
    assert (again.stdout, again.returncode) == (first.stdout, first.returncode) == (text_of(told).encode(), 0)
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == told
    assert (b"looking" in first.stderr, b"looking" in again.stderr) == (True, False)
    lists = "import sys; from shadowproof.cli import app; app(sys.argv[1:], standalone_mode=False); print('\\n=', *sys.modules)"
    words = [sys.executable, "-c", lists, "diagnose", file, "--cache", cache]
    loaded = subprocess.run(words, capture_output=True, check=True, text=True).stdout.split()
    assert "conformance.kept" in loaded
    loaded = loaded[loaded.index("=") :]
    which = {"model.versions"}  # which version is asked about takes no model
    assert not {name for name in loaded if name.startswith(("model.", "numpy", "properties"))} - which


def test_what_is_asked_otherwise_is_another_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.txt"
    file.write_text("State: Saved", "utf-8")
    plain = {"stories": False, "thorough": False}
    keys = [
        asked.key_of([file], [], plain),
        asked.key_of([file], ["x"], plain),
        asked.key_of([file], [], plain | {"stories": True}),
    ]
    file.write_text("State: Off", "utf-8")
    keys += [asked.key_of([file], [], plain), asked.key_of([file, file], [], plain)]
    monkeypatch.setenv(VARIABLE, "linux-online")
    keys += [asked.key_of([file], [], plain)]
    assert len({*keys, None}) == 7
    assert asked.key_of([tmp_path / "none"], [], plain) is None


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return command("diagnose", *arguments, cwd=Path.cwd(), stdin=stdin)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("junk.bin", bytes(range(256)) * 20, "is no text"),
        ("log.evtx", EVTX + b"\xff" * 4096, "event log"),
        ("empty.txt", b"", "Nothing here says"),
        ("other.txt", b"Writer name: '\x1b[31mOther'\nState: [8] Failed\n", "Nothing here says"),
        ("list.json", b'[{"Name": "web"', "Nothing here says"),
    ],
)
def test_what_says_nothing_or_is_no_text_ends_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    done = run(str(file), "--cache", str(tmp_path / "c"))
    output = (done.stdout + done.stderr).decode()
    assert done.returncode == 2, output
    assert word in output
    assert "Not shown:" not in output
    assert "Traceback" not in output
    assert "\x1b" not in output


def test_two_sources_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "writers.txt"
    file.write_text(LISTED, "utf-8")
    done = run(str(file), "--see", "writer_state=STABLE")
    assert done.returncode == 2
    assert b"but FAILED_AT_POST_SNAPSHOT in" in done.stderr
    assert run().returncode == run("--see", "x=y").returncode == 2


def test_an_inventory_says_how_its_vms_are(tmp_path: Path) -> None:
    file = tmp_path / "vms.json"
    file.write_text(json.dumps([{"Name": "web", "State": "Saved"}, {"Name": "db", "State": 2}]), "utf-8")
    seen = seen_in([file], [])
    assert {(one.of, *one.states) for one in seen.facts if one.machine == "power"} == {
        ("web", "SAVED"),
        ("db", "RUNNING"),
    }
