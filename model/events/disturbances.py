"""Faults that may strike at any moment, whatever the session is doing."""

from model.actors.child import ACTIVE, ChildSnapshot, child_session, child_snapshot
from model.actors.requester import Requester, requester
from model.actors.vss import BEFORE_COMMIT, Vss, vss
from model.notation import Event, all_, event
from model.sorts import adapter, vm

session_open = ~requester.is_(Requester.AT_REST)
in_or_after_its_backup = child_session.is_(ACTIVE) | (child_snapshot.is_(ChildSnapshot.TAKEN) & vss.is_(BEFORE_COMMIT))
"""A guest is being backed up, or was and the host's copy is yet to be made."""


def _operator(name: str, what: str) -> tuple[Event, ...]:
    return event(name, at=vm, by="BAK-9 VSS-9", says=f"An operator {what} by hand.", fault="operator_changes_vm")


EVENTS = (
    *_operator("operator_starts_vm", "starts or resumes a VM"),
    *_operator("operator_stops_vm", "turns a VM off"),
    *_operator("operator_saves_vm", "saves a VM"),
    *_operator("operator_pauses_vm", "pauses a VM"),
    *event(
        "guest_crashes",
        at=vm,
        when=in_or_after_its_backup,
        by="BAK-13 BAK-10",
        says="The guest crashes during its backup, or after it before the host's copy is made.",
        fault="guest_crashes",
    ),
    *event(
        "integration_service_stops",
        at=vm,
        by="MET-3 VSS-9",
        says="The backup integration service in the child stops.",
        fault="integration_service_stops",
    ),
    *event(
        "management_service_restarts",
        at=all_(vm),
        when=session_open,
        by="GEN-3 READ-3 VSS-3",
        says="The management service restarts: the writer forgets the session.",
        fault="management_service_restarts",
    ),
    *event(
        "host_loses_power",
        at=all_(vm),
        by="BAK-9 READ-3",
        says="The host loses power and starts again: every session is gone, and what ran is off.",
        fault="host_loses_power",
    ),
    *event(
        "cluster_fails_over",
        at=vm,
        by="CLU-1",
        says="The cluster moves a VM to another node.",
        fault="cluster_fails_over",
    ),
    *event(
        "provider_cannot_auto_recover",
        when=requester.is_(Requester.AT_REST),
        by="VSS-11",
        says="The provider in use turns out, between sessions, not to auto-recover.",
        fault="provider_cannot_auto_recover",
    ),
    *(
        found
        for phase, name in (
            (Vss.PREPARE_FOR_SNAPSHOT, "prepare_for_snapshot"),
            (Vss.FREEZE, "freeze"),
            (Vss.THAW, "thaw"),
            (Vss.POST_SNAPSHOT, "post_snapshot"),
        )
        for found in event(
            f"other_writer_fails_in_{name}",
            when=vss.is_(phase) & requester.is_(Requester.SNAPSHOTTING),
            by="VSS-5",
            says=f"Another writer fails while VSS delivers this event ({phase.value}).",
            fault=f"other_writer_fails_in_{name}",
        )
    ),
    *event(
        "switch_gone",
        at=adapter,
        by="RST-8",
        says="A virtual switch that an adapter was connected to is removed.",
        fault="switch_gone",
    ),
)
