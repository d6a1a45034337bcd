"""The runs behind what the record says is refuted: kept with it, so that they are told, drawn and replayed without a search.

Each is the shortest of its cell, or of the cell without faults whose run it is: no run of up to `vms` VMs that breaks the property there
has fewer steps (a fault may make a shorter one, which `explain` looks for). They are of one protocol,
named by a hash of it and of its properties: of any other they say nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from model.notation.network import Network
from model.versions import option, suffix
from proofs.answers.json_form import from_json, to_json
from proofs.answers.record import RecordError
from proofs.answers.verdict import REFUTED, RunFound, Verdict
from proofs.world.slices import as_asked
from properties.catalogue import PROPERTIES
from properties.kinds import Property

PATH = Path(__file__).parent / f"runs{suffix()}.json"
SCHEMA = "shadowproof-runs/1"


@dataclass(frozen=True)
class Kept:
    """A run that breaks a property in a column. vms: the bound up to which none is shorter. reason: how it goes on, if that is
    what breaks the property. Machines that `run` does not name start in the first of their start states."""

    property: str
    column: str
    vms: int
    reason: str
    run: RunFound

    def verdict(self) -> Verdict:
        """What the run decides."""
        return Verdict(
            self.property, self.column, REFUTED, "a run was replayed", vms=self.vms, run=self.run, reason=self.reason,
            cached=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Runs:
    """Runs by property and column. protocol: the hash of what they are runs of."""

    protocol: str
    kept: Mapping[tuple[str, str], Kept]

    def of(self, property_: str, column: str) -> Kept | None:
        return self.kept.get((property_, column))

    def up_to(self, property_: str, column: str, vms: int) -> Kept | None:
        """The run, if it is the shortest of up to so many VMs."""
        found = self.of(property_, column)
        return found if found is not None and len(found.run.shapes) <= vms <= found.vms else None


NONE = Runs("", {})


def runs_of(
    found: Iterable[Verdict], network: Network, protocol: str, properties: Mapping[str, Property] = PROPERTIES
) -> Runs:
    """The runs of all that is refuted by one, property by property. network: the one that was judged, with its observers."""
    by_property: dict[str, list[Verdict]] = {}
    for one in found:
        by_property.setdefault(one.property, []).append(one)
    kept = {
        (one.property, one.column): _kept(one, one.run, as_asked(properties[one.property], network)[0])
        for verdicts in by_property.values()
        for one in verdicts
        if one.verdict == REFUTED and one.run is not None
    }
    return Runs(protocol, kept)


def _kept(found: Verdict, run: RunFound, network: Network) -> Kept:
    return Kept(found.property, found.column, found.vms, found.reason, bare(run, network))


def bare(run: RunFound, network: Network) -> RunFound:
    """The run without the starts that are so by default."""
    starts = {key: state for key, state in run.starts.items() if state != network.actors[key[0]].starts[0]}
    return replace(run, starts=starts)


def load(path: Path = PATH) -> Runs:
    """Read the runs. Raises RecordError."""
    remedy = f"Restore {path.name} from version control, or make it with: shadowproof accept{option()} --reason ..."
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise RecordError(f"{path.name} is missing. {remedy}") from None
    except (OSError, ValueError, RecursionError) as problem:
        raise RecordError(f"{path.name} cannot be read ({problem}). {remedy}") from None
    try:
        if data["schema"] != SCHEMA:
            raise RecordError(f"{path.name} has schema {data['schema']}, not {SCHEMA}. {remedy}")
        runs = [from_json(Kept, one) for one in data["runs"]]
        return Runs(str(data["protocol"]), {(one.property, one.column): one for one in runs})
    except (KeyError, TypeError, AttributeError) as problem:
        raise RecordError(f"{path.name} has not the shape of kept runs ({problem!r}). {remedy}") from None
    except RecordError:
        raise
    except ValueError as problem:
        raise RecordError(f"{path.name} has not the shape of kept runs: {problem}. {remedy}") from None


def load_for(protocol: str, path: Path = PATH) -> Runs:
    """The runs, if they are of this protocol; none, if they are of another, or cannot be read."""
    try:
        found = load(path)
    except RecordError:
        return NONE
    return found if found.protocol == protocol else NONE


def dump(runs: Runs) -> str:
    """The runs as text: a few lines each, so that a change reads as a change."""
    lines = ["{", f'"schema": {json.dumps(SCHEMA)},', f'"protocol": {json.dumps(runs.protocol)},', '"runs": [']
    lines.append(",\n".join(run_text(to_json(one)) for one in runs.kept.values()))
    lines.append("]\n}")
    return "\n".join(lines) + "\n"


def run_text(data: Mapping[str, Any]) -> str:
    """Something that has a run, or may have one, as text: a line for what it says, and a few for the run."""
    head = json.dumps({key: value for key, value in data.items() if key != "run"})
    if "run" not in data:
        return f"  {head}"
    inner = ",\n".join(f'    "{key}": {json.dumps(value)}' for key, value in data["run"].items())
    return f'  {head[:-1]}, "run": {{\n{inner}}}}}'
