"""The names of events as a type, `model/event_names.py`: written with the pages in docs/, and by `shadowproof new`."""

from __future__ import annotations

from model import versions
from model.protocol import DOCUMENT

PATH = "model/event_names.py"


def text(*more: str) -> str:
    """The file. more: names that are added."""
    known = {name for one in versions.names() for name in versions.load(one).applied(DOCUMENT).events}
    names = "".join(f'    "{name}",\n' for name in sorted(known.union(more)))
    return (
        '"""The names of all events, of each version, as a type (see `model.named`). Written by: make docs"""\n\n'
        f"from typing import Literal\n\nEventName = Literal[\n{names}]\n"
    )
