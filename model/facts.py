"""Constants of the protocol: names, numbers and times that the document and VSS fix."""

WRITER_NAME = "Microsoft Hyper-V VSS Writer"
WRITER_ID = "66841cd4-6ded-4f4b-8f17-fd23f8ddc3de"
SERVICE_NAME = "Hyper-V Virtual Machine Management"
GUEST_SERVICE_NAME = "Hyper-V Volume Shadow Copy Requestor"

FREEZE_WINDOW_SECONDS = 60
"""Freeze to Thaw, unless a writer asks for less (VSS-4)."""

FLUSH_AND_HOLD_SECONDS = 10
"""How long writes are held (VSS-4)."""

PREPARE_FOR_SNAPSHOT_SECONDS = None
"""No bound is published (VSS-4)."""

NO_AUTORECOVERY = 0x2
"""VSS_VOLSNAP_ATTR_NO_AUTORECOVERY, a bit of the snapshot context (BAK-12)."""
