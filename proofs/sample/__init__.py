"""Do random runs agree? What Hypothesis needs to draw runs of a network that come far, and to judge every step of them.

Takes a network, properties and how many runs; gives a tally of what has happened, and broken promises with the run, shrunk.
Better than a search at many VMs with many parts, all faults and readings mixed; worse at the rare: that nothing was found shows
nothing, so floors are held on what must have happened.

`board` grounds a network for so many members, `walk` goes one run of it on the `transitions` machines, `steer` knows which
of the possible events lead towards an aim, `settings` draws what a run begins with, `promises` judges its steps, `machine`
puts all of it into a stateful test with one rule for each event, and `tally` counts what has happened.

Held by `tests/sampled/test_sampled.py`, `tests/sampled/test_attacks.py` (wrong protocols are found out).
"""
