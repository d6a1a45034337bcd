"""What do products really show and do, and what does the model say of it?

`texts/` reads what people have when a backup has failed; `diagnosis`, `guidance` and what they stand on say what it means.
`requesters/` holds somebody's requester, as a table of its calls, against the promises. `agents/` holds real agents of other protocols
in lockstep against machines of their own.

Better at saying what cannot be, which is so for any number of VMs, than at saying what is: a text shows little, and the model is of
a document. Facts of several VMs may be told with a run of one.

Held by `tests/conformance/test_possible.py` (against closed sets of one column), `test_diagnosis.py` (each run, and each way to rest,
executed again).
"""
