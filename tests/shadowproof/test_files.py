"""Where output may go: devices, links, stdout and private files stay what they are, and what is read is not written over."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from shadowproof.outside.files import OutputError, check_writable, is_stdout, write_whole
from tests.helpers.command import shadowproof

ROOT = Path(__file__).parents[2]
HOST = ROOT / "shadowproof" / "examples" / "twelve-vms.json"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, devices and modes are of POSIX systems here")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def vms_of(text: str) -> object:
    """What JSON says, but for the name of what was read."""
    return {key: value for key, value in json.loads(text).items() if key != "inventory"}


def alone(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_has_the_rights_that_the_user_gives_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", "text")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o640


@pytest.mark.parametrize("rights", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_rights(tmp_path: Path, rights: int) -> None:
    path = tmp_path / "private"
    path.touch()
    path.chmod(rights)
    check_writable(path)
    write_whole(path, "text")
    assert (mode(path), path.read_text("utf-8")) == (rights, "text")


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for target in (tmp_path / "there" / "old", tmp_path / "there" / "not-yet"):
        link = tmp_path / f"link-{target.name}"
        link.symlink_to(Path("there") / target.name)
        if target.name == "old":
            target.write_text("before", "utf-8")
        check_writable(link)
        write_whole(link, "text")
        assert link.is_symlink()
        assert target.read_text("utf-8") == "text"
    assert alone(tmp_path / "there") == ["not-yet", "old"]


def test_links_that_lead_round_or_into_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "nowhere").symlink_to("no/such/folder")
    for name in ("a", "nowhere"):
        with pytest.raises(OutputError, match=name):
            check_writable(tmp_path / name)
        with pytest.raises(OutputError, match=name):
            write_whole(tmp_path / name, "text")


def test_a_device_is_written_to_and_stays_one(tmp_path: Path) -> None:
    check_writable(Path(os.devnull))
    write_whole(Path(os.devnull), "text")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    write_whole(pipe, "text")
    reader.join()
    assert read == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_device_is_said_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left"):
        write_whole(Path("/dev/full"), "text")


def test_half_a_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"
    path.write_text("before", "utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_whole(path, "text")
    assert path.read_text("utf-8") == "before"
    assert alone(tmp_path) == ["out"]


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    host, link, twin = tmp_path / "host.json", tmp_path / "link", tmp_path / "twin"
    shutil.copy(HOST, host)
    link.symlink_to("host.json")
    twin.hardlink_to(host)
    before = host.read_bytes()
    asked = [(["method"], out) for out in (host, link, twin, tmp_path / "." / "host.json")]
    for command, out in [*asked, (["verify", "-p", "MET-4", "--fault", "guest_hangs"], link)]:
        done = shadowproof(*command, "-i", str(host), "--json", str(out))
        assert (done.returncode, done.stdout) == (2, "")
        assert "is what is read" in done.stderr
    with host.open("rb") as stdin:
        done = shadowproof("method", "-i", "-", "--json", str(host), stdin=stdin)
    assert (done.returncode, "is what is read" in done.stderr) == (2, True)
    assert host.read_bytes() == before


def test_events_that_are_read_are_not_written_over(tmp_path: Path) -> None:
    events = tmp_path / "events"
    events.write_text("backup_initialized\n", "utf-8")
    done = shadowproof("play", "--file", str(events), "--json", str(events))
    assert (done.returncode, "is what is read" in done.stderr) == (2, True)
    assert events.read_text("utf-8") == "backup_initialized\n"


def test_stdin_is_an_inventory_and_stdout_takes_the_answer(tmp_path: Path) -> None:
    """With `--json -` stdout has nothing but JSON; a file that stdout is sent to is stdout too."""
    named = shadowproof("method", "-i", str(HOST), "--json", str(tmp_path / "out.json"))
    with HOST.open("rb") as stdin:
        piped = shadowproof("method", "-i", "-", "--json", "-", stdin=stdin)
    assert (named.returncode, piped.returncode) == (0, 0)
    assert vms_of(piped.stdout) == vms_of((tmp_path / "out.json").read_text("utf-8"))
    assert piped.stderr == named.stdout.replace(str(HOST), "-")
    with (tmp_path / "sent").open("wb") as stdout:
        sent = shadowproof("method", "-i", str(HOST), "--json", str(tmp_path / "sent"), stdout=stdout)
    assert vms_of((tmp_path / "sent").read_text("utf-8")) == vms_of(piped.stdout)
    assert sent.stderr == named.stdout


def test_what_is_stdout() -> None:
    assert is_stdout(Path("-"))
    assert not is_stdout(None)
    assert not is_stdout(Path(__file__))


@pytest.mark.parametrize("text", ["", "not json", '{"VMs": []}'])
def test_stdin_that_is_no_inventory_is_one_sentence(text: str) -> None:
    done = shadowproof("method", "-i", "-", stdin=text)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "stdin" in done.stderr
