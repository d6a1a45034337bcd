"""How do CI systems and forges take what a command has found? `found` is what all of them are told, as data; a file for each format:
`junit` (test reports), `sarif` (findings at file and line, each with its run), `code_quality` (the same, as GitLab has it),
`annotations` (beside the lines of a pull request), `markdown` (a job's summary), `badge`. They know nothing of how it was found:
`of_verify` makes it of a verification. `files` writes what was asked for.

Each gives a text, and runs nothing. Better than `--json` for machines that know these formats, and worse for all others: they
leave out what the format has no place for. Held by `tests/shadowproof/formats/test_formats.py`, `test_of_verify.py`.
"""
