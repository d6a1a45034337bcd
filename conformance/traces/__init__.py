"""Is what was recorded a run of the model? Traces, as JSON lines or ITF, complete or partial, with times or without.

Takes a trace; gives the run that explains it, with what nobody saw filled in, or the first line that no run explains, with the rule that
forbids it and what could have happened there. `form`, `read`, `itf`: what a trace is; `follow`: complete ones, of any length; `fill`:
partial ones; `reasons`: why not; `clocks`: the published windows of time; `saved`: the project's own runs as traces; `vectors`: few runs
that together take every move, for makers of writers, requesters and test benches.

Better at traces that name every event: those are followed as quick as they are read. Partial ones are searched within bounds, which are
said; what is inferred is a shortest way, not what must have happened. The model is untimed: of times only windows are checked.

Held by `tests/conformance/traces/test_replay.py`, `test_fixtures.py` (an invalid one for each requirement), `test_vectors.py` (a reader of
its own), `test_fuzz.py`.
"""
