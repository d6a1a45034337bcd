"""Which VMs does a real host have, and how is each backed up? `inventory` reads a file that administrators have; `kinds` makes of
it what engines look at, one kind for all VMs alike; `method` says for each VM how it is backed up, and on what that hinges.

Held by `tests/shadowproof/host/test_inventory.py`, `test_kinds.py`, `test_method.py`.
"""
