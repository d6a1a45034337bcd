"""What there is: the host, any number of VMs, and for each VM any number of disks and network adapters."""

from model.notation import HOST, Sort

vm = Sort("vm", of=HOST)
disk = Sort("disk", of=vm)
adapter = Sort("adapter", of=vm)
