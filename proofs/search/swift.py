"""The same search as `explore`, a whole level at a time with numpy.

A state is one machine word: the host's number, then the VMs' numbers, sorted. What an event does is still worked out from
the tables once for each combination that is met (`Compiled`), and then applied to all states of the level at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import proxy

import numpy as np
import numpy.typing as npt

from model.notation.terms import Term
from proofs.search.plain import Hit, LimitReached, Look, Swapped, Wanted, is_enough, starts
from proofs.search.symmetry import Edge, State
from proofs.world.compiled import Compiled

Ints = npt.NDArray[np.int64]


_EVENT, _HOST, _VM, _BITS, _PAIR = 8, 15, 20, 24, 26
"""How many bits the numbers of events, hosts, VMs, sets of quantified bits, and pairs of host and VM take in a key."""


_ONE_IN = 16384
"""Of so many states one is checked for swaps (see `explore`): a hundredth of the time of a search."""


class TooManyNumbers(ValueError):
    """A state does not fit into a machine word; the plain search has to do it."""


@dataclass(frozen=True)
class Near:
    """How long a VM may be in a state, for a run to get to what is looked for within the steps that it may take. pairs: of numbers of
    host and VM, sorted, the host's before the VM's 32 bits. latest: for each the step at the latest (below 0: never)."""

    pairs: Ints
    latest: Ints

    @staticmethod
    def of(pairs: Iterable[tuple[int, int]], latest: Ints) -> Near:
        found = np.array([host << 32 | vm for host, vm in pairs], np.int64)
        order = np.argsort(found)
        return Near(found[order], latest[order])

    def may_be(self, depth: int, hosts: Ints, members: Sequence[Ints]) -> npt.NDArray[np.bool_]:
        """Which states may be met at a depth. Of a VM of which nothing is known anything may be."""
        found = np.ones(len(hosts), bool)
        for member in members:
            pairs = hosts << 32 | member
            at = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
            found &= (self.pairs[at] != pairs) | (self.latest[at] >= depth)
        return found


@dataclass
class Level:
    """The new states of one depth, sorted, with the step that led to each: the state before, and the edge."""

    codes: Ints
    before: Ints
    edges: Ints


@dataclass
class SwiftlyExplored:
    """What a search found; the counterpart of `Explored`, without the graph."""

    compiled: Compiled
    word: Word
    hits: dict[str, Hit]
    levels: list[Level] = field(default_factory=list)
    states: int = 0
    steps: int = 0
    depth: int = 0

    def run_to(self, hit: Hit) -> tuple[State, list[Edge]]:
        """The shortest run to a hit: its start, and its steps."""
        edges = [] if hit.edge is None else [hit.edge]
        code = self.word.code(hit.state)
        depth = next(d for d, level in enumerate(self.levels) if _find(level.codes, code) >= 0)
        while depth:
            level = self.levels[depth]
            at = _find(level.codes, code)
            event, host2, vm, vm2 = (int(x) for x in level.edges[at])
            edges.append((event, host2, vm, vm2, -1))
            code = int(level.before[at])
            depth -= 1
        return self.word.state(code), edges[::-1]


def _find(codes: Ints, code: int) -> int:
    at = int(np.searchsorted(codes, code))
    return at if at < len(codes) and codes[at] == code else -1


class Word:
    """How a state is packed: `bits` for each VM, the rest for the host."""

    def __init__(self, vms: int) -> None:
        self.vms, self.bits = vms, min(20, 48 // vms)
        self.mask = (1 << self.bits) - 1

    def code(self, state: State) -> int:
        code = state[0]
        for vm in state[1:]:
            code = code << self.bits | vm
        return code

    def state(self, code: int) -> State:
        vms = [code >> self.bits * i & self.mask for i in range(self.vms)]
        return (code >> self.bits * self.vms, *vms[::-1])

    def hosts(self, codes: Ints) -> Ints:
        return codes >> (self.bits * self.vms)

    def members(self, codes: Ints) -> list[Ints]:
        return [codes >> (self.bits * (self.vms - 1 - i)) & self.mask for i in range(self.vms)]

    def pack(self, hosts: Ints, members: Sequence[Ints]) -> Ints:
        """Pack with the VMs sorted."""
        if len(members) == 2:
            members = [np.minimum(*members), np.maximum(*members)]
        elif len(members) > 2:
            members = list(np.sort(np.stack(members), axis=0))
        code = hosts
        for member in members:
            code = code << self.bits | member
        return code


class _Memo:
    """Rows of numbers for keys, worked out when a key is first met; then looked up for a whole array.

    widths: how many bits each number of a key takes; a larger one raises TooManyNumbers.
    """

    def __init__(
        self, work_out: Callable[[tuple[int, ...]], list[tuple[int, ...]]], widths: Sequence[int], width: int
    ) -> None:
        self.work_out, self.widths, self.width = work_out, tuple(widths), width
        self.keys: list[tuple[int, ...]] = []
        self._codes: Ints = np.zeros(0, np.int64)
        self._row_of: Ints = np.zeros(0, np.int64)
        self._starts: Ints = np.zeros(1, np.int64)
        self._flat: Ints = np.zeros((0, width), np.int64)

    def rows_for(self, keys: Sequence[Ints]) -> Ints:
        """The row number of every key (a key is given column by column)."""
        code = np.zeros(len(keys[0]), np.int64)
        for key, width in zip(keys, self.widths, strict=True):
            if len(key) and int(key.max()) >> width:
                raise TooManyNumbers(f"{int(key.max()):,} takes more than {width} bits")
            code = code << width | key
        at = np.searchsorted(self._codes, code)
        known = (
            self._codes[np.minimum(at, len(self._codes) - 1)] == code if len(self._codes) else np.zeros(len(code), bool)
        )
        if not known.all():
            missing = np.flatnonzero(~known)
            new, first = np.unique(code[missing], return_index=True)
            self._learn(new, [key[missing[first]].tolist() for key in keys])
            at = np.searchsorted(self._codes, code)
        return self._row_of[at]

    def _learn(self, codes: Ints, columns: Sequence[list[int]]) -> None:
        rows = [self.work_out(key) for key in zip(*columns, strict=True)]
        numbers = np.arange(len(self.keys), len(self.keys) + len(rows))
        self.keys += zip(*columns, strict=True)
        counts = np.fromiter((len(row) for row in rows), np.int64, len(rows))
        self._starts = np.concatenate([self._starts, self._starts[-1] + np.cumsum(counts)])
        flat = [entry for row in rows for entry in row]
        if flat:
            self._flat = np.concatenate([self._flat, np.array(flat, np.int64).reshape(-1, self.width)])
        place = np.searchsorted(self._codes, codes)
        self._codes = np.insert(self._codes, place, codes)
        self._row_of = np.insert(self._row_of, place, numbers)

    def expanded(self, rows: Ints) -> tuple[Ints, Ints]:
        """For every given row its entries: (which of the given rows, the entry)."""
        begin, end = self._starts[rows], self._starts[rows + 1]
        counts = end - begin
        total = int(counts.sum())
        which = np.repeat(np.arange(len(rows)), counts)
        offset = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        return which, self._flat[np.repeat(begin, counts) + offset]


def _combined(keys: Sequence[Ints]) -> tuple[Ints, int]:
    """One number for each tuple of numbers, compressed on the way so that it always fits."""
    code, size = keys[0], int(keys[0].max(initial=0)) + 1
    for key in keys[1:]:
        width = int(key.max(initial=0)) + 1
        if size * width >= 1 << 62:
            unique, inverse = np.unique(code, return_inverse=True)
            code, size = inverse.reshape(-1).astype(np.int64), len(unique)
        code, size = code * width + key, size * width
    return code, size


def _two(key: tuple[int, ...]) -> tuple[int, int]:
    return key[0], key[1]


class _Bits:
    """Sets of quantified bits, numbered; and their unions."""

    def __init__(self) -> None:
        self.number: dict[int, int] = {0: 0}
        self.value: list[int] = [0]
        itself: _Bits = proxy(self)  # else it is garbage in a cycle when the search is over, with all that was met
        self._unions = _Memo(lambda key: [(itself.of(itself.value[key[0]] | itself.value[key[1]]),)], (_BITS, _BITS), 1)

    def of(self, bits: int) -> int:
        found = self.number.get(bits)
        if found is None:
            found = self.number[bits] = len(self.value)
            self.value.append(bits)
        return found

    def union(self, one: Ints, two: Ints) -> Ints:
        return self._unions.expanded(self._unions.rows_for([one, two]))[1][:, 0]


class _Search:
    """One search: the memos over a Compiled, and what is looked for."""

    def __init__(self, compiled: Compiled, vms: int, states: Mapping[str, Term], steps: Mapping[str, Term]) -> None:
        self.compiled, self.word = compiled, Word(vms)
        self.look = Look(compiled, states, steps)
        self.bits, self.guards = _Bits(), _Bits()
        bits, guards = self.bits, self.guards
        for_all = compiled.for_all
        self.bits_of = _Memo(lambda k: [(bits.of(compiled.bits_of_all(k[0], (k[1],))),)], (_HOST, _VM), 1)
        self.guard_of = _Memo(lambda k: [(guards.of(bits.value[k[0]] & compiled.guard_bits),)], (_BITS,), 1)
        self.host = _Memo(
            lambda k: [(e, h2, int(for_all[e])) for e, h2 in compiled.host_steps(k[0], guards.value[k[1]])],
            (_HOST, _BITS),
            3,
        )
        self.vm = _Memo(lambda k: list(compiled.vm_steps(k[0], guards.value[k[1]], k[2])), (_HOST, _BITS - 4, _VM), 3)
        self.all = _Memo(
            lambda k: [(compiled.all_step(k[0], k[1], guards.value[k[2]], k[3]),)], (_EVENT, _HOST, _BITS - 5, _VM), 1
        )
        itself: _Search = proxy(self)

        def bits_of_step(key: tuple[int, ...]) -> list[tuple[int, ...]]:
            return itself.bits_of_step(key)

        self.step_bits = _Memo(bits_of_step, (_EVENT, _PAIR, _PAIR, 1), 1)
        self.watched = np.array([event in self.look.steps for event in range(len(compiled.events))], bool)
        self.of_members = np.array(self.look.of_members, bool)

    def bits_of_step(self, key: tuple[int, ...]) -> list[tuple[int, ...]]:
        """The bits of a step of one VM; host and VM before and after are given as rows of `bits_of`."""
        event, before, after, here = key
        pairs = self.bits_of.keys
        return [
            (self.bits.of(self.compiled.bits_of_step(event, *_two(pairs[before]), *_two(pairs[after]), bool(here))),)
        ]

    def one(self, memo: _Memo, keys: Sequence[Ints]) -> Ints:
        """The single number that a memo has for each key."""
        return memo.expanded(memo.rows_for(keys))[1][:, 0] if len(keys[0]) else np.zeros(0, np.int64)

    def all_bits(self, hosts: Ints, members: Sequence[Ints]) -> Ints:
        found = self.one(self.bits_of, [hosts, members[0]])
        for member in members[1:]:
            found = self.bits.union(found, self.one(self.bits_of, [hosts, member]))
        return found

    def expand(self, codes: Ints) -> tuple[Ints, Ints, Ints]:
        """Every step out of the states of a level: (target, state before, edge)."""
        hosts, members = self.word.hosts(codes), self.word.members(codes)
        bits = self.all_bits(hosts, members)
        guards = self.one(self.guard_of, [bits])
        targets, before, edges = [], [], []

        def add(which: Ints, event: Ints, host2: Ints, vm: Ints, vm2: Ints, after: Sequence[Ints], mover: int) -> None:
            self._watch(codes, hosts, members, bits, which, event, host2, vm, vm2, after, mover)
            targets.append(self.word.pack(host2, after))
            before.append(codes[which])
            edges.append(np.stack([event, host2, vm, vm2], axis=1))

        which, entry = self.host.expanded(self.host.rows_for([hosts, guards]))
        nobody = np.full(len(which), -1, np.int64)
        event, host2, everybody = entry[:, 0], entry[:, 1], entry[:, 2].astype(bool)
        after = []
        for member in members:
            moved = member[which].copy()
            keys = [event[everybody], hosts[which][everybody], guards[which][everybody], moved[everybody]]
            moved[everybody] = self.one(self.all, keys)
            after.append(moved)
        add(which, event, host2, nobody, nobody, after, -1)
        for i, member in enumerate(members):
            rows = np.arange(len(codes)) if not i else np.flatnonzero(member != members[i - 1])
            if not len(rows):
                continue
            inner, entry = self.vm.expanded(self.vm.rows_for([hosts[rows], guards[rows], member[rows]]))
            which = rows[inner]
            after = [entry[:, 2] if j == i else other[which] for j, other in enumerate(members)]
            add(which, entry[:, 0], entry[:, 1], member[which], entry[:, 2], after, i)
        return np.concatenate(targets), np.concatenate(before), np.concatenate(edges)

    def _watch(
        self, codes: Ints, hosts: Ints, members: Sequence[Ints], bits: Ints, which: Ints, event: Ints, host2: Ints,
        vm: Ints, vm2: Ints, after: Sequence[Ints], mover: int,
    ) -> None:  # fmt: skip
        seen = np.flatnonzero(self.watched[event])
        if not len(seen):
            return
        w, e, h2 = which[seen], event[seen], host2[seen]
        of_step = np.zeros(len(seen), np.int64)
        asked = np.flatnonzero(self.of_members[e])
        if len(asked):
            found = np.zeros(len(asked), np.int64)
            for j, member in enumerate(members):
                here = np.full(len(asked), int(mover in {-1, j}), np.int64)
                pair = self.bits_of.rows_for([hosts[w][asked], member[w][asked]])
                pair2 = self.bits_of.rows_for([h2[asked], after[j][seen][asked]])
                found = self.bits.union(found, self.one(self.step_bits, [e[asked], pair, pair2, here]))
            of_step[asked] = found
        bits2 = np.zeros(len(seen), np.int64)
        later = np.flatnonzero(
            np.array([self.compiled.reads_bits_after.get(k, False) for k in range(len(self.watched))], bool)[e]
        )
        if len(later):
            bits2[later] = self.all_bits(h2[later], [member[seen][later] for member in after])
        code, _ = _combined([e, hosts[w], bits[w], h2, bits2, of_step])
        _, first = np.unique(code, return_index=True)
        value = self.bits.value
        for k in first.tolist():
            key = (int(e[k]), int(hosts[w[k]]), value[bits[w[k]]], int(h2[k]), value[bits2[k]], value[of_step[k]])
            edge = (key[0], key[3], int(vm[seen[k]]), int(vm2[seen[k]]), -1)
            self.look.at_step(key, self.word.state(int(codes[w[k]])), edge)

    def at_states(self, codes: Ints) -> None:
        if not self.look.states:
            return
        hosts = self.word.hosts(codes)
        bits = self.all_bits(hosts, self.word.members(codes))
        _, first = np.unique(_combined([hosts, bits])[0], return_index=True)
        for k in first.tolist():
            self.look.at_state(self.word.state(int(codes[k])))


def explore_swiftly(
    compiled: Compiled,
    vms: int,
    *,
    states: Mapping[str, Term] | None = None,
    steps: Mapping[str, Term] | None = None,
    limit: int = 50_000_000,
    until: Wanted | None = None,
    near: Near | None = None,
) -> SwiftlyExplored:
    """What `explore` does, faster; the same states, steps, depth and hits of the same distance. near: states that are too far from all
    that is looked for are left out. Raises LimitReached, and TooManyNumbers where a state does not fit into a word."""
    if until is not None and not until:
        raise ValueError("a search until nothing is found: name what it is to find, or let it end by itself")
    begin = starts(compiled, vms)
    search = _Search(compiled, vms, states or {}, steps or {})
    result = SwiftlyExplored(compiled, search.word, search.look.hits)
    first = np.unique(np.array([search.word.code(state) for state in begin], np.int64))
    result.levels.append(Level(first, first, np.zeros((len(first), 4), np.int64)))
    visited = first
    swapped = Swapped(compiled, _ONE_IN) if vms > 1 else None
    search.at_states(first)
    while True:
        result.states = len(visited)
        if is_enough(until, search.look.hits, result.depth):
            return result
        latest = result.levels[-1].codes
        if swapped is not None:
            swapped.check(len(latest), lambda i, codes=latest: search.word.state(int(codes[i])))  # type: ignore[misc]  # codes is bound
        targets, before, edges = search.expand(latest)
        if len(compiled.locals) > search.word.mask or len(compiled.hosts) >= 1 << 15:
            raise TooManyNumbers(f"{len(compiled.locals):,} states of one VM do not fit")
        result.steps += len(targets)
        codes, at = np.unique(targets, return_index=True)
        place = np.searchsorted(visited, codes)
        new = (place == len(visited)) | (visited[np.minimum(place, len(visited) - 1)] != codes)
        if not new.any():
            return result
        codes, at, place = codes[new], at[new], place[new]
        if near is not None:
            there = near.may_be(result.depth + 1, search.word.hosts(codes), search.word.members(codes))
            if not there.any():
                return result
            codes, at, place = codes[there], at[there], place[there]
        result.levels.append(Level(codes, before[at], edges[at]))
        result.depth += 1
        visited = np.insert(visited, place, codes)
        search.at_states(codes)
        if len(visited) > limit:
            result.states = len(visited)
            raise LimitReached(result, result.depth, limit)
