"""Why a promise holds, why it does not, and what it leans on: the arguments of `proofs/why`, in words.

Held by `tests/shadowproof/tell/test_why.py`, `test_assumptions.py`.
"""
