"""How far work is: a bar on a terminal; elsewhere a line now and then, since nobody waits for what is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINES = 20
"""Of one piece of work, where there is no terminal."""

Told = Callable[[int, int, str], None]
"""Hears how much is done, of how much, and what the last was ("": nothing is said of it)."""


@contextmanager
def telling(console: Console, doing: str, unit: str, *, silent_up_to: int = 0) -> Iterator[Told]:
    """Tells of work: what is done, and what is counted. silent_up_to: no word of so little work where there is no terminal."""
    bar = Progress(
        TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn(), TextColumn("{task.description}"),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    task, said = bar.add_task("", total=None), 0

    def told(done: int, total: int, last: str = "") -> None:
        nonlocal said
        bar.update(task, completed=done, total=total, description=last)
        if done < said:  # other work begins
            said = 0
        if not console.is_terminal and total > silent_up_to and done > said and _is_due(done, said, total):
            said = done
            console.print(
                f"{doing}: {done:,} of {total:,} {', '.join(filter(None, (unit, last)))}",
                highlight=False, soft_wrap=True, markup=False,
            )  # fmt: skip

    with bar:
        yield told


def _is_due(done: int, said: int, total: int) -> bool:
    """Whether a line more of those that there may be has come, or all is done."""
    return done == total or done * LINES // total > said * LINES // total
