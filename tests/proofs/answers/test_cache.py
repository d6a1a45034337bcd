"""The cache: what is put comes back, under its key and by the same engines only; what is damaged is set aside, not believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

import proofs.answers.cache
from proofs.answers.cache import Cache, CacheError, Told, in_use, source_hash, use, use_where_possible, versions

VALUE = {"verdict": "holds", "counts": [1, 2, 3], "deep": {"b": None, "a": 0.5, "é": True}}


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def only_entry(folder: Path) -> Path:
    (path,) = entries(folder)
    return path


# Entries


def test_what_is_put_comes_back_also_to_another_cache_of_the_folder(tmp_path: Path) -> None:
    Cache(tmp_path / "deep" / "cache").put("key", VALUE)
    found = Cache(tmp_path / "deep" / "cache")
    assert found.get("key") == VALUE
    assert json.dumps(found.get("key")) == json.dumps(VALUE), "the order of a dict is kept"
    assert found.damaged == []


def test_an_entry_says_what_it_is(tmp_path: Path) -> None:
    Cache(tmp_path).put("key", VALUE)
    path = only_entry(tmp_path)
    entry = json.loads(path.read_text("utf-8"))
    assert set(entry) == {"schema", "key_hash", "versions", "value", "check"}
    assert entry["schema"] == "shadowproof-cache/1"
    assert entry["key_hash"] == path.stem
    assert path.parent == tmp_path / path.stem[:2]
    assert entry["versions"] == dict(versions())


def test_another_key_is_another_entry_and_a_later_value_replaces(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("key", [1])
    assert cache.get("key ") is None
    cache.put("key ", [2])
    cache.put("key ", [3])
    assert (cache.get("key"), cache.get("key ")) == ([1], [3])
    assert len(entries(tmp_path)) == 2


@pytest.mark.parametrize("changed", ["python", "numpy", "rustworkx", "transitions", "z3-solver", "cvc5", "sources"])
def test_nothing_is_taken_over_from_other_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    known = dict(versions())
    cache = Cache(tmp_path)
    cache.put("key", VALUE)
    monkeypatch.setattr(proofs.answers.cache, "versions", lambda: known | {changed: "another"})
    assert cache.get("key") is None
    assert cache.damaged == [], "an old entry is not a damaged one"
    monkeypatch.undo()
    assert cache.get("key") == VALUE


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.put("key", VALUE)
    assert cache.get("key") is None
    assert cache.prune(0) == 0


@pytest.mark.parametrize(
    "value", [None, (1, 2), {"a": (1,)}, {1: 2}, float("nan"), float("inf"), {1, 2}, "\ud83d\ude00"]
)
def test_what_would_not_come_back_as_it_is_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Cache(tmp_path).put("key", value)
    assert entries(tmp_path) == []


# Versions


def test_the_versions_name_all_that_engines_stand_on() -> None:
    assert set(versions()) == {"python", "numpy", "rustworkx", "transitions", "z3-solver", "cvc5", "sources"}
    assert versions()["python"] == ".".join(map(str, sys.version_info[:2]))
    assert versions()["sources"] == source_hash(Path(proofs.answers.cache.__file__).parents[2])


def test_a_package_that_is_missing_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    here = dict(versions())

    def version(package: str) -> str:
        if package == "cvc5":
            raise PackageNotFoundError(package)
        return here[package]

    monkeypatch.setattr(proofs.answers.cache, "version", version)
    assert dict(versions.__wrapped__()) == here | {"cvc5": "absent"}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("proofs/a.py", "proofs/deep/b.py", "properties/kinds.py", "properties/promises/vss.py", "model/notation/c.py",
                 "model/actors/power.py", "proofs/answers/record.json"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["proofs/a.py", "proofs/deep/b.py", "properties/kinds.py", "model/notation/c.py"])
def test_a_changed_engine_is_another_engine(sources: Path, name: str) -> None:
    before = source_hash(sources)
    assert source_hash(sources) == before
    (sources / name).write_text("# changed\n", "utf-8")
    assert source_hash(sources) != before


def test_an_engine_more_or_by_another_name_is_another_engine(sources: Path) -> None:
    before = source_hash(sources)
    (sources / "proofs/a.py").rename(sources / "proofs/aa.py")
    renamed = source_hash(sources)
    (sources / "proofs/new.py").write_text("", "utf-8")
    assert len({before, renamed, source_hash(sources)}) == 3


@pytest.mark.parametrize("name", ["properties/promises/vss.py", "model/actors/power.py", "proofs/answers/record.json"])
def test_the_protocol_is_in_the_key_and_not_in_the_versions(sources: Path, name: str) -> None:
    before = source_hash(sources)
    (sources / name).write_text("# changed\n", "utf-8")
    assert source_hash(sources) == before


def test_engines_without_sources_cannot_be_told_apart(sources: Path) -> None:
    (sources / "properties/kinds.py").unlink()
    with pytest.raises(CacheError, match=r"kinds\.py"):
        source_hash(sources)


# Damage


def changed(**parts: object) -> Callable[[bytes], bytes]:
    return lambda text: json.dumps(json.loads(text) | parts).encode()


def without(part: str) -> Callable[[bytes], bytes]:
    return lambda text: json.dumps({name: is_ for name, is_ in json.loads(text).items() if name != part}).encode()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut short": lambda text: text[:-20],
    "not text": lambda _: b"\xff\xfe\xfd\x80",
    "not JSON": lambda _: b"verdict: holds",
    "too deep": lambda _: b"[" * 200_000,
    "a list": lambda _: b"[]",
    "the value only": lambda _: json.dumps(VALUE).encode(),
    "other schema": changed(schema="shadowproof-cache/2"),
    "other key": changed(key_hash="0" * 64),
    "other versions": changed(versions={}),
    "other value": changed(value=VALUE | {"verdict": "refuted"}),
    "other check": changed(check="0" * 64),
    "null": changed(value=None, check="74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b"),
    "no number": changed(value=float("nan")),
    "a part more": changed(more=1),
    **{f"without {part}": without(part) for part in ("schema", "key_hash", "versions", "value", "check")},
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_set_aside_and_made_anew(tmp_path: Path, kind: str) -> None:
    cache = Cache(tmp_path)
    cache.put("key", VALUE)
    cache.put("other", [1])
    path = next(p for p in entries(tmp_path) if json.loads(p.read_text("utf-8"))["value"] == VALUE)
    path.write_bytes(DAMAGE[kind](path.read_bytes()))
    assert cache.get("key") is None
    aside = path.with_name(f"{path.name}.damaged")
    assert (aside.exists(), path.exists()) == (True, False)
    assert cache.get("key") is None
    assert cache.damaged == [aside], "set aside once; a miss from then on"
    cache.put("key", VALUE)
    assert cache.get("key") == VALUE
    assert cache.get("other") == [1], "its neighbours are untouched"


def test_an_entry_under_the_name_of_another_is_damaged(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("key", [1])
    first = only_entry(tmp_path)
    cache.put("other", [2])
    (second,) = set(entries(tmp_path)) - {first}
    second.write_bytes(first.read_bytes())
    assert cache.get("other") is None
    assert len(cache.damaged) == 1


# Folders that cannot be written to, and crashes


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_refused_at_once_in_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(CacheError) as problem:
        Cache(tmp_path / place)
    assert str(problem.value).startswith(f"{tmp_path / place} cannot hold the cache (")
    assert str(problem.value).endswith("Name a folder that is writable, or none.")
    assert "\n" not in str(problem.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to every folder")
def test_a_folder_without_leave_to_write_is_refused_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CacheError, match="cannot hold the cache"):
        Cache(tmp_path)


def test_what_cannot_be_kept_is_noted_in_a_sentence_and_nobody_stopped(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    (tmp_path / "cache").rmdir()
    assert (cache.get("key"), cache.problem) == (None, "")
    cache.put("key", VALUE)
    assert cache.problem.startswith(f"{tmp_path / 'cache'} cannot hold the cache (")
    assert cache.told == Told((), cache.problem)


def test_what_another_process_tells_is_heard_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for told in (Told((tmp_path / "a",), "full"), Told((tmp_path / "a", tmp_path / "b"), "still full"), Told()):
        cache.hear(told)
    assert cache.told == Told((tmp_path / "a", tmp_path / "b"), "full")


def test_a_worker_that_finds_no_folder_works_without_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    known = use_where_possible(tmp_path / "file")
    assert (known, known.folder) == (in_use(), None)
    assert "cannot hold the cache" in known.told.problem
    assert use_where_possible(tmp_path / "cache").told == Told()
    use(None)


@pytest.mark.parametrize("crash", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_crash_in_the_middle_leaves_the_old_entry_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash: BaseException
) -> None:
    cache = Cache(tmp_path)
    cache.put("key", [1])
    before = entries(tmp_path)

    def fails(*_: object, **__: object) -> None:
        raise crash

    monkeypatch.setattr(os, "replace", fails)
    for key in ("key", "new"):
        with nullcontext() if isinstance(crash, OSError) else pytest.raises(KeyboardInterrupt):
            cache.put(key, [2])
    monkeypatch.undo()
    assert ("No space left on device" in cache.problem) == isinstance(crash, OSError)
    assert entries(tmp_path) == before
    assert cache.get("key") == [1]
    assert cache.get("new") is None


WRITER = """
import sys
from pathlib import Path
from proofs.answers.cache import Cache
cache = Cache(Path(sys.argv[1]))
for turn in range(60):
    cache.put("key", [sys.argv[2]] * 20_000)
    assert cache.get("key") is not None, "half an entry was read"
"""


def test_two_processes_write_the_same_key(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], stderr=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    cache, seen = Cache(tmp_path), set()
    while any(writer.poll() is None for writer in writers):
        value: Any = cache.get("key")
        assert value is None or len(value) == 20_000
        seen.add("nothing" if value is None else value[0])
    assert [(writer.wait(), writer.communicate()[1]) for writer in writers] == [(0, "")] * 2
    assert cache.damaged == []
    assert seen & {"one", "two"}, "no entry was read while they were written"
    assert only_entry(tmp_path).suffix == ".json"


# Prune


def aged(folder: Path, keys: str) -> tuple[Cache, dict[str, Path]]:
    """An entry for each key, the first the oldest: a hundred days ago, then a day younger each."""
    cache, paths = Cache(folder), dict[str, Path]()
    for day, key in enumerate(keys):
        cache.put(key, [key])
        (paths[key],) = set(entries(folder)) - set(paths.values())
        age(paths[key], 100 - day)
    return cache, paths


def age(path: Path, days: float) -> None:
    then = path.stat().st_ctime - days * 86_400
    os.utime(path, (then, then))


def kept(cache: Cache, keys: str) -> str:
    return "".join(key for key in keys if cache.get(key) is not None)


@pytest.mark.parametrize(("most", "left"), [(0, ""), (1, "d"), (3, "bcd"), (4, "abcd"), (9, "abcd")])
def test_prune_keeps_the_newest(tmp_path: Path, most: int, left: str) -> None:
    cache, _ = aged(tmp_path, "abcd")
    assert cache.prune(most) == 4 - len(left)
    assert kept(cache, "abcd") == left


def test_what_was_used_is_new_again(tmp_path: Path) -> None:
    cache, _ = aged(tmp_path, "abcd")
    cache.get("a")
    cache.prune(2)
    assert kept(cache, "abcd") == "ad"


def test_prune_removes_damaged_entries_older_than_those_it_keeps(tmp_path: Path) -> None:
    cache, paths = aged(tmp_path, "abcd")
    old, new = paths["c"].with_name("x.json.damaged"), paths["c"].with_name("y.json.damaged")
    for path, days in ((old, 98.5), (new, 97.5)):
        path.write_text("", "utf-8")
        age(path, days)
    assert cache.prune(2) == 3
    assert not old.exists()
    assert new.exists()
    assert cache.prune(0) == 3
    assert entries(tmp_path) == []


def test_what_was_just_set_aside_is_new(tmp_path: Path) -> None:
    cache, paths = aged(tmp_path, "abcd")
    paths["a"].write_text("", "utf-8")
    age(paths["a"], 100)
    cache.get("a")
    cache.prune(2)
    assert [path.exists() for path in cache.damaged] == [True]


def test_prune_removes_what_a_killed_process_left_and_nothing_that_is_being_written(tmp_path: Path) -> None:
    cache, paths = aged(tmp_path, "a")
    left, begun = paths["a"].with_name(".x.part"), paths["a"].with_name(".y.part")
    left.write_text("", "utf-8")
    begun.write_text("", "utf-8")
    age(left, 1)
    assert cache.prune(0) == 2
    assert entries(tmp_path) == [begun]


def test_prune_touches_nothing_that_is_not_of_the_cache(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}", "utf-8")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.json").write_text("{}", "utf-8")
    assert Cache(tmp_path).prune(0) == 0
    assert len(entries(tmp_path)) == 2


def test_fewer_than_none_cannot_be_kept(tmp_path: Path) -> None:
    cache, _ = aged(tmp_path, "ab")
    with pytest.raises(ValueError, match="-1"):
        cache.prune(-1)
    assert kept(cache, "ab") == "ab"
