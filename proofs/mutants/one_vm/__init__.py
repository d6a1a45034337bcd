"""What does one VM of a few kinds show of a changed rule, in one column?

Takes the right network and a mutant's rules; gives what the mutant breaks, with the steps it takes, and what it no longer shows.
`baseline` is the right network's states, searched once; `changed` a mutant beside them: only where its rules take other steps, and
beyond what the right network reaches, anything is worked out.

Better than any other engine at many mutants; worse at what takes several VMs, or a VM of another kind: what is found missing here is
asked again for any number (`judge.py`).

Held by `tests/proofs/mutants/test_judge.py` (against the plain search of the whole mutant), `test_changed.py`.
"""
