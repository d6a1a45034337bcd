"""How a command ends that is told to end: TERM as INT, with all who work for it, nothing half-written, and a status that says so."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_USUAL: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""What is done about a signal by default; who had it ignored, or handled otherwise, keeps that."""


@contextmanager
def told_to_end() -> Iterator[None]:
    """Within, TERM interrupts as INT does, and if one of them came, this ends in its exit status by the custom of shells (130
    for INT, 143 for TERM), whatever was made of the interrupt, or broke when those who work for this process were ended."""
    received: list[int] = []

    def interrupt(number: int, _: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    heard = [number for number, usual in _USUAL.items() if signal.getsignal(number) is usual]
    for number in heard:
        signal.signal(number, interrupt)
    try:
        yield
    except BaseException:
        if received:
            sys.exit(128 + received[0])
        raise
    finally:
        for number in heard:
            signal.signal(number, _USUAL[number])
