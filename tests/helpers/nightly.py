"""What takes too long for every run, and is asked at night: with HYPOTHESIS_PROFILE=nightly."""

from __future__ import annotations

import os

import pytest

AT_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

nightly = pytest.mark.skipif(not AT_NIGHT, reason="takes too long for every run: set HYPOTHESIS_PROFILE=nightly")
