"""What is asked about: how many VMs, with which parts, starting how; and how far a search of them may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.notation.run import Shape
from proofs.world.parts import ONE_OF_EACH


@dataclass(frozen=True)
class Kinds:
    """What VMs there are, in any number: of each kind its parts, and the states that its machines may start in. whole: with
    all the parts that the VMs have."""

    shapes: tuple[Shape, ...]
    allowed: tuple[Mapping[str, frozenset[str]], ...]
    whole: bool = True


@dataclass(frozen=True)
class Scope:
    """What is searched: how many VMs, of which shapes, starting how, and how many states at most. fewest: the number of VMs
    that the searches begin with. proofs: ask closed sets of views first. counts: search every state all the same, where
    views show the property. more_parts: not of these shapes, but with none, one and two parts of each sort that is looked at.
    whole: where it is said how VMs may start, these shapes have all the parts that the VMs have.
    """

    vms: int = 2
    fewest: int = 1
    shapes: tuple[Shape, ...] = (ONE_OF_EACH,)
    allowed: tuple[Mapping[str, frozenset[str]], ...] | None = None
    limit: int = 20_000_000
    reduce: bool = True
    proofs: bool = False
    counts: bool = True
    more_parts: bool = False
    whole: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError where nothing would be searched: whatever is asked would hold there."""
        if self.fewest < 1 or self.vms < 1:
            raise ValueError(f"a search of {min(self.fewest, self.vms)} VMs: at least one is needed")
        if self.limit < 1:
            raise ValueError(f"a search of {self.limit} states: at least one must be searched")

    @property
    def kinds(self) -> Kinds | None:
        """What VMs there are, where it is said how each may start; None: VMs of any kind."""
        return None if self.allowed is None else Kinds(self.shapes, self.allowed, self.whole)

    @property
    def together(self) -> bool:
        """Whether VMs of several kinds that nothing tells apart are searched as one."""
        return self.reduce and self.allowed is not None
