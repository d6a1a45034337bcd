"""Diagrams are drawn from the tables that the machines run by."""

import re
import shutil
from importlib.util import find_spec

import pytest

from model.notation import TRUE, Actor
from model.protocol import PROTOCOL
from shadowproof.pages import drawing
from shadowproof.pages.drawing import CannotDraw, all_diagrams, mermaid, moves, svg

ACTORS = list(PROTOCOL.actors.values())


@pytest.mark.parametrize("actor", ACTORS, ids=[actor.name for actor in ACTORS])
def test_every_state_and_every_move_is_drawn(actor: Actor) -> None:
    text = mermaid(actor)
    assert re.findall(r'^ *state "\w+" as (\w+)$', text, re.MULTILINE) == list(actor.states)
    assert re.findall(r"^ *\[\*\] --> (\w+)$", text, re.MULTILINE) == list(actor.starts)
    drawn = {
        (source, dest, re.sub(r" \[.*\]$", "", label))
        for source, dest, labels in re.findall(r"^ *(\w+) --> (\w+): (.+)$", text, re.MULTILINE)
        for label in labels.split(" | ")
    }
    assert drawn == {(state, rule.dest, event) for event, state, rule in moves(actor)}


@pytest.mark.parametrize("actor", ACTORS, ids=[actor.name for actor in ACTORS])
def test_labels_end_where_mermaid_ends_them(actor: Actor) -> None:
    for label in re.findall(r"^ *\w+ --> \w+: (.+)$", mermaid(actor), re.MULTILINE):
        assert not set(label) & set(":;")


def test_guards_are_in_words() -> None:
    assert "SAVED --> PAUSED: vm_given_back [note is paused]" in mermaid(PROTOCOL.actors["power"])
    assert any(rule.when == TRUE for _, _, rule in moves(PROTOCOL.actors["power"]))


def test_configuration_is_a_set_of_states() -> None:
    disk_kind = PROTOCOL.actors["disk_kind"]
    assert list(moves(disk_kind)) == []
    assert mermaid(disk_kind).count("-->") == len(disk_kind.starts) == 3


def test_all_but_observers() -> None:
    assert all_diagrams(PROTOCOL).keys() == {actor.name for actor in ACTORS if not actor.observer}


def test_what_is_missing_for_a_picture_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CannotDraw, match=r"needs the Python package graphviz .* and the program dot"):
        svg(PROTOCOL.actors["power"])


@pytest.mark.skipif(
    find_spec("graphviz") is None or shutil.which("dot") is None,
    reason="needs the package graphviz and the program dot",
)
def test_a_picture() -> None:
    assert b"<svg" in svg(PROTOCOL.actors["power"])
