"""Tables derived from the model: which rules and properties carry each requirement, and what is bare or left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.actors.conditions import CONDITIONS
from model.left_out import ANSWERED, LEFT_OUT
from model.notation import Event, Network, words
from model.notation.overrides import Override
from model.protocol import DOCUMENT, PROTOCOL, REQUIREMENTS, VERSION
from model.requirements import SENTENCES, Requirement
from properties.catalogue import PROPERTIES, left_out_of
from properties.kinds import Fact, Property


@dataclass(frozen=True)
class Carried:
    """A requirement with what carries it: the events that cite it, a condition of that name, the properties. In a version of the
    protocol also overrides: those that cite it; gone: rules of the document that carried it and are overridden; left_out: properties
    of the document that showed it and are left out. All of these have their reasons in the version."""

    requirement: Requirement
    rules: tuple[Event, ...]
    condition: str
    properties: tuple[Property, ...]
    overrides: tuple[Override, ...] = ()
    gone: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_fact(self) -> bool:
        """Shown by constants alone, so that no rule is needed."""
        return bool(self.properties) and all(isinstance(found, Fact) for found in self.properties)

    @property
    def has_rule(self) -> bool:
        return bool(self.rules) or bool(self.condition) or self.is_fact or bool(self.overrides)


def carried(network: Network) -> tuple[Carried, ...]:
    """Every requirement, in the order of the reference. Raises ValueError if there is none: then none would be bare."""
    if not REQUIREMENTS:
        raise ValueError("There are no requirements: nothing could be without a rule.")
    return tuple(
        Carried(
            requirement,
            tuple(event for event in network.events.values() if requirement.id in event.by),
            words(CONDITIONS[requirement.id]) if requirement.id in CONDITIONS else "",
            tuple(found for found in PROPERTIES.values() if requirement.id in found.shows),
            tuple(one for one in VERSION.overrides if requirement.id in one.source.split()),
            _citing(DOCUMENT, requirement.id) if network is PROTOCOL and not VERSION.base else (),
            left_out_of(requirement.id),
        )
        for requirement in REQUIREMENTS
    )


def _citing(network: Network, requirement: str) -> tuple[str, ...]:
    return tuple(event.name for event in network.events.values() if requirement in event.by)


def bare(network: Network) -> tuple[str, ...]:
    """The requirements that no property shows or no rule carries, each with what it lacks, and no version says why."""
    found = []
    for row in carried(network):
        shown, ruled = row.properties or row.left_out, row.has_rule or row.gone
        missing = [what for what, there in (("property", shown), ("rule", ruled)) if not there]
        if missing:
            found.append(f"{row.requirement.id} has no {' and no '.join(missing)}")
    return tuple(found)


def not_of_the_version(network: Network) -> tuple[str, ...]:
    """The requirements of the document that no rule carries any more, or no property shows, since the version says so."""
    found = []
    for row in carried(network):
        if not row.has_rule and row.gone:
            found.append(
                f"{row.requirement.id} has no rule in version {VERSION.name}, which overrides {', '.join(row.gone)}"
            )
        if not row.properties and row.left_out:
            found.append(
                f"{row.requirement.id} has no property in version {VERSION.name}, which leaves out {', '.join(row.left_out)}"
            )
    return tuple(found)


def unclaimed_sentences() -> tuple[int, ...]:
    """The sentences of the document that no requirement claims."""
    claimed = {number for requirement in REQUIREMENTS for number in requirement.sentences}
    return tuple(number for number in SENTENCES if number not in claimed)


def counts(network: Network) -> tuple[str, ...]:
    """What is covered, as N of N."""
    rows = carried(network)
    claimed = len(SENTENCES) - len(unclaimed_sentences())
    return (
        f"{sum(row.has_rule for row in rows)} of {len(rows)} requirements have a rule (or are constants)",
        f"{sum(bool(row.properties) for row in rows)} of {len(rows)} requirements have a property",
        f"{claimed} of {len(SENTENCES)} sentences of the document are claimed by a requirement",
    )


def requirements_table(network: Network) -> str:
    """The requirements as a Markdown table, with the counts and what is bare."""
    missing = [*bare(network), *(f"S{number} is claimed by no requirement" for number in unclaimed_sentences())]
    rows = [
        (
            row.requirement.id,
            row.requirement.says + (f" *Derived:* {row.requirement.derived}" if row.requirement.derived else ""),
            ", ".join([*(f"S{number}" for number in row.requirement.sentences), row.requirement.also]).strip(", "),
            _rules(row),
            ", ".join(found.name for found in row.properties),
        )
        for row in carried(network)
    ]
    table = markdown(("id", "what holds", "place", "rules", "properties"), rows)
    listed = [
        f"* {line}" for line in (*counts(network), *not_of_the_version(network), *(missing or ["nothing is bare"]))
    ]
    return "\n".join([table, "", *listed])


def _rules(row: Carried) -> str:
    if row.is_fact and not row.rules:
        return "(constants)"
    condition = [f"condition: {row.condition}"] if row.condition else []
    overrides = [] if row.rules else [f"override of {VERSION.sort_of(one)} `{one.name}`" for one in row.overrides]
    return ", ".join([*(f"`{event.name}`" for event in row.rules), *condition, *overrides])


def left_out_list(network: Network) -> str:
    """Everything that is left out on purpose, as a Markdown list: the questions, then what each actor leaves out."""
    lines = [f"* **{', '.join(left.ids)}** {left.what} {left.why}" for left in LEFT_OUT]
    for actor in network.actors.values():
        lines += [f"* `{actor.name}`: {what}" for what in actor.leaves_out]
    return "\n".join(lines)


def left_open_list() -> str:
    """What the sources of the version leave open, as a Markdown list; of the document nothing is said here."""
    return "\n".join(f"* **{what}** {why}" for what, why in VERSION.leaves_open.items())


def answers_table() -> str:
    """What became of each question and contradiction."""
    return markdown(("question", "answer"), ANSWERED.items())


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    cells = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    lines = [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in [tuple(head), *cells]]
    return "\n".join([lines[0], f"|{'---|' * len(head)}", *lines[1:]])
