"""How does any number of disks become a few? What is said of all parts of a VM, said of one that is watched and of the others.

Takes a network, a column and properties. `any_parts` says them so that what holds of one disk and "the others" holds of any number.

Held by `tests/proofs/world/test_parts.py`.
"""
