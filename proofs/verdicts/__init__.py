"""So what is the verdict, in each column? Views first, then searches, and each verdict with how far it reaches.

Takes properties, columns and a scope; gives a verdict for each cell (`check`, from what `evidence` has gathered). `columns`
lists the columns of the record; what they break only together is asked in `combined/`; `together`
works out once what many columns have in common, `kept` has the runs of the record executed before any are searched for, and
`witnesses` hands runs on from one column to another; `by_kind` judges each kind
of VM alone; `suite`, `work`, `shares` and `cluster` spread the work over cores and machines, and change no verdict.

Nothing passes on nothing: no witness, no verdict. What neither views nor searches decide is undecided, with the reason.

Held by `tests/proofs/verdicts/test_together.py` (many columns against each alone), `test_soon.py`, `test_witnesses.py`,
`test_kept.py`, `test_shortest.py`, `test_nothing.py`, `test_finds.py` (where it once erred);
by `tests/wrong_protocols` (each refuted as it should be).
"""
