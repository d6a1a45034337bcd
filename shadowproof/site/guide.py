"""The pages that are written by hand, what is told on them, and the order of the site.

What stands as `<!-- told: … -->` in such a page is replaced by what the model and the record say: `explain PROMISE OPTIONS` (the run),
`play VM … : EVENT …` (what the machines do, all of it or nothing is built), `walk PROMISE OPTIONS` (what steps through the run; without a
promise, through the protocol), `breaks PROMISE`, `promise PROMISE`, `calls-after EVENT`, `counts`. So no figure and no run is copied
by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from model.protocol import PROTOCOL, READINGS, REQUIREMENTS
from model.requirements import SENTENCES
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import ALL_FAULTS, BASE, title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import column as asked_column
from shadowproof.ask import one_property
from shadowproof.duties.aftermath import aftermaths
from shadowproof.outside.spelling import many
from shadowproof.pages import requesters
from shadowproof.pages.layout import slug
from shadowproof.pages.overviews import markdown
from shadowproof.site import links
from shadowproof.site.kept.requester_runs import run_of
from shadowproof.site.links import Pages
from shadowproof.site.made.trees import drawn
from shadowproof.site.runs import Recorded, steps, walked
from shadowproof.tell.argument import Recorded as Executed
from shadowproof.tell.playing.play import main_protocol, play
from shadowproof.tell.playing.start import vm_starts, wanted
from shadowproof.tell.requester import RECORDED
from shadowproof.tell.story import told

AS_THEY_ARE = ("obligations", "left-out", "derived", "mutants", "letter", "cut-sets", "versions")
"""Pages of docs/generated that stand on the site as they are, with other links."""

ORDER: Mapping[str, tuple[str, ...]] = {
    "Begin": ("guide/how-to-read", "guide/questions", "guide/tutorial"),
    "The protocol": ("script", "actors", "requirements", "sentences", "left-out", "derived", "versions"),
    "What holds, and what does not": ("promises", "matrix", "cut-sets", "circumstances", "findings", "letter"),
    "Backup software and hosts": (
        "obligations",
        "requesters",
        "guide/check-your-requester",
        "guide/diagnose",
        "inventory",
    ),
    "Work on it": ("contributing", "architecture", "guide/commands", "guide/cluster", "guide/ci"),
    "How sure is this": ("guide/method", "mutants", "benchmark"),
}
"""What stands at the side of every page; all else is reached from these."""

_TOLD = re.compile(r"<!-- told: ([a-z-]+) ?(.*?) -->")


class Untold(ValueError):
    """A hand-written page asks for what cannot be told; the message says what and where."""


def pages(root: Path, recorded: Recorded) -> Pages:
    """root: the checkout. Raises Untold, and OSError where a page is missing."""
    docs = root / "docs"
    found = {f"guide/{path.name}": path.read_text("utf-8") for path in sorted((docs / "guide").glob("*.md"))}
    found["index.md"] = re.sub(r"\]\((?=[\w-]+\.md)", "](/guide/", found.pop("guide/index.md")) + at_the_side()
    found["contributing.md"] = (root / "CONTRIBUTING.md").read_text("utf-8")
    found["architecture.md"] = (root / "ARCHITECTURE.md").read_text("utf-8")
    for name in ("inventory", "benchmark"):
        found[f"{name}.md"] = (docs / f"{name}.md").read_text("utf-8")
    for name in AS_THEY_ARE:
        text = (docs / "generated" / f"{name}.md").read_text("utf-8")
        found[f"{name}.md"] = text
    by_hand = {path: partial(filled, path, text, recorded) for path, text in found.items()}
    return by_hand | _requesters()


def _elsewhere(text: str) -> str:
    """Links to files that stand in another place here."""
    for old, new in (
        ("CONTRIBUTING.md", "/contributing.md"), ("ARCHITECTURE.md", "/architecture.md"), ("docs/inventory.md", "/inventory.md"),
        ("inventory.md", "/inventory.md"), ("docs/benchmark.md", "/benchmark.md"), ("benchmark.md", "/benchmark.md"),
    ):  # fmt: skip
        text = re.sub(rf"\]\((?:\.\./)*{re.escape(old)}(#[^)]*)?\)", rf"]({new}\1)", text)
    return re.sub(r"\]\((?:\.\./)*([\w-]+\.svg)\)", r"](/\1)", text)


def at_the_side(order: Mapping[str, tuple[str, ...]] = ORDER) -> str:
    """What the first page ends with: the order of the pages at the side of each."""
    trees = [
        f"```{{toctree}}\n:caption: {caption}\n:hidden:\n:maxdepth: 1\n\n"
        + "\n".join(f"/{name}" for name in names)
        + "\n```"
        for caption, names in order.items()
    ]
    return "\n" + "\n\n".join(trees) + "\n"


def _requesters() -> Pages:
    """The public requesters compared, and a page of each."""
    several = json.loads(RECORDED.read_text("utf-8"))
    whole = requesters.page()
    head, _, _ = whole.partition("\n## ")
    _, _, tail = whole.partition("\n## Not expressed, not shown")
    found: Pages = {}
    for one in several:
        path = f"requester/{slug(one['name'])}.md"
        head = head.replace(f"| {one['name']} |", f"| {links.link(one['name'], path)} |", 1)
        found[path] = partial(_requester, one)
    return {"requesters.md": lambda: links.rewritten(f"{head}\n## Not expressed, not shown{tail}"), **found}


def _requester(one: Mapping[str, Any]) -> str:
    _, *blocks = requesters.section(one)
    blocks = [*_opened(one, blocks)]
    return links.rewritten(
        "\n\n".join([f"# {one['name']}", links.link("Public requesters, compared", "requesters.md") + ".", *blocks])
        + "\n"
    )


def _opened(one: Mapping[str, Any], blocks: Iterable[str]) -> Iterator[str]:
    """The blocks of a requester, behind each run that is told the link that opens it, where one is kept."""
    left = iter(one["leaves_out"])
    for block in blocks:
        yield block
        if block.startswith("The shortest run, in its calls") and (found := run_of(one, next(left)["fault"])):
            yield walked(found, "requester/one.md")


def filled(path: str, text: str, recorded: Recorded) -> str:
    def fill(found: re.Match[str]) -> str:
        what, rest = found.groups()
        try:
            return _tell(what, rest, path, recorded)
        except (ValueError, KeyError) as problem:
            raise Untold(f"{path}: {found.group(0)} cannot be told: {problem}") from problem

    return _elsewhere(links.rewritten(drawn(_with_runs(path, _TOLD.sub(fill, text), recorded))))


def _with_runs(path: str, text: str, recorded: Recorded) -> str:
    """The page of cut sets, on which each run is opened rather than told by a command."""
    if path != "cut-sets.md":
        return text

    def opened(found: re.Match[str]) -> str:
        name, options = found.groups()
        return f"| {recorded.opened(name, _column(options.split()), path, 'Step through')} |"

    return re.sub(r"\| `shadowproof explain (\S+) ([^`|]*)` \|", opened, text).replace(
        "| tell the run |", "| the run |"
    )


def _tell(what: str, rest: str, path: str, recorded: Recorded) -> str:
    match what:
        case "walk":
            name, *options = rest.split() or [""]
            if not name:
                return walked("", path, "Walk the protocol yourself")
            return recorded.opened(one_property(name), _column(options), path)
        case "explain":
            name, *options = rest.split()
            return recorded.told(one_property(name), _column(options))
        case "play":
            return _played(rest)
        case "breaks":
            return _broken(rest, recorded)
        case "promise":
            return f"{links.property_(rest)}: {PROPERTIES[rest].says} Without any fault: {recorded.verdict(rest)}."
        case "calls-after":
            return _calls_after(rest)
        case "counts":
            return _counts(recorded)
    raise Untold(f"{what} is nothing that can be told")


def _column(options: list[str]) -> Column:
    faults = [value for option, value in pairwise(options) if option == "--fault"]
    readings = [value for option, value in pairwise(options) if option == "--reading"]
    return asked_column(faults, readings)


def _played(rest: str) -> str:
    """A run as the machines make it. Raises Untold where they refuse an event, or leave a session open."""
    vms, _, events = rest.partition(" : ")
    subject = main_protocol()
    shapes, starts = vm_starts(vms.split(";"), subject.network)
    several = wanted([(one, "") for one in events.split()], shapes, subject.network)
    faults = [PROTOCOL.events[one.event].fault for one in several]
    column = Column(frozenset(fault for fault in faults if fault))
    done = play(subject, shapes, starts, column, several)
    if done.refused:
        raise Untold(f"{done.refused[0].wanted.name} is refused: {done.refused[0].reason}")
    executed = Executed(done.run, subject.network, column)
    text = "\n".join([f"a run of {many(len(done.run.steps), 'step')}", *told(executed, column)])
    return f"```text\n{text.rstrip()}\n```"


def _broken(name: str, recorded: Recorded) -> str:
    rows = [
        (
            links.circumstance(column) if column not in {BASE, ALL_FAULTS} else title(column),
            links.link(steps(cell), links.property_page(name), title(column)),
        )
        for column, cell in recorded.breaking(name).items()
    ]
    return (
        markdown(("it fails under", "shortest run"), rows)
        if rows
        else "It fails nowhere, in the circumstances on record."
    )


def _calls_after(event: str) -> str:
    """What a requester that learns of a failure by an event has to go on with."""
    row = next(row for row in aftermaths().known if any(way.learned_by.event == event for way in row.ways))
    lines = [f"1. {links.event(event)}: {PROTOCOL.events[event].says}"]
    lines += [f"{number}. {links.event(call.event)}: {call.says}" for number, call in enumerate(row.calls, 2)]
    return "\n".join(lines)


def _counts(recorded: Recorded) -> str:
    cells = [cell for name in PROPERTIES for cell in recorded.cells(name).values()]
    broken = [name for name in PROPERTIES if recorded.refuted(name, BASE)]
    said = (
        (len(REQUIREMENTS), f"requirements, from {len(SENTENCES)} sentences"),
        (len(PROTOCOL.events), "events"),
        (len(PROTOCOL.actors), "machines"),
        (len(READINGS), "silent points"),
        (len(PROTOCOL.faults), "faults"),
        (len(PROPERTIES), "promises"),
    )
    return (
        f"{', '.join(f'{number} {what}' for number, what in said)}. They are judged {len(cells):,} times: "
        f"{sum(cell.verdict == REFUTED for cell in cells):,} times one fails, {len(broken)} of them without any fault."
    )
