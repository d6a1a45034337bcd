"""Runs that are kept with the record, in place of searches for them.

Nothing is believed of a kept run. The machines execute it, in the column in which it was found, as they are now; what its last step
shows is read off their states. If they refuse it, or it shows nothing any more, it is as if it had never been kept. So a run decides
of a changed protocol, too. Only that it is the shortest is not seen: that was so for the protocol in which it was found, and of another
the verdict says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from model.notation.network import Network
from model.notation.run import Index
from model.notation.terms import Term
from proofs.answers import exercising, runs
from proofs.answers.column_cache import protocol_content
from proofs.answers.exercising import Exercise, shared
from proofs.answers.record import RecordError
from proofs.answers.runs import bare
from proofs.answers.verdict import HOLDS, REFUTED, RunFound
from proofs.sample.ground import Happening, Places, test
from proofs.search.never_rests import never_rests
from proofs.verdicts.known.witnesses import WITNESS, Seen, States, executed
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Possible, Property, Step


@dataclass(frozen=True)
class _Kept:
    """What is kept of one column."""

    refuting: list[runs.Kept]
    exercising: list[Exercise]


@cache
def _by_column() -> dict[str, _Kept]:
    """What is kept, by column; what cannot be read is nothing: then it is searched for."""
    try:
        refuting = list(runs.load().kept.values())
    except RecordError:
        refuting = []
    try:
        put_to_the_test = exercising.load()
    except RecordError:
        put_to_the_test = []
    found: dict[str, _Kept] = {}
    for run in refuting:
        found.setdefault(run.column, _Kept([], [])).refuting.append(run)
    for one in put_to_the_test:
        found.setdefault(one.column, _Kept([], [])).exercising.append(one)
    return found


@cache
def all_kept() -> str:
    """A hash of all that is kept; what cannot be read is nothing."""
    found = sha256()
    for path in (runs.PATH, exercising.PATH):
        with suppress(OSError):
            found.update(path.read_bytes())
    return found.hexdigest()


@cache
def _doubt() -> str:
    """What is to be said of a run that decides: of another protocol than that in which it was found there may be a shorter one."""
    of_this = runs.load_for(protocol_content()) is not runs.NONE
    return "" if of_this else "perhaps not the shortest run: it was found in another protocol"


def kept_runs(column: Column, names: Collection[str], network: Network | None = None) -> dict[str, list[Seen]]:
    """What kept runs show of these properties in the column in which they were found, by property. network: another protocol than
    ours (a changed rule, say)."""
    kept, found, of = _by_column().get(column.name), dict[str, list[Seen]](), watched(network)
    for seen, name in (
        () if kept is None else (*_refuting(column, kept, names, of), *_exercising(column, kept, names, of))
    ):
        found.setdefault(name, []).append(seen)
    return found


def puts_to_the_test(column: Column, run: RunFound, name: str, of: Network | None) -> bool:
    """Whether the witness of a property fires anywhere in a run of a column, as the machines execute it. of: see `kept_runs`."""
    network, asked = as_asked(PROPERTIES[name], watched(of))
    told = _Told.of(network, column, run)
    return told is not None and any(told.shows(asked, steps) for steps in range(1, len(run.steps) + 1))


def breaks(column: Column, run: RunFound, name: str, of: Network | None) -> bool:
    """Whether a run of a column breaks a property in the end, as the machines execute it. of: see `kept_runs`."""
    network, asked = as_asked(PROPERTIES[name], watched(of))
    told = _Told.of(network, column, run)
    return told is not None and told.breaks(network, asked)


def exercises(column: Column, found: Mapping[str, Sequence[Seen]]) -> list[Exercise]:
    """Of what runs show in a column, those that put properties to the test there, as they are kept."""
    chosen: dict[str, RunFound] = {}
    for name, several in found.items():
        for seen in several:
            if seen.column == column and seen.shows in {WITNESS, HOLDS}:
                chosen.setdefault(name, bare(seen.run, as_asked(PROPERTIES[name], watched())[0]))
    return shared(column.name, chosen)


def _refuting(column: Column, kept: _Kept, names: Collection[str], of: Network) -> Iterator[tuple[Seen, str]]:
    for one in kept.refuting:
        if one.property in names and one.property in PROPERTIES:
            network, asked = as_asked(PROPERTIES[one.property], of)
            told = _Told.of(network, column, one.run)
            if told is not None and told.breaks(network, asked):
                seen = told.seen(len(one.run.steps), REFUTED)
                yield replace(seen, vms=one.vms, reason="; ".join(filter(None, (one.reason, _doubt())))), one.property


def _exercising(column: Column, kept: _Kept, names: Collection[str], of: Network) -> Iterator[tuple[Seen, str]]:
    for one in kept.exercising:
        told: dict[Network, _Told | None] = {}
        for name, steps in zip(one.properties, one.steps, strict=True):
            if name in names and name in PROPERTIES:
                network, asked = as_asked(PROPERTIES[name], of)
                if network not in told:
                    told[network] = _Told.of(network, column, one.run)
                here = told[network]
                if here is not None and here.shows(asked, steps):
                    seen = here.seen(steps, HOLDS if isinstance(asked, Possible) else WITNESS)
                    yield replace(seen, reason=_doubt() if seen.shows == HOLDS else ""), name


@dataclass(frozen=True)
class _Told:
    """A run as the machines of a network execute it. states: before its first step and after each."""

    column: Column
    run: RunFound
    states: Sequence[States]
    places: Places

    @staticmethod
    def of(network: Network, column: Column, run: RunFound) -> _Told | None:
        """None: the machines refuse it."""
        readings: dict[tuple[str, Index], str] = {(name, ()): state for name, state in column.readings}
        states = executed(network, replace(run, starts={**run.starts, **readings}), column.faults)
        if states is None:
            return None
        starts = {**run.starts, **states[0]}  # in the order in which they are kept
        return _Told(column, replace(run, starts=starts), states, Places(network, run.shapes))

    def seen(self, steps: int, shows: str) -> Seen:
        """What is seen after so many steps."""
        last = self.states[max(0, steps - 1)], self.states[steps]
        return Seen(self.column, replace(self.run, steps=self.run.steps[:steps]), shows, last)

    def breaks(self, network: Network, asked: Property) -> bool:
        """Whether the state in which the run ends, or its last step, breaks what is asked; or that it never comes to rest."""
        match asked:
            case Ends():
                return never_rests(network, self.run, self.column.faults, asked)
            case Always(term=term):
                now = self._in_order(self.states[-1])
                return not test(self.places.ground(term))(now, now)
            case Step(term=term):
                return bool(self.run.steps) and not self._is_so(term, len(self.run.steps))
        return False

    def shows(self, asked: Property, steps: int) -> bool:
        """Whether the last of so many steps puts what is asked to the test."""
        term = asked.term if isinstance(asked, Possible) else asked.witness
        return 0 < steps <= len(self.run.steps) and self._is_so(term, steps)

    def _is_so(self, term: Term, number: int) -> bool:
        """Whether a term holds of the step with this number, from 1."""
        before, after = self._in_order(self.states[number - 1]), self._in_order(self.states[number])
        moved = frozenset(i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
        return test(self.places.ground(term, (), Happening(*self.run.steps[number - 1], moved)))(before, after)

    def _in_order(self, states: States) -> list[str]:
        return [states[key] for key in self.places.keys]
