"""Versions of the protocol: the document is the network that it was, each other is what it says and no more; bad ones are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from model import versions
from model.notation import DeclarationError, Network
from model.notation.overrides import event_gone
from model.protocol import DOCUMENT, FAULTS, PROTOCOL, READINGS, VERSION
from model.versions.version import Version
from proofs.answers import record, runs
from proofs.answers.column_cache import column_key, project_content, protocol_content
from proofs.differences.rules import changed
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties import catalogue
from properties.catalogue import FILES, PROPERTIES, collected, left_out_in, promised_by
from properties.checked import checked
from properties.kinds import Independent
from properties.versions.read import in_version
from shadowproof.commands.which_version import choose

ROOT = Path(__file__).parents[2]
OTHERS = versions.names()[1:]
OF = "A version of the house."


@cache
def network_of(name: str) -> Network:
    return versions.load(name).applied(DOCUMENT)


def asked(*arguments: str, version: str = "") -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own, as it is started."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} | ({versions.VARIABLE: version} if version else {})
    command = [sys.executable, "-m", "shadowproof", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_document_is_what_a_process_speaks_of_and_what_is_recorded() -> None:
    assert VERSION.name == versions.names()[0] == versions.DOCUMENT
    assert PROTOCOL is DOCUMENT
    assert tuple(PROTOCOL.faults.values()) == FAULTS
    assert {one.actor.name for one in READINGS} < PROTOCOL.actors.keys()
    assert not catalogue.LEFT_OUT
    assert runs.load().protocol == protocol_content()


@pytest.mark.parametrize("name", OTHERS)
class TestEach:
    def test_only_what_it_names_is_otherwise(self, name: str) -> None:
        """Each rule that differs is overridden by its name, and every other rule of the document is there."""
        version, network = versions.load(name), network_of(name)
        named = {one.name.rpartition(" on ")[2] for one in version.overrides}
        different = {one.name for one in changed(DOCUMENT, network)}
        assert different
        assert different <= named
        assert DOCUMENT.events.keys() - named <= network.events.keys()

    def test_its_promises_are_the_documents_but_for_those_that_it_says(self, name: str) -> None:
        own, left_out = promised_by(name), left_out_in(name)
        read = in_version({**collected(FILES), **own}, left_out, DOCUMENT, network_of(name))
        found = checked(read, network_of(name))
        assert found.keys() == (PROPERTIES.keys() | own.keys()) - left_out.keys()
        assert own
        assert left_out
        with pytest.raises(DeclarationError, match="says nothing"):
            checked(in_version(dict(PROPERTIES), {}, DOCUMENT, network_of(name)), network_of(name))


class TestRefused:
    def test_an_unknown_version(self) -> None:
        with pytest.raises(versions.UnknownVersion, match="It is one of document, linux-online"):
            versions.load("nope")

    def test_a_version_that_overrides_nothing(self) -> None:
        with pytest.raises(
            DeclarationError, match=r"test_versions.py:\d+: version x overrides nothing. Give it overrides, or"
        ):
            Version("x", OF, {"X-1": "A source."})

    def test_an_override_by_another_source(self) -> None:
        gone = event_gone("vm_saved", why="So it is.", source="X-2")
        with pytest.raises(
            DeclarationError, match=r"test_versions.py:\d+: the override of event vm_saved cites X-2, which is no"
        ):
            Version("x", OF, {"X-1": "A source."}, (gone,))

    def test_a_source_that_nothing_cites(self) -> None:
        gone = event_gone("vm_saved", why="So it is.", source="X-1")
        with pytest.raises(DeclarationError, match="nothing in version x cites X-2"):
            Version("x", OF, {"X-1": "A source.", "X-2": "Another."}, (gone,))

    def test_what_a_promise_is_left_out_for(self) -> None:
        with pytest.raises(DeclarationError, match="leaves nothing-there out, which is no promise"):
            in_version(PROPERTIES, {"nothing-there": "Why not."}, DOCUMENT, DOCUMENT)
        with pytest.raises(DeclarationError, match="leaves no-vm-left-saved out"):
            in_version(PROPERTIES, {"no-vm-left-saved": " "}, DOCUMENT, DOCUMENT)

    def test_what_would_hold_since_nothing_is_left_of_it(self) -> None:
        """Found on 2026-11-29: of no event everything is independent. A watcher that nothing moves sees nothing."""
        whole = {**collected(FILES)}
        name = "roll-back-independent-of-child-writers"
        independent = whole[name]
        assert isinstance(independent, Independent)
        rolled_back = replace(independent, events=("image_rolled_back",))
        with pytest.raises(DeclarationError, match=rf"{name} is of no event that the version has. Leave it out"):
            in_version({name: rolled_back}, {}, DOCUMENT, network_of("linux-online"))
        name, watched = next((one.name, one.observers[0]) for one in whole.values() if one.observers)
        others = {event: one for event, one in DOCUMENT.events.items() if event not in watched.events}
        with pytest.raises(
            DeclarationError, match=rf"{name} is watched by {watched.name}, which no event of the version"
        ):
            in_version({name: whole[name]}, {}, DOCUMENT, replace(DOCUMENT, events=others))


class TestAsked:
    def test_an_unknown_version_is_one_sentence(self) -> None:
        done = asked("show", "vm_saved", "--version", "nope")
        assert (done.returncode, done.stdout) == (2, "")
        assert (
            done.stderr
            == "shadowproof: There is no version 'nope' of the protocol. It is one of document, linux-online.\n"
        )

    def test_a_command_speaks_of_the_version(self) -> None:
        done = asked("show", "child_freezes", "--version", "linux-online")
        assert done.returncode == 0
        assert "FREEZE: the guest freezes its mounted file systems." in done.stdout

    @pytest.mark.parametrize("environment", ["nonsense", "linux-online"])
    def test_which_version_the_environment_names_says_nothing(self, environment: str) -> None:
        """Only the command's own option does; this one says which version of the tool it is."""
        done, usual = asked("--version", version=environment), asked("--version")
        assert (done.returncode, done.stdout, done.stderr) == (0, usual.stdout, "")
        assert f"protocol {protocol_content()[:16]}" in usual.stdout

    def test_none_is_taken_where_another_is_loaded(self) -> None:
        with pytest.raises(versions.UnknownVersion, match="speaks of version document already"):
            choose("linux-online")
        assert choose("document") == versions.chosen() == "document"


WORK = """
import json
from proofs.answers import record, runs
from proofs.answers.column_cache import column_key, project_content, protocol_content
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof import ask
from shadowproof.verify.asked import question

scope = Scope(vms=1, proofs=True, counts=False)
heard, files = [], [str(record.PATH), str(runs.PATH)]
record.PATH = record.PATH.with_name("none.json")
record.load.__defaults__ = (record.PATH,)
whole = question(["no-vm-left-saved"], Column(), 2, one=False, say=heard.append).whole
try:
    ask.properties(["auto-recovery-required"])
except ask.AskError as problem:
    heard.append(str(problem))
restarts, nobody_thaws = frozenset({"management_service_restarts"}), (("LINUX-2", "STAYS_FROZEN"),)
print(json.dumps({
    "kept": [project_content(), protocol_content(), column_key(Column(), ["no-vm-left-saved"], scope), *files],
    "recorded": [len(record.load().cells), whole],
    "heard": heard,
    "verdicts": [
        (one.property, one.column, one.verdict)
        for column, names in (
            (Column(), ["no-vm-left-saved", "online-backup-needs-no-auto-recovery", "no-partial-backup"]),
            (Column(readings=nobody_thaws), ["no-guest-left-frozen"]),
            (Column(restarts, nobody_thaws), ["no-guest-left-frozen"]),
        )
        for one in check(column, names, scope)
    ],
}))
"""


@pytest.fixture(scope="module")
def linux() -> dict[str, Any]:
    """What a process finds that speaks of linux-online."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), versions.VARIABLE: "linux-online"}
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_is_judged_of_the_document_is_told_of_no_other_version(linux: dict[str, Any]) -> None:
    """Keys of caches, and files of records and runs, are others."""
    key = column_key(Column(), ["no-vm-left-saved"], Scope(vms=1, proofs=True, counts=False))
    assert not set(linux["kept"]) & {project_content(), protocol_content(), key, str(record.PATH), str(runs.PATH)}


def test_a_version_without_a_record_says_so_and_is_compared_with_nothing(linux: dict[str, Any]) -> None:
    assert linux["recorded"] == [0, False]
    left_out, no_record, refused = linux["heard"]
    assert left_out.startswith(
        f"Version linux-online leaves {len(left_out_in('linux-online'))} promises of the document out"
    )
    assert no_record.startswith("Nothing is recorded of version linux-online")
    assert refused.startswith(
        "auto-recovery-required is left out in version linux-online. The guest needs no auto-recovery."
    )


def test_headline_promises_of_the_linux_version(linux: dict[str, Any]) -> None:
    """Found on 2026-11-29. Nothing has to be recovered, so the context defeats no backup; a guest that nobody thaws (LINUX-2) stays frozen.
    No VM fails without a fault any more, so that no backup is partial is put to the test by faults only."""
    assert linux["verdicts"] == [
        ["no-vm-left-saved", "no fault", "holds"],
        ["online-backup-needs-no-auto-recovery", "no fault", "holds"],
        ["no-partial-backup", "no fault", "not exercised"],
        ["no-guest-left-frozen", "LINUX-2=STAYS_FROZEN", "holds"],
        ["no-guest-left-frozen", "LINUX-2=STAYS_FROZEN + management_service_restarts", "refuted"],
    ]
