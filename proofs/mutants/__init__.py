"""Would a wrong rule be noticed? Every rule changed in small ways, one at a time, and held against all properties.

Takes a network; gives what became of each mutant (`fates`, kept in `mutants.json`): refused by the notation, killed by a
property, no different from the right one (`same_views`, for any number of VMs), or surviving.

`changes` changes a network, `operators` says in which ways; `changed_rules` is the little that a mutant does otherwise, and
`one_vm/` looks at it beside the right network's states; `comparing` holds mutants against closed views of all columns at once
(`labelled_sets`; of one alone, `same_views`); `asking` asks views of many mutants at once; `judge` judges one, `all_mutants`
all of them, `since` tells which rules changed since a revision. Better than searching each mutant anew by far; worse at many
VMs: one, of few kinds, is looked at first (`few_kinds`, kept in `kinds.json`).

Held by `tests/proofs/mutants/test_judge.py` (against the plain search), `test_comparing.py`, `test_asking.py` (against each alone),
`test_told_apart.py` (against searches from every start), `test_operators.py`, `test_few_kinds.py`, `test_same_views.py`,
`test_changes.py`, `test_since.py`, `test_all_mutants.py`.
"""
