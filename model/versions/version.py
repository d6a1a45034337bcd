"""What a version of the protocol is: of which release, by which sources, and what of the document it overrides, adds and removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.notation import DeclarationError, Network, declared
from model.notation.declared import refuse_unless_sentence
from model.notation.errors import Place, caller
from model.notation.overrides import Override, overridden
from model.readings import READINGS, Reading


@dataclass(frozen=True)
class Version:
    """A version. of: what it is of, in a sentence; sources: where it is said, by ids that overrides and rules cite; readings: silent
    points that it adds, or has otherwise than the document (their machines are brought in by overrides); leaves_open: what the sources
    do not say and the version does not model, by a short name; without_fault: what it means that promises fail without any fault.

    Raises DeclarationError at one that overrides nothing, at an override whose source it does not have, at a source that nothing
    cites, and at what is no sentence.
    """

    name: str
    of: str
    sources: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    readings: tuple[Reading, ...] = ()
    leaves_open: Mapping[str, str] = field(default_factory=dict)
    without_fault: str = ""
    base: bool = False
    place: Place = field(default_factory=lambda: caller(3), compare=False)

    def __post_init__(self) -> None:
        what = f"version {self.name}"
        refuse_unless_sentence(self.of, self.place, what)
        if not self.overrides and not self.base:
            raise DeclarationError(self.place, f"{what} overrides nothing", "Give it overrides, or drop it")
        for name, text in {**self.sources, **self.leaves_open}.items():
            refuse_unless_sentence(text, self.place, f"{name} of {what}")
        for one in self.overrides:
            for cited in one.source.split():
                if cited not in self.sources:
                    problem = f"the override of {one.sort} {one.name} cites {cited}, which is no source of {what}"
                    raise DeclarationError(
                        one.place, problem, f"Name one of {', '.join(self.sources) or 'its sources'}"
                    )
        cited_ = {cited for one in self.overrides for cited in one.source.split()}
        if unused := [name for name in self.sources if name not in cited_]:
            raise DeclarationError(self.place, f"nothing in {what} cites {unused[0]}", "Cite it, or drop it")

    def sort_of(self, change: Override) -> str:
        """What an override is of, as users call it: a machine that is a reading is a reading."""
        readings = {one.actor.name for one in (*READINGS, *self.readings)}
        return "reading" if change.sort == "machine" and change.name in readings else change.sort

    def applied(self, document: Network) -> Network:
        """The network of this version. Raises DeclarationError."""
        if not self.overrides:
            return document
        return declared(
            overridden(document, self.overrides, {*self.sources, *(one.actor.name for one in self.readings)})
        )
