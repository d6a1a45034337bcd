"""The command line: all commands, and how they end."""

from __future__ import annotations

import sys

import typer

from shadowproof.commands import app, checking, explaining, mutating, reading

__all__ = ["app", "checking", "explaining", "main", "mutating", "reading"]


def main() -> None:
    """Run the command; bad input ends in one sentence and exit status 2, never in a traceback."""
    try:
        app()
    except ValueError as problem:
        typer.echo(f"shadowproof: {' '.join(str(problem).split())}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
