"""The command that asks whether the properties would notice a wrong rule."""

from __future__ import annotations

from typing import Annotated

import typer

from shadowproof.commands import JsonFile, Properties, Schema, app, console, say


@app.command()
def mutate(
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rule", metavar="NAME", help="Only rules of this event, machine or requirement. May be repeated."
        ),
    ] = None,
    properties: Properties = None,
    operators: Annotated[
        list[str] | None, typer.Option("--operator", metavar="NAME", help="Only this kind of change. May be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="REV", help="Only rules that say something else than at this revision.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", help="Only so many, always the same, spread over all rules.")
    ] = None,
    missing: Annotated[
        bool,
        typer.Option(
            "--missing", help="Only those of which it is not kept what becomes of them under the rules of today."
        ),
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="Say which mutants there are, and judge none.")] = False,
    full: Annotated[
        bool, typer.Option("--matrix", help="Also print which property kills how many of which requirement.")
    ] = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Only search, each in the first column in which it may fire; the others stay open (status 3).",
        ),
    ] = False,
    jobs: Annotated[int | None, typer.Option(help="Processes of this machine; by default one a core.")] = None,
    json_file: JsonFile = None,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Keep what becomes of them in proofs/mutants/mutants.json, as it becomes known; for a change of rules, with --since; "
            "to go on where it was interrupted, with --missing.",
        ),
    ] = False,
    schema: Schema = False,
) -> None:
    """Change one rule at a time, and see whether some property notices.

    A mutant is refused by the notation, killed by a property (whose verdict is another one in some column), equivalent (on every
    view of the closed sets the changed rule takes the same steps), or survives: a hole in the properties, or a line in
    properties/unpromised.py with the reason. Fails (exit status 1) if one survives without a reason.
    """
    from proofs.mutants.fates import PATH
    from proofs.mutants.operators import OPERATORS
    from shadowproof import ask
    from shadowproof import mutate as command
    from shadowproof.outside.files import check_apart, is_stdout, write_whole

    if schema:
        say(command.schema_text(), end="")
        return
    names = ask.properties(properties or [])
    processes = ask.jobs(jobs)
    if record and properties:
        raise ask.AskError("--record keeps what all properties show. Leave --property out.")
    mutants = command.chosen(rules or [], operators or [], since, sample, missing=missing)
    if listed:
        for one in mutants.values():
            say(f"{one.name}\n    {OPERATORS[one.operator]}: {one.says}")
        return
    check_apart(json_file, PATH if record else None)
    done = command.mutate(
        mutants, names, jobs=processes, quick=quick, console=console(errors=True), record=PATH if record else None
    )
    if done is None:
        raise typer.Exit(130)
    if json_file is not None:
        write_whole(json_file, command.as_text(done))
    command.print_mutated(done, console(errors=is_stdout(json_file)), full=full)
    raise typer.Exit(done.status)
