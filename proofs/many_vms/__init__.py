"""How many states have hundreds of VMs? For each state of the host the set of tuples of VM states, as a diagram.

Takes a compiled world and a number of VMs; gives those sets (`reach.Reached`): counted, asked for a state, and for a step. Where
the sets look alike for every number of VMs, one closure answers for all numbers.

Better than counting state by state from some five VMs on; worse where VMs are told apart by what the others did: it steps
aside then, and says why. No run is told.

In order: `levels` (sets of tuples), `tallies`, `rules` (steps as changes of sets), `vm_steps`, `steps`, `reach`, `closure`.

Held by `tests/proofs/many_vms/test_many_vms.py`, `test_levels.py` (against plain sets).
"""
