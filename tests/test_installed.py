"""The wheel: one package with the whole house in it, beside which others may have a `model` of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.build import build_wheel

from proofs.answers.column_cache import protocol_content
from shadowproof.commands import DIGITS
from shadowproof.outside.rooms import hidden, refuse_installed
from shadowproof.outside.version import version
from tests.helpers.nightly import nightly

ROOT = Path(__file__).parents[1]
ROOMS = ("model", "properties", "proofs", "conformance", "shadowproof", "examples")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made of the checkout as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        return folder / build_wheel(str(folder))
    finally:
        os.chdir(here)


@pytest.fixture(scope="module")
def site(wheel: Path) -> Path:
    """Installed, beside packages that have the names of rooms and are of somebody else."""
    folder = wheel.parent / "site"
    with ZipFile(wheel) as packed:
        packed.extractall(folder)
    for room in ROOMS:
        if room != "shadowproof":
            (folder / room).mkdir()
            (folder / room / "__init__.py").write_text("raise RuntimeError('of somebody else')", "utf-8")
    return folder


def says(site: Path, *arguments: str, status: int = 0) -> str:
    """What Python prints with these arguments, in a folder that is no checkout, where only the wheel is on the path first."""
    environment = {**os.environ, "PYTHONPATH": str(site), "SHADOWPROOF_CACHE": str(site.parent / "cache")}
    done = subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=site.parent, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_has_one_package_and_every_file_of_the_rooms(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
        about = message_from_string(packed.read(f"shadowproof-{version()}.dist-info/METADATA").decode())
    assert {name.split("/")[0] for name in names} == {
        "shadowproof",
        *(f"shadowproof-{version()}.{of}" for of in ("dist-info", "data")),
    }
    files = [
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(files) > 400
    assert {f"shadowproof/house/{path.relative_to(ROOT).as_posix()}" for path in files} <= names
    assert f"shadowproof-{version()}.data/data/share/man/man1/shadowproof.1" in names
    assert not [name for name in names if name.endswith(".pyc")]
    assert about["Version"] == version()


def test_the_command_runs_beside_other_packages_of_these_names(site: Path) -> None:
    assert says(site, "-m", "shadowproof", "--version") == (
        f"shadowproof {version()}\nprotocol {protocol_content()[:DIGITS]}\n"
    )


def test_who_has_imported_another_model_is_told_what_to_do(site: Path) -> None:
    before = "import sys, json; sys.modules['model'] = json; "
    said = says(site, "-c", f"{before}import shadowproof", status=1).splitlines()[-1]
    assert said.startswith("ImportError: shadowproof has a package 'model' of its own, and ")
    assert said.endswith("Run shadowproof in a process of its own: python -m shadowproof")


def test_a_suite_of_somebody_else_is_told_what_would_be_hidden_in_it(site: Path) -> None:
    house = site / "shadowproof" / "house"
    assert hidden(house, [str(house), str(site.parent)]) is None
    assert hidden(house, [str(house), str(site)]) == site / "model"
    assert hidden(ROOT, [str(site)]) is None
    with pytest.raises(
        ValueError, match="Verdicts are recorded in a checkout of the project, and this is an installed package"
    ):
        refuse_installed("Verdicts are recorded", house)
    refuse_installed("Verdicts are recorded")


@nightly
def test_what_is_installed_verifies_explains_walks_diagnoses_and_compares(site: Path, tmp_path: Path) -> None:
    command = ("-m", "shadowproof")
    assert "holds" in says(site, *command, "verify", "--no-fault", "-p", "no-partial-backup")
    assert "requester_vanishes" in says(
        site, *command, "explain", "no-vm-left-saved", "--fault", "requester_vanishes", status=1
    )
    says(site, *command, "walk", "--finding", "no-vm-left-saved", "--output", str(tmp_path / "walk.html"))
    assert "no observable difference" in says(site, *command, "diff", str(ROOT), str(ROOT))
    assert "$schema" in says(site, *command, "diagnose", "--schema")
    assert "no checkout" in says(site, *command, "diff", "HEAD~1", status=2)
