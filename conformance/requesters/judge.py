"""Every promise that a requester may break, with this one, in each circumstance; and a shortest run where it breaks.

What breaks with the model's own requester too, in the same circumstance, is no fault of this one: the record says which that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.requesters.machine import Own, network_of
from conformance.requesters.profile import Profile
from conformance.runs import Searches
from model.actors.requester import requester
from model.notation.network import Network
from model.notation.terms import machines_of
from model.protocol import FAULTS, PROTOCOL
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record
from proofs.answers.runs import Runs, load_for
from proofs.answers.verdict import HOLDS, REFUTED, RunFound
from proofs.views.labelled.family_proof import Proving
from proofs.world.any_number.any_parts import NotForAnyNumber
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of
from properties.vocabulary import SESSION_STARTS

REQUESTERS = frozenset(fault.name for fault in FAULTS if fault.where == requester.name)
"""Faults of a requester: with a profile they happen where its table has them."""

VOLUME = "volume_missing"
_INSTEAD = {
    Own.CANCELLED: "requester_aborts", Own.TOO_LATE: "requester_aborts", Own.COPY_FAILS: "copy_fails",
    Own.COPY_CANCELLED: "copy_fails", Own.KILLED: "requester_vanishes",
}  # fmt: skip
"""What befalls the requester, as a fault of the record: what the model's own requester does then."""

VETO_ENDS_THE_SET = ("READ-15", "FAILS")


@dataclass(frozen=True)
class Circumstance:
    """What goes wrong around a requester: in the environment (a fault of the protocol, or none), under a reading, or to itself."""

    own: Own = Own.NOTHING
    fault: str = ""
    reading: tuple[str, str] | None = None
    restores: bool = False

    @property
    def says(self) -> str:
        if self.own is not Own.NOTHING:
            return str(self.own.value) + (" in a restore" if self.restores else "")
        said = next((fault.says for fault in FAULTS if fault.name == self.fault), "nothing goes wrong").rstrip(".")
        said = said[:1].lower() + said[1:]
        return f"{said}, and a veto is read to end the set (READ-15)" if self.reading else said

    @property
    def usual(self) -> Column:
        """The circumstance in the record, with the model's own requester."""
        faults = frozenset({self.fault} if self.fault else {_INSTEAD[self.own]} if self.own in _INSTEAD else ())
        return Column(faults, (self.reading,) if self.reading else ())


def _asked_for(profile: Profile) -> Own | None:
    """A context that a requester sets where it is asked to is a circumstance of its own."""
    return Own.NO_AUTORECOVERY if profile.no_autorecovery == "option" else None


_OF_RESTORES = (
    "other_writer_fails_in_pre_restore",
    "registration_fails",
    "files_restored_in_part",
    "files_not_restored",
    "switch_gone",
)


def circumstances(profile: Profile) -> list[Circumstance]:
    """All that is asked of a requester: no fault, each fault that is not its own, vetoes where they end the set, and what may befall it;
    in a backup, and, if it restores, in a restore."""
    faults = [f.name for f in FAULTS if f.name not in REQUESTERS and not f.silences and f.name != VOLUME]
    found = [Circumstance(), *(Circumstance(fault=name) for name in faults if name not in _OF_RESTORES)]
    found += [
        Circumstance(fault=name, reading=VETO_ENDS_THE_SET) for name in ("vm_cannot_be_saved", "guest_snapshot_fails")
    ]
    owns = [own for own in Own if own not in (Own.NOTHING, Own.NO_AUTORECOVERY) or own is _asked_for(profile)]
    found += [Circumstance(own) for own in owns if own is not Own.NOTHING]
    if profile.restore_rows:
        found += [Circumstance(restores=True), *(Circumstance(fault=name, restores=True) for name in _OF_RESTORES)]
        found.append(Circumstance(Own.KILLED, restores=True))
    return found


def promises(record: Record, runs: Runs, *, components: bool = True) -> tuple[str, ...]:
    """The promises that hold with the model's own requester where nothing goes wrong, and that some fault of a requester breaks within
    one session: what breaks in a later one only is what this one has left. Of those that the same faults break, the one of
    whose machines least is said. components: whether the requester chooses components; if not, there is none to report on."""
    found: dict[tuple[str, ...], str] = {}
    for name in PROPERTIES:
        usual = record.cell(name, Column().name)
        if usual is None or usual.verdict != HOLDS:
            continue
        faults = (*sorted(REQUESTERS), VOLUME)
        broken = tuple(fault for fault in faults if _is_refuted(record, name, Column(frozenset({fault}))))
        if broken == (NOT_REPORTED,) and not components:
            continue
        if any(_in_one_session(runs, name, fault) for fault in broken):
            known = found.get(broken, name)
            found[broken] = min(known, name, key=lambda one: (_read_by(one), one))
    return tuple(found.values())


NOT_REPORTED = "success_not_reported"


def _read_by(name: str) -> int:
    """How much happens to the machines that a promise speaks of, the requester aside."""
    names = frozenset[str]().union(*map(machines_of, terms_of(PROPERTIES[name])[:1]))
    return sum(len(PROTOCOL.actors[one].events) for one in names if one in PROTOCOL.actors and one != requester.name)


def _is_refuted(record: Record, name: str, column: Column) -> bool:
    cell = record.cell(name, column.name)
    return cell is not None and cell.verdict == REFUTED


def _in_one_session(runs: Runs, name: str, column: str) -> bool:
    kept = runs.of(name, column)
    return kept is None or sum(event in SESSION_STARTS for event, _ in kept.run.steps) == 1


@dataclass(frozen=True)
class Broken:
    """A promise that is broken in a circumstance: by a run, or (None) not excluded by a closed set and not seen with two VMs."""

    promise: str
    circumstance: Circumstance
    run: RunFound | None
    anyway: bool = False
    column: Column = field(default_factory=Column)


@dataclass(frozen=True)
class Judged:
    """What is so with a requester: what is broken, of all promises in all circumstances that were asked."""

    profile: Profile
    promises: tuple[str, ...]
    circumstances: tuple[Circumstance, ...]
    broken: tuple[Broken, ...]

    @property
    def own_doing(self) -> tuple[Broken, ...]:
        """What is broken that the model's own requester would have kept."""
        return tuple(one for one in self.broken if not one.anyway)


def judge(profile: Profile, record: Record, only: Sequence[Circumstance] | None = None, *, runs: bool = True) -> Judged:
    """Judge a requester in its circumstances (or in these only). runs: look for the shortest run of what is broken."""
    asked = list(circumstances(profile) if only is None else only)
    names = promises(record, load_for(protocol_content()), components=profile.components)
    broken: list[Broken] = []
    for kind in dict.fromkeys((one.own, one.restores) for one in asked):
        here = [one for one in asked if (one.own, one.restores) == kind]
        network = watched(network_of(profile, kind[0], restores=kind[1]))
        open_ = _open(network, [_column(profile, one) for one in here], names)
        seen = _seen(network, open_, runs=runs, most_vms=1 if kind[1] else 2)
        for (column, name), run in seen.items():
            circumstance = next(one for one in here if _column(profile, one) == column)
            anyway = _anyway(record, name, circumstance)
            broken.append(Broken(name, circumstance, run, anyway, column))
    return Judged(profile, names, tuple(asked), tuple(broken))


def _column(profile: Profile, one: Circumstance) -> Column:
    """The column of a circumstance: whatever the profile allows itself is tolerated."""
    faults = REQUESTERS | ({VOLUME} if not profile.all_volumes else set()) | ({one.fault} if one.fault else set())
    return Column(frozenset(faults), (one.reading,) if one.reading else ())


def _anyway(record: Record, name: str, one: Circumstance) -> bool:
    """Whether the promise breaks there with the model's own requester."""
    return _is_refuted(record, name, one.usual)


def _open(network: Network, columns: Sequence[Column], names: Sequence[str]) -> dict[Column, list[str]]:
    """The promises that closed sets leave open, by column."""
    asked = [as_asked(PROPERTIES[name], network)[1] for name in names]
    try:
        proving = Proving(network, columns, asked)
        shown = {name: one for unit in proving.units() for name, one in proving.shown(unit).items()}
        proofs = proving.proofs(shown)
    except NotForAnyNumber:
        return {column: list(names) for column in columns}
    found = {c: [n for n in names if n not in proofs.get(c, {}) or not proofs[c][n].holds] for c in columns}
    return {column: left for column, left in found.items() if left}


def _seen(
    network: Network, left: Mapping[Column, Sequence[str]], *, runs: bool, most_vms: int
) -> dict[tuple[Column, str], RunFound | None]:
    """A shortest run for each promise that is open in a column, of one VM or of two; None where there is none."""
    found: dict[tuple[Column, str], RunFound | None] = {(c, name): None for c, names in left.items() for name in names}
    if not runs or not left:
        return found
    asked = {name: PROPERTIES[name] for names in left.values() for name in names}
    for whole in (False, True):
        columns = [column for column in left if whole is _strikes_what_is_left_out(network, column)]
        members = {name: asked[name] for column in columns for name in left[column]}
        if not columns:
            continue
        searches = Searches(columns, properties=list(members.values()), network=network, whole=whole)
        for column in columns:
            for vms in range(1, most_vms + 1):
                still = [name for name in left[column] if found[column, name] is None]
                if still:
                    found |= {(column, name): run for name, run in searches.violations(column, still, vms).items()}
    return found


def _strikes_what_is_left_out(network: Network, column: Column) -> bool:
    """Whether a fault of the column is about a machine that most questions can do without."""
    events = [event.name for event in network.events.values() if event.fault in column.faults - REQUESTERS]
    return any(actor.name in LEFT_OUT_WHERE_NOT_ASKED for name in events for actor in network.participants(name))
