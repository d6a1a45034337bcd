"""What holds of any number of VMs, in each of many columns? The closed set of many columns at once: each view carries the
columns in which it is reachable. A column may be of a network of its own, with other rules.

Why a label is right: each rule of the closure is monotone, and acts on each column's bit by itself. What takes part in a step
is joined by *and*: the VM that moves, who stands by, what all VMs contribute to a guard, and whether the event may happen
there; ways to the same view are joined by *or*. So the views with a column's bit are the least set that is closed under that
column's rules, which is its own closed set: but that a part which never moves in a column, and does in another, is one of any
number there, whose others may be anyhow. That shows less, never more. Machines that a slice leaves out add runs to every
column and take none away. Exact views have no labels: what needs them is asked column by column.

Readings are compiled away (`family`); each event is asked once for what it reads (`digits`, `branches`, `projection`); views are
closed with their columns (`labels`, `label_kernel`; equal labels are one, known by its number), from starts that each column can
tell apart (`starts`), and judged with them (`label_judge`, `family_proof`); what must come in the end, by the argument of
`endings.py`, each fact with its columns (`label_endings`). `labels_plain` is the reference of that.

Held by `tests/proofs/views/test_family.py` (against each column alone, and against wrong engines),
`test_family_of_networks.py`, `test_family_of_protocol.py`, `test_label_endings.py`, `test_labels.py`, `test_judged_together.py`.
"""
