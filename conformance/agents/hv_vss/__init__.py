"""Does the guest's end of the host-guest channel do what the channel's protocol asks, and is what the host is told so?

The protocol is that of integration service version 5.0: a host asks to freeze and to thaw, a driver in the guest's kernel hands that over
to an agent and answers when the agent does. It is no requester: it has no writers, no document of components and no snapshot set.

`rules` says it in words, `machines` who there is, `network` what happens and what may go wrong. How many file systems a guest has is open.

Held by `tests/conformance/agents/hv_vss/test_network.py`.
"""
