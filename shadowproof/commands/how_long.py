"""How long each command takes, as its --help and docs/guide/commands.md say: measured on two cores with other work, so rather less."""

from __future__ import annotations

import typer

AT_ONCE, SECONDS, A_MINUTE, LONG = "a few seconds", "up to some 15 seconds", "up to a minute", "minutes to hours"

HOW_LONG = {
    AT_ONCE: (
        "list", "show", "requirements", "left-out", "draw", "play", "simulate", "method", "assumptions", "export", "collector",
        "letter", "diagnose", "replay", "walk", "new",
    ),
    SECONDS: ("explain", "obligations", "count", "agent", "vectors"),
    A_MINUTE: ("verify", "why", "why-not", "docs", "requester", "diff"),
    LONG: ("sweep", "mutate", "prove", "cuts", "accept"),
}  # fmt: skip

EXCEPT = {
    "simulate": "more where a fault seldom happens",
    "vectors": "about a minute where the runs are not kept for this protocol",
    "replay": "more of a long trace, and where much is to be filled in",
    "explain": "more where the run is not kept with the record",
    "assumptions": "with --argument up to a minute",
    "count": "more with more VMs",
    "verify": "of one column and few promises up to some 15 seconds; what is known is told in seconds",
    "diff": "some two minutes where promises must be judged, as of versions of the protocol, and with --every more; with --no-promises, "
    "or where both records are of what is said, some 15 seconds",
    "cuts": "of one promise about a minute; without a name at once",
    "prove": "of one promise seconds",
    "agent": "more with more --examples: a thousand take some 20 seconds",
    "accept": "seconds after verify, whose judgements it takes; a minute where the protocol has changed, since it searches for the "
    "shortest runs",
    "sweep": "goes on where it was, if it is interrupted",
    "mutate": "ten minutes of all, of one rule half a minute",
    "letter": "with --anew some ten minutes",
    "docs": "with --site two minutes, with --arguments much longer",
}
"""What makes it more, or less."""


def how_long(name: str) -> str:
    """In a sentence; empty, if it is not said of the command."""
    found = next((time for time, names in HOW_LONG.items() if name in names), "")
    more = f"; {EXCEPT[name]}" if name in EXCEPT else ""
    return f"Takes {found}{more} (on two cores)." if found else ""


def say_how_long(app: typer.Typer) -> None:
    """At the end of the help of each command."""
    for command in app.registered_commands:
        name = command.name or str(getattr(command.callback, "__name__", ""))
        command.epilog = how_long(name) or None
