"""Does QEMU's guest agent do what its protocol asks, and is what the host is told so?

A host writes commands into a channel, and the agent in the guest freezes, says how many, and thaws. It is a cousin of Hyper-V's channel
and no requester: nothing here shows what a Windows guest does, not even what the same agent does there, where it asks VSS.

`rules` says the protocol in words, `machines` who there is, `network` what happens and what may go wrong, `promises` what matters to a
backup. How many file systems a guest has is open.

Held by `tests/conformance/agents/qemu_ga/test_network.py`.
"""
