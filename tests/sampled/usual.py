"""What is usual of a VM: most that are drawn are so, but for one thing."""

USUAL = {
    "system": "OTHER",
    "integration": "RUNNING",
    "power": "RUNNING",
    "cluster": "NOT_CLUSTERED",
    "snapshot_location": "SAME_VOLUME",
    "disk_layout": "BASIC",
    "file_system": "CAPABLE",
}
"""A VM that fits Child VM Snapshot: left to chance, hardly one in fifty would, and the child's events would go untried."""
