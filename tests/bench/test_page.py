"""The page of measurements says what was measured: met, missed and missing are told apart; the page kept is that of its JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as bench
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
        "verify": {"first": 45.1, "again": 2.9, "glance": 9.9, "changed": 20.1, "without_solvers": 30.0},
        "mutants_of_a_rule": {"seconds": 29.0},
        "mutants": {"seconds": 601.0},
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
    assert found["make verify, nothing remembered, both solvers"] is False
    assert found["make verify, nothing changed"] is True
    assert found["verify --glance"] is True
    assert found["verify --no-solvers, nothing remembered"] is True
    assert found["verify --no-solvers, one rule changed"] is False
    assert found["mutate, one rule (vm_saved)"] is True
    assert found["mutate, all rules"] is False


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


def conformance(seconds: float, per_second: float, mib: float) -> dict[str, Any]:
    """Fabricated: of two texts the second is slow to be told again; three traces, the last ten times as long as the one before."""
    trace = {"events": 1_000, "seconds": 2.0, "bytes": MIB, "peak_bytes": 100 * MIB}
    return {
        "diagnose": [
            {"text": "one", "seconds": seconds, "again": 0.2, "peak_bytes": MIB},
            {"text": "two", "seconds": 1.0, "again": 0.51, "peak_bytes": MIB},
        ],
        "requester": [{"requester": "one", "seconds": 9.0, "again": 0.4, "peak_bytes": MIB}],
        "replay": [
            {**trace, "trace": "chance", "per_second": per_second},
            {**trace, "trace": "short", "per_second": 200_000.0},
            {**trace, "trace": "long", "per_second": 300_000.0, "events": 10_000, "peak_bytes": mib * MIB},
        ],
    }


@pytest.mark.parametrize(("given", "expected"), [((3.0, 100_000.0, 110), True), ((3.1, 99_000.0, 111), False)])
def test_the_slowest_text_and_the_slowest_trace_decide(given: tuple[float, float, float], expected: bool) -> None:
    found = met(conformance(*given))
    assert found["diagnose, the slowest text, cold"] is expected
    assert found["diagnose, the same text again"] is False
    assert found["replay of long traces, the slowest"] is expected
    assert found["the same, ten times as many events: memory"] is expected


def test_each_text_requester_and_trace_has_a_row() -> None:
    text = page.text(
        {"measured": {"date": "d", "cores": 2, "versions": {}, "spin": None}, "results": conformance(1, 2, 3)}
    )
    for row in (
        "| diagnose, two | 1.00 | 0.51 | 1 |",
        "| requester, one | 9.00 | 0.40 | 1 |",
        "| replay, long: 10,000 events, 1.0 MiB |",
    ):
        assert row in text


def test_what_is_measured_anew_by_itself_has_its_own_day() -> None:
    """2026-11-29: all the rest was said to be of that day, too."""
    old, new = (
        {"date": "d1", "cores": 2, "versions": {"python": "3.11"}, "spin": None},
        {"date": "d2", "cores": 4, "versions": {"python": "3.12, the system's own"}, "spin": None},
    )
    assert bench.measured_when(None, new, []) == new
    first = bench.measured_when(old, new, ["host"])
    again = bench.measured_when(first, {**new, "date": "d3"}, ["replay"])
    text = page.text({"measured": again, "results": {}})
    said = "on d1, 2 cores, python 3.11, no SPIN; host on d2 (Python {0}); replay on d3 (Python {0}). Compare"
    assert said.format("3.12, the system's own") in text


def test_what_was_measured_is_kept_where_something_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> object:
        raise bench.BenchError("it ends with status 4")

    monkeypatch.setattr(bench, "sections", lambda _: {"host": fails, "start_up": lambda: {"seconds": 0.25}})
    monkeypatch.setattr("sys.argv", ["bench", "--only", "host", "--only", "start_up", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match="bench: host: it ends with status 4"):
        bench.main()
    kept = json.loads((tmp_path / "benchmark.json").read_text("utf-8"))
    assert kept["results"] == {"start_up": {"seconds": 0.25}}
