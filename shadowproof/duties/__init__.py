"""What must a requester do, and which promise breaks if it does not? `aftermath` finds out what can still happen after it has
failed, `duties` tells it.

Held by `tests/shadowproof/duties/test_duties.py`.
"""
