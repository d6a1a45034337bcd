"""Freeze, commit, Thaw: the shadow copies are made, and the Hyper-V writer does nothing."""

from model.actors.requester import Requester, requester
from model.actors.vss import OtherWriter, Vss, other_writer, vss
from model.actors.writer import Doing, Process, doing, failed, process
from model.notation import all_, event
from model.readings import READ_15, AfterAVeto
from model.sorts import vm

in_set = requester.is_(Requester.SNAPSHOTTING)
between_events = doing.is_(Doing.NOTHING)
serving = process.is_(Process.SERVING)
somebody_failed = failed | other_writer.is_(OtherWriter.FAILED)
goes_on = ~somebody_failed | READ_15.actor.is_(AfterAVeto.GOES_ON)
"""Whether the snapshot set goes on after PrepareForSnapshot (READ-15)."""

EVENTS = (
    *event(
        "freeze_delivered",
        when=in_set & between_events & serving & goes_on,
        by="BAK-1 VSS-12 READ-2 READ-15",
        says="Every writer has processed PrepareForSnapshot: VSS delivers Freeze, where READ-2 says so also to one that failed.",
    ),
    *event("freeze_returned", by="BAK-8", says="The writer returns from Freeze, having done nothing."),
    *event(
        "shadow_copies_committed",
        at=all_(vm),
        when=in_set & between_events & serving,
        by="BAK-15 BAK-14",
        says="The provider makes shadow copies of the volumes in the set.",
    ),
    *event(
        "provider_fails",
        when=in_set & between_events & serving,
        by="VSS-5",
        says="The provider fails, before, while or after it makes the shadow copies.",
        fault="provider_fails",
    ),
    *event(
        "freeze_window_overrun",
        when=in_set & serving & (doing.is_(Doing.FREEZE | Doing.THAW) | vss.is_(Vss.FREEZE | Vss.COMMITTED)),
        by="VSS-4 VSS-5",
        says="Freeze to Thaw takes too long: VSS gives the snapshot set up.",
        fault="freeze_window_overrun",
    ),
    *event("thaw_delivered", when=in_set & between_events & serving, by="BAK-1", says="VSS delivers Thaw."),
    *event("thaw_returned", by="BAK-8", says="The writer returns from Thaw, having done nothing."),
    *event(
        "writer_lost",
        when=in_set & between_events & ~serving,
        by="VSS-5",
        says="VSS finds that the writer's process no longer knows the session, and gives the snapshot set up.",
    ),
)
