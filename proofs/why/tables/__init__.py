"""Why does it hold, at a glance? An argument as a table: down the side the phases of a session, in each what a VM can be, and
why every event keeps it so.

Takes a slice and a property; gives a table (`build`), first of the fewest machines that still show the property (`localise`,
over `free`: all others may do what they like), its views (`views`, `claims`) joined into few rows (`widen`, `boxes`), with
the rules that each step takes (`needed`), and where it breaks under a fault (`breaking`).

Held by `tests/proofs/why/test_table.py`, `test_breaking.py`: solvers confirm the table as it is printed, and refuse it with
any row left out.
"""
