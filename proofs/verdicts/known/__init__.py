"""What is known before anything is closed or searched?

Takes the properties of a column, and gives runs that show something of them (those that are kept with the record, and those of smaller
columns) and proofs that held of a protocol that has more runs. It costs next to nothing, and knows nothing new: what it leaves open is
closed and searched. No run is believed, each is executed by the machines; and nothing is carried over from a protocol that has not all
runs of today's. Held by tests/proofs/verdicts/test_kept.py, test_witnesses.py, test_carried.py and tests/proofs/world/test_fewer_runs.py.
"""
