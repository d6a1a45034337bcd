"""The command that lets somebody's own events happen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import Faults, JsonFile, NoFault, Readings, app, file_name, here, say


@app.command()
def play(
    events: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EVENT]...", help="Events in their order; NAME@1 is what happens to VM 1, NAME@1.2 to its part 2."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            parser=file_name,
            help="Read the events here, one a line, # for remarks; - is stdin.",
        ),
    ] = None,
    vm: Annotated[
        list[str] | None,
        typer.Option(
            "--vm",
            metavar="START",
            help="A VM, by what is unusual of it: power=PAUSED,disks=2,disk_kind#2=ISCSI. Repeat it for more VMs; none: one, as usual.",
        ),
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    everything: Annotated[bool, typer.Option("--all", help="Say of every promise how it stands.")] = False,
    json_file: JsonFile = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of --json, and do nothing else.")
    ] = False,
) -> None:
    """Say what happens if these events come: the story, what is refused and why, and how every promise stands at the end.

    What cannot happen is refused, changes nothing, and the next event is tried.

    Try: shadowproof play --vm power=PAUSED backup_initialized context_set vm_saved@1

    Exit status: 0 every event happened, and no promise is broken; 1 a promise is broken, at the end or on the way; 2 an event was
    refused (so this is not the run that was asked for, whatever it broke), or bad input.
    """  # fmt: skip
    from model.protocol import PROTOCOL
    from shadowproof import ask
    from shadowproof.files import check_writable, is_stdout, write_json
    from shadowproof.tell import start
    from shadowproof.tell.play import main_protocol
    from shadowproof.tell.play import play as played
    from shadowproof.tell.play_report import as_json, schema_text, text_of

    if schema:
        say(schema_text(), end="")
        return
    if bool(events) == (file is not None):
        raise ask.AskError("What shall happen? Write events, or name a file of them with --file, and not both.")
    shapes, starts = start.vm_starts(vm or [], PROTOCOL)
    column = ask.column(faults or [], readings or [], no_fault)
    texts = start.lines_of(file) if file is not None else [(text, "") for text in events or []]
    wanted = start.wanted(texts, shapes, PROTOCOL)
    if json_file is not None:
        check_writable(json_file, file)
    done = played(main_protocol(), shapes, starts, column, wanted)
    if json_file is not None:
        write_json(json_file, as_json(done))
    say(text_of(done, everything=everything, spell=here), end="", err=is_stdout(json_file))
    raise typer.Exit(done.status)
