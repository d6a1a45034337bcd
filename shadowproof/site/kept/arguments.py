"""Arguments that are kept for the site: why a promise holds for any number of VMs, as `shadowproof why` prints it.

They take some ten seconds of computing each, so they are worked out by `shadowproof docs --arguments` and kept with the protocol that
they are of. Of another protocol they say nothing, and the page shows the command instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from proofs.answers.column_cache import protocol_content
from proofs.verdicts.columns import BASE
from proofs.verdicts.combined.kept_cuts import HEADLINE
from proofs.why.tables.free import NoReason
from properties.kinds import Always, Ends, Independent, Property, Step
from shadowproof.letter.findings import FINDINGS
from shadowproof.outside.telling import Told
from shadowproof.tell.arguing.argued import argument as argued

PATH = Path(__file__).with_name("arguments.json")
SCHEMA = "shadowproof-arguments/1"
SECONDS = 600
"""Of computing, at most, for one argument."""


def asked() -> tuple[str, ...]:
    """The promises whose argument is kept: those that findings are about, and those whose cut sets are kept. Of all promises it would
    take some half an hour of computing."""
    return tuple(dict.fromkeys([*(one.promise for one in FINDINGS), *HEADLINE]))


def work_out(progress: Told) -> str:
    """The text of PATH, worked out now. A promise of which nothing is argued without faults is left out."""
    names, found = asked(), dict[str, list[str]]()
    for number, name in enumerate(names):
        progress(number, len(names), name)
        try:
            found[name] = argued(name, BASE, 2, SECONDS)
        except NoReason:
            continue
    return json.dumps({"schema": SCHEMA, "protocol": protocol_content(), "arguments": found}, indent=1) + "\n"


@cache
def kept() -> dict[str, list[str]]:
    try:
        data = json.loads(PATH.read_text("utf-8"))
        of_now = data["schema"] == SCHEMA and data["protocol"] == protocol_content()
        return {str(name): list(map(str, lines)) for name, lines in data["arguments"].items()} if of_now else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def argument(found: Property) -> Iterator[str]:
    """The blocks of a page that say why a promise holds; none where nothing can be argued."""
    if not isinstance(found, (Always, Step, Ends, Independent)):
        return
    lines = kept().get(found.name)
    yield "## Why it holds"
    if lines is None:
        yield f"As a table of the phases of a session, on the command line: `shadowproof why {found.name}`"
        return
    text = "\n".join(lines)
    yield f"As `shadowproof why {found.name}` argues it, for any number of VMs:\n\n```text\n{text.rstrip()}\n```"
