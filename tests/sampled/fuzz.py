"""HypoFuzz on the sampled runs for so many seconds (0: until it is stopped), then its finds as an ordinary test tells them.

HypoFuzz keeps the runs that fail in Hypothesis' database and goes on; the test replays them, shrinks them and decides the
status: 0 if nothing was found in that time, 1 if something was. No dashboard is served.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

TEST = ["tests/sampled/test_sampled.py", "-k", "TestRuns"]
FUZZ = [str(Path(sys.executable).parent / "hypothesis"), "fuzz", "--no-dashboard", "-n", "1", "--", *TEST]


def fuzz(seconds: float) -> int:
    """The status of the finds. 2: HypoFuzz stopped by itself before its time, and the test found nothing."""
    kept = {name: value for name, value in os.environ.items() if name != "CI"}  # where CI is set there is no database
    environment = kept | {"HYPOTHESIS_PROFILE": "dev", "PYTHONPATH": "."}
    fuzzing = subprocess.Popen(FUZZ, env=environment, start_new_session=True)
    early = True
    try:
        fuzzing.wait(seconds or None)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        early = False
    finally:
        if fuzzing.poll() is None:
            os.killpg(fuzzing.pid, signal.SIGTERM)
            fuzzing.wait()
    told = subprocess.run([sys.executable, "-m", "pytest", "-q", *TEST], env=environment, check=False)
    return told.returncode or (2 if early else 0)


if __name__ == "__main__":
    sys.exit(fuzz(float(sys.argv[1])))
