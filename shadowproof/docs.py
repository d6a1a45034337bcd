"""The pages in docs/generated/ that are derived from the model. Nothing on them is typed by hand; a test compares them.

They are committed, so that what a changed rule does to them is reviewed with it. The site (`shadowproof/site`) is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from shadowproof.duties import duties
from shadowproof.letter import letter
from shadowproof.new import names
from shadowproof.pages import cut_sets, findings, mutants, pages, picture, requesters, versions
from shadowproof.pages.layout import folded

GENERATED = {
    "requirements.md": pages.requirements,
    "properties.md": pages.properties,
    "actors.md": pages.actors,
    "events.md": pages.events,
    "readings-and-faults.md": pages.readings_and_faults,
    "derived.md": pages.derived,
    "left-out.md": pages.left_out,
    "findings.md": findings.page,
    "cut-sets.md": cut_sets.page,
    "letter.md": letter.page,
    "obligations.md": duties.page,
    "mutants.md": mutants.page,
    "requesters.md": requesters.page,
    "versions.md": versions.page,
}
"""The pages, in the order of the index."""

INDEX = "README.md"
"""In docs/ itself: the list of all pages."""

FOLDER = "generated"

PICTURE = "run.svg"
"""In docs/ itself: the run at the top of README.md."""


NOTHING: Mapping[str, str] = {}


def generate(root: Path, beside: Mapping[str, str] = NOTHING) -> dict[Path, str]:
    """Every page, by its path below the checkout `root`, and the names of events as a type. beside: others that are written with them, by
    their paths from there.
    Raises RecordError and FatesError where what is kept of verdicts or mutants cannot be read."""
    texts = {name: folded(page()) for name, page in GENERATED.items()}
    folder = root / "docs"
    hand = sorted(path for path in (*folder.glob("*.md"), *folder.glob("guide/*.md")) if path.name != INDEX)
    titles = {f"{FOLDER}/{name}": title(text) for name, text in texts.items()}
    by_hand = {path.relative_to(folder).as_posix(): title(path.read_text(encoding="utf-8")) for path in hand}
    made = {folder / INDEX: pages.index(titles, by_hand), folder / PICTURE: picture.page()}
    more = {root / name: text for name, text in {names.PATH: names.text(), **beside}.items()}
    return made | {folder / FOLDER / name: texts[name] for name in texts} | more


def title(text: str) -> str:
    """The heading of a page."""
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "untitled")


def write(root: Path, beside: Mapping[str, str] = NOTHING) -> list[Path]:
    """Write every page, each whole or not at all: none is touched before all are on the disk under another name."""
    made: dict[Path, Path] = {}
    try:
        for path, text in generate(root, beside).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(
                "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
            ) as file:
                made[path] = Path(file.name)
                file.write(text)
            made[path].chmod(0o644)
        for path, temporary in made.items():
            temporary.replace(path)
    finally:
        for temporary in made.values():
            temporary.unlink(missing_ok=True)
    return list(made)


def stale(root: Path, beside: Mapping[str, str] = NOTHING) -> list[Path]:
    """The pages on the disk that differ from what the model says now, and those that are missing."""
    return [
        path
        for path, text in generate(root, beside).items()
        if not path.is_file() or path.read_bytes() != text.encode("utf-8")
    ]
