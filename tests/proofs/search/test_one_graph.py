"""One protocol, read in several ways: the machines executed, the explorers, the tables, and the symbolic relation have the same
states, the same labelled steps, the same depth, and come to the same value of every property, everywhere.

Whole graphs where that takes seconds, at night where it takes minutes; beyond that, states of random runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property
from random import Random

import pytest

from model.notation import FALSE, Network
from model.notation.changes import with_event
from proofs.counts.tables import Tables
from proofs.world.world import Column
from properties.kinds import Step
from tests.helpers.nightly import nightly
from tests.helpers.readings.one_graph import (
    Graph,
    Values,
    differences,
    judged_otherwise,
    nearest_broken,
    of_a_state,
    valued,
    walked,
)
from tests.helpers.readings.pinned import NETWORK, PINNED
from tests.helpers.readings.readings import CompiledTests, Evaluated, Executed, Explored, Reading, Tabulated
from tests.helpers.readings.relation import Relation
from tests.helpers.readings.searched import by_search, by_visits
from tests.helpers.readings.setting import Setting

PROMISES = [
    *PINNED,
    *(
        Step(says=f"{name} is not put to the test.", term=~found.witness, shows=("GEN-1",), name=f"{name}, its witness")
        for name, found in ((found.name, found) for found in PINNED)
    ),
]
"""What is judged: nearly all promises are kept, and a judge who always says so would be believed; that their witnesses never fire
is true here and false there."""
BACKUPS = with_event(NETWORK, "restore_initialized", when=FALSE)
RESTORES = with_event(NETWORK, "backup_initialized", when=FALSE)

FITS = {
    "system": "OTHER",
    "integration": "RUNNING",
    "power": "RUNNING",
    "snapshot_location": "SAME_VOLUME",
    "disk_kind": "VHD",
    "disk_layout": "BASIC",
    "recovery": "WORKS",
    "file_system": "CAPABLE",
    "child_writers": "STABLE",
    "target": "AS_CONFIGURED",
    "switch": "THERE",
    "port": "OLD",
    "cluster": "NOT_CLUSTERED",
}
"""A VM that fits Child VM Snapshot."""


def setting(vms: int, column: Column | None = None, network: Network = NETWORK, **starts: str) -> Setting:
    """So many VMs. starts: the start states of a VM's machines, with spaces between, where they are not those of FITS."""
    allowed = {name: frozenset(states.split()) for name, states in {**FITS, **starts}.items()}
    return Setting(network, column or Column(), vms, allowed)


def faults(*names: str, **readings: str) -> Column:
    return Column(frozenset(names), tuple((name.replace("_", "-"), state) for name, state in readings.items()))


WHOLE: dict[str, tuple[Setting, tuple[int, int, int], tuple[int, int, int]]] = {
    "running": (setting(1), (1_205, 1_531, 57), (1_205, 1_531, 57)),
    "paused; it cannot be resumed, and only VHDs are looked at": (
        setting(1, faults("vm_cannot_be_resumed", READ_12="VHDS"), power="PAUSED"),
        (949, 1_196, 52),
        (949, 1_196, 52),
    ),
    "backups of two running VMs": (setting(2, network=BACKUPS), (771, 1_173, 62), (459, 659, 62)),
}
"""A configuration; its states, steps and depth with VMs told apart, and with VMs that are interchangeable."""

EACH_TIME = {"paused; it cannot be resumed, and only VHDs are looked at"}
"""What is not left to the night; states of random runs are two VMs'."""

AT_NIGHT: dict[str, tuple[Setting, tuple[int, int, int], tuple[int, int, int]]] = {
    "restores of two VMs that are off": (
        setting(2, network=RESTORES, power="OFF"),
        (4_209, 7_053, 38),
        (2_217, 3_612, 38),
    ),
    "running, or off": (setting(1, power="RUNNING OFF"), (1_282, 1_635, 57), (1_282, 1_635, 57)),
    "paused; the requester aborts": (
        setting(1, faults("requester_aborts"), power="PAUSED"),
        (1_493, 2_008, 47),
        (1_493, 2_008, 47),
    ),
    "running or paused or off; with writers in the child or without": (
        setting(1, power="RUNNING PAUSED OFF", child_writers="STABLE ABSENT"),
        (2_746, 3_518, 57),
        (2_746, 3_518, 57),
    ),
    "clustered": (setting(1, cluster="ONLINE"), (6_212, 8_750, 78), (6_212, 8_750, 78)),
    "running; the requester vanishes": (
        setting(1, faults("requester_vanishes")),
        (5_225, 8_890, 55),
        (5_225, 8_890, 55),
    ),
    "running; the host loses power": (setting(1, faults("host_loses_power")), (4_529, 10_572, 56), (4_529, 10_572, 56)),
    "running; the integration service stops": (
        setting(1, faults("integration_service_stops")),
        (11_247, 23_783, 85),
        (11_247, 23_783, 85),
    ),
    "two that are paused": (setting(2, power="PAUSED"), (18_143, 28_298, 65), (9_474, 14_508, 65)),
    "two that are off": (setting(2, power="OFF"), (13_265, 19_730, 62), (7_022, 10_218, 62)),
}
"""The same, for longer."""


class Read:
    """A setting, with every reading of it."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.relation = Relation(setting, PROMISES)

    @cached_property
    def tables(self) -> Tables:
        return Tables(self.setting.compiled)

    @cached_property
    def readings(self) -> list[Reading]:
        """The machines executed first: they are what the others are read from."""
        return [Executed(self.setting), Explored(self.setting), Tabulated(self.setting, self.tables), self.relation]

    @cached_property
    def graph(self) -> Graph:
        return walked(self.setting, self.readings[0])

    @cached_property
    def evaluated(self) -> Values:
        return valued(self.graph, Evaluated(self.setting, PROMISES))


@cache
def read(name: str) -> Read:
    return Read((WHOLE | AT_NIGHT)[name][0])


def assert_one_graph(name: str) -> None:
    """All readings of a configuration are the same."""
    whole, (_, apart, swapped) = read(name), (WHOLE | AT_NIGHT)[name]
    assert (whole.graph.counts, whole.graph.swapped_counts) == (apart, swapped)
    for reading in whole.readings[1:]:
        assert differences(whole.graph, walked(whole.setting, reading)) == []
    assert {state for state in whole.graph.depth if whole.relation.is_start(state)} == whole.setting.starts


def assert_one_value(name: str) -> dict[str, int]:
    """Each property is worth the same everywhere, whoever is asked. The properties that are broken, and how far away."""
    whole = read(name)
    assert whole.evaluated.asked >= 100 * len(whole.graph.depth)
    values = [value for of in whole.evaluated.of_steps.values() for value in of.values()]
    assert min(values.count(True), values.count(False)) >= 200
    for judge in (CompiledTests(whole.setting, PROMISES), whole.relation):
        assert judged_otherwise(whole.setting, whole.evaluated, valued(whole.graph, judge)) == []
    return nearest_broken(whole.graph, whole.evaluated)


def assert_searches_agree(name: str, broken: Mapping[str, int]) -> None:
    """Searches count the same, and find what is broken as near as it is."""
    whole = read(name)
    evaluator = Evaluated(whole.setting, PROMISES)
    found = by_search(whole.graph, evaluator, broken) | by_visits(whole.graph, whole.tables, evaluator, broken)
    assert {search: lines for search, lines in found.items() if lines} == {}
    assert len(found) == 6


@pytest.mark.parametrize("name", [name if name in EACH_TIME else pytest.param(name, marks=nightly) for name in WHOLE])
def test_one_graph(name: str) -> None:
    assert_one_graph(name)
    assert_searches_agree(name, assert_one_value(name))


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("name", AT_NIGHT)
def test_one_graph_of_more_states(name: str) -> None:
    assert_one_graph(name)
    assert_searches_agree(name, assert_one_value(name))


# -- beyond -----------------------------------------------------------------------------------------------------------


def assert_sampled(setting: Setting, runs: int, steps: int, seed: int) -> set[str]:
    """In states of random runs the readings agree as well. The events that happened."""
    pick, executed, relation = Random(seed), Executed(setting), Relation(setting, PROMISES)
    others: list[Reading] = [Explored(setting), relation]
    evaluator, compiled = Evaluated(setting, PROMISES), CompiledTests(setting, PROMISES)
    seen = Counter[str]()
    for _ in range(runs):
        state = pick.choice(sorted(setting.starts))
        for _ in range(steps):
            out = executed.out(state)
            told = [
                line
                for other in others
                for line in of_a_state(setting, state, (executed.name, out), (other.name, other.out(state)))
            ]
            assert told == []
            part = Graph(executed.name, setting, {state: 0}, {state: out})
            values = valued(part, evaluator)
            for judge in (compiled, relation):
                assert judged_otherwise(setting, values, valued(part, judge)) == []
            if not out:
                break
            fewest = min(seen[event] for event, _, _ in out)
            event, _, state = pick.choice([one for one in out if seen[one[0]] == fewest])
            seen[event] += 1
    return set(seen)


@nightly
def test_states_of_random_runs() -> None:
    """Two VMs that are running or off, and clustered, with two faults: too many states to visit."""
    beyond = setting(
        2, faults("operator_changes_vm", "requester_vanishes"), power="RUNNING OFF", cluster="ONLINE OFFLINE"
    )
    assert len(assert_sampled(beyond, 1, 20, seed=1)) >= 12


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("seed", range(3))
def test_states_of_more_random_runs(seed: int) -> None:
    """Every fault at once."""
    every = Column(frozenset(NETWORK.faults))
    chosen = setting(2, every, power="RUNNING PAUSED OFF", cluster="NOT_CLUSTERED ONLINE OFFLINE", switch="THERE GONE")
    assert len(assert_sampled(chosen, 4, 100, seed)) >= 50
