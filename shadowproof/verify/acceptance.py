"""`shadowproof accept`: the verdicts as they are now become the record, with the reason, and the runs that refute are kept."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from model.protocol import PROTOCOL
from proofs.answers import exercising, record, runs
from proofs.answers.column_cache import protocol_content
from proofs.answers.exercising import Exercise
from proofs.answers.record import Record, RecordError, updated
from proofs.answers.runs import Runs
from proofs.verdicts import all_together
from proofs.views.proof import Proof
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import AskError
from shadowproof.outside.cache_folder import close_cache, open_cache
from shadowproof.outside.files import check_writable, write_whole
from shadowproof.outside.rooms import refuse_installed
from shadowproof.outside.spelling import many
from shadowproof.verify.changed import since_record
from shadowproof.verify.printing import print_lines
from shadowproof.verify.report import Verification
from shadowproof.verify.summary import not_as_recorded
from shadowproof.verify.verify import judge, recorded_tasks, shown_anew

NO_REASON = "A reason is needed: it stays in the record. Write --reason 'what changed, and why that is right'."


def accept_now(
    reason: str | None,
    console: Console,
    *,
    asking: Callable[[str], str] | None = None,
    cache: Path | None = None,
    show_only: bool = False,
) -> None:
    """Judge every column (what `verify` has just judged is known), show what differs from the record, and write the record and its
    runs. Of a changed protocol they are searched for anew: those that are kept may not be the shortest any more. asking: gives a
    person's answer to a question; None: nobody is there. cache: where judgements are kept, if not at the usual place. show_only: write
    nothing, and close no sets with all faults together, which takes longest. Raises AskError without a reason, OutputError where they
    cannot be written."""
    refuse_installed("Verdicts are recorded")
    if not show_only and (not reason.strip() if reason is not None else asking is None):
        raise AskError(NO_REASON)
    for path in (record.PATH, runs.PATH, exercising.PATH, all_together.PATH):
        check_writable(path)
    old = _recorded()
    kept = open_cache(cache, console)
    all_faults = _all_faults() or (None if show_only else shown_anew(console, kept))
    tasks = recorded_tasks(list(PROPERTIES))
    by_column: dict[Column, list[Exercise]] = {}
    done = judge(
        tasks, old, compared=True, console=console, cache=kept, all_faults=all_faults,
        anew=runs.load_for(protocol_content(), runs.PATH) is runs.NONE, exercised=by_column.__setitem__,
    )  # fmt: skip
    close_cache(console)
    found = runs.runs_of(done.all_verdicts, watched(), protocol_content())
    tests = [one for column, _, _ in tasks for one in by_column.get(column, ())]
    same = not done.differences and runs.load_for(found.protocol, runs.PATH).kept == found.kept
    same = same and all_faults == _all_faults() and tests == _tests()
    print_lines(_shown(done, found, same=same), console)
    if all_faults is None:
        console.print(
            "What holds with all faults together is not shown: to record it sets are closed, which takes minutes."
        )
        all_faults = {}
    if show_only or (same and reason is None):
        console.print("Nothing is written.", highlight=False)
        return
    _write(done, found, tests, all_faults, _reason(reason, asking), console)


def _tests() -> list[Exercise]:
    try:
        return exercising.load(exercising.PATH)
    except RecordError:
        return []


def _recorded() -> Record:
    try:
        return record.load(record.PATH)
    except RecordError:
        return Record({})


def _all_faults() -> dict[str, Proof]:
    try:
        return all_together.load(protocol_content())
    except all_together.AllFaultsError:
        return {}


def _reason(given: str | None, asking: Callable[[str], str] | None) -> str:
    said = (
        given
        if given is not None or asking is None
        else asking("Why is that right? (It stays in the record. Empty: write nothing) ")
    )
    if said is None or not said.strip():
        raise AskError(f"Nothing is written. {NO_REASON}")
    return said.strip()


def _shown(done: Verification, found: Runs, *, same: bool) -> Iterator[str]:
    """What would be recorded anew: in words and in kinds."""
    if same:
        yield "Verdicts, assurances and runs are all as recorded."
        return
    yield from not_as_recorded(done, None if done.against.as_recorded else since_record(PROTOCOL), most=None)
    numbers = [
        one for one in done.differences if one.expected is not None and one.expected.verdict == one.found.verdict
    ]
    assured = Counter((one.expected.assurance, one.found.assurance) for one in numbers if one.expected is not None)
    for (was, now), number in sorted(assured.items(), key=lambda one: -one[1]):
        if was != now:
            yield f"Same verdict, another assurance: {many(number, 'time')} {was} → {now}"
    lengths = sum(one.expected is not None and one.expected.assurance == one.found.assurance for one in numbers)
    if lengths:
        yield f"Same verdict and assurance, a run of another length: {many(lengths, 'time')}"
    yield f"To be recorded: {_told(_kinds(done)) or 'no other verdict'}; {many(len(found.kept), 'refuting run')}."


def _kinds(done: Verification) -> dict[str, int]:
    """How many cells of the record change, by what that is."""
    return dict(sorted(Counter(one.kind for one in done.differences).items()))


def _told(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())


def _write(
    done: Verification,
    found: Runs,
    tests: Sequence[Exercise],
    all_faults: Mapping[str, Proof],
    reason: str,
    console: Console,
) -> None:
    entry = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "reason": reason,
        "changed": _kinds(done),
    }
    texts = {
        record.PATH: record.dump(updated(Record({}, done.record.reasons), done.all_verdicts, entry)),
        runs.PATH: runs.dump(found),
        exercising.PATH: exercising.dump(tests),
        all_together.PATH: all_together.dump(found.protocol, all_faults),
    }
    for path, text in texts.items():
        write_whole(path, text)
    number = len(done.differences)
    console.print(f"{many(number, 'verdict')} recorded anew." if number else "Nothing had changed; the reason is kept.")
    console.print(f"Kept: {many(len(found.kept), 'refuting run')} in proofs/answers/{runs.PATH.name}.", highlight=False)
