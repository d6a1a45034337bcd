"""How properties are found in their files, and that none is lost: the second of one name does not take the first one's place."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from model.notation import DeclarationError
from properties.catalogue import collected


def _file(tmp_path: Path, first: str, second: str) -> ModuleType:
    """A file of two properties."""
    path = tmp_path / "promises.py"
    path.write_text(
        "from examples.small_backup import over\n"
        "from properties.kinds import always, fired\n"
        f'{first} = always("Never over.", ~over, shows="SB-8", witness=fired("vm_saved"))\n'
        f'{second} = always("Not over yet.", ~over, shows="SB-8", witness=fired("vm_saved"))\n',
        "utf-8",
    )
    spec = spec_from_file_location("promises", path)
    assert spec is not None
    assert spec.loader is not None
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_properties_are_called_as_their_variables_are(tmp_path: Path) -> None:
    found = collected((_file(tmp_path, "never_over", "not_over: object"),))
    assert {name: one.says for name, one in found.items()} == {"never-over": "Never over.", "not-over": "Not over yet."}
    assert [one.name for one in found.values()] == ["never-over", "not-over"]


@pytest.mark.parametrize("second", ["never_over", "never_over: object"])
def test_two_of_one_name_in_a_file(second: str, tmp_path: Path) -> None:
    file = _file(tmp_path, "never_over", second)
    with pytest.raises(
        DeclarationError, match=r"promises.py:4: two properties are called never-over\. Rename or remove"
    ):
        collected((file,))


def test_two_of_one_name_in_two_files(tmp_path: Path) -> None:
    file = _file(tmp_path, "never_over", "not_over")
    with pytest.raises(
        DeclarationError, match=r"promises.py:3: two properties are called never-over\. Rename or remove"
    ):
        collected((file, file))
