"""The derived pages are those of the model as it is, and hang together."""

import re
from pathlib import Path

import pytest

from model.protocol import PROTOCOL
from properties.catalogue import PROPERTIES
from shadowproof import docs
from shadowproof.pages.pages import slug

ROOT = Path(__file__).parents[2]
PAGES = {path.name: text for path, text in docs.generate(ROOT).items()}
HAND_WRITTEN = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}


def _anchors(text: str) -> list[str]:
    outside_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [slug(heading) for heading in re.findall(r"^#+ (.+)$", outside_code, re.MULTILINE)]


def test_pages_on_the_disk_are_current() -> None:
    stale = [path.name for path in docs.stale(ROOT)]
    assert not stale, f"stale: {', '.join(stale)}; write them with `make docs`"


@pytest.mark.parametrize("name", PAGES)
def test_anchors_are_unique(name: str) -> None:
    anchors = _anchors(PAGES[name])
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("name", PAGES)
def test_links_resolve(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", PAGES[name])
    assert links or name == "left-out.md"
    for page, anchor in links:
        text = PAGES.get(page) or HAND_WRITTEN.get(page)
        assert text is not None, f"{page} is not there"
        assert not anchor or anchor in _anchors(text), f"{page}#{anchor} is not there"


def test_everything_has_its_place() -> None:
    assert set(PROTOCOL.events) <= set(_anchors(PAGES["events.md"]))
    assert set(PROPERTIES) <= set(_anchors(PAGES["properties.md"]))
    machines = _anchors(PAGES["actors.md"]) + _anchors(PAGES["readings-and-faults.md"])
    assert {slug(name) for name in PROTOCOL.actors} <= set(machines)
    assert set(PROTOCOL.faults) <= set(_anchors(PAGES["readings-and-faults.md"]))
    assert all(f"({name})" in PAGES["README.md"] for name in PAGES if name != "README.md")


def test_write_then_nothing_is_stale(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "by-hand.md").write_text("# By hand\n", encoding="utf-8")
    assert len(docs.stale(tmp_path)) == len(PAGES)
    written = docs.write(tmp_path)
    assert docs.stale(tmp_path) == []
    assert {path.name for path in (tmp_path / "docs").iterdir()} == {path.name for path in written} | {"by-hand.md"}
    index = (tmp_path / "docs" / "README.md").read_text(encoding="utf-8")
    assert "[By hand](by-hand.md) (written by hand)" in index
    assert "* [Findings](findings.md)\n" in index


def test_a_changed_page_is_stale(tmp_path: Path) -> None:
    docs.write(tmp_path)
    page = tmp_path / "docs" / "events.md"
    page.write_bytes(page.read_bytes() + b"\n")
    assert docs.stale(tmp_path) == [page]


def test_nothing_is_written_if_one_page_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "docs"
    pages = {folder / "a.md": "# A\n", folder / "b.md": "\ud800"}  # a lone surrogate cannot be encoded
    monkeypatch.setattr(docs, "generate", lambda root: pages)
    with pytest.raises(UnicodeEncodeError):
        docs.write(tmp_path)
    assert list(folder.iterdir()) == []
