"""What do faults and readings break only together? Columns that combine them, and the smallest of those that break something.

Takes properties and how many may be combined. `pairs` lists the pairs of a sweep, and what only a pair breaks; `cuts` finds the
minimal cut sets, of which `kept_cuts` keeps those of the headline promises; `closing` judges all combinations of readings that are
made together, and `combinations` has what is kept of them, and what follows. Each says what is open.

Held by `tests/proofs/verdicts/test_pairs.py`, `test_cuts.py` (every combination by itself), `test_kept_cuts.py` (the record) and
`test_combinations.py`.
"""
