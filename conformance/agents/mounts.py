"""A guest's mount table and which file systems are frozen, as they are played to an agent. Freezing is a mark in a list here."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.agents import calls

OTHER = 60
"""The number of the folder that is of no file system that is looked at."""


@dataclass(frozen=True)
class FileSystem:
    """One that there may be. options: as the mount table has them; loop: it is in a file."""

    source: str
    paths: tuple[str, ...]
    type: str
    options: str = "rw,relatime"
    loop: bool = False

    @property
    def is_written(self) -> bool:
        """Whether it is on a block device, and not read-only."""
        return self.source.startswith("/dev/") and "ro" not in self.options.split(",")

    @property
    def freezes(self) -> bool:
        """Whether Linux can freeze one of its type."""
        return self.type not in {"vfat", "iso9660", "nfs4"}


CATALOGUE = (
    FileSystem("/dev/sdb1", ("/data",), "xfs"),
    FileSystem("/dev/sda2", ("/",), "ext4"),
    FileSystem("/dev/mapper/vg-home", ("/home", "/srv/old home"), "btrfs"),
    FileSystem("/dev/sda1", ("/boot/efi",), "vfat"),
    FileSystem("/dev/nvme0n1p1", ("/var",), "ext4", "rw,errors=remount-ro"),
    FileSystem("/dev/sr0", ("/media/cdrom",), "iso9660", "ro,relatime"),
    FileSystem("/dev/loop0", ("/opt/image",), "ext4", loop=True),
    FileSystem("server:/export", ("/mnt/far",), "nfs4"),
)
"""What file systems sessions have: each has some of these."""

_NOISE = (("proc", "/proc", "proc"), ("tmpfs", "/run", "tmpfs"), ("udev", "/dev", "devtmpfs"))


@dataclass(frozen=True)
class Mount:
    source: str
    path: str
    type: str
    options: str
    of: int
    """The number of its file system in this guest; OTHER: of one that is not looked at."""


class Mounts:
    """The mount table of a guest with some file systems."""

    def __init__(self, systems: Sequence[FileSystem]) -> None:
        self.systems = tuple(systems)
        self.frozen: dict[int, str] = {}
        self.mounts: list[Mount] = [Mount(source, path, type_, "rw", OTHER) for source, path, type_ in _NOISE]
        for number in range(len(self.systems)):
            self.attach(number)
        self._refused: dict[tuple[str, int], list[int]] = {}
        self._refused_once: Counter[str] = Counter()

    # -- what others do -------------------------------------------------------------------------------------------------

    def cover(self, number: int) -> None:
        self.mounts += [Mount("tmpfs", path, "tmpfs", "rw", OTHER) for path in self.systems[number].paths]

    def uncover(self, number: int) -> None:
        covers = set(self.systems[number].paths)
        self.mounts = [one for one in self.mounts if one.of != OTHER or one.path not in covers]

    def detach(self, number: int) -> None:
        self.mounts = [one for one in self.mounts if one.of != number]

    def attach(self, number: int) -> None:
        one = self.systems[number]
        self.mounts += [Mount(one.source, path, one.type, one.options, number) for path in one.paths]

    def others_freeze(self, number: int) -> None:
        self.frozen[number] = "other"

    def others_thaw(self, number: int) -> None:
        del self.frozen[number]

    def befalls(self, event: str, number: int) -> None:
        """What `file_systems.befalling` calls so happens."""
        getattr(self, _BY_OTHERS[event])(number)

    def refuse(self, what: str, number: int, error: int) -> None:
        """The next call of this kind (open, freeze, thaw) on this file system is refused with this error."""
        self._refused.setdefault((what, number), []).append(error)

    def refuse_once(self, what: str) -> None:
        """What goes by this name is refused the next time."""
        self._refused_once[what] += 1

    def is_refused(self, what: str) -> bool:
        """Whether what goes by this name is refused this time."""
        refused = self._refused_once[what] > 0
        self._refused_once[what] -= refused
        return refused

    # -- calls ----------------------------------------------------------------------------------------------------------

    def at(self, path: str) -> int:
        """The number of the file system that a path leads to: that of what is mounted on the way to it last."""
        best, of = "", OTHER
        for one in self.mounts:
            inside = path == one.path or path.startswith(one.path.rstrip("/") + "/")
            if inside and len(one.path) >= len(best):
                best, of = one.path, one.of
        return of

    def is_a_folder(self, path: str) -> bool:
        """Whether a path is where a file system may be mounted."""
        return path == "/" or any(path in one.paths for one in self.systems)

    def refusal(self, what: str, number: int) -> int:
        errors = self._refused.get((what, number))
        return errors.pop(0) if errors else 0

    def control(self, control: str, number: int) -> int:
        """Freezing what is frozen is refused, and so is thawing what is not; what is not looked at can do neither."""
        if error := self.refusal(control, number):
            return error
        if control == calls.FREEZES:
            if number == OTHER or not self.systems[number].freezes:
                return errno.EOPNOTSUPP
            if number in self.frozen:
                return errno.EBUSY
            self.frozen[number] = "agent"
            return 0
        if number not in self.frozen:
            return errno.EINVAL
        del self.frozen[number]
        return 0


def spelt(path: str) -> str:
    """A path as the kernel's tables have it: blanks in octal."""
    return path.replace(" ", "\\040")


_BY_OTHERS = {
    "somebody_freezes": "others_freeze",
    "somebody_thaws": "others_thaw",
    "mount_covered": "cover",
    "mount_uncovered": "uncover",
    "mount_detached": "detach",
    "mount_made": "attach",
}
