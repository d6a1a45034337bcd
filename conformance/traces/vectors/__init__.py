"""Which few runs try all of it? Test vectors for makers of writers, requesters and test benches, in the manner of Ethereum's.

Takes the protocol; gives runs that together take every move of every machine that can be reached, show every promise's witness and every
recorded finding, each with the states that are expected after each event. `goals`: what there is to show; `search`: the shortest run to
each, in small circumstances first; `unreachable`: what no run takes;
`cover`: few of those runs that have all of it; `write`: them as files. `recipes.json` keeps the runs
that were chosen, for the protocol that it names.

Better at being complete and short than at being likely: how often something happens, nobody says. With one VM, and two where a finding
takes two.

Held by `tests/conformance/traces/test_vectors.py`, with a reader that knows the published schema only.
"""
