"""`shadowproof requester`: what a requester's table does to the promises, as data and as text; and several side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from textwrap import wrap
from typing import Any

import conformance.requesters.judge as judge_module
from conformance import kept
from conformance.requesters.calls import told_in_calls
from conformance.requesters.judge import REQUESTERS, Broken, Judged, judge
from conformance.requesters.machine import Own, network_of
from conformance.requesters.mend import Mended, mend, to_blame
from conformance.requesters.profile import Profile
from conformance.traces.saved import as_data, happened, of_the_protocol
from model.protocol import FAULTS
from proofs.answers.record import Record, load
from properties.catalogue import PROPERTIES
from shadowproof.outside.spelling import many

SCHEMA = "shadowproof-requester/1"
WIDTH = 118
Json = dict[str, Any]

NOT_EXPRESSED = (
    "Calls that fail before DoSnapshotSet: this writer has done nothing by then.",
    "The order of the calls before PrepareForBackup: it makes no difference to this writer.",
    "Another attempt after a failure, other than as a session of its own; two sessions at a time; how long anything takes.",
    "What is copied from the live disks where the shadow copy failed: it is no backup of the document's.",
)
NOT_SHOWN = (
    "What follows is so in the model, with this table: no product was run, and nobody says that one behaves so.",
    "What is kept is so for any number of VMs. Runs were sought with one VM and with two that run; shortest means of these.",
    "Judged are the promises that a requester can break, in circumstances in which one thing goes wrong.",
)


DECIDES = (
    "Which VMs a veto leaves saved is the document's to say, and it leaves that open. Were they given back inside PrepareForSnapshot, "
    "or on BackupShutdown (READ-1), a requester that waits for DoSnapshotSet would leave none saved after a veto, whatever else it "
    "leaves out: that is proved for any number of VMs. Judged is the reading that the model takes by default, on Abort."
)
"""What is fair to say of every requester beside what follows for it. `test_judged.py` proves it."""

RECORDED = Path(judge_module.__file__).with_name("judged.json")
"""What was found of the public requesters, from which their page is made."""


def as_kept(told: Sequence[Json]) -> str:
    """What is kept of the public requesters; their runs are told in calls there, and not once more as traces."""
    kept_ = [
        {**one, "leaves_out": [{k: v for k, v in of.items() if k != "run"} for of in one["leaves_out"]]} for one in told
    ]
    return json.dumps(kept_, indent=1, ensure_ascii=False) + "\n"


def answer(profile: Profile, progress: Callable[[str], None]) -> Json:
    """What is so with a requester; from the cache if it was asked before."""
    key = kept.key_of("requester", [repr(profile)])
    known = kept.answer(key)
    if known is not None:
        return known
    progress(f"judging {profile.name}")
    record = load()
    judged = judge(profile, record)
    progress(f"looking for the least change of {profile.name}")
    found = _data(judged, mend(judged, record) if judged.own_doing else Mended((), ()), record)
    kept.keep_answer(key, found)
    return found


def _data(judged: Judged, mended: Mended, record: Record) -> Json:
    profile = judged.profile
    own = [one for one in judged.own_doing if one.run is not None]
    broken = {one.promise for one in judged.own_doing}
    hit = {one.circumstance for one in judged.broken}
    return {
        "schema": SCHEMA,
        "name": profile.name,
        "table": table_hash(profile),
        "facts": {key: list(value) if isinstance(value, tuple) else value for key, value in profile.facts.items()},
        "promises": {name: PROPERTIES[name].says for name in judged.promises},
        "circumstances": [one.says for one in judged.circumstances],
        "keeps": [name for name in judged.promises if name not in broken],
        "unharmed": [one.says for one in judged.circumstances if one not in hit],
        "duties_kept": _duties_kept(profile),
        "leaves_out": _leaves_out(profile, own, record),
        "anyway": _by_promise([one for one in judged.broken if one.anyway]),
        "open": _by_promise([one for one in judged.own_doing if one.run is None]),
        "safe_if": [change.says for change in mended.changes],
        "mended": not mended.left,
        "not_expressed": [*NOT_EXPRESSED, *_listed(profile.facts.get("not_expressed", ()))],
        "not_shown": list(NOT_SHOWN),
    }


def table_hash(profile: Profile) -> str:
    """Tells one table of calls from another."""
    return sha256(repr((profile.rows, profile.restore_rows, profile.no_autorecovery, profile.all_volumes, profile.reports,
                        profile.components)).encode()).hexdigest()[:16]  # fmt: skip


def _listed(value: str | tuple[str, ...]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _by_promise(cells: Sequence[Broken]) -> Json:
    found: dict[str, list[str]] = {}
    for one in cells:
        found.setdefault(one.promise, []).append(one.circumstance.says)
    return dict(found)


def _duties_kept(profile: Profile) -> list[str]:
    """The duties of a requester that this one never fails in, whatever befalls it but the end of its process."""
    done = {
        row.event
        for own in Own
        if own is not Own.KILLED
        for restores in ({False, True} if profile.restore_rows else {False})
        for row in network_of(profile, own, restores=restores).actors["profile"].moves
        if row.sources
    }
    concerns = {"post_restore_never_called", "post_restore_despite_failure", "file_status_forgotten"}
    return [
        fault.duty
        for fault in FAULTS
        if fault.name in REQUESTERS - {"requester_vanishes"} and fault.duty and fault.name not in done
        and (profile.restore_rows or fault.name not in concerns)
    ]  # fmt: skip


def _leaves_out(profile: Profile, own: Sequence[Broken], record: Record) -> list[Json]:
    """Each duty that is left out: the promises that breaks, where, and the shortest run."""
    faults = {fault.name: fault for fault in FAULTS}
    by_fault: dict[str, list[Broken]] = {}
    for one in own:
        by_fault.setdefault(to_blame(profile, one, record) or "(its choice)", []).append(one)
    found = []
    for name, cells in by_fault.items():
        first = min(cells, key=lambda one: len(one.run.steps) if one.run is not None else 0)
        assert first.run is not None  # noqa: S101 - only what has a run is told
        fault = faults.get(name)
        found.append({
            "fault": name,
            "duty": fault.duty if fault is not None else "",
            "means": fault.means if fault is not None else "",
            "breaks": _by_promise(cells),
            "promise": first.promise,
            "where": first.circumstance.says,
            "steps": len(first.run.steps),
            "vms": len(first.run.shapes),
            "run": as_data(of_the_protocol(first.run), happened(first.run, first.circumstance.reading)),
            "story": list(told_in_calls(first.run)),
        })  # fmt: skip
    return found


# -- as text --------------------------------------------------------------------------------------------------------------


def text_of(told: Mapping[str, Any], spell: Callable[[str], str] = str) -> str:
    """What a person reads."""
    return spell("\n".join(_lines(told))) + "\n"


def _wrapped(text: str, indent: str = "    ", first: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    facts = told["facts"]
    about = "; ".join(str(facts[key]) for key in ("version", "source") if facts.get(key))
    yield from _wrapped(f"{told['name']}{f' ({about})' if about else ''}")
    for key in ("role", "fairness"):
        for line in _listed(facts.get(key, ())):
            yield from _wrapped(f"  {key}: {line}", "      ")
    yield ""
    yield from _wrapped(f"Does right: {' '.join(told['duties_kept']) or 'none of the duties that can be failed in.'}")
    if told["keeps"]:
        yield from _wrapped(
            f"  kept in all {many(len(told['circumstances']), 'circumstance')}: {', '.join(told['keeps'])}", "      "
        )
    for one in told["leaves_out"]:
        yield ""
        yield from _wrapped(f"Leaves out: {one['duty'] or one['fault']} ({one['fault']})")
        for promise, where in one["breaks"].items():
            yield from _wrapped(f"  breaks {promise} where {_some(where)}", "      ")
        yield from _wrapped(
            f"  the shortest run, in its calls ({many(one['steps'], 'step')}, {many(one['vms'], 'VM')}; {one['where']}):"
        )
        for line in one["story"]:
            yield from _wrapped(f"    {line}", "              ")
        yield from _wrapped(f'    broken: "{told["promises"][one["promise"]]}" ({one["promise"]})', "        ")
    yield ""
    yield from _mended(told)
    for promise, where in told["open"].items():
        yield from _wrapped(
            f"Open: {promise} where {_some(where)}: no closed set shows it, no run of two VMs breaks it."
        )
    for promise, where in told["anyway"].items():
        yield from _wrapped(
            f"No requester can help: {promise} breaks with the model's own one, too, where {_some(where)}."
        )
    yield from _wrapped(f"To be fair: {DECIDES}")
    yield from _wrapped("Not expressed: " + " ".join(told["not_expressed"]))
    yield from _wrapped("Not shown: " + " ".join(told["not_shown"]))


def _some(where: Sequence[str]) -> str:
    if len(where) <= 5:
        return "; or ".join(where)
    return "; or ".join(where[:4]) + f"; or in {many(len(where) - 4, 'circumstance')} more"


def _mended(told: Mapping[str, Any]) -> Iterator[str]:
    if not told["leaves_out"]:
        yield "Nothing is broken that another requester would keep."
    elif told["safe_if"] and told["mended"]:
        yield from _wrapped(
            f"Would be safe if {'; and '.join(told['safe_if'])}. Without any part of it something is broken, or open."
        )
    elif told["safe_if"]:
        yield from _wrapped(f"Better, though something stays open, if {'; and '.join(told['safe_if'])}.")
    else:
        yield "No change of the table was found that mends it."


def comparison(several: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """A table of several: what each breaks, and what would mend it; the heading first."""
    rows = [["requester", "breaks", "duties left out", "safe if"]]
    for told in several:
        broken = sorted({promise for one in told["leaves_out"] for promise in one["breaks"]})
        rows.append([
            told["name"],
            ", ".join(broken) or "nothing",
            ", ".join(one["fault"] for one in told["leaves_out"]) or "none",
            "; ".join(told["safe_if"]) + ("" if told["mended"] else " (something stays open)") if told["leaves_out"] else "as it is",
        ])  # fmt: skip
    return rows


def schema_text() -> str:
    """The published schema of a profile."""
    return files("shadowproof.schema").joinpath("requester-profile-1.json").read_text("utf-8")
