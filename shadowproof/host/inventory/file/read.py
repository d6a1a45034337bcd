"""From a file to parsed JSON, within limits that are checked before the parser sees the text.

The order matters: size before reading, encoding before text, other PowerShell outputs before JSON, depth and length of
numbers before parsing. So no input makes the parser recurse too deep, convert a million digits or pass NaN on.
"""

import json
import math
import re
import stat
import sys
from collections import Counter
from pathlib import Path

from .node import InventoryError, Node, shown
from .others import COLLECT
from .texts import WRITE_IT, refuse_other_texts

LARGEST_FILE = 20_000_000  # bytes; about 2 kB a VM is usual
DEEPEST = 64  # levels of lists and objects; the collector writes 5
LONGEST_NUMBER = 40  # digits in a row; 64-bit numbers have 20

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|[0-9]++|NaN|Infinity', re.DOTALL)


class _UnusableValueError(ValueError):
    """Raised by the parser's hooks, which do not know the place; the text continues the file's name."""


def read_json(path: Path) -> Node:
    """The top of the file at `path`. Raises InventoryError, and nothing else, for whatever it cannot read."""
    file = "stdin" if str(path) == "-" else shown(str(path))
    text = _decoded(_bytes_of(path, file), file)
    refuse_other_texts(text, file)
    _refuse_extremes(text, file)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_float=_fraction)
    except json.JSONDecodeError as error:
        raise _not_json(error, text, file) from None
    except _UnusableValueError as error:
        raise InventoryError(f"{file}: {error}") from None
    return Node(value, "", file)


def _bytes_of(path: Path, file: str) -> bytes:
    """The content of stdin (`-`), or of a regular file, of at most LARGEST_FILE bytes."""
    if str(path) == "-":
        return _of_stdin()
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise InventoryError(f"{file}: is a folder; name the JSON file in it")
        if not stat.S_ISREG(found.st_mode):
            raise InventoryError(f"{file}: is not a regular file; save the inventory to a file and name that")
        if found.st_size > LARGEST_FILE:
            raise _too_large(file)
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InventoryError(f"{file}: there is no such file; check the name, or make it: {WRITE_IT}") from None
    except OSError as error:
        raise InventoryError(f"{file}: cannot be read ({error.strerror}); check its rights and its disk") from None
    except InventoryError:
        raise
    except ValueError:
        raise InventoryError(f"{file}: is not a name a file can have; check the name") from None
    if len(content) > LARGEST_FILE:
        raise _too_large(file)
    return content


def _of_stdin() -> bytes:
    try:
        content = sys.stdin.buffer.read(LARGEST_FILE + 1)
    except (OSError, AttributeError, ValueError):  # closed, or put there by others
        raise InventoryError(f"stdin: cannot be read; pipe the inventory into it, or name a file: {WRITE_IT}") from None
    if len(content) > LARGEST_FILE:
        raise _too_large("stdin")
    return content


def _too_large(file: str) -> InventoryError:
    limit = f"{LARGEST_FILE // 1_000_000} MB"
    return InventoryError(
        f"{file}: is larger than {limit}; collect fewer VMs at a time, or use ConvertTo-Json -Depth 4"
    )


def _decoded(content: bytes, file: str) -> str:
    """The text of UTF-8, UTF-16 or UTF-32 bytes, with or without a byte order mark."""
    encoding = json.detect_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not {encoding.upper()} text"
        raise InventoryError(f"{file}: {problem}; save the file again with Set-Content -Encoding utf8") from None
    if not text.strip("\ufeff \t\r\n"):
        raise InventoryError(f"{file}: is empty; {WRITE_IT}")
    return text


def _refuse_extremes(text: str, file: str) -> None:
    """Refuse too deep a nesting, too long a number, NaN and Infinity, each with its line and column."""
    depth = 0
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if piece in "[{":
            depth += 1
        elif piece in "]}":
            depth -= 1
        problem = None
        if depth > DEEPEST:
            problem, remedy = f"is nested deeper than {DEEPEST} levels", "use ConvertTo-Json -Depth 4"
        elif piece in {"NaN", "Infinity"}:
            problem, remedy = f"has {piece}, which JSON does not know", "put null where there is no value"
        elif piece[0] != '"' and len(piece) > LONGEST_NUMBER:
            problem, remedy = f"has a number of {len(piece)} digits", "check what wrote it"
        if problem:
            raise InventoryError(f"{file}: {_line_and_column(text, found.start())} {problem}; {remedy}")


def _line_and_column(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _not_json(error: json.JSONDecodeError, text: str, file: str) -> InventoryError:
    """The sentence for a syntax error; a text that just stops is told apart from one that is wrong."""
    place = f"line {error.lineno}, column {error.colno}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return InventoryError(
            f"{file}: {place} is where the JSON stops short; copy the whole file, or collect it again"
        )
    if error.msg == "Extra data":
        after = "a second list or object" if text[error.pos : error.pos + 1] in "[{" else "something else"
        hosts = "Get-VM -ComputerName HOST1, HOST2"
        remedy = f"make one list of it, as of several hosts at once: {COLLECT.replace('Get-VM', hosts, 1)}"
        return InventoryError(f"{file}: {place} begins {after}, where the first JSON has ended; {remedy}")
    reason = shown(error.msg[:1].lower() + error.msg[1:])
    return InventoryError(f"{file}: {place} is not JSON ({reason}); {WRITE_IT}")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object. A name given twice would hide a VM or a value, so it is refused."""
    made = dict(pairs)
    if len(made) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _UnusableValueError(f'has the element "{shown(twice, 80)}" twice in one object; remove one of them')
    return made


def _fraction(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _UnusableValueError(f"has the number {digits}, which is too large; check what wrote it")
    return value
