"""What do commands ask that tell of runs and reasons? Their options, and nothing else: `explaining`, `arguing`, `playing`, `replaying`
and `walking`.

Held by `tests/shadowproof/test_cli.py`.
"""
