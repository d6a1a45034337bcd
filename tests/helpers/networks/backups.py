"""Backups with auto-recovery, of VMs whose one VHD lies on the volume of all else: a piece of our protocol that is small enough for
a plain search of two VMs that are told apart, also where the requester may vanish."""

from __future__ import annotations

from model.notation import FALSE
from model.notation.changes import with_event
from properties.catalogue import watched

BACKUPS = with_event(
    with_event(watched(), "restore_initialized", when=FALSE), "context_set_without_autorecovery", when=FALSE
)
VHD_BESIDE_THE_REST = {"disk_kind#0": frozenset({"VHD"}), "snapshot_location": frozenset({"SAME_VOLUME"})}
"""How each VM may start; in all else, as it likes."""
