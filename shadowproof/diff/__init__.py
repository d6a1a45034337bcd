"""What does a change do to the protocol? `revisions` has each side said, as data, by a process of its own (`said`), and judged
(`judged`); `compare` holds the two against each other; `report` is that as data, `told` in lines, `comment` for a pull request.

The code of another revision runs in its own process, with nothing of this one's environment, and limits; it comes back as JSON that is
read as any file from outside is. Held by `tests/shadowproof/diff/test_compare.py`, `test_revisions.py`.
"""
