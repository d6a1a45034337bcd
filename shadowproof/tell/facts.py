"""What there is to say of a fact, a promise about constants: it is so or it is not, in every circumstance, without a run."""

from __future__ import annotations

from properties.kinds import Fact


def of_fact(found: Fact) -> tuple[str, int]:
    """In a few lines that it holds, or what is otherwise than it should be; and the exit status."""
    wrong = [f"{what} is {is_!r} and should be {should!r}" for what, is_, should in found.constants() if is_ != should]
    number = len(found.constants())
    said = (
        f"Refuted: {'; '.join(wrong)}."
        if wrong
        else f"Holds: {number} constant{'s are' if number > 1 else ' is'} as the document says."
    )
    return (
        f"{found.name}: {found.says} ({' '.join(found.shows)})\n{said} It is a fact about constants: there is no run, no argument "
        f"and no assumption, and no fault or reading changes it. They stand in {found.place}.",
        1 if wrong else 0,
    )
