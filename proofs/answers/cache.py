"""A cache on disk for what was judged before, keyed by all that it depends on: the key is the caller's (the content of a
slice, what is asked of it, the scope); the engines' sources and the versions of what they stand on are added here.

One file an entry, written whole or not at all, so that several processes may share a folder. An entry that is not as it was
written is set aside and judged anew, never believed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

SCHEMA = "shadowproof-cache/1"
PACKAGES = ("numpy", "rustworkx", "transitions", "z3-solver", "cvc5")
SOURCES = ("proofs", "properties/kinds.py", "model/notation")
"""The engines. The protocol is not among them: what a judgement sees of it is in the caller's key."""

_ENTRY = frozenset({"schema", "key_hash", "versions", "value", "check"})
_FORGOTTEN = 3600
"""Seconds after which a file that was begun and never finished belongs to nobody."""


class CacheError(ValueError):
    """The cache cannot be kept; the message names the folder and the remedy."""


@dataclass(frozen=True)
class Told:
    """What a cache has to tell: entries that it found damaged and set aside, and why something could not be kept, if so."""

    damaged: tuple[Path, ...] = ()
    problem: str = ""


class Cache:
    """Entries in a folder; None: nothing is kept. `damaged`: entries that this object found damaged and set aside. `problem`:
    why it could not keep something; a verdict is never lost for that."""

    def __init__(self, folder: Path | None) -> None:
        """Make the folder, and see that it can be written to, before work is spent. Raises CacheError."""
        self.folder = folder
        self.damaged: list[Path] = []
        self.problem = ""
        if folder is None:
            return
        versions()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as problem:
            raise _cannot_keep(folder, problem) from None

    def get(self, key: str) -> object | None:
        """What was put under this key, by these engines; None if nothing was, or if it is damaged (and now set aside)."""
        if self.folder is None:
            return None
        path = _place(self.folder, key)
        try:
            value = _value(json.loads(path.read_bytes()), path.stem)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, RecursionError):
            self._set_aside(path)
            return None
        with suppress(OSError):
            os.utime(path)  # `prune` keeps what was used last
        return value

    def put(self, key: str, value: object) -> None:
        """Keep JSON data, or note the problem if the folder cannot be written to (any more: it may be full). Raises TypeError or
        ValueError if `get` could not give back just this."""
        if self.folder is None:
            return
        if value is None:
            raise ValueError("None is what get says of a key that is not kept; put something else")
        text = _canonical(value)
        if json.loads(text) != value:
            raise ValueError(
                "JSON would not give this back as it is: only lists, dicts with text for keys, and plain values"
            )
        path = _place(self.folder, key)
        check = sha256(text.encode()).hexdigest()
        entry = {"schema": SCHEMA, "key_hash": path.stem, "versions": dict(versions()), "value": value, "check": check}
        try:
            _write_whole(path, json.dumps(entry))
        except OSError as problem:
            self.problem = self.problem or str(_cannot_keep(self.folder, problem))

    def prune(self, most: int) -> int:
        """Keep the `most` entries used last; of damaged ones those set aside since the oldest of these was used. Returns how
        many files were removed."""
        if most < 0:
            raise ValueError(f"{most} entries cannot be kept; the least is 0")
        found = [] if self.folder is None else list(_files(self.folder))
        entries = sorted(((at, path) for at, path in found if path.suffix == ".json"), reverse=True)
        kept = entries[:most]
        gone = [path for _, path in entries[most:]]
        oldest = kept[-1][0] if kept else 0.0
        gone += [path for at, path in found if path.suffix == ".damaged" and (at < oldest or not most)]
        gone += [path for at, path in found if path.suffix == ".part" and at < time.time() - _FORGOTTEN]
        return sum(map(_removed, gone))

    @property
    def told(self) -> Told:
        return Told(tuple(self.damaged), self.problem)

    def hear(self, told: Told) -> None:
        """Of another process, or an earlier time, that used the same folder."""
        self.damaged = list(dict.fromkeys([*self.damaged, *told.damaged]))
        self.problem = self.problem or told.problem

    def _set_aside(self, path: Path) -> None:
        aside = path.with_name(f"{path.name}.damaged")
        with suppress(OSError):  # another process was quicker
            path.replace(aside)
            os.utime(aside)
        self.damaged.append(aside)


@cache
def versions() -> Mapping[str, str]:
    """What every verdict depends on besides its key. Computed once a process: an engine in use does not change."""
    known = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    known |= {package: _version(package) for package in PACKAGES}
    return MappingProxyType(known | {"sources": source_hash(Path(__file__).parents[2])})


def source_hash(root: Path) -> str:
    """A hash of the engines' sources below `root`. Raises CacheError where there are none to tell engines apart by."""
    whole = sha256()
    for place in SOURCES:
        at = root / place
        paths = sorted(at.rglob("*.py")) if at.is_dir() else [at]
        if not paths or not all(path.is_file() for path in paths):
            raise CacheError(f"{at} holds no sources to tell versions of the engines apart by. Do without a cache.")
        for path in paths:
            content = path.read_bytes()
            whole.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return whole.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _place(folder: Path, key: str) -> Path:
    name = sha256(_canonical([SCHEMA, key, dict(versions())]).encode()).hexdigest()
    return folder / name[:2] / f"{name}.json"


def _value(entry: object, key_hash: str) -> object:
    """The value of an entry that is as it was written. Raises ValueError."""
    if not isinstance(entry, dict) or entry.keys() != _ENTRY:
        raise ValueError("not the shape of an entry")
    if (entry["schema"], entry["key_hash"], entry["versions"]) != (SCHEMA, key_hash, dict(versions())):
        raise ValueError("another entry")
    if entry["value"] is None or entry["check"] != sha256(_canonical(entry["value"]).encode()).hexdigest():
        raise ValueError("not the value that was written")
    return entry["value"]


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _files(folder: Path) -> Iterator[tuple[float, Path]]:
    """Every file of the cache, and when it was last used."""
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        with suppress(OSError):  # another process removed it
            yield path.stat().st_mtime, path


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _cannot_keep(folder: Path, problem: OSError) -> CacheError:
    return CacheError(f"{folder} cannot hold the cache ({problem.strerror}). Name a folder that is writable, or none.")


_IN_USE = [Cache(None)]


def use(folder: Path | None) -> Cache:
    """Keep what is judged in this folder from now on, in this process; None: nowhere, as it is at first. Raises CacheError."""
    if _IN_USE[0].folder != folder:
        _IN_USE[0] = Cache(folder)
    return _IN_USE[0]


def use_where_possible(folder: Path | None) -> Cache:
    """As `use`; but where the folder cannot be written to (any more), nothing is kept, and the cache in use tells why."""
    try:
        return use(folder)
    except CacheError as problem:
        known = use(None)
        known.problem = str(problem)
        return known


def in_use() -> Cache:
    """The cache of this process."""
    return _IN_USE[0]
