"""The text of each page that is derived from the model."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from conformance.agents.fsrvp.readings import ONE_IMPLEMENTATION
from model.events import EVENT_FILES
from model.notation import TRUE, Actor, Event, Term, words
from model.protocol import ACTOR_FILES, BY_ID, FAULTS, PROTOCOL, READINGS, REQUIREMENTS, VERSION
from proofs.answers.record import load
from properties.catalogue import PROPERTIES, SHELVES, group_of, is_conduct
from properties.kinds import Always, Ends, Fact, Independent, Possible, Property, Step
from shadowproof.pages.drawing import mermaid, moves
from shadowproof.pages.findings import breaking
from shadowproof.pages.layout import contents, slug
from shadowproof.pages.overviews import (
    answers_table,
    bare,
    carried,
    counts,
    left_open_list,
    left_out_list,
    markdown,
    unclaimed_sentences,
)

_READINGS = {reading.actor.name: reading for reading in READINGS}
KINDS = {
    "always": "holds in every reachable state",
    "step": "holds of every step",
    "precedes": "one thing happens only after another",
    "refines": "what is seen is a run of a simpler machine",
    "ends": "every run comes to rest",
    "possible": "some run shows it",
    "independent": "one thing does not depend on another",
    "fact": "constants are what the document says",
}


def index(generated: Mapping[str, str], by_hand: Mapping[str, str]) -> str:
    """The list of all pages: titles, by the path of each."""
    lines = [f"* [{title}]({path})" for path, title in generated.items()]
    lines += [f"* [{title}]({path}) (written by hand)" for path, title in by_hand.items()]
    intro = "What the model says, page by page. `shadowproof docs` writes the pages that are not written by hand."
    return _page("The pages", intro, "\n".join(lines))


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join([f"# {title}", *(block for block in blocks if block)]) + "\n"


def _ids(names: Iterable[str]) -> str:
    """Requirement and reading ids as links."""
    pages = ((name, "requirements" if name in BY_ID else "readings-and-faults") for name in names)
    return ", ".join(f"[{name}]({page}.md#{slug(name)})" for name, page in pages)


def _links(names: Iterable[str], page: str) -> str:
    return ", ".join(f"[`{name}`]({page}.md#{slug(name)})" for name in names)


def _facts(*pairs: tuple[str, str]) -> str:
    """What is known of a thing, one line each, empty lines left out."""
    return "\n".join(f"* *{name}*: {value}" for name, value in pairs if value)


def _sentences(event: Event) -> str:
    numbers = {n for name in event.by if name in BY_ID for n in BY_ID[name].sentences}
    return ", ".join(f"S{number}" for number in sorted(numbers))


def first_line(file: ModuleType) -> str:
    return (inspect.getdoc(file) or "").splitlines()[0]


def heading(file: ModuleType) -> str:
    return file.__name__.rsplit(".", 1)[1].replace("_", " ").capitalize()


def requirements() -> str:
    """docs/generated/requirements.md."""
    blocks, findings = [], breaking(load())
    groups: dict[str, list[str]] = {}
    group = ""
    for row in carried(PROTOCOL):
        said = row.requirement
        groups.setdefault(said.id.split("-")[0], []).append(said.id)
        if said.id.split("-")[0] != group:
            group = said.id.split("-")[0]
            blocks.append(f"## {group}")
        place = [*(f"S{number}" for number in said.sentences), *([said.also] if said.also else [])]
        rules = _links((event.name for event in row.rules), "events")
        condition = f"condition: {row.condition}" if row.condition else ""
        blocks += [
            f"### {said.id}",
            said.says,
            _facts(
                ("derived", said.derived),
                ("place", ", ".join(place)),
                ("rules", "; ".join(filter(None, [rules, condition])) or ("constants" if row.is_fact else "none")),
                ("properties", _links((found.name for found in row.properties), "properties") or "none"),
                ("findings", _findings(findings, row.properties)),
            ),
        ]
    missing = [*bare(PROTOCOL), *(f"S{number} is claimed by no requirement" for number in unclaimed_sentences())]
    listed = "\n".join(f"* {line}" for line in (*counts(PROTOCOL), *(missing or ["nothing is bare"])))
    return _page(
        "What the protocol requires", "S numbers a sentence of the document.", listed, contents(groups), *blocks
    )


def _findings(breaks: Mapping[str, Sequence[str]], shown_by: Iterable[Property]) -> str:
    """The properties that fail somewhere, each with the circumstances that do it alone, told on the page of findings."""
    told = (
        (found.name, ", ".join(f"[{column}](findings.md#{slug(column)})" for column in breaks[found.name]))
        for found in shown_by
        if found.name in breaks
    )
    return "; ".join(f"`{name}` fails under {columns}" for name, columns in told)


def properties() -> str:
    """docs/generated/properties.md."""
    blocks = []
    groups = {
        heading(file): [n for n in PROPERTIES if group_of(n) == file.__name__.rsplit(".", 1)[1]] for file in SHELVES
    }
    for file in SHELVES:
        blocks += [
            f"## {heading(file)}",
            first_line(file),
            *([_CONDUCT] if is_conduct(groups[heading(file)][0]) else []),
        ]
        for name, found in PROPERTIES.items():
            if group_of(name) == file.__name__.rsplit(".", 1)[1]:
                blocks += [f"### {name}", found.says, _of_property(found)]
    kinds = markdown(("kind", "means", "how many"), [(k, says, str(_of_kind(k))) for k, says in KINDS.items()])
    conduct = sum(map(is_conduct, PROPERTIES))
    shelves = f"{len(PROPERTIES) - conduct} promises, and {conduct} properties of how the model conducts itself, which stand last."
    return _page("What must hold", shelves, kinds, contents(groups), *blocks)


_CONDUCT = "*Conduct: it keeps the model honest, and is no promise of the document's.*"


def _of_kind(kind: str) -> int:
    return sum(found.kind == kind for found in PROPERTIES.values())


def _of_property(found: Property) -> str:
    term = ""
    match found:
        case Always(term=held) | Step(term=held):
            term = words(held)
        case Ends(rest=rest, without=without):
            term = f"at rest means: {words(rest)}; without {', '.join(without)}"
        case Independent(of=of, events=names):
            term = f"{', '.join(names)} on {', '.join(actor.name for actor in of)}"
        case Fact():
            term = "; ".join(what for what, _, _ in found.constants())
    asked = found.needs if isinstance(found, Possible) else ()
    return _facts(
        ("kind", found.kind),
        ("shows", _ids(found.shows)),
        ("derived", "shows what is inferred, not stated" if found.derived else ""),
        ("asked where a run tolerates", " or ".join(asked)),
        ("term", term),
        ("witness", "none needed" if isinstance(found, Fact) else words(found.witness)),
    )


def actors() -> str:
    """docs/generated/actors.md."""
    blocks = []
    groups: dict[str, list[str]] = {}
    for number, file in enumerate(ACTOR_FILES, 1):
        titled = f"{number}. {heading(file)}"
        blocks += [f"## {titled}", first_line(file)]
        for actor in vars(file).values():
            if isinstance(actor, Actor) and Path(actor.place.file).name == Path(str(file.__file__)).name:
                blocks += _of_actor(actor)
                groups.setdefault(titled, []).append(actor.name)
    intro = "One small machine each. The readings are machines too: see [readings and faults](readings-and-faults.md)."
    return _page("Who there is", intro, contents(groups), *blocks)


def _of_actor(actor: Actor) -> list[str]:
    each = "one for the host" if not actor.sort.of else f"one for each {actor.sort}"
    kind = "" if actor.moves else ", never moves: configuration"
    kind += ", an observer: it only watches, for the properties' sake" if actor.observer else ""
    states = [(state, meaning_of(actor, state), "yes" if state in actor.starts else "") for state in actor.states]
    stays = [name for name in actor.events if any(r.dest is None for s in actor.states for r in actor.rules(name, s))]
    return [
        f"### {actor.name}",
        actor.says,
        _facts(
            ("there is", each + kind),
            ("stays where no row fits, on", _links(stays, "events")),
            *(("leaves out", what) for what in actor.leaves_out),
        ),
        markdown(("state", "meaning", "start"), states),
        markdown(("on", "from", "to", "when"), _rows(actor)) if actor.moves else "",
        f"```mermaid\n{mermaid(actor)}```",
    ]


def meaning_of(actor: Actor, state: str) -> str:
    value = actor.enum[state].value
    return value if isinstance(value, str) else f"{value:#010x}" if value > 0xFF else str(value)


def _rows(actor: Actor) -> list[tuple[str, str, str, str]]:
    """The table of moves, sources that go the same way in one row."""
    sources: dict[tuple[str, str, Term], list[str]] = {}
    for event, state, rule in moves(actor):
        sources.setdefault((event, str(rule.dest), rule.when), []).append(state)
    return [
        (_links([event], "events"), "any" if len(from_) == len(actor.states) else ", ".join(from_), to, _when(when))
        for (event, to, when), from_ in sources.items()
    ]


def _when(term: Term) -> str:
    return "" if term == TRUE else words(term)


def events() -> str:
    """docs/generated/events.md."""
    blocks = []
    groups = {f"{i}. {heading(file)}": [e.name for e in file.EVENTS] for i, file in enumerate(EVENT_FILES, 1)}
    for number, file in enumerate(EVENT_FILES, 1):
        blocks += [f"## {number}. {heading(file)}", first_line(file)]
        for event in file.EVENTS:
            blocks += [f"### {event.name}", event.says, _of_event(event)]
    return _page(
        "What happens", f"{len(PROTOCOL.events)} events, in the order of the document.", contents(groups), *blocks
    )


def _of_event(event: Event) -> str:
    fault = f"[{event.fault}](readings-and-faults.md#{slug(event.fault)})" if event.fault else ""
    silenced = [name for name, found in PROTOCOL.faults.items() if event.name in found.silences]
    return _facts(
        ("happens to", str(event.scope)),
        ("when", _when(event.when)),
        ("by", _ids(event.by)),
        ("sentences", _sentences(event)),
        ("only in runs that tolerate the fault", fault),
        ("may never come under the fault", _links(silenced, "readings-and-faults")),
        ("fairness", "" if event.fair else "nobody need do it"),
        ("known to", _links((actor.name for actor in PROTOCOL.participants(event.name)), "actors")),
    )


def readings_and_faults() -> str:
    """docs/generated/readings-and-faults.md."""
    blocks = ["## Readings", "Where the document is silent. The first is the default."]
    for name, reading in _READINGS.items():
        actor = reading.actor
        blocks += [
            f"### {name}",
            actor.says,
            _facts(
                ("question", reading.question if reading.question != name else ""),
                ("readings", "; ".join(f"`{state}` {meaning_of(actor, state)}" for state in actor.states)),
                ("makes a difference only under", " or ".join(reading.matters_under)),
                ("events that cite it", _links((e.name for e in PROTOCOL.events.values() if name in e.by), "events")),
                ("properties", _links((p.name for p in PROPERTIES.values() if name in p.shows), "properties")),
                ("what one implementation does", ONE_IMPLEMENTATION.get(name, "")),
            ),
        ]
    blocks += ["## Faults", "What the environment may do in a run that tolerates it."]
    for fault in FAULTS:
        caused = [event.name for event in PROTOCOL.events.values() if event.fault == fault.name]
        silences = _links(sorted(fault.silences), "events")
        blocks += [
            f"### {fault.name}",
            fault.says,
            _facts(("arises", fault.where), ("events", _links(caused, "events")), ("may never come", silences)),
        ]
    counted = f"{len(READINGS)} readings and {len(FAULTS)} faults."
    return _page("Readings and faults", counted, *blocks)


def derived() -> str:
    """docs/generated/derived.md."""
    said = [(_ids([found.id]), found.derived) for found in REQUIREMENTS if found.derived]
    shown = [(_links([name], "properties"), found.says) for name, found in PROPERTIES.items() if found.derived]
    return _page(
        "What is derived rather than stated",
        "Our inference, kept apart from what the document says.",
        markdown(("requirement", "inferred"), said),
        markdown(("property", "shows"), shown),
    )


def left_out() -> str:
    """docs/generated/left-out.md."""
    return _page(
        "What is left out, and what became of each question",
        "On purpose, with the reason: questions first, then what each actor leaves out.",
        left_out_list(PROTOCOL),
        "## Questions and contradictions",
        answers_table(),
        *(["## What the sources of this version leave open", left_open_list()] if VERSION.leaves_open else []),
    )
