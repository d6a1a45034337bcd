"""On which host volume a file lies, and how snapshot file location and VHD files compare (MET-5, READ-13)."""

import ntpath
import re
from dataclasses import dataclass

from .facts import Fact, known, possible, quoted
from .file.node import Node, OddValueError, shown
from .states import SnapshotLocation
from .vm import Vm

_GUID_PATH = re.compile(r"\\\\[?.]\\volume(\{[0-9a-f-]+\})", re.IGNORECASE)
_DIFFERENCING = (".avhd", ".avhdx")  # the file of a snapshot: its parent is elsewhere


@dataclass(frozen=True)
class Volume:
    """A volume's identity: `kind` says by what it is known, since a letter and a GUID cannot be compared."""

    kind: str
    key: str


@dataclass(frozen=True)
class Place:
    """A file's path and volume; `volume` None: unknown. `path` "" where the file itself is not named."""

    path: str
    volume: Volume | None


def volume_of(path: str) -> Volume | None:
    """The volume of a Windows path by its text alone: volume GUID, share, cluster shared volume or drive letter.

    A mount point below a letter cannot be seen in the path; that is why collected volume ids come before this.
    """
    path = path.strip().replace("/", "\\")
    if found := _GUID_PATH.match(path):
        return Volume("volume", found[1].casefold())
    path = re.sub(r"^\\\\[?.]\\unc\\", r"\\\\", path, flags=re.IGNORECASE)
    path = ntpath.normpath(re.sub(r"^\\\\[?.]\\", "", path)).casefold()
    if found := re.match(r"\\\\([^\\]+\\[^\\]+)", path):
        return Volume("share", found[1])
    if found := re.match(r"[a-z]:\\clusterstorage\\([^\\]+)", path):
        return Volume("csv", found[1])
    if re.match(r"[a-z]:\\", path):
        return Volume("letter", path[0])
    return None


def same_volume(a: Volume | None, b: Volume | None) -> bool | None:
    """Whether two volumes are one; None where that cannot be told. A letter is never a cluster shared volume."""
    if a is None or b is None:
        return None
    if a.kind == b.kind:
        return a.key == b.key
    return False if {a.kind, b.kind} == {"letter", "csv"} else None


def place_of(node: Node, path_name: str, volume_name: str) -> Place | None:
    """The place that two elements of `node` tell, or None if neither is there. A collected volume id comes first."""
    text, identity = _text(node.get(path_name)), _text(node.get(volume_name))
    if text is None or identity is None:
        return Place(text or "", None)
    if identity:
        return Place(text, volume_of(identity) or Volume("id", identity.casefold()))
    return Place(text, volume_of(text)) if text else None


def _text(node: Node | None) -> str | None:
    """A text without blanks around it, "" for none; None for what is no text."""
    if node is None:
        return ""
    return node.value.strip() if isinstance(node.value, str) else None


def snapshot_location_of(vm: Vm, drives: list[Node] | None) -> Fact:
    """Compare the snapshot file location with `drives`, the nodes of all drives that are or may be VHDs.

    `drives` None: the file does not list them. A VM without VHD files has none elsewhere: the condition is met.
    """
    show = vm.get_vm("SnapshotFileLocation, HardDrives")
    path_name = "SnapshotFileLocation" if vm.node.get("SnapshotFileLocation") else "CheckpointFileLocation"
    snapshot = place_of(vm.node, path_name, "SnapshotVolumeId")
    for name in (path_name, "SnapshotVolumeId"):
        node = vm.node.get(name)
        if node is not None and not isinstance(node.value, str):
            vm.note_odd(node.odd("is no text", "give it in quotes"))
    if drives is None:
        return possible(SnapshotLocation, f"{vm.node.where} does not list its drives", show)
    if not drives:
        return known(SnapshotLocation.SAME_VOLUME, f"{vm.node.where} has no VHD files that could lie elsewhere")
    if snapshot is None:
        return possible(SnapshotLocation, vm.absent("SnapshotFileLocation"), show)
    places = [place for drive in drives for place in _files(drive)]
    unsure = next((place.path for place in [snapshot, *places] if place.volume is None and place.path), snapshot.path)
    there = f" -CimSession {quoted(vm.on_host)}" if vm.on_host else ""
    command = f"Get-Volume{there} -FilePath {quoted(shown(unsure))}" if unsure else show
    source = f"{vm.node.child(path_name, None).where} on {_words(snapshot)}, VHD files on {_all_words(places)}"
    return possible(_compared(snapshot, places), source, command)


def _compared(snapshot: Place, places: list[Place]) -> set[SnapshotLocation]:
    """The possible outcomes, from how many files are on the snapshot's volume, are not, and cannot be told."""
    answers = [same_volume(snapshot.volume, place.volume) for place in places]
    on, off, unsure = (answers.count(answer) for answer in (True, False, None))
    if on and off:
        return {SnapshotLocation.VHDS_SPREAD}
    outcomes = set()
    if not off:
        outcomes.add(SnapshotLocation.SAME_VOLUME)
    if not on:
        outcomes.add(SnapshotLocation.OTHER_VOLUME)
    if unsure and len(answers) > 1:
        outcomes.add(SnapshotLocation.VHDS_SPREAD)
    return outcomes


def _files(drive: Node) -> list[Place]:
    """All files of a VHD: its own and those it differs from. Parents that are not listed are one unknown place."""
    own = place_of(drive, "Path", "VolumeId") or Place("", None)
    parents = drive.find("ParentPaths")
    if parents is None:
        unlisted = own.path.casefold().endswith(_DIFFERENCING)
        return [own, Place("", None)] if unlisted else [own]
    try:
        listed = parents.items() if parents.value is not None else None
    except OddValueError:
        listed = None
    if listed is None:
        return [own, Place("", None)]
    return [own, *(place_of(parent, "Path", "VolumeId") or Place("", None) for parent in listed)]


def _words(place: Place) -> str:
    if place.volume is None:
        return "an unknown volume"
    kind, key = place.volume.kind, place.volume.key
    if kind == "letter":
        return f"{key.upper()}:"
    drive = ntpath.splitdrive(place.path)[0].upper()
    words = {"share": f"share \\\\{key}", "csv": f"cluster shared volume {key}"}.get(kind, f"volume {key}")
    return shown(f"{drive} ({words})" if drive and kind in {"volume", "id"} else words, 80)


def _all_words(places: list[Place]) -> str:
    words = list(dict.fromkeys(_words(place) for place in places))
    return ", ".join(words[:5]) + (", ..." if len(words) > 5 else "")
