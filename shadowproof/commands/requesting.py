"""The command that holds somebody's requester against the promises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import (
    Annotate,
    CacheFolder,
    CodeQualityFile,
    JsonFile,
    JunitFile,
    SarifFile,
    SaveFile,
    SummaryFile,
    WalkFile,
    app,
    console,
    file_name,
    here,
    say,
)


@app.command()
def requester(
    profiles: Annotated[
        list[Path] | None,
        typer.Argument(
            parser=file_name,
            metavar="[PROFILE]...",
            help="Tables of calls, as JSON, YAML or CSV; or the name of a public requester. Several are compared.",
        ),
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Print a table with remarks, to be filled in.")] = False,
    schema: Annotated[
        bool, typer.Option("--profile-schema", help="Print the JSON schema of a profile, and do nothing else.")
    ] = False,
    examples: Annotated[bool, typer.Option("--list", help="Name the public requesters that come with it.")] = False,
    recorded: Annotated[
        bool,
        typer.Option(
            "--record", help="Judge all public requesters, and keep it: docs/generated/requesters.md is made from that."
        ),
    ] = False,
    json_file: JsonFile = None,
    save_file: SaveFile = None,
    walk_file: WalkFile = None,
    junit: JunitFile = None,
    sarif: SarifFile = None,
    code_quality: CodeQualityFile = None,
    summary: SummaryFile = None,
    annotate: Annotate = "none",
    cache: CacheFolder = None,
) -> None:
    """Hold a requester against the protocol: which promises its table of calls keeps, which it breaks, and what would mend it.

    Try: shadowproof requester --new > mine.csv, fill it in, shadowproof requester mine.csv --walk broken.html

    Exit status: 0 nothing is broken that another requester would keep; 1 something is; 2 bad input; 3 something is open.
    """
    from conformance.requesters import read
    from conformance.requesters.profile import ProfileError
    from shadowproof.formats.files import Wanted
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import is_stdout, write_json, write_whole
    from shadowproof.tell.requester import RECORDED, answer, as_kept, comparison, schema_text, text_of
    from shadowproof.tell.requester_ci import report_of
    from shadowproof.tell.traces.saving import Kept, check_save, runs_of_requesters

    if new:
        say(read.TEMPLATE, end="")
        return
    if schema:
        say(schema_text(), end="")
        return
    if examples:
        say("\n".join(read.examples()))
        return
    if recorded and not profiles:
        profiles = [Path(name) for name in read.examples()]
    if not profiles:
        raise ProfileError(
            "Which requester? Name a table of its calls, or a public one (--list); --new prints a table to be filled in."
        )
    formats = Wanted(junit, sarif, code_quality, summary, annotate=annotate)
    beside = (json_file, walk_file, RECORDED if recorded else None, *formats.files.values())
    check_save(save_file, *beside, read=profiles)
    formats.check()
    found = [read.read_profile(path) for path in profiles]
    errors = console(errors=True)
    open_cache(cache, errors)
    told = [answer(one, lambda what: errors.print(f"{what} ...", style="dim")) for one in found]
    close_cache(errors)
    kept = Kept.checked(save_file, runs_of_requesters(told), *beside, read=profiles)
    if recorded:
        write_whole(RECORDED, as_kept(told))
    if json_file is not None:
        write_json(json_file, told if len(told) > 1 else told[0])
    broken, open_ = any(one["leaves_out"] for one in told), any(one["open"] for one in told)
    status = 1 if broken else 3 if open_ else 0
    formats.write(lambda: report_of([(str(path), one) for path, one in zip(profiles, told, strict=True)], status), say)
    to_errors = any(map(is_stdout, (json_file, save_file, walk_file))) or formats.to_stdout
    say("\n\n".join(text_of(one, here).rstrip("\n") for one in told), err=to_errors)
    if len(told) > 1:
        _print_table(comparison(told), to_errors)
    if kept is not None:
        kept.write(errors)
    if walk_file is not None:
        from shadowproof.walk.write import write_told

        say(here(write_told(walk_file, runs_of_requesters(told))), err=is_stdout(walk_file))
    raise typer.Exit(status)


def _print_table(rows: list[list[str]], errors: bool) -> None:
    from rich.table import Table

    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*row)
    console(errors=errors).print(table)
