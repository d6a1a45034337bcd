"""YAML as data, with the line at which each thing stands, and nothing of YAML that a table of calls does not need.

Every value is the text that is written, so that none is taken for a number, a date or a truth. An alias stands for something that is
written elsewhere, perhaps a thousand times over: it is refused, as are tags and depth, before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from conformance.requesters.profile import ProfileError
from conformance.texts.lines import shown

MOST_DEPTH = 8
"""Lists and mappings inside each other, at most: a profile has four."""


class Mapping(dict[str, Any]):
    """A mapping, the line at which it stands, and those of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


def data_of(text: str, name: str) -> object:
    """What a text in YAML says: texts, lists and mappings. Raises ProfileError."""
    try:
        _refuse_what_is_not_needed(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
        where = f"{name}:{mark.line + 1}" if mark is not None else name
        why = shown(str(getattr(problem, "problem", None) or getattr(problem, "reason", None) or "it cannot be read"))
        raise ProfileError(f"{where} is no YAML ({why}). Mend it there, or write a table: {NEW}") from None
    except ProfileError:
        raise
    except (ValueError, OverflowError):  # an escape that is no sign
        raise ProfileError(f"{name} is no YAML (an escape is no sign). Write the sign itself.") from None
    return _built(node, name)


NEW = "shadowproof requester --new"


def _refuse_what_is_not_needed(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        place = f"{name}:{event.start_mark.line + 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ProfileError(
                f"{place}: anchors and aliases (& and *) are not read. Write it out; quote a text that begins so."
            )
        if getattr(event, "tag", None):
            raise ProfileError(f"{place}: tags (!) are not read. Leave it away; quote a text that begins so.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise ProfileError(f"{place}: a profile is no more than {MOST_DEPTH} deep. Write a row a call, in a list.")


def _built(node: yaml.Node | None, name: str) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_built(one, name) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        found = Mapping(node.start_mark.line + 1)
        for key, value, line in _pairs(node, name):
            if key in found:
                raise ProfileError(f"{name}:{line}: {shown(key)!r} is there twice. Write it once.")
            found[key], found.lines[key] = value, line
        return found
    return "" if node is None or (node.style is None and node.value in ("~", "null")) else str(node.value)


def _pairs(node: yaml.MappingNode, name: str) -> Iterator[tuple[str, object, int]]:
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise ProfileError(f"{name}:{line}: a key is one word. Write key: value.")
        yield str(key.value), _built(value, name), line
