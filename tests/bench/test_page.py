"""The page of measurements says what was measured: met, missed and missing are told apart; the page kept is that of its JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import page

DOCS = Path(__file__).parents[2] / "docs"
MIB = page.MIB


def results(numpy_seconds: float, numpy_mib: float) -> dict[str, Any]:
    """Fabricated: SPIN takes ten seconds and 900 MiB for five VMs."""
    row = {"vms": 5, "states": 1000, "steps": 2000}
    return {
        "small": {
            "spin": [{**row, "seconds": 10.0, "peak_bytes": 900 * MIB, "compile_seconds": 1.0}],
            "numpy": [{**row, "seconds": numpy_seconds, "peak_bytes": numpy_mib * MIB}],
            "numba": [{**row, "seconds": 2.6, "peak_bytes": 100 * MIB}],
        },
        "start_up": {"seconds": 0.31},
        "verify": {"first": 100.0, "again": 4.9},
    }


def met(found: dict[str, Any]) -> dict[str, bool | None]:
    return {what: met for what, _, _, met in page.rows(found)}


@pytest.mark.parametrize(("seconds", "mib", "expected"), [(5.0, 300, (True, True)), (5.1, 301, (False, False))])
def test_a_target_is_met_or_missed(seconds: float, mib: float, expected: tuple[bool, bool]) -> None:
    found = met(results(seconds, mib))
    of_numpy = [is_met for what, is_met in found.items() if "5 VMs apart" in what and "numpy" in what]
    assert tuple(of_numpy) == expected
    assert found["small protocol, 5 VMs apart, all states, numba"] is False  # 3.8 times, four are asked
    assert found["shadowproof --help"] is False
    assert found["make verify, nothing changed"] is True


def test_what_was_not_measured_is_neither() -> None:
    found = met({})
    assert len(found) >= 10
    assert set(found.values()) == {None}
    assert page.table_text({}).count("not measured | - |") == len(found)


def test_the_page_that_is_kept_is_that_of_its_numbers() -> None:
    data = json.loads((DOCS / "benchmark.json").read_text("utf-8"))
    assert (DOCS / "benchmark.md").read_text("utf-8") == page.text(data)
    assert len([row for row in page.rows(data["results"]) if row[3] is not None]) >= 10


def test_plots_are_drawn_and_do_not_change_with_the_day(tmp_path: Path) -> None:
    drawn = []
    for name in ("one", "two"):
        folder = tmp_path / name
        page.write(
            folder,
            {"measured": {"date": "2026-01-01", "cores": 2, "versions": {}, "spin": None}, "results": results(1, 1)},
        )
        drawn.append((folder / "benchmark-small.svg").read_text("utf-8"))
    assert drawn[0] == drawn[1]
    assert "numpy" in drawn[0]
    assert "seconds" in drawn[0]
