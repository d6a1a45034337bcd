"""The command that begins something new."""

from __future__ import annotations

from typing import Annotated

import typer

from shadowproof.commands import app, say


@app.command()
def new(
    kind: Annotated[str, typer.Argument(help="actor, event, fault, reading, property or requirement")],
    name: Annotated[str, typer.Argument(help="Its name, as others of its kind are called.")],
    machine: Annotated[str, typer.Option("--machine", help="Of an event or a fault: the machine that it moves.")] = "",
    file: Annotated[
        str, typer.Option("--in", metavar="GROUP", help="The group of a property, or the phase of an event.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="The requirement that it comes from, or shows.")] = "BAK-1",
) -> None:
    """Write the stub of something new in the right files, with its test, and say what is left to be filled in.

    What is written loads, and is formatted; its test fails until you have said what you mean. All of it is written or nothing, and
    how to take it back is said.

    Try: shadowproof new property no-vm-left-behind --in giving_back --by BAK-9

    Exit status: 0; 2 bad input: a name that exists or is none, no checkout, files with edits that are in no commit.
    """
    from model.requirements import BY_ID
    from shadowproof.ask import AskError, near
    from shadowproof.new import write
    from shadowproof.new.stubs import KINDS, Wanted

    if kind not in KINDS:
        raise AskError(f"{kind!r:.80} is nothing that can be begun. Write one of {', '.join(KINDS)}.")
    if by not in BY_ID:
        raise AskError(f"There is no requirement {by!r:.80}. {near(by, BY_ID, 'requirements')}")
    root = write.checkout()
    files = KINDS[kind](Wanted(root, name, machine, file, by))
    write.refuse_edited(root, files)
    files = [write.formatted(root, one) for one in files]
    write.refuse_unless_it_loads(root, files)
    for line in write.written(root, files):
        say(line)
