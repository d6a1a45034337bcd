"""QEMU's agent, with all that it is held against."""

from __future__ import annotations

from pathlib import Path

from conformance.agents.held import Subject
from conformance.agents.qemu_ga.findings import FINDINGS
from conformance.agents.qemu_ga.guest import DEVICE, HOOK, STATE_FOLDER
from conformance.agents.qemu_ga.network import NETWORK
from conformance.agents.qemu_ga.pair import Pair
from conformance.agents.qemu_ga.sessions import Parked, Sessions

QEMU_GA = Subject(
    agent="qemu-ga",
    package="qemu-guest-agent",
    where="SHADOWPROOF_QEMU_GA",
    usual=("/usr/sbin/qemu-ga", "/usr/bin/qemu-ga"),
    arguments=("--method=virtio-serial", f"--path={DEVICE}", f"--statedir={STATE_FOLDER}", f"--fsfreeze-hook={HOOK}"),
    not_shown=(
        "This is QEMU's guest agent as Linux has it. It is no requester and speaks no word of VSS: nothing here shows what a Windows "
        "guest does, nor what the same agent does there, where it asks VSS to freeze. The host is played, not run; time stands still."
    ),
    waits="for its channel with poll",
    network=NETWORK,
    pair=Pair,
    sessions=Sessions,
    reused=Parked,
    findings=FINDINGS,
    evidence=Path(__file__).with_name("evidence"),
)
