"""Profiles of the random tests: `dev` by default, `pr` where CI is set, `nightly` on request (HYPOTHESIS_PROFILE=nightly).

Where CI is set, Hypothesis has a profile inherit derandomize=True: `nightly` sets it back, or each night were the same night.
What the sampled runs came to is told at the end; in full at night, or with SAMPLE_REPORT=1.
"""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

NO_CLOCKS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that is busy is no fault of a test: what would never end is stopped by pytest-timeout, and nothing else."""

settings.register_profile("dev", NO_CLOCKS, max_examples=50, derandomize=False)
settings.register_profile("pr", NO_CLOCKS, max_examples=30, derandomize=True, print_blob=True, database=None)
settings.register_profile("nightly", NO_CLOCKS, max_examples=2_000, derandomize=False, print_blob=True)

PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("pr" if os.environ.get("CI") else "dev")
settings.load_profile(PROFILE)

if PROFILE == "pr":
    # Hypothesis draws constants that it finds in the modules that are loaded, and those differ with how tests are dealt out. Here the
    # same is to be drawn in each run.
    assert hasattr(providers, "_get_local_constants"), "Hypothesis has changed: see how it finds constants now"
    providers._get_local_constants = lambda: providers._local_constants


TESTS = Path(__file__).parent

LONGEST = (
    "sampled/test_sampled.py", "properties/test_promises.py", "wrong_protocols/test_refuted_by_proof.py",
    "proofs/counts/test_visit.py", "proofs/answers/test_memory.py", "proofs/mutants/test_judge.py",
    "shadowproof/tell/test_show.py", "wrong_protocols/test_three_vms.py", "model/notation/test_product.py",
    "conformance/test_diagnosis.py", "shadowproof/test_docs.py", "proofs/search/test_one_graph.py",
    "proofs/world/test_reductions.py", "proofs/why/test_table.py", "conformance/requesters/test_judged.py",
)  # fmt: skip
"""Files that take long. Where tests go to several workers these are begun first: one that is begun last is waited for."""

APART = ("wrong_protocols/test_wrong_protocols.py",)
"""Files of many tests that have nothing in common: each goes to whoever is free, last of all."""


def pytest_configure(config: pytest.Config) -> None:
    """Groups of tests are begun in the order of the tests, not the one with the most tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests go to several workers, those of a file go to one: what one of them works out is there for the next."""
    if not getattr(config.option, "loadgroup", False):
        return
    items.sort(key=lambda item: begun(_file(item)))
    for item in items:
        if _file(item) not in APART and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_file(item)))


def pytest_collection_finish() -> None:
    """What was loaded is not looked through for garbage each time a column was judged: heaps of tests are large."""
    gc.collect()
    gc.freeze()


def begun(file: str) -> int:
    """When the tests of a file are begun: the longest files first, what stands apart last."""
    last = len(LONGEST) + 1
    return last if file in APART else LONGEST.index(file) if file in LONGEST else last - 1


def _file(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).as_posix()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    wanted = "sampled in full" if PROFILE == "nightly" or os.environ.get("SAMPLE_REPORT") else "sampled"
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, told in getattr(report, "user_properties", ()):
                if name == wanted and getattr(report, "when", "") == "call":
                    terminalreporter.section(f"sampled runs (profile {PROFILE})")
                    terminalreporter.write_line(str(told))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a random run breaks a promise: its story, and the command that tells it again."""
    report = yield
    if call.excinfo is None:
        return report
    # Imported where it is needed: a second, which who asks for the profile alone need not wait for.
    from proofs.sample.promises import Broken

    broken = call.excinfo.value
    if isinstance(broken, Broken) and broken.run is not None:
        from tests.sampled.told import told

        report.sections.append(("the run that breaks it", told(broken)))
    return report
