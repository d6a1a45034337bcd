"""Linux' agent of the channel, with all that it is held against."""

from __future__ import annotations

from pathlib import Path

from conformance.agents.held import Subject
from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.pair import Pair
from conformance.agents.hv_vss.sessions import Parked, Sessions

HV_VSS = Subject(
    agent="hv_vss_daemon",
    package="hyperv-daemons",
    where="SHADOWPROOF_HV_VSS_DAEMON",
    usual=("/usr/sbin/hv_vss_daemon", "/usr/lib/hyperv/hv_vss_daemon"),
    arguments=("-n",),
    not_shown=(
        "This is the guest's end of Hyper-V's freeze and thaw channel, as Linux has it. It is no requester: it has no writers, no document "
        "and no snapshot set, and nothing here shows what a Windows guest does. The driver is played, not run; time stands still."
    ),
    waits="with poll",
    network=NETWORK,
    pair=Pair,
    sessions=Sessions,
    reused=Parked,
    findings=FINDINGS,
    evidence=Path(__file__).with_name("evidence"),
)
