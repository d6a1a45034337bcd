"""What do agents that nobody here wrote do, held in lockstep against machines in our notation?

A protocol's folder is a network of its own, with its rules in words: written from that protocol, not from what an agent does. Nothing of
the writer's protocol is in here, and nothing here shows what a Windows guest does.

`hv_vss/` is the guest's end of Hyper-V's freeze and thaw channel, as Linux has it; `qemu_ga/` is QEMU's guest agent. What both freeze is
`file_systems`, played by `mounts`. `cage/` runs somebody's program so that each of its calls (`calls`) is answered here. `fsrvp/` is a
coordinator's protocol, whose server `samba/` runs, asked in lines (`asked`); `started` knows which agent is run how. `lockstep` holds each
against the machines (`freezing`: of file systems), `drawn` draws what happens around it, `recorded` replays where it is not, and `held`
does all of that with what a protocol says of itself. `judged` asks the engines about a network's promises; `findings` are what came of it.

Better at the rare than any test of the agent alone, since time-outs and failures are events like others; worse at what takes time, which
stands still here. Held by `tests/conformance/agents/hv_vss/test_lockstep.py` and the tests beside it.
"""
