"""Random runs, in earnest: what Hypothesis needs to draw runs of a network that come far, and to judge every step of them.

`board` grounds a network for so many members, `walk` goes one run of it on the `transitions` machines, `steer` knows which
of the possible events lead towards an aim, `settings` draws what a run begins with, `promises` judges its steps, `machine`
puts all of it into a stateful test with one rule for each event, and `tally` counts what has happened.
"""
