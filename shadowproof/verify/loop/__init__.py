"""What did this edit do? `watch` asks `verify` again at each save, `last` says what that changed since the run before, `touched` what an
edit can reach at all, by what a checkout says now and `said` when the record was made.

Held by `tests/shadowproof/verify/loop/test_watch.py`, `test_last.py`, `test_touched.py`.
"""
