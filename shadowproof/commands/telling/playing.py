"""The commands that let events happen: somebody's own, or such as are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import Faults, JsonFile, NoFault, Readings, SaveFile, Schema, app, file_name, here, say

Vms = Annotated[
    list[str] | None,
    typer.Option(
        "--vm",
        metavar="START",
        help="A VM, by what is unusual of it: power=PAUSED,disks=2,disk_kind#2=ISCSI. Repeat it for more VMs; none: one, as usual.",
    ),
]


@app.command()
def play(
    events: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EVENT]...", help="Events in their order; NAME@1 is what happens to VM 1, NAME@1.2 to its part 2."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            parser=file_name,
            help="Read the events here, one a line, # for remarks; or a whole run, as --json writes it; - is stdin.",
        ),
    ] = None,
    vm: Vms = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    everything: Annotated[bool, typer.Option("--all", help="Say of every promise how it stands.")] = False,
    json_file: JsonFile = None,
    save_file: SaveFile = None,
    schema: Schema = False,
) -> None:
    """Say what happens if these events come: the story, what is refused and why, and how every promise stands at the end.

    What cannot happen is refused, changes nothing, and the next event is tried.

    Try: shadowproof play --vm power=PAUSED backup_initialized context_set vm_saved@1

    Exit status: 0 every event happened, and no promise is broken; 1 a promise is broken, at the end or on the way; 2 an event was
    refused (so this is not the run that was asked for, whatever it broke), or bad input.
    """  # fmt: skip
    from model.protocol import PROTOCOL
    from model.versions import option
    from shadowproof import ask
    from shadowproof.outside.files import is_stdout, write_json
    from shadowproof.tell.playing import start
    from shadowproof.tell.playing.play import main_protocol
    from shadowproof.tell.playing.play import play as played
    from shadowproof.tell.playing.play_report import as_json, schema_text, text_of
    from shadowproof.tell.playing.typed import Typed, read_events
    from shadowproof.tell.traces.saving import check_save, save

    if schema:
        say(schema_text(), end="")
        return
    if events and file is not None:
        raise ask.AskError("Events are written, and --file names a file of them. Leave one of the two out.")
    if not events and file is None:
        raise ask.AskError("What shall happen? Write events, or name a file of them with --file.")
    read = read_events(file) if file is not None else [(text, "") for text in events or []]
    if isinstance(read, Typed):
        if vm or faults or readings or no_fault:
            raise ask.AskError(
                f"{file} says how the run starts, and what it assumes. Leave --vm, --fault and --reading out."
            )
        vm, column, texts = list(read.vms), read.column, list(read.events)
    else:
        column, texts = ask.column(faults or [], readings or [], no_fault), read
    shapes, starts = start.vm_starts(vm or [], PROTOCOL)
    wanted = start.wanted(texts, shapes, PROTOCOL)
    check_save(save_file, json_file, read=[file])
    done = played(main_protocol(), shapes, starts, column, wanted)
    if json_file is not None:
        write_json(json_file, as_json(done))
    say(text_of(done, everything=everything, spell=here), end="", err=is_stdout(json_file) or is_stdout(save_file))
    save(save_file, done.run, column, f"shadowproof play{option()}")
    raise typer.Exit(done.status)


@app.command()
def simulate(
    what: Annotated[str, typer.Argument(metavar="backup|restore", help="What is simulated.")] = "backup",
    vm: Vms = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    seed: Annotated[
        int | None,
        typer.Option(help="Which run: the same one each time. None: another one each time, whose seed is said."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Say of every promise how it stands.")] = False,
    json_file: JsonFile = None,
    save_file: SaveFile = None,
) -> None:
    """Tell some run of a backup or a restore, from its first event until no session is open: what is possible, drawn at random.

    Each fault that is tolerated happens, if one of 200 runs that are drawn has them all.

    Try: shadowproof simulate --vm power=PAUSED --fault requester_vanishes

    --json writes what `play --file` reads: a run that was drawn can be changed, and played. Takes some 3 seconds; with faults that
    seldom happen, some 10.

    Exit status: 0 no promise is broken; 1 a promise is broken, at the end or on the way; 2 bad input.
    """
    import secrets

    from model.protocol import PROTOCOL
    from model.versions import option
    from shadowproof import ask
    from shadowproof.outside.files import is_stdout, write_json
    from shadowproof.tell.playing import simulate as command
    from shadowproof.tell.playing import start
    from shadowproof.tell.playing.play import main_protocol
    from shadowproof.tell.playing.play import play as played
    from shadowproof.tell.playing.play_report import as_json, text_of
    from shadowproof.tell.traces.saving import check_save, save

    first = command.kind(what)
    shapes, starts = start.vm_starts(vm or [], PROTOCOL)
    column = ask.column(faults or [], readings or [], no_fault)
    check_save(save_file, json_file)
    number = secrets.randbelow(1_000_000) if seed is None else seed
    found = command.simulate(main_protocol(), shapes, starts, column, first, number)
    done = played(main_protocol(), shapes, starts, column, [start.Wanted(*step, "") for step in found.steps])
    if json_file is not None:
        write_json(json_file, as_json(done))
    said = [text_of(done, title="simulate", everything=everything, spell=here), *command.ending(found, number)]
    say("".join(said), err=is_stdout(json_file) or is_stdout(save_file))
    save(save_file, done.run, column, f"shadowproof simulate {what} --seed {number}{option()}")
    raise typer.Exit(done.status)
