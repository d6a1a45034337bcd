"""What happens, and why? `explain` answers for a property, by the run that is kept where there is one; `story` tells a run in
lanes, `argument` why it breaks what it breaks; `why` tells why something holds, `assumptions` what that takes; `play` lets events
of one's own happen, from a `start` of one's own, `simulate` draws some, and `play_report` says what came of it.

Held by `tests/shadowproof/tell/test_story.py`, `test_explain.py`, `test_play.py`.
"""
