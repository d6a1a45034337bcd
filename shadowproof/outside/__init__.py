"""What meets the world? Files and the cache's folder, signals and failures, encodings, and how far work is.

Held by `tests/shadowproof/test_files.py`, `test_cache_folder.py`, `test_failure.py`, `test_stopping.py`, `test_spelling.py`,
`test_telling.py`.
"""
