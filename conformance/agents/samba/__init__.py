"""How does Samba's server of shadow copies run so that it reaches nothing of this machine?

Takes where the packages were unpacked; gives an agent that waits for calls and answers them (`served`). It runs in namespaces of its own
(`launcher`), with a root in memory in which all but its own folder is read-only, without a network, and with a configuration and stores of
its own (`instance`); it is called through the socket of its dispatcher (`pipe`), so that nothing listens anywhere else.

Its snapshots are files of a byte, its clock is put forward by libfaketime, and it ends with whoever runs it. One process serves, though
up to five do by default, each with sets of its own. Takes root, who may map users: Samba sets its groups at its start, and gives up where
it may not.

Held by `tests/conformance/agents/samba/test_samba.py`.
"""
