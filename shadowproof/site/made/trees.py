"""Mermaid text of generated pages as pictures: drawn by Graphviz when the site is made, since nothing is fetched that could draw it later.

Where Graphviz is missing, or a text is none that is known here, the text stays.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from html import escape

from shadowproof.site.actors import inline

_BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NODE = r"""(\w+)(?:\["([^"]*)"\]|\(\("([^"]*)"\)\))?"""
_ARROW = re.compile(rf"\s*{_NODE} --> {_NODE}\s*")
_LONGEST = 200_000
"""Letters of a text that is drawn."""


def drawn(text: str) -> str:
    """The page with a picture in the place of each tree that Mermaid would draw; its text stands behind it, to be opened."""
    return _BLOCK.sub(lambda found: _picture(found.group(1)) or _folded(found.group(1)), text)


def _folded(mermaid: str) -> str:
    """The text of what is not drawn, out of the way of who does not read Mermaid."""
    return f"<details><summary>As a tree, in Mermaid's notation</summary>\n\n```text\n{mermaid}```\n\n</details>"


def _picture(mermaid: str) -> str:
    """The figure of a tree; empty, where it cannot be drawn."""
    source = dot(mermaid)
    svg = _svg(source) if source else ""
    if not svg:
        return ""
    top = next(iter(re.findall(r'"([^"]*)"', mermaid)), "a tree")
    label = escape(f"Fault tree: {top}; the table above says the same", quote=True)
    return f'<figure class="diagram tree">{inline(svg, label)}</figure>'


def dot(mermaid: str) -> str:
    """A tree from Mermaid's notation in that of Graphviz, from left to right, so that it is no wider than a page. Boxes stay boxes;
    what is in double brackets is a gate. Empty: it is no tree of arrows between such nodes."""
    first, _, rest = mermaid.partition("\n")
    if first.strip() != "flowchart TD" or len(mermaid) > _LONGEST:
        return ""
    nodes, arrows = dict[str, str](), list[str]()
    for line in filter(str.strip, rest.split("\n")):
        found = _ARROW.fullmatch(line)
        if found is None:
            return ""
        ends = (found.group(1, 2, 3), found.group(4, 5, 6))
        for name, box, gate in ends:
            shape, label = ("circle", gate) if gate is not None else ("box", box)
            if label is not None:
                nodes[name] = f"{name} [shape={shape}, label={_quoted(label)}]"
        arrows.append(f"{ends[0][0]} -> {ends[1][0]}")
    body = ";\n".join([*nodes.values(), *arrows])
    return (
        "digraph {\nrankdir=LR; nodesep=0.15; ranksep=0.35;\n"
        'node [fontname="sans-serif", fontsize=12, height=0.3, margin="0.12,0.05"]; edge [arrowhead=none];\n'
        f"{body};\n}}\n"
    )


def _quoted(label: str) -> str:
    """A label as Graphviz reads it: a backslash means nothing in it."""
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def _svg(source: str) -> str:
    """What `dot` draws; empty, where it is missing or fails."""
    program = shutil.which("dot")
    if program is None:
        return ""
    done = subprocess.run(  # noqa: S603 - the program is Graphviz' own, and what it reads is made here
        [program, "-Tsvg"], input=source.encode(), capture_output=True, check=False, timeout=60
    )
    return done.stdout.decode("utf-8") if not done.returncode else ""
