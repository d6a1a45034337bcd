"""What can a few VMs do, and by which shortest run? Breadth first, every state.

Takes a compiled world, a number of VMs and what to look for; gives states, steps, depth, and the nearest state or step of
whatever is looked for. `plain` is the reference: a page of Python, and the graph if it is wanted. `swift` does the same a
level at a time with numpy: better beyond some thousand states, worse below, and it keeps no graph. `endless` looks in a
graph for a fair run that never rests. `symmetry` checks that VMs may be sorted. `replay` has the machines execute what
was found: a path that they refuse is an error of an engine, never a verdict.

Says nothing of more VMs than were searched: for that, ask `views`.

Held by `tests/proofs/search/test_one_graph.py` (machines, searches, tables and formulas on one graph), `test_explorer.py`,
`test_run_against_explorer.py`, `test_symmetry.py`, `test_wrong_liveness.py` (wrong algorithms fail), `test_endless_runs.py`.
"""
