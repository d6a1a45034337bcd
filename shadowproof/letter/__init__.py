"""What is wrong with the document, what should it say instead, and does that help? The letter to its owner.

`findings` has each finding's words beside what it is derived from, `wordings` the protocol as a proposed wording would have it, and
`letter` puts both together with the table of combinations (`proofs/verdicts/combined/combinations.py`).

Held by `tests/shadowproof/letter/test_letter.py`.
"""
