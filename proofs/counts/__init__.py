"""How many states are there, exactly? Visits of every state of a few VMs, one bit a state.

Takes `tables` (read off a closed set of views); gives counts, depth and the first state of whatever is looked for. `visit`
picks the engine: with VMs kept apart numpy goes along an axis for each (`by_axes`); interchangeable ones are ranked, and visited by
numba (`by_rank`), or searched as elsewhere where it is not installed. How much memory it takes is known before, and refused
where it is too much.

Better than a search at hundreds of millions of states; worse at telling how one is reached: it keeps no run.

Held by `tests/proofs/counts/test_visit.py`, `tests/proofs/search/test_one_graph.py`.
"""
