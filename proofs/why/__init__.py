"""Which few facts carry it? An argument that a person can follow, for a property that holds for any number of VMs.

Takes a closed set and a property; gives the clauses that imply it and keep one another, and the rules that this takes
(`reasons`), in words (`wording`). Small, not smallest: what is not needed is dropped, one after the other.

Held by `tests/proofs/why/test_reasons.py` (nothing in an argument can be left out).
"""
