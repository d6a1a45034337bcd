"""Which rules differ from those of an earlier revision: its model is unpacked beside the checkout and loaded by the engines of
today, in a process of its own; what the two say of each event is compared, not their text."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from model.notation import Network
from proofs.world.world import shown

ROOT = Path(__file__).parents[2]
ALL_START = "every VM starts"
"""What must hold of each of them then, among what is said of machines."""

SECONDS = 60
"""A process that loads a model takes no longer."""


class SinceError(ValueError):
    """The rules of that revision cannot be had; the message says why, and what to write instead."""


def rules_of(network: Network) -> dict[str, str]:
    """All that the network says of each event, of how each machine starts, and of how every VM does, as text."""
    found = {event: "\n".join(_of_event(network, event)) for event in network.events}
    found |= {f"{a.name} starts": str(sorted(a.starts)) for a in network.actors.values() if a.moves}
    return found | ({ALL_START: "\n".join(sorted(map(shown, network.at_start)))} if network.at_start else {})


def _of_event(network: Network, name: str) -> Iterator[str]:
    event = network.events[name]
    silent = sorted(fault.name for fault in network.faults.values() if name in fault.silences)
    yield f"{event.scope} {event.fault} {event.fair} {sorted(event.by)} {shown(event.when)} {silent}"
    for actor in sorted(network.participants(name), key=lambda actor: actor.name):
        if not actor.observer:
            for state in actor.states:
                rules = [f"{rule.dest} if {shown(rule.when)}" for rule in actor.rules(name, state)]
                yield f"{actor.name} {state}: {rules}"


def changed_since(revision: str, network: Network, root: Path = ROOT) -> tuple[str, ...]:
    """The events, and the machines that start otherwise, of which the network says something else than it said at a revision of
    version control, or that were not there. Raises SinceError."""
    then = rules_at(revision, root)
    now = rules_of(network)
    return tuple(name.removesuffix(" starts") for name, text in now.items() if then.get(name) != text)


def rules_at(revision: str, root: Path = ROOT) -> dict[str, str]:
    """What `rules_of` gives of the model at a revision. Raises SinceError."""
    with unpacked(revision, ["model"], root) as folder:
        found = json.loads(said_by("proofs.mutants.since", [], revision, folder, root))
    return {str(name): str(text) for name, text in found.items()}


@contextmanager
def unpacked(revision: str, folders: Sequence[str], root: Path = ROOT) -> Iterator[Path]:
    """A place in which these folders are as at a revision of version control, for a while. Raises SinceError."""
    commit = commit_of(revision, root)
    there = git(["ls-tree", "--name-only", commit, "--", *folders], root).splitlines()
    for folder in folders:
        if folder not in there:
            raise SinceError(f"{revision} has no {folder}: it is from before the specification. Name a later one.")
    packed = _run(["git", "archive", "--format=tar", commit, *folders], root, {})
    if packed.returncode:
        raise SinceError(f"git archive fails: {last_line(packed.stderr)}. Name another revision.")
    with TemporaryDirectory() as place:
        _unpack(packed.stdout, Path(place))
        yield Path(place)


def commit_of(
    revision: str,
    root: Path = ROOT,
    also: str = "",
    instead: str = "Name rules with --rule.",
    write: str = "Write one such as HEAD~1, or main.",
) -> str:
    """The commit that a revision names. also: what else might have been named in its place; instead: what to do without version control;
    write: what to name.
    Raises SinceError."""
    if not re.fullmatch(r"[\w./@^~{}:+=#-]{1,200}", revision) or revision.startswith("-"):
        raise SinceError(f"{revision!r:.80} names no revision{also}. {write}")
    if not (root / ".git").exists() and _fails(["rev-parse", "--git-dir"], root):
        raise SinceError(f"This is no checkout under version control. {instead}")
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    if _fails(asked, root):
        if git(["rev-parse", "--is-shallow-repository"], root).strip() == "true":
            raise SinceError(
                f"{revision} is not in this checkout, which is shallow. Fetch more of it: git fetch --unshallow"
            )
        raise SinceError(f"{revision} is no revision of this checkout{also}. {write}")
    return git(asked, root).strip()


def _fails(arguments: Sequence[str], root: Path) -> bool:
    try:
        git(arguments, root)
    except SinceError:
        return True
    return False


def git(arguments: Sequence[str], root: Path = ROOT) -> str:
    """What git prints. Raises SinceError."""
    done = _run(["git", *arguments], root, {})
    if done.returncode:
        raise SinceError(f"git {arguments[0]} fails: {last_line(done.stderr)}. Name another revision.")
    return done.stdout.decode(errors="replace")


def last_line(complaint: bytes | str, otherwise: str = "it does not say why") -> str:
    """The last line of what a process complained of, in signs that any place has; otherwise: where it said nothing."""
    text = complaint.decode(errors="replace") if isinstance(complaint, bytes) else complaint
    lines = [line for line in text.splitlines() if line.strip()]
    return printable(lines[-1].strip())[:200] if lines else otherwise


def printable(text: str) -> str:
    """A text without signs that steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def said_by(module: str, arguments: Sequence[str], revision: str, folder: Path, root: Path = ROOT) -> bytes:
    """What a module prints in a process that takes what is unpacked there in place of what the checkout has. Raises SinceError."""
    both = os.pathsep.join([str(folder), str(root)])
    done = _run([sys.executable, "-P", "-m", module, *arguments], folder, {"PYTHONPATH": both})
    if done.returncode:
        said = last_line(done.stderr)
        raise SinceError(
            f"the model at {revision} cannot be loaded by the engines of today ({said}). Name a later one."
        )
    return done.stdout


def _unpack(packed: bytes, folder: Path) -> None:
    """The plain files of an archive, below the folder and nowhere else."""
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        for member in archive:
            path = folder / member.name
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None and path.resolve().is_relative_to(folder.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())


def _run(command: list[str], folder: Path, more: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **more}
    try:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 - git, and this interpreter
    except (OSError, subprocess.TimeoutExpired) as problem:
        remedy = "Install git, or name no revision." if command[0] == "git" else "Name another revision."
        raise SinceError(f"{command[0]} cannot be asked ({problem}). {remedy}") from None


if __name__ == "__main__":
    from model.protocol import PROTOCOL

    json.dump(rules_of(PROTOCOL), sys.stdout)
