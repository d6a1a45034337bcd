"""Which rules were changed since the record was made: what a reader of other verdicts asks first."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model.notation import Actor, Network
from model.protocol import REQUIREMENTS
from proofs.answers import record as verdicts
from proofs.mutants.since import ALL_START, ROOT, SECONDS, SinceError, rules_at, rules_of

RECORD = verdicts.PATH.relative_to(ROOT).as_posix()
"""Where the record of the version that this process speaks of stands in a checkout."""


@dataclass(frozen=True)
class Rule:
    """A rule that says something else now, is new, or is no more. by: requirement ids; sentences: of the document; places: where it
    stands, the event's own and those of the machines whose rows changed."""

    name: str
    what: str
    by: tuple[str, ...] = ()
    sentences: tuple[int, ...] = ()
    places: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = " ".join([*self.by, *(f"S{number}" for number in self.sentences)])
        where = ", ".join(self.places)
        return f"{self.name} {self.what}" + (f" ({shown})" if shown else "") + (f" {where}" if where else "")


@dataclass(frozen=True)
class Since:
    """The rules that changed since a revision. problem: why that is not known."""

    revision: str
    rules: tuple[Rule, ...] = ()
    problem: str = ""


def since_record(network: Network, root: Path = ROOT, record: str = RECORD) -> Since:
    """The rules that say something else than where work began: at HEAD, if the model is edited since; else at the commit that the
    record was last written in."""
    try:
        edited = bool(_git(["status", "--porcelain", "--", "model"], root))
        revision = "HEAD" if edited else record_revision(root, record)
        return Since(revision, tuple(differing(rules_at(revision, root), network)))
    except SinceError as problem:
        return Since("", problem=str(problem))


def record_revision(root: Path = ROOT, record: str = RECORD) -> str:
    """The commit that the record was last written in. Raises SinceError."""
    revision = _git(["log", "-1", "--format=%h", "--", record], root).strip()
    if not revision:
        raise SinceError("the record is in no commit")
    return revision


def differing(then: dict[str, str], network: Network) -> list[Rule]:
    """The rules of which a network says something else than was said then."""
    now = rules_of(network)
    changed = [_changed(name, then.get(name), text, network) for name, text in now.items() if then.get(name) != text]
    return [*changed, *(Rule(name.removesuffix(" starts"), "is no more") for name in then if name not in now)]


def _changed(name: str, was: str | None, now: str, network: Network) -> Rule:
    if name == ALL_START:
        return Rule("every VM", "starts otherwise")
    if name.endswith(" starts"):
        actor = network.actors[name.removesuffix(" starts")]
        return Rule(actor.name, "is new" if was is None else "starts otherwise", places=(str(actor.place),))
    event = network.events[name]
    known = {requirement.id: requirement.sentences for requirement in REQUIREMENTS}
    sentences = sorted({number for one in event.by for number in known.get(one, ())})
    machines = [] if was is None else _machines(was.splitlines(), now.splitlines())
    rows = {one: row_place(network.actors[one], name) for one in machines if one in network.actors}
    what = "is new" if was is None else "changed" + (f" in {', '.join(rows)}" if rows else "")
    return Rule(name, what, event.by, tuple(sentences), tuple(rows.values()) or (str(event.place),))


def row_place(actor: Actor, event: str) -> str:
    """Where the first row of a machine's table stands that names an event; where its text does not tell, the machine itself."""
    file = ROOT / actor.place.file
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return str(actor.place)
    begun = next((at for at, line in enumerate(lines) if line.startswith(f"{actor.name}.table(")), len(lines))
    rows = (at for at, line in enumerate(lines[begun:], begun + 1) if f'"{event}"' in line)
    return f"{actor.place.file}:{next(rows, actor.place.line)}"


def _machines(was: Sequence[str], now: Sequence[str]) -> list[str]:
    """The machines whose rows differ; the first line of each is the event's own."""
    rows = {*was[1:]} ^ {*now[1:]}
    return sorted({row.split()[0] for row in rows})


def _git(arguments: Sequence[str], root: Path) -> str:
    try:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=SECONDS)  # noqa: S603 - git
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise SinceError(f"git cannot be asked ({problem})") from None
    if done.returncode:
        raise SinceError("this is no checkout under version control")
    return done.stdout
