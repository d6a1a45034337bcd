"""The commands, and the options that several of them take. Each imports what it needs when it is called, so that --help is
quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

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


def console(*, errors: bool = False) -> Console:
    """Where a command writes: as wide as the terminal, or as a page."""
    from rich.console import Console

    return Console(stderr=errors, width=None if sys.stdout.isatty() else 140, soft_wrap=False)
