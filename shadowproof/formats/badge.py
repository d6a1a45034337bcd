"""A badge: in two words how it stands, as an SVG picture that needs no font, no script and no other file."""

from __future__ import annotations

from xml.sax.saxutils import escape

from shadowproof.formats.found import Report
from shadowproof.formats.markdown import headline

_COLOURS = {0: "#2e7d32", 1: "#b71c1c", 3: "#8a6d00"}
_LETTER, _EDGE, _HEIGHT = 6.6, 7, 20
"""Pixels: of a letter on average, beside a word, and of the whole."""


def as_badge(report: Report) -> str:
    """The picture, for people and for those who have it read to them."""
    words = ("promises", headline(report))
    left, right = (round(len(word) * _LETTER) + 2 * _EDGE for word in words)
    colour = _COLOURS.get(report.status, "#555555")
    said = escape(": ".join(words))
    texts = "".join(
        f'<text x="{middle:g}" y="14" textLength="{len(word) * _LETTER:g}" lengthAdjust="spacingAndGlyphs">{escape(word)}</text>'
        for word, middle in zip(words, (left / 2, left + right / 2), strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f'<rect width="{left}" height="{_HEIGHT}" fill="#444444"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{colour}"/>'
        f'<g fill="#ffffff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g>'
        "</svg>\n"
    )
