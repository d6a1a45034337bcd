"""The manual page says what the commands say, is the one on the disk, and roff takes nothing in it for a command."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from shadowproof.cli import app
from shadowproof.commands import manual

ROOT = Path(__file__).parents[2]
PAGE = manual.page(app)
ROFF = {".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".nh"}


def test_the_page_on_the_disk_is_current() -> None:
    assert (ROOT / manual.PLACE).read_text("utf-8") == PAGE, "write it with `make docs`"


def test_every_command_and_option_is_on_it() -> None:
    shown = PAGE.replace("\\-", "-")
    commands = get_command(app).commands  # type: ignore[attr-defined]  # a group
    assert len(commands) > 25
    for name, command in commands.items():
        section = shown.partition(f'.SS "shadowproof {name} ')[2].partition("\n.SS ")[0]
        assert section, name
        options = [one for one in command.params if not getattr(one, "hidden", False)]
        lacking = [one.name for one in options if not any(of in section for of in (*one.opts, one.metavar or one.name))]
        assert not lacking, f"{name}: {lacking}"
    assert "--last" not in shown.partition("shadowproof verify ")[2].partition("\n.SS ")[0]


def test_a_line_that_begins_with_a_dot_is_one_of_ours_and_no_text_is_a_command() -> None:
    assert {line.split()[0] for line in PAGE.splitlines() if line.startswith((".", "'"))} <= ROFF
    assert manual._text(".so /etc/passwd") == "\\&.so /etc/passwd"
    assert manual._text("'\\fB-x\"") == "\\(aq\\efB\\-x\\(dq"
    assert not re.search(r"\\(?![-e&(]|f[BIR])", PAGE)


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_roff_has_no_complaint_and_notices_a_slip() -> None:
    def complaints(text: str) -> str:
        command = ["groff", "-man", "-Tutf8", "-ww", "-z"]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stderr

    assert complaints(PAGE) == ""
    assert complaints(PAGE + ".NOSUCH\n") != ""
