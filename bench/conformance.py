"""How long texts, tables of calls and recorded runs take: `diagnose`, `requester`, `replay`.

Seconds are of computing, and include the start of Python: each is short, so that other work on the machine would be measured with it.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.spin.measured import Measured, measured
from conformance.traces.form import Reader, name_of
from conformance.traces.replayed import steps_of
from conformance.traces.saved import jsonl

ROOT = Path(__file__).resolve().parent.parent
SHADOWPROOF = Path(sys.executable).with_name("shadowproof")
Result = dict[str, Any]

LISTED = "Writer name: 'Microsoft Hyper-V VSS Writer'\n   State: [{}] Failed\n   Last error: Retryable error\n"
TEXTS: Mapping[str, str] = {
    "a veto in PrepareForSnapshot": LISTED.format(8),
    "a failure in PostSnapshot": LISTED.format(11),
    "a VM that is saved": "VM state: Saved\n",
    "a Linux guest that does not freeze": "Hyper-V VSS: VSS: freeze of /mnt: Operation not supported\n",
}
"""What is diagnosed, in our own words."""

REQUESTERS = ("hvbackup-coliseo", "vshadow")

HEAD: Mapping[str, Any] = {
    "schema": "shadowproof-trace/1",
    "complete": True,
    "faults": [],
    "vms": [{"start": {"power": "PAUSED"}}],
}
SESSION = (
    "backup_initialized", "context_set", "writer_metadata_gathered", "snapshot_set_started", "vm_chosen@1", "prepared_for_backup",
    "snapshot_set_begun", "vm_saved@1", "prepare_for_snapshot_succeeded", "freeze_delivered", "freeze_returned",
    "shadow_copies_committed", "thaw_delivered", "thaw_returned", "post_snapshot_delivered", "vm_given_back@1",
    "post_snapshot_succeeded", "snapshot_set_made", "status_is_good", "files_copied", "success_reported", "backup_completed", "released",
    "backup_shutdown_returned",
)  # fmt: skip
"""A backup of one VM, paused before and after."""


class CommandFailed(RuntimeError):
    """A command ended otherwise than it had to; the message says which."""


def command(*arguments: str, statuses: tuple[int, ...] = (0,)) -> Measured:
    done = measured([str(SHADOWPROOF), *arguments], ROOT)
    if done.status not in statuses:
        raise CommandFailed(f"shadowproof {' '.join(arguments)}: exit status {done.status}: {done.output[-300:]}")
    return done


def diagnosed(texts: Mapping[str, str] = TEXTS) -> list[Result]:
    """Each text with nothing remembered, and again."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, text) in enumerate(texts.items()):
            file = Path(folder) / f"{number}.txt"
            file.write_text(text, "utf-8")
            cold, warm = (command("diagnose", str(file), "--cache", f"{folder}/{number}") for _ in range(2))
            found.append({"text": name, **_cold_and_warm(cold, warm)})
    return found


def judged(names: tuple[str, ...] = REQUESTERS) -> list[Result]:
    """Each requester's table, every promise in each circumstance, with nothing remembered, and again."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            words = ("requester", name, "--cache", f"{folder}/{name}")
            cold, warm = (command(*words, statuses=(0, 1)) for _ in range(2))
            found.append({"requester": name, **_cold_and_warm(cold, warm)})
    return found


def _cold_and_warm(cold: Measured, warm: Measured) -> Result:
    return {"seconds": cold.cpu_seconds, "again": warm.cpu_seconds, "peak_bytes": max(cold.peak_bytes, warm.peak_bytes)}


def replayed(events: int) -> list[Result]:
    """Long traces: what two VMs do by chance; and a backup again and again, of as many events, and of ten times as many."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        empty = command("replay", str(sessions(Path(folder), 0))).cpu_seconds
        for what, file in (
            ("two VMs by chance", by_chance(Path(folder), events)),
            ("a backup again and again", sessions(Path(folder), events)),
            ("a backup again and again", sessions(Path(folder), 10 * events)),
        ):
            done = command("replay", str(file))
            many = sum(1 for _ in file.open()) - 1
            per_second = many / max(done.cpu_seconds - empty, 1e-3)
            found.append({"trace": what, "events": many, "seconds": done.cpu_seconds, "per_second": per_second,
                          "bytes": file.stat().st_size, "peak_bytes": done.peak_bytes})  # fmt: skip
    return found


def sessions(folder: Path, events: int) -> Path:
    """A trace of one VM that is backed up until so many events have happened (one session at least), each with its time."""
    file, lines, now = folder / f"sessions-{events}.jsonl", 0, 0.0
    with file.open("w") as stream:
        stream.write(jsonl([HEAD]))
        while not lines or lines < events:
            for event in SESSION:
                now += 0.25
                stream.write(f'{{"time": {now}, "event": "{event}"}}\n')
            lines += len(SESSION)
    return file


def by_chance(folder: Path, events: int) -> Path:
    """A trace of two VMs in which one of what is possible without a fault happens, each as likely."""
    head = {**HEAD, "vms": [{}, {}]}
    read = Reader().header(head, "by chance")
    steps = steps_of(tuple(tuple(sorted(shape.parts.items())) for shape in read.shapes))
    state, chance, file = steps.starts(read)[0], random.Random(1), folder / "by-chance.jsonl"
    with file.open("w") as stream:
        stream.write(jsonl([head]))
        for _ in range(events):
            number = chance.choice([act for act in steps.possible(state) if steps.fault[act] is None])
            state = steps.after(state, number)
            stream.write(f"{json.dumps({'event': name_of(*steps.board.acts[number])})}\n")
    return file
