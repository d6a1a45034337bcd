"""Commands that show what the model says, and keep what was judged and written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from shadowproof.commands import CacheFolder, app, console, file_name, say


@app.command()
def requirements() -> None:
    """List every requirement with its sentences, rules and properties; fail if one is bare."""
    from model.protocol import PROTOCOL
    from shadowproof.pages.overviews import bare, requirements_table, unclaimed_sentences

    say(requirements_table(PROTOCOL))
    raise typer.Exit(1 if bare(PROTOCOL) or unclaimed_sentences() else 0)


@app.command("left-out")
def left_out() -> None:
    """List what the model leaves out, and how each open question of the protocol is answered."""
    from model.protocol import PROTOCOL
    from shadowproof.pages.overviews import answers_table, left_open_list, left_out_list

    say(left_out_list(PROTOCOL))
    say(answers_table())
    if open_here := left_open_list():
        say(open_here)


@app.command()
def letter(
    anew: Annotated[
        bool, typer.Option("--anew", help="Work all combinations and proofs out anew, and keep them.")
    ] = False,
    cache: CacheFolder = None,
) -> None:
    """The letter to the document's owner: what can be kept at all, what to change, and each finding with its run and its proof.

    It is printed at once, from what is kept; --anew takes some ten minutes on a quiet machine, says how far it is, and goes on
    where it was, if it is interrupted. With --version: which findings are findings in that version too. Exit status: 0; 2 what is
    kept is of another protocol.
    """
    from model.protocol import VERSION
    from proofs.verdicts.combined.combinations import PATH, CombinationsError, dump
    from shadowproof import ask
    from shadowproof.letter import in_version
    from shadowproof.letter import letter as command
    from shadowproof.outside.cache_folder import close_cache, open_cache
    from shadowproof.outside.files import write_whole

    if not VERSION.base:
        if anew:
            raise ask.AskError("Combinations are worked out of the document only. Leave --anew out, or --version.")
        say(in_version.letter(), end="")
        return
    if anew:
        errors = console(errors=True)
        open_cache(cache, errors)
        write_whole(PATH, dump(command.made_anew(lambda what: errors.print(what, highlight=False))))
        close_cache(errors)
    try:
        say(command.letter(command.kept()), end="")
    except CombinationsError as problem:
        raise ask.AskError(str(problem)) from None


@app.command()
def draw(
    actor: Annotated[str | None, typer.Argument(help="The actor to draw; none: all of them.")] = None,
    svg: Annotated[
        Path | None, typer.Option(parser=file_name, metavar="FILE", help="Write an SVG picture here (needs Graphviz).")
    ] = None,
) -> None:
    """Draw state diagrams: Mermaid text, or SVG where Graphviz is installed."""
    from model.protocol import PROTOCOL
    from shadowproof import ask
    from shadowproof.outside.files import check_writable, write_whole
    from shadowproof.pages import drawing

    if svg is not None:
        check_writable(svg)
        if actor is None:
            raise ask.AskError("--svg draws one actor. Name it: shadowproof draw writer_state --svg writer.svg")
        try:
            picture = drawing.svg(PROTOCOL.actors[ask.actor(actor)]).decode("utf-8")
        except drawing.CannotDraw as problem:
            raise ask.AskError(str(problem)) from None
        write_whole(svg, picture)
        return
    names = list(PROTOCOL.actors) if actor is None else [ask.actor(actor)]
    for name in names:
        say(drawing.mermaid(PROTOCOL.actors[name]))


@app.command("list")
def list_(
    what: Annotated[
        str, typer.Argument(help="properties, faults, readings, actors, events, versions, requirements or sentences")
    ],
) -> None:
    """List the names that other commands take."""
    from shadowproof.pages.listing import listing

    say(listing(what))


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A promise, event, requirement, reading, fault, actor, sentence (S36), or open question (Q13)."
        ),
    ],
) -> None:
    """Say of anything that has a name what it says, where it stands (file:line), and what links to it."""
    from shadowproof.tell.show import show as shown
    from shadowproof.verify.printing import print_lines

    for number, found in enumerate(shown(name)):
        print_lines([*([""] if number else []), *found.lines()], console())


@app.command()
def collector(
    old: Annotated[
        bool, typer.Option("--2008r2", help="For Windows Server 2008 and 2008 R2, which have no module Hyper-V.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", parser=file_name, metavar="FILE", help="Write to this file.")
    ] = None,
) -> None:
    """Print the PowerShell script that collects the VMs of a host for --inventory: shadowproof collector > collect-inventory.ps1

    It only asks, and writes one file; what it needs, and why, stands on its top.
    """
    from importlib.resources import files

    from shadowproof.outside.files import check_writable, write_whole

    name = "collect-inventory-2008r2.ps1" if old else "collect-inventory.ps1"
    text = files("shadowproof").joinpath(name).read_text("ascii")
    if output is None:
        say(text, end="")
        return
    check_writable(output)
    write_whole(output, text)


@app.command()
def accept(
    reason: Annotated[
        str | None, typer.Option(help="Why the verdicts changed: kept in the record. None: asked for at the terminal.")
    ] = None,
    show_only: Annotated[bool, typer.Option("--show", help="Show what would be recorded, and write nothing.")] = False,
    cache: CacheFolder = None,
) -> None:
    """Record the verdicts as they are now, with the reason for the change.

    What `verify` has judged is not judged again. First it shows what is not as recorded, in words and in kinds, then it writes.

    Where the protocol has changed, what holds with all faults together is shown anew: minutes more, if `verify --all-faults` has not;
    --show leaves it out.
    """
    from shadowproof.verify.acceptance import accept_now

    asking = _asked_at_the_terminal if sys.stdin is not None and sys.stdin.isatty() else None
    accept_now(reason, console(errors=True), asking=asking, cache=cache, show_only=show_only)


def _asked_at_the_terminal(question: str) -> str:
    say(question, end="", err=True)
    return sys.stdin.readline()


@app.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a page is out of date.")] = False,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            parser=file_name,
            metavar="DIR",
            help="Make the site in this folder instead (needs shadowproof[docs]).",
        ),
    ] = None,
    arguments: Annotated[
        bool,
        typer.Option(
            "--arguments",
            help="Work the arguments and the requesters' runs that the site shows out anew, and keep them (long).",
        ),
    ] = False,
) -> None:
    """Write the pages in docs/ that come from the model and the record, and the manual page; with --site, make the site of all of them.

    The site is plain files that work from the disk and on any static host: docs --site build/site, then open
    build/site/html/index.html. Every run on it opens in the page that `walk` writes. It has state diagrams where Graphviz is
    installed. A link on it that leads nowhere is an error. With --version it is the site of that version.
    """
    from model.protocol import VERSION
    from shadowproof import ask
    from shadowproof.commands import manual
    from shadowproof.docs import stale, write

    root = Path.cwd()
    if not (root / "model" / "protocol.py").exists():
        raise ValueError("The pages are written into a checkout of the project. Call this from its top folder.")
    if site is None and not VERSION.base:
        raise ask.AskError("The pages in docs/ are of the document. Ask for the site of a version: --site DIR")
    if check and (site is not None or arguments):
        raise ask.AskError("--check looks at the pages in docs/ and writes nothing. Leave out --site and --arguments.")
    if arguments:
        _keep_arguments()
    elif site is not None:
        _make_site(root, site)
    elif not check:
        say(f"{len(write(root, {manual.PLACE: manual.page(app)}))} pages written.")
    else:
        old = stale(root, {manual.PLACE: manual.page(app)})
        for path in old:
            say(f"{path.relative_to(root)} is out of date. Run: make docs")
        raise typer.Exit(1 if old else 0)


def _make_site(root: Path, folder: Path) -> None:
    from shadowproof import ask
    from shadowproof.outside.telling import telling
    from shadowproof.site.made.build import SiteError, build

    with telling(console(errors=True), "making the site", "pages") as told:
        try:
            built = build(root, folder, progress=told)
        except SiteError as problem:
            raise ask.AskError(str(problem)) from None
    say(f"{built.pages} pages: {built.index}")


def _keep_arguments() -> None:
    from shadowproof.outside.files import write_whole
    from shadowproof.outside.telling import telling
    from shadowproof.site.kept import arguments, requester_runs

    for what, unit, kept in (("arguments", "promises", arguments), ("runs", "requesters", requester_runs)):
        with telling(console(errors=True), what, unit) as told:
            text = kept.work_out(told)
        write_whole(kept.PATH, text)
        say(f"{kept.PATH.name} written.")
