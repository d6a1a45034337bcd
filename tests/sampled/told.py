"""A random run that breaks a promise of our protocol, told as `play` tells it, with the command that does so."""

from __future__ import annotations

from model.protocol import PROTOCOL
from proofs.sample.promises import Broken
from shadowproof.tell.playing.play import main_protocol, play
from shadowproof.tell.playing.play_report import text_of
from shadowproof.tell.playing.start import Wanted
from shadowproof.tell.playing.typed import command


def told(broken: Broken) -> str:
    """The story; empty, if it is of another protocol."""
    subject = main_protocol()
    if broken.run is None:
        return ""
    begin, steps = broken.run
    if not {name for name, _ in begin.starts} <= subject.network.actors.keys():
        return ""
    if not {name for name, _ in steps} <= PROTOCOL.events.keys():
        return ""
    starts = {key: state for key, state in begin.starts.items() if key[0] in PROTOCOL.actors}
    try:
        text = text_of(play(subject, begin.shapes, starts, begin.column, [Wanted(*step, "") for step in steps]))
    except ValueError:  # of a changed protocol, which starts as ours cannot
        return ""
    return f"{text}Tell it again: {command(begin.shapes, starts, begin.column, steps, PROTOCOL)}"
