"""From a file to the objects in it that are VMs: read within limits, each value with its place, what is no inventory refused.

Held by `tests/shadowproof/host/test_inventory_refused.py`.
"""
