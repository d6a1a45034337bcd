"""Every row of every table is taken in some run: a row that never is says nothing, or says it wrongly.

A row counts where it is taken from one of its sources at least: "from any of these" may name a state in which the event
never finds the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from model.actors.power import Power
from model.notation import Move, on
from model.notation.changes import rows_of, with_rows, with_table
from model.protocol import PROTOCOL
from proofs.search.plain import starts as starts_of
from proofs.search.plain import successors
from proofs.verdicts.columns import BASE, every_column
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.world import Column, World
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.nightly import nightly

Row = tuple[str, Move]
"""A machine's name, and a row of its table."""
Starts = Mapping[str, frozenset[str]]
Taken = tuple[str, str, str, str]
"""An event, a machine, and the machine's state before and after."""

NEVER_TAKEN: dict[str, str] = {
    "in_backup: roll_back_fails from YES to ROLLED_BACK": "it takes a second disk, on which it fails; here a VM has one",
    "saved_by: vm_deleted from WRITER to NOBODY": "a VM is turned off before it is deleted, and then it is saved no more",
}
"""Rows that no run takes, as "machine: event from ... to ...", each with the reason why it stands there."""


def starts(**machines: str) -> Starts:
    """Start states, `|` between them, of a VM's machines and of those of its one disk and one adapter."""
    parts = {actor.name for sort in PROTOCOL.parts for actor in PROTOCOL.of_sort(sort)}
    return {f"{n}#0" if n in parts else n: frozenset(states.split("|")) for n, states in machines.items()}


ORDINARY = starts(
    cluster="NOT_CLUSTERED", child_writers="STABLE", system="OTHER", integration="RUNNING|STOPPED", disk_kind="VHD",
    snapshot_location="SAME_VOLUME", disk_layout="BASIC", file_system="CAPABLE",
    recovery="WORKS|FAILS", target="AS_CONFIGURED", switch="THERE",
)  # fmt: skip
"""An ordinary VM outside a cluster. What it does is done by a VM of the protocol: fewer runs, and none that there is not."""
CLUSTERED = {**ORDINARY, **starts(cluster="ONLINE", power="RUNNING")}


def searches() -> Iterator[tuple[Column, Starts]]:
    """Where the rows are looked for: any VM without faults, an ordinary one in every column, and what takes more."""
    yield BASE, {}
    for column in every_column():
        yield column, ORDINARY
    yield Column(frozenset({"cluster_fails_over"})), CLUSTERED
    yield Column(frozenset({"guest_crashes"})), CLUSTERED
    yield Column(frozenset({"other_writer_fails_in_pre_restore", "post_restore_despite_failure"})), ORDINARY
    for fault in ("requester_aborts", "completed_after_failure"):
        yield Column(frozenset({"provider_fails", fault})), ORDINARY
    for faults in ((), ("requester_vanishes",)):
        for left in ("NOTHING", "AS_IT_WAS"):
            yield Column(frozenset(faults), (("READ-17", left),)), CLUSTERED
    for fault in ("volume_missing", "management_service_restarts"):
        yield Column(frozenset({"host_loses_power", fault})), ORDINARY
    yield Column(frozenset({"requester_vanishes", "management_service_restarts"})), ORDINARY
    yield Column(frozenset({"host_loses_power"}), (("READ-10", "SESSION_START"),)), ORDINARY


def taken(compiled: Compiled, wanted: Collection[Row] = ()) -> set[Taken]:
    """What the machines that take part in some step go through, be it that they stay; blocked events do not count. Only until
    all rows wanted are taken, where some are."""
    found: set[Taken] = set()
    of_host, of_vm = compiled.host_vars, compiled.vm_vars[0]
    steps = set[tuple[int, int, int, int, int]]()
    level, known = starts_of(compiled, 1), set(starts_of(compiled, 1))
    while level and not (wanted and all(is_taken(*one, found) for one in wanted)):
        out = [(edge[0], state, target) for state in level for edge, target in successors(compiled, state)]
        level = list(dict.fromkeys(target for _, _, target in out if target not in known))
        known.update(level)
        for event, before, after in out:
            step = (event, before[0], after[0], before[1], after[1])
            if step in steps:
                continue
            steps.add(step)
            name = compiled.events[event].name
            both = (
                (of_host, compiled.hosts[before[0]], compiled.hosts[after[0]]),
                (of_vm, compiled.locals[before[1]][1], compiled.locals[after[1]][1]),
            )
            for variables, one, two in both:
                for actor, left, come_to in zip(variables.actors, one, two, strict=True):
                    if name in actor.machine.events:
                        found.add((name, actor.name, actor.states[left], actor.states[come_to]))
    return found


def may_be_taken(world: World, actor: str, row: Move) -> bool:
    """Whether a column's tables have the row at all, from one of its sources."""
    assert row.dest is not None
    if all(event.name != row.event for event in world.events):
        return False
    rules = world.rules(PROTOCOL.actors[actor], row.event)
    return any(rule.dest == row.dest.name for source in row.sources or () for rule in rules.get(source.name, ()))


def is_taken(actor: str, row: Move, found: set[Taken]) -> bool:
    assert row.dest is not None
    return any((row.event, actor, source.name, row.dest.name) in found for source in row.sources or ())


def in_words(actor: str, row: Move) -> str:
    """The row as a reader finds it; a row that stays has no destination and is not asked for."""
    assert row.dest is not None
    sources = "|".join(sorted(source.name for source in row.sources or ()))
    return f"{actor}: {row.event} from {sources} to {row.dest.name}"


ROWS = [(actor.name, row) for actor in PROTOCOL.actors.values() for row in actor.moves if row.dest is not None]


@nightly
def test_every_row_is_taken_in_some_run() -> None:
    """By day the runs of the test vectors take every row; here searches say so, and of the rest that no run takes it."""
    left = ROWS
    for column, allowed in searches():
        if wanted := [one for one in left if may_be_taken(World(PROTOCOL, column), *one)]:
            found = taken(compiled_whole(PROTOCOL, [ONE_OF_EACH], column, allowed=[allowed], reduce=True), wanted)
            left = [one for one in left if not is_taken(*one, found)]
    assert len(ROWS) >= 300
    assert {
        f"{in_words(actor, row)} ({row.place})" for actor, row in left if in_words(actor, row) not in NEVER_TAKEN
    } == set()
    assert {in_words(actor, row) for actor, row in left} == NEVER_TAKEN.keys(), "these are taken after all"


def test_a_row_that_cannot_be_taken_is_noticed() -> None:
    """Nobody saves a VM that is not there."""
    gone, paused = on("vm_saved", Power.GONE, Power.OFF), on("vm_deleted", Power.PAUSED, Power.GONE)
    honest = next(row for row in rows_of(PROTOCOL, "power") if row.event == "vm_saved")
    network = with_table(PROTOCOL, "power", with_rows(gone, paused, rows_of(PROTOCOL, "power")))
    found = taken(compiled_whole(network, [ONE_OF_EACH], BASE, allowed=[ORDINARY], reduce=True))
    assert is_taken("power", honest, found)
    assert is_taken("power", paused, found)
    assert not is_taken("power", gone, found)
