"""What happens if? Runs that a person chooses, or has drawn: typed (`typed`, `start`), played, simulated, and told with every
promise's state.

Held by `tests/shadowproof/tell/test_play.py`, `test_simulate.py`.
"""
