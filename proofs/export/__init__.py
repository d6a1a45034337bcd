"""The same for other tools: a network in one column as Promela (for SPIN) or SMT-LIB (for solvers).

Takes a compiled world and properties; gives a text that can be read, and run, without this project. In Promela one file is the
text (`promela`), the others its control, events, steps, checks and terms; `smt` is the network of any number of VMs or of
just so many. Parts of a VM are written out, so it speaks of as many as are asked for.

Held by `tests/proofs/export/test_promela.py` and `test_spin_agrees.py` (SPIN has our states, steps and verdicts),
`test_smt.py`.
"""
