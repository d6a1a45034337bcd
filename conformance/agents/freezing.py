"""An agent that freezes file systems, in lockstep: the guest that is played to it has some, and both sides must have the same frozen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from conformance.agents import calls
from conformance.agents.calls import Agent, Answer, Call
from conformance.agents.lockstep import Act, Disturbance, Lockstep, Machines
from conformance.agents.mounts import CATALOGUE, OTHER, FileSystem, Mounts
from model.notation import Network, Shape
from model.notation.run import Index
from proofs.sample.promises import Promises

G = TypeVar("G", bound=Mounts)


class Freezing(Lockstep, Generic[G]):
    """An agent that freezes, and the machines that say what it may do. systems: numbers of file systems in the catalogue. faults: what may
    go wrong (None: anything)."""

    REFUSED_BY: ClassVar[Mapping[str, frozenset[str]]]
    """For what can be refused, the faults that allow it."""
    NETWORK: ClassVar[Network]
    JUDGES: ClassVar[Promises]

    def __init__(
        self,
        agent: Agent,
        systems: Sequence[int],
        *,
        faults: frozenset[str] | None = None,
        network: Network | None = None,
        watch: Callable[[Call, Answer], None] | None = None,
    ) -> None:
        network = self.NETWORK if network is None else network
        self.guest = self.guest_of([CATALOGUE[number] for number in systems])
        starts: dict[tuple[str, Index], str] = {
            ("kind", (n,)): self.kind_of(one) for n, one in enumerate(self.guest.systems)
        }
        faults = frozenset(network.faults) if faults is None else faults
        machines = Machines(network, self.JUDGES, starts, [Shape({})] * len(systems), faults)
        super().__init__(agent, systems, machines, watch)
        self._open: list[tuple[Act | None, Act | None]] = []
        self._folder = {path: n for n, one in enumerate(self.guest.systems) for path in one.paths}
        self._path = ""
        self._in_a_folder = False

    @abstractmethod
    def guest_of(self, systems: list[FileSystem]) -> G:
        """The guest with these file systems, as it is played to this agent."""

    @abstractmethod
    def kind_of(self, system: FileSystem) -> str:
        """What the machine `kind` of a file system is in."""

    # -- what happens around the agent ----------------------------------------------------------------------------------

    def happens(self, what: Disturbance) -> bool:
        """As it is; and what will be refused may be said at any time, while what is mounted while a folder is open waits for a call."""
        refuses = what.name.startswith("refuse_")
        if not (refuses and what.after is None) and not self.go(what.after):
            return False
        if what.name.startswith("mount_") and self._in_a_folder:
            self.go(1)
        return self.at_once(what, self._refuses if refuses else self.befalls)

    def _refuses(self, what: Disturbance) -> bool:
        kind, number = what.name.removeprefix("refuse_"), what.number
        if not self.machines.faults >= self.REFUSED_BY[kind]:
            return False
        if kind not in {calls.OPEN, calls.FREEZES, calls.THAWS}:
            self.guest.refuse_once(kind)
        elif number is None or not 0 <= number < len(self.systems):
            return False
        else:
            self.guest.refuse(kind, number, what.error)
        return True

    # -- what only the next calls tell ------------------------------------------------------------------------------------

    def settle(self, *, well: bool) -> None:
        """It shows what the agent took refusals for that may be none: for done (well), or for a failure. Where it may not take them for
        done, they are failures."""
        for done, failure in self._open:
            act = done if well and (done is None or self.machines.may(done)) else failure
            if act is not None and self.machines.can(act):
                self.machines.fire(act)
        self._open.clear()

    def forget_detached(self) -> None:
        """What is frozen and not in the mount table any more is not thawed by an agent that has only looked there."""
        for number in range(len(self.systems)):
            if self.machines.can(forgotten := ("detached_forgotten", (number,))):
                self.machines.fire(forgotten)

    # -- comparing --------------------------------------------------------------------------------------------------------

    def compare_frozen(self) -> None:
        """What is frozen, and by whom."""
        for number in range(len(self.systems)):
            known = _BY_WHOM[self.guest.frozen.get(number)]
            is_ = self.machines.state("frozen", (number,))
            if is_ != known:
                raise self.disagree(
                    f"{self.guest.systems[number].paths[0]} is {known} in the guest, and {is_} in the machine"
                )

    def of_folder(self, number: int) -> Index:
        """Whose freezing or thawing it is: what the path that was opened should lead to, where it leads to something else."""
        return (number if number != OTHER else self._folder[self._path],)


_BY_WHOM = {None: "FREE", "agent": "BY_AGENT", "other": "BY_OTHER"}
