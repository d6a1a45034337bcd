"""The command that holds somebody's agent in lockstep with the machines of its protocol."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shadowproof.commands import JsonFile, Schema, app, console, file_name, here, say

if TYPE_CHECKING:
    from conformance.agents.held import Subject


class Which(Enum):
    """Agents whose protocol there is."""

    HV_VSS = "hv-vss"
    QEMU_GA = "qemu-ga"
    FSRVP = "fsrvp"


@app.command()
def agent(
    which: Annotated[
        Which,
        typer.Argument(
            help="Which agent: hv-vss is Linux' end of Hyper-V's freeze and thaw channel, qemu-ga QEMU's guest agent, fsrvp Samba's server "
            "of remote shadow copies."
        ),
    ],
    binary: Annotated[
        Path | None,
        typer.Option(
            "--binary",
            parser=file_name,
            metavar="PATH",
            help="The agent's program; else that of SHADOWPROOF_HV_VSS_DAEMON, SHADOWPROOF_QEMU_GA or SHADOWPROOF_SAMBA, else where it "
            "is usually installed, else recorded runs. Libraries that this system lacks are looked for beside it, as packages unpack.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=1, max=1_000_000, metavar="N", help="Draw so many sessions.")
    ] = 500,
    others: Annotated[bool, typer.Option("--others", help="Draw other sessions than last time.")] = False,
    recorded: Annotated[bool, typer.Option("--recorded", help="Run no program: replay what was recorded.")] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Record runs of the program, and keep them in this checkout.")
    ] = False,
    json_file: JsonFile = None,
    schema: Schema = False,
) -> None:
    """Hold a real agent against its protocol, call by call: what it does beyond it, and which promises to a backup that breaks.

    The program is never installed, gets no privileges and freezes nothing: each of its calls is answered by a guest that is played. Works
    on x86-64 Linux, with or without root. (For fsrvp the client is played, and the snapshots are.)

    Try: apt-get download hyperv-daemons, dpkg-deb -x hyperv-daemons_*.deb unpacked, shadowproof agent hv-vss --binary
    unpacked/usr/sbin/hv_vss_daemon. For qemu-ga, likewise qemu-guest-agent and liburing2, unpacked into one folder. For fsrvp, samba,
    samba-vfs-modules, libfaketime and what they need; it takes root, as Samba sets its groups, and stays in namespaces of its own.

    Exit status: 0 the machines allow all that it did; 1 they do not: a disagreement, told as short as it gets; 2 bad input.
    """
    from conformance.agents.held import NoAgent
    from conformance.agents.started import why_not_here
    from shadowproof.outside.files import check_apart, is_stdout, write_json
    from shadowproof.tell.agent import answer, replayed, schema_text, text_of

    if schema:
        say(schema_text(), end="")
        return
    subject = _subject(which)
    check_apart(json_file, subject.runs if record else None, read=[binary])
    path = None if recorded else subject.program(binary)
    if path is None and (binary is not None or record):
        raise NoAgent(
            f"There is no program {binary or 'to record'}. Name the agent's program with --binary, or in {subject.where}."
        )
    errors = console(errors=True)
    why_not = "" if path is None else why_not_here(subject)
    if path is None or (why_not and binary is None):
        reason = why_not or ("" if recorded else f"no {subject.agent} is here")
        if reason:
            errors.print(f"Recorded runs are replayed: {reason}.", style="dim", highlight=False)
        about, seen, _ = replayed(subject)
        told = answer(subject, about, seen, None, None)
    else:
        told = _held(subject, path, examples, seeded=not others, record=record)
    if json_file is not None:
        write_json(json_file, told)
    say(text_of(told, here), end="", err=is_stdout(json_file))
    raise typer.Exit(1 if told["disagreement"] else 0)


def _subject(which: Which) -> Subject:
    """The protocol that is meant."""
    from conformance.agents.fsrvp.run import FSRVP
    from conformance.agents.hv_vss.run import HV_VSS
    from conformance.agents.qemu_ga.run import QEMU_GA

    return {Which.HV_VSS: HV_VSS, Which.QEMU_GA: QEMU_GA, Which.FSRVP: FSRVP}[which]


def _held(subject: Subject, path: Path, examples: int, *, seeded: bool, record: bool) -> dict[str, Any]:
    """The program in its cage: every finding, then drawn sessions."""
    from conformance.agents import held, recorded
    from conformance.agents.cage.cage import CageError, Hangs
    from conformance.agents.drawn import Tally
    from conformance.agents.lockstep import Disagreement
    from conformance.agents.started import PATIENCE, started
    from shadowproof.outside.telling import telling
    from shadowproof.tell.agent import answer

    about, tally = subject.about(path), Tally()
    with started(subject, path) as agent, telling(console(errors=True), "in lockstep", "sessions") as told:
        tally.heard = lambda _: told(min(tally.sessions, examples), examples, "")
        try:
            held.check(subject, agent)
            tried = held.try_all(subject, agent)
            seen = [(one.finding, one.seen) for one in tried]
            if record:
                recorded.save(subject.runs, about, held.record(subject, agent, KEPT))
            return answer(subject, about, seen, tally, held.draw(subject, agent, examples, tally, seeded=seeded))
        except Disagreement as found:
            return answer(subject, about, [], tally, found)
        except Hangs as problem:
            raise CageError(
                f"{path.name} has made no call for {PATIENCE:g} seconds, so it was ended. "
                f"Name a program that waits {subject.waits}."
            ) from problem


KEPT = 60
"""Drawn sessions that are recorded."""
