"""A difference, as CI's formats are told it: what became of each promise, and each run that one side has and the other has not, at the
line of its rule."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.differences.runs import ADDED, ELSEWHERE, Difference
from shadowproof.diff.compare import GAINED, STRONGER, Diff, Verdicts
from shadowproof.diff.revisions import Side
from shadowproof.diff.told import conclusion, reach, run, verdicts
from shadowproof.formats.found import At, Found, Report, Standing
from shadowproof.formats.of_verify import steps_of
from shadowproof.outside.version import version

DIFFERS, NO_RUN = "differs", "no run differs"


def report_of(diff: Diff, base: Side, head: Side) -> Report:
    """All that was found. What fails is what became worse, and what runs show; what is merely said otherwise stands in the head."""
    said = [f"{one.sort} {one.name} {one.what}" for one in diff.named]
    lines = (conclusion(diff), *diff.notes, *said, *(line for line in reach(diff) if line))
    judged = () if diff.judged is None else diff.judged.changes
    found = [*(_promise(one, base, head) for one in judged), *(_run(one, diff, base, head) for one in diff.differences)]
    return Report(
        "diff",
        lines,
        (*found, *_silent(diff)),
        diff.status,
        version(),
        str(head.data["protocol"]),
        expected="as before",
    )


def _promise(one: Verdicts, base: Side, head: Side) -> Found:
    promise = head.promises.get(one.promise) or base.promises[one.promise]
    return Found(
        promise=one.promise,
        says=promise.says,
        shows=promise.shows,
        under=one.column,
        verdict=one.now.verdict,
        standing=Standing.KEPT if one.kind in {GAINED, STRONGER} else Standing.FAILED,
        told=f"{one.kind}: {verdicts(one)}",
        at=At(promise.place.file, promise.place.line),
        was=one.was.verdict,
    )


def _run(one: Difference, diff: Diff, base: Side, head: Side) -> Found:
    network = head.network if one.kind in {ADDED, ELSEWHERE} else base.network
    event = network.events[one.event]
    place = next((rule.place for rule in diff.rules if rule.name == one.event), event.place)
    steps = tuple(steps_of(one.run, network))
    first, *_, why = run(one)
    return Found(
        promise=one.event,
        says=event.says,
        shows=tuple(sorted(event.by)),
        under=one.column.name,
        verdict=DIFFERS,
        standing=Standing.FAILED,
        told=f"{first} {why.strip()}",
        at=At(place.file, place.line),
        rules=tuple(dict.fromkeys(At(step.file, step.line, step.says.partition(" ")[0]) for step in steps)),
        run=steps,
    )


def _silent(diff: Diff) -> Iterator[Found]:
    """Rules that say something else, and of which no run was found that shows it."""
    for rule in diff.silent:
        says, at = "; ".join(rule.what), At(rule.place.file, rule.place.line)
        yield Found(rule.name, says, rule.by, NO_RUN, NO_RUN, Standing.OPEN, f"{rule.name} {rule.kind.value}", at)
