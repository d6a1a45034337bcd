"""The page that walks the protocol, held against its budgets: how large it is, how soon it opens, how long a click and a search take.

`python -m bench.walk`; the browser is Debian's chromium, driven by playwright (shadowproof[browser]). Exit status: 0 all within their
budgets, 1 one is not, 2 there is no browser.
"""

from __future__ import annotations

import gzip
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from shadowproof.walk.assemble import page as page_of
from shadowproof.walk.document import protocol_document, protocol_text
from shadowproof.walk.runs import opened, usual_link

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
LOADS, CLICKS = 15, 12
FINDINGS = (
    "no-vm-left-saved/requester_vanishes",
    "backed-up-images-are-consistent/every fault",
    "no-partial-backup/failure_ignored",
)
"""Runs along which is clicked; of one is the page loaded."""

GOALS = (
    "no-vm-left-saved is broken",
    "child snapshot of vm 1 is taken",
    "no-partial-backup is broken",
    "power of vm 1 is saved",
)
"""What is searched for with one VM that is as usual."""


@dataclass(frozen=True)
class Row:
    """What was measured. budget: at most. samples: of which the median is held against it; the least and the most are told."""

    what: str
    budget: float
    unit: str
    samples: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def met(self) -> bool:
        return self.median <= self.budget


def sizes(text: str) -> Iterator[Row]:
    document = protocol_text().encode()
    for what, content, budget, packed in (("the page", text.encode(), 450, 90), ("the document", document, 300, 60)):
        yield Row(what, budget, "kB", [len(content) / 1000])
        yield Row(f"{what}, packed", packed, "kB", [len(gzip.compress(content, 9)) / 1000])


def times(browser: Any, path: Path) -> Iterator[Row]:
    """Milliseconds, taken in the page itself."""
    loads = []
    for _ in range(LOADS):
        shown = browser.new_page()
        shown.goto(f"{path.as_uri()}#finding={FINDINGS[0]}")
        loads.append(shown.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
        shown.close()
    yield Row("first load, until a run is shown", 300, "ms", loads)
    shown = browser.new_page(viewport={"width": 1500, "height": 950})
    clicks: list[float] = []
    for finding in FINDINGS:
        shown.goto(f"{path.as_uri()}#finding={finding}")
        clicks += shown.evaluate(_CLICKED, CLICKS)
        shown.goto("about:blank")
    yield Row("a click, until what follows is laid out", 150, "ms", clicks)
    shown.goto(path.as_uri())
    yield Row("a search with one VM", 100, "ms", [_searched(shown, goal) for goal in GOALS])


_CLICKED = """many => {
    const took = [];
    const timed = target => {
        const begun = performance.now();
        target.click();
        document.body.getBoundingClientRect();
        took.push(performance.now() - begun);
    };
    timed(document.querySelector('[data-go=first]'));
    for (let k = 0; k < many && document.querySelector('#events .card.next'); k += 1) {
        timed(document.querySelector('#events .card.next'));
    }
    timed(document.querySelector('[data-view=values]'));
    return took;
}"""


def _searched(shown: Any, goal: str) -> float:
    shown.fill("#search-what", goal)
    shown.get_by_role("button", name="Look").click()
    shown.locator("#search-answer :text('visited')").first.wait_for()
    found = re.search(r"([\d,]+) ms", shown.locator("#search-answer").inner_text())
    shown.locator("#search-wanted button").click()
    return float(found.group(1).replace(",", "")) if found else float("nan")


def main() -> int:
    console = Console()
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra of its own
    except ImportError:
        console.print("playwright is not installed. Install shadowproof\\[browser].")
        return 2
    if not CHROMIUM.exists():
        console.print(f"{CHROMIUM} is not there. Install it: apt install chromium")
        return 2
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "walk.html"
        path.write_text(page_of(protocol_document(), opened(usual_link())), "utf-8")
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=list(FLAGS))
        rows = [*sizes(path.read_text("utf-8")), *times(browser, path)]
        browser.close()
    table = Table("what", "at most", "least", "median", "most", "met")
    for row in rows:
        told = [f"{value:,.0f} {row.unit}" for value in (row.budget, min(row.samples), row.median, max(row.samples))]
        table.add_row(row.what, *told, "yes" if row.met else "NO")
    console.print(table)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
