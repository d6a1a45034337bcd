"""One HTML file of the page: its script and style stand in it and are allowed by their hashes; nothing else may run, load or be sent.

The modules are put one after the other, those that others import first; nothing is translated, so what runs is what stands in
`page/`, without its imports, exports and comment lines.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from model.versions import DOCUMENT

MAIN = "view/main.js"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_COMMENTS = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; require-trusted-types-for 'script'; "
    "base-uri 'none'; form-action 'none'"
)


class PageError(ValueError):
    """The modules cannot be put together; the message says which and why."""


def page(network: Mapping[str, Any], opened: Mapping[str, Any]) -> str:
    """The page that walks a network. opened: the runs that can be opened in it, see `runs.opened`."""
    script, style = joined(), _text("style.css")
    policy = _POLICY.format(script=_allowed(script), style=_allowed(style))
    parts = {
        "policy": policy, "style": style, "script": script, "network": _as_data(network), "opened": _as_data(opened),
        "version": _of_version(network.get("version", "")),
    }  # fmt: skip
    return re.sub(
        r"\{(policy|style|script|network|opened|version)\}", lambda found: parts[found[1]], _text("page.html")
    )


def _of_version(name: str) -> str:
    """What the title says of a version that is not the document."""
    return f" of {name}" if name not in {"", DOCUMENT} else ""


def joined(main: str = MAIN) -> str:
    """The script: every module that is needed, once. Raises PageError at modules that import one another in a ring, and at two
    that give one name to two things."""
    names: dict[str, str] = {}
    pieces = []
    for path in _in_order(main, ()):
        text = _text(path)
        for name in re.findall(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) \[?(\w+)", text, re.MULTILINE):
            if names.setdefault(name, path) != path:
                raise PageError(f"{names[name]} and {path} both have a {name}: rename one")
        plain = re.sub(r"^export ", "", _IMPORT.sub("", text), flags=re.MULTILINE)
        pieces.append(_COMMENTS.sub("", plain).strip())
    return "\n" + "\n".join(pieces) + "\n"


def _in_order(path: str, above: tuple[str, ...]) -> Iterator[str]:
    """A module after those that it imports."""
    if path in above:
        raise PageError(f"{' imports '.join((*above[above.index(path) :], path))}: modules go one way")
    done = dict[str, None]()
    for _, wanted in _IMPORT.findall(_text(path)):
        done |= dict.fromkeys(_in_order(_beside(path, wanted), (*above, path)))
    yield from (*done, path)


def _beside(path: str, wanted: str) -> str:
    """The path of a module that another one imports."""
    folders = path.split("/")[:-1]
    for step in wanted.split("/"):
        folders = folders[:-1] if step == ".." else folders if step == "." else [*folders, step]
    return "/".join(folders)


def _text(path: str) -> str:
    return files("shadowproof").joinpath("walk/page", *path.split("/")).read_text("utf-8")


def _allowed(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _as_data(value: object) -> str:
    """JSON in which no letter begins a tag."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
