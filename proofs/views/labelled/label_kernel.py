"""The inner loop of the labelled closure, written for a compiler: all that one host state hands on. Without numba the same
code runs, slowly.

A label is a row of words of 64 bits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from proofs.computer.machine_code import machine_code

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int16]


class Views(NamedTuple):
    """Views as flat arrays. By view: VM, label, whether it is new, the new view after it of the same host state, and the view before
    it of the same host state (-1: none). table: where a view is. By host state: its last view, and the first that is new."""

    vms: Small
    labels: Words
    dirty: Flags
    queue: Small
    after: Small
    table: Ints
    first: Small
    waiting: Small


class Vms(NamedTuple):
    """VM states that have a number, as flat arrays: a state is known by its code, of which each machine has a digit.

    codes: the code of each. table: which VM state a code is. known[c, vm]: of which kind it is by what class c reads of it.
    told[row, kind]: what is told of VMs of a kind, in the class of the row: `classes[row]`. to[branch, vm]: one more than where a branch
    leads a VM; 0: it was not asked yet; -1: nowhere. begins: by branch, where its rows begin in `rows`; what they tell, together, is what
    the branch adds to the code."""

    codes: Ints
    table: Ints
    known: Small
    told: Ints
    classes: Small
    to: Small
    begins: Small
    rows: Small


IMPOSSIBLE = -0x8000000000000000
"""Told of VMs to which an event cannot happen: no difference of two codes is so far down."""


@machine_code
def joint(kinds: Words, found: Words) -> None:
    """found[m]: the columns in which VMs may together contribute m, one or more of them, of these kinds."""
    words = kinds.shape[1]
    for k in range(len(kinds)):
        for m in range(len(kinds)):
            for w in range(words):
                found[m | k, w] |= found[m, w] & kinds[k, w]
        for w in range(words):
            found[k, w] |= kinds[k, w]


@machine_code
def row_of(table: Ints, key: int) -> int:
    """Where a key is in a table, or may be put: keys and rows side by side, -1 where there is none. Eight keys that follow one another
    lie together: VMs that were met together are asked for together, and most of the time goes into waiting for memory."""
    key = int(key)  # without numba it would be a number of numpy, of 32 bits or 64, which the next line leaves
    mask = len(table) - 1
    at = ((key >> 3 ^ (key >> 32) * 40503) * 2654435761 >> 7 << 3 | key & 7) & mask
    while table[at, 0] != key and table[at, 0] != -1:
        at = (at + 1) & mask
    return at


@machine_code
def rehash(table: Ints, larger: Ints) -> None:
    """Put all keys of a table into a larger one."""
    for i in range(len(table)):
        if table[i, 0] != -1:
            at = row_of(larger, table[i, 0])
            larger[at, 0], larger[at, 1] = table[i, 0], table[i, 1]


@machine_code
def classify(states: Places, places: Ints, strides: Ints, table: Ints, count: Ints, found: Small, first: Ints) -> bool:
    """The classes of states, one a row, by their digits in some places: new ones for those that have none, and in which row each of them
    was met first. False if there was no room."""
    for i in range(len(states)):
        code = 0
        for j in range(len(places)):
            code += states[i, places[j]] * strides[j]
        at = row_of(table, code)
        if table[at, 1] < 0:
            if 2 * count[0] >= len(table):
                return False
            table[at, 0], table[at, 1], first[count[0]] = code, count[0], i
            count[0] += 1
        found[i] = table[at, 1]
    return True


@machine_code
def number(code: int, vms: Vms, count: Ints) -> int:
    """The number of a VM state, a new one if it has none; -1 if there was no room."""
    at = row_of(vms.table, code)
    if vms.table[at, 1] < 0:
        if count[0] == len(vms.codes):
            return -1
        vms.table[at, 0], vms.table[at, 1], vms.codes[count[0]] = code, count[0], code
        count[0] += 1
    return int(vms.table[at, 1])


@machine_code
def said_of(row: int, vm: int, vms: Vms) -> int:
    """What a row of `told` says of a VM."""
    return int(vms.told[row, vms.known[vms.classes[row], vm]])


@machine_code
def led(branch: int, vm: int, vms: Vms, count: Ints) -> int:
    """One more than where a branch leads a VM; -1: nowhere; 0: there was no room."""
    if vms.to[branch, vm] == 0:
        code, goes = int(vms.codes[vm]), True
        for i in range(vms.begins[branch], vms.begins[branch + 1]):
            by = said_of(vms.rows[i], vm, vms)
            if by == IMPOSSIBLE:
                goes = False
                break
            code += by
        vms.to[branch, vm] = number(code, vms, count) + 1 if goes else -1
    return int(vms.to[branch, vm])


@machine_code
def gather(kinds: Ints, labels: Words, table: Ints, keys: Ints, found: Words) -> int:
    """The union of the labels of each kind (those below 0 are none): how many kinds there are, by which `keys` and `found` are
    filled. -1 if the table is too small."""
    many = 0
    for i in range(len(kinds)):
        if kinds[i] < 0:
            continue
        at = row_of(table, kinds[i])
        if table[at, 1] < 0:
            if 2 * many >= len(table):
                return -1
            table[at, 0], table[at, 1], keys[many] = kinds[i], many, kinds[i]
            many += 1
        for w in range(labels.shape[1]):
            found[table[at, 1], w] |= labels[i, w]
    return many


@machine_code
def count(labels: Words, columns: int) -> Ints:
    """In how many of the labels each column is."""
    found = np.zeros(columns, np.int64)
    for i in range(len(labels)):
        for c in range(columns):
            found[c] += np.int64(labels[i, c // 64] >> np.uint64(c % 64) & np.uint64(1))
    return found


@machine_code
def chained(first: int, after: Small) -> Ints:
    """The rows that follow one another from this one on."""
    many, row = 0, first
    while row >= 0:
        many += 1
        row = after[row]
    found = np.empty(many, np.int64)
    row = first
    for i in range(many):
        found[i] = row
        row = after[row]
    return found


@machine_code
def hand_on(label: Words, host: int, vm: int, views: Views, counts: Ints) -> bool:
    """Put a label to that of a view; False if there is no room for a new one."""
    key = int(host) << 32 | int(vm)
    at = row_of(views.table, key)
    row = views.table[at, 1]
    if row < 0:
        row = counts[0]
        if row == len(views.vms):
            return False
        counts[0] += 1
        views.table[at, 0], views.table[at, 1] = key, row
        views.vms[row], views.after[row], views.first[host] = vm, views.first[host], row
    new = False
    for w in range(len(label)):
        if label[w] & ~views.labels[row, w]:
            views.labels[row, w] |= label[w]
            new = True
    if new and not views.dirty[row]:
        views.dirty[row] = 1
        views.queue[row], views.waiting[host] = views.waiting[host], row
    return True


@machine_code
def all_anew(host: int, views: Views) -> None:
    """Take all views of a host state for new."""
    views.waiting[host] = -1
    for row in chained(views.first[host], views.after):
        views.dirty[row] = 1
        views.queue[row], views.waiting[host] = views.waiting[host], row


@machine_code
def take_new(host: int, views: Views, met: int) -> Ints:
    """The new views of a host state, no longer new; those whose VMs were not met wait."""
    found = chained(views.waiting[host], views.queue)
    many = 0
    views.waiting[host] = -1
    for row in found:
        if views.vms[row] < met:
            views.dirty[row] = 0
            found[many] = row
            many += 1
        else:
            views.queue[row], views.waiting[host] = views.waiting[host], row
    return found[:many]


@machine_code
def take_all(host: int, views: Views, met: int) -> Ints:
    """The views of a host state whose VMs were met."""
    found = chained(views.first[host], views.after)
    many = 0
    for row in found:
        if views.vms[row] < met:
            found[many] = row
            many += 1
    return found[:many]


@machine_code
def visit(
    host: int,
    views: Views,
    counts: Ints,
    vms: Vms,
    count: Ints,
    met: int,
    allowed: Words,
    branches: Small,
    done: Words,
    fired: Words,
    stood: Words,
    asks: Small,
    kinds: Words,
    masks: Words,
) -> bool:
    """All that a host state hands on: its VMs move, or stand by while others do, or go with the host. False if there was no
    room: then it has to be visited again, with nothing done.

    counts, count: how many views there are, and how many VMs; those beyond `met` wait. branches, one a row: row of `to` (-1: all
    stay), host afterwards, whether one VM moves, row of `allowed`, row of `told` that says what VMs contribute (-1: nothing is
    asked), where its contributions begin in `masks`, and which of them it takes. done, fired, stood: for each branch what it was
    taken with before, the columns in which it can be taken, and those in which all have stood by. asks: row of `told`, where it
    begins and ends in `masks`, and whether all but what is new were asked. kinds, masks: by contribution, the columns in which
    one VM, or several together, make it.
    """
    words = views.labels.shape[1]
    new = take_new(host, views, met)
    present, is_known = new, False
    for a in range(len(asks)):
        asked, begin, end = asks[a, 0], asks[a, 1], asks[a, 2]
        if not asks[a, 3] and not is_known:
            present, is_known = take_all(host, views, met), True
        those = new if asks[a, 3] else present
        asks[a, 3] = 1
        for i in range(len(those)):
            k = begin if asked < 0 else begin + said_of(asked, views.vms[those[i]], vms)
            for w in range(words):
                kinds[k, w] |= views.labels[those[i], w]
        joint(kinds[begin:end], masks[begin:end])
    label, base = np.empty(words, np.uint64), np.empty(words, np.uint64)
    for b in range(len(branches)):
        leads, host2, local = branches[b, 0], branches[b, 1], branches[b, 2]
        asked, value = branches[b, 4], branches[b, 6]
        some, again = False, False
        for w in range(words):
            base[w] = allowed[branches[b, 3], w] & masks[branches[b, 5] + value, w]
            if base[w]:
                some = True
            if base[w] != done[b, w]:
                again = True
                done[b, w] = base[w]
        if not some:
            continue
        if again and not is_known:
            present, is_known = take_all(host, views, met), True
        those = present if again else new
        for i in range(len(those)):
            row = those[i]
            vm = views.vms[row]
            if (leads >= 0 and vms.to[leads, vm] < 0) or (asked >= 0 and said_of(asked, vm, vms) & ~value):
                continue
            some = False
            for w in range(words):
                label[w] = views.labels[row, w] & base[w]
                if label[w]:
                    some = True
            if not some:
                continue
            goes = vm + 1 if leads < 0 else led(leads, vm, vms, count)
            if goes < 0:
                continue
            if goes == 0 or not hand_on(label, host2, goes - 1, views, counts):
                return False
            for w in range(words):
                fired[b, w] |= label[w]
        if not local or host2 == host:
            continue
        again = False
        for w in range(words):
            if fired[b, w] != stood[b, w]:
                again = True
                stood[b, w] = fired[b, w]
        if again and not is_known:
            present, is_known = take_all(host, views, met), True
        those = present if again else new
        for i in range(len(those)):
            row = those[i]
            vm = views.vms[row]
            if asked >= 0 and said_of(asked, vm, vms) & ~value:
                continue
            some = False
            for w in range(words):
                label[w] = views.labels[row, w] & fired[b, w]
                if label[w]:
                    some = True
            if some and not hand_on(label, host2, vm, views, counts):
                return False
    return True
