"""What is answered of a trace: accepted, with the run that explains it; or rejected, with the rule that forbids a line of it."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.traces.clocks import Over
from conformance.traces.form import Line
from model.protocol import BY_ID
from proofs.answers.verdict import RunFound
from proofs.world.world import Column

NOT_SHOWN = (
    "A trace that is accepted is a run of the model: that a product behaves so at other times is not shown, nor that what was inferred "
    "is what happened.",
    "A trace that is rejected is no run of the model, with the VMs, faults and readings that are named: product, recording or model may "
    "be what is wrong.",
    "The model is untimed; of times only the published windows are checked.",
)


@dataclass(frozen=True)
class Accepted:
    """A run explains the trace. run: it, as the machines have executed it, in these circumstances (None: too long to be kept).
    inferred: which of its steps nobody saw, from 1. events, states: how many there were, in all and different ones. over: windows
    that took longer, though that is not forbidden. complete: nothing had to be inferred."""

    events: int
    states: int
    column: Column
    run: RunFound | None
    inferred: tuple[int, ...] = ()
    over: tuple[Over, ...] = ()
    complete: bool = False


@dataclass(frozen=True)
class Rejected:
    """No run explains the trace up to this line, in circumstances that were tried (`tried`, in words). after: how many events were
    explained before it. why: what forbids it, in the nearest run; by: the requirements and readings that say so; promises: what it
    would break, by name. possible: what could have happened there. instead: what machines would have been, or None."""

    line: Line
    after: int
    why: tuple[str, ...]
    by: tuple[str, ...]
    tried: str
    promises: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The requirements, each in its words."""
        return [(one, BY_ID[one].says) for one in self.by if one in BY_ID]


@dataclass(frozen=True)
class Open:
    """No run was found within the bounds, and none was excluded either, up to this line."""

    line: Line
    bounds: str


Answer = Accepted | Rejected | Open
