"""States of writers, as vssadmin, diskshadow and BETest print them, in any language: the number carries the meaning.

A block begins with the writer's name; its first GUID is the writer's id, which decides whose block it is. Blocks that are cut, have
lost their indentation or are run together on a line are read as far as they go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from conformance.texts import codes
from conformance.texts.facts import Case, Fact, Kind, Remark, Seen, fact
from conformance.texts.lines import Line
from model.actors.vss import OtherWriter, Vss, other_writer, vss
from model.actors.writer import FAILED, LastError, WriterState, last_error, writer_state
from model.facts import WRITER_ID, WRITER_NAME
from model.notation import Actor, States

_GUID = re.compile(r"\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?", re.I)
_GUID_LINE = re.compile(r"^[^:{}]{2,60}[:\uff1a]\s*\{[0-9a-f-]{36}\}$", re.I)
_NAMED = re.compile(
    r"^(?P<label>[^:'\"]{2,60}?)\s*[:\uff1a]\s*['\u2018\u2019\u201c\"](?P<name>[^'\u2019\u201d\"]{1,200})['\u2019\u201d\"]\s*$"
)
_SHADOW = re.compile(r"^(?:[*-]\s*)?WRITER\s+[\"\u201c](?P<name>[^\"\u201d]{1,200})[\"\u201d]", re.I)
_BETEST = re.compile(
    r"^Status for writer (?P<name>.{1,200}?):\s*(?P<state>[A-Z_ ]{3,40})\((?P<code>0x[0-9a-f]{8}\b[^)]{0,80})\)", re.I
)
_BRACKETS = re.compile(
    r"^(?:(?P<label>[^\[\]:]{2,40}?)\s*[:\uff1a]\s*)?\[(?P<number>-?\d{1,10})\]\s*(?P<word>.{0,80})$"
)
_STATUS = re.compile(r"^Status\s*:\s*(?P<number>-?\d{1,10})\s*\(VSS_WS_\w{1,60}\)", re.I)
_CODE = re.compile(r"^Writer Failure code\s*:\s*(?P<code>0x[0-9a-f]{8})", re.I)
_LABELLED = re.compile(r"^(?P<label>[^:]{2,60}?)\s*[:\uff1a]\s*(?P<words>.{1,120})$")
_INVALID = re.compile(r"Writer [\"'](?P<name>[^\"']{1,200})[\"'] has invalid state\W+(?:ERR=)?(?P<why>.{0,200})", re.I)
_OTHER_BLOCK = re.compile(r"^(?:Event ID|Log Name|Source|Operation|Context)\b", re.I)
_BY_NAME = {state.name: state for state in WriterState}


@dataclass
class Block:
    """What a text says of one writer."""

    name: str
    line: Line
    identity: str = ""
    state: WriterState | None = None
    number: int | None = None
    error: LastError | None = None
    at: list[Line] = field(default_factory=list)
    unread: str = ""

    @property
    def is_ours(self) -> bool:
        return WRITER_ID in (self.identity, self.name.strip("{}").lower()) or (
            not self.identity and self.name.casefold() == WRITER_NAME.casefold()
        )


def read(lines: Sequence[Line]) -> Seen:
    """Every writer's state in a text."""
    blocks, facts, remarks, cases = list(_blocks(lines)), list[Fact](), list[Remark](), list[Case]()
    others: list[Block] = []
    for block in blocks:
        if block.is_ours:
            facts += _facts(block)
            remarks += _remarks(block)
        elif not block.name:
            if found := tuple(_facts(block)):
                cases.append(Case(f"{block.line.place} is about the {WRITER_NAME}", found))
                remarks.append(_unnamed(block))
        else:
            others.append(block)
    if others:
        remarks.append(_set_aside(others))
        if len({block.name for block in others}) >= A_LIST and not any(block.is_ours for block in blocks):
            remarks.append(_not_listed(others))
        broken = [block for block in others if block.state in FAILED or block.state in _FAILED_OTHERWISE]
        if broken and not any(block.is_ours for block in blocks):
            remarks.append(_failed_elsewhere(broken))
    return Seen((*facts, *_of_others(others)), tuple(remarks), tuple(cases))


def _of_others(others: Sequence[Block]) -> Iterator[Fact]:
    """What other writers' states say of the session: one has failed, or one has had PostSnapshot and waits for the end."""
    seen = {
        block.state: fact(machine, state, block.line.place, _said(block), now=False, weak=True)
        for states, machine, state in _SAID_BY_OTHERS
        for block in others
        if block.state in states
    }
    yield from {one.machine: one for one in seen.values()}.values()


_FAILED_OTHERWISE = frozenset(state for state in WriterState if state.name.startswith("FAILED")) - FAILED

_SAID_BY_OTHERS: tuple[tuple[frozenset[States], Actor, frozenset[States]], ...] = (
    (FAILED | _FAILED_OTHERWISE, other_writer, frozenset({OtherWriter.FAILED})),
    (frozenset({WriterState.WAITING_FOR_BACKUP_COMPLETE}), vss, frozenset({Vss.POST_SNAPSHOT, Vss.MADE})),
)


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    block: Block | None = None
    for at, line in enumerate(lines):
        name = _name(lines, at)
        if name is not None:
            if block is not None:
                yield block
            block = Block(name, line, at=[line])
            _betest(block, line)
            continue
        if _OTHER_BLOCK.match(line.text) and block is not None:
            yield block
            block = None
        if (found := _INVALID.search(line.text)) is not None:
            one = Block(found["name"], line, at=[line])
            one.state = codes.failed_at(found["why"])
            yield one
        elif block is not None:
            _take(block, line)
        elif (found := _BRACKETS.match(line.text)) is not None and found["label"]:
            one = Block("", line, at=[line])
            _take(one, line)
            yield one
    if block is not None:
        yield block


def _name(lines: Sequence[Line], at: int) -> str | None:
    """The name of the writer whose block begins here. A quoted name after a label is one where an id follows, in any language."""
    text = lines[at].text
    for pattern in (_SHADOW, _BETEST):
        if (found := pattern.match(text)) is not None:
            return found["name"].strip()
    found = _NAMED.match(text)
    if found is None:
        return None
    is_writers = "writer" in found["label"].casefold() and "name" in found["label"].casefold()
    follows = [line.text for line in lines[at + 1 : at + 3]]
    if is_writers or any(_GUID_LINE.match(text) for text in follows):
        return found["name"].strip()
    return None


def _betest(block: Block, line: Line) -> None:
    found = _BETEST.match(line.text)
    if found is not None:
        state = found["state"].strip().upper()
        block.state = _BY_NAME.get(state.removeprefix("VSS_WS_"))
        block.error = codes.last_error(found["code"])


def _take(block: Block, line: Line) -> None:
    """What a line says of the writer whose block it stands in."""
    text = line.text
    if (found := _BRACKETS.match(text)) is not None or (found := _STATUS.match(text)) is not None:
        block.number = int(found["number"])
        block.state = codes.writer_state(block.number)
        block.at.append(line)
        word = found.groupdict().get("word") or ""
        if block.error is None and (error := codes.last_error(word)) is not None:
            block.error = error  # state and last error run together, as people quote them
    elif (code := _CODE.match(text)) is not None:
        block.error = codes.last_error(code["code"])
        block.at.append(line)
    elif (guid := _GUID.search(text)) is not None:
        block.identity = block.identity or guid[1].lower()
    elif block.error is None and not block.unread and (labelled := _LABELLED.match(text)) is not None:
        block.error = codes.last_error(labelled["words"])
        if block.error is not None:
            block.at.append(line)
        elif block.state is not None or block.number is not None:
            block.unread = labelled["words"]


def _said(block: Block) -> str:
    name = block.name or "a writer that is not named"
    state = f"[{block.number}] " if block.number is not None else ""
    state += (
        block.state.name if block.state is not None else "no state that VSS has" if state else "its state is cut off"
    )
    return f"{name}: {state}{f', {block.error.name}' if block.error is not None else ''}"


def _facts(block: Block) -> Iterator[Fact]:
    if block.state is not None:
        yield fact(writer_state, block.state, block.at[min(1, len(block.at) - 1)].place, _said(block))
    if block.error is not None:
        yield fact(last_error, block.error, block.at[-1].place, _said(block))


def _remarks(block: Block) -> Iterator[Remark]:
    place = block.line.place
    if block.state is None and block.number is not None:
        yield Remark(
            Kind.OPEN, place, f"{block.number} is no VSS_WRITER_STATE: they go from 0 to 15", "The state is left open."
        )
    elif block.state is None:
        where = "is cut before its state" if block.error is None else "has no state that can be read"
        yield Remark(Kind.OPEN, place, f"the block of {block.name} {where}", "The state is left open.")
    if block.error is None and (block.state is not None or block.number is not None):
        words = f": {block.unread!r} is in a language that is not read" if block.unread else ""
        yield Remark(
            Kind.OPEN, place, f"the last error of {block.name} is not known{words}", "The last error is left open."
        )


def _unnamed(block: Block) -> Remark:
    holds = "It is answered below for the case that it is this writer's; vssadmin list writers shows the name."
    return Remark(Kind.OPEN, block.line.place, f"{block.line.said!r} does not say which writer it is of", holds)


def _set_aside(others: Sequence[Block]) -> Remark:
    told = "; ".join(dict.fromkeys(map(_said, others[:12])))
    more = f"; and {len(others) - 12} more" if len(others) > 12 else ""
    return Remark(Kind.OTHER_WRITER, others[0].line.place, f"not this writer's, and set aside: {told}{more}")


A_LIST = 3
"""Writers that are named together are a list, in which this one should be."""


def _not_listed(others: Sequence[Block]) -> Remark:
    return Remark(
        Kind.NOTE,
        others[0].line.place,
        f"the {WRITER_NAME} is not among the {len({block.name for block in others})} writers listed",
        "Where the list is whole, its service (vmms) does not run, or its metadata could not be had: no backup by it can begin.",
    )


def _failed_elsewhere(broken: Sequence[Block]) -> Remark:
    names = ", ".join(dict.fromkeys(block.name for block in broken))
    return Remark(
        Kind.NOTE,
        broken[0].line.place,
        f"what failed here is {names}, not the {WRITER_NAME}",
        "Of this writer the text says nothing. What its VMs may have met is what another writer's failure leads to.",
    )
