"""The derived pages are those of the model as it is, and hang together."""

import re
from functools import cache
from pathlib import Path

import pytest

from model.protocol import PROTOCOL
from model.requirements import REQUIREMENTS
from proofs.answers.record import load
from properties.catalogue import PROPERTIES
from shadowproof import docs
from shadowproof.pages.findings import breaking
from shadowproof.pages.layout import WIDTH, contents, folded, slug

ROOT = Path(__file__).parents[2]
ONCE = {name: cache(page) for name, page in docs.GENERATED.items()}
"""The text of each page, made when it is first asked for: they are the same each time, and some take seconds."""
NAMES = list(ONCE)


@pytest.fixture(autouse=True)
def _made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "GENERATED", ONCE)


@cache
def _written() -> dict[Path, str]:
    return docs.generate(ROOT)


@cache
def _pages() -> dict[str, str]:
    return {path.name: text for path, text in _written().items() if path.parent.name == docs.FOLDER}


@cache
def _anchors(text: str) -> tuple[str, ...]:
    """The anchors of a page, to which hundreds of links lead."""
    outside_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return tuple(slug(heading) for heading in re.findall(r"^#+ (.+)$", outside_code, re.MULTILINE))


def test_pages_on_the_disk_are_current() -> None:
    stale = [path.name for path in docs.stale(ROOT)]
    assert not stale, f"stale: {', '.join(stale)}; write them with `make docs`"


@pytest.mark.parametrize("name", NAMES)
def test_anchors_are_unique(name: str) -> None:
    anchors = _anchors(_pages()[name])
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("name", NAMES)
def test_links_resolve(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", _pages()[name])
    assert links or name == "left-out.md"
    for page, anchor in links:
        text = _pages().get(page)
        assert text is not None, f"{page} is not there"
        assert not anchor or anchor in _anchors(text), f"{page}#{anchor} is not there"


def test_links_of_hand_written_pages_lead_to_files() -> None:
    """2026-11-29: the picture on the first page of the guide was there on the site only."""
    written = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "guide").glob("*.md"), *ROOT.glob("*.md")]
    links = [
        (page, link.partition("#")[0])
        for page in written
        for link in re.findall(
            r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
        )
        if "://" not in link and not link.startswith("#")
    ]
    assert len(links) > 50
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_everything_has_its_place() -> None:
    assert set(PROTOCOL.events) <= set(_anchors(_pages()["events.md"]))
    assert set(PROPERTIES) <= set(_anchors(_pages()["properties.md"]))
    machines = _anchors(_pages()["actors.md"]) + _anchors(_pages()["readings-and-faults.md"])
    assert {slug(name) for name in PROTOCOL.actors} <= set(machines)
    assert set(PROTOCOL.faults) <= set(_anchors(_pages()["readings-and-faults.md"]))
    listed = re.findall(r"\]\(([^)]+)\)", _written()[ROOT / "docs" / docs.INDEX])
    by_hand = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs" / "guide").glob("*.md")}
    assert set(listed) == {*(f"{docs.FOLDER}/{name}" for name in _pages()), *by_hand, "benchmark.md", "inventory.md"}
    assert all((ROOT / "docs" / name).is_file() for name in listed)


def test_write_then_nothing_is_stale(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "by-hand.md").write_text("# By hand\n", encoding="utf-8")
    assert len(docs.stale(tmp_path)) == len(_written())
    written = docs.write(tmp_path)
    assert docs.stale(tmp_path) == []
    there = {path.name for path in tmp_path.rglob("*.*")}
    assert there == {path.name for path in written} | {"by-hand.md"}
    assert docs.PICTURE in there
    index = (tmp_path / "docs" / "README.md").read_text(encoding="utf-8")
    assert "[By hand](by-hand.md) (written by hand)" in index
    assert "* [Findings](generated/findings.md)\n" in index


def test_a_changed_page_is_stale(tmp_path: Path) -> None:
    docs.write(tmp_path)
    page = tmp_path / "docs" / docs.FOLDER / "events.md"
    page.write_bytes(page.read_bytes() + b"\n")
    assert docs.stale(tmp_path) == [page]


def test_nothing_is_written_if_one_page_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "docs"
    pages = {folder / "a.md": "# A\n", folder / "b.md": "\ud800"}  # a lone surrogate cannot be encoded
    monkeypatch.setattr(docs, "generate", lambda root, beside: pages)
    with pytest.raises(UnicodeEncodeError):
        docs.write(tmp_path)
    assert list(folder.iterdir()) == []


ON_PAGES = {
    "properties.md": {slug(name) for name in PROPERTIES}, "actors.md": {"requester", "writer_state"},
    "events.md": {slug(name) for name in PROTOCOL.events},
    "requirements.md": {slug(one.id) for one in REQUIREMENTS},
}  # fmt: skip


@pytest.mark.parametrize("name", ON_PAGES)
def test_what_is_on_a_page_stands_on_its_top_as_links(name: str) -> None:
    top = re.split(r"^### ", _pages()[name], maxsplit=1, flags=re.MULTILINE)[0]
    links = re.findall(r"\]\(#([^)]+)\)", top)
    assert ON_PAGES[name] <= set(links)
    assert set(links) <= set(_anchors(_pages()[name]))
    assert len(links) == len(set(links)) == len(_anchors(_pages()[name])) - 1


def test_lines_are_not_so_long_that_nobody_reads_them() -> None:
    for name, text in _pages().items():
        outside_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        lines = [line for line in outside_code.splitlines() if not line.startswith(("|", "#"))]
        assert all(len(line) <= WIDTH or " " not in line.strip("* ") for line in lines), name
        assert name == "obligations.md" or max(map(len, text.splitlines())) < 900


def test_folding_changes_no_word_and_makes_no_list() -> None:
    long = " ".join(["word + 12. more - and # then * all"] * 20)
    for text in (f"* {long}", long, f"* *term*: {long}\n\nend\n"):
        done = folded(text)
        assert done.split() == text.split()
        assert len(done.splitlines()) > 3
        starts = [line.split()[0] for line in done.splitlines()[1:] if line]
        assert not {"+", "12.", "-", "#", "*"} & set(starts)
    for as_it_is in (f"| {long} |", f"```text\n{long}\n```", f"# {long}", ""):
        assert folded(as_it_is) == as_it_is


def test_contents_are_links_by_group() -> None:
    assert contents({"1. One": ["a-b", "GEN-1"]}) == "* [1. One](#1-one): [a-b](#a-b), [GEN-1](#gen-1)"


def test_a_requirement_leads_to_each_finding_about_it() -> None:
    breaks = breaking(load())
    assert len(breaks) > 20
    sections = dict(
        part.split("\n", 1) for part in re.split(r"^### ", _pages()["requirements.md"], flags=re.MULTILINE)[1:]
    )
    for one in REQUIREMENTS:
        text = " ".join(sections[one.id].split())
        for found in (found for found in PROPERTIES.values() if one.id in found.shows):
            for column in breaks.get(found.name, ()):
                assert f"](findings.md#{slug(column)})" in text
            assert (f"`{found.name}` fails under" in text) == (found.name in breaks)
