"""Profiles of the random tests: `dev` by default, `pr` where CI is set, `nightly` on request (HYPOTHESIS_PROFILE=nightly).

Where CI is set, Hypothesis has a profile inherit derandomize=True: `nightly` sets it back, or each night were the same night.
What the sampled runs came to is told at the end; in full at night, or with SAMPLE_REPORT=1.
"""

import gc
import os
from collections.abc import Generator
from functools import cache
from typing import Any

import pytest
from _pytest.unraisableexception import gc_collect_iterations_key
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from typer import testing

from proofs.answers.cache import in_use, use_where_possible
from proofs.computer import garbage
from tests.helpers.dealing import Dealt, begun, file_of, unit_of

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

# Typer's runner has the command made anew at each call, which takes as long as most commands do.
assert hasattr(testing, "_get_command"), "Typer has changed: see how its runner comes by a command now"
testing._get_command = cache(testing._get_command)


DEALT = Dealt()


def pytest_configure(config: pytest.Config) -> None:
    """What is dealt out is begun in the order of the tests, not what has most tests first. At the end garbage is looked for once, so that
    what was left open is told; pytest looks five times, for other Pythons, at all that the tests have kept."""
    config.stash[gc_collect_iterations_key] = 1
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Who deals tests out to several workers."""
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return ByUnit(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("PYTEST_XDIST_WORKER"):
        items.sort(key=lambda item: begun(file_of(item.nodeid)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if (node := getattr(report, "node", None)) is not None:
        DEALT.ran(report.nodeid, node.gateway.id)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if DEALT.torn():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _cache_is_left_as_it_was() -> Generator[None]:
    """A command that a test runs in its own process takes a cache into use: what comes after must not find answers in it."""
    before = in_use().folder
    yield
    if in_use().folder != before:
        use_where_possible(before)


def pytest_collection_finish() -> None:
    """Heaps of tests are large: what was loaded is never looked through for garbage, and the rest seldom: all of it only once it
    is four times what it was."""
    gc.collect()
    garbage.look_seldom_for_garbage()
    garbage.GROWN = 4


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if torn := DEALT.torn():
        terminalreporter.section("tests of one file were run by several workers: see tests/helpers/dealing.py")
        terminalreporter.write_line(", ".join(torn))
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
