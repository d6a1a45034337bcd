"""Which objects of the file are VMs, wherever they stand in it, and under which host the file puts them.

An object counts as a VM by what it has: an element that only a VM has; or State and nothing that Get-VM does not give; or
that the file lists it under a name such as VMs. What is known for something else (others.py) never does.
"""

import re
from dataclasses import dataclass, field, replace

from shadowproof.host.inventory.host import switches_in

from .names import GET_VM, ONLY_OF_VMS, plain, plain_names
from .node import InventoryError, Node, shown
from .others import REMEDY, in_words, recognised

SCHEMA = 1  # the version that collect-inventory.ps1 writes
MOST_MACHINES = 20_000  # one file; a cluster of 64 hosts has at most 8,000
MOST_OBJECTS = 100_000  # that are looked at on the way to the VMs
DEEPEST_LIST = 5  # levels above a list of VMs; a collector of several hosts has two

_BESIDE_VMS = {"schema", "vms", "switches", "host", "collectedat", "clusterread", "computername"}
_LISTS_OF_VMS = {"vms", "virtualmachines", "vmlist"}
_USUAL_PLACES = ([""], ["vms"], ["value"])
_LISTS_OF_OTHERS = re.compile(
    "service|job|process|node|group|resource|task|disk|drive|adapter|switch|network|snapshot|checkpoint|volume|container|event"
)


@dataclass(frozen=True)
class Listed:
    """An object that counts as a VM. `name`: the key it stands under; `group`: what the file lists it under; both "" for none.

    `host` and `switches`: those of the object around the list; None where it does not say.
    """

    node: Node
    name: str = ""
    group: str = ""
    host: str | None = None
    switches: tuple[Node, ...] | None = None


@dataclass(frozen=True)
class _Around:
    """What is known of the place where the search is. `named`: the file calls what is here VMs."""

    group: str = ""
    host: str | None = None
    switches: tuple[Node, ...] | None = None
    named: bool = False
    others: bool = False


@dataclass
class Found:
    """The VMs in the file's order, and what there is to note; `refused`: why the first object that was met is none.
    `met`: how many objects and lists were looked at.
    """

    machines: list[Listed] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    refused: InventoryError | None = None
    met: int = 0

    def refuse(self, why: InventoryError) -> None:
        """Keep the first reason."""
        self.refused = self.refused or why


def find_machines(top: Node) -> Found:
    """Take the file apart. Raises InventoryError where it holds no VM: what it holds instead, if that is known."""
    found = Found()
    _search(top, _Around(), found, 0)
    if not found.machines:
        raise found.refused or _nothing(top)
    if [place.casefold() for place in found.places] not in _USUAL_PLACES:
        said = ", ".join(place or "the top" for place in found.places[:5])
        found.notes.insert(0, ("the VMs", f"found at {said}{', ...' if len(found.places) > 5 else ''}"))
    if not any(_is_sure(one.node) for one in found.machines):
        why = "has nothing that only a VM has, such as HardDrives; taken for one by its State, or for where it stands"
        found.notes.append((found.machines[0].node.where, why))
    return found


def _search(node: Node, around: _Around, found: Found, depth: int) -> None:
    node = node.unwrapped()
    if not isinstance(node.value, list | dict):
        return
    found.met += len(node.value)
    if len(node.value) > MOST_MACHINES or len(found.machines) > MOST_MACHINES:
        count = max(len(node.value), len(found.machines))
        raise node.wrong(f"has {count} elements, more than {MOST_MACHINES}", "collect fewer VMs at a time")
    if found.met > MOST_OBJECTS:
        raise node.wrong(f"is met after more than {MOST_OBJECTS} others, none of them surely a list of VMs", REMEDY)
    if isinstance(node.value, list):
        _search_list(node, around, found, depth)
    else:
        _search_object(node, around, found, depth)


def _search_list(node: Node, around: _Around, found: Found, depth: int) -> None:
    elements = [node.child(i, value) for i, value in enumerate(node.value)] if isinstance(node.value, list) else []
    objects = [one for one in elements if isinstance(one.value, dict) and one.value]
    others = {one.place: other.what for one in objects if (other := recognised(one)) is not None}
    if _are_vms([one for one in objects if one.place not in others], around):
        found.places.append(node.place)
        for one in elements:
            if one.place in others:
                found.notes.append((one.where, f"passed over: looks like {others[one.place]}"))
            elif isinstance(one.value, dict) and one.value:
                found.machines.append(Listed(one, "", around.group, around.host, around.switches))
            else:
                found.notes.append((one.where, f"passed over: it is {_kind(one.value)} where a VM should be"))
        return
    for one in objects:
        if one.place in others:
            found.refuse(one.wrong(f"looks like {others[one.place]}", REMEDY))
        elif depth < DEEPEST_LIST:
            _search(one, _of(one, around, found), found, depth + 1)
    if not elements and around.named:
        found.notes.append((node.where, "holds no VM"))
    if not found.machines:
        _refuse_list(elements, found)


def _are_vms(objects: list[Node], around: _Around) -> bool:
    """Whether the objects of a list are VMs: one that surely is one speaks for all."""
    if around.named:
        return bool(objects)
    return any(_is_sure(one) or (_is_bare(one) and not around.others) for one in objects)


def _search_object(node: Node, around: _Around, found: Found, depth: int) -> None:
    vms = node.find("VMs")
    if vms is not None:
        inside = _of(node, around, found)
        _note_ignored(node, found)
        _search(vms, replace(inside, named=True), found, depth + 1)
        if not found.machines and depth == 0:
            found.refuse(vms.wrong("holds no VM", "collect on a host that has VMs, with the rights to see them"))
        return
    bare_counts = depth == 0 or around.named
    entries, other = node.entries(), recognised(node)
    if entries and all(_counts(one, bare_counts) and recognised(one) is None for one in entries.values()):
        found.places.append(node.place)
        found.machines += [Listed(one, key, around.group, around.host, around.switches) for key, one in entries.items()]
    elif other is not None:
        found.refuse(node.wrong(f"looks like {other.what}", REMEDY))
    elif _counts(node, bare_counts) or (around.named and node.get("Name", "VMName") is not None):
        found.places.append(node.place)
        found.machines.append(Listed(node, "", around.group, around.host, around.switches))
    elif depth < DEEPEST_LIST:
        _search_entries(node, around, found, depth)


def _counts(node: Node, bare_counts: bool) -> bool:
    return _is_sure(node) or (bare_counts and _is_bare(node))


def _search_entries(node: Node, around: _Around, found: Found, depth: int) -> None:
    """Go on to every list and object in an object that is none of the VMs. What several lists are named tells their VMs apart."""
    inner = {key: one for key, one in node.entries().items() if isinstance(one.value, list | dict) and one.value}
    for key, one in inner.items():
        word = plain(key)
        named, others = word in _LISTS_OF_VMS, around.others or bool(_LISTS_OF_OTHERS.search(word))
        group = shown(key, 40) if len(inner) > 1 and not named else around.group
        _search(one, _Around(group, around.host, around.switches, named, others), found, depth + 1)
    for one in node.entries().values():
        if isinstance(one.value, str) and one.value.lstrip()[:2] in {'{"', "[{"}:
            take_out = f"(Get-Content -Raw FILE | ConvertFrom-Json).{one.place} | Set-Content -Encoding utf8 NEWFILE"
            said = "holds JSON inside a text, as a tool returns what a command printed"
            found.refuse(one.wrong(said, f"take it out with: {take_out}"))
    if node.value and not found.machines:
        found.refuse(_unknown(node))


def _of(node: Node, around: _Around, found: Found) -> _Around:
    """The host that an object around a list of VMs names, with its switches."""
    host = node.get("computerName", "Host")
    name = shown(host.value.strip(), 80) if host is not None and isinstance(host.value, str) else ""
    return _Around(around.group, name or around.host, switches_in(node, found.notes), False, around.others)


def _note_ignored(node: Node, found: Found) -> None:
    schema = node.get("schema")
    if schema is not None and str(schema.scalar()) != str(SCHEMA):
        raise schema.wrong(
            f"is {shown(str(schema.scalar()), 40)} and this program reads {SCHEMA}",
            "collect again with the collect-inventory.ps1 that came with it",
        )
    ignored = [shown(name, 40) for name, one in node.entries().items() if not _is_read_beside(name.casefold(), one)]
    if ignored:
        found.notes.append((node.where, f"not read: {', '.join(ignored[:10])}{', ...' if len(ignored) > 10 else ''}"))


def _is_read_beside(name: str, node: Node) -> bool:
    return name in _BESIDE_VMS and (name != "host" or isinstance(node.value, str))


def _is_sure(node: Node) -> bool:
    """Whether it has what only a VM has."""
    return isinstance(node.value, dict) and bool(plain_names(node.value) & ONLY_OF_VMS)


def _is_bare(node: Node) -> bool:
    """Whether it has a State, and nothing that Get-VM does not give."""
    if not isinstance(node.value, dict):
        return False
    names = {str(name).casefold() for name in node.value}
    return "state" in names and names <= GET_VM


def _refuse_list(elements: list[Node], found: Found) -> None:
    """Say why a list that holds no VM is none of VMs."""
    first = next((one for one in elements if one.value is not None), None)
    if first is not None and not isinstance(first.value, dict):
        found.refuse(first.wrong(f"is {_kind(first.value)} where a VM should be", REMEDY))


def _unknown(node: Node) -> InventoryError:
    said = f"is not known for a VM: it has {in_words(node)}, and nothing that only a VM has, such as HardDrives or SnapshotFileLocation"
    return node.wrong(said, REMEDY)


def _nothing(top: Node) -> InventoryError:
    inner = top.unwrapped()
    if isinstance(inner.value, list | dict):
        return top.wrong("holds no VM", "collect on a host that has VMs, with the rights to see them")
    return top.wrong(f"is {_kind(inner.value)} where VMs should be", REMEDY)


def _kind(value: object) -> str:
    """What a JSON value is, in words."""
    kinds = {
        str: "a text",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an empty object",
    }
    return kinds.get(type(value), "nothing")
