"""Samba's server of shadow copies, with all that it is held against."""

from __future__ import annotations

from pathlib import Path

from conformance.agents.fsrvp.findings import FINDINGS
from conformance.agents.fsrvp.network import NETWORK
from conformance.agents.fsrvp.pair import Pair
from conformance.agents.fsrvp.sessions import Parked, Sessions
from conformance.agents.held import Subject

FSRVP = Subject(
    agent="samba-dcerpcd",
    package="samba",
    where="SHADOWPROOF_SAMBA",
    usual=(),  # what is installed is not run: it would be given the whole machine to read
    arguments=(),
    not_shown=(
        "This is Samba's server of remote shadow copies, a coordinator that has no writers, no Freeze and no Thaw. It says no word that a "
        "Windows guest's requester hears, and nothing here shows what Windows' own coordinator does. Its snapshots are files of a byte; "
        "its clock is put forward."
    ),
    waits="for a call on its pipe",
    network=NETWORK,
    pair=Pair,
    sessions=Sessions,
    reused=Parked,
    findings=FINDINGS,
    evidence=Path(__file__).with_name("evidence"),
    systems=("share0", "share1"),
)
