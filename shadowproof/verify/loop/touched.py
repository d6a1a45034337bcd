"""`verify --changed`: which columns and promises a change can reach at all.

A column of which the protocol says word for word what it said when the record was made (its readings fixed, the faults that it does
not tolerate left out, what so cannot happen folded away) has the same runs, so a promise that is the same has the same verdict there.
That the record is of that revision is seen by the hash that stands with its runs; that the engines are the same, by that of their
sources. Where either is not so, everything is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proofs.answers import runs
from proofs.answers.cache import CacheError, source_hash
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import RecordError
from proofs.mutants.since import ROOT, SinceError, said_by, unpacked
from proofs.verdicts.columns import ALL_FAULTS, title
from proofs.world.world import Column
from shadowproof.outside.spelling import many
from shadowproof.verify.changed import record_revision
from shadowproof.verify.loop.said import Said, said_here
from shadowproof.verify.verify import Task

_FOLDERS = ("model", "properties", "proofs")
_NAMED = 6


@dataclass(frozen=True)
class Touched:
    """What a change can reach. tasks: what is judged. left: columns of which nothing is judged. revision: since when. promises: those
    that changed, and so are judged in every column. without_all: nothing is judged of all faults together, though it may differ.
    problem: why everything is judged."""

    tasks: Sequence[Task]
    left: int = 0
    revision: str = ""
    promises: tuple[str, ...] = ()
    without_all: bool = False
    problem: str = ""

    def lines(self) -> Iterator[str]:
        """Which, and why that is enough."""
        if self.problem:
            yield f"Everything is judged, since what changed is not known: {self.problem}."
            return
        if not self.tasks:
            yield f"Nothing is judged: all is as recorded. The protocol, the promises and the engines are those of {self.revision}."
            return
        if not self.left and not self.promises:
            yield "Judged is all that is asked: the protocol says something else in each of these columns."
            return
        which = _some([title(column) for column, _, _ in self.tasks])
        yield f"Judged: {len(self.tasks)} of {many(len(self.tasks) + self.left, 'column')}{f': {which}' if which else ''}."
        if self.promises:
            yield f"Promises that changed, judged in every column: {_some(self.promises)}."
        yield (
            f"Not judged is what says word for word what it said at {self.revision}, which is what the record is of: the protocol in that "
            "column (readings fixed, faults left out that it does not tolerate), the promise, the engines. No verdict can differ there."
        )
        if self.without_all:
            yield "Nothing is judged of all faults together, which takes what each of them breaks: ask without --changed."


def touched(tasks: Sequence[Task], root: Path = ROOT, kept: Path | None = None) -> Touched:
    """Of these tasks what is not as it was when the record was made. kept: the runs of the record."""
    try:
        protocol = runs.load(kept or runs.PATH).protocol
        same = protocol == protocol_content()
        with ThreadPoolExecutor(1) as beside:
            columns = [] if same else [column.name for column, _, _ in tasks]
            now = Said(protocol) if same else beside.submit(said_here, columns)
            then, revision = _recorded(protocol, root, columns)
            return _of(tasks, then, now if isinstance(now, Said) else now.result(), revision)
    except (RecordError, SinceError) as problem:
        return Touched(tasks, problem=str(problem).rstrip("."))


def _recorded(protocol: str, root: Path, columns: Sequence[str]) -> tuple[Said, str]:
    """What this protocol, which the record is of, says in these columns, and at which revision. Raises SinceError if there it is not, or
    with other engines."""
    revisions = dict.fromkeys(["HEAD", record_revision(root)])
    for revision in revisions:
        found = _said_at(revision, [protocol, *columns] if columns else [""], root)
        if found.protocol == protocol:
            return found, revision
    raise SinceError(f"the record is of another protocol than that of {' and of '.join(revisions)}")


def _said_at(revision: str, asked: Sequence[str], root: Path) -> Said:
    """What a revision says. Raises SinceError if it cannot be had, or has other engines."""
    with unpacked(revision, _FOLDERS, root) as folder:
        try:
            if source_hash(folder) != source_hash(root):
                raise SinceError(f"the engines, or the notation, are others than at {revision}")
        except CacheError as problem:
            raise SinceError(str(problem)) from None
        return Said(**json.loads(said_by("shadowproof.verify.loop.said", asked, revision, folder)))


def _of(tasks: Sequence[Task], then: Said, now: Said, revision: str) -> Touched:
    promises = _different(then.promises, now.promises)
    columns = _different(then.columns, now.columns)
    asked = {
        column: [name for name in names if column.name in columns or name in promises] for column, names, _ in tasks
    }
    without_all = _leave_all_faults(asked)
    left = [(column, asked[column], scope) for column, _, scope in tasks if asked[column]]
    judged = {name for names in asked.values() for name in names}
    return Touched(
        left, len(tasks) - len(left), revision, tuple(name for name in promises if name in judged), without_all
    )


def _leave_all_faults(asked: dict[Column, list[str]]) -> bool:
    """All faults together are broken by what breaks one: so only promises are asked there that are asked of each. Whether some are
    left out so."""
    names = asked.get(ALL_FAULTS)
    if names is None:
        return False
    single = [found for column, found in asked.items() if len(column.faults) == 1 and not column.readings]
    asked[ALL_FAULTS] = [name for name in names if all(name in found for found in single)]
    return len(asked[ALL_FAULTS]) < len(names)


def _different(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name, text in now.items() if then.get(name) != text]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
