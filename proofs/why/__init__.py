"""Which few facts carry it? An argument that a person can follow, for a property that holds for any number of VMs.

Takes a closed set and a property; gives a table of few phases (`tables`; `argue` finds it, and has solvers confirm what is
printed). Where no table is found, clauses that imply the property and keep one another
(`reasons`, in words: `wording`). What must come in the end: what every step uses up (`ending`; `falling` has solvers confirm it).
Smaller, not smallest: what is not needed is dropped, one after the other, so that nothing more can be.

Better than views: a person can check it. Worse: it takes seconds, and some statements about steps have no table.

Held by `tests/proofs/why/test_table.py` (each row dropped, and solvers refuse), `test_breaking.py`, `test_ending.py` (no rank can be
left out), `test_reasons.py` (nothing in an argument of clauses can).
"""
