"""Completion, as a shell asks for it: commands, options, and the names that they take; and what is meant by other letters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from model.faults import FAULTS
from model.readings import READINGS
from model.versions import VARIABLE
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof import ask
from shadowproof.cli import app
from shadowproof.commands import faults_like, properties_like, readings_like
from shadowproof.outside.failure import told

ROOT = Path(__file__).parents[2]


def completed(*words: str, version: str = "") -> list[str]:
    """What bash would offer for the last of the words. version: what the environment says of the protocol's, which nobody asked."""
    asked = {
        "_SHADOWPROOF_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["shadowproof", *words]),
        "COMP_CWORD": str(len(words)),
        VARIABLE: version,
    }
    code = "import sys; sys.argv[0] = 'shadowproof'; from shadowproof.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done.stdout.split()


def test_commands_options_and_names_are_completed() -> None:
    assert completed("ver") == ["verify"]
    assert "--fault" in completed("verify", "--fa")
    assert completed("verify", "-f", "guest_h", version="nonsense") == ["guest_hangs"]
    assert completed("diff", "docu") == ["document"]
    assert completed("diff", "document", "lin") == ["linux-online"]


def test_names_are_those_that_the_commands_take() -> None:
    assert properties_like("no-vm") == [name for name in PROPERTIES if name.startswith("no-vm")] != []
    assert ask.properties(properties_like("No-VM-left")) == ["no-vm-left-saved"]
    assert faults_like("") == [fault.name for fault in FAULTS]
    for one in readings_like("read-"):
        assert ask.column([], [one]) != Column()
    assert len(readings_like("")) == sum(len(reading.others) for reading in READINGS)


def test_every_option_for_a_name_completes_it() -> None:
    takes = {
        "faults": "guest_", "readings": "READ-1=", "property_name": "no-vm", "properties": "no-vm", "finding": "no-vm", "version": "lin",
        "base": "doc", "head": "doc",
    }  # fmt: skip
    found = 0
    for command in get_command(app).commands.values():  # type: ignore[attr-defined]  # a group
        for parameter in command.params:
            if parameter.name in takes and not getattr(parameter, "is_flag", False):
                found += 1
                assert parameter.shell_complete(None, takes[parameter.name]), f"{command.name} {parameter.name}"
    assert found > 60


MEANT = [
    (["VERIFY"], "No such command 'VERIFY'. Did you mean verify? What it takes: shadowproof --help"),
    (["verify", "--FAULT", "x"], "No such option: --FAULT. Did you mean --fault?"),
    (["verify", "-P", "x"], "No such option: -P. Did you mean -p?"),
    (["verfy"], "No such command 'verfy'. Did you mean 'verify'?"),
    (["xyzzy"], "No such command 'xyzzy'. What it takes: shadowproof --help"),
    (["explain", "No-Partial-Backup"], "Did you mean no-partial-backup"),
    (["verify", "-f", "GUEST_HANG"], "Did you mean guest_hangs"),
    (["draw", "Writer_State"], "Did you mean writer_state"),
    (["play", "VM_Saved@1"], "Did you mean vm_saved"),
    (["mutate", "--rule", "VM_SAVED"], "Did you mean vm_saved"),
]


@pytest.mark.parametrize(("typed", "says"), MEANT)
def test_what_is_meant_is_found_without_regard_to_case(
    typed: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["shadowproof", *typed])
    with pytest.raises(Exception, match=r".+") as caught:
        app(standalone_mode=False)
    said, status = told(caught.value)
    assert (says in said, status) == (True, 2), said
