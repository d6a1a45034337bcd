"""What a release is made of: fragments of the changelog, and the container."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
KINDS = {one["directory"] for one in PROJECT["tool"]["towncrier"]["type"]}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(\w+)\.md")


def problems(name: str, text: str) -> list[str]:
    """What is wrong with a fragment."""
    found = NAME.fullmatch(name)
    kind = found is None or found[2] not in KINDS
    said = not text.strip().endswith(".") or text.lstrip().startswith(("#", "*", "-"))
    return ["no kind of change"] * kind + ["no sentence"] * said


def test_each_fragment_is_a_sentence_and_of_a_kind() -> None:
    fragments = [
        path for path in (ROOT / "changes").iterdir() if path.name not in PROJECT["tool"]["towncrier"]["ignore"]
    ]
    assert [
        (path.name, problems(path.name, path.read_text("utf-8")))
        for path in fragments
        if problems(path.name, path.read_text("utf-8"))
    ] == []
    assert problems("new.nothing.md", "It is so.") == ["no kind of change"]
    assert problems("New.md", "* It is so") == ["no kind of change", "no sentence"]


def test_the_changelog_tells_of_this_version_and_has_a_place_for_the_next() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {PROJECT['project']['version']}\n" in text
    assert text.count(PROJECT["tool"]["towncrier"]["start_string"]) == 1


def test_no_other_file_names_the_version() -> None:
    version = PROJECT["project"]["version"]
    named = [
        path.relative_to(ROOT).as_posix()
        for room in ("shadowproof", "release", "docs/guide", ".github", ".gitlab")
        for path in (ROOT / room).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".md", ".yml"}
        and f"shadowproof {version}" in path.read_text("utf-8")
    ]
    assert named == []


def steps(text: str) -> list[tuple[str, str]]:
    """The instructions of a container file, each whole."""
    whole = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in whole.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def container_problems(text: str) -> list[str]:
    """What a container must not do."""
    told = steps(text)
    last = told[max(number for number, (what, _) in enumerate(told) if what == "FROM") :]
    users = [value for what, value in last if what == "USER"]
    found = [] if users and users[-1] not in {"root", "0"} else ["it runs as root"]
    found += [f"no such file: {name}" for what, value in told if what == "COPY" and "--from" not in value
              for name in value.split()[:-1] if not (ROOT / name).exists()]  # fmt: skip
    commands = [one for what, value in told if what == "RUN" for one in value.split("&&")]
    installs = [one for one in commands if re.search(r"\bpip\b.* (install|wheel) ", one)]
    fetched = [one for one in installs if "--no-index" not in one]
    pinned = [one for one in fetched if "--require-hashes" in one and "-r requirements/" in one]
    return found + ([] if pinned and pinned == fetched else ["it installs what is not pinned"])


def test_the_container_runs_without_rights_and_from_the_pins() -> None:
    """It was built, and run, as the note at its head says, on 2026-11-29: with buildah and podman, of Debian's Pythons 3.11 and 3.14."""
    text = (ROOT / "Containerfile").read_text("utf-8")
    assert container_problems(text) == []
    assert container_problems(text.replace("USER 10001\n", "")) == ["it runs as root"]
    for left_out in (" --require-hashes", " --no-index", " -r requirements/build.txt"):
        assert container_problems(text.replace(left_out, "", 1)) == ["it installs what is not pinned"], left_out
    assert container_problems(text.replace("COPY requirements/ ", "COPY pins/ ")) == ["no such file: pins/"]


def pins(name: str) -> set[str]:
    """What a file of requirements pins, with the version."""
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return set(re.findall(r"^([\w.-]+==[\w.]+)", text, re.MULTILINE))


def test_what_makes_the_wheel_is_pinned_as_where_one_works() -> None:
    """Found on 2026-11-29: the container took hatchling as it was that day. To pin it anew: the first lines of build.txt."""
    build = pins("build.txt")
    asked = PROJECT["dependency-groups"]["build"]
    assert asked == PROJECT["build-system"]["requires"]
    assert set(asked) <= {one.partition("==")[0] for one in build}
    assert build <= pins("dev.txt")
