"""Which promises does somebody's requester keep, and what would mend it?

Takes a table of its calls (`profile`, `read`); makes one more machine of it (`machine`), which takes part in what the requester does
and allows only its own; judges the promises that a requester can break (`judge`), and looks for the least change (`mend`).

What is kept is so for any number of VMs, by closed sets; what is broken has a run of one VM, or of two that run. It knows no time, no
two sessions at once, and no call that fails before DoSnapshotSet.

Held by `tests/conformance/requesters/test_profiles.py`, `test_judged.py`.
"""
