"""Read what is known of the VMs of a Hyper-V host, in the words of the model's configuration machines.

`read_inventory(path)` gives an `Inventory`, or raises `InventoryError` with one sentence. docs/inventory.md lists every
element that is read. Left out: what the host cannot see (disks the guest reaches over iSCSI, layouts and file systems)
unless the administrator adds it as GuestDisks.
"""

from .facts import Adapter, Disk, Fact, Inventory, Machine
from .file.node import InventoryError
from .machines import read_inventory

__all__ = ["Adapter", "Disk", "Fact", "Inventory", "InventoryError", "Machine", "read_inventory"]
