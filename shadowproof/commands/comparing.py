"""Commands that hold two versions of the protocol against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import (
    Annotate,
    CacheFolder,
    CodeQualityFile,
    Faults,
    JsonFile,
    JunitFile,
    NoCache,
    NoFault,
    Readings,
    SarifFile,
    Schema,
    SummaryFile,
    app,
    console,
    file_name,
    say,
)
from shadowproof.commands.which_version import versions_like


@app.command()
def diff(
    base: Annotated[
        str | None,
        typer.Argument(
            autocompletion=versions_like,
            help="A revision of this checkout, a folder with model and properties, or a version of the protocol.",
        ),
    ] = None,
    head: Annotated[
        str | None,
        typer.Argument(
            autocompletion=versions_like, help="Another one; without it, the checkout as it is, edits included."
        ),
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    promises: Annotated[
        bool,
        typer.Option(
            "--promises/--no-promises", help="Also say what became of the promises; without that it is quick."
        ),
    ] = True,
    every: Annotated[
        bool,
        typer.Option(
            "--every",
            help="Judge every promise, under each fault and each reading; else those that speak of what changed, where runs differ.",
        ),
    ] = False,
    tell_all: Annotated[bool, typer.Option("--all", help="Tell everything, not a dozen of each kind.")] = False,
    json_file: JsonFile = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            "--markdown",
            parser=file_name,
            metavar="FILE",
            help="Also write a comment for a pull request, folded; - is stdout.",
        ),
    ] = None,
    junit: JunitFile = None,
    sarif: SarifFile = None,
    code_quality: CodeQualityFile = None,
    summary: SummaryFile = None,
    annotate: Annotate = "none",
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    schema: Schema = False,
) -> None:
    """What a change does: which rules say something else, what may happen now and could not, or no longer can, and what became of the
    promises.

    For each rule that changed the shortest run that one version has and the other has not; where there is none, why: proved for any
    number of VMs, or not found with one. Promises are taken from both records where those are of what the two say; else they are
    judged without faults and where runs differ, as far as they speak of what changed; --every judges all, which takes long.

    Try: shadowproof diff HEAD~1, shadowproof diff main my-branch --markdown comment.md, or shadowproof diff document linux-online

    The model of a revision is loaded in a process of its own, with limits, but with your rights: it is code. Do not compare with what
    you would not run.

    Exit status: 0 nothing differs of what was looked at; 1 runs, promises, or what is said differ; 2 bad input; 3 a rule says something
    else, and a search that stopped early found no run that shows it.
    """
    from contextlib import ExitStack

    from model.versions import names
    from shadowproof.diff import compare, report, told
    from shadowproof.diff.ci import report_of
    from shadowproof.diff.comment import as_comment
    from shadowproof.diff.revisions import RevisionError, column_of, is_edited, side
    from shadowproof.formats.files import Wanted
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import is_stdout, write_json, write_whole
    from shadowproof.verify.printing import print_lines

    if schema:
        say(report.schema_text(), end="")
        return
    if base is None:
        raise RevisionError(
            "diff is given nothing to compare with. Name a revision, such as HEAD~1 or main, or a folder."
        )
    formats = Wanted(junit, sarif, code_quality, summary, annotate=annotate)
    formats.check(json_file, markdown)
    errors = console(errors=True)
    out = console(errors=is_stdout(json_file) or is_stdout(markdown) or formats.to_stdout)
    with ExitStack() as stack, errors.status("loading both models (some seconds)") as status:
        sides = [stack.enter_context(side(one)) for one in (base, head)]
        column = column_of(sides, faults or [], readings or [], no_fault)
        kept = None if no_cache else open_cache(cache, errors)

        def tell(text: str) -> None:
            status.update(text)
            if not errors.is_terminal:
                errors.print(text, highlight=False, soft_wrap=True, markup=False)

        found = compare.compare(*sides, column=column, promises=promises, every=every, cache=kept, tell=tell)
        if head is not None and head not in names() and is_edited():
            found = compare.noted(
                found, "Edits of the checkout that are in no commit are not looked at: leave HEAD out for them."
            )
        formats.write(lambda: report_of(found, *sides), say)
        if kept is not None:
            close_cache(errors)
    if json_file is not None:
        write_json(json_file, report.as_json(found))
    if markdown is not None:
        write_whole(markdown, as_comment(found))
    print_lines(told.lines(found, None if tell_all else told.FEW), out)
    raise typer.Exit(found.status)
