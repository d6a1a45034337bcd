"""Commands that argue: why a promise holds, why it does not, and what it leans on."""

from __future__ import annotations

from typing import Annotated

import typer

from shadowproof.commands import (
    CacheFolder,
    Faults,
    NoFault,
    Readings,
    SaveFile,
    app,
    console,
    here,
    properties_like,
    say,
)
from shadowproof.commands.telling.explaining import end_with_a_fact


@app.command()
def why(
    property_name: Annotated[
        str, typer.Argument(metavar="PROPERTY", autocompletion=properties_like, help="The property to argue for.")
    ],
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    depth: Annotated[
        str,
        typer.Option(
            help="How much of the argument: 1 (on one screen), 2 (also why it keeps itself, and the words), or all."
        ),
    ] = "1",
    clauses: Annotated[bool, typer.Option("--clauses", help="Argue by clauses, not by a table.")] = False,
    formulas: Annotated[bool, typer.Option("--formulas", help="Show each clause as a formula as well.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Name every event that keeps a clause.")] = False,
    limit: Annotated[float, typer.Option(help="Seconds to look for the table; and again for clauses.")] = 60.0,
    cache: CacheFolder = None,
) -> None:
    """Argue why a property holds for any number of VMs: as a table, down the side the phases of a session, across what a VM can be.

    Takes some seconds, and is then kept (--cache). Where no table is found, clauses argue. Exit status 3 if no argument was found. That
    something is possible a run shows, and nothing argues for it: the status is that of explain.
    """
    from proofs.why.tables.free import NoReason
    from properties.catalogue import PROPERTIES
    from properties.kinds import Possible
    from shadowproof import ask, prove
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.tell.arguing.argued import argument
    from shadowproof.tell.explain import broken_beside, possibility

    name, column = ask.one_property(property_name), ask.column(faults or [], readings or [], no_fault)
    end_with_a_fact([name])
    level, errors = ask.depth(depth), console(errors=True)
    seconds = prove.check_limit(limit)
    open_cache(cache, errors)
    if isinstance(PROPERTIES[name], Possible):
        with errors.status(f"looking for the run of {name}"):
            text, status = possibility(name, column, 2)
        say(text)
        close_cache(errors)
        raise typer.Exit(status)
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


@app.command("why-not")
def why_not(
    property_name: Annotated[
        str, typer.Argument(metavar="PROPERTY", autocompletion=properties_like, help="The property that is broken.")
    ],
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    without: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="Without this rule, as shadowproof assumptions PROPERTY numbers them."),
    ] = None,
    vms: Annotated[int, typer.Option(help="Search up to this many VMs.")] = 2,
    save_file: SaveFile = None,
    cache: CacheFolder = None,
) -> None:
    """Say why a property does not hold: its argument as far as it goes, the row where it breaks, the run beside it, what would mend it."""
    from shadowproof import ask
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import is_stdout
    from shadowproof.tell.arguing.why_not import told_without
    from shadowproof.tell.arguing.why_not import why_not as told
    from shadowproof.tell.explain import run_of
    from shadowproof.tell.traces.saving import check_save, save

    check_save(save_file)
    name, column, number = (
        ask.one_property(property_name),
        ask.column(faults or [], readings or [], no_fault),
        ask.vms(vms),
    )
    end_with_a_fact([name])
    if without is not None and save_file is not None:
        raise ask.AskError(
            "--save keeps runs of the protocol: of one without a rule there is none. Leave it, or --without, out."
        )
    if without is not None and (faults or readings):
        raise ask.AskError("--without takes a rule away where nothing goes wrong: leave out --fault and --reading.")
    errors = console(errors=True)
    open_cache(cache, errors)
    with errors.status(f"looking for the argument for {name}, and for the run that breaks it"):
        lines, status = (
            told(name, column, number, here) if without is None else told_without(name, without, number, here)
        )
    for line in lines:
        say(line, err=is_stdout(save_file))
    if save_file is not None:
        save(
            save_file,
            run_of([name], column, number),
            column,
            f"shadowproof why-not {name} {ask.options(column)}".rstrip(),
        )
    close_cache(errors)
    raise typer.Exit(status)


@app.command()
def assumptions(
    property_name: Annotated[
        str | None,
        typer.Argument(
            metavar="[PROPERTY]", autocompletion=properties_like, help="The property; none: the matrix of all of them."
        ),
    ] = None,
    argument: Annotated[
        bool, typer.Option("--argument", help="Also look for the argument, and list the rules that it leans on.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="With --argument: also the rules that keep the order of the session.")
    ] = False,
    limit: Annotated[float, typer.Option(help="Seconds to look for the argument.")] = 60.0,
    cache: CacheFolder = None,
) -> None:
    """Say what a promise takes: the faults and readings that break it, at once, from the record; and the rules that it leans on.

    Exit status: that of the recorded verdict without faults, 0 holds, 1 refuted, 2 not exercised, 3 undecided; 3 also if an
    argument was asked for and none was found.
    """
    from proofs.answers.column_cache import protocol_content
    from proofs.answers.record import load
    from proofs.answers.runs import NONE, load_for
    from proofs.verdicts.columns import BASE
    from proofs.why import argue
    from proofs.why.tables.free import NoReason
    from properties.catalogue import PROPERTIES, watched
    from shadowproof import ask, prove
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.tell.arguing import assumptions as takes
    from shadowproof.tell.arguing.leans import compiled_for, facts

    record = load()
    if property_name is None:
        takes.print_matrix(record, console())
        return
    name, seconds = ask.one_property(property_name), prove.check_limit(limit)
    end_with_a_fact([name])
    for line in takes.of_property(name, record, current=load_for(protocol_content()) is not NONE):
        say(line)
    status = takes.status(name, record)
    if argument:
        errors = console(errors=True)
        open_cache(cache, errors)
        found, problem = [], ""
        try:
            with errors.status(f"looking for the argument for {name}"):
                found = facts(
                    argue.table(watched(None), BASE, PROPERTIES[name], seconds=seconds)[0], compiled_for(name)
                )
        except NoReason as reason:
            problem, status = str(reason), status or 3
        say("")
        for line in takes.of_argument(name, found, problem, everything=everything):
            say(line)
        close_cache(errors)
    raise typer.Exit(status)
