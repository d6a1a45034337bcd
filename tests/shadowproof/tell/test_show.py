"""`show NAME`: whatever has a name says what it is, where it stands, and what links to it; a fact ends no command in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.faults import FAULTS
from model.left_out import ANSWERED
from model.protocol import PROTOCOL
from model.readings import READINGS
from model.requirements import REQUIREMENTS, SENTENCES
from properties.catalogue import PROPERTIES
from properties.kinds import Fact
from properties.promises import general
from shadowproof.ask import LISTS, AskError
from shadowproof.cli import app
from shadowproof.pages.listing import listing
from shadowproof.tell.facts import of_fact
from shadowproof.tell.show import Shown, names, show

ROOT = Path(__file__).parents[3]


def one(name: str) -> Shown:
    (found,) = show(name)
    return found


def links(name: str, what: str) -> tuple[str, ...]:
    found = one(name).links
    assert found is not None
    return found[what]


def test_everything_with_a_name_is_shown_with_a_line_that_has_it() -> None:
    """But sentences: the document is not here; and actors whose name another file makes up."""
    shown = 0
    for name in names():
        for found in show(name):
            assert found.says
            shown += 1
            if found.place:
                file, _, line = found.place.partition(":")
                text = (ROOT / file).read_text("utf-8").splitlines()
                assert 1 <= int(line) <= len(text), found
    parts = (PROPERTIES, REQUIREMENTS, READINGS, FAULTS, PROTOCOL.events, SENTENCES)
    assert shown > sum(map(len, parts))


@pytest.mark.parametrize("id_", [one.id for one in REQUIREMENTS])
def test_a_requirement_stands_where_it_says(id_: str) -> None:
    file, _, line = one(id_).place.partition(":")
    lines = (ROOT / file).read_text("utf-8").splitlines()
    assert f'"{id_}"' in lines[int(line) - 1]


def test_links_go_both_ways() -> None:
    assert "vm_given_back" in links("BAK-9", "events")
    assert "BAK-9" in links("vm_given_back", "by")
    assert "no-vm-left-saved" in links("BAK-9", "shown by")
    assert "BAK-9" in links("no-vm-left-saved", "shows")
    assert "power" in links("no-vm-left-saved", "reads")
    assert "no-vm-left-saved" in links("power", "promises that read it")
    assert "vm_given_back" in links("READ-1", "read by")
    assert any(text.startswith("BAK-9 (model/requirements.py:") for text in links("S22", "claimed by"))


def test_a_fault_and_its_event_have_one_name() -> None:
    fault, event = show("requester_vanishes")
    assert (fault.what, event.what) == ("a fault (requester)", "an event of host")
    assert fault.links is not None
    assert "no-vm-left-saved" in fault.links["breaks by itself, as recorded"]
    assert "requester_vanishes" in links("no-vm-left-saved", "broken, as recorded, under")


def test_a_reading_is_shown_by_its_name_and_by_a_value() -> None:
    assert one("READ-1") == one("read-1=never")
    assert "READ-1=ON_ABORT: on Abort (default)" in one("READ-1").more


def test_what_it_means_that_promises_fail_is_told_of_each_fault_and_below_each_value() -> None:
    faults, values = [one for one in FAULTS if one.means], [(r, value) for r in READINGS for value in r.means]
    assert (len(faults) >= 20, len(values) >= 10) == (True, True)
    for fault in FAULTS:
        told = [line for line in show(fault.name)[0].more if "Means" in line]
        assert told == ([f"Means: {fault.means}"] if fault.means else [])
    for reading in READINGS:
        told = [line for line in one(reading.actor.name).more if "Means" in line]
        assert told == [f"  Means: {reading.means[value]}" for value in reading.others if value in reading.means]
    for reading, value in values:
        more = one(reading.actor.name).more
        assert more[more.index(f"  Means: {reading.means[value]}") - 1].startswith(f"{reading.actor.name}={value}: ")


@pytest.mark.parametrize("name", [reading.actor.name for reading in READINGS])
def test_a_reading_stands_where_it_is_declared(name: str) -> None:
    file, _, line = one(name).place.partition(":")
    lines = (ROOT / file).read_text("utf-8").splitlines()
    assert lines[int(line) - 1].startswith(f"{name.replace('-', '_')} = ")


def test_every_sentence_is_said_in_our_words() -> None:
    for number in SENTENCES:
        assert "No requirement" not in one(f"s{number}").says
        assert one(str(number)) == one(f"S{number}")


@pytest.mark.parametrize(
    ("name", "near"), [("NO-VM-LEFT-SAVE", "no-vm-left-saved"), ("Vm_Given", "vm_given_back"), ("bak9", "BAK-9")]
)
def test_what_has_no_name_is_told_what_is_near_in_capitals_or_not(name: str, near: str) -> None:
    with pytest.raises(AskError, match=f"Did you mean.*{near}"):
        show(name)


@pytest.mark.parametrize("name", ANSWERED)
def test_a_question_is_shown_with_what_became_of_it_and_what_speaks_of_it(name: str) -> None:
    """2026-12-01: `show READ-4` named Q13, and `show Q13` knew nothing of it."""
    (found,) = show(name.lower())
    assert found.says.lower() == ANSWERED[name].lower()
    assert any((found.links or {}).values())
    file, _, line = found.place.partition(":")
    assert f'"{name}": ' in (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert set(links(name, "readings")) >= {one.actor.name for one in READINGS if one.question == name}
    assert set(links(name, "machines")) >= {
        a.name for a in PROTOCOL.actors.values() if f"{name})" in " ".join(a.leaves_out)
    }


def test_what_links_to_a_question() -> None:
    assert links("Q13", "faults") == ("integration_service_stops", "operator_changes_vm")
    assert links("Q13", "readings") == ("READ-4",)
    assert links("Q11", "machines") == ("power",)
    assert links("Q15", "requirements") == ("BAK-15",)
    assert links("Q5", "events") == ("vm_given_back", "image_rolled_back", "abort_delivered")
    (left,) = links("Q11", "left out")
    assert left.startswith("A VM that is just starting")
    assert "other_writer_fails_in_pre_restore" in links("Q20", "faults")
    assert "requester_vanishes" in links("Q3", "faults")
    assert "requester_vanishes" not in links("Q30", "faults")


def test_what_has_no_name_is_told_of_all_lists() -> None:
    with pytest.raises(AskError) as refused:
        show("xyzzy")
    for one in LISTS:
        assert one in str(refused.value)
        assert listing(one)
    with pytest.raises(AskError, match=f"one of {', '.join(LISTS)}[.]"):
        listing("things")


def test_every_sentence_is_listed_in_our_words() -> None:
    lines = listing("sentences").splitlines()
    assert [line.split()[0] for line in lines] == [f"S{number}" for number in SENTENCES]
    assert all(line.endswith(one(line.split()[0]).says) for line in lines)


@pytest.mark.parametrize("name", ["", "S0", "S48", "-1", "S", "48"])
def test_what_is_no_sentence_is_no_sentence(name: str) -> None:
    with pytest.raises(AskError, match="Nothing has the name"):
        show(name)


def test_the_command_shows() -> None:
    done = CliRunner().invoke(app, ["show", "BAK-9"])
    assert done.exit_code == 0
    assert done.output.startswith("BAK-9: a requirement, model/requirements.py:")


FACTS = [name for name, found in PROPERTIES.items() if isinstance(found, Fact)]


@pytest.mark.parametrize("command", ["why", "assumptions", "explain"])
@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_a_sentence(command: str, name: str) -> None:
    """2026-11-29: `why` of a fact was a traceback."""
    done = CliRunner().invoke(app, [command, name])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code, "as the document says" in done.output) == (0, True)


def test_a_fact_that_is_otherwise_is_refuted() -> None:
    right = general.writer_identity
    wrong = Fact(says=right.says, shows=right.shows, constants=lambda: [("the number", 1, 2), ("the name", "a", "a")])
    text, status = of_fact(wrong)
    assert (status, "the number is 1 and should be 2" in text, "the name" in text) == (1, True, False)
