"""The rooms: imports go the way that the contracts say, and the contracts can refuse; each face names tests that are there."""

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.nightly import nightly

ROOT = Path(__file__).parents[1]
PACKAGES = ("model", "properties", "proofs", "conformance", "shadowproof", "examples")
LINTER = Path(sys.executable).with_name("lint-imports")
WINGS = [
    ROOT / "proofs",
    *sorted(path.parent for path in (ROOT / "proofs").rglob("__init__.py") if path.parent != ROOT / "proofs"),
]
FACES = [
    *WINGS,
    *(
        ROOT / "shadowproof" / name
        for name in (
            "commands/telling",
            "verify",
            "verify/loop",
            "tell",
            "site/kept",
            "site/made",
            "tell/arguing",
            "tell/diagnosing",
            "tell/playing",
            "tell/traces",
            "host",
            "host/inventory/file",
            "duties",
            "letter",
            "diff",
            "new",
            "formats",
            "outside",
            "pages",
            "walk",
            "site",
        )
    ),
    ROOT / "conformance",
    *(
        ROOT / "conformance" / name
        for name in ("agents", *(f"agents/{one}" for one in ("cage", "samba", "hv_vss", "qemu_ga", "fsrvp")))
    ),
    ROOT / "conformance" / "traces",
    ROOT / "conformance" / "traces" / "vectors",
]

PLANTED = [
    ("proofs/world/slices.py", "import proofs.search.plain", "Within the proofs"),
    ("proofs/search/plain.py", "import proofs.views.saturation", "Within the proofs"),
    ("proofs/views/saturation.py", "import proofs.verdicts.check", "Within the proofs"),
    ("proofs/stray.py", "", "Within the proofs"),
    ("proofs/views/proof.py", "import model.protocol", "Engines have no word of the protocol"),
    ("proofs/many_vms/closure.py", "from model.actors.power import power", "Engines have no word of the protocol"),
    ("conformance/agents/hv_vss/rules.py", "import model.faults", "Agents' protocols have no word"),
    ("conformance/agents/hv_vss/guest.py", "import conformance.agents.cage.cage", "Within the agents"),
    ("conformance/agents/qemu_ga/rules.py", "import conformance.agents.hv_vss.rules", "Within the agents"),
    ("conformance/agents/fsrvp/pair.py", "import conformance.agents.samba.served", "Within the agents"),
    ("shadowproof/ask.py", "import shadowproof.verify.report", "Within the command"),
    ("proofs/answers/verdict.py", "import shadowproof.outside.files", "Imports go one way"),
    ("properties/promises/vss.py", "import properties.conduct.faults", "A promise is said without"),
    ("model/notation/terms.py", "import model.faults", "The notation has no word of Hyper-V"),
]
"""Where something is planted, what, and the contract that has to refuse it."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not LINTER.exists():
        pytest.skip("import-linter is not installed")
    folder = tmp_path_factory.mktemp("rooms")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.jsonl"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    asked = [str(LINTER), "--no-logo", "--no-cache"]
    return subprocess.run(
        asked, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)}, check=False
    )


def test_as_it_is_every_contract_is_kept(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* kept, 0 broken", done.stdout)


def once_by_day() -> list[object]:
    """Each contract by day, and all that is planted at night."""
    first = {contract: case for case in reversed(PLANTED) for contract in case[2:]}
    return [pytest.param(*case, marks=[] if case in first.values() else [nightly]) for case in PLANTED]


@pytest.mark.parametrize(("where", "planted", "contract"), once_by_day())
def test_a_forbidden_import_is_refused(copy: Path, where: str, planted: str, contract: str) -> None:
    path = copy / where
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text((before or "") + f"\n{planted}\n", "utf-8")
    try:
        done = lint(copy)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, "utf-8")
    assert done.returncode == 1, done.stdout
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(contract) for line in broken), done.stdout


@pytest.mark.parametrize("face", FACES, ids=lambda folder: folder.name)
def test_a_face_asks_a_question_and_names_tests_that_are_there(face: Path) -> None:
    said = ast.get_docstring(ast.parse((face / "__init__.py").read_text("utf-8"))) or ""
    named = re.findall(r"tests/[\w/]*\w(?:\.py)?|\btest_\w+\.py", said)
    assert named
    assert face.name == "proofs" or "?" in said.split("\n\n", maxsplit=1)[0] or face.name == "export"
    folder = ROOT / "tests"
    for name in named:
        path = ROOT / name if "/" in name else folder / name
        assert path.exists(), f"{face.name}: {name}"
        folder = path.parent


MOST_MODULES, OF_THE_MODEL = 12, 14
"""About a dozen is what a reader takes in at a glance; the model's are small."""
LONGEST = 140


def test_no_room_has_more_modules_than_one_takes_in() -> None:
    paths = (path for room in PACKAGES for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py")
    many = Counter(path.parent.relative_to(ROOT) for path in paths)
    most = {folder: OF_THE_MODEL if folder.parts[0] == "model" else MOST_MODULES for folder in many}
    assert len(many) > 30
    assert {folder.as_posix(): number for folder, number in many.items() if number > most[folder]} == {}


def test_lines_about_the_rooms_are_no_longer_than_the_others() -> None:
    lines = (ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST] == []
