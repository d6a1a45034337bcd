"""Where judgements are kept, what is said of it, and that no verdict is lost where they cannot be."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import shadowproof.outside.cache_folder
from proofs.answers.cache import CacheError, in_use, use
from shadowproof.outside.cache_folder import NAME, close_cache, open_cache, place
from tests.helpers.command import command
from tests.helpers.nightly import nightly

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_in_use() -> Iterator[None]:
    yield
    use(None)


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=300)


def said(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def checkout(folder: Path) -> Path:
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "protocol.py").touch()
    (folder / "pyproject.toml").touch()
    return folder


def test_the_folder_that_is_named_comes_first(tmp_path: Path) -> None:
    named = tmp_path / "named"
    assert place(named, checkout(tmp_path / "of"), {"XDG_CACHE_HOME": str(tmp_path)}) == named


def test_in_a_checkout_it_is_the_checkout_s(tmp_path: Path) -> None:
    of = checkout(tmp_path / "of")
    (of / "docs").mkdir()
    assert place(None, of, {}) == place(None, of / "docs", {}) == of / NAME


@pytest.mark.parametrize(
    ("platform", "system", "below"),
    [
        ("linux", {"XDG_CACHE_HOME": "/kept"}, "/kept/shadowproof"),
        ("linux", {"XDG_CACHE_HOME": "not/absolute"}, "/home/me/.cache/shadowproof"),
        ("linux", {}, "/home/me/.cache/shadowproof"),
        ("darwin", {}, "/home/me/Library/Caches/shadowproof"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/shadowproof"),
        ("win32", {}, "/home/me/AppData/Local/shadowproof"),
    ],
)
def test_elsewhere_it_is_the_user_s_and_never_beside_the_package(
    platform: str, system: dict[str, str], below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert place(None, tmp_path, system, platform) == Path(below)


def test_without_a_home_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, console: Console) -> None:
    def lost() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", lost)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    with pytest.raises(CacheError, match="--cache or SHADOWPROOF_CACHE"):
        place(None, tmp_path, {}, "linux")
    assert open_cache(None, console) is None
    assert "Nothing is kept for the next time" in said(console)


def test_the_folder_is_marked_as_a_cache_and_named_at_the_end(tmp_path: Path, console: Console) -> None:
    assert open_cache(tmp_path / "kept", console) == tmp_path / "kept"
    assert (
        (tmp_path / "kept" / "CACHEDIR.TAG")
        .read_text("utf-8")
        .startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )
    assert (tmp_path / "kept" / ".gitignore").read_text("utf-8") == "*\n"
    close_cache(console)
    assert said(console) == f"Kept for the next time in {tmp_path / 'kept'}\n"
    assert in_use().folder is None


def test_quiet_it_is_not_named(tmp_path: Path, console: Console) -> None:
    open_cache(tmp_path / "kept", console)
    close_cache(console, quiet=True)
    assert said(console) == ""
    assert in_use().folder is None


def test_damage_is_said_in_one_sentence_at_the_end(tmp_path: Path, console: Console) -> None:
    known = use(tmp_path)
    known.put("key", [1])
    (path,) = tmp_path.rglob("*.json")
    path.write_text("{", "utf-8")
    assert known.get("key") is None
    close_cache(console)
    first, second = said(console).splitlines()
    assert first == (
        f"1 damaged entry of the cache was set aside and judged anew: {path.parent.name}/{path.name}.damaged."
    )
    assert second == f"Kept for the next time in {tmp_path}"
    assert in_use().folder is None


def test_a_cache_that_cannot_be_is_done_without(tmp_path: Path, console: Console) -> None:
    (tmp_path / "file").touch()
    assert open_cache(tmp_path / "file", console) is None
    assert "cannot hold the cache" in said(console)


def test_what_could_not_be_kept_is_warned_of_and_not_said_to_be_kept(tmp_path: Path, console: Console) -> None:
    use(tmp_path / "kept")
    (tmp_path / "kept").rmdir()
    in_use().put("key", [1])
    close_cache(console)
    assert "cannot hold the cache" in said(console)
    assert "Kept for" not in said(console)


# The commands


def no_room() -> None:
    """The next process writes no file of more than 100 bytes, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.parametrize("command", ["verify", pytest.param("prove", marks=nightly)])
def test_no_verdict_is_lost_on_a_full_disk(tmp_path: Path, command: str) -> None:
    asked = [command, "-p", "no-partial-backup", "--fault", "guest_snapshot_fails"]
    done = subprocess.run(
        [sys.executable, "-B", "-m", "shadowproof.cli", *asked],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "SHADOWPROOF_CACHE": str(tmp_path / "kept"), "NUMBA_CACHE_DIR": str(tmp_path)},
        preexec_fn=no_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 holds" in done.stdout or "1 statement proved" in done.stdout
    assert "Nothing is kept for the next time, or not all: " in done.stderr
    assert "(File too large)" in done.stderr


def test_help_and_the_end_say_where(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = command(*arguments, cwd=tmp_path, env={"XDG_CACHE_HOME": str(tmp_path / "user"), "COLUMNS": "200"})
        assert done.returncode == 0, done.stderr
        return (done.stdout + done.stderr).decode()

    help_text = " ".join(run("verify", "--help").split())
    for word in ("--cache", "SHADOWPROOF_CACHE", ".shadowproof-cache", "~/.cache/shadowproof"):
        assert word in help_text
    done = run("verify", "-p", "writer-identity", "--fault", "guest_hangs")
    assert f"Kept for the next time in {tmp_path / 'user' / 'shadowproof'}" in done
    assert list((tmp_path / "user" / "shadowproof").glob("*/*.json"))


def test_the_folder_is_not_the_package_s() -> None:
    assert str(Path(shadowproof.outside.cache_folder.__file__).parent.parent) not in str(
        place(None, Path("/"), {"XDG_CACHE_HOME": "/kept"})
    )
