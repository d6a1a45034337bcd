"""What is an answer, and is it known already? A verdict with its assurance and its run; where it is kept, and by what key.

Takes and gives verdicts: as JSON (`json_form`); kept by all that they depend on, in this process and on disk (`memory`, `cache`,
`column_cache`); as they were reviewed (`record`, with the runs behind it, `runs`, and those that put promises to the test,
`exercising`). A key is text of what a judgement can see: a change that it cannot see leaves the answer known. What is damaged is set
aside and judged anew, never believed.

Held by `tests/proofs/answers/test_cache.py`, `test_memory.py`, `test_column_cache.py`, `test_json_form.py`, `test_record.py`,
`test_runs.py`.
"""
