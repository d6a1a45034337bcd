"""A real browser, if one is there: Debian's chromium, driven by playwright; its shell without a screen, where that is there, since it takes
a third of the time. Where SHADOWPROOF_BROWSER is set, it must be there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = next((path for path in BROWSERS if path.exists()), BROWSERS[0])
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--renderer-process-limit=1", "--disable-extensions", "--disable-software-rasterizer",
)  # fmt: skip
REQUIRED = bool(os.environ.get("SHADOWPROOF_BROWSER"))


def lacking() -> str:
    """What is not there; empty, if everything is."""
    packages = [name for name in ("playwright", "axe_playwright_python") if find_spec(name) is None]
    return ", ".join([*packages, *([] if CHROMIUM.exists() else [str(CHROMIUM)])])


needs_browser = pytest.mark.skipif(
    bool(lacking()) and not REQUIRED,
    reason=f"not there: {lacking()}; see the extra `browser`, and apt-get install chromium-headless-shell",
)


@contextmanager
def browser() -> Iterator[Any]:
    """The browser, with a new empty profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=list(FLAGS))
        yield started
        started.close()


class Opened:
    """A page that is open, with all that it has asked for (and what of that its policy blocked), complained of, and failed at."""

    def __init__(self, context: Any, path: Path, link: str = "") -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.blocked: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.blocked.append(f"{request.url}: {request.failure}"))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
        self.page.set_default_timeout(60_000)
        self.page.goto(path.as_uri() + (f"#{link}" if link else ""))

    def goes_to(self, link: str) -> None:
        """Follows a link within the page."""
        self.page.evaluate(
            "link => new Promise(done => { addEventListener('hashchange', () => setTimeout(done), {once: true}); location.hash = link; })",
            link,
        )

    def text(self, selector: str) -> str:
        return " ".join(str(self.page.locator(selector).first.inner_text()).split())

    def texts(self, selector: str) -> list[str]:
        return [" ".join(one.split()) for one in self.page.locator(selector).all_inner_texts()]

    def choose(self, name: str) -> None:
        """Click the card of an event."""
        self.page.locator(f'#events .card:has(.name:text-is("{name}"))').first.click()

    @property
    def place(self) -> str:
        return self.text("#run-title [data-place]")

    @property
    def focused(self) -> str:
        """The text of what has the focus."""
        return " ".join(str(self.page.evaluate("document.activeElement.innerText ?? ''")).split())
