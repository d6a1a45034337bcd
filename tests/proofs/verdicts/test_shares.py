"""One column judged by several processes: the same verdicts, whoever judges which properties, and the same cache."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from joblib.externals.loky import get_reusable_executor

from proofs.answers.cache import in_use, use
from proofs.answers.verdict import REFUTED
from proofs.verdicts import shares as module
from proofs.verdicts.by_kind import by_kind, in_order, some_by_kind
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.verdicts.shares import by_kind_in_shares, judge_in_shares, shares
from proofs.views.proof import ForKinds
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of
from shadowproof.host.kinds import kinds, scope_of
from tests.helpers.nightly import nightly
from tests.helpers.vms import BASIC, DYNAMIC, read_from, vhds, vm

VANISHES = Column(frozenset({"requester_vanishes"}))
NAMES = ("no-vm-left-saved", "restore-status-numbers", "no-partial-backup", "no-vm-is-lost", "back-in-prior-state")


@pytest.fixture
def host(tmp_path: Path) -> Scope:
    """Two kinds."""
    folder = tmp_path / "host"
    folder.mkdir()
    return scope_of(kinds(read_from(folder, [vm(Name="a", **vhds(BASIC)), vm(Name="b", **vhds(DYNAMIC))])))


@pytest.mark.parametrize("many", [1, 2, 5])
def test_every_property_is_in_one_share_and_slices_stay_together(many: int) -> None:
    found = shares(BASE, tuple(PROPERTIES), many)
    assert sorted(name for share in found for name in share) == sorted(PROPERTIES)
    assert len(found) == many
    assert max(map(len, found)) < len(PROPERTIES) or many == 1
    looking = [one for one in PROPERTIES.values() if terms_of(one)]
    for group in ForKinds(watched(), BASE).groups(looking):
        assert len({number for number, share in enumerate(found) for one in group.members if one.name in share}) == 1


def test_there_are_no_empty_shares() -> None:
    assert shares(BASE, ["restore-status-numbers"], 4) == [["restore-status-numbers"]]


def test_verdicts_are_those_of_one_process_and_are_known_the_next_time(host: Scope, tmp_path: Path) -> None:
    task = (VANISHES, NAMES, host)
    found = judge_in_shares(task, jobs=2, cache=tmp_path / "cache")
    assert found == check(*task)
    assert [one.property for one in found] == list(NAMES)
    assert not any(one.cached for one in found)
    again = judge_in_shares(task, jobs=1, cache=tmp_path / "cache")
    assert all(one.cached for one in again)
    assert again == found
    assert judge_in_shares((VANISHES, NAMES[::-1], host), jobs=1, cache=tmp_path / "cache") == found[::-1]
    use(None)


def test_kinds_are_judged_alone_as_by_one_process(host: Scope) -> None:
    task = (VANISHES, NAMES, host)
    found = by_kind_in_shares(task, jobs=2)
    assert found == by_kind(*task)
    assert [one.verdict == REFUTED for one in found["no-vm-left-saved"]] == [False, True]


@nightly
def test_what_is_damaged_is_heard_of_once(host: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WORTH_IT", 1)
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
    monkeypatch.setattr("proofs.views.proof._PROVED", {})
    task = (VANISHES, NAMES[:3], replace(host, vms=1))
    get_reusable_executor().shutdown(wait=True)  # workers that remember what they judged would not ask the cache
    judge_in_shares(task, jobs=2, cache=tmp_path / "cache")
    get_reusable_executor().shutdown(wait=True)
    for path in (tmp_path / "cache").rglob("*.json"):
        path.write_text("{", "utf-8")
    judge_in_shares(task, jobs=2, cache=tmp_path / "cache")
    damaged = in_use().damaged
    use(None)
    assert sorted(damaged) == sorted((tmp_path / "cache").rglob("*.damaged"))
    assert len(damaged) > 1


@pytest.mark.parametrize("many", [2, 3])
def test_all_shares_together_ask_of_every_kind(host: Scope, many: int) -> None:
    task = (VANISHES, NAMES[:2], host)
    parts = [some_by_kind(*task, (turn, many)) for turn in range(many)]
    assert in_order(parts, NAMES[:2], host) == by_kind(*task)
    with pytest.raises(KeyError):
        in_order(parts[1:], NAMES[:2], host)


def test_who_judges_a_share_loads_nothing_that_works_on_many_columns() -> None:
    """Numba alone takes as long as a third of all else that is loaded."""
    asked = "import proofs.verdicts.shares, sys; print(sorted({'numba', 'proofs.verdicts.suite'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
