"""Do Z3 and cvc5 agree? A closed set of views, as obligations that no state of any number of VMs may fulfil.

Takes a closed set; gives an answer for each obligation (`solvers`), or all of them as text (`smtlib`). The tables are read
anew, as formulas over a sort of VMs (`symbolic`), the set as a shared diagram (`diagram`); what has to be confirmed is in
`obligations`, clauses in its place in `clauses`. A limit that is reached is "unknown", never a pass.

Better than belief in an engine: nothing of `views` is used but its result. Worse at finding anything: it confirms what is given.

Held by `tests/proofs/solvers/test_obligations.py` (no planted fault is confirmed), `test_symbolic.py` (against the explorer),
`test_diagram.py`, `test_smtlib.py`, `test_solvers.py`.
"""
