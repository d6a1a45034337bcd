"""What is possible at all: every state of the host with one VM that some run of any number of VMs reaches, as far as people can see
it or have to know it, each with the circumstances (columns) in which it is reached.

A closed set of `proofs.views` is made once for a protocol and kept as plain arrays, so that asking it takes milliseconds. It may
hold states that no run reaches; what it does not hold, no run of any number of VMs reaches. Machines that a slice can do without
(the cluster) are left out, which adds states and takes none away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from io import BytesIO
from itertools import combinations
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from model.actors.child import child_session
from model.actors.conditions import integration
from model.actors.due import saved_by
from model.actors.image import image, outcome
from model.actors.method import method, progress
from model.actors.power import power
from model.actors.requester import context, requester
from model.actors.volumes import selected
from model.actors.vss import other_writer, provider, vss
from model.actors.writer import last_error, process, writer_state
from model.notation import every, happens
from model.notation.errors import Place
from model.notation.terms import TRUE, In, Term, any_of
from model.protocol import FAULTS, PROTOCOL, READINGS
from model.sorts import vm
from proofs.answers.content import content_of
from proofs.world.world import Column
from properties.kinds import Always

OF_HOST = (requester, vss, writer_state, last_error, other_writer, context, process, provider)
OF_VM = (power, saved_by, method, progress, child_session, image, outcome, selected, integration)
"""The machines of which something is seen in the field, or has to be said in an answer."""

MACHINES = {actor.name: actor for actor in (*OF_HOST, *OF_VM)}
_PLACE = {actor.name: at for actors in (OF_HOST, OF_VM) for at, actor in enumerate(actors)}
_WORD = 64

Numbers = npt.NDArray[np.int8]
Labels = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.bool_]
States = Mapping[str, frozenset[str]]
"""What is said of some machines: by name, the states each may be in."""


def single_columns() -> list[Column]:
    """No fault, each fault alone, each other reading alone."""
    faults = [Column(frozenset({fault.name})) for fault in FAULTS]
    return [Column(), *faults, *_other_readings()]


def paired_columns() -> list[Column]:
    """Two things at a time: two faults, or another reading and a fault; with all that is smaller."""
    names = [fault.name for fault in FAULTS]
    pairs = [Column(frozenset(pair)) for pair in combinations(names, 2)]
    mixed = [Column(frozenset({name}), one.readings) for one in _other_readings() for name in names]
    return [*single_columns(), *pairs, *mixed]


def _other_readings() -> list[Column]:
    return [Column(readings=((one.actor.name, other),)) for one in READINGS for other in one.others]


@dataclass(frozen=True)
class Possible:
    """Views, one a row. host, vm: the numbers of the states of OF_HOST and OF_VM; labels: the columns of each, in words of 64 bits."""

    columns: tuple[Column, ...]
    host: Numbers
    vm: Numbers
    labels: Labels

    @cached_property
    def _hosts(self) -> npt.NDArray[np.int64]:
        """For each row the number of its host state."""
        codes = np.ravel_multi_index(tuple(self.host.T.astype(np.int64)), [len(a.states) for a in OF_HOST])
        found: npt.NDArray[np.int64] = np.unique(codes, return_inverse=True)[1].ravel()
        return found

    def rows(self, states: States) -> Rows:
        """The rows in which these machines are in these states."""
        found = np.ones(len(self.host), dtype=np.bool_)
        for name, wanted in states.items():
            of = self.host if MACHINES[name] in OF_HOST else self.vm
            numbers = [k for k, state in enumerate(MACHINES[name].states) if state in wanted]
            found &= np.isin(of[:, _PLACE[name]], numbers)
        return found

    def label(self, host: States, vms: Sequence[States] = ()) -> int:
        """The columns in which the host may be so while there are VMs that are so (of any of the states, each by itself)."""
        rows = self.rows(host)
        if not vms:
            return _union(self.labels[rows])
        number = int(self._hosts.max()) + 1
        joint = np.full((number, self.labels.shape[1]), np.iinfo(np.uint64).max, dtype=np.uint64)
        for one in vms:
            found = np.zeros((number, self.labels.shape[1]), dtype=np.uint64)
            chosen = rows & self.rows(one)
            np.bitwise_or.at(found, self._hosts[chosen], self.labels[chosen])
            joint &= found
        return _union(joint)

    def values(self, machine: str, host: States, vms: Sequence[States], of: States, column: Column) -> frozenset[str]:
        """The states that a machine may be in, in one column, where the host is so and there are VMs that are so. of: which VM is
        looked at, where the machine is a VM's."""
        word, bit = divmod(self._bit[column], _WORD)
        there = self.rows(host) & ((self.labels[:, word] >> np.uint64(bit) & np.uint64(1)) > 0)
        rows = there & self.rows(of)
        for one in vms:
            rows &= np.isin(self._hosts, self._hosts[there & self.rows(one)])
        where = self.host if MACHINES[machine] in OF_HOST else self.vm
        return frozenset(MACHINES[machine].states[k] for k in set(where[rows][:, _PLACE[machine]].tolist()))

    def minimal(self, label: int) -> list[Column]:
        """The smallest circumstances of a label: those that contain no smaller one of it."""
        within = [column for bit, column in enumerate(self.columns) if label >> bit & 1]
        within.sort(key=size)
        found: list[Column] = []
        for column in within:
            if not any(contains(column, smaller) for smaller in found):
                found.append(column)
        return found

    def bits(self, columns: Iterable[Column]) -> int:
        """The label of these columns."""
        return sum(1 << self._bit[column] for column in columns)

    @cached_property
    def _bit(self) -> dict[Column, int]:
        return {column: bit for bit, column in enumerate(self.columns)}

    # -- kept -----------------------------------------------------------------------------------------------------------

    def as_bytes(self) -> bytes:
        """All of it, as numpy keeps arrays, with the hash of the protocol that it is of. Few labels are different: each is kept once."""
        names = json.dumps([_name(column) for column in self.columns])
        out = BytesIO()
        columns, of = (np.frombuffer(text.encode(), dtype=np.uint8) for text in (names, of_protocol()))
        labels, which = np.unique(self.labels, axis=0, return_inverse=True)
        arrays = {
            "host": self.host,
            "vm": self.vm,
            "labels": labels,
            "which": which.ravel().astype(np.min_scalar_type(len(labels))),
        }
        np.savez_compressed(out, of=of, columns=columns, **arrays)  # type: ignore[arg-type]  # numpy takes a flag by this way, too
        return out.getvalue()


def size(column: Column) -> int:
    return len(column.faults) + len(column.readings)


def contains(column: Column, smaller: Column) -> bool:
    return smaller.faults <= column.faults and set(smaller.readings) <= set(column.readings)


def _union(labels: Labels) -> int:
    words = np.bitwise_or.reduce(labels, axis=0).tolist() if len(labels) else []
    return sum(int(word) << _WORD * at for at, word in enumerate(words))


def _name(column: Column) -> list[list[str]]:
    return [sorted(column.faults), *map(list, column.readings)]


@cache
def of_protocol() -> str:
    """A hash of all that a closed set depends on but the engines: the protocol's rules, and which machines are looked at."""
    looked_at = " ".join(actor.name for actor in (*OF_HOST, *OF_VM))
    columns = " ".join(column.name for column in single_columns())
    return sha256("\n".join([*content_of(PROTOCOL), looked_at, columns]).encode()).hexdigest()


def from_bytes(content: bytes, of: str | None = None) -> Possible | None:
    """What `as_bytes` made; None: it is damaged, or of something else (of: the protocol's hash, if it is asked for). Nothing in it is
    executed."""
    try:
        with np.load(BytesIO(content), allow_pickle=False) as kept:
            if of is not None and kept["of"].tobytes() != of.encode():
                return None
            told = json.loads(kept["columns"].tobytes())
            columns = tuple(map(_column, told))
            host, seen, labels = kept["host"], kept["vm"], kept["labels"][kept["which"]]
    except (ValueError, KeyError, TypeError, OSError, EOFError, BadZipFile, IndexError):
        return None
    shapes = (len(host), len(OF_HOST)), (len(host), len(OF_VM)), (len(host), -(-len(columns) // _WORD))
    right = (host.shape, seen.shape, labels.shape) == shapes and labels.dtype == np.uint64 and len(host)
    return Possible(columns, host, seen, labels) if right else None


def _column(name: list[list[str]]) -> Column:
    faults, *readings = name
    return Column(frozenset(faults), tuple((reading, value) for reading, value in readings))


# -- made ---------------------------------------------------------------------------------------------------------------


def term_of(states: States) -> Term:
    """What is said of machines, as a term."""
    found: Term = TRUE
    for name, wanted in states.items():
        found = found & In(name, frozenset(wanted))
    return found


def close(columns: Sequence[Column]) -> Possible:
    """The closed set of these columns, seen through OF_HOST and OF_VM."""
    from proofs.views.labelled.family import Family  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept
    from proofs.views.labelled.labels import Labelled  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept
    from proofs.views.labelled.starts import starts_by_column  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept
    from proofs.views.proof import ForAnyNumber, prepared  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept

    family = Family(PROTOCOL, columns)
    asked = _asked()
    (group,) = ForAnyNumber(family.network, family.column, [asked]).groups([asked])
    compiled = prepared(group)
    allowed = {name: family.allowed[name] for name in sorted(group.part.events) if name in family.allowed}
    closed = Labelled(
        compiled, len(columns), allowed, starts_by_column(compiled, allowed, len(columns), [asked.term, asked.witness])
    )
    hosts = np.empty(len(closed), dtype=np.int64)
    numbers = np.empty(len(closed), dtype=np.int32)
    for host in closed.places:
        rows = closed.rows(host)
        hosts[rows], numbers[rows] = host, closed.labels_of(host, rows)
    vms = closed.views.vms[: len(closed)]
    of_host = np.array(compiled.hosts, dtype=np.int64)[hosts][:, [compiled.host_vars.at[a.name] for a in OF_HOST]]
    of_vm = closed.steps.states[vms][:, [compiled.vm_vars[0].at[a.name] for a in OF_VM]]
    sizes = [len(a.states) for a in (*OF_HOST, *OF_VM)]
    codes = np.ravel_multi_index((*of_host.T, *of_vm.T.astype(np.int64)), sizes)
    _, first, back = np.unique(codes, return_index=True, return_inverse=True)
    labels = np.zeros((len(first), closed.words), dtype=np.uint64)
    np.bitwise_or.at(labels, back.ravel(), closed.labels.table.words[numbers])
    return Possible(tuple(columns), of_host[first].astype(np.int8), of_vm[first].astype(np.int8), labels)


def _asked() -> Always:
    """A statement that tells every state of every machine that is looked at from the others, so that the slice has them all."""
    host = (In(actor.name, frozenset({state})) for actor in OF_HOST for state in actor.states)
    vms = (every(vm, In(actor.name, frozenset({state}))) for actor in OF_VM for state in actor.states)
    said = any_of(*host, *vms)
    return Always(
        says="What is looked at.",
        shows=(),
        witness=happens("backup_initialized"),
        name="looked-at",
        term=said,
        place=Place("possible.py", 0),
    )
