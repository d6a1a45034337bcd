"""What must come in the end, as SPIN can judge it: an exported text with two questions put to it.

`waits` asks for a state that is not at rest and in which nothing fair can happen: SPIN calls it an invalid end state. Exact.

`turns` asks for a run without faults that goes round for ever and is never at rest: SPIN calls it an acceptance cycle. SPIN
knows fairness between processes, not between events, so the circle need not be fair: where there is none the answer is exact,
and where there is one it is ours to say that it is fair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from model.notation import Event
from proofs.export.promela import promela
from proofs.world.compiled import Compiled
from properties.kinds import Ends, always, fired
from tests.helpers.spin import kinds_of_failure, run

_REST = "what must come"
_PLACE = re.compile(r"^(end\w*):\n  if\n((?:  ::.*\n)*)  fi;$", re.MULTILINE)
_OPTION = re.compile(r"^  :: (\w+)\((\w*)\) -> goto (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Option:
    """One thing that can happen at a place: the call of the event's `inline`, the event, and where it leads."""

    call: str
    event: str
    leads_to: str


class Asked:
    """A property about what comes in the end, in a slice with so many VMs."""

    def __init__(self, compiled: Compiled, vms: int, found: Ends) -> None:
        rest = always(found.says, found.rest, shows=" ".join(found.shows), witness=fired(compiled.events[0].name))
        made = promela(compiled, vms, [type(rest)(**{**vars(rest), "name": _REST})])
        (self.rest,) = re.findall(r"^#define (what_must_come\w*) ", made.text, re.MULTILINE)
        self.text = re.sub(r"^ *assert\(.*\); /\*.*\*/\n", "", made.text, flags=re.MULTILINE)
        self.places = {
            label: [Option(f"{name}({vm})", made.events[name], to) for name, vm, to in _OPTION.findall(options)]
            for label, options in _PLACE.findall(self.text)
        }
        assert sum(map(len, self.places.values())) == len(re.findall("-> goto end", self.text)) - self._starts()
        world = compiled.world
        silenced = {name for fault in world.column.faults for name in world.network.faults[fault].silences}
        self.events = {event.name: event for event in compiled.events}
        self.ignored = frozenset(found.without)
        self.silenced = frozenset(silenced)

    def _starts(self) -> int:
        """Choices of a place at the start that look like options."""
        return len(re.findall(r"^    :: .*-> goto end\w*$", self.text, re.MULTILINE))

    def fair(self, event: Event) -> bool:
        return event.fair and event.name not in self.silenced | self.ignored

    def endless(self, event: Event) -> bool:
        return event.fault is None and event.name not in self.ignored

    def waits(self, folder: Path) -> bool:
        """Whether some run waits for ever: see above."""
        said = run(self._with("waits", self.fair, once=True), folder)
        return _fails(said, "invalid end state")

    def turns(self, folder: Path) -> bool:
        """Whether some run goes round for ever: see above."""
        text = self._with("accept", self.endless, once=False)
        said = run(text, folder, "-DNOSTUTTER", safety=False, then=("-a",))  # a run that waits does not turn
        return _fails(said, "acceptance cycle")

    def _with(self, prefix: str, chosen: Callable[[Event], bool], *, once: bool) -> str:
        """The text with each place once more: a run that is not at rest may go there, and only some events happen there."""

        def beyond() -> Iterator[str]:
            for label, options in self.places.items():
                left = [one for one in options if chosen(self.events[one.event])]
                yield f"{prefix}_{label}:\n  if"
                for one in left:
                    stay = f"if :: {self.rest} -> goto end_of_asking :: else -> goto {prefix}_{one.leads_to} fi"
                    yield f"  :: {one.call} -> {'goto end_of_asking' if once else stay}"
                yield from [] if left else ["  :: false"]
                yield "  fi;"
            yield "end_of_asking:\n  false"

        def also(place: re.Match[str]) -> str:
            label, options = place.groups()
            return f"{label}:\n  if\n{options}  :: !{self.rest} -> goto {prefix}_{label}\n  fi;"

        text = _PLACE.sub(also, self.text)
        head, closing, tail = text.rpartition("\n}")
        assert not tail.strip()
        return "\n".join([head, *beyond()]) + closing + tail


def _fails(said: str, how: str) -> bool:
    """Whether there is an error, which must be of this kind."""
    errors = re.search(r"errors: (\d+)", said)
    assert errors is not None, said
    assert kinds_of_failure(said) == ({how} if errors[1] != "0" else set()), said
    return errors[1] != "0"
