"""What are the verdicts, and are they as recorded? `asked` is the question, `verify` judges and prints, `report` has the words,
`coverage` says what a verdict means for the VMs of a host, `loop` asks again while somebody edits, `acceptance` takes over what was
judged as the new record.

Held by `tests/shadowproof/verify/test_verify.py`, `test_coverage.py`, `test_acceptance.py`.
"""
