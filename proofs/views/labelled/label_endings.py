"""Every session ends, in many columns at once: the argument of `endings.py` on labelled views, each fact with its columns.

What stands in the way of the argument does so in the columns in which all that makes it up is there: the views, what VMs contribute
together, and that no fair event is allowed. Two things are asked of all columns together, and so say less: what may move in a circle
is looked for among the steps of all columns first; and where VMs turn in a circle while the host rests, what leads out of it is not
looked for. The columns that this leaves open are asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import or_

import numpy as np
import numpy.typing as npt
import rustworkx

from proofs.views.labelled.branches import STAYS, Branch
from proofs.views.labelled.digits import NOWHERE, TooWide
from proofs.views.labelled.label_judge import Judging, Kinds, joint_kinds
from proofs.views.labelled.label_kernel import Ints, Small
from proofs.views.labelled.labels import Place, label_of
from proofs.world.predicates import Step
from properties.kinds import Ends

MOST_ASKED = 62
"""Things that are asked of all VMs together at one host state: each is a bit of a number that says by its sign that there is none."""

Edges = dict[tuple[int, int], int]
"""The columns in which a step leads from one to the other."""


def open_in_the_end(judging: Judging, found: Ends, silenced: Sequence[frozenset[str]], asked: int) -> int:
    """The columns among those asked in which the argument does not go through: all of them, where more is asked of VMs at once than a
    number has bits for. silenced: by column the events that may never come."""
    try:
        return _Argument(judging, found, silenced, asked).open()
    except TooWide:
        return asked


class _Argument:
    def __init__(self, judging: Judging, found: Ends, silenced: Sequence[frozenset[str]], asked: int) -> None:
        self.judging, self.closed, self.steps = judging, judging.closed, judging.steps
        self.compiled, self.asked = judging.compiled, asked
        compiled = self.compiled
        several = {s for s in compiled.parts if any(shape.parts.get(s.name, 0) > 1 for shape in compiled.shapes)}
        self.gone = [e.fault is not None or e.name in found.without for e in compiled.events]
        self.fair = [0] * len(compiled.events)
        """By event the columns in which it may happen, and happens if it stays possible for ever."""
        for number, event in enumerate(compiled.events):
            if event.fair and not self.gone[number] and event.scope.sort not in several:
                silent = sum(1 << bit for bit, names in enumerate(silenced) if event.name in names)
                self.fair[number] = label_of(self.closed.allowed[number]) & asked & ~silent
        self.rest = compiled.state_test(found.rest)
        compiled.settle()
        self.rest_bits = compiled.bits_in(found.rest)

    def open(self) -> int:
        hosts, found = Edges(), 0
        for host, place in self.closed.places.items():
            if host not in self.judging.vms:
                continue
            here = _Here(self, host, place)
            hosts |= here.elsewhere()
            found |= here.not_at_rest() if not self.rests(host, 0) else here.at_rest()
        return (found | turning(hosts)) & self.asked

    def rests(self, host: int, bits: int) -> bool:
        return self.rest(Step(self.compiled.hosts[host], (), 0, bits))


class _Here:
    """The views of one host state."""

    def __init__(self, of: _Argument, host: int, place: Place) -> None:
        self.of, self.host, self.place = of, host, place
        self.vms, self.labels = of.judging.vms[host], of.judging.labels[host]
        self.branches = [(of.steps.branches[b], int(place.branches[i, 1]), i) for i, b in enumerate(place.numbers)]
        self.bits = tuple(sorted({bit for branch, _, _ in self.branches for bit in branch.asking.asks.bits}))
        if len(self.bits) > MOST_ASKED:
            raise TooWide(f"{len(self.bits)} things are asked of all VMs together at one host state")
        self.own = self._own()

    def _own(self) -> Ints:
        """What each VM contributes to all that is asked here."""
        found, done = np.zeros(len(self.vms), dtype=np.int64), set[tuple[int, ...]]()
        for branch, _, i in self.branches:
            bits, row = branch.asking.asks.bits, int(self.place.branches[i, 4])
            if row != NOWHERE and bits not in done:
                done.add(bits)
                told = self.of.steps.told(row, self.vms)
                for at, bit in enumerate(bits):
                    found |= (told >> at & 1) << self.bits.index(bit)
        return found

    def _takes(self, branch: Branch, mask: int) -> bool:
        """Whether a branch is taken where VMs together contribute this."""
        asks = branch.asking.asks.bits
        return branch.value == sum((mask >> self.bits.index(bit) & 1) << at for at, bit in enumerate(asks))

    def elsewhere(self) -> Edges:
        """Where the host goes."""
        found = Edges()
        for branch, host2, i in self.branches:
            if host2 != self.host and not self.of.gone[branch.asking.event]:
                label = self.of.closed.labels.label(int(self.place.fired[i])) & self.of.asked
                found[self.host, host2] = found.get((self.host, host2), 0) | label
        return found

    def _stepping(self) -> Iterator[tuple[Ints, Ints, Small]]:
        """Where VMs go while the host stays: from, to, and the columns, for each branch."""
        for branch, host2, i in self.branches:
            if host2 == self.host and branch.row != STAYS and not self.of.gone[branch.asking.event]:
                to = self.of.steps.vms.to[branch.row, self.vms].astype(np.int64) - 1
                labels = self.of.closed.labels.met_with(self.labels, int(self.place.taken[i]))
                goes = (to >= 0) & (to != self.vms) & self._fits(branch, i) & (labels > 0)
                if goes.any():
                    yield self.vms[goes], to[goes], labels[goes]

    def _fits(self, branch: Branch, i: int) -> npt.NDArray[np.bool_]:
        """Which VMs contribute no more than what a branch is taken with."""
        row = int(self.place.branches[i, 4])
        return (
            np.ones(len(self.vms), bool) if row == NOWHERE else self.of.steps.told(row, self.vms) & ~branch.value == 0
        )

    def _edges(self) -> Edges:
        found, label = Edges(), self.of.closed.labels.label
        for source, target, labels in self._stepping():
            for one, two, number in zip(source.tolist(), target.tolist(), labels.tolist(), strict=True):
                found[one, two] = found.get((one, two), 0) | label(number) & self.of.asked
        return found

    def _together(self) -> Kinds:
        """What VMs may contribute together, with the columns."""
        return joint_kinds(self.of.judging.grouped(self.own, self.labels, self.of.asked))

    # -- where the host is not at rest --------------------------------------------------------------------------------

    def not_at_rest(self) -> int:
        """The columns in which a VM may turn for ever, or nothing may be left to happen."""
        found = turning(self._edges())
        for mask, label in self._together().items():
            taken = [one for one in self.branches if self._takes(one[0], mask)]
            goes_on = _union(
                self.of.fair[branch.asking.event]
                for branch, host2, _ in taken
                if host2 != self.host and not branch.asking.local
            )
            if left := label & ~goes_on & ~found:
                found |= self._stuck(mask, left, taken)
        return found

    def _stuck(self, mask: int, left: int, taken: Sequence[tuple[Branch, int, int]]) -> int:
        """The columns in which VMs of which none can go on contribute this together."""
        goes, labels = np.zeros_like(self.labels), self.of.closed.labels
        for branch, host2, _ in taken:
            fair = self.of.fair[branch.asking.event] & left
            if fair and branch.row != STAYS and (branch.asking.local or host2 == self.host):
                to = self.of.steps.vms.to[branch.row, self.vms].astype(np.int64) - 1
                moves = (to >= 0) & ((to != self.vms) | (host2 != self.host))
                goes[moves] = labels.each(or_, goes[moves], np.full(moves.sum(), labels.number(fair), np.int32))
        within = self.own & ~mask == 0
        stay = labels.each(lambda there, gone: there & ~gone, self.labels[within], goes[within])
        kinds = self.of.judging.grouped(self.own[within], stay, left)
        return joint_kinds(kinds).get(mask, 0)

    # -- where it is --------------------------------------------------------------------------------------------------

    def at_rest(self) -> int:
        """The columns in which VMs that rest may together not be at rest, one may leave its rest again, turn for ever or be stuck."""
        of, edges = self.of, self._edges()
        bits = [of.compiled.bits_of_all(self.host, (of.steps.local(vm),)) & of.rest_bits for vm in self.vms.tolist()]
        rests = np.array([of.rests(self.host, one) for one in bits])
        own = np.array(bits, dtype=np.int64)
        resting = joint_kinds(of.judging.grouped(own[rests], self.labels[rests], of.asked))
        found = _union(label for joined, label in resting.items() if not of.rests(self.host, joined))
        pending = set(self.vms[~rests].tolist())
        found |= _union(label for (one, two), label in edges.items() if one not in pending and two in pending)
        found |= turning({edge: label for edge, label in edges.items() if pending.issuperset(edge)})
        together = self._together()
        for at in np.flatnonzero(~rests).tolist():
            found |= of.closed.labels.label(int(self.labels[at])) & of.asked & ~self._left_by_a_fair_event(at, together)
        return found

    def _left_by_a_fair_event(self, at: int, together: Kinds) -> int:
        """The columns in which one fair event can happen to a VM whatever the others contribute, and leads it elsewhere."""
        vm, own = int(self.vms[at]), int(self.own[at])
        never: dict[int, int] = {}
        for mask, label in together.items():
            if own & ~mask:
                continue
            can: dict[int, int] = {}
            for branch, host2, _ in self.branches:
                event = branch.asking.event
                if branch.asking.local and self._takes(branch, mask):
                    to = int(self.of.steps.vms.to[branch.row, vm]) - 1
                    if to >= 0 and (to != vm or host2 != self.host):
                        can[event] = self.of.fair[event]
            for event, fair in enumerate(self.of.fair):
                if fair:
                    never[event] = never.get(event, 0) | label & ~can.get(event, 0)
        return _union(fair & ~never.get(event, 0) for event, fair in enumerate(self.of.fair) if fair)


def turning(edges: Edges) -> int:
    """The columns in which steps lead in a circle."""
    numbers: dict[int, int] = {}
    net: rustworkx.PyDiGraph[int, int] = rustworkx.PyDiGraph()
    for node in {node for edge in edges for node in edge}:
        numbers[node] = net.add_node(node)
    net.add_edges_from([(numbers[one], numbers[two], label) for (one, two), label in edges.items()])
    found = 0
    for component in rustworkx.strongly_connected_components(net):
        if len(component) > 1:
            inner = {net[i] for i in component}
            found |= _in_a_circle({edge: label for edge, label in edges.items() if inner.issuperset(edge)})
    return found


def _in_a_circle(edges: Edges) -> int:
    """The same of a few: who leads to none that leads on is left out, column by column, until nothing changes."""
    on = {node: 0 for edge in edges for node in edge}
    for (one, _), label in edges.items():
        on[one] |= label
    while True:
        leads: dict[int, int] = dict.fromkeys(on, 0)
        for (one, two), label in edges.items():
            leads[one] |= label & on[two]
        if leads == on:
            return _union(on.values())
        on = leads


def _union(labels: Iterable[int]) -> int:
    found = 0
    for label in labels:
        found |= label
    return found
