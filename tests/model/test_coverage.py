"""Nothing of the reference is forgotten: sentences, requirements, questions and contradictions, counted."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from model.faults import FAULTS
from model.left_out import ANSWERED, LEFT_OUT
from model.protocol import PROTOCOL
from model.readings import READINGS
from model.requirements import BY_ID, REQUIREMENTS, SENTENCES
from properties.catalogue import PROPERTIES
from shadowproof.pages.overviews import bare, carried, unclaimed_sentences

PROTOCOL_TEXTS = Path(__file__).parents[2].parent / "shared" / "protocol"
HAS_NO_TEXTS = f"the reference ({PROTOCOL_TEXTS.parent.name}/{PROTOCOL_TEXTS.name}) is not beside the checkout"
beside_the_reference = pytest.mark.skipif(not PROTOCOL_TEXTS.is_dir(), reason=HAS_NO_TEXTS)

QUESTIONS = [*(f"Q{number}" for number in range(1, 31)), *(f"C{number}" for number in range(1, 7))]
READING_NAMES = {reading.actor.name for reading in READINGS}
NAMES = PROTOCOL.events.keys() | PROTOCOL.actors.keys() | PROTOCOL.faults.keys()


def test_every_sentence_is_claimed() -> None:
    assert unclaimed_sentences() == ()
    assert len(SENTENCES) == 47
    assert {number for found in REQUIREMENTS for number in found.sentences} == set(SENTENCES)


def test_every_requirement_has_a_property_and_a_rule() -> None:
    assert len(carried(PROTOCOL)) == len(REQUIREMENTS) == len(BY_ID) == 51
    assert bare(PROTOCOL) == ()


def test_properties_show_ids_that_there_are() -> None:
    for name, found in PROPERTIES.items():
        assert found.shows, f"{name} shows nothing"
        assert set(found.shows) <= BY_ID.keys() | READING_NAMES, name


def test_every_question_and_contradiction_is_answered() -> None:
    assert list(ANSWERED) == QUESTIONS


def test_answers_name_what_there_is() -> None:
    said = [*ANSWERED.values(), *(part for left in LEFT_OUT for part in (left.what, left.why))]
    for text in said:
        assert set(re.findall(r"READ-\d+", text)) <= READING_NAMES, text
        assert set(re.findall(r"[a-z]+(?:_[a-z]+)+", text)) <= NAMES, text


def test_faults_that_answer_are_faults() -> None:
    faults = {fault.name for fault in FAULTS}
    for question, answer in ANSWERED.items():
        for named in re.findall(r"faults? ((?:\w+)(?: and \w+_\w+)?)", answer):
            assert set(named.split(" and ")) <= faults, question


def test_readings_answer_their_own_question() -> None:
    for reading in READINGS:
        if reading.question != reading.actor.name:
            assert f"reading {reading.actor.name}" in ANSWERED[reading.question]
    asked = {reading.actor.name: reading.question for reading in READINGS}
    for question, answer in ANSWERED.items():
        for name in re.findall(r"READ-\d+", answer):
            assert asked[name] == question


def _ids(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in re.findall(r"\b[QC]\d+\b", text)}


def test_left_out_says_which_and_why() -> None:
    ids = [name for left in LEFT_OUT for name in left.ids]
    assert len(ids) == len(set(ids)), "a question is left out twice"
    assert set(ids) == {question for question, answer in ANSWERED.items() if "left out" in answer}
    assert all(left.what.endswith(".") and left.why.endswith(".") for left in LEFT_OUT)


def test_what_actors_leave_out_is_left_out() -> None:
    named = _ids(text for actor in PROTOCOL.actors.values() for text in actor.leaves_out)
    assert named <= {name for left in LEFT_OUT for name in left.ids}


@beside_the_reference
def test_requirements_are_those_of_the_reference() -> None:
    text = (PROTOCOL_TEXTS / "requirements.md").read_text(encoding="utf-8")
    before_readings = text.partition("## Where the protocol is silent")[0]
    assert re.findall(r"^\| ([A-Z]{3}-\d+) \|", before_readings, re.MULTILINE) == list(BY_ID)
    assert set(re.findall(r"^\| (READ-\d+) ", text, re.MULTILINE)) == READING_NAMES


@beside_the_reference
def test_sentences_are_carried_as_in_the_reference() -> None:
    text = (PROTOCOL_TEXTS / "sentences.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| S(\d+) \|.*\| ([A-Z0-9, -]+) \|$", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(SENTENCES)
    carried_there = {int(number): set(ids.split(", ")) for number, ids in rows}
    ours = {number: {found.id for found in REQUIREMENTS if number in found.sentences} for number in SENTENCES}
    differing = {number for number in SENTENCES if not carried_there[number] <= ours[number]}
    assert not differing


@beside_the_reference
def test_questions_are_those_of_the_reference() -> None:
    text = (PROTOCOL_TEXTS / "vss-facts.md").read_text(encoding="utf-8")
    asked = text.partition("## 6.")[2].partition("## 7.")[0]
    numbered = [f"Q{number}" for number in re.findall(r"^(\d+)\. ", asked, re.MULTILINE)]
    marked = sorted(set(re.findall(r"\*\*(?:Contradiction )?(C\d+)\*\*", text)))
    assert [*numbered, *marked] == QUESTIONS
