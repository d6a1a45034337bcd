"""Where each thing stands on the site, and links to it. A link is checked by Sphinx, which refuses one that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from model.protocol import BY_ID, DOCUMENT, FAULTS, PHASES, PROTOCOL, READINGS
from proofs.verdicts.columns import ALL_FAULTS, BASE, every_column, title
from proofs.world.world import Column
from shadowproof.pages.layout import slug

Pages = dict[str, Callable[[], str]]
"""What makes the Markdown of a page, by its path on the site, without a slash in front. Only what is wanted is made."""


@cache
def phases() -> dict[str, str]:
    """The page of each event."""
    return {event.name: phase_page(phase) for phase, events in PHASES.items() for event in events}


def phase_page(phase: str) -> str:
    return f"script/{number_of(phase)}-{phase.replace('_', '-')}.md"


def number_of(phase: str) -> int:
    """Its place in the order of the document, from one."""
    return list(PHASES).index(phase) + 1


def property_page(name: str) -> str:
    return f"property/{name}.md"


def requirement_page(name: str) -> str:
    return f"requirement/{name.lower()}.md"


def actor_page(name: str) -> str:
    return f"actor/{name.lower()}.md"


def fault_page(name: str) -> str:
    return f"fault/{name}.md"


def reading_page(name: str) -> str:
    return f"reading/{name.lower()}.md"


def link(text: str, page: str, anchor: str = "") -> str:
    return f"[{text}](/{page}{'#' + slug(anchor) if anchor else ''})"


def property_(name: str, circumstance: str = "") -> str:
    return link(f"`{name}`", property_page(name), circumstance)


def event(name: str) -> str:
    """One that only the document has, on the site of a version, is no link: there is no page of it."""
    if name in DOCUMENT.events and name not in PROTOCOL.events:
        return f"`{name}`"
    return link(f"`{name}`", phases()[name], name)


def actor(name: str) -> str:
    return link(f"`{name}`", reading_page(name) if name in _READINGS else actor_page(name))


def fault(name: str) -> str:
    return link(f"`{name}`", fault_page(name))


def sentence(number: int) -> str:
    return link(f"S{number}", "sentences.md", f"S{number}")


def id_(name: str) -> str:
    """A requirement or a reading."""
    return link(name, requirement_page(name) if name in BY_ID else reading_page(name))


def circumstance(column: Column) -> str:
    """A column: its faults and readings, each a link."""
    if column == ALL_FAULTS:
        return link("all faults together", "circumstances.md")
    if column == BASE:
        return "no fault"
    readings = [link(f"{name}={value}", reading_page(name), f"{name}={value}") for name, value in column.readings]
    return " + ".join([*readings, *(fault(name) for name in sorted(column.faults))])


def listed(links: Iterable[str], none: str = "none") -> str:
    return ", ".join(links) or none


_READINGS = {reading.actor.name for reading in READINGS}
_FAULTS = {one.name for one in FAULTS}


@cache
def _of_slug() -> dict[str, str]:
    """The page and anchor behind an anchor of the generated pages on readings, faults and findings."""
    found = {slug(name): reading_page(name) for name in _READINGS} | {slug(name): fault_page(name) for name in _FAULTS}
    for column in every_column():
        if column.readings:
            name, value = column.readings[0]
            found[slug(title(column))] = f"{reading_page(name)}#{slug(f'{name}={value}')}"
    return found | {slug(title(BASE)): "circumstances.md", slug(title(ALL_FAULTS)): "circumstances.md"}


_LINK = re.compile(
    r"\]\((?:\.\./)?(?:docs/)?(?:generated/)?(requirements|properties|actors|events|readings-and-faults|findings|letter|obligations|mutants|requesters"
    r"|left-out|derived|cut-sets|versions)\.md(?:#([^)]+))?\)"
)


def rewritten(text: str) -> str:
    """A page of docs/generated with its links leading to the site's pages. A link that means no page here is left, and Sphinx
    refuses it."""

    def new(found: re.Match[str]) -> str:
        page, anchor = found.groups()
        return f"](/{_moved(page, anchor)})"

    return _LINK.sub(new, text)


def _moved(page: str, anchor: str | None) -> str:
    if anchor is None:
        return {
            "properties": "promises.md", "events": "script.md", "readings-and-faults": "circumstances.md",
            "findings": "circumstances.md",
        }.get(page, f"{page}.md")  # fmt: skip
    match page:
        case "requirements":
            return requirement_page(anchor)
        case "properties":
            return property_page(anchor)
        case "actors":
            return actor_page(anchor)
        case "events":
            return f"{phases()[anchor]}#{anchor}"
        case "readings-and-faults" | "findings":
            return _of_slug()[anchor]
        case _:
            return f"{page}.md#{anchor}"
