"""The command line. Each command imports what it needs when it is called, so that --help is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from shadowproof.verify import Task

app = typer.Typer(
    name="shadowproof",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The Hyper-V VSS writer's protocol as a network of state machines, with every promise judged.\n\n"
    "Exit status: 0 holds, or all is as recorded; 1 refuted, or not as recorded; 2 bad input or nothing to judge; 3 undecided.",
)

Properties = Annotated[
    list[str] | None,
    typer.Option(
        "--property", "-p", help="Judge only this property, or all that show this requirement id. May be repeated."
    ),
]
Faults = Annotated[
    list[str] | None, typer.Option("--fault", "-f", help="Tolerate this fault. Repeated: all of them together.")
]
Readings = Annotated[
    list[str] | None, typer.Option("--reading", "-r", help="Take another reading, as READ-1=NEVER. May be repeated.")
]
InventoryFile = Annotated[
    Path | None, typer.Option("--inventory", "-i", help="A host's VMs, as collect-inventory.ps1 writes them.")
]


def _console(*, errors: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=errors, width=None if sys.stdout.isatty() else 140, soft_wrap=False)


@app.command()
def verify(
    properties: Properties = None,
    faults: Faults = None,
    readings: Readings = None,
    vms: Annotated[int, typer.Option(help="Search every state of up to this many VMs.")] = 2,
    full: Annotated[
        bool,
        typer.Option("--full", help="As many VMs in every column, also where one is enough by default. Takes long."),
    ] = False,
    inventory: InventoryFile = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything to this file.")] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Judge everything anew, and keep nothing in .shadowproof-cache.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of --json, and do nothing else.")
    ] = False,
) -> None:
    """Judge every promise, in every column: no fault, each fault alone, each reading alone, all faults.

    With --fault or --reading: in that one column. With --inventory: for the VMs of a real host, drawn in all pairs.
    Succeeds if every verdict is as recorded (reviewed and kept in the project).
    """
    from proofs.record import Record, load
    from shadowproof import ask, report
    from shadowproof import verify as command
    from shadowproof.files import check_writable

    if schema:
        typer.echo(report.schema_text(), nl=False)
        return
    names = ask.properties(properties or [])
    number = ask.vms(vms)
    tasks, compared = _tasks(names, faults or [], readings or [], number, full, inventory)
    if json_file is not None:
        check_writable(json_file)
    record = load() if compared else Record({})
    errors = _console(errors=True)
    cache = None if no_cache else command.open_cache(errors)
    done = command.judge(tasks, record, compared=compared, console=errors, cache=cache)
    if json_file is not None:
        command.write_json(json_file, report.as_json(done))
    command.print_verification(done, _console())
    command.close_cache(errors)
    raise typer.Exit(done.status)


def _tasks(
    names: list[str], faults: list[str], readings: list[str], vms: int, full: bool, inventory: Path | None
) -> tuple[list[Task], bool]:
    """What to judge, and whether it is what the record holds."""
    from proofs.check import Scope
    from shadowproof import ask
    from shadowproof import verify as command

    column = ask.column(faults, readings)
    if inventory is not None:
        from shadowproof.host import scope
        from shadowproof.inventory import read_inventory

        if full:
            raise ask.AskError("--full and --inventory exclude one another. Leave one out.")
        return [(column, names, scope(read_inventory(inventory), vms))], False
    if faults or readings:
        if full:
            raise ask.AskError(
                "--full is about every column; with --fault or --reading there is one. Leave --full out."
            )
        return [(column, names, Scope(vms=vms, proofs=True))], False
    return command.recorded_tasks(names, vms, full=full), vms == 2 and not full


@app.command()
def sweep(
    properties: Properties = None,
    faults: Annotated[bool, typer.Option("--faults", help="Pairs of faults.")] = False,
    readings: Annotated[bool, typer.Option("--readings", help="Pairs of other readings.")] = False,
    both: Annotated[bool, typer.Option("--both", help="Pairs of a fault and another reading.")] = False,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only pairs with this fault, or reading (ID or ID=VALUE). May be repeated."),
    ] = None,
    vms: Annotated[int, typer.Option(help="Search up to this many VMs.")] = 2,
    limit: Annotated[int | None, typer.Option(help="States that one search may visit; beyond, undecided.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes on this machine; by default one a core.")] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Judge on the Dask cluster with its scheduler there.")
    ] = None,
    worker_cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Each worker of the cluster keeps what it judges in its DIR.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write everything to this file.")] = None,
    fail_on_new: Annotated[bool, typer.Option("--fail-on-new", help="Exit with status 1 if anything is new.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Judge everything anew, and keep nothing.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of --json, and do nothing else.")
    ] = False,
) -> None:
    """Judge every pair of faults and every pair of readings: what do only two together break?

    New is what a pair breaks and neither of the two breaks alone. By default: all pairs of both kinds, over an hour on two cores.

    Try a few first: shadowproof sweep --of guest_hangs -p no-vm-left-saved

    What is judged is kept in .shadowproof-cache at once. Interrupt it, run the same again, and it goes on where it was.

    Who judges changes nothing of what is found or written: one process, many, or the workers of a Dask cluster.

    A cluster must be your own, where nobody else can reach it: it runs whatever it is sent. Start it from this checkout:

    1. pip install 'shadowproof\\[cluster]'

    2. dask scheduler --host 127.0.0.1

    3. dask worker tcp://127.0.0.1:8786 --nthreads 1 --nworkers 8

    4. shadowproof sweep --cluster tcp://127.0.0.1:8786

    Exit status: 0 all was judged; 1 something is new, with --fail-on-new; 2 bad input; 130 interrupted.
    """
    from shadowproof import ask
    from shadowproof import sweep as command
    from shadowproof.files import check_writable, write_whole
    from shadowproof.verify import close_cache, open_cache

    if schema:
        typer.echo(command.schema_text(), nl=False)
        return
    wanted = command.asked(
        faults=faults,
        readings=readings,
        both=both,
        of=of or [],
        names=ask.properties(properties or []),
        vms=vms,
        limit=limit,
    )
    who = command.workers(jobs, cluster, worker_cache)
    if json_file is not None:
        check_writable(json_file)
    errors = _console(errors=True)
    cache = None if no_cache else open_cache(errors)
    done = command.sweep(wanted, who, console=errors, cache=cache)
    close_cache(errors)
    if done is None:
        raise typer.Exit(130)
    if json_file is not None:
        write_whole(json_file, command.as_text(done))
    command.print_sweep(done, _console())
    raise typer.Exit(1 if fail_on_new and done.new else 0)


@app.command()
def count(
    properties: Properties = None,
    faults: Faults = None,
    readings: Readings = None,
    vms: Annotated[int, typer.Option(help="Visit every state of this many VMs.")] = 2,
    apart: Annotated[
        bool, typer.Option("--apart", help="Tell states apart that differ only in which VM is which.")
    ] = False,
    engine: Annotated[
        str | None, typer.Option(help="numpy, or numba where it is installed; by default the quicker one.")
    ] = None,
    memory: Annotated[int, typer.Option(metavar="MIB", help="What a visit may take; beyond, it is not begun.")] = 4096,
) -> None:
    """How many states there are, exactly: of the slice that each property looks at, or of those asked for.

    A statement about states (kind "always") is judged in each of them, without views: a second opinion for a few VMs. With one
    VM the table also says how many states there are if each configuration is counted by itself.
    """
    from shadowproof import ask
    from shadowproof.count import count_all

    asked = ask.properties(properties or [])
    column, number = ask.column(faults or [], readings or []), ask.vms(vms)
    chosen, allowed = ask.engine(engine), ask.memory(memory)
    console, errors = _console(), _console(errors=True)
    raise typer.Exit(
        count_all(asked, column, number, apart=apart, engine=chosen, memory=allowed, console=console, errors=errors)
    )


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
        to, protocol, properties or [], ask.column(faults or [], readings or []),
        vms=vms, steps=steps, every_configuration=every_configuration,
    )  # fmt: skip
    if output is not None:
        check_writable(output)
    text = command.exported(what)
    if output is not None:
        write_whole(output, text)
    else:
        typer.echo(text, nl=False)


@app.command()
def explain(
    property_name: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property to explain.")],
    faults: Faults = None,
    readings: Readings = None,
    vms: Annotated[int, typer.Option(help="Search up to this many VMs.")] = 2,
) -> None:
    """Tell the shortest run that breaks a property (or shows that something is possible), and why."""
    from shadowproof import ask
    from shadowproof.explain import explained

    (name,) = ask.properties([property_name])[:1]
    text, status = explained(name, ask.column(faults or [], readings or []), ask.vms(vms))
    typer.echo(text)
    raise typer.Exit(status)


@app.command()
def why(
    property_name: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property to argue for.")],
    faults: Faults = None,
    readings: Readings = None,
    formulas: Annotated[bool, typer.Option("--formulas", help="Show each clause as a formula as well.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Name every event that keeps a clause.")] = False,
    limit: Annotated[float, typer.Option(help="Seconds to look for the argument.")] = 60.0,
) -> None:
    """Argue why a property holds for any number of VMs: the few clauses that carry it, and what keeps them.

    Takes up to a minute, and is then kept in .shadowproof-cache. Exit status 3 if no argument was found.
    """
    from proofs.reasons import NoReason
    from proofs.told import told
    from properties.catalogue import PROPERTIES, watched
    from shadowproof import ask, prove
    from shadowproof import verify as command
    from shadowproof.why import why as argued

    (name,) = ask.properties([property_name])[:1]
    errors = _console(errors=True)
    seconds = prove.check_limit(limit)
    command.open_cache(errors)
    try:
        with errors.status(f"looking for the argument for {name} (up to {seconds:.0f} s)"):
            found, cached = told(
                watched(None), ask.column(faults or [], readings or []), PROPERTIES[name], seconds=seconds
            )
    except NoReason as problem:
        typer.echo(f"{name}: no argument was found: {problem}.")
        raise typer.Exit(3) from None
    for line in argued(PROPERTIES[name], found, cached=cached, formulas=formulas, everything=everything):
        typer.echo(line)
    command.close_cache(errors)


@app.command()
def assumptions(
    property_name: Annotated[
        str | None, typer.Argument(metavar="[PROPERTY]", help="The property; none: the matrix of all of them.")
    ] = None,
    limit: Annotated[float, typer.Option(help="Seconds to look for the argument.")] = 60.0,
) -> None:
    """Say what a promise takes: the rules that its argument needs, and the faults and readings that break it."""
    from model.protocol import PROTOCOL
    from proofs.reasons import NoReason
    from proofs.record import load
    from proofs.told import told
    from proofs.world import Column
    from properties.catalogue import PROPERTIES, watched
    from shadowproof import ask, prove
    from shadowproof import assumptions as takes
    from shadowproof import verify as command

    record = load()
    if property_name is None:
        takes.print_matrix(record, _console())
        return
    (name,) = ask.properties([property_name])[:1]
    errors = _console(errors=True)
    seconds = prove.check_limit(limit)
    command.open_cache(errors)
    found, problem = None, ""
    try:
        with errors.status(f"looking for the argument for {name} (up to {seconds:.0f} s)"):
            found, _ = told(watched(None), Column(), PROPERTIES[name], seconds=seconds)
    except NoReason as reason:
        problem = str(reason)
    for line in takes.of_property(name, found, problem, record, PROTOCOL):
        typer.echo(line)
    command.close_cache(errors)
    raise typer.Exit(0 if found is not None else 3)


@app.command()
def prove(
    properties: Annotated[
        list[str] | None, typer.Option("--property", "-p", help="Only this property, or requirement; may be repeated.")
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    every: Annotated[bool, typer.Option("--all", help="Every column, not only the one without faults.")] = False,
    solvers: Annotated[
        list[str] | None, typer.Option("--solver", help="Ask only this solver, z3 or cvc5; may be repeated.")
    ] = None,
    smtlib: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the obligations here as SMT-LIB 2.6 text.")
    ] = None,
    limit: Annotated[float, typer.Option(help="Seconds for one obligation; beyond, it stays open.")] = 20.0,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask everything anew.")] = False,
) -> None:
    """Have Z3 and cvc5 confirm the proofs for any number of VMs, disks and adapters.

    Obligations: the closed set of views holds at the start, each event keeps it, and each claim follows from it. Exit
    status 0: all confirmed; 3: a solver gave up on some; 2: solvers disagree (what was asked is kept), or bad input.
    """
    from proofs.solvers import SOLVERS
    from shadowproof import ask
    from shadowproof import prove as command
    from shadowproof import verify as verification

    names = ask.properties(properties or [])
    columns = command.columns(ask.column(faults or [], readings or []), every=every)
    seconds = command.check_limit(limit)
    if smtlib is not None:
        command.check_folder(smtlib)
    errors = _console(errors=True)
    cache = None if no_cache else verification.open_cache(errors)
    chosen = solvers or list(SOLVERS)
    sets = command.prove(columns, names, chosen, limit=seconds, texts=smtlib, cache=cache, console=errors)
    status = command.print_sets(sets, columns, names, _console())
    verification.close_cache(errors)
    raise typer.Exit(status)


@app.command()
def method(
    inventory: Annotated[
        Path, typer.Option("--inventory", "-i", help="A host's VMs, as collect-inventory.ps1 writes them.")
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the answer to this file.")] = None,
) -> None:
    """Say for each VM of a host how it would be backed up, and what that does to it."""
    from shadowproof.inventory import read_inventory
    from shadowproof.method import as_json, render
    from shadowproof.verify import write_json

    found = read_inventory(inventory)
    text = render(found)
    if json_file is not None:
        write_json(json_file, as_json(found))
    typer.echo(text)


@app.command()
def obligations(
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write both tables to this file.")] = None,
) -> None:
    """Say what a requester must do after each kind of failure, and which promise breaks if a duty is not done.

    For makers of backup software. Two tables:

    1. How a requester learns of failures that are not its own, and all its steps from there to the session's end.

    2. Each duty, the fault of failing in it, and the promises that hold without faults and break with this one.

    The first is run on the machines, the second read from the record. Where no promise breaks, it says so.

    Tell the run behind a broken promise with: shadowproof explain PROPERTY --fault NAME
    """
    from proofs.record import load
    from shadowproof.files import check_writable
    from shadowproof.obligations import as_json, print_obligations
    from shadowproof.verify import write_json

    if json_file is not None:
        check_writable(json_file)
    record = load()
    if json_file is not None:
        write_json(json_file, as_json(record))
    print_obligations(record, _console())


@app.command()
def requirements() -> None:
    """List every requirement with its sentences, rules and properties; fail if one is bare."""
    from model.protocol import PROTOCOL
    from shadowproof.tables import bare, requirements_table, unclaimed_sentences

    typer.echo(requirements_table(PROTOCOL))
    raise typer.Exit(1 if bare(PROTOCOL) or unclaimed_sentences() else 0)


@app.command("left-out")
def left_out() -> None:
    """List what the model leaves out, and how each open question of the protocol is answered."""
    from model.protocol import PROTOCOL
    from shadowproof.tables import answers_table, left_out_list

    typer.echo(left_out_list(PROTOCOL))
    typer.echo(answers_table())


@app.command()
def draw(
    actor: Annotated[str | None, typer.Argument(help="The actor to draw; none: all of them.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write an SVG picture here (needs Graphviz).")] = None,
) -> None:
    """Draw state diagrams: Mermaid text, or SVG where Graphviz is installed."""
    from model.protocol import PROTOCOL
    from shadowproof import ask, drawing
    from shadowproof.files import write_whole

    if svg is not None:
        if actor is None:
            raise ask.AskError("--svg draws one actor. Name it: shadowproof draw writer_state --svg writer.svg")
        try:
            picture = drawing.svg(PROTOCOL.actors[ask.actor(actor)]).decode("utf-8")
        except drawing.CannotDraw as problem:
            raise ask.AskError(str(problem)) from None
        write_whole(svg, picture)
        return
    names = [ask.actor(actor)] if actor else list(PROTOCOL.actors)
    for name in names:
        typer.echo(drawing.mermaid(PROTOCOL.actors[name]))


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(help="properties, faults, readings, actors, events or requirements")],
) -> None:
    """List the names that other commands take."""
    from shadowproof.listing import listing

    typer.echo(listing(what))


@app.command()
def accept(reason: Annotated[str, typer.Option(help="Why the verdicts changed: kept in the record.")]) -> None:
    """Record the verdicts as they are now, with the reason for the change."""
    from shadowproof.accepting import accept_now

    accept_now(reason, _console(errors=True))


@app.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a page is out of date.")] = False,
) -> None:
    """Write the pages in docs/ that come from the model and the record."""
    from shadowproof.docs import stale, write

    root = Path.cwd()
    if not (root / "model" / "protocol.py").exists():
        raise ValueError("The pages are written into a checkout of the project. Call this from its top folder.")
    if not check:
        typer.echo(f"{len(write(root))} pages written.")
        return
    old = stale(root)
    for path in old:
        typer.echo(f"{path.relative_to(root)} is out of date. Run: make docs")
    raise typer.Exit(1 if old else 0)


def main() -> None:
    """Run the command; bad input ends in one sentence and exit status 2, never in a traceback."""
    try:
        app()
    except ValueError as problem:
        typer.echo(f"shadowproof: {' '.join(str(problem).split())}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("shadowproof: interrupted. What was judged is kept; the same command goes on from there.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
