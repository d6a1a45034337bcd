"""The command that combines faults and readings: which of them together break a promise."""

from __future__ import annotations

from typing import Annotated

import typer

from shadowproof.commands import CacheFolder, JsonFile, Schema, app, console, properties_like, say


@app.command()
def cuts(
    properties: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROPERTY",
            autocompletion=properties_like,
            help="The promises, or ids; none: what each fault breaks alone.",
        ),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Combine up to so many faults and readings (by default 2; 3 with --faults).")
    ] = None,
    faults_only: Annotated[bool, typer.Option("--faults", help="Combine faults only, as the readings are.")] = False,
    jobs: Annotated[int | None, typer.Option(help="Processes on this machine; by default one a core.")] = None,
    json_file: JsonFile = None,
    cache: CacheFolder = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep those of the headline promises, for the page of cut sets.")
    ] = False,
    schema: Schema = False,
) -> None:
    """The minimal cut sets of a promise: the smallest combinations of faults and readings that break it.

    All combinations are looked at, for any number of VMs. Each cut set has a run that shows it, replayed by the machines; where
    neither a run nor a closed set decides, the combination is said to be open. About a minute a promise on a quiet machine.

    Without PROPERTY: what each fault, and each other reading, breaks alone, and what two break only together of the headline
    promises; at once, from what is recorded.

    Exit status: 0 all was decided; 2 bad input; 3 something is open; 130 interrupted.
    """
    from proofs.answers.record import load
    from proofs.verdicts.combined.cuts import MOST
    from proofs.verdicts.combined.kept_cuts import HEADLINE
    from shadowproof import ask
    from shadowproof import cuts as command
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import check_writable, is_stdout, write_whole

    if schema:
        say(command.schema_text(), end="")
        return
    most, processes = command.size(2 if size is None else size), ask.jobs(jobs)
    if record:
        if properties or json_file is not None or size is not None or faults_only:
            raise ask.AskError(
                "--record keeps pairs, and any three faults, for the headline promises: ask for nothing else with it."
            )
        properties = list(HEADLINE)
    if not properties:
        if json_file is not None:
            raise ask.AskError("--json without a property: name the promises whose cut sets are to be written.")
        if size is not None:
            raise ask.AskError(f"--size {size} without a property: what each breaks alone is told. Name the promises.")
        command.print_alone(load(), console(), faults_only=faults_only)
        return
    names = list(dict.fromkeys(name for one in properties for name in ask.properties([one])))
    if json_file is not None:
        check_writable(json_file)
    errors = console(errors=True)
    open_cache(cache, errors)
    of_faults = MOST if record else 0
    found = command.cut(names, most, faults_only=faults_only, of_faults=of_faults, jobs=processes, console=errors)
    close_cache(errors)
    if record:
        command.record(found)
    if json_file is not None:
        write_whole(json_file, command.as_text(found))
    out = console(errors=is_stdout(json_file))
    for one in found:
        command.print_cuts(one, out)
    raise typer.Exit(3 if any(one.open for one in found) else 0)
