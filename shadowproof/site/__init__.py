"""What can a reader without a terminal find out? The site: one page for each promise, requirement, actor, fault and reading, the
protocol as a script, the findings, and the few pages that are written by hand. Nothing on it is written twice.

Takes the model, the record, and what is kept of runs, combinations, mutants and requesters; gives Markdown, path by path (`promises`,
`requirements`, `actors`, `script`, `circumstances`, `findings`, `guide`), which `made` makes into pages that work from the disk.
`links` says where each thing stands, `runs` tells runs and leads to the explorer; `kept` has what takes long.

Held by `tests/shadowproof/site/test_site.py`, `test_tutorial.py`.
"""
