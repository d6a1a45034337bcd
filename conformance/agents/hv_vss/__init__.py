"""Does the guest's end of the host-guest channel do what the channel's protocol asks, and is what the host is told so?

The protocol is that of integration service version 5.0: a host asks to freeze and to thaw, a driver in the guest's kernel hands that over
to an agent and answers when the agent does. It is no requester: it has no writers, no document of components and no snapshot set.

`rules` says it in words, `machines` who there is, `network` what happens and what may go wrong, `promises` what matters to a backup. How
many file systems a guest has is open. `guest` plays the kernel to an agent, `pair` says what each of its calls means, `sessions` draws
what happens around it, `run` has all of it together. `findings` are what came of that, and `evidence/` the runs that show them.

What the protocol does not ask for, and an agent does, is a fault of the network that is the agent's own: tolerated in lockstep, and told.
Held by `tests/conformance/agents/hv_vss/test_network.py`, `test_honest.py` (an agent that needs none of those), `test_findings.py`.
"""
