"""How near must a VM be to what is looked for, for a run of so many steps to get there? Views say it of any number of VMs.

After n rounds, in each of which all that was there takes a step, the views are there that a run of n steps can lead to: each step
that a VM takes, or stands by at, is a round for it, and what VMs contribute to it was there before. So a view leads to what is
looked for in no fewer steps than there are, from view to view, to a host state in which that can be made of views at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from model.notation.terms import Term
from proofs.search.swift import Near
from proofs.views.fulfilment import places_of_state, places_of_step
from proofs.views.saturation import TooManyViews, Views, saturate_for
from proofs.world.compiled import Compiled

LIMIT = 200_000
"""Views at most, beyond which it takes too long."""


def nearness(
    compiled: Compiled, states: Mapping[str, Term], steps: Mapping[str, Term], most: Mapping[str, int]
) -> Near | None:
    """The step at the latest at which a VM may be in a state, if a run of any of its names' `most` steps is to get to what that name
    stands for: a term about states, or about its last step. None: that is not known."""
    try:
        views = saturate_for(max(most.values()), compiled, LIMIT)
    except TooManyViews:
        return None
    number = {view: i for i, view in enumerate((place, vm) for place, here in views.at.items() for vm in here)}
    before: list[set[int]] = [set() for _ in number]
    for one, two in _steps(views):
        if (to := number.get(two)) is not None:
            before[to].add(number[one])
    latest = np.full(len(number), -1, dtype=np.int64)
    for name, least in most.items():
        if name in states:
            places, left = places_of_state(views, states[name]), least
        else:
            places, left = places_of_step(views, steps[name]), least - 1
        level = {number[place, vm] for place in places for vm in views.at[place]}
        seen = set(level)
        while level and left >= 0:
            at = np.fromiter(level, np.int64, len(level))
            latest[at] = np.maximum(latest[at], left)
            level = {one for to in level for one in before[to]} - seen
            seen |= level
            left -= 1
    return Near.of(number, latest)


def _steps(views: Views) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From which view to which a VM gets by a step, its own or that of others."""
    move_all = views.compiled.all_step
    for found in views.by_event.values():
        for one in found:
            there = [vm for vm, bits in views.at[one.place].items() if not bits & ~one.mask]
            if one.moves is not None:
                yield from (((one.host, vm), (one.host2, vm2)) for vm, vm2 in one.moves)
            moves = one.moves is None and views.compiled.for_all[one.event]
            if moves or one.host2 != one.host:
                for vm in there:
                    then = move_all(one.event, one.host, one.mask, vm) if moves else vm
                    yield (one.host, vm), (one.host2, then)
