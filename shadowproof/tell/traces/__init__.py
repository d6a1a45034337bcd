"""What is said of a recorded run, and how is a run kept? The answer of `replay` as data and text; runs that are printed, saved.

Held by `tests/shadowproof/tell/traces/test_replayed.py`, `test_saving.py`.
"""
