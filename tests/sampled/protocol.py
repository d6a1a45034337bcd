"""What our protocol's runs are drawn from, and what they are held to."""

from __future__ import annotations

from functools import cache

from model.protocol import PROTOCOL
from proofs.answers.record import Record, load
from proofs.sample.machine import Judges
from proofs.sample.promises import Promises, judged_in
from proofs.sample.report import Visited
from proofs.sample.settings import Reach, Setup, all_aims
from proofs.sample.walk import Walk
from proofs.search.plain import explore
from proofs.search.symmetry import State
from proofs.verdicts.columns import ALL_FAULTS, BASE, every_column, reading_columns
from proofs.world.parts import ONE_OF_EACH
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Step
from tests.helpers.networks.whole import compiled_whole, in_numbers
from tests.sampled.usual import USUAL

NETWORK = watched()
PROMISES = [found for found in PROPERTIES.values() if isinstance(found, (Always, Step, Ends))]

RECORDED = (*every_column(), ALL_FAULTS)
WIDE = (ALL_FAULTS, *(Column(ALL_FAULTS.faults, column.readings) for column in reading_columns()))


@cache
def setup() -> Setup:
    """Runs of one or two VMs in any column, steered to any event or row that a table takes for possible there."""
    reach = Reach(NETWORK, every_column(), WIDE)
    found = {aim: columns for aim in all_aims(NETWORK) if (columns := reach(aim))}
    return Setup(NETWORK, USUAL, columns=RECORDED, aims=tuple(found), reach=found, mixed=True)


@cache
def setup_of_one() -> Setup:
    """Runs of one VM with one disk and one adapter at most, without faults, steered to whatever is to be had there."""
    reach = {aim: (BASE,) for aim, columns in (setup().reach or {}).items() if BASE in columns}
    return Setup(NETWORK, USUAL, members=1, parts=1, columns=(BASE,), aims=tuple(reach), reach=reach)


def judges(record: Record | None = None) -> Judges:
    """The promises of a column: those that the record says are kept there."""
    known = record or load()

    @cache
    def judged(column: Column) -> Promises:
        return Promises(judged_in(column, PROMISES, known, RECORDED))

    return judged


class OneVm:
    """The explored states of one VM with one disk and one adapter, without faults, one of each class of alike configurations;
    and which of them a walk is in."""

    of = "one VM with one disk and one adapter, no fault, default readings, one configuration of each alike class"

    def __init__(self) -> None:
        self.compiled = compiled_whole(PROTOCOL, [ONE_OF_EACH], reduce=True)
        self.explored = {self._same(state) for state in explore(self.compiled, 1).before}

    def _same(self, state: State) -> tuple[int, tuple[int, ...]]:
        """The state with its configuration replaced by the first one that is alike."""
        form, states = self.compiled.locals[state[1]]
        vars_ = self.compiled.vm_vars[form]
        named = vars_.decode(states)
        for group in self.compiled.alike(form):
            now = tuple(named[name] for name in group.names)
            if now in group.like:
                named |= dict(zip(group.names, min(group.like[now]), strict=True))
        return state[0], vars_.encode(named)

    def __call__(self, walk: Walk) -> tuple[int, tuple[int, ...]] | None:
        if walk.begin.column != BASE or [dict(s.parts) for s in walk.begin.shapes] != [dict(ONE_OF_EACH.parts)]:
            return None
        now = zip(walk.board.places.keys, walk.states, strict=True)
        return self._same(in_numbers(self.compiled, {key: state for key, state in now if key[0] in PROTOCOL.actors}))

    def visited(self, found: set[object]) -> Visited:
        assert found <= self.explored, "a run was where the explorer never came"
        return Visited(len(found), len(self.explored), self.of)
