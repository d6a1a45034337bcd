"""Verdicts, their runs, and proofs as JSON data, and back: nothing is guessed, and nothing of another shape is accepted."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from model.notation.run import Index, Shape
from proofs.answers.verdict import RunFound

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_PLAIN = frozenset({str, int, float, bool, NoneType})

Kind = TypeVar("Kind", bound="DataclassInstance")


def to_json(found: Any) -> dict[str, Any]:
    """A verdict, or another dataclass of plain values, as JSON data. Raises TypeError for a field of a kind that is not
    known here."""
    return {field.name: _written(getattr(found, field.name), field.name) for field in fields(found)}


def from_json(kind: type[Kind], data: object) -> Kind:
    """The verdict, or another such thing, that was written. Raises ValueError if it has not just the shape of one."""
    kinds = _declared(kind)
    names = list(kinds)
    given = _dict(data, names, f"a {kind.__name__.lower()}")
    return kind(**{name: _read(kinds[name], given[name], name) for name in names})


@cache
def _declared(kind: type[DataclassInstance]) -> dict[str, Any]:
    """The fields and their types. Finding the types takes longer than reading a verdict."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _written(value: object, where: str) -> Any:
    if isinstance(value, RunFound):
        return _run_to_json(value)
    if is_dataclass(value):
        return to_json(value)
    if type(value) is tuple:
        return [_written(one, where) for one in value]
    if type(value) in _PLAIN:
        return value
    raise TypeError(f"{where} is of type {type(value).__name__}; the cache cannot keep that")


def _read(kind: Any, data: object, where: str) -> Any:
    """Data as a value of a field's declared type: plain values, tuples of them, a run, or a choice among these."""
    if kind in _PLAIN:  # most fields
        if type(data) is kind or (kind is float and type(data) is int):
            return data
        raise ValueError(f"{where} is {data!r:.40}, not of type {kind.__name__}")
    if kind is RunFound:
        return _run_from_json(data)
    if isinstance(kind, type) and is_dataclass(kind):
        return from_json(kind, data)
    if isinstance(kind, UnionType):
        if data is None and NoneType in get_args(kind):
            return None
        others = [one for one in get_args(kind) if one is not NoneType]
        if len(others) == 1:
            return _read(others[0], data, where)
    elif get_origin(kind) is tuple:
        inner = get_args(kind)
        many = _list(data, where, None if inner[-1] is Ellipsis else len(inner))
        kinds = inner[:1] * len(many) if inner[-1] is Ellipsis else inner
        return tuple(_read(one, item, where) for one, item in zip(kinds, many, strict=True))
    raise TypeError(f"{where} is declared {kind}; the cache cannot read that")


def _run_to_json(run: RunFound) -> dict[str, Any]:
    return {
        "shapes": [dict(shape.parts) for shape in run.shapes],
        "starts": [[name, list(index), state] for (name, index), state in run.starts.items()],
        "steps": [[event, list(index)] for event, index in run.steps],
        "loop": run.loop,
    }


def _run_from_json(data: object) -> RunFound:
    given = _dict(data, ["shapes", "starts", "steps", "loop"], "a run")
    shapes = []
    for parts in _list(given["shapes"], "shapes"):
        if not isinstance(parts, dict):
            raise ValueError(f"a shape is {parts!r:.40}, not numbers of parts")
        shapes.append(Shape({_text(name): _number(count) for name, count in parts.items()}))
    starts = dict[tuple[str, Index], str]()
    for one in _list(given["starts"], "starts"):
        name, index, state = _list(one, "a start", 3)
        if (key := (_text(name), _index(index))) in starts:
            raise ValueError(f"{key} starts twice")
        starts[key] = _text(state)
    steps = []
    for one in _list(given["steps"], "steps"):
        event, index = _list(one, "a step", 2)
        steps.append((_text(event), _index(index)))
    return RunFound(tuple(shapes), starts, tuple(steps), None if given["loop"] is None else _number(given["loop"]))


def _dict(data: object, names: list[str], what: str) -> dict[str, Any]:
    if not isinstance(data, dict) or data.keys() != set(names):
        raise ValueError(f"{what} has {', '.join(names)}; this has not: {data!r:.40}")
    return data


def _list(data: object, what: str, length: int | None = None) -> list[Any]:
    if not isinstance(data, list) or (length is not None and len(data) != length):
        raise ValueError(f"{what}: {data!r:.40} is not a list{'' if length is None else f' of {length}'}")
    return data


def _text(data: object) -> str:
    if type(data) is not str:
        raise ValueError(f"{data!r:.40} is not text")
    return data


def _number(data: object) -> int:
    if type(data) is not int or data < 0:
        raise ValueError(f"{data!r:.40} is not a number from 0")
    return data


def _index(data: object) -> Index:
    return tuple(_number(one) for one in _list(data, "an index"))
