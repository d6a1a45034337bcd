"""The site, made by Sphinx: Markdown of everything into one folder, HTML into another. Every warning, a link that leads nowhere
among them, is an error."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from model.protocol import VERSION
from shadowproof.outside.telling import Told
from shadowproof.site import actors, circumstances, findings, guide, other_version, promises, requirements, script
from shadowproof.site.links import Pages
from shadowproof.site.made.mended import mend
from shadowproof.site.runs import EXPLORER, Recorded
from shadowproof.walk.assemble import page
from shadowproof.walk.document import protocol_document
from shadowproof.walk.runs import opened, usual_link

STYLE = Path(__file__).with_name("site.css")
OPTIONS = {
    "project": "Shadowproof",
    "author": "the Shadowproof contributors",
    "extensions": ["myst_parser"],
    "html_theme": "furo",
    "html_title": "Shadowproof" if VERSION.base else f"Shadowproof: version {VERSION.name}",
    "html_static_path": [],
    "html_css_files": ["site.css"],
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_copyright": False,
    "html_show_search_summary": False,  # it fetches pages, which nobody may from the disk
    "html_theme_options": {"navigation_with_keys": True},
    "html_use_index": False,
    "myst_heading_anchors": 4,
    "myst_enable_extensions": ["attrs_block"],
    "nitpicky": True,
    "smartquotes": False,
    "language": "en",
}


class SiteError(ValueError):
    """The site cannot be made; the message says what is missing or wrong, and the remedy."""


@dataclass(frozen=True)
class Built:
    """Where the site is, and how many pages it has."""

    index: Path
    pages: int


def silent(done: int, total: int, last: str) -> None:
    """Tells nobody."""


def sources(root: Path, *, only: Callable[[str], bool] = lambda _: True, progress: Told = silent) -> dict[str, str]:
    """The pages of the site as Markdown, by path. only: of which; links to the others are then plain words. Raises RecordError,
    FatesError and Untold."""
    recorded = Recorded.now()
    every: Pages = {
        **(guide.pages(root, recorded) if VERSION.base else other_version.pages(recorded)),
        **script.pages(),
        **actors.pages(),
        **requirements.pages(recorded),
        **promises.pages(recorded),
        **circumstances.pages(recorded),
        **findings.pages(recorded),
    }
    wanted, made = [path for path in every if only(path)], dict[str, str]()
    for number, path in enumerate(wanted, 1):
        made[path] = every[path]()
        progress(number, len(wanted), path)
    if "script.md" in made:
        made["script.md"] += _tree(path for path in every if path.startswith("script/"))
    if len(made) < len(every) or not VERSION.base:
        made = {path: _without_dead_links(text, made) for path, text in made.items()}
    order = guide.ORDER if VERSION.base else other_version.ORDER
    at_the_side = {"index.md", *(f"{name}.md" for names in order.values() for name in names)}
    return {
        path: text if path in at_the_side or path.startswith("script/") else f"---\norphan: true\n---\n\n{text}"
        for path, text in made.items()
    }


def _tree(paths: Iterable[str]) -> str:
    return "\n```{toctree}\n:hidden:\n\n" + "\n".join(f"/{path.removesuffix('.md')}" for path in paths) + "\n```\n"


def lacking() -> str:
    """What of the extra packages is not installed; empty: nothing."""
    try:
        import furo  # noqa: F401, PLC0415 - Sphinx asks for it by name
        import myst_parser  # noqa: F401, PLC0415 - likewise
        import sphinx  # noqa: F401, PLC0415 - it is large, and few commands need it
    except ImportError as problem:
        return str(problem.name)
    return ""


def build(
    root: Path,
    folder: Path,
    *,
    only: Callable[[str], bool] = lambda _: True,
    progress: Told = silent,
) -> Built:
    """Make the site of a checkout in a folder, which is emptied first if it holds a site; another is refused. only: of which pages.
    progress: hears of each page. Raises SiteError where Sphinx warns of something."""
    if missing := lacking():
        raise SiteError(
            f"The site is made by Sphinx, and {missing} is not installed. Install the extra packages of shadowproof[docs]."
        )
    from sphinx.application import Sphinx  # noqa: PLC0415 - it is large, and few commands need it

    source, html = folder / "source", folder / "html"
    _empty(folder)
    pages = sources(root, only=only, progress=progress)
    for path, text in pages.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text, "utf-8")
    for picture in (root / "docs").glob("*.svg"):
        shutil.copy(picture, source)
    static = source / "_static"
    static.mkdir()
    shutil.copy(STYLE, static)
    warned, silent = StringIO(), StringIO()
    options = {**OPTIONS, "html_static_path": ["_static"]}
    app = Sphinx(
        str(source), None, str(html), str(folder / "doctrees"), "html",
        confoverrides=options, status=silent, warning=warned, freshenv=True,
    )  # fmt: skip
    app.build(force_all=True)
    if problems := warned.getvalue().strip():
        raise SiteError(f"Sphinx warns of {len(problems.splitlines())} things:\n{problems}")
    mend(html)
    (html / EXPLORER).write_text(page(protocol_document(), opened(usual_link())), "utf-8")
    return Built(html / "index.html", len(pages))


_MARK = "_a-site-of-shadowproof"


def _empty(folder: Path) -> None:
    """Raises SiteError at a folder that holds something else."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise SiteError(
                f"{folder} holds something else than a site. Name an empty folder, or one that is not there yet."
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


_TARGET = re.compile(r"(?<!!)\[([^\]]*)\]\(/([^)#]+)(#[^)]*)?\)")


def _without_dead_links(text: str, pages: Collection[str]) -> str:
    """The page with links to pages that are not made as plain words."""
    text = _TARGET.sub(lambda found: found.group(0) if found.group(2) in pages else found.group(1), text)
    if "{toctree}" in text:
        text = "\n".join(
            line for line in text.split("\n") if not re.fullmatch(r"/[\w/-]+", line) or f"{line[1:]}.md" in pages
        )
    return text
