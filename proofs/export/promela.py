"""The network of a slice as Promela, for SPIN: one process, the VMs in an array, one `d_step` for each event.

It has the states and steps of `explore` with `sort=False`, and two things more, which `Exported` counts: SPIN's own initial
state, and its choices of a start. What must hold is asserted where it may break.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from math import prod

from model.notation.terms import In, all_of
from proofs.export.promela_control import Control, Hosts, Place
from proofs.export.promela_events import Happening, cases_of, happenings
from proofs.export.promela_steps import event_text
from proofs.export.promela_terms import ANY, Vocabulary, bare
from proofs.world.compiled import Compiled
from properties.kinds import Always, Property, Step

WIDTH = 120


@dataclass(frozen=True)
class Exported:
    """A network as Promela. starts: how many start states it has. properties: those that are asserted. events: the event that
    each `inline` of the text is (or is a case of)."""

    text: str
    starts: int
    properties: tuple[str, ...]
    events: Mapping[str, str] = field(default_factory=dict)

    @property
    def more_states(self) -> int:
        """What SPIN stores besides our states: the one before a start is chosen."""
        return 1

    @property
    def more_transitions(self) -> int:
        """What SPIN counts besides our steps: that state, and the choice of each start."""
        return 1 + self.starts


def promela(compiled: Compiled, vms: int, properties: Sequence[Property], title: Sequence[str] = ()) -> Exported:
    """The slice with so many VMs of one shape. properties: statements about states and steps, which are asserted. title: lines
    of the comment at the top. Raises ValueError at other kinds of property, and where VMs have several shapes."""
    for found in properties:
        if not isinstance(found, (Always, Step)):
            raise ValueError(
                f"{found.name} is of kind {found.kind}: only statements about states and steps are exported."
            )
    text = _Text(Vocabulary(compiled, vms), properties)
    lines = [*_comment(title), "", *text.lines()]
    starts = len(compiled.start_hosts) * len(compiled.starts) ** vms
    return Exported("\n".join(lines) + "\n", starts, tuple(found.name for found in properties), text.called())


class _Text:
    """Puts the text together."""

    def __init__(self, vocabulary: Vocabulary, properties: Sequence[Property]) -> None:
        self.vocabulary, self.properties = vocabulary, tuple(properties)
        compiled = vocabulary.compiled
        self.starts = [compiled.vm_vars[0].decode(compiled.locals[start][1]) for start in compiled.starts]
        self.host_starts = [compiled.host_vars.decode(compiled.hosts[host]) for host in compiled.start_hosts]
        whole = list(happenings(vocabulary))
        self._machines = Hosts(vocabulary, whole).best().machines
        self._happening = [case for one in whole for case in cases_of(vocabulary, one, self._machines)]
        self._called = [self._name(one) for one in self._happening]
        names = vocabulary.names
        self._said = {found.name: names.new(found.name) for found in self.properties if isinstance(found, Always)}

    def _name(self, one: Happening) -> str:
        """What an event is called: with its part, and with where it leads if it is taken apart."""
        part = [] if one.part is None else [str(one.part[1])]
        cases = [f"{name} {dest or 'stays'}" for name, dest in one.going.items()]
        return self.vocabulary.names.new(one.event.name, *part, *cases)

    def called(self) -> dict[str, str]:
        """What each event's `inline` is called, with the event's own name."""
        return {name: one.event.name for name, one in zip(self._called, self._happening, strict=True)}

    def lines(self) -> Iterator[str]:
        """All of it. What is said of VMs stands before what says it, but is known only when that is written."""
        later = [
            wrapped for line in (*self._promises(), *self._events(), *self._process()) for wrapped in _folded(line)
        ]
        yield f"#define VMS {len(self.vocabulary.vms)}"
        yield ""
        yield from self._variables()
        yield from (wrapped for line in self._macros(later) for wrapped in _folded(line))
        yield from later

    # -- what there is ------------------------------------------------------------------------------------------------

    def _variables(self) -> Iterator[str]:
        vocabulary = self.vocabulary
        for variable in vocabulary.variables.values():
            yield from _comment([variable.says])
            for number, (state, constant) in enumerate(variable.constants.items()):
                yield f"#define {constant} {number} /* {_plain(variable.meaning[state])} */"
            yield ""
        own = [variable for variable in vocabulary.variables.values() if not variable.of_host]
        yield from (f"{_declared(one.text, one.bits)};" for one in vocabulary.variables.values() if one.of_host)
        yield ""
        yield f"typedef {vocabulary.record} {{"
        yield from (f"  {_declared(one.text, one.bits)};" for one in own)
        yield from ([] if own else ["  bit nothing;"])
        yield "}"
        yield f"{vocabulary.record} {vocabulary.array}[VMS];"
        copied = [one for name, one in vocabulary.variables.items() if name in vocabulary.copied]
        if copied:
            yield ""
            yield "/* What was before an event; used within its step only, so no part of the state. */"
            yield from (f"hidden byte {one.copy}{'' if one.of_host else '[VMS]'};" for one in copied)
        yield ""

    def _macros(self, text: Sequence[str]) -> Iterator[str]:
        """What is said of VMs, as far as it is used in the text."""
        vocabulary, vms = self.vocabulary, self.vocabulary.vms
        used = "\n".join(text)
        macros = {
            f"{vocabulary.every}(said)": " && ".join(f"said({vm})" for vm in vms),
            f"{vocabulary.some}(said)": " || ".join(f"said({vm})" for vm in vms),
            f"{vocabulary.every_other}(one, said)": " && ".join(f"({vm} == one || said({vm}))" for vm in vms),
            f"{vocabulary.some_other}(one, said)": " || ".join(f"({vm} != one && said({vm}))" for vm in vms),
        }
        wanted = {head: body for head, body in macros.items() if f"{head.partition('(')[0]}(" in used}
        yield from (f"#define {head} ({body})" for head, body in wanted.items())
        yield from [""] if wanted else []
        for expression, (name, meaning) in vocabulary.bodies.items():
            yield from _comment([meaning])
            yield f"#define {name}({ANY}) ({bare(expression)})"
        yield from [""] if vocabulary.bodies else []

    def _promises(self) -> Iterator[str]:
        for found in self.properties:
            if isinstance(found, Always):
                yield from _comment([f"{found.name} ({' '.join(found.shows)}): {found.says}"])
                term = self.vocabulary.said(found.term)
                yield f"#define {self._said[found.name]} ({bare(self.vocabulary.expression(term, ANY))})"
                yield ""
        steps = [found for found in self.properties if isinstance(found, Step)]
        if steps:
            said = [f"{found.name} ({' '.join(found.shows)}): {found.says}" for found in steps]
            yield from _comment(["Asserted of the steps that may break it:", *said])
            yield ""

    # -- what happens -------------------------------------------------------------------------------------------------

    def _events(self) -> Iterator[str]:
        for name, one in zip(self._called, self._happening, strict=True):
            event = one.event
            fault = f" A fault: {event.fault}." if event.fault else ""
            yield from _comment([f"{' '.join(event.by)}: {event.says}{fault}"])
            yield from event_text(self.vocabulary, name, one, self.properties)
            yield ""

    def _process(self) -> Iterator[str]:
        vocabulary, names = self.vocabulary, self.vocabulary.names
        control = Hosts(vocabulary, self._happening).places(self._machines)
        start, start_of_host = names.new("start"), names.new("start_of_host")
        labels = {place: names.new("end", *place) for place in control.places}
        yield from _comment([f"Where the host and a {vocabulary.sort} may start."])
        yield from self._start(f"{start_of_host}()", self.host_starts, of_host=True)
        yield from self._start(f"{start}({ANY})", self.starts, of_host=False)
        if control.machines:
            which = " and ".join(vocabulary.variables[name].text for name in control.machines)
            text = f"The process follows {which}, so that it tries only what can happen there."
            yield from _comment([text, "Labels begin with end: that nothing can happen any more is no error."])
        yield f"active proctype {names.new('network')}() {{"
        yield "  atomic { /* what is in between is not stored */"
        yield f"    {start_of_host}();"
        yield from (f"    {start}({vm});" for vm in vocabulary.vms)
        yield from (f"    assert({name}); /* {property_} */" for property_, name in self._said.items())
        yield from self._gone_to_start(control, labels)
        yield "  }"
        for place in control.places:
            yield from self._at(place, control, labels)
        yield "}"

    def _start(self, head: str, starts: Sequence[Mapping[str, str]], *, of_host: bool) -> Iterator[str]:
        """The choice of a start."""
        variables = {name: one for name, one in self.vocabulary.variables.items() if one.of_host == of_host}
        yield f"inline {head} {{"
        for group in independent(list(variables), starts):
            texts = [
                "; ".join(
                    f"{self.vocabulary.at(name, ANY)} = {variables[name].constants[state]}"
                    for name, state in zip(group, choice, strict=True)
                )
                for choice in dict.fromkeys(tuple(start[name] for name in group) for start in starts)
            ]
            yield from ["  if", *(f"  :: {one}" for one in texts), "  fi;"] if len(texts) > 1 else [f"  {texts[0]};"]
        unread = [one.text for name, one in variables.items() if of_host and name not in self.vocabulary.read]
        if unread:
            yield "  /* read here, for SPIN would leave out of the state what nobody reads */"
            yield from (f"  ({text} == {text});" for text in unread)
        yield from [] if variables else ["  skip;"]
        yield "}"
        yield ""

    def _gone_to_start(self, control: Control, labels: Mapping[Place, str]) -> Iterator[str]:
        places = list(dict.fromkeys(tuple(host[name] for name in control.machines) for host in self.host_starts))
        if len(places) == 1:
            yield f"    goto {labels[places[0]]}"
            return
        yield "    if"
        for place in places:
            at = all_of(*(In(n, frozenset({s})) for n, s in zip(control.machines, place, strict=True)))
            yield f"    :: {bare(self.vocabulary.expression(at, ANY))} -> goto {labels[place]}"
        yield "    fi"

    def _at(self, place: Place, control: Control, labels: Mapping[Place, str]) -> Iterator[str]:
        """What can happen at one place, and where it leads."""
        at = dict(zip(control.machines, place, strict=True))
        yield f"{labels[place]}:"
        yield "  if"
        for number in control.places[place]:
            one = self._happening[number]
            (there,) = product(*(one.to(machine, state) for machine, state in at.items()))
            vms = self.vocabulary.vms if one.of_one else [""]
            yield from (f"  :: {self._called[number]}({vm}) -> goto {labels[there]}" for vm in vms)
        yield from [] if control.places[place] else ["  :: false"]
        yield "  fi;"


def independent(names: Sequence[str], starts: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """Groups of machines that start independently of one another: any choice of each may go with any of the others."""
    columns = {name: [start[name] for start in starts] for name in names}
    groups = {name: [name] for name in names}
    for one, two in combinations([name for name in names if len(set(columns[name])) > 1], 2):
        pairs = set(zip(columns[one], columns[two], strict=True))
        if groups[one] is not groups[two] and len(pairs) < len(set(columns[one])) * len(set(columns[two])):
            groups[one].extend(groups[two])
            groups |= dict.fromkeys(groups[two], groups[one])
    found = list({id(group): group for group in groups.values()}.values())
    choices = prod(len(set(zip(*(columns[name] for name in group), strict=True))) for group in found)
    whole = len(set(zip(*columns.values(), strict=True))) if names else 1
    return found if choices == whole else [list(names)]


def _declared(name: str, bits: int) -> str:
    return f"bit {name}" if bits == 1 else f"unsigned {name} : {bits}"


def _plain(text: str) -> str:
    return text.replace("*/", "* /").replace("/*", "/ *")


def _comment(lines: Sequence[str]) -> Iterator[str]:
    """A comment, wrapped."""
    wrapped = [part for line in lines for part in (_wrapped(_plain(line)) or [""])]
    for i, line in enumerate(wrapped):
        yield f"{'   ' if i else '/* '}{line}{' */' if i == len(wrapped) - 1 else ''}".rstrip()


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH - 6, break_long_words=False, break_on_hyphens=False)


def _folded(line: str) -> Iterator[str]:
    """A line that is too long, over several: broken before `&&`, `||` and what follows an arrow."""
    ending = " \\" if line.startswith("#define") else ""
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    while len(line) > WIDTH and not line.lstrip().startswith("/*"):
        at = max(line.rfind(sign, len(indent) + 1, WIDTH - len(ending)) for sign in (" && ", " || "))
        if at < 0:
            break
        yield line[: at + 3] + ending
        line = indent + line[at + 4 :]
    yield line
