"""How it is shown: exploration of every reachable state, and what later engines add."""
