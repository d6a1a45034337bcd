"""Profiles of the random tests: `dev` by default, `pr` where CI is set, `nightly` on request (HYPOTHESIS_PROFILE=nightly).

Where CI is set, Hypothesis has a profile inherit derandomize=True: `nightly` sets it back, or each night were the same night.
What the sampled runs came to is told at the end; in full at night, or with SAMPLE_REPORT=1.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from proofs.sample.promises import Broken

NO_CLOCKS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that is busy is no fault of a test: what would never end is stopped by pytest-timeout, and nothing else."""

settings.register_profile("dev", NO_CLOCKS, max_examples=50, derandomize=False)
settings.register_profile("pr", NO_CLOCKS, max_examples=60, derandomize=True, print_blob=True, database=None)
settings.register_profile("nightly", NO_CLOCKS, max_examples=2_000, derandomize=False, print_blob=True)

PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("pr" if os.environ.get("CI") else "dev")
settings.load_profile(PROFILE)


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
    broken = None if call.excinfo is None else call.excinfo.value
    if isinstance(broken, Broken) and broken.run is not None:
        from tests.sampled.told import told

        report.sections.append(("the run that breaks it", told(broken)))
    return report
