"""Why does a promise hold, why does it not, and what does it lean on? The arguments of `proofs/why`, in words.

Held by `tests/shadowproof/tell/test_why.py`, `test_assumptions.py`.
"""
