"""The command line: all commands, and how they end."""

from __future__ import annotations

import sys

from shadowproof.commands import app, checking, cutting, explaining, mutating, playing, reading
from shadowproof.spelling import spell_what_is_lacking
from shadowproof.stopping import told_to_end

__all__ = ["app", "checking", "cutting", "explaining", "main", "mutating", "playing", "reading"]


def main() -> None:
    """Run the command; bad input ends in one sentence and exit status 2, never in a traceback; INT in 130, TERM in 143."""
    spell_what_is_lacking()
    with told_to_end():
        _run()


def _run() -> None:
    try:
        app()
    except ValueError as problem:
        print(f"shadowproof: {' '.join(str(problem).split())}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
