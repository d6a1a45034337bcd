"""What does this machine give? Processes that end with the one that they work for; loops compiled to machine code; and when garbage
is looked for.

Takes functions, and gives functions that do the same. Without numba loops run as they stand, slowly.

Held by `tests/proofs/computer/`, `tests/shadowproof/test_stopping.py`, `tests/proofs/counts/test_visit.py`.
"""
