"""What does a changed protocol do that the other does not? It takes two networks and says which rules say something else (`rules`),
gives for each a shortest run that one has and the other has not (`runs`), and shows that there is none (`same`): for any number of VMs
where views show it. `data` is a network as JSON data, and back: the other network may come out of another process.

Better than the record at saying what changed where no promise speaks of it; worse at many VMs: runs are of one. Held by
`tests/proofs/differences/test_data.py`, `test_rules.py`, `test_runs.py`, `test_same.py`.
"""
