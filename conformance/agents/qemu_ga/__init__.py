"""Does QEMU's guest agent do what its protocol asks, and is what the host is told so?

A host writes commands into a channel, and the agent in the guest freezes, says how many, and thaws. It is a cousin of Hyper-V's channel
and no requester: nothing here shows what a Windows guest does, not even what the same agent does there, where it asks VSS.

`rules` says the protocol in words, `machines` who there is, `network` what happens and what may go wrong, `promises` what matters to a
backup. How many file systems a guest has is open. `guest` plays the channel, the state file and the hook to an agent, `pair` says what
each of its calls and answers means, `sessions` draws what happens around it, `run` has all of it together. `findings` are what came of
that, and `evidence/` the runs that show them.

Held by `tests/conformance/agents/qemu_ga/test_network.py`, `test_honest.py` (an agent that needs no fault of its own),
`test_findings.py`, `test_lockstep.py`, `test_harness.py`.
"""
