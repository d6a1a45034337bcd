"""The commands, and the options that several of them take. Each imports what it needs when it is called, so that --help is
quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, TextIO, cast

import typer

if TYPE_CHECKING:
    from rich.console import Console


DIGITS = 16
"""Of the hash of the protocol so many are said; reports for CI have all 64."""


def file_name(typed: str) -> Path:
    """A name of a file or a folder. None at all is none: Path takes it for the working folder, which nobody has named."""
    if not typed:
        raise typer.BadParameter("it is empty; name a file or a folder")
    return Path(typed)


app = typer.Typer(
    name="shadowproof",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The Hyper-V VSS writer's protocol as a network of state machines, with every promise judged.\n\n"
    "Exit status: 0 holds, or all is as recorded or better; 1 refuted, or not as recorded; 2 bad input or nothing to judge; "
    "3 undecided; 4 the tool itself failed; 130 interrupted (INT); 141 nobody reads on (PIPE); 143 told to end (TERM).",
)


def properties_like(incomplete: str) -> list[str]:
    """For completion: promises that begin so."""
    from properties.catalogue import PROPERTIES

    return [name for name in PROPERTIES if name.startswith(incomplete.lower())]


def faults_like(incomplete: str) -> list[str]:
    """For completion: faults that begin so."""
    from model.protocol import FAULTS

    return [fault.name for fault in FAULTS if fault.name.startswith(incomplete.lower())]


def readings_like(incomplete: str) -> list[str]:
    """For completion: the other values of readings that begin so."""
    from model.protocol import READINGS

    others = (f"{reading.actor.name}={other}" for reading in READINGS for other in reading.others)
    return [one for one in others if one.startswith(incomplete.upper())]


def _version(wanted: bool) -> None:
    """The first that is called of any command, of completion too: which version of the protocol is meant, the command's own --version
    says, and not the environment that somebody has."""
    from model.versions import VARIABLE

    os.environ.pop(VARIABLE, None)
    if wanted:
        from shadowproof.outside.version import version

        say(f"shadowproof {version() or 'of no known version'}")
        from proofs.answers.column_cache import (
            protocol_content,
        )  # only now: a model that is being edited may be refused

        say(f"protocol {protocol_content()[:DIGITS]}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help="Say which version this is, and a hash of the protocol that is judged.",
        ),
    ] = False,
) -> None:
    """What all commands have."""


Properties = Annotated[
    list[str] | None,
    typer.Option(
        "--property",
        "-p",
        autocompletion=properties_like,
        help="Judge only this property, or all that show this requirement id. May be repeated.",
    ),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault", "-f", autocompletion=faults_like, help="Tolerate this fault. Repeated: all of them together."
    ),
]
Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading", "-r", autocompletion=readings_like, help="Take another reading, as READ-1=NEVER. May be repeated."
    ),
]
NoFault = Annotated[
    bool, typer.Option("--no-fault", help="The column without faults, every reading as it is by default, and no other.")
]
InventoryFile = Annotated[
    Path | None,
    typer.Option(
        "--inventory",
        "-i",
        parser=file_name,
        metavar="FILE",
        help="A host's VMs, as collect-inventory.ps1 writes them; - is stdin.",
    ),
]  # fmt: skip
CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--cache", metavar="DIR", parser=file_name, envvar="SHADOWPROOF_CACHE",
        help="Keep what is judged here. By default in .shadowproof-cache of the checkout that the working folder is in, else in "
        "the user's folder for caches (~/.cache/shadowproof).",
    ),
]  # fmt: skip


JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json",
        parser=file_name,
        metavar="FILE",
        help="Also write everything to this file; - is stdout, and the rest goes to stderr.",
    ),
]
Schema = Annotated[bool, typer.Option("--schema", help="Print the JSON schema of --json, and do nothing else.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Judge everything anew, and keep nothing.")]
SaveFile = Annotated[
    Path | None,
    typer.Option(
        "--save",
        parser=file_name,
        metavar="FILE",
        help="Keep the run that is told: as ITF (.itf.json) or as JSON lines (.jsonl, or - for stdout), for shadowproof replay and others.",
    ),
]


WalkFile = Annotated[
    Path | None,
    typer.Option(
        "--walk",
        parser=file_name,
        metavar="FILE",
        help="Write a page in which one walks the protocol in a browser, opened at the first run that is told; - is stdout.",
    ),
]


def _file(option: str, what: str) -> Any:
    """An option that names a file for one of CI's formats."""
    return typer.Option(option, parser=file_name, metavar="FILE", help=what, rich_help_panel="For CI")


JunitFile = Annotated[
    Path | None, _file("--junit", "Also write a JUnit XML report: a suite a column, a case a promise.")
]
SarifFile = Annotated[
    Path | None, _file("--sarif", "Also write SARIF 2.1.0: each finding at file and line, with its rules and its run.")
]
CodeQualityFile = Annotated[Path | None, _file("--code-quality", "Also write GitLab's report of code quality.")]
SummaryFile = Annotated[
    Path | None, _file("--summary", "Also write a summary in Markdown, as for $GITHUB_STEP_SUMMARY.")
]
BadgeFile = Annotated[Path | None, _file("--badge", "Also write a badge, an SVG picture.")]
Annotate = Annotated[
    str,
    typer.Option(
        "--annotate",
        metavar="FORGE",
        help="Also print annotations for the lines of a pull request: github, or none.",
        rich_help_panel="For CI",
    ),
]


def console(*, errors: bool = False) -> Console:
    """Where a command writes: as wide as the terminal, or as a page, in signs that the place has."""
    from rich.console import Console
    from rich.text import Text

    from shadowproof.outside.spelling import harmless, readable

    class Spelled(Console):
        """Spells what it is given before it is set in columns, which would else be out of line."""

        def render_str(self, text: str, **how: Any) -> Text:
            return super().render_str(readable(harmless(text), self.encoding), **how)

    stream = sys.stderr if errors else sys.stdout
    width = None if sys.stdout.isatty() else 140
    if stream is not None and not stream.isatty():
        return Spelled(file=cast(IO[str], _Unpadded(stream)), width=width, soft_wrap=False)
    return Spelled(stderr=errors, width=width, soft_wrap=False)


class _Unpadded:
    """A stream that is no terminal: columns of a table need no blanks at the end of a line, which nobody sees, and diff does."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write("\n".join(line.rstrip(" ") for line in text.split("\n")))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def say(text: str, *, end: str = "\n", err: bool = False) -> None:
    """Write to stdout, or to stderr, no sign that steers a terminal. (What typer writes with, click's echo, takes an ASCII place for one
    of UTF-8.)"""
    from shadowproof.outside.spelling import harmless

    # flushed, so that what nobody reads on is noticed here, and not when Python ends
    print(harmless(text), end=end, flush=True, file=sys.stderr if err else sys.stdout)


def here(text: str) -> str:
    """A text in signs that stdout has: to be asked before it is set in columns."""
    from shadowproof.outside.spelling import readable

    return readable(text, sys.stdout.encoding)
