"""A page an actor: what it is, its diagram, its moves in words, who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from model.notation import TRUE, Actor, Term, words
from model.notation.terms import machines_of
from model.protocol import ACTOR_FILES, PROTOCOL
from properties.catalogue import PROPERTIES
from properties.kinds import terms_of
from shadowproof.pages import drawing
from shadowproof.pages.overviews import markdown
from shadowproof.pages.pages import first_line, heading, meaning_of
from shadowproof.site import links
from shadowproof.site.links import Pages

NO_PICTURE = "There is no picture here, since the program `dot` of Graphviz was missing when the site was made: the tables below say all."


def of_file() -> dict[str, list[Actor]]:
    """The actors by the file that they stand in, as a heading."""
    return {
        f"{heading(file)}": [
            actor
            for actor in vars(file).values()
            if isinstance(actor, Actor) and Path(actor.place.file).name == Path(str(file.__file__)).name
        ]
        for file in ACTOR_FILES
    }


def pages() -> Pages:
    groups = of_file()
    found: Pages = {"actors.md": partial(_index, groups)}
    for group, actors in groups.items():
        found |= {links.actor_page(actor.name): partial(_page, actor, group) for actor in actors}
    return found


def _index(groups: Mapping[str, list[Actor]]) -> str:
    blocks = [
        "# Who there is",
        f"{sum(map(len, groups.values()))} small machines. Each has its page: its states, its diagram, its moves. "
        f"The {links.link('readings', 'circumstances.md')} are machines too, which never move.",
    ]
    for file, (group, actors) in zip(ACTOR_FILES, groups.items(), strict=True):
        rows = [(links.actor(actor.name), actor.says, _each(actor)) for actor in actors]
        blocks += [f"## {group}", first_line(file), markdown(("machine", "what it says", "there is"), rows)]
    return "\n\n".join(blocks) + "\n"


def _each(actor: Actor) -> str:
    return "one for the host" if not actor.sort.of else f"one for each {actor.sort}"


def _page(actor: Actor, group: str) -> str:
    states = [(state, meaning_of(actor, state), "yes" if state in actor.starts else "") for state in actor.states]
    stays = [name for name in actor.events if any(r.dest is None for s in actor.states for r in actor.rules(name, s))]
    blocks = [
        f"# {actor.name}",
        f"> {actor.says}",
        f"{links.link('Who there is', 'actors.md')}: {links.link(group, 'actors.md', group)}. There is {_each(actor)}"
        f"{'' if actor.moves else '; it never moves: it is configuration'}"
        f"{'; it only watches, for the sake of the promises' if actor.observer else ''}. Declared in {actor.place}.",
        "## Its states",
        markdown(("state", "meaning", "a run may start in it"), states),
        "## Its diagram" if actor.moves else "",
        _picture(actor) if actor.moves else "",
        "## Its moves" if actor.moves else "",
        markdown(("on", "what happens", "from", "to", "only if"), _moves(actor)) if actor.moves else "",
        f"It stays where it is where no row fits, on {links.listed(map(links.event, stays))}; on any other event of its table it holds the "
        "event up where no row fits." if actor.moves and stays else "",
        "## Who reads it",
        f"*Events whose condition reads it*: {links.listed(_reading_events(actor))}.",
        f"*Machines whose moves read it*: {links.listed(_reading_machines(actor))}.",
        f"*Promises that speak of it*: {links.listed(_promises(actor))}.",
        "## What it leaves out" if actor.leaves_out else "",
        "\n".join(f"* {what}" for what in actor.leaves_out),
    ]  # fmt: skip
    return "\n\n".join(block for block in blocks if block) + "\n"


def _moves(actor: Actor) -> list[tuple[str, str, str, str, str]]:
    """The table of moves, sources that go the same way in one row."""
    sources: dict[tuple[str, str, Term], list[str]] = {}
    for event, state, rule in drawing.moves(actor):
        sources.setdefault((event, str(rule.dest), rule.when), []).append(state)
    return [
        (
            links.event(event) if event in PROTOCOL.events else event,
            PROTOCOL.events[event].says if event in PROTOCOL.events else "",
            "any" if len(from_) == len(actor.states) else ", ".join(from_),
            to,
            "" if when == TRUE else words(when),
        )
        for (event, to, when), from_ in sources.items()
    ]


def _reading_events(actor: Actor) -> Iterable[str]:
    return (links.event(event.name) for event in PROTOCOL.events.values() if actor.name in machines_of(event.when))


def _reading_machines(actor: Actor) -> Iterable[str]:
    for other in PROTOCOL.actors.values():
        if other is not actor and any(actor.name in machines_of(move.when) for move in other.moves):
            yield links.actor(other.name)


def _promises(actor: Actor) -> Iterable[str]:
    for name, found in PROPERTIES.items():
        if any(actor.name in machines_of(term) for term in terms_of(found)):
            yield links.property_(name)


def _picture(actor: Actor) -> str:
    try:
        picture = drawing.svg(actor, guards=False).decode("utf-8")
    except drawing.CannotDraw:
        return NO_PICTURE
    label = f"State diagram of {actor.name}; the table of its moves says the same"
    return (
        "States in which a run may start have a double border; an arrow bears the events on which it is taken.\n\n"
        f'<figure class="diagram">{inline(picture, label)}</figure>'
    )


def inline(picture: str, label: str) -> str:
    """A picture of Graphviz to stand in a page: in the colours of the text around it, on one line, named for who cannot see it."""
    body = picture[picture.index("<svg") :]
    body = re.sub(r"<!--.*?-->|<title>.*?</title>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="[^"]*"', "", body)
    wide = re.search(r'width="(\d+)pt"', body)
    body = re.sub(r'width="\d+pt" height="\d+pt"', f'style="width: {wide.group(1) if wide else 400}pt"', body, count=1)
    for paint, new in (('stroke="black"', 'stroke="currentColor"'), ('fill="black"', 'fill="currentColor"')):
        body = body.replace(paint, new)
    body = body.replace('fill="white"', 'fill="none"').replace('stroke="white"', 'stroke="none"')
    body = re.sub(r"<text ", '<text fill="currentColor" ', body)
    body = body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return " ".join(body.split())
