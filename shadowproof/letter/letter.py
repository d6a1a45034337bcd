"""The letter as text: what to change, the answer to what can be kept at all, and each finding with its run and its proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any

from model.protocol import READINGS
from model.versions import option
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record
from proofs.answers.record import load as load_record
from proofs.answers.runs import Kept as KeptRun
from proofs.answers.runs import Runs, load_for
from proofs.verdicts.columns import ALL_FAULTS, BASE
from proofs.verdicts.combined.combinations import (
    BLOCKS,
    Block,
    CombinationsError,
    Kept,
    Row,
    best,
    block_of,
    conflicts,
    interacting,
    load,
)
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import options
from shadowproof.letter.findings import FINDINGS, Finding
from shadowproof.letter.proving import held_without, proof_of
from shadowproof.letter.wordings import WORDINGS
from shadowproof.outside.spelling import many
from shadowproof.pages.findings import columns_with_findings

WIDTH = 118
Broken = Sequence[tuple[Column, Sequence[str]]]
"""The columns of a finding that break something, with what they break."""
NOT_SHOWN = (
    "The combinations are of the fault-free world; readings of different tables are not combined with each other.",
    "That every session ends, that something is possible, and what a child sees are not judged in combinations.",
    "A row has one run that the machines replayed, of a combination that is in no other row where there is one; that the others of "
    "the row break the promise too is what closed views leave open. What is in no row is kept: no state or step made of views breaks "
    "it, for any number of VMs.",
    "A promise that speaks of a reading asks of each combination what that reading says; one that nothing can exercise counts as kept.",
    "The model is of a document: what a product does is shown by captures and real agents only.",
)


class Stale(CombinationsError):
    """What is kept is of another protocol than the present one."""


def kept() -> Kept:
    """The combinations that are kept. Raises CombinationsError, and Stale where the protocol has changed since."""
    found = load()
    if found.protocol != protocol_content():
        raise Stale(
            f"The kept combinations are of another protocol. Work them out anew: shadowproof letter{option()} --anew"
        )
    return found


def made_anew(progress: Any) -> Kept:
    """All combinations and all proofs of wordings, worked out now."""
    blocks = tuple(block_of(one, progress=progress) for one in BLOCKS)
    wordings = {}
    for name in WORDINGS:
        progress(f"the wording {name}")
        sentences = {n for one in FINDINGS if one.variant == name for n in one.sentences}
        wordings[name] = proof_of(name, sentences)
    return Kept(protocol_content(), blocks, wordings)


def still_holding(record: Record) -> list[tuple[Finding, Broken]]:
    """The findings that still are ones, in their order, with the columns of theirs that break something, and what."""
    failing = {column.name: (column, [name for name, _ in rows]) for column, rows in columns_with_findings(record)}
    found: list[tuple[Finding, Broken]] = []
    for one in FINDINGS:
        of = [failing[name] for name in one.circumstances if name in failing]
        of = [(column, [one.promise] if column == BASE else names) for column, names in of]
        of = [(column, names) for column, names in of if column != BASE or one.promise in failing[BASE.name][1]]
        if of:
            found.append((one, of))
    return found


def without_words(record: Record) -> list[str]:
    """Circumstances in which a promise fails and of which no finding speaks; without any fault, the promises themselves."""
    spoken = {name for one in FINDINGS for name in one.circumstances}
    told = {one.promise for one in FINDINGS if BASE.name in one.circumstances}
    missing = []
    for column, rows in columns_with_findings(record):
        if column == BASE:
            missing += [name for name, _ in rows if name not in told]
        elif column != ALL_FAULTS and column.name not in spoken:
            missing.append(column.name)
    return missing


def page() -> str:
    """docs/generated/letter.md; without the combinations, where the protocol has changed since. Raises CombinationsError."""
    try:
        return letter(kept())
    except Stale as problem:
        return letter(Kept("", (), {})) + f"\n{problem}\n"


def letter(found: Kept) -> str:
    """The whole letter, as Markdown."""
    record, runs = load_record(), load_for(protocol_content())
    findings = still_holding(record)
    lines = ["# A letter to the owner of the document", ""]
    lines += _paragraph(
        "You describe how the Hyper-V VSS writer backs up and restores virtual machines. We took it at its word, as machines, and asked "
        "of every promise whether it can be kept. These are the changes that would help, most important first; S numbers your "
        "sentences. Below: what can be kept at all, and for each change the run behind it and the proof that it helps."
    )
    lines += _in_short(found.blocks)
    for number, (one, of) in enumerate(findings, 1):
        lines += _paragraph(
            f"{number}. **{one.title}** ({_sentences(one)}). Write: {one.wording}{_short_proof(one, of, record, found)}"
        )
    lines += ["## Can every promise be kept?", ""]
    lines += _answer(found.blocks)
    lines += ["## The silent points together", ""]
    for block in found.blocks:
        lines += _table(block)
    for number, (one, of) in enumerate(findings, 1):
        lines += [f"## {number}. {one.title}", "", *_finding(one, of, record, runs, found)]
    lines += ["## What this does not show", "", *(f"* {one}" for one in NOT_SHOWN)]
    lines += ["", "See also: [findings](findings.md), [readings and faults](readings-and-faults.md)."]
    return "\n".join(lines).rstrip() + "\n"


def _paragraph(text: str) -> list[str]:
    return [*wrap(text, WIDTH, break_on_hyphens=False, break_long_words=False), ""]


def _sentences(one: Finding) -> str:
    return ", ".join(f"S{number}" for number in one.sentences)


def _mended(one: Finding, found: Kept) -> list[dict[str, Any]]:
    return list(found.wordings.get(one.variant, ())) if one.variant else []


def _short_proof(one: Finding, of: Broken, record: Record, found: Kept) -> str:
    if not one.variant:
        return f" (It changes no rule: where it is heeded, {_hold(len(_held(of, record)))}.)"
    mended = {name for tried in _mended(one, found) for name in tried["mended"]}
    lost = {name for tried in _mended(one, found) for name in tried["lost"]}
    if not mended:
        return ""
    cost = f", and costs {', '.join(sorted(lost))}" if lost else ", and breaks none"
    return f" (Shown: it mends {_count(mended, 'promise')}{cost}.)"


def _held(of: Broken, record: Record) -> list[str]:
    return held_without(dict.fromkeys(name for _, names in of for name in names), record)


def _hold(number: int) -> str:
    return "the promise that is broken holds" if number == 1 else f"the {many(number, 'promise')} that are broken hold"


def _count(things: Iterable[object], what: str) -> str:
    number = len(list(things))
    return f"{number} {what}{'' if number == 1 else 's'}"


# -- the table ------------------------------------------------------------------------------------------------------------


def _in_short(blocks: Sequence[Block]) -> list[str]:
    """The answer in a sentence or two, of the readings that are most."""
    if not blocks:
        return []
    block = max(blocks, key=lambda one: len(one.readings))
    chosen, _ = best(block)
    fewest, total = len(block.breaks(chosen[0])), sum(1 for _ in block.all())
    said = f"{total:,} combinations of readings of your silent points were looked at, in a world without any fault: "
    if not fewest:
        return _paragraph(f"{said}{len(chosen):,} of them keep every promise.")
    return _paragraph(
        f"{said}**none keeps every promise**; {_count(chosen, 'combination')} of them come nearest, and break {fewest}."
    )


def _answer(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        total, (chosen, lost) = len(list(block.all())), best(block)
        head = f"{_names(block.readings)}: {total:,} combinations (the other readings by default), {many(len(block.asked), 'promise')}."
        if not block.breaks(chosen[0]):
            lines += _paragraph(f"* {head} **{len(chosen):,} of them keep every promise**: {_common(chosen, block)}.")
            continue
        lines += _paragraph(f"* {head} **None keeps every promise.** These cannot be kept together, whatever is read:")
        for names in conflicts(block):
            said = "; ".join(f"{name} ({PROPERTIES[name].says})" for name in names)
            lines += [f"  * {said}"]
        fewest = sorted(block.breaks(chosen[0]))
        lines += ["", *_paragraph(
            f"Fewest are broken, {len(fewest)}, by {_count(chosen, 'combination')}"
            f"{': ' + ', '.join(sorted(lost)) if lost else ''}: with {_common(chosen, block)}."
        )]  # fmt: skip
    return lines


def _common(chosen: Sequence[Mapping[str, str]], block: Block) -> str:
    """What combinations have in common: the values each reading has in them, where not all."""
    said = []
    for name in block.readings:
        states = next(one.actor.states for one in READINGS if one.actor.name == name)
        values = [state for state in states if any(one[name] == state for one in chosen)]
        if len(values) < len(states):
            said.append(f"{name} {' or '.join(values)}")
    size = len({tuple(one.items()) for one in chosen})
    whole = 1
    for name in block.readings:
        whole *= len({one[name] for one in chosen})
    more = "" if size == whole else " (not all of these)"
    return ("; ".join(said) or "anything") + more


def _names(readings: Sequence[str]) -> str:
    return "READ-" + ", ".join(name.removeprefix("READ-") for name in readings)


def _table(block: Block) -> list[str]:
    groups = interacting(block)
    alone = [name for name in block.readings if not any(name in group for group in groups)]
    hang = ["together: " + _names(group) for group in groups if len(group) > 1]
    hang += (
        ["alone: " + ", ".join(group[0] for group in groups if len(group) == 1)]
        if any(len(group) == 1 for group in groups)
        else []
    )
    hang += [f"never: {_names(alone)}"] if alone else []
    lines = _paragraph(f"{_names(block.readings)}. What a promise hangs on: {'; '.join(hang) or 'nothing'}.")
    lines += ["| broken exactly where | promise | a run |", "|---|---|---|"]
    by_row: dict[str, list[tuple[str, Row]]] = {}
    for name, rows in block.broken.items():
        for row in (row for row in rows if not row.open):
            by_row.setdefault(_where(row), []).append((name, row))
    for where, broken in sorted(by_row.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        runs = ", ".join(many(row.steps, "step") for _, row in broken)
        lines.append(f"| {where} | {', '.join(name for name, _ in broken)} | {runs} |")
    doubts = [f"{name} where {_where(row)}" for name, rows in block.broken.items() for row in rows if row.open]
    open_ = f"Open (views leave it open, no run is known): {'; '.join(doubts)}." if doubts else "Nothing is open."
    return [*lines, "", *_paragraph(open_)]


def _where(row: Row) -> str:
    return "; ".join(f"{name} {' or '.join(values)}" for name, values in row.values.items()) or "always"


# -- a finding ------------------------------------------------------------------------------------------------------------


def of_finding(one: Finding, of: Broken, runs: Runs) -> list[str]:
    """What is wrong, where it breaks something, and the shortest run that shows it."""
    lines = _paragraph(f"*{_sentences(one)}.* {one.problem}")
    lines += [f"* {column.name}: breaks {', '.join(names)}" for column, names in of]
    return [*lines, "", *_run(one, of, runs)]


def _finding(one: Finding, of: Broken, record: Record, runs: Runs, found: Kept) -> list[str]:
    lines = of_finding(one, of, runs)
    lines += _paragraph(f"*Seen*: {one.evidence} Certainty: {one.certainty}.")
    lines += _paragraph(f"*Harmed*: {one.harmed}")
    lines += _paragraph(f"*Write*: {one.wording}")
    return [*lines, *proof(one, of, record, found)]


def _run(one: Finding, of: Broken, runs: Runs) -> list[str]:
    """The shortest run that is kept of the finding: of its promise where that fails, else of any."""
    known = [(column, run) for column, names in of for name in names if (run := runs.of(name, column.name)) is not None]
    wanted = [pair for pair in known if pair[1].property == one.promise] or known
    if not wanted:
        return []
    column, run = min(wanted, key=lambda pair: len(pair[1].run.steps))
    size = f"{many(len(run.run.steps), 'step')}, {many(len(run.run.shapes), 'VM')}"
    told = f"*The shortest run* ({size}): {_steps(run)}. Then it is broken that: "
    return [
        *_paragraph(told + PROPERTIES[run.property].says),
        *_paragraph(f"Told in full: `{f'shadowproof explain {run.property} {options(column)}'.rstrip()}`"),
    ]


def _steps(run: KeptRun) -> str:
    return ", ".join(f"{name}{f' (vm {member[0] + 1})' if member else ''}" for name, member in run.run.steps)


def proof(one: Finding, of: Broken, record: Record, found: Kept) -> list[str]:
    """That the wording helps: what its variant mends, and costs; of a wording that changes no rule, what holds where it is heeded."""
    if not one.variant:
        return _paragraph(
            "*Proof*: there is no variant to be made. The wording changes no rule of the protocol; it asks of others what these faults "
            f"leave undone. Without the faults hold, for any number of VMs: {', '.join(_held(of, record))}."
        )
    lines = ["*Proof*: the protocol with this wording, judged anew:", ""]
    for tried in _mended(one, found):
        circumstance = tried["circumstance"]
        where = Column(frozenset(circumstance["faults"]), tuple(circumstance["readings"].items())).name
        said = f"* {where}: {many(tried['judged'], 'promise')} judged; now hold: {', '.join(tried['mended']) or 'none'}"
        said += f" ({'; '.join(tried['assurance'])})" if tried["assurance"] else ""
        said += f"; still broken: {', '.join(tried['still'])}" if tried["still"] else ""
        said += f"; broken by the wording: {', '.join(tried['lost'])}" if tried["lost"] else ""
        lines.append(said + ".")
    lines += ["", *_given_up(one, found)]
    return [*lines, *_paragraph(f"*Taken for granted*: {takes}")] if (takes := WORDINGS[one.variant].takes) else lines


def _given_up(one: Finding, found: Kept) -> list[str]:
    """The promises that the wording breaks, in words."""
    lost = dict.fromkeys(name for tried in _mended(one, found) for name in tried["lost"])
    if not lost:
        return []
    lines = ["*Given up*, since the wording says otherwise:", ""]
    return [*lines, *(f"* {name} ({PROPERTIES[name].says})" for name in lost), ""]
