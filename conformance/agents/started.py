"""An agent's program started as it has to be: in a cage, where each of its calls is answered; or, a server, in a place of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from conformance.agents.cage import cage
from conformance.agents.cage.calls import Caged
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.held import Subject
from conformance.agents.samba import instance
from conformance.agents.samba.served import Served

PATIENCE = cage.PATIENCE
"""Seconds of doing nothing that can be seen after which an agent is taken to hang."""


def started(subject: Subject, path: Path, patience: float = PATIENCE) -> AbstractContextManager[Caged | Served]:
    """The agent of a protocol, for a `with`, at whose end nothing runs any more. Raises CageError, NoSamba."""
    if subject is FSRVP:
        return Served(path, patience)
    return Caged(subject.started(path), patience, subject.libraries(path))


def why_not_here(subject: Subject) -> str | None:
    """Why no such agent can be run on this machine; None: nothing is known to stand in the way."""
    return instance.why_not_here() if subject is FSRVP else cage.why_not_here()
