"""Tables of calls are read as JSON, as YAML and as CSV, and what makes no sense is refused with its place and the remedy."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.requesters.machine import CONTROLLED, NAME, Own, network_of
from conformance.requesters.profile import (
    ABORT,
    CALLS,
    MOST_CALLS,
    MOST_ROWS,
    OUTCOMES,
    RELEASE,
    RESTORE_CALLS,
    ProfileError,
)
from conformance.requesters.read import KEYS, TEMPLATE, examples, profile_of, read_profile
from model.actors.requester import requester
from model.faults import FAULTS
from model.notation import Run
from model.notation.run import Shape
from model.protocol import PROTOCOL
from shadowproof.tell.requester import schema_text

SMALL = {
    "schema": "requester-profile/1",
    "name": "small",
    "rows": [{"call": "DoSnapshotSet", "failed": ["AbortBackup", "Release"]}, {"call": "Release"}],
}
BARE = Shape({"disk": 0, "adapter": 0})
EVERY_FAULT = frozenset(fault.name for fault in FAULTS)


def test_there_are_fifteen_public_ones_each_with_its_source_and_what_is_fair() -> None:
    assert len(examples()) == 15
    for name in examples():
        profile = read_profile(Path(name))
        assert profile.name == name
        assert all(profile.facts[key] for key in ("source", "version", "fairness", "certain"))


def test_a_table_and_json_say_the_same() -> None:
    table = "# name: small\ncall,failed,note\nDoSnapshotSet,AbortBackup; Release,\nRelease,,\n"
    one, other = profile_of(table, "t"), profile_of(json.dumps(SMALL), "j")
    assert (one.name, one.rows, one.reports) == (other.name, other.rows, other.reports)


SMALL_YAML = """\
# a requester
schema: requester-profile/1
name: small
rows:
  - call: DoSnapshotSet
    failed: [AbortBackup, Release]
  - call: Release
"""


def test_yaml_says_the_same_as_json() -> None:
    one, other = profile_of(SMALL_YAML, "y"), profile_of(json.dumps(SMALL), "j")
    assert one == other
    assert [row.line for row in one.rows] == [5, 7]
    in_a_line = SMALL_YAML.replace("[AbortBackup, Release]", "AbortBackup; Release")
    assert profile_of(f"---\n{in_a_line}", "y") == one


@pytest.mark.parametrize("name", examples())
def test_each_public_one_is_the_same_as_yaml(name: str) -> None:
    data = json.loads(examples()[name].read_text("utf-8"))
    written = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    assert not written.startswith("{")
    assert profile_of(written, name) == read_profile(Path(name))


def test_what_yaml_takes_for_a_truth_or_a_number_is_what_is_written() -> None:
    profile = profile_of(
        SMALL_YAML
        + "version: 2.10\nno_autorecovery: yes\nall_volumes: no\nreports: off\nrole: no\nsource: 2024-01-31\n",
        "y",
    )
    assert (profile.no_autorecovery, profile.all_volumes, profile.reports) == ("true", False, "false")
    assert profile.facts == {"version": "2.10", "role": "no", "source": "2024-01-31"}


def test_half_a_sign_is_not_kept_for_no_file_could_hold_it() -> None:
    for text in (json.dumps({**SMALL, "name": "a\ud800b"}), SMALL_YAML.replace("small", '"a\\ud800b"')):
        assert profile_of(text, "p").name == "a?b"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SMALL_YAML.replace("DoSnapshotSet", "DoSnapshotset"), r"^y:5: there is no call .*Did you mean DoSnapshotSet\?"),
        (SMALL_YAML.replace("failed:", "faild:"), r"^y:5: there is no outcome 'faild'\. Did you mean failed\?"),
        (SMALL_YAML.replace("name:", "nmae:"), r"^y:3: there is no key 'nmae'\. Did you mean name\?"),
        (SMALL_YAML.replace("[AbortBackup, Release]", "[AbortBackup]"), r"^y:5: DoSnapshotSet: what ends .* the last of them Release"),
        (SMALL_YAML.replace("[AbortBackup, Release]", "again"), r"^y:5: DoSnapshotSet: 'again' is no answer\. Write next"),
        (SMALL_YAML.replace("[AbortBackup, Release]", "[Release"), r"^y:7 is no YAML \(.*\)\. Mend it there"),
        (SMALL_YAML + "  - call: Copy\n", r"^y:8: the row after Release is never reached\. Put Release last"),
        (SMALL_YAML + "reports: perhaps\n", r"^y:8: reports is 'perhaps'\. Write true, false or never"),
        (SMALL_YAML + "name: again\n", r"^y:8: 'name' is there twice\. Write it once"),
        (SMALL_YAML + "role: *small\n", r"^y:8: anchors and aliases"),
        (SMALL_YAML + "role: &small x\n", r"^y:8: anchors and aliases .* Write it out"),
        (SMALL_YAML + "role: !!python/object/apply:os.system [x]\n", r"^y:8: tags .* Leave it away"),
        (SMALL_YAML + f"role: {'[' * 5_000}\n", r"^y:8: a profile is no more than 8 deep"),
        (SMALL_YAML + "[1, 2]: x\n", r"^y:8: a key is one word"),
        (SMALL_YAML + 'role: "\\UFFFFFFFF"\n', r"^y is no YAML \(an escape is no sign\)"),
        (SMALL_YAML + "role: \x01\n", r"^y is no YAML \("),
        ("rows: 7\n", r"^y:1: rows is a list"),
        ("rows:\n", r"^y: a profile has 1 to 64 rows"),
        ("---\n- call: Release\n", r"^y is no profile"),
    ],
    ids=["call", "outcome", "key", "end", "answer", "bracket", "after the end", "report", "twice", "alias", "anchor", "tag", "depth",
         "a key that is a list", "no sign", "a control", "no list", "no rows", "a list"],
)  # fmt: skip
def test_yaml_that_makes_no_sense_is_refused_with_its_line_and_the_remedy(text: str, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        profile_of(text, "y")


def test_a_few_lines_that_stand_for_billions_are_refused_before_any_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghi")
    )
    monkeypatch.setattr(yaml, "compose", lambda *_, **__: pytest.fail("it is built"))
    with pytest.raises(ProfileError, match=r"^y:1: anchors and aliases"):
        profile_of(laughs, "y")


def test_the_schema_says_what_is_read() -> None:
    """The published schema allows what the reader knows, and the public profiles keep it."""
    schema = json.loads(schema_text())
    defined = schema["$defs"]
    assert set(schema["properties"]) == set(KEYS)
    assert defined["call"]["enum"] == list(CALLS)
    assert defined["restore_call"]["enum"] == list(RESTORE_CALLS)
    assert set(defined["outcomes"]["properties"]) == {"call", *OUTCOMES, "then", "note"}
    assert schema["properties"]["rows"]["maxItems"] == MOST_ROWS
    assert defined["answer"]["anyOf"][1]["maxItems"] == MOST_CALLS
    check = jsonschema.Draft202012Validator(schema)
    for path in examples().values():
        check.validate(json.loads(path.read_text("utf-8")))
    check.validate(yaml.safe_load(SMALL_YAML))
    refused: tuple[dict[str, object], ...] = (
        {"rows": []},
        {**SMALL, "nmae": "x"},
        {**SMALL, "rows": [{"call": "Release", "faild": "next"}]},
    )
    for wrong in refused:
        assert not check.is_valid(wrong)


def test_the_table_to_be_filled_in_is_one_that_can_be_read() -> None:
    profile = profile_of(TEMPLATE, "t")
    assert profile.name == "my-backup"
    assert profile.rows[-1].call == RELEASE
    assert profile.status_row is not None
    assert profile.status_row.answer("writer_failed") == (ABORT, RELEASE)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rows": []}, "1 to 64 rows"),
        ({"rows": [{"call": "Release"}]}, "DoSnapshotSet once"),
        ({"rows": [{"call": "DoSnapshotSet"}, {"call": "Relaese"}]}, "Did you mean Release"),
        ({"rows": [{"call": "Release"}, {"call": "DoSnapshotSet"}]}, "Release last"),
        ({"rows": [{"call": "Copy"}, {"call": "DoSnapshotSet"}, {"call": "Release"}]}, "cannot stand"),
        (
            {"rows": [{"call": "DoSnapshotSet", "failed": ["AbortBackup"]}, {"call": "Release"}]},
            "the last of them Release",
        ),
        (
            {"rows": [{"call": "DoSnapshotSet", "failed": ["AbortBackup"] * 99 + ["Release"]}, {"call": "Release"}]},
            "at most",
        ),
        ({"rows": [{"call": "DoSnapshotSet", "failed": "again"}, {"call": "Release"}]}, "is no answer"),
        ({"rows": [{"call": "DoSnapshotSet", "failed": 7}, {"call": "Release"}]}, "a word or a list"),
        ({"rows": 7}, "is a list"),
        ({"schema": "other/1"}, "no profile"),
        ({"reports": "perhaps"}, "Write true, false or never"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], word: str) -> None:
    with pytest.raises(ProfileError, match=word):
        profile_of(json.dumps({**SMALL, **change}), "p.json")


@settings(max_examples=60)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    *CALLS,
                    ",",
                    "\n",
                    "call",
                    "next",
                    "{",
                    '"rows"',
                    "[",
                    ":",
                    "rows:",
                    "- call: ",
                    "  ",
                    "&a",
                    "*a",
                    "!x",
                ]
            ),
            max_size=30,
        ).map("".join),
        st.text(max_size=60).map("rows:\n- call: ".__add__),
    )
)
def test_any_text_is_a_table_or_refused(text: str) -> None:
    try:
        profile = profile_of(text, "t")
    except ProfileError:
        return
    assert profile.rows


@pytest.mark.parametrize(
    ("content", "why"), [(b"\0call", "is no text"), (b"#" * 200_001, "is larger than 200,000 bytes")]
)
def test_a_file_that_is_no_table_is_refused_as_one(tmp_path: Path, content: bytes, why: str) -> None:
    """And not as what was printed around a failed backup."""
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(ProfileError) as refused:
        read_profile(path)
    said = str(refused.value).replace(str(path), "f").partition("Examples that come with it: alphashadow")
    assert said[0].startswith(f"f {why}")
    assert "table of calls" in said[0]
    assert said[1]


@pytest.mark.parametrize("own", list(Own), ids=lambda own: own.name)
def test_each_step_of_a_public_one_is_one_that_the_requester_may_take(own: Own) -> None:
    """Its machine and the requester's go together: what its table allows is in the protocol, and its states are the requester's."""
    for name in ("hvbackup-coliseo", "duplicati", "vshadow"):
        profile = network_of(read_profile(Path(name)), own).actors[NAME]
        for move in profile.moves:
            if move.sources and move.event in requester.events:
                for source in move.sources:
                    state = next(
                        s for s in sorted(requester.states, key=len, reverse=True) if source.name.startswith(s)
                    )
                    targets = {rule.dest or state for rule in requester.rules(move.event, state)}
                    assert any(move.dest is not None and move.dest.name.startswith(target) for target in targets), (
                        move,
                        state,
                    )


def test_what_a_table_does_not_have_does_not_happen() -> None:
    """A requester that never calls AbortBackup cannot be made to."""
    network = network_of(read_profile(Path("hvbackup-coliseo")), Own.NOTHING)
    run = Run(network, (BARE,), {("power", (0,)): "RUNNING"}, EVERY_FAULT)
    for event in ("backup_initialized", "context_set", "writer_metadata_gathered", "snapshot_set_started"):
        run.fire(event)
    run.fire("vm_chosen", (0,))
    for event in ("prepared_for_backup", "snapshot_set_begun"):
        run.fire(event)
    assert "profile blocks" in (run.why_not("requester_aborts") or "")
    assert "requester_aborts" in CONTROLLED
    plain = Run(PROTOCOL, (BARE,), {("power", (0,)): "RUNNING"}, EVERY_FAULT)
    for event, index in (("backup_initialized", ()), ("context_set", ()), ("writer_metadata_gathered", ()), ("snapshot_set_started", ()),
                         ("vm_chosen", (0,)), ("prepared_for_backup", ()), ("snapshot_set_begun", ())):  # fmt: skip
        plain.fire(event, index)
    assert plain.why_not("requester_aborts") is None
