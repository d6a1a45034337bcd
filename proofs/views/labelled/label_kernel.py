"""The inner loop of the labelled closure, written for a compiler: all that one host state hands on. Without numba the same
code runs, slowly.

A label is a row of words of 64 bits, and has a number: views carry few labels, each many times, so what two of them have in common
is worked out once.

All that calls one another stands in this file: what numba keeps on disk is made anew when the file of a function changes, not when
that of another does which it calls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from proofs.computer.machine_code import inner_loop, machine_code

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int16]


BOTH, ANY = 0, 1


class LabelTable(NamedTuple):
    """Labels that have a number: 0 is that of no column. words: of each. table: where a label is, by its words. many: how many there are.
    known: what two labels were found to have in common (BOTH), and to be together (ANY): the two and the answer in a row, the last at
    each place. scratch: room for one label."""

    words: Words
    table: Small
    many: Ints
    known: Ints
    scratch: Words


PAGE = 256
"""VMs whose views of a host state lie together."""


class Views(NamedTuple):
    """Views as flat arrays. By view: VM, whether it is new, the new view after it of the same host state, and the view before it of the
    same host state (-1: none). pages: for each host state where the views of PAGE VMs that follow one another begin in `cells` (-1:
    there are none). cells: of each view one more than its row (0: there is none) and its label, side by side: VMs that were met together
    are asked for together, and much of the time goes into waiting for memory. By host state: its last view, and the first that is new."""

    vms: Small
    dirty: Flags
    queue: Small
    after: Small
    pages: Small
    cells: Small
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


@inner_loop
def joint(kinds: Words, found: Words) -> None:
    """found[m]: the columns in which VMs may together contribute m, one or more of them, of these kinds."""
    words = kinds.shape[1]
    for k in range(len(kinds)):
        for m in range(len(kinds)):
            for w in range(words):
                found[m | k, w] |= found[m, w] & kinds[k, w]
        for w in range(words):
            found[k, w] |= kinds[k, w]


@inner_loop
def row_of(table: Ints, key: int) -> int:
    """Where a key is in a table, or may be put: keys and rows side by side, -1 where there is none. Eight keys that follow one another
    lie together: VMs that were met together are asked for together, and most of the time goes into waiting for memory."""
    key = int(key)  # without numba it would be a number of numpy, of 32 bits or 64, which the next line leaves
    mask = len(table) - 1
    at = ((key >> 3 ^ (key >> 32) * 40503) * 2654435761 >> 7 << 3 | key & 7) & mask
    while table[at, 0] != key and table[at, 0] != -1:
        at = (at + 1) & mask
    return at


@inner_loop
def rehash(table: Ints, larger: Ints) -> None:
    """Put all keys of a table into a larger one."""
    for i in range(len(table)):
        if table[i, 0] != -1:
            at = row_of(larger, table[i, 0])
            larger[at, 0], larger[at, 1] = table[i, 0], table[i, 1]


@inner_loop
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


@inner_loop
def number(code: int, vms: Vms, count: Ints) -> int:
    """The number of a VM state, a new one if it has none; -1 if there was no room."""
    at = row_of(vms.table, code)
    if vms.table[at, 1] < 0:
        if count[0] == len(vms.codes):
            return -1
        vms.table[at, 0], vms.table[at, 1], vms.codes[count[0]] = code, count[0], code
        count[0] += 1
    return int(vms.table[at, 1])


@inner_loop
def said_of(row: int, vm: int, vms: Vms) -> int:
    """What a row of `told` says of a VM."""
    return int(vms.told[row, vms.known[vms.classes[row], vm]])


@inner_loop
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


_LOW, _HIGH, _HASHED = np.uint64(0xFFFFFFFF), np.uint64(32), (1 << 40) - 1


@inner_loop
def label_number(words: Words, labels: LabelTable) -> int:
    """The number of a label, a new one if it has none; -1 if there was no room."""
    code = 0
    for w in range(len(words)):
        code = ((code ^ int(np.int64(words[w] & _LOW))) * 1000003 ^ int(np.int64(words[w] >> _HIGH))) & _HASHED
    mask = len(labels.table) - 1
    at = (code ^ code >> 20) & mask
    while labels.table[at] >= 0:
        row = labels.table[at]
        same = True
        for w in range(len(words)):
            if labels.words[row, w] != words[w]:
                same = False
                break
        if same:
            return int(row)
        at = (at + 1) & mask
    number = int(labels.many[0])
    if number == len(labels.words):
        return -1
    labels.many[0] += 1
    labels.table[at] = number
    for w in range(len(words)):
        labels.words[number, w] = words[w]
    return number


@inner_loop
def worked_out(way: int, one: int, two: int, labels: LabelTable) -> int:
    """What two labels have in common (BOTH), or are together (ANY); -1 if there was no room."""
    for w in range(len(labels.scratch)):
        left, right = labels.words[one, w], labels.words[two, w]
        labels.scratch[w] = left & right if way == BOTH else left | right
    return label_number(labels.scratch, labels)


@inner_loop
def of_two(way: int, one: int, two: int, labels: LabelTable) -> int:
    """The same, looked up where it is remembered."""
    one, two = int(one), int(two)  # without numba they would be numbers of numpy, of 32 bits
    if one == two:
        return one
    key = one << 32 | two
    at = one * 40503 + two & labels.known.shape[1] - 1
    if labels.known[way, at, 0] != key:
        found = worked_out(way, one, two, labels)
        if found < 0:
            return -1
        labels.known[way, at, 0], labels.known[way, at, 1] = key, found
    return int(labels.known[way, at, 1])


@inner_loop
def gather(kinds: Ints, of: Small, labels: LabelTable, table: Ints, keys: Ints, found: Small) -> int:
    """The union of the labels of each kind (those below 0 are none): how many kinds there are, by which `keys` and `found` are
    filled. -1 if the table is too small, -2 if there was no room for a label."""
    many = 0
    for i in range(len(kinds)):
        if kinds[i] < 0:
            continue
        at = row_of(table, kinds[i])
        if table[at, 1] < 0:
            if 2 * many >= len(table):
                return -1
            table[at, 0], table[at, 1], keys[many], found[many] = kinds[i], many, kinds[i], 0
            many += 1
        row = table[at, 1]
        both = of_two(ANY, found[row], of[i], labels)
        if both < 0:
            return -2
        found[row] = both
    return many


@inner_loop
def met_with(of: Small, label: int, labels: LabelTable, found: Small) -> bool:
    """What each of these labels has in common with one; False if there was no room."""
    for i in range(len(of)):
        both = of_two(BOTH, of[i], label, labels)
        if both < 0:
            return False
        found[i] = both
    return True


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


@inner_loop
def hand_on(label: int, host: int, vm: int, views: Views, counts: Ints, labels: LabelTable) -> bool:
    """Put a label to that of a view; False if there is no room for a new one."""
    begins = views.pages[host, vm // PAGE]
    if begins < 0:
        begins = counts[1]
        if begins == len(views.cells):
            return False
        counts[1] += PAGE
        views.pages[host, vm // PAGE] = begins
    at = begins + vm % PAGE
    if views.cells[at, 0] == 0:
        row = counts[0]
        if row == len(views.vms):
            return False
        counts[0] += 1
        views.cells[at, 0] = row + 1
        views.vms[row], views.after[row], views.first[host] = vm, views.first[host], row
    both = of_two(ANY, views.cells[at, 1], label, labels)
    if both < 0:
        return False
    if both == views.cells[at, 1]:
        return True
    row, views.cells[at, 1] = views.cells[at, 0] - 1, both
    if not views.dirty[row]:
        views.dirty[row] = 1
        views.queue[row], views.waiting[host] = views.waiting[host], row
    return True


@inner_loop
def label_at(host: int, vm: int, views: Views) -> int:
    """The label of a view that there is."""
    return int(views.cells[views.pages[host, vm // PAGE] + vm % PAGE, 1])


@machine_code
def labels_of(host: int, rows: Ints, views: Views) -> Small:
    """The labels of these views of a host state."""
    found = np.empty(len(rows), np.int32)
    for i in range(len(rows)):
        found[i] = label_at(host, views.vms[rows[i]], views)
    return found


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


@inner_loop
def take(
    host: int,
    rows: Ints,
    b: int,
    views: Views,
    counts: Ints,
    vms: Vms,
    count: Ints,
    branches: Small,
    labels: LabelTable,
    taken: Small,
    fired: Small,
) -> bool:
    """A branch is taken by these views; False if there was no room. See `visit`."""
    leads, host2, asked, value = branches[b, 0], branches[b, 1], branches[b, 4], branches[b, 6]
    before, label, last = -1, -1, -1
    for i in range(len(rows)):
        vm = views.vms[rows[i]]
        if (leads >= 0 and vms.to[leads, vm] < 0) or (asked >= 0 and said_of(asked, vm, vms) & ~value):
            continue
        mine = label_at(host, vm, views)
        if mine != before:
            before, label = mine, of_two(BOTH, mine, taken[b], labels)
        if label == 0:
            continue
        goes = vm + 1 if leads < 0 else led(leads, vm, vms, count)
        if goes < 0:
            continue
        if label < 0 or goes == 0 or not hand_on(label, host2, goes - 1, views, counts, labels):
            return False
        if label != last:
            both = of_two(ANY, fired[b], label, labels)
            if both < 0:
                return False
            fired[b], last = both, label
    return True


@inner_loop
def stand_by(
    host: int,
    rows: Ints,
    b: int,
    views: Views,
    counts: Ints,
    vms: Vms,
    branches: Small,
    labels: LabelTable,
    fired: Small,
) -> bool:
    """These views go with the host where a branch leads it; False if there was no room. See `visit`."""
    host2, asked, value = branches[b, 1], branches[b, 4], branches[b, 6]
    before, label = -1, -1
    for i in range(len(rows)):
        vm = views.vms[rows[i]]
        if asked >= 0 and said_of(asked, vm, vms) & ~value:
            continue
        mine = label_at(host, vm, views)
        if mine != before:
            before, label = mine, of_two(BOTH, mine, fired[b], labels)
        if label and (label < 0 or not hand_on(label, host2, vm, views, counts, labels)):
            return False
    return True


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
    labels: LabelTable,
    done: Words,
    taken: Small,
    fired: Small,
    stood: Small,
    asks: Small,
    kinds: Words,
    masks: Words,
) -> bool:
    """All that a host state hands on: its VMs move, or stand by while others do, or go with the host. False if there was no
    room: then it has to be visited again, with nothing done.

    counts, count: how many views there are, and how many VMs; those beyond `met` wait. branches, one a row: row of `to` (-1: all
    stay), host afterwards, whether one VM moves, row of `allowed`, row of `told` that says what VMs contribute (-1: nothing is
    asked), where its contributions begin in `masks`, and which of them it takes. done, taken, fired, stood: for each branch what it was
    taken with before, and the label of that; the columns in which it can be taken, and those in which all have stood by, as labels.
    asks: row of `told`, where it begins and ends in `masks`, and whether all but what is new were asked. kinds, masks: by contribution,
    the columns in which one VM, or several together, make it.
    """
    words = labels.words.shape[1]
    new = take_new(host, views, met)
    present, is_known = new, False
    for a in range(len(asks)):
        asked, begin, end = asks[a, 0], asks[a, 1], asks[a, 2]
        if not asks[a, 3] and not is_known:
            present, is_known = take_all(host, views, met), True
        those = new if asks[a, 3] else present
        asks[a, 3] = 1
        before, label = -1, -1
        for i in range(len(those)):
            vm = views.vms[those[i]]
            k, of_view = begin if asked < 0 else begin + said_of(asked, vm, vms), label_at(host, vm, views)
            if k == before and label == of_view:
                continue
            before, label = k, of_view
            for w in range(words):
                kinds[k, w] |= labels.words[label, w]
        joint(kinds[begin:end], masks[begin:end])
    base = np.empty(words, np.uint64)
    for b in range(len(branches)):
        host2, local, some, again = branches[b, 1], branches[b, 2], False, False
        for w in range(words):
            base[w] = allowed[branches[b, 3], w] & masks[branches[b, 5] + branches[b, 6], w]
            if base[w]:
                some = True
            if base[w] != done[b, w]:
                again = True
                done[b, w] = base[w]
        if not some:
            continue
        if again:
            taken[b] = label_number(base, labels)
            if taken[b] < 0:
                return False
            if not is_known:
                present, is_known = take_all(host, views, met), True
        those = present if again else new
        if not take(host, those, b, views, counts, vms, count, branches, labels, taken, fired):
            return False
        if not local or host2 == host:
            continue
        again = fired[b] != stood[b]
        stood[b] = fired[b]
        if again and not is_known:
            present, is_known = take_all(host, views, met), True
        those = present if again else new
        if not stand_by(host, those, b, views, counts, vms, branches, labels, fired):
            return False
    return True
