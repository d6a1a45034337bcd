"""Commands that judge: every column, pairs of them, every state, one proof."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import (
    Annotate,
    BadgeFile,
    CacheFolder,
    CodeQualityFile,
    Faults,
    InventoryFile,
    JsonFile,
    JunitFile,
    NoCache,
    NoFault,
    Properties,
    Readings,
    SarifFile,
    Schema,
    SummaryFile,
    app,
    console,
    file_name,
    properties_like,
    say,
)


@app.command()
def verify(
    properties: Properties = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    vms: Annotated[
        int,
        typer.Option(
            help="Search so many VMs where closed sets do not decide; if not 2: every state. With --inventory: a run."
        ),
    ] = 2,
    full: Annotated[
        bool,
        typer.Option("--full", help="As many VMs in every column, also where one is enough by default. Takes long."),
    ] = False,
    all_faults: Annotated[
        bool,
        typer.Option(
            "--all-faults",
            help="Show anew what holds with all faults together, which is kept while the protocol is as it was. Takes minutes.",
        ),
    ] = False,
    anew: Annotated[
        bool,
        typer.Option(
            "--anew",
            help="Search for every run, in place of executing first those that are kept with the record. Takes a minute more.",
        ),
    ] = False,
    no_solvers: Annotated[
        bool,
        typer.Option(
            "--no-solvers",
            help="Ask no solver for a second opinion: what holds without faults is closed, not proved. --watch asks none.",
        ),
    ] = False,
    inventory: InventoryFile = None,
    every_fault: Annotated[
        bool,
        typer.Option("--every-fault", help="With --inventory: without faults, and with each fault alone. Takes long."),
    ] = False,
    tables: Annotated[
        bool, typer.Option("--tables", help="Also print tables: every promise, every finding, every column.")
    ] = False,
    failing: Annotated[
        bool, typer.Option("--failing", help="Print what is not as recorded, and what fails, in full; nothing else.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing if the status is 0, else only what is the matter.")
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first verdict that is worse than recorded.")
    ] = False,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help="Also fail (status 1) at what is better than recorded, or took other numbers: for CI."
        ),
    ] = False,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="Judge only where what is said is not what it was when the record was made; says which, and why.",
        ),
    ] = False,
    glance: Annotated[
        bool,
        typer.Option(
            "--glance",
            help="In seconds: only what runs of one VM break without faults, and what holds is not shown. For a hook before a commit.",
        ),
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge anew whenever a file of model or properties is saved; Ctrl-C ends.")
    ] = False,
    last: Annotated[Path | None, typer.Option("--last", parser=file_name, hidden=True)] = None,
    watcher: Annotated[int, typer.Option("--watcher", hidden=True)] = 0,
    json_file: JsonFile = None,
    junit: JunitFile = None,
    sarif: SarifFile = None,
    code_quality: CodeQualityFile = None,
    summary: SummaryFile = None,
    badge: BadgeFile = None,
    annotate: Annotate = "none",
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    schema: Schema = False,
) -> None:
    """Judge every promise, in every column: no fault, each fault alone, each reading alone, all faults.

    With --fault, --reading or --no-fault: in that one column. With --inventory: for all VMs of a real host, each kind as it is.

    Says what became worse than recorded (reviewed and kept in the project), what better, what is merely different, promise by
    promise, and which rules were changed; then how the promises stand. The first is asked of any question that the record has an
    answer to: of one column and of few promises (-p) too; of a host, whether its VMs break what is recorded as kept by VMs of every kind.

    Exit status: 0 as recorded or better (where the record has no answer: all holds); 1 something is worse than recorded, or not as
    recorded (where the record has no answer: refuted); 2 bad input, or nothing was put to the test; 3 something is undecided that
    was decided (or never asked), and nothing is worse; 4 the tool itself failed.
    """
    if watch and not schema:  # before the model is loaded, which may be broken for now
        from shadowproof.verify.loop.watch import refuse_streams
        from shadowproof.verify.loop.watch import watch as watched

        refuse_streams(json_file, inventory, junit, sarif, code_quality, summary, badge)
        watched(sys.argv[1:], console(errors=True))
    from model.protocol import PROTOCOL
    from proofs.answers.record import Record
    from shadowproof import ask
    from shadowproof.formats import files
    from shadowproof.formats.of_verify import report_of
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import is_stdout, write_json
    from shadowproof.verify import report
    from shadowproof.verify.asked import question
    from shadowproof.verify.changed import since_record
    from shadowproof.verify.loop.last import keep, last_run, since_last
    from shadowproof.verify.printing import Wanted, print_lines, print_verification

    if schema:
        say(report.schema_text(), end="")
        return
    names = ask.properties(properties or [])
    formats = files.Wanted(junit, sarif, code_quality, summary, badge, annotate)
    if glance:
        from proofs.answers.record import load
        from shadowproof.outside.spelling import many
        from shadowproof.verify.glance import told_of, worse_at_a_glance

        if (
            faults or readings or no_fault or vms != 2 or full or all_faults or anew or no_solvers or inventory or every_fault or tables
            or failing or exact or changed or json_file or formats != files.Wanted()
        ):  # fmt: skip
            raise ask.AskError(
                "--glance looks at runs of one VM without faults, and writes no file. Leave all out but -p and --quiet."
            )
        record = load()
        worse = worse_at_a_glance(names, record)
        for line in told_of(worse, record, many(len(names), "promise")) if worse or not quiet else ():
            say(line)
        raise typer.Exit(int(bool(worse)))
    if exact and no_solvers:
        raise ask.AskError("--exact asks for what solvers confirm, too. Leave --no-solvers out, or --exact.")
    number = ask.vms(vms)
    formats.check(json_file, read=[inventory])
    notes: list[str] = []
    asked = question(
        names, ask.column(faults or [], readings or [], no_fault), number,
        one=bool(faults or readings or no_fault), full=full, changed=changed, inventory=inventory, every_fault=every_fault,
        all_faults=all_faults, anew=anew, solvers=not no_solvers, say=notes.append if quiet else partial(say, err=True),
    )  # fmt: skip
    before = Record({}) if last is None else last_run(last, watcher)
    out, errors = console(errors=is_stdout(json_file) or formats.to_stdout), console(errors=True)
    which: Sequence[str] = ()
    if changed:
        with errors.status("looking where what is said is not what it was when the record was made (some 15 s)"):
            asked, found = asked.only_changed()
        which = list(found.lines())
    folder = None if no_cache else open_cache(cache, errors)
    done = asked.judged(errors, folder, fail_fast=fail_fast, last=before, quiet=quiet)
    since = None if done.against.as_recorded else since_record(PROTOCOL)
    if json_file is not None:
        write_json(json_file, report.as_json(done, since))
    formats.write(partial(report_of, done, since), say)
    if last is not None:
        print_lines(since_last(done, before), out)
        keep(done, before, last)
    print_verification(done, out, Wanted(tables, failing, quiet), since=since, which=which)
    close_cache(errors, quiet=quiet)
    status = done.status or int(exact and not done.against.exactly)
    for note in notes if status else ():
        say(note, err=True)
    raise typer.Exit(status)


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
        Path | None,
        typer.Option(
            metavar="DIR", parser=file_name, help="Each worker of the cluster keeps what it judges in its DIR."
        ),
    ] = None,
    json_file: JsonFile = None,
    fail_on_new: Annotated[bool, typer.Option("--fail-on-new", help="Exit with status 1 if anything is new.")] = False,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    schema: Schema = False,
) -> None:
    """Judge every pair of faults and every pair of readings: what do only two together break?

    New is what a pair breaks and neither of the two breaks alone. By default: all pairs of both kinds, which takes long.

    Try a few first: shadowproof sweep --of guest_hangs -p no-vm-left-saved

    What is judged is kept at once (--cache). Interrupt it, run the same again, and it goes on where it was.

    Who judges changes nothing of what is found or written: one process, many, or the workers of a Dask cluster.

    A cluster must be your own, where nobody else can reach it: it runs whatever it is sent. Start it from this checkout:

    1. pip install 'shadowproof\\[cluster]'

    2. dask scheduler --host 127.0.0.1

    3. dask worker tcp://127.0.0.1:8786 --nthreads 1 --nworkers 8

    4. shadowproof sweep --cluster tcp://127.0.0.1:8786

    Exit status: 0 all was judged; 2 bad input, or nothing was put to the test; 130 interrupted; with --fail-on-new also 1
    something is new, 3 something is undecided.
    """
    from shadowproof import ask
    from shadowproof import sweep as command
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import check_writable, is_stdout, write_whole

    if schema:
        say(command.schema_text(), end="")
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
    errors = console(errors=True)
    kept = None if no_cache else open_cache(cache, errors)
    done = command.sweep(wanted, who, console=errors, cache=kept)
    close_cache(errors)
    if done is None:
        raise typer.Exit(130)
    if json_file is not None:
        write_whole(json_file, command.as_text(done))
    command.print_sweep(done, console(errors=is_stdout(json_file)))
    raise typer.Exit(done.status(fail_on_new=fail_on_new))


@app.command()
def count(
    properties: Properties = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
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
    column, number = ask.column(faults or [], readings or [], no_fault), ask.vms(vms)
    chosen, allowed = ask.engine(engine), ask.memory(memory)
    out, errors = console(), console(errors=True)
    raise typer.Exit(
        count_all(asked, column, number, apart=apart, engine=chosen, memory=allowed, console=out, errors=errors)
    )


@app.command()
def prove(
    properties: Annotated[
        list[str] | None,
        typer.Option(
            "--property",
            "-p",
            autocompletion=properties_like,
            help="Only this property, or requirement; may be repeated.",
        ),
    ] = None,
    faults: Faults = None,
    readings: Readings = None,
    no_fault: NoFault = False,
    every: Annotated[bool, typer.Option("--all", help="Every column, not only the one without faults.")] = False,
    solvers: Annotated[
        list[str] | None, typer.Option("--solver", help="Ask only this solver, z3 or cvc5; may be repeated.")
    ] = None,
    smtlib: Annotated[
        Path | None,
        typer.Option(metavar="DIR", parser=file_name, help="Write the obligations here as SMT-LIB 2.6 text."),
    ] = None,
    limit: Annotated[float, typer.Option(help="Seconds for one obligation; beyond, it stays open.")] = 20.0,
    cache: CacheFolder = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask everything anew.")] = False,
) -> None:
    """Have Z3 and cvc5 confirm the proofs for any number of VMs, disks and adapters.

    Obligations: the closed set of views holds at the start, each event keeps it, and each claim follows from it. Exit
    status 0: all confirmed; 3: a solver gave up on some; 2: solvers disagree (what was asked is kept), or bad input.
    """
    from proofs.solvers.solvers import SOLVERS
    from shadowproof import ask
    from shadowproof import prove as command
    from shadowproof.outside.cache_folder import close_cache, open_cache

    names = ask.properties(properties or [])
    columns = command.columns(ask.column(faults or [], readings or [], no_fault), every=every, one=no_fault)
    seconds = command.check_limit(limit)
    if smtlib is not None:
        command.check_folder(smtlib)
    errors = console(errors=True)
    kept = None if no_cache else open_cache(cache, errors)
    chosen = solvers or list(SOLVERS)
    sets = command.prove(columns, names, chosen, limit=seconds, texts=smtlib, cache=kept, console=errors)
    status = command.print_sets(sets, columns, names, console())
    close_cache(errors)
    raise typer.Exit(status)
