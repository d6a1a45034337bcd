"""What holds of any number of VMs? A view is the host with one VM; a set of them that every event keeps is closed.

Takes slices of a network; gives the closed set (`saturation`), and whether a property follows from it (`proof`): no state or
step made of its views breaks it (`fulfilment`, `variants`), and what must come does, by ranks (`endings`). For many columns at
once each view carries the columns in which it is reachable (`labelled`).

Better than a search at being right for every number, and quick; worse at saying no: what is left open may hold all the same,
and there is no run to show. Exact views leave less open and cost more.

Held by `tests/proofs/views/test_views.py`, `test_views_against_searches.py` (random networks).
"""
