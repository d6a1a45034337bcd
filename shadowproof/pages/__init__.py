"""What is the protocol, page by page? Everything in `docs/generated/` that is derived from the model: `pages` (actors, events,
requirements), `findings`, `mutants`, `overviews` (tables), `drawing` (diagrams), `listing` (names).

Held by `tests/shadowproof/test_docs.py`, `tests/shadowproof/pages/test_drawing.py`, `test_overviews.py`.
"""
