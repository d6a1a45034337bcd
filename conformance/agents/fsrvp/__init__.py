"""Does a server of remote shadow copies keep to its protocol, and is what a client is told so?

The protocol is FSRVP: a client asks a file server for a shadow copy set, adds shares, commits, exposes. It is a coordinator's: one set at a
time, calls in an order, refusals, an abort, a timer, a table that outlives the server. It has no writers, no Freeze and no Thaw.

`rules` says it in words, `machines` who there is, `network` what happens and what may go wrong, `promises` what matters to a backup. How
many sets there are, and how many shares, is open. `pair` asks what a client would and says what each answer means, `sessions` draws it,
`run` has all of it together. `findings` are what came of that, `evidence/` the runs that show them; `readings` is what it tells of
questions that the writer's document leaves open.

Held by `tests/conformance/agents/fsrvp/test_network.py`, `test_honest.py` (a server that needs no fault of its own), `test_findings.py`,
`test_lockstep.py`.
"""
