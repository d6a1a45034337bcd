"""Files at the edge: written whole or not at all; through to devices and links; with the rights that they had."""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

STDIO = Path("-")
"""Where this stands for a file, it is stdin or stdout."""


class OutputError(ValueError):
    """A file cannot be written; the message names it and the remedy."""


def check_writable(path: Path, *inputs: Path | None) -> None:
    """Refuse a place that cannot be written to before work is spent on what should go there, or that is what shall be read.
    Raises OutputError."""
    for read in inputs:
        if read is not None and _same(path, read):
            raise OutputError(f"{path} is what is read. Name another file for what is written.")
    if is_stdout(path):
        return
    try:
        folder = path.is_dir()
    except OSError as problem:  # such as a name that is too long
        raise OutputError(f"{path} cannot be written ({problem.strerror}). Choose another name.") from None
    if folder:
        raise OutputError(f"{path} is a folder. Name a file in it.")
    if _is_device(path):
        if not os.access(path, os.W_OK):
            raise OutputError(f"{path} cannot be written to. Choose another place.")
        return
    target = _behind_links(path)
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"{path} is not to be written to. Change its rights, or choose another place.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{path} cannot be written. Choose a folder that exists and is writable.")


def check_apart(*written: Path | None, read: Iterable[Path | None] = ()) -> None:
    """Refuse, before work is spent, a place that cannot be written to, one that is what is read, and one that two things would go into,
    whatever each calls it. Raises OutputError."""
    inputs, taken = list(read), list[Path]()
    for path in (one for one in written if one is not None):
        check_writable(path, *inputs)
        if any(_one_place(path, other) for other in taken):
            raise OutputError(f"{path} is asked to hold two things. Name another file for one of them.")
        taken.append(path)


def is_stdout(path: Path | None) -> bool:
    """Whether what is written there goes where stdout goes: `-`, /dev/stdout, or a file that stdout is sent to."""
    if path is None or path == STDIO:
        return path is not None
    return _is_open_as(path, 1)


def _same(one: Path, other: Path) -> bool:
    if other == STDIO:
        return one != STDIO and _is_open_as(one, 0) and not _is_device(one)
    with suppress(OSError):
        return one != STDIO and one.samefile(other) and not _is_device(one)
    return False


def _one_place(one: Path, other: Path) -> bool:
    """Whether what is written to both goes to one place, which need not be there yet."""
    if is_stdout(one) or is_stdout(other):
        return is_stdout(one) and is_stdout(other)
    return one == other or _same(one, other) or (one.resolve() == other.resolve() and not _is_device(one))


def _is_open_as(path: Path, descriptor: int) -> bool:
    with suppress(OSError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False


def _is_device(path: Path) -> bool:
    """Whether there is something that is no file and no folder: a device, or a pipe with a name."""
    with suppress(OSError):
        return not stat.S_ISREG(path.stat().st_mode)
    return False


def _behind_links(path: Path) -> Path:
    """The file that a link leads to, though it may not be there yet. Raises OutputError where links go round."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):
        raise OutputError(f"{path} is a link that leads nowhere. Choose another place.") from None


def write_whole(path: Path, text: str) -> None:
    """Write text in UTF-8, wherever it is written: to stdout or a device as it is, else whole or not at all, to the file that a link
    leads to, which keeps its rights. Raises OutputError."""
    # half a surrogate pair, which a name may hold, is no text: it is escaped, in JSON as JSON escapes it
    content = text.encode("utf-8", "backslashreplace")
    if is_stdout(path):
        _to_stdout(content)
        return
    try:
        if _is_device(path):
            with path.open("wb") as device:
                device.write(content)
        else:
            _replace(_behind_links(path), content)
    except OSError as problem:
        raise OutputError(
            f"{path} cannot be written ({problem.strerror}). Choose a place that exists, is writable, and has room."
        ) from None


def _to_stdout(content: bytes) -> None:
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)  # one that others put there may take text only
    if buffer is None:
        sys.stdout.write(content.decode("utf-8"))
    else:
        buffer.write(content)
    sys.stdout.flush()


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        _with_the_rights_of(path, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # it is still there if this was interrupted, too


def _with_the_rights_of(path: Path, temporary: Path) -> None:
    """The mode and the owner of a file that is there; of a new one, as the user wants new files."""
    if not path.exists():
        usual = os.umask(0)
        os.umask(usual)
        temporary.chmod(0o666 & ~usual)
        return
    was = path.stat()
    with suppress(OSError):  # only root may give files away
        os.chown(temporary, was.st_uid, was.st_gid)
    temporary.chmod(stat.S_IMODE(was.st_mode))


def write_json(path: Path, data: object) -> None:
    """Write data as JSON, as `write_whole` does. Raises OutputError."""
    write_whole(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
