"""Files for forges: each command in them is one, with options that there are; nothing from outside gets into a shell's text.

Checked is what can be without a forge. On 2026-11-29 both were held against the published schemas (check-jsonschema 0.39 has those of
GitHub and of GitLab), and GitHub's was read by actionlint (which noticed a planted expression) and by zizmor: they found nothing but that
actions are named by tags, not by hashes. On the same day two local runners took them: act ran GitHub's job `diff` to its end, without the
step that writes into a pull request; gitlab-ci-local GitLab's job to the first columns that verify judged, and was ended there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_group

from shadowproof.cli import app

ROOT = Path(__file__).parents[3]
GITHUB, GITLAB, HOOKS = (
    ROOT / name for name in (".github/workflows/shadowproof.yml", ".gitlab/shadowproof.yml", ".pre-commit-hooks.yaml")
)
OPTIONS = {
    name: {option for parameter in command.params for option in parameter.opts}
    for name, command in get_group(app).commands.items()
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def commands(path: Path) -> Iterator[str]:
    """Each line that a shell is given."""
    data = read(path)
    if path == GITHUB:
        yield from (step["run"] for job in data["jobs"].values() for step in job["steps"] if "run" in step)
    elif path == GITLAB:
        yield from (line for job in data.values() for line in job["script"])
    else:
        yield from (hook["entry"] for hook in data)


@pytest.mark.parametrize("path", [GITHUB, GITLAB, HOOKS], ids=lambda path: path.name)
def test_each_command_is_one_and_has_these_options(path: Path) -> None:
    asked = [line for line in commands(path) if "shadowproof " in line]
    assert asked
    for line in asked:
        for name, rest in re.findall(r"shadowproof ([a-z-]+)([^|&;]*)", line):
            assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest)) <= OPTIONS[name], line


def test_no_expression_stands_in_a_shell_s_text_and_rights_are_few() -> None:
    """What a pull request is called by its author would be run."""
    assert not any("${{" in line for line in commands(GITHUB))
    data = read(GITHUB)
    assert data["permissions"] == {"contents": "read"}
    assert [*data[True]] == ["workflow_call"]  # YAML 1.1 takes the word on for true
    for job in data["jobs"].values():
        assert set(job["permissions"]) <= {"contents", "security-events", "pull-requests"}
        assert job["permissions"]["contents"] == "read"
        assert all(("uses" in step) != ("run" in step) for step in job["steps"])


def test_what_is_kept_is_what_is_written() -> None:
    job = read(GITHUB)["jobs"]["verify"]
    written = " ".join(commands(GITHUB))
    kept = next(step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", ""))
    assert all(f" {name}" in written for name in kept.split())
    job = read(GITLAB)["shadowproof"]
    written = " ".join(commands(GITLAB))
    assert all(f" {name}" in written for name in [*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()])


def test_the_hook_looks_at_what_the_protocol_is_made_of() -> None:
    (hook,) = read(HOOKS)
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert re.match(hook["files"], "model/actors/power.py")
    assert not re.match(hook["files"], "docs/actors.md")
