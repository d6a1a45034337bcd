"""What was judged before, by all that it depends on: in this process, and in the cache that is in use.

The key is text of the slice as the engines see it in its column, with the readings fixed and what cannot happen folded
away. So a changed rule leaves the judgements of all columns as they are in which it makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from model.notation.network import Network
from model.notation.run import Run
from model.notation.terms import Term, machines_of
from proofs.answers.cache import in_use
from proofs.answers.json_form import from_json, to_json
from proofs.answers.verdict import RunFound
from proofs.world.slices import Group
from proofs.world.world import Slice, World, fold, shown
from properties.kinds import Ends, Property, terms_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Found = TypeVar("Found", bound="DataclassInstance")


def key_of(what: str, group: Group, *more: object) -> str:
    """The key of a judgement that sees the slice of a group, what is asked of it, and `more`."""
    world, network = group.world, group.world.network
    sorts = f"{network.replicated} {[(sort.name, sort.of) for sort in network.parts]}"
    lines = [what, sorts, world.content(group.part), *(_asked(one, world) for one in group.members)]
    return _hash([*lines, *map(stable, more)])


def around(group: Group) -> str:
    """What a run of the whole network depends on besides the slice: which machines there are, and what those that are left
    out would let happen."""
    return _hash(_around(group.world, group.part))


def _hash(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()


def _asked(found: Property, world: World) -> str:
    """All of a property that a judgement can depend on; its terms also as they are in this column."""
    without = found.without if isinstance(found, Ends) else ()
    terms = [text for term in terms_of(found) for text in _both(term, world)]
    return f"{found.name} {found.kind} {without} {terms}"


def _both(term: Term, world: World) -> tuple[str, str]:
    return shown(term), shown(fold(term, world.reach))


def _around(world: World, part: Slice) -> Iterator[str]:
    for actor in world.network.actors.values():
        yield f"{actor.name} {actor.sort!r} {actor.states} {actor.starts}"
    for event in world.events:
        if event.name not in part.events:
            continue
        if machines_of(event.when) & world.leaves_out:
            yield f"{event.name} {' '.join(_both(event.when, world))}"
        for actor in world.network.participants(event.name):
            if actor.name in world.leaves_out:
                rules = world.rules(actor, event.name)
                yield f"{event.name} {actor.name} {[(s, r.dest, shown(r.when)) for s, rs in rules.items() for r in rs]}"


def stable(value: object) -> str:
    """A value as text that does not depend on the order in which sets and mappings happen to be kept. Fields that are not
    compared are left out."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{stable(one)}: {stable(two)}' for one, two in value.items()))}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(stable, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(stable, value))}]"
    if is_dataclass(value) and not isinstance(value, type):
        said = (f"{field.name}={stable(getattr(value, field.name))}" for field in fields(value) if field.compare)
        return f"{type(value).__name__}({', '.join(said)})"
    return repr(value)


def recall(memory: MutableMapping[str, list[Found]], key: str, kind: type[Found]) -> list[Found] | None:
    """What was judged before: found in `memory`, or in the cache, and then said to be from there; None: nothing."""
    if key in memory:
        return memory[key]
    kept = in_use().get(key)
    if not isinstance(kept, list):
        return None
    try:
        return [replace(from_json(kind, one), cached=True) for one in kept]
    except (TypeError, ValueError):
        return None


def keep(memory: MutableMapping[str, list[Found]], key: str, found: list[Found]) -> list[Found]:
    """Remember what was judged."""
    memory[key] = found
    in_use().put(key, [to_json(one) for one in found])
    return found


def replays(run: RunFound, network: Network, faults: frozenset[str]) -> bool:
    """Whether the machines of a network execute a run with these faults."""
    try:
        now = Run(network, run.shapes, run.starts, faults)
        for event, index in run.steps:
            now.fire(event, index)
    except (ValueError, LookupError):
        return False
    return True
