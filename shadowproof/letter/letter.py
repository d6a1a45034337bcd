"""The letter as text: what can be kept at all, what to change, and each finding with its run and its proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from model.protocol import REQUIREMENTS
from model.versions import option
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record
from proofs.answers.record import load as load_record
from proofs.answers.runs import load_for
from proofs.verdicts.columns import ALL_FAULTS, BASE
from proofs.verdicts.combined.closing import block_of
from proofs.verdicts.combined.combinations import BLOCKS, CombinationsError, Kept, load
from properties.catalogue import PROPERTIES
from shadowproof.letter import combined
from shadowproof.letter.finding import Broken, finding, held, mended
from shadowproof.letter.findings import FINDINGS, Finding
from shadowproof.letter.proving import proof_of
from shadowproof.letter.wordings import WORDINGS
from shadowproof.letter.words import folded, paragraph
from shadowproof.outside.spelling import many
from shadowproof.pages.findings import columns_with_findings

NOT_SHOWN = (
    "That every session ends, that something is possible, and what a child sees are not judged in combinations of readings.",
    "In each combination that breaks a promise a run was replayed, step by step. What is in no row is kept: no state or step made of "
    "views breaks it, for any number of VMs.",
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


def made_anew(progress: Callable[[str], None]) -> Kept:
    """All combinations and all proofs of wordings, worked out now; what the cache in use has is not worked out again."""
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
    lines += paragraph(
        f"You describe in {_sentences()} sentences how the Hyper-V VSS writer backs up and restores virtual machines (VMs). We took "
        f"them at their word, and asked of every promise that they make, or that a reader takes from them, whether it can be kept, with "
        f"any number of VMs.{combined.in_short(found)} Below: why, what to change, and for each change the run behind it and the proof "
        f"that it helps. S numbers your sentences, in their order; READ numbers the points on which they are silent."
    )
    lines += ["## Can every promise be kept?", "", *combined.answer(found)]
    lines += ["## What to change, most important first", ""]
    for number, (one, of) in enumerate(findings, 1):
        lines += paragraph(
            f"{number}. **{one.title}** ({_numbers(one)}). Write: {one.wording}{_short_proof(one, of, record, found)}"
        )
    lines += ["## The silent points together", "", *combined.tables(found)]
    for number, (one, of) in enumerate(findings, 1):
        lines += [f"## {number}. {one.title}", "", *finding(one, of, record, runs, found)]
    lines += ["## What this does not show", "", *(line for one in NOT_SHOWN for line in folded(f"* {one}", "  ")), ""]
    lines += [
        *_glossary(lines),
        "",
        "See also: [findings](findings.md), [readings and faults](readings-and-faults.md).",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _sentences() -> int:
    return max(number for one in REQUIREMENTS for number in one.sentences)


def _numbers(one: Finding) -> str:
    return ", ".join(f"S{number}" for number in one.sentences)


def _short_proof(one: Finding, of: Broken, record: Record, found: Kept) -> str:
    if not one.variant:
        return f" (It changes no rule: where it is heeded, {_hold(len(held(of, record)))}.)"
    tried = mended(one, found)
    lost = {name for of_one in tried for name in of_one["lost"]}
    if not (now_kept := {name for of_one in tried for name in of_one["mended"]}):
        return ""
    cost = f"; {_given_up_shortly(len(lost))}" if lost else ", and breaks none"
    return f" (Proved: it mends {many(len(now_kept), 'promise')}{cost}.)"


def _given_up_shortly(number: int) -> str:
    return f"{many(number, 'promise')} that say{'s' if number == 1 else ''} otherwise {'is' if number == 1 else 'are'} given up"


def _hold(number: int) -> str:
    return "the promise that is broken holds" if number == 1 else f"the {many(number, 'promise')} that are broken hold"


def _glossary(lines: Sequence[str]) -> Iterator[str]:
    """Each promise that is named by its name, in words."""
    said = set(re.findall(r"`([a-z-]+)`", "\n".join(lines)))
    yield from ("## The promises by their names", "")
    for name in (one for one in PROPERTIES if one in said):
        yield from folded(f"* `{name}`: {PROPERTIES[name].says}", "  ")
