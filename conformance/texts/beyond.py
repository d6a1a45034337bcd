"""What a text may speak of that the document does not: later releases, exports, guests of another kind. It is recognised, and said to
lie outside, with what holds all the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conformance.texts.facts import Fact, Kind, Remark, Seen, fact
from conformance.texts.lines import Line
from conformance.texts.words import is_said
from model.actors.method import Method, Progress, method, progress
from model.actors.requester import Context, context

_CHECKPOINT = (
    "a backup by checkpoint, as later releases (2012 R2, 2016) make it",
    "The document's writer knows no checkpoints. What holds of any release: nobody may take a VM's backup for good unless every step "
    "of it was reported so, and what a failed backup has left is to be looked at before the next.",
)

_BEYOND: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"AutoRecovery\.avhdx?", re.I), "an AutoRecovery.avhdx that is left from an earlier backup (2012 R2)",
     "There auto-recovery is done in a disk of its own; here in the shadow copy itself (BAK-10). A file that is in the way keeps the next "
     "backup from beginning: find out which backup left it before it is removed."),
    (re.compile(r"\bRCT\b|reference point|(?:resilient )?change tracking", re.I), "reference points or change tracking (2016 and later)",
     "The document's backups are of whole files."),
    (re.compile(r"recovery (?:checkpoint|snapshot)|SnapshotType|backup checkpoint|initiate a checkpoint|Failed to create checkpoint"
                r"|checkpoint operation|BE_Snapshot", re.I),
     *_CHECKPOINT),
    (re.compile(r"shared VHD|VHDX? .{0,40}in VM group|VM group", re.I), "VMs that share a VHD, and groups of VMs (2016 and later)",
     "The document knows disks of one VM only."),
    (re.compile(r"disk merge|(?<!AutoRecovery\.)AVHDX|\bmerge\b.{0,40}failed", re.I), "the merge of a checkpoint's disk",
     "The document knows no differencing disk of the writer's own; a VM that is merging is in a transition it does not speak of (Q11)."),
    (re.compile(r"(?:export(?:ing)? VM|Export-VM|Export failed|directory di esportazione|export directory)", re.I), "an export of a VM",
     "An export goes by the management service, not by VSS: this writer gets no event, saves no VM for it, and leaves none saved."),
    (re.compile(r"\\\\\S+\\\S+.*\bAdd Volume|Add Volume \\\\|Attributes:.{0,60}FileShare", re.I),
     "VMs on an SMB file share (VSS for SMB, 2012 and later)",
     "The order of the events is the same; shares as volumes, and the agent on the file server, are not in the document."),
    (re.compile(r"\bCSVFS\b|cluster shared volume|VMs on CSV|0x8007173D", re.I), "cluster shared volumes",
     "The document's remarks on clusters hold (CLU-1 to CLU-3); which node makes the copy of a shared volume it does not say."),
    (re.compile(r"\.vmrs\b|\.vmgs\b", re.I), "a saved state's own files (2016 and later)",
     "Deleting them throws away the memory of the saved VM: it can then only be started anew, as after a loss of power."),
)  # fmt: skip

_LINUX = re.compile(
    r"Hyper-V VSS:\s*VSS: (?:op=)?freeze of\s*[`'\"]?(?P<mount>[^:`'\"\s]{1,80})[`'\"]?\s*:\s*(?P<why>.{3,80})", re.I
)
_RESTART = re.compile(
    r"net (?:stop|start) (?:vss|swprv|vmms)|Restart-Service\W+vmms|restart.{0,40}(?:vmms|Virtual Machine Management)",
    re.I,
)


def read(lines: Sequence[Line]) -> Seen:
    """What lies outside the document, each named once; and what it comes to for the host."""
    remarks: dict[str, Remark] = {}
    facts: list[Fact] = []
    for line in lines:
        said = {line.raw, line.text}  # of most lines one and the same
        for pattern, says, holds in _BEYOND:
            if any(map(pattern.search, said)):
                remarks.setdefault(says, Remark(Kind.BEYOND, line.place, says, holds))
        linux = _LINUX.search(line.text)
        if linux is not None:
            says = f"a Linux guest refused to freeze {linux['mount']} ({linux['why'].strip(' `')})"
            holds = (
                "The document speaks of Windows guests only. Seen from the host it is a guest whose backup fails: its VM's snapshot "
                "is not taken, and then no VM is backed up (BAK-13). Until that mount lets itself be frozen, or is gone during the backup, "
                "the next one fails likewise."
            )
            remarks.setdefault("linux", Remark(Kind.BEYOND, line.place, says, holds, "guest_snapshot_fails"))
            began = "the guest was asked to freeze, so the context stood in nobody's way (READ-6)"
            facts += [
                fact(context, Context.AUTORECOVERABLE, line.place, began, now=False),
                fact(progress, Progress.FAILED, line.place, line.said, of="the Linux VM", now=False),
                fact(method, Method.CHILD_VM_SNAPSHOT, line.place, line.said, of="the Linux VM", now=False),
            ]
        if is_said(_RESTART, line.text):
            says = "advice to restart services"
            holds = (
                "VSS restarted: every open session is gone. The management service restarted in a session: the writer forgets which "
                "VMs it had saved (READ-3), and they stay saved. Look first whether a session is open (below)."
            )
            remarks.setdefault(says, Remark(Kind.NOTE, line.place, says, holds))
    return Seen(tuple(facts), tuple(remarks.values()))
