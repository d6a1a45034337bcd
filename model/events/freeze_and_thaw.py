"""Freeze, commit, Thaw: the shadow copies are made, and the Hyper-V writer does nothing."""

from model.actors.requester import Requester, requester
from model.actors.vss import OtherWriter, Vss, other_writer, vss
from model.actors.writer import Doing, Process, doing, failed, process
from model.notation import all_, event
from model.sorts import vm

in_set = requester.is_(Requester.SNAPSHOTTING)
between_events = doing.is_(Doing.NOTHING)
serving = process.is_(Process.SERVING)
somebody_failed = failed | other_writer.is_(OtherWriter.FAILED)

EVENTS = (
    *event(
        "freeze_delivered",
        when=in_set & between_events & serving & ~somebody_failed,
        by="BAK-1 VSS-12",
        says="Every writer succeeded in PrepareForSnapshot: VSS delivers Freeze.",
    ),
    *event(
        "veto_ignored",
        when=in_set & between_events & serving & somebody_failed & vss.is_(Vss.PREPARE_FOR_SNAPSHOT),
        by="BAK-13 READ-2",
        says="A writer failed in PrepareForSnapshot, and the snapshot set goes on all the same.",
        fault="veto_ignored",
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
        says="The provider fails to make the shadow copies.",
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
