"""Which rules differ from those of an earlier revision: its model is unpacked beside the checkout and loaded by the engines of
today, in a process of its own; what the two say of each event is compared, not their text."""

from __future__ import annotations

import json
import os
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
SECONDS = 60
"""A process that loads a model takes no longer."""


class SinceError(ValueError):
    """The rules of that revision cannot be had; the message says why, and what to write instead."""


def rules_of(network: Network) -> dict[str, str]:
    """All that the network says of each event, and of how each machine starts, as text."""
    found = {event: "\n".join(_of_event(network, event)) for event in network.events}
    return found | {f"{a.name} starts": str(sorted(a.starts)) for a in network.actors.values() if a.moves}


def _of_event(network: Network, name: str) -> Iterator[str]:
    event = network.events[name]
    yield f"{event.scope} {event.fault} {event.fair} {sorted(event.by)} {shown(event.when)}"
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
    if revision.startswith("-"):
        raise SinceError(f"{revision!r} names no revision. Write a commit, a branch or a tag, such as HEAD~1.")
    packed = _run(["git", "archive", "--format=tar", revision, *folders], root, {})
    if packed.returncode:
        said = packed.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1] if said else "git said nothing"
        raise SinceError(
            f"the model at {revision!r} cannot be had ({why}). Name a commit of this checkout that has one."
        )
    with TemporaryDirectory() as folder:
        _unpack(packed.stdout, Path(folder))
        yield Path(folder)


def said_by(module: str, arguments: Sequence[str], revision: str, folder: Path, root: Path = ROOT) -> bytes:
    """What a module prints in a process that takes what is unpacked there in place of what the checkout has. Raises SinceError."""
    both = os.pathsep.join([str(folder), str(root)])
    done = _run([sys.executable, "-P", "-m", module, *arguments], folder, {"PYTHONPATH": both})
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise SinceError(
            f"the model at {revision!r} cannot be loaded by the engines of today ({said[-1]}). Name a later one."
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
        raise SinceError(f"{command[0]} cannot be asked ({problem}). Install it, or name rules with --rule.") from None


if __name__ == "__main__":
    from model.protocol import PROTOCOL

    json.dump(rules_of(PROTOCOL), sys.stdout)
