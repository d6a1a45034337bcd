"""The protocol as a script, phase by phase: each rule beside the sentences that it encodes, in the order of the document."""

from __future__ import annotations

from functools import partial

from model.events import EVENT_FILES
from model.notation import TRUE, Event, words
from model.notation.terms import events_of
from model.protocol import BY_ID, PHASES, PROTOCOL
from properties.catalogue import PROPERTIES
from properties.kinds import terms_of
from shadowproof.pages import drawing
from shadowproof.pages.overviews import markdown
from shadowproof.pages.pages import first_line
from shadowproof.site import links
from shadowproof.site.links import Pages


def pages() -> Pages:
    return {"script.md": _index, **{links.phase_page(phase): partial(_page, phase) for phase in PHASES}}


def _about(phase: str) -> tuple[str, str]:
    """The heading of a phase, and what it is about."""
    file = next((file for file in EVENT_FILES if file.__name__.endswith(f".{phase}")), None)
    title = f"{links.number_of(phase)}. {phase.replace('_', ' ').capitalize()}"
    return title, "Events that the document does not have." if file is None else first_line(file)


def _index() -> str:
    blocks = [
        "# The protocol as a script",
        f"{len(PROTOCOL.events)} events, phase by phase, in the order of the document. An event happens to the host, to one VM, or to all; "
        "all machines that know it move at the same instant.",
    ]
    for phase, events in PHASES.items():
        title, about = _about(phase)
        rows = [(links.event(event.name), event.says) for event in events]
        blocks += [
            f"## {links.link(title, links.phase_page(phase))}",
            about,
            markdown(("event", "what happens"), rows),
        ]
    return "\n\n".join(blocks) + "\n"


def _page(phase: str) -> str:
    title, about = _about(phase)
    blocks = [f"# {title}", about, f"{links.link('The whole script', 'script.md')}."]
    for event in PHASES[phase]:
        blocks += [f"## {event.name}", *_event(event)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _event(event: Event) -> list[str]:
    beside = [
        (links.id_(name), BY_ID[name].says if name in BY_ID else PROTOCOL.actors[name].says, _sentences(name))
        for name in event.by
    ]
    silenced = [name for name, found in PROTOCOL.faults.items() if event.name in found.silences]
    watched = [
        name for name, found in PROPERTIES.items() if any(event.name in events_of(term) for term in terms_of(found))
    ]
    facts = [
        ("Happens to", str(event.scope)),
        ("Only when", "" if event.when == TRUE else words(event.when)),
        ("Only in runs that tolerate the fault", links.fault(event.fault) if event.fault else ""),
        ("May never come under", ", ".join(map(links.fault, silenced))),
        ("Fairness", "" if event.fair or event.fault else "nobody need do it"),
        ("Promises that speak of it", ", ".join(map(links.property_, watched))),
        ("Declared in", str(event.place)),
    ]
    moved = _moves(event)
    return [
        f"> {event.says}",
        markdown(("it carries", "in our words", "sentences"), beside),
        "\n".join(f"* *{what}*: {text}" for what, text in facts if text),
        markdown(("machine", "from", "to", "only if"), moved) if moved else "",
    ]


def _sentences(name: str) -> str:
    return ", ".join(map(links.sentence, BY_ID[name].sentences)) if name in BY_ID else "silent"


def _moves(event: Event) -> list[tuple[str, str, str, str]]:
    """What the event moves, machine by machine."""
    found = []
    for actor in PROTOCOL.participants(event.name):
        sources: dict[tuple[str, str], list[str]] = {}
        for name, state, rule in drawing.moves(actor):
            if name == event.name:
                when = "" if rule.when == TRUE else words(rule.when)
                sources.setdefault((str(rule.dest), when), []).append(state)
        for (dest, when), from_ in sources.items():
            any_ = "any" if len(from_) == len(actor.states) else ", ".join(from_)
            found.append((links.actor(actor.name), any_, dest, when))
    return found
