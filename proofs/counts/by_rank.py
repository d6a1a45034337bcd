"""The inner loop of a search, written for a compiler: one level of states, each VM moved in each way that the tables allow.

A state is a number: a place's first number, and the rank of its VMs' digits. Kept apart, digits are written as a number in
the base of the place; interchangeable, they are sorted and ranked by binomial coefficients (the combinatorial number system),
so that no number stands for nothing. Which states were seen is one bit each. Without numba the same code runs, slowly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from proofs.computer.machine_code import inner_loop, machine_code

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint8]


class Flat(NamedTuple):
    """Tables as flat arrays. By place: first state number, digits a VM, where its rows begin. own, union: what a digit
    contributes, and what two contribute together, as numbers. A row of moves: place afterwards, digit afterwards (-1: no VM
    moves by itself), where the map of the others' digits begins (-1: they stay). rank: binomials, or powers."""

    first: Ints
    digits: Ints
    own_at: Ints
    own: Ints
    sets: Ints
    union_at: Ints
    union: Ints
    host_at: Ints
    host_rows: Ints
    vm_at: Ints
    vm_rows: Ints
    place2: Ints
    digit2: Ints
    others: Ints
    maps: Ints
    rank: Ints
    look_own: Ints
    look_sets: Ints
    look_at: Ints
    look_union: Ints
    look_flag_at: Ints
    look_flags: Ints


@inner_loop
def rank_of(flat: Flat, place: int, digits: Ints, vms: int, apart: bool) -> int:
    """The number of a state; interchangeable VMs are sorted in place first."""
    found: int = 0
    if apart:
        for i in range(vms - 1, -1, -1):
            found = found * flat.digits[place] + digits[i]
        found += flat.first[place]
        return found
    for i in range(1, vms):
        one, j = digits[i], i - 1
        while j >= 0 and digits[j] > one:
            digits[j + 1] = digits[j]
            j -= 1
        digits[j + 1] = one
    for i in range(vms):
        found += flat.rank[i, digits[i] + i]
    found += flat.first[place]
    return found


@inner_loop
def digits_of(flat: Flat, place: int, number: int, digits: Ints, vms: int, apart: bool) -> None:
    """The digits of a state's VMs."""
    left = number - flat.first[place]
    if apart:
        for i in range(vms):
            digits[i] = left % flat.digits[place]
            left //= flat.digits[place]
        return
    top = flat.digits[place] - 1
    for i in range(vms - 1, -1, -1):
        while flat.rank[i, top + i] > left:
            top -= 1
        digits[i] = top
        left -= flat.rank[i, top + i]


@inner_loop
def difference(rank: Ints, digits: Ints, mover: int, digit2: int) -> int:
    """By how much the rank of sorted digits changes if one of them becomes another (the first of those that are equal)."""
    digit, j = digits[mover], mover
    found: int = 0
    if digit2 < digit:
        found -= rank[j, digit + j]
        while j > 0 and digits[j - 1] > digit2:
            found += rank[j, digits[j - 1] + j] - rank[j - 1, digits[j - 1] + j - 1]
            j -= 1
    else:
        while j + 1 < len(digits) and digits[j + 1] == digit:
            j += 1
        found -= rank[j, digit + j]
        while j + 1 < len(digits) and digits[j + 1] < digit2:
            found += rank[j, digits[j + 1] + j] - rank[j + 1, digits[j + 1] + j + 1]
            j += 1
    found += rank[j, digit2 + j]
    return found


@inner_loop
def look(flat: Flat, place: int, digits: Ints, vms: int, number: int, hits: Ints) -> None:
    """Note a state at which something is seen first that is looked for."""
    if not len(hits):
        return
    joined = flat.look_own[flat.own_at[place] + digits[0]]
    for i in range(1, vms):
        own = flat.look_own[flat.own_at[place] + digits[i]]
        joined = flat.look_union[flat.look_at[place] + joined * flat.look_sets[place] + own]
    flags = flat.look_flags[flat.look_flag_at[place] + joined]
    for k in range(len(hits)):
        if flags >> k & 1 and hits[k] < 0:
            hits[k] = number


@inner_loop
def is_new(number: int, following: Bits, seen: Bits) -> bool:
    """Whether a state is new; from now on it is not."""
    block, bit = number >> 3, np.uint8(1 << (number & 7))
    if seen[block] & bit:
        return False
    seen[block] |= bit
    following[block] |= bit
    return True


@inner_loop
def move_others(flat: Flat, entry: int, digits: Ints, moved: Ints) -> None:
    """The digits of the VMs after a move, but for the one that moves by itself."""
    for i in range(len(digits)):
        moved[i] = digits[i] if flat.others[entry] < 0 else flat.maps[flat.others[entry] + digits[i]]


@machine_code
def visit_level(
    flat: Flat, now: Bits, following: Bits, seen: Bits, vms: int, apart: bool, hits: Ints
) -> tuple[int, int]:
    """Take every step out of the states of a level. now is emptied, following filled. hits: for each thing looked for, the
    first new state with it (-1: none yet). Returns how many steps there were, and how many new states."""
    rooms = np.ones((3, vms), np.int64)
    return visit_states(flat, now, following, seen, vms, apart, hits, rooms[0], rooms[1], rooms[2])


@inner_loop
def visit_states(
    flat: Flat,
    now: Bits,
    following: Bits,
    seen: Bits,
    vms: int,
    apart: bool,
    hits: Ints,
    digits: Ints,
    moved: Ints,
    power: Ints,
) -> tuple[int, int]:
    """See `visit_level`; digits, moved, power: room for a number of each VM."""
    steps = new = 0
    power[:] = 1
    place = -1
    for block in range(len(now)):
        left = now[block]
        if not left:
            continue
        now[block] = 0
        for bit in range(8):
            if not left >> bit & 1:
                continue
            number = block * 8 + bit
            while place < 0 or number >= flat.first[place + 1]:
                place += 1
                for i in range(1, vms):
                    power[i] = power[i - 1] * flat.digits[place]
            digits_of(flat, place, number, digits, vms, apart)
            joined = flat.own[flat.own_at[place] + digits[0]]
            for i in range(1, vms):
                own = flat.own[flat.own_at[place] + digits[i]]
                joined = flat.union[flat.union_at[place] + joined * flat.sets[place] + own]
            row = flat.host_at[place] + joined
            for entry in range(flat.host_rows[row], flat.host_rows[row + 1]):
                steps += 1
                move_others(flat, entry, digits, moved)
                number2 = rank_of(flat, flat.place2[entry], moved, vms, apart)
                if is_new(number2, following, seen):
                    new += 1
                    look(flat, flat.place2[entry], moved, vms, number2, hits)
            for mover in range(vms):
                if not apart and mover and digits[mover] == digits[mover - 1]:
                    continue
                row = flat.vm_at[place] + joined * flat.digits[place] + digits[mover]
                for entry in range(flat.vm_rows[row], flat.vm_rows[row + 1]):
                    steps += 1
                    digit2 = flat.digit2[entry]
                    if flat.others[entry] >= 0:
                        move_others(flat, entry, digits, moved)
                        moved[mover] = digit2
                        number2 = rank_of(flat, flat.place2[entry], moved, vms, apart)
                    elif apart:
                        number2 = number + (digit2 - digits[mover]) * power[mover]
                    else:
                        number2 = number + difference(flat.rank, digits, mover, digit2)
                    if is_new(number2, following, seen):
                        new += 1
                        if len(hits):
                            move_others(flat, entry, digits, moved)
                            moved[mover] = digit2
                            look(flat, flat.place2[entry], moved, vms, number2, hits)
    return steps, new
