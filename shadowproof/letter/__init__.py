"""The letter to the document's owner: what is wrong with the document, what to write instead, and that it helps.

`findings` has each finding's words beside what it is derived from, `wordings` the protocol as a proposed wording would have it, and
`letter` puts both together with the table of combinations (`proofs/verdicts/combinations.py`).
"""
