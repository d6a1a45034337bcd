"""Commands that answer a question: why, what if, how for this host, what for another tool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import CacheFolder, Faults, JsonFile, NoFault, Readings, app, console, here, say


def _end_with_a_fact(names: Sequence[str]) -> None:
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
        str, typer.Argument(metavar="PROPERTY", help="The property to explain; or an id: all properties that show it.")
    ],
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    vms: Annotated[int, typer.Option(help="Search up to this many VMs.")] = 2,
    cache: CacheFolder = None,
) -> None:
    """Tell the shortest run that breaks a property (or shows that something is possible), and why.

    Runs that are kept with the record are told at once, where they are of this protocol; others are searched for.
    """
    from shadowproof import ask
    from shadowproof.cache_folder import close_cache, open_cache
    from shadowproof.tell.explain import explained

    names = ask.properties([property_name])
    _end_with_a_fact(names)
    column, number, errors = ask.column(faults or [], readings or [], no_fault), ask.vms(vms), console(errors=True)
    open_cache(cache, errors)
    text, status = explained(property_name, names, column, number, here)
    close_cache(errors)
    say(text)
    raise typer.Exit(status)


@app.command()
def why(
    property_name: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property to argue for.")],
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    depth: Annotated[
        str, typer.Option(help="How much of the argument: 1 (the table alone), 2 (and why it keeps itself), or all.")
    ] = "2",
    clauses: Annotated[bool, typer.Option("--clauses", help="Argue by clauses, not by a table.")] = False,
    formulas: Annotated[bool, typer.Option("--formulas", help="Show each clause as a formula as well.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Name every event that keeps a clause.")] = False,
    limit: Annotated[float, typer.Option(help="Seconds to look for clauses.")] = 60.0,
    cache: CacheFolder = None,
) -> None:
    """Argue why a property holds for any number of VMs: as a table, down the side the phases of a session, across what a VM can be.

    Takes some seconds, and is then kept (--cache). Where no table is found, clauses argue. Exit status 3 if no argument was found.
    """
    from proofs.why.localise import NoReason
    from shadowproof import ask, prove
    from shadowproof.cache_folder import close_cache, open_cache
    from shadowproof.tell.argued import argument
    from shadowproof.tell.explain import broken_beside

    name, column = ask.one_property(property_name), ask.column(faults or [], readings or [], no_fault)
    _end_with_a_fact([name])
    level, errors = ask.depth(depth), console(errors=True)
    seconds = prove.check_limit(limit)
    open_cache(cache, errors)
    try:
        with errors.status(f"looking for the argument for {name}"):
            lines = argument(name, column, level, seconds, clauses=clauses, formulas=formulas, everything=everything)
    except NoReason as problem:
        say(f"{name}: no argument was found: {problem}.")
        raise typer.Exit(3) from None
    for line in lines:
        say(line)
    for line in broken_beside(name, column, 2):
        say(line)
    close_cache(errors)


@app.command()
def assumptions(
    property_name: Annotated[
        str | None, typer.Argument(metavar="[PROPERTY]", help="The property; none: the matrix of all of them.")
    ] = None,
    limit: Annotated[float, typer.Option(help="Seconds to look for the argument.")] = 60.0,
    cache: CacheFolder = None,
) -> None:
    """Say what a promise takes: the rules that its argument needs, and the faults and readings that break it."""
    from model.protocol import PROTOCOL
    from proofs.answers.record import load
    from proofs.why.localise import NoReason
    from proofs.why.wording import told
    from proofs.world.world import Column
    from properties.catalogue import PROPERTIES, watched
    from shadowproof import ask, prove
    from shadowproof.cache_folder import close_cache, open_cache
    from shadowproof.tell import assumptions as takes

    record = load()
    if property_name is None:
        takes.print_matrix(record, console())
        return
    name = ask.one_property(property_name)
    _end_with_a_fact([name])
    errors = console(errors=True)
    seconds = prove.check_limit(limit)
    open_cache(cache, errors)
    found, problem = None, ""
    try:
        with errors.status(f"looking for the argument for {name} (up to {seconds:.0f} s)"):
            found, _ = told(watched(None), Column(), PROPERTIES[name], seconds=seconds)
    except NoReason as reason:
        problem = str(reason)
    for line in takes.of_property(name, found, problem, record, PROTOCOL):
        say(line)
    close_cache(errors)
    raise typer.Exit(0 if found is not None else 3)


@app.command()
def method(
    inventory: Annotated[
        Path, typer.Option("--inventory", "-i", help="A host's VMs, as collect-inventory.ps1 writes them; - is stdin.")
    ],
    json_file: JsonFile = None,
) -> None:
    """Say for each VM of a host how it would be backed up, and what that does to it."""
    from shadowproof.files import check_writable, is_stdout, write_json
    from shadowproof.host.inventory import read_inventory
    from shadowproof.host.method import as_json, render

    if json_file is not None:
        check_writable(json_file, inventory)
    found = read_inventory(inventory)
    text = render(found)
    if json_file is not None:
        write_json(json_file, as_json(found))
    say(text, err=is_stdout(json_file))


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
    from shadowproof.files import check_writable, is_stdout, write_json

    if json_file is not None:
        check_writable(json_file)
    record = load()
    if json_file is not None:
        write_json(json_file, as_json(record))
    print_obligations(record, console(errors=is_stdout(json_file)))


@app.command()
def export(
    to: Annotated[str, typer.Option(metavar="TARGET", help="promela (for SPIN) or smtlib (for SMT solvers).")],
    properties: Annotated[
        list[str] | None,
        typer.Option(
            "--property", "-p", help="Only this property, or all that show this requirement; may be repeated."
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
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """Write the protocol and what must hold of it as text for other tools: SPIN, or SMT solvers.

    Without --property: all statements about states and steps that one slice of the protocol is enough for. The text says at its
    top what it is and how to run it.
    """
    from shadowproof import ask
    from shadowproof import export as command
    from shadowproof.files import check_writable, write_whole

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
