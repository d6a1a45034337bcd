"""Which objects of this file are VMs? From a file to those objects: read within limits, each value with its place, what is no
inventory refused.

Held by `tests/shadowproof/host/test_inventory_refused.py`.
"""
