"""How pins are installed: with uv, which is told pip's registry, and with pip where uv fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

INSTALL = Path(__file__).parents[1] / "requirements" / "install"
PINS = ("--no-deps", "--require-hashes", "-r", "requirements/dev.txt")
OF_PIP = "-m pip install -qq --disable-pip-version-check"

Install = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Runs the script where Python and uv only note what they are asked, in a folder of the test: its status, these notes, and what was
    told."""
    folder, notes = tmp_path / ".venv" / "bin", tmp_path / "notes"
    folder.mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    shutil.copy(INSTALL, tmp_path / "requirements")

    def program(name: str, *lines: str) -> None:
        path = folder / name
        path.write_text(
            "\n".join(
                (
                    "#!/bin/sh",
                    f'echo "{name} $*{" of $UV_DEFAULT_INDEX by $SSL_CERT_FILE" * (name == "uv")}" >> notes',
                    *lines,
                )
            )
        )
        path.chmod(0o755)

    def run(uv: int | None = 0, registry: str = "", pip: int = 0, **more: str) -> tuple[int, list[str], str]:
        notes.write_text("")
        program(
            "python",
            f'case "$*" in *"get global.index-url"|*"get global.cert") echo {registry} ;; *) exit {pip} ;; esac',
        )
        if uv is not None:
            program("uv", f"exit {uv}")
        here = {"PATH": os.environ["PATH"], **more}
        done = subprocess.run(
            [str(tmp_path / "requirements" / "install"), *PINS],
            cwd=tmp_path,
            env=here,
            capture_output=True,
            text=True,
            check=False,
        )
        said = [line for line in notes.read_text().splitlines() if "config" not in line]
        return done.returncode, said, done.stderr

    return run


def test_uv_installs_them_from_the_registry_of_pip(install: Install) -> None:
    asked = f"uv pip install --quiet --python .venv/bin/python {' '.join(PINS)} of"
    assert install() == (0, [f"{asked}  by "], "")
    assert install(registry="somewhere") == (0, [f"{asked} somewhere by somewhere"], "")
    of_pip = {"PIP_INDEX_URL": "pip's", "PIP_CERT": "its own"}
    assert install(registry="somewhere", **of_pip) == (0, [f"{asked} pip's by its own"], "")
    of_uv = {"UV_DEFAULT_INDEX": "uv's", "SSL_CERT_FILE": "this"}
    assert install(registry="somewhere", **of_pip, **of_uv) == (0, [f"{asked} uv's by this"], "")


def test_where_uv_fails_pip_does_it_and_that_is_said(install: Install) -> None:
    status, said, told = install(uv=2)
    assert (status, said[1:]) == (0, [f"python {OF_PIP} --no-compile {' '.join(PINS)}"])
    assert told == "setup: not with uv: pip installs it, which takes longer\n"


def test_uv_is_installed_from_its_pins_and_nothing_hides_that_all_failed(install: Install) -> None:
    status, said, _ = install(uv=None, pip=3)
    assert status == 3
    assert said[0] == f"python {OF_PIP} --no-deps --require-hashes -r requirements/setup.txt"
