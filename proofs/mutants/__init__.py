"""Would a wrong rule be noticed? Every rule changed in small ways, one at a time, and held against all properties.

Takes a network; gives what became of each mutant (`fates`, kept in `mutants.json`): refused by the notation, killed by a
property, no different from the right one (`same_views`, for any number of VMs), or surviving.

`changes` changes a network, `operators` says in which ways; `baseline` is the right network, searched once, and
`changed_rules` the little that a mutant does otherwise; `comparing` holds mutants against closed views of all columns at once
(`labelled_sets`); `judge` judges one, `all_mutants` all of them, `since` tells which rules changed since a revision. Better than
searching each mutant anew by far; worse at many VMs: one, of few kinds, is looked at first; and at mutants that tell much apart
of how VMs start, which are compared column by column.

Held by `tests/proofs/mutants/test_judge.py` (against the plain search), `test_comparing.py` (against each column alone),
`test_told_apart.py` (against searches from every start), `test_operators.py`, `test_same_views.py`, `test_changes.py`, `test_since.py`.
"""
