"""How does any number of disks become a few? What is said of all parts of a VM, said of one that is watched and of the others.

Takes a network, a column and properties. `any_parts` says them so that what holds of one disk and "the others" holds of any number;
`other_parts` says how those others may be, of which only changed rules speak.

Held by `tests/proofs/world/test_parts.py`, `tests/proofs/mutants/test_same_views.py`.
"""
