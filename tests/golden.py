"""Golden files: text that is reviewed as prose and compared to the letter.

`UPDATE_GOLDEN=1 pytest ...` writes them anew; the change is then reviewed like any other.
"""

import os
from pathlib import Path


def assert_golden(path: Path, text: str) -> None:
    """The text is that of the file, or becomes it where UPDATE_GOLDEN is set."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    assert path.is_file(), f"{path.name} is missing: write it with UPDATE_GOLDEN=1"
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs: read the difference, then UPDATE_GOLDEN=1"
