"""The site as it is made: every link on it leads somewhere, nothing is fetched; and in a real browser, wide and narrow, light and dark,
without JavaScript: axe-core finds nothing serious, nothing is wider than the screen, runs open with one click."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from model.versions import DOCUMENT, VARIABLE, names
from properties.catalogue import PROPERTIES
from shadowproof.site.kept import requester_runs
from shadowproof.site.made import build
from shadowproof.site.made.mended import mended
from shadowproof.site.made.trees import dot, drawn
from tests.helpers.nightly import AT_NIGHT, nightly
from tests.shadowproof.walk.asked import ENGINE, answers, needs_node, protocol
from tests.shadowproof.walk.browser import browser, needs_browser

ROOT = Path(__file__).parents[4]
SOME = (
    "index", "script", "script/5-post-snapshot", "actor/note", "requirement/bak-9", "property/no-vm-left-saved", "matrix", "cut-sets",
    "fault/requester_vanishes", "finding/2", "requester/hobocopy",
)  # fmt: skip
"""Pages that are made in each run; not those that take searches."""

MORE = (
    "actors", "requirements", "sentences", "promises", "property/auto-recovery-required", "property/every-session-ends",
    "property/writer-identity", "circumstances", "reading/read-8", "findings", "letter", "obligations", "requesters", "guide/tutorial",
    "guide/commands", "guide/method", "guide/how-to-read", "guide/questions",
    "mutants", "benchmark", "left-out", "derived", "inventory", "contributing", "architecture", "search",
)  # fmt: skip
"""Of every kind that is left."""

SCREENS = {"wide": (1400, 1000), "narrow": (390, 844)}
WAYS = list(product(SCREENS, ("light", "dark")))
BY_DAY = {("wide", "light"): ("property/no-vm-left-saved", "cut-sets"), ("narrow", "dark"): ("matrix",)}
LOOKED_AT = dict.fromkeys(WAYS, SOME) if AT_NIGHT else BY_DAY
"""The pages that are looked at in each way."""


class Page(HTMLParser):
    """What a page links to, fetches, and can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links, self.fetched, self.anchors = list[str](), list[str](), set[str]()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if "id" in of:
            self.anchors.add(of["id"])
        if tag == "a" and "href" in of:
            self.links.append(of["href"])
        if tag in {"script", "img", "link", "iframe"}:
            self.fetched += [of[name] for name in ("src", "href") if name in of]


def dead_links(folder: Path) -> list[str]:
    """Links of pages to pages and places that are not there, and whatever is fetched from elsewhere."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html")}
    found = []
    for path, page in pages.items():
        for target in (*page.links, *page.fetched):
            parts = urlsplit(unescape(target))
            if parts.scheme or parts.netloc:
                if target in page.fetched or parts.netloc not in KNOWN:
                    found.append(f"{path.name}: {target} is elsewhere")
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not to.exists() or (
                anchor and to in pages and anchor not in pages[to].anchors and to.name != "walk.html"
            ):
                found.append(f"{path.name}: {target}")
    return found


KNOWN = frozenset({"www.sphinx-doc.org", "pradyunsg.me", "github.com"})
"""Whom the theme thanks at the foot of each page."""


def test_what_is_looked_for_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a id="x" href="b.html#y"></a><a href="c.html"></a><img src="//else.where/i.png">'
    )
    (tmp_path / "b.html").write_text('<a id="z" href="a.html#x"></a>')
    assert len(dead_links(tmp_path)) == 3


def made(folder: Path, *more: str, version: str = DOCUMENT) -> Path:
    """The site in a folder, by a process of its own: what Sphinx imports warns of things that are not ours."""
    if problem := build.lacking():
        pytest.fail(f"{problem} is not installed: it is pinned in requirements/dev.txt")
    text = (
        "import sys, re; from pathlib import Path; from shadowproof.site.made.build import build\n"
        "build(Path(sys.argv[1]), Path(sys.argv[2]), only=re.compile(sys.argv[3]).fullmatch)"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, str(ROOT), str(folder), *more],
        cwd=ROOT,
        env={**os.environ, VARIABLE: version},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("site") / "site", "|".join(map(re.escape, (f"{name}.md" for name in SOME))))


def test_pages_are_made_without_a_warning(html: Path) -> None:
    assert dead_links(html) == []
    assert all((html / f"{name}.html").is_file() for name in SOME)
    text = (html / "property" / "no-vm-left-saved.html").read_text("utf-8")
    assert "requester_vanishes" in text
    assert PROPERTIES["no-vm-left-saved"].says in unescape(text)
    assert (html / "search.html").is_file()


# -- in a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with browser() as found:
        yield found


class Shown:
    """A page of the site that is open, with what it asked for elsewhere and complained of."""

    def __init__(self, started: Any, screen: str = "wide", scheme: str = "light", **more: object) -> None:
        width, height = SCREENS[screen]
        self.context = started.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **more)
        self.page, self.wrong = self.context.new_page(), list[str]()
        self.page.on(
            "request", lambda one: self.wrong.append(one.url) if not one.url.startswith(("file:", "data:")) else None
        )
        self.page.on("console", lambda one: self.wrong.append(one.text))
        self.page.on("pageerror", lambda one: self.wrong.append(str(one)))

    def goes_to(self, path: Path) -> None:
        self.page.goto(path.as_uri())


def seen_wrong(started: Any, paths: list[Path], screen: str, scheme: str) -> list[str]:
    """What axe-core finds serious on pages, what is wider than the screen, what is fetched from elsewhere or complained of."""
    from axe_playwright_python.sync_playwright import Axe

    shown, axe, found = Shown(started, screen, scheme), Axe(), []
    for path in paths:
        shown.goes_to(path)
        told = axe.run(shown.page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
        found += [
            f"{path.name}: {one['id']}: {one['nodes'][0]['html']}"
            for one in told
            if one["impact"] in {"serious", "critical"}
        ]
        if shown.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path.name} is wider than the screen")
    shown.context.close()
    return found + shown.wrong


@needs_browser
@pytest.mark.parametrize(("screen", "scheme"), LOOKED_AT)
def test_pages_can_be_read(html: Path, started: Any, screen: str, scheme: str) -> None:
    assert seen_wrong(started, [html / f"{name}.html" for name in LOOKED_AT[screen, scheme]], screen, scheme) == []


@needs_browser
def test_what_cannot_be_read_is_noticed(tmp_path: Path, started: Any) -> None:
    (tmp_path / "bad.html").write_text(
        '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><p style="color: #ccc; background: #fff">pale</p>'
        '<div style="width: 2000px">wide</div><img src="https://example.invalid/x.png"></main>'
    )
    found = seen_wrong(started, [tmp_path / "bad.html"], "narrow", "light")
    assert {"bad.html: color-contrast", "bad.html: image-alt"} <= {one.split(": <")[0] for one in found}
    assert "bad.html is wider than the screen" in found
    assert "https://example.invalid/x.png" in found


@needs_browser
def test_a_run_opens_with_one_click(html: Path, started: Any) -> None:
    shown = Shown(started)
    for name, promise in (("property/no-vm-left-saved", "no-vm-left-saved"), ("cut-sets", "no-partial-backup")):
        shown.goes_to(html / f"{name}.html")
        shown.page.locator("a.walk").first.click()
        shown.page.locator("#banner").wait_for()
        assert shown.page.locator("#banner").inner_text().startswith(f"{promise} ")
        assert shown.page.locator("#notes .note").count() == 0
    shown.goes_to(html / "requester" / "hobocopy.html")
    shown.page.locator("a.walk").first.click()
    shown.page.locator("#lights .light-name").first.wait_for()
    assert shown.page.locator("#notes .note").count() == 0
    assert shown.wrong == []


@needs_browser
def test_it_reads_without_javascript(html: Path, started: Any) -> None:
    shown = Shown(started, java_script_enabled=False)
    shown.goes_to(html / "index.html")
    shown.page.locator(".sidebar-tree a", has_text="Cut sets").click()
    assert shown.page.locator("h1").inner_text().startswith("Cut sets")
    assert shown.page.locator("figure, details").first.is_visible()
    shown.page.locator("article a", has_text="When no session is open").first.click()
    assert shown.page.locator("h1").inner_text().startswith("no-vm-left-saved")
    assert shown.wrong == []


@nightly
def test_every_kind_of_page_can_be_read(tmp_path: Path, started: Any) -> None:
    """The whole site is made; of every kind one page is looked at, and every run opens."""
    html = made(tmp_path / "site", ".*")
    assert dead_links(html) == []
    assert len(list(html.rglob("*.html"))) > 400
    for screen, scheme in WAYS:
        assert seen_wrong(started, [html / f"{name}.html" for name in (*SOME, *MORE)], screen, scheme) == []


@nightly
@pytest.mark.parametrize("version", [name for name in names() if name != DOCUMENT])
def test_the_site_of_a_version_is_made_to_its_end(version: str, tmp_path: Path) -> None:
    """Found on 2026-11-29, when one was for the first time: five links led to places that were not there. That none does is looked at by
    day of a few pages, in `test_of_a_version.py`."""
    html = made(tmp_path / "site", ".*", version=version)
    assert dead_links(html) == []
    assert len(list(html.rglob("*.html"))) > 350
    assert f"Shadowproof: version {version}" in (html / "property" / "no-vm-left-saved.html").read_text("utf-8")


# -- what is mended and drawn -----------------------------------------------------------------------------------------


@needs_node
def test_kept_runs_of_requesters_can_be_followed_to_their_end() -> None:
    links = [link for one in requester_runs.kept().values() for link in one["runs"].values()]
    assert len(links) >= 10
    asked = [{"kind": "file", "document": 0, "name": "x", "text": f"#{link}"} for link in links]
    (found,) = answers([protocol()], asked, ENGINE)
    assert [one.get("refused") or one["stopped"] or one["notes"] for one in found] == [[]] * len(links)


def test_a_cell_bears_the_name_of_its_column() -> None:
    table = (
        '<table class="docutils x"><thead><tr><th class="head"><p>what <code>it</code> is</p></th><th><p></p></th></tr></thead>'
        "<tbody><tr><td><p>1</p></td><td>2</td></tr></tbody></table>"
    )
    assert mended(table).count('<td data-label="what it is"><p>1</p></td><td>2</td>') == 1
    page = f'<p class="caption" role="heading">x</p><pre>y</pre><div class="table-wrapper z">{table}</div>'
    assert mended(mended(page)) == mended(page)
    assert [
        mended(page).count(one) for one in ('aria-level="2"', '<pre tabindex="0">', 'table-wrapper z" tabindex="0">')
    ] == [1, 1, 1]


def test_a_tree_is_drawn_or_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = 'flowchart TD\n  top["x is \\ <broken>"] --> any(("or"))\n  any --> c0["fault"]\n'
    assert dot(tree).splitlines()[3:] == [
        'top [shape=box, label="x is \\\\ <broken>"];', 'any [shape=circle, label="or"];', 'c0 [shape=box, label="fault"];',
        "top -> any;", "any -> c0;", "}",
    ]  # fmt: skip
    assert dot("stateDiagram-v2\n  a --> b\n") == dot("flowchart TD\n  a -.-> b\n") == ""
    page = f"before\n\n```mermaid\n{tree}```\n\nafter\n"
    if shutil.which("dot"):
        assert "<svg" in drawn(page)
        assert "&lt;broken&gt;" in drawn(page)
    monkeypatch.setattr("shadowproof.site.made.trees._svg", lambda _: "")
    assert "<summary>As a tree, in Mermaid's notation</summary>" in drawn(page)
    assert f"```text\n{tree}```" in drawn(page)
