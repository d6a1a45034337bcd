"""What is looked at? A network in one column, cut to what a question can see, compiled into small numbers.

Takes a network, a column (the faults that are tolerated, the readings that are chosen), terms, shapes of VMs; gives
`compiled.Compiled`: states as numbers, and each event's steps, worked out from the tables once for each combination that is
met. Everything above reads the protocol from there, or from `world.World` itself.

Every cut is exact: folding (`world`), slicing (`slices`), alike configurations (`alike`), stand-ins (`stand_ins`), any number
of parts as one that is watched (`any_number/`). None of them is better for being left out but for tests.

In the order in which they build on one another: `world` (column, slice, folding), `terms`, `parts`, `scope`, `slices`,
`layout` (what there is), `predicates` (terms as tests), `rows` (what they say of many states at
once), `alike`, `stand_ins`, `compiled`.

Held by `tests/proofs/world/test_reductions.py` (each cut against the search without it), `test_stand_ins.py`;
by `tests/proofs/search/test_one_graph.py` against machines that are executed.
"""
