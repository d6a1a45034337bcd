"""The command that says what texts around a failed backup mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import CacheFolder, JsonFile, SaveFile, Schema, WalkFile, app, console, file_name, here, say


@app.command()
def diagnose(
    texts: Annotated[
        list[Path] | None,
        typer.Argument(
            parser=file_name,
            metavar="[FILE]...",
            help="What was printed or logged: vssadmin list writers, diskshadow, BETest, event logs as text or .evtx, a backup program's "
            "log, Get-VM, an inventory. Several files are one observation; - is stdin.",
        ),
    ] = None,
    see: Annotated[
        list[str] | None,
        typer.Option(
            "--see",
            metavar="MACHINE=STATE",
            help="What you know: writer_state=STABLE, or web1:power=SAVED of a VM. May be repeated.",
        ),
    ] = None,
    stories: Annotated[
        bool, typer.Option("--stories", help="Tell the run of each explanation, not of the first only.")
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Look for a run of every explanation, however long that takes.")
    ] = False,
    json_file: JsonFile = None,
    save_file: SaveFile = None,
    walk_file: WalkFile = None,
    cache: CacheFolder = None,
    schema: Schema = False,
) -> None:
    """Say what a failed backup's texts mean: where in the protocol it stands, what explains it, what is left, what to do.

    Try: vssadmin list writers > writers.txt, then shadowproof diagnose writers.txt --walk failed.html

    Exit status: 0 something fits; 1 no run of the model shows this; 2 bad input, or nothing in it that can be put to the test; 3 what
    was seen is neither excluded nor shown by a run.
    """
    from conformance.content import ReadError
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import check_apart, is_stdout, write_json
    from shadowproof.tell.diagnosing import asked

    if schema:
        from shadowproof.tell.diagnosing.diagnosis import schema_text

        say(schema_text(), end="")
        return
    if not texts and not see:
        raise ReadError("What was seen? Name files, - for stdin, or say it with --see MACHINE=STATE.")
    check_apart(json_file, walk_file, read=texts or [])
    if save_file is not None:  # what is told again at once is told without the model, which saving loads
        from shadowproof.tell.traces.saving import check_save

        check_save(save_file, json_file, walk_file, read=texts or [])
    errors = console(errors=True)
    open_cache(cache, errors)
    key = asked.key_of(texts or [], see or [], {"stories": stories, "thorough": thorough})
    given = asked.recall(key)
    if given is None:
        from shadowproof.tell.diagnosing.diagnosis import answer, seen_in
        from shadowproof.tell.diagnosing.diagnosis_text import text_of

        told = answer(
            seen_in(texts or [], see or []), thorough=thorough, stories=stories,
            progress=lambda what: errors.print(f"{what} ...", style="dim"),
        )  # fmt: skip
        given = asked.Given(told, text_of(told))
        asked.keep(key, given)
    close_cache(errors)
    kept = None
    if save_file is not None:
        from shadowproof.tell.traces.saving import Kept, told_runs

        kept = Kept.checked(save_file, told_runs(given.told), json_file, walk_file, read=texts or [])
    if json_file is not None:
        write_json(json_file, given.told)
    say(here(given.text), end="", err=any(map(is_stdout, (json_file, save_file, walk_file))))
    if kept is not None:
        kept.write(errors)
    if walk_file is not None:
        from shadowproof.tell.traces.saving import told_runs
        from shadowproof.walk.write import write_told

        say(here(write_told(walk_file, told_runs(given.told))), err=is_stdout(walk_file))
    raise typer.Exit(given.status)
