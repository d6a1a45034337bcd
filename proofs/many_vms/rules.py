"""The steps of a compiled network as changes of sets of tuples, one entry a VM."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from model.notation.events import Event
from model.notation.terms import Const, Every, Some, Term, children, machines_of
from proofs.many_vms.levels import Change, Label, Option, Tuples, entries_of, image, joined
from proofs.many_vms.tallies import masks
from proofs.world.compiled import Compiled
from proofs.world.layout import is_local
from proofs.world.world import fold


class Entries:
    """VM states as entries of tuples, each with the kind of its VM: kinds are counted apart, though they do the same."""

    def __init__(self) -> None:
        self.pairs: list[tuple[int, int]] = []
        self._numbers: dict[tuple[int, int], int] = {}

    def number(self, kind: int, local: int) -> int:
        """The entry for a VM of this kind in this state."""
        found = self._numbers.setdefault((kind, local), len(self.pairs))
        if found == len(self.pairs):
            self.pairs.append((kind, local))
        return found

    def of_kind(self, kind: int) -> Label:
        """All entries of one kind."""
        return joined(1 << entry for entry, (own, _) in enumerate(self.pairs) if own == kind)


class Rules:
    """The compiled steps, as changes of tuples."""

    def __init__(self, compiled: Compiled, entries: Entries) -> None:
        self.compiled, self.entries = compiled, entries
        self._bit = {(every, body): 1 << k for k, (every, body, _) in enumerate(compiled.state_bits)}
        self._reads = [self._terms_about_all(event) for event in compiled.events]
        self._places = [self._places_in(terms) for terms in self._reads]
        self._of_host = [
            (k, every, body, places)
            for k, (every, body, _) in enumerate(compiled.state_bits)
            if (places := self._places_in([body]))
        ]
        self._decisions: dict[int, int] = {}
        self._asked: dict[object, int] = {}
        self._asking: dict[tuple[int, int], frozenset[int]] = {}
        self._options: dict[tuple[int, int], Options] = {}
        self._by_bits: dict[tuple[int, bool], dict[int, frozenset[int]]] = {}

    def _terms_about_all(self, event: Event) -> list[Term]:
        """The guards of the event and of its rows that ask about all VMs."""
        world, compiled = self.compiled.world, self.compiled
        rules = [
            rule.when
            for actor in compiled.taking(event)
            for rules in world.rules(actor, event.name).values()
            for rule in rules
        ]
        return [term for term in (world.when[event.name], *rules) if self._bits_in(term, {})]

    def _bits_in(self, term: Term, known: Mapping[str, frozenset[str]]) -> int:
        """The bits that the term asks where so much is known of the host."""
        if known and isinstance(fold(term, known), Const):
            return 0
        if isinstance(term, (Every, Some)) and term.sort == self.compiled.sort:
            return self._bit.get((isinstance(term, Every), term.body), 0)  # none: no VM has what the event is about
        return joined(self._bits_in(part, known) for part in children(term))

    def asked(self, event: int, host: int) -> int:
        """The bits over all VMs that decide about an event in a state of the host."""
        if not self._reads[event]:
            return 0
        known = self._known(host, self._places[event])
        key = (event, *known.values())
        if key not in self._asked:
            self._asked[key] = joined(self._bits_in(term, known) for term in self._reads[event])
        return self._asked[key]

    def _places_in(self, terms: Iterable[Term]) -> list[int]:
        at = self.compiled.host_vars.at
        return sorted({at[name] for term in terms for name in machines_of(term) if name in at})

    def _known(self, host: int, places: Iterable[int]) -> dict[str, frozenset[str]]:
        """The states of some of the host's machines, as terms are folded with them."""
        vars_, states = self.compiled.host_vars, self.compiled.hosts[host]
        return {vars_.names[i]: frozenset({vars_.actors[i].states[states[i]]}) for i in places}

    def _decided(self, host: int) -> int:
        """The bits that every VM contributes, since the host alone decides about them."""
        if host not in self._decisions:
            said = [(k, every, fold(body, self._known(host, places))) for k, every, body, places in self._of_host]
            self._decisions[host] = joined(1 << k for k, every, term in said if term == Const(not every))
        return self._decisions[host]

    def is_of_one_vm(self, event: int) -> bool:
        """Whether the event happens to one VM or a part of it, not to the host or to all VMs."""
        return is_local(self.compiled.events[event])

    def by_bits(self, host: int, *, of_vms: bool) -> dict[int, frozenset[int]]:
        """The events of one VM, or else those of the host and of all VMs, by the bits that they ask."""
        key = (host, of_vms)
        if key not in self._by_bits:
            found: dict[int, set[int]] = {}
            for e in range(len(self.compiled.events)):
                if of_vms == self.is_of_one_vm(e):
                    found.setdefault(self.asked(e, host), set()).add(e)
            self._by_bits[key] = {asked: frozenset(events) for asked, events in found.items()}
        return self._by_bits[key]

    def asking_no_more(self, host: int, asked: int) -> frozenset[int]:
        """The events of one VM that ask none but these bits."""
        key = (host, asked)
        if key not in self._asking:
            groups = self.by_bits(host, of_vms=True).items()
            self._asking[key] = frozenset(event for bits, events in groups if not bits & ~asked for event in events)
        return self._asking[key]

    def bits(self, host: int, entry: int) -> int:
        """What a VM contributes."""
        return self.compiled.bits_of_all(host, (self.entries.pairs[entry][1],))

    def options(self, host: int, asked: int, becomes: Callable[[int], Label] | None = None) -> Options:
        """What each entry becomes (by default what it is), with what it contributes to the bits that are asked."""
        if becomes is not None:
            return Options(becomes, partial(self._bits_of, host, asked) if asked else None)
        key = (host, asked)
        if key not in self._options:
            self._options[key] = Options(None, partial(self._bits_of, host, asked))
        return self._options[key]

    def _bits_of(self, host: int, asked: int, entry: int) -> int:
        return self.bits(host, entry) & asked

    def contributed(self, host: int, asked: int) -> Callable[[Label], list[int]]:
        """What an entry of a label may contribute to these bits."""
        options = self.options(host, asked)
        return lambda label: [option.bits for option in options(label)]

    def masks(self, host: int, asked: int, tuples: Tuples) -> list[int]:
        """What all VMs together may contribute to the bits that are asked."""
        return sorted(masks(tuples, self.contributed(host, asked))) if asked else [0]

    def within(self, host: int, asked: int, mask: int, tuples: Tuples) -> Tuples:
        """The tuples that contribute exactly `mask`."""
        return image(tuples, Change(self.options(host, asked), mask)) if asked else tuples

    def host_steps(self, host: int, mask: int, events: Collection[int]) -> Iterator[tuple[int, int]]:
        """Those of `events` that can happen, with the host afterwards."""
        return (
            (event, host2)
            for event, host2 in self.compiled.host_steps(host, mask | self._decided(host))
            if event in events
        )

    def vm_steps(self, host: int, mask: int, entry: int, events: Collection[int]) -> list[tuple[int, int, int]]:
        """(event, host afterwards, entry afterwards) for those of `events` that can happen to a VM."""
        kind, local = self.entries.pairs[entry]
        return [
            (event, host2, self.entries.number(kind, local2))
            for event, host2, local2 in self.compiled.vm_steps(host, mask | self._decided(host), local)
            if event in events
        ]

    def moves(self, event: int, host: int, mask: int, label: Label) -> dict[int, dict[int, Label]]:
        """What an event makes of the entries of a label, by the host afterwards."""
        found: dict[int, dict[int, Label]] = {}
        if not self.is_of_one_vm(event):
            becomes = self.becomes(event, host, mask) or (lambda entry: 1 << entry)
            for _, host2 in self.host_steps(host, mask, {event}):
                found[host2] = {entry: becomes(entry) for entry in entries_of(label)}
            return found
        for entry in entries_of(label):
            for _, host2, entry2 in self.vm_steps(host, mask, entry, {event}):
                gone = found.setdefault(host2, {})
                gone[entry] = gone.get(entry, 0) | 1 << entry2
        return found

    def becomes(self, event: int, host: int, mask: int) -> Callable[[int], Label] | None:
        """What an event of the host or of all VMs makes of entries: of all VMs, what the tables say; else nothing new."""
        return partial(self._moved, event, host, mask) if self.compiled.for_all[event] else None

    def _moved(self, event: int, host: int, mask: int, entry: int) -> Label:
        kind, local = self.entries.pairs[entry]
        return 1 << self.entries.number(kind, self.compiled.all_step(event, host, mask | self._decided(host), local))


class Options:
    """What the entries of a label become (by default what they are), by what they contribute. Each entry is asked once."""

    def __init__(self, becomes: Callable[[int], Label] | None, bits: Callable[[int], int] | None) -> None:
        self._becomes, self._bits = becomes, bits
        self._known: dict[Label, list[Option]] = {}
        self._by_bits: dict[int, Label] = {}
        self._staying: Label = 0
        self._moving: dict[int, Label] = {}

    def __call__(self, label: Label) -> Sequence[Option]:
        found = self._known.get(label)
        if found is None:
            for entry in entries_of(label & ~joined(self._by_bits.values())):
                self._learn(entry)
            own = ((bits, label & of_bits) for bits, of_bits in self._by_bits.items())
            found = self._known[label] = [Option(part, bits, self._new(part)) for bits, part in own if part]
        return found

    def _learn(self, entry: int) -> None:
        bits = 0 if self._bits is None else self._bits(entry)
        self._by_bits[bits] = self._by_bits.get(bits, 0) | 1 << entry
        new = 1 << entry if self._becomes is None else self._becomes(entry)
        if new == 1 << entry:
            self._staying |= new
        else:
            self._moving[entry] = new

    def _new(self, label: Label) -> Label:
        moving = entries_of(label & ~self._staying) if self._moving else ()
        return label & self._staying | joined(self._moving[entry] for entry in moving)
