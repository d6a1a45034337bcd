"""Work that makes millions of objects and next to no garbage in cycles: looking for it after every few of them takes a quarter of
the time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

EVERY = 16
"""Pieces of work after which all objects of the process are looked at once, if they have become more since."""

GROWN = 1.25
"""So many times more, at least: to look at millions that are all kept takes longer than most pieces of work."""

SELDOM = 100_000
"""Objects more than before, from which on it is worth a look whether some of them are garbage."""

_PIECES = count(1)
_KEPT = [0]
"""Objects that were kept when all of them were looked at last."""


def look_seldom_for_garbage() -> None:
    """For all that this process does: what is there already is kept to the end, and most of what it makes too."""
    gc.freeze()
    gc.set_threshold(SELDOM)


@contextmanager
def looked_for_afterwards() -> Iterator[None]:
    """Within, nobody looks for garbage in cycles. Afterwards it is looked for among what was made within, if that is much; and at times
    among all there is, where that has become more, since what was kept then may be garbage now."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        in_all = next(_PIECES) % EVERY == 0 and gc.get_freeze_count() > GROWN * _KEPT[0]
        if in_all:
            gc.unfreeze()
        if in_all or gc.get_count()[0] > SELDOM:
            gc.collect()
        gc.freeze()  # else the next look would be at all that is kept, which is much more
        if in_all:
            _KEPT[0] = gc.get_freeze_count()
        if was_enabled:
            gc.enable()
