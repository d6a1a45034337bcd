"""The commands about recorded runs: whether one is a run of the model, and test vectors made of such."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import (
    Annotate,
    CodeQualityFile,
    Faults,
    JsonFile,
    JunitFile,
    NoFault,
    Readings,
    SarifFile,
    SaveFile,
    SummaryFile,
    app,
    console,
    file_name,
    here,
    say,
)


@app.command()
def replay(
    traces: Annotated[
        list[Path] | None,
        typer.Argument(
            parser=file_name,
            metavar="[TRACE]...",
            help="Recorded runs: JSON lines that begin with their schema, or ITF (as Apalache and Quint write it); - is stdin.",
        ),
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    together: Annotated[
        int,
        typer.Option(
            help="Where the faults are not said: try up to so many at once (0 to 3), besides those that are seen."
        ),
    ] = 1,
    story: Annotated[
        bool, typer.Option("--story", help="Tell the run of a complete trace, too, if it is long.")
    ] = False,
    json_file: JsonFile = None,
    save_file: SaveFile = None,
    junit: JunitFile = None,
    sarif: SarifFile = None,
    code_quality: CodeQualityFile = None,
    summary: SummaryFile = None,
    annotate: Annotate = "none",
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of a trace's lines, and do nothing else.")
    ] = False,
) -> None:
    """Say whether a recorded run is one of the model: what explains it, or the first line that nothing explains, and which rule forbids it.

    A trace says what was seen, line by line: events, states after them, when; some of it or all. What nobody saw is filled in, with the
    fewest faults and steps.

    Try: shadowproof simulate --save run.jsonl, then shadowproof replay run.jsonl

    Exit status: 0 every trace is accepted; 1 one is rejected; 2 bad input; 3 one is neither, within the bounds that are said.
    """
    from conformance.traces.answers import Accepted
    from conformance.traces.form import TraceError
    from conformance.traces.replayed import replayed
    from model.versions import option
    from shadowproof import ask
    from shadowproof.formats.files import Wanted
    from shadowproof.outside.files import is_stdout, write_json
    from shadowproof.outside.telling import telling
    from shadowproof.tell.story import WIDTH
    from shadowproof.tell.traces.ci import report_of
    from shadowproof.tell.traces.saving import check_save, save
    from shadowproof.tell.traces.told import as_json, ending, schema_text, status, text_of

    if schema:
        say(schema_text(), end="")
        return
    if not traces:
        raise TraceError("Which trace? Name files, or - for stdin. shadowproof simulate --save FILE makes one.")
    if not 0 <= together <= 3:
        raise ask.AskError(f"--together {together}: write a number from 0 to 3.")
    column = ask.column(faults or [], readings or [], no_fault) if faults or readings or no_fault else None
    formats = Wanted(junit, sarif, code_quality, summary, annotate=annotate)
    check_save(save_file, json_file, *formats.files.values(), read=traces)
    formats.check()
    if save_file is not None and len(traces) > 1:
        raise ask.AskError("--save keeps one run. Name one trace.")
    quiet = is_stdout(json_file) or is_stdout(save_file) or formats.to_stdout
    out, errors, answers = console(), console(errors=True), []
    for path in traces:
        with telling(errors, "followed", "events", silent_up_to=1_000_000) as told:
            one = replayed(path, column, together=together, told=lambda done: told(done, done, ""))
        answers.append((here("stdin" if str(path) == "-" else ask_name(path)), one))
        say(text_of(*answers[-1], here, story=story, width=min(WIDTH, out.width)), err=quiet)
    if json_file is not None:
        write_json(json_file, as_json(answers))
    formats.write(lambda: report_of(answers), say)
    if isinstance(answers[0][1], Accepted):
        save(save_file, answers[0][1].run, answers[0][1].column, f"shadowproof replay{option()}")
    say(ending(here), err=quiet)
    raise typer.Exit(status([one for _, one in answers]))


def ask_name(path: Path) -> str:
    """A file's name as it may be printed."""
    from conformance.texts.lines import shown

    return shown(str(path))


@app.command()
def vectors(
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", parser=file_name, metavar="DIR", help="Write them to this folder; it is made."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Name all that no vector shows.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Choose the runs anew, though some are kept.")] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Choose the runs anew, and keep the choice in the checkout.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of a vector, and do nothing else.")
    ] = False,
) -> None:
    """Test vectors for makers of writers, requesters and test benches: few short runs that together take every move there is.

    Each is a run with the states that are expected after each event, what handlers return, and which events may follow (any other must
    be refused); as plain JSON by a published schema, and in ITF. They show every promise's witness and every recorded finding. The same
    protocol gives the same bytes.

    Try: shadowproof vectors --out vectors/

    Exit status: 0; 2 bad input.
    """
    from conformance.traces.form import TraceError
    from shadowproof.outside.telling import telling
    from shadowproof.tell.traces import vectors as command

    if schema:
        say(command.schema_text(), end="")
        return
    if out_folder is not None and out_folder.exists() and (not out_folder.is_dir() or any(out_folder.iterdir())):
        raise TraceError(f"--out {out_folder}: it is there, and not empty. Name a new folder.")
    with telling(console(errors=True), "looking for runs", "circumstances") as told:
        if record:
            command.record(told)
        found = command.made(told, anew=anew and not record)
    if out_folder is not None:
        command.written(found, out_folder)
    for line in command.text_of(found, everything=everything):
        say(here(line))
