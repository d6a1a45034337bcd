"""Commands that answer a question: why, what if, how for this host, what for another tool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import (
    CacheFolder,
    Faults,
    JsonFile,
    NoFault,
    Readings,
    SaveFile,
    WalkFile,
    app,
    console,
    file_name,
    here,
    properties_like,
    say,
)


def end_with_a_fact(names: Sequence[str]) -> None:
    """If what is asked for is a fact, say so, and end: there is nothing to search or to argue."""
    from properties.catalogue import PROPERTIES
    from properties.kinds import Fact
    from shadowproof.tell.facts import of_fact

    if len(names) == 1 and isinstance(found := PROPERTIES[names[0]], Fact):
        text, status = of_fact(found)
        say(text)
        raise typer.Exit(status)


@app.command()
def explain(
    property_name: Annotated[
        str,
        typer.Argument(
            metavar="PROPERTY",
            autocompletion=properties_like,
            help="The property to explain; or an id: all properties that show it.",
        ),
    ],
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    vms: Annotated[int, typer.Option(help="Search up to this many VMs.")] = 2,
    save_file: SaveFile = None,
    walk_file: WalkFile = None,
    cache: CacheFolder = None,
) -> None:
    """Tell the shortest run that breaks a property (or shows that something is possible), and why.

    Runs that are kept with the record are told at once, where they are of this protocol; others are searched for.
    """
    from shadowproof import ask
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import is_stdout
    from shadowproof.tell.explain import explained, run_of
    from shadowproof.tell.story import WIDTH
    from shadowproof.tell.traces.saving import check_save, save

    check_save(save_file, walk_file)
    names = ask.properties([property_name])
    end_with_a_fact(names)
    column, number, errors = ask.column(faults or [], readings or [], no_fault), ask.vms(vms), console(errors=True)
    open_cache(cache, errors)
    text, status = explained(property_name, names, column, number, here, min(WIDTH, console().width))
    say(text, err=any(map(is_stdout, (save_file, walk_file))))
    if save_file is not None or walk_file is not None:
        told, says = (
            run_of(names, column, number),
            f"shadowproof explain {property_name} {ask.options(column)}".rstrip(),
        )
        save(save_file, told, column, says)
        if walk_file is not None:
            from shadowproof.walk.write import write_run

            say(here(write_run(walk_file, told, column, says)), err=is_stdout(walk_file))
    close_cache(errors)
    raise typer.Exit(status)


@app.command()
def method(
    inventory: Annotated[
        Path,
        typer.Option(
            "--inventory",
            "-i",
            parser=file_name,
            metavar="FILE",
            help="A host's VMs, as collect-inventory.ps1 writes them; - is stdin.",
        ),
    ],
    vms: Annotated[
        list[str] | None, typer.Option("--vm", metavar="NAME", help="All that is known of this VM. May be repeated.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="All that is known of every VM.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Say for each VM of a host how it would be backed up, and what that does to it.

    A line for each VM: its method, why, and what happens to it. With --vm or --verbose also each condition with its source, what
    is open and how to find out, and what other readings of the document make of it.
    """
    from shlex import quote

    from model.versions import option
    from shadowproof.host import method as command
    from shadowproof.host.inventory import read_inventory
    from shadowproof.host.inventory.file.node import shown
    from shadowproof.host.method_report import WIDTH, as_json, details, summary
    from shadowproof.outside.files import check_apart, is_stdout, write_json
    from shadowproof.verify.printing import print_lines

    check_apart(json_file, read=[inventory])
    found = command.only(read_inventory(inventory), vms or ())
    assessed = command.assess_all(found, console(errors=True))
    if json_file is not None:
        write_json(json_file, as_json(found, assessed))
    out = console(errors=is_stdout(json_file))
    if vms or verbose:
        say(details(assessed, found.notes, min(WIDTH, out.width)), err=is_stdout(json_file))
        return
    lines = summary(assessed, found.notes, f"shadowproof method -i {shown(quote(str(inventory)))}{option()}")
    if out.is_terminal:
        print_lines(lines, out)
    else:
        say("\n".join(lines), err=is_stdout(json_file))


@app.command()
def obligations(
    json_file: JsonFile = None,
) -> None:
    """Say what a requester must do after each kind of failure, and which promise breaks if a duty is not done.

    For makers of backup software. Two tables:

    1. How a requester learns of failures that are not its own, and all its steps from there to the session's end.

    2. Each duty, the fault of failing in it, and the promises that hold without faults and break with this one.

    The first is run on the machines, the second read from the record. Where no promise breaks, it says so.

    Tell the run behind a broken promise with: shadowproof explain PROPERTY --fault NAME
    """
    from proofs.answers.record import load
    from shadowproof.duties.duties import as_json, print_obligations
    from shadowproof.outside.files import check_writable, is_stdout, write_json

    if json_file is not None:
        check_writable(json_file)
    record = load()
    if json_file is not None:
        write_json(json_file, as_json(record))
    print_obligations(record, console(errors=is_stdout(json_file)))


@app.command()
def export(
    to: Annotated[
        str,
        typer.Option(
            metavar="TARGET", help="promela (for SPIN), smtlib (for SMT solvers), or json: the whole network as data."
        ),
    ] = "",
    properties: Annotated[
        list[str] | None,
        typer.Option(
            "--property",
            "-p",
            autocompletion=properties_like,
            help="Only this property, or all that show this requirement; may be repeated.",
        ),
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    vms: Annotated[int | None, typer.Option(help="How many VMs; by default 2, or for solvers any number.")] = None,
    protocol: Annotated[str, typer.Option(help="main, or small-backup: a small one, whose states are known.")] = "main",
    every_configuration: Annotated[
        bool, typer.Option("--all-configurations", help="Each configuration of a VM, not one of each class.")
    ] = False,
    steps: Annotated[int | None, typer.Option(help="How far solvers are to look; by default 5 steps.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", parser=file_name, metavar="FILE", help="Write to this file.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of --to json, and do nothing else.")
    ] = False,
) -> None:
    """Write the protocol and what must hold of it as text for other tools: SPIN, or SMT solvers; or all of it as JSON data.

    Without --property: all statements about states and steps that one slice of the protocol is enough for. The text says at its
    top what it is and how to run it.

    --to json takes no other choice: it has every machine, event, fault, reading and promise, and what `walk` walks.
    """
    from shadowproof import ask
    from shadowproof import export as command
    from shadowproof.outside.files import check_writable, write_whole
    from shadowproof.walk.document import protocol_text, schema_text

    if schema:
        say(schema_text(), end="")
        return
    if to == command.JSON:
        command.refuse_choices_for_json(
            properties
            or faults
            or readings
            or no_fault
            or vms
            or steps
            or every_configuration
            or protocol != command.MAIN
        )
        if output is not None:
            check_writable(output)
            write_whole(output, protocol_text())
        else:
            say(protocol_text(), end="")
        return
    what = command.wanted(
        to, protocol, properties or [], ask.column(faults or [], readings or [], no_fault),
        vms=vms, steps=steps, every_configuration=every_configuration,
    )  # fmt: skip
    if output is not None:
        check_writable(output)
    text = command.exported(what)
    if output is not None:
        write_whole(output, text)
    else:
        say(text, end="")
