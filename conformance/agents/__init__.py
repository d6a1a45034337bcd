"""What do agents that nobody here wrote do, held in lockstep against machines in our notation?

Each folder is another protocol, as a network of its own, with its rules in words: written from that protocol, not from what the
agent does. Nothing of the writer's protocol is in here, and nothing here shows what a Windows guest does.

`hv_vss/` is the guest's end of Hyper-V's freeze and thaw channel, as Linux has it.

Held by `tests/conformance/agents/hv_vss/test_network.py`.
"""
