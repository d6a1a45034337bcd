"""The command that writes the page in which one walks the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import Faults, InventoryFile, NoFault, Readings, app, file_name, properties_like, say


@app.command()
def walk(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", parser=file_name, metavar="FILE", help="Write the page here; - is stdout."),
    ] = Path("shadowproof-walk.html"),
    finding: Annotated[
        str | None,
        typer.Option(
            "--finding",
            metavar="PROPERTY",
            autocompletion=properties_like,
            help="Open the recorded run that breaks this property; --fault and --reading say in which circumstances.",
        ),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run",
            metavar="FILE",
            parser=file_name,
            help="Open this run: a trace (what --save writes, or any ITF), what play --json writes, or events one a line; - is stdin.",
        ),
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    inventory: InventoryFile = None,
) -> None:
    """Write a page in which one walks the protocol in a browser: one HTML file that needs no server, and asks nobody for anything.

    It shows what can happen now and what that changes, the run so far in lanes or as values, which promises are broken, and why; it
    finds the shortest way to where something is so, what leads safely to rest, what would have kept a broken promise; and opens every
    recorded finding. Each run is a link.

    Try: shadowproof walk --finding no-vm-left-saved --fault requester_vanishes

    --inventory puts a host's VMs into the page, to be walked with; they stay in the file.
    """
    from shadowproof import ask
    from shadowproof.outside.files import check_apart, is_stdout
    from shadowproof.walk.files import file_link
    from shadowproof.walk.runs import finding_link, hosts_of, usual_link
    from shadowproof.walk.write import write_page

    if finding is not None and run is not None:
        raise ask.AskError("--finding and --run both say what to open. Leave one of them out.")
    column = ask.column(faults or [], readings or [], no_fault)
    given = bool(faults or readings or no_fault)
    if given and finding is None:
        raise ask.AskError("--fault and --reading say which finding is opened. Name one: --finding PROPERTY.")
    check_apart(output, read=[run, inventory])
    start = ""
    if finding is not None:
        start = finding_link(ask.one_property(finding), column, given)
    if run is not None:
        start = file_link(run)
    hosts = hosts_of(inventory) if inventory is not None else []
    write_page(output, start or usual_link(), hosts)
    if not is_stdout(output):
        say(f"Written: {output}. Open it in a browser{f'; it begins with {finding or run}' if start else ''}.")
        if start:
            say(f"The same run in a page that is there already: {output.name}#{start}")
