"""What of the site takes too long to be worked out each time? Arguments of promises, and the runs by which requesters break some: each is
kept for the protocol that it is of, and made anew by `docs --arguments`.

Held by `tests/shadowproof/site/test_site.py`.
"""
