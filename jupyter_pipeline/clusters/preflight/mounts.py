"""Whether other hosts can see a path, as far as the kernel's list of mounts tells.

A network file system may be mounted elsewhere, or not: nobody can tell from here. A disk of this host is not.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["file_system", "private_place"]

_OF_ONE_HOST = frozenset(("btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs"))
_SYSTEM = ("/bin", "/lib", "/lib64", "/opt", "/sbin", "/usr")  # hosts that are installed alike have the same there
_MOUNTS = Path("/proc/self/mountinfo")


def private_place(path: Path) -> str:
    """Return where `path` lies if other hosts cannot see it, such as ``"ext4 at /"``; empty if they may.

    Folders of the operating system are left out, and so is every system but Linux.
    """
    try:
        mounts = _MOUNTS.read_text(errors="replace")
        paths = {path.absolute(), path.resolve()}
    except (OSError, RuntimeError):
        return ""
    for place in sorted(paths):
        kind, mount = file_system(place, mounts)
        if kind in _OF_ONE_HOST and not any(place.is_relative_to(folder) for folder in _SYSTEM):
            return f"{kind} at {mount}"
    return ""


def file_system(path: Path, mounts: str) -> tuple[str, str]:
    r"""Return type and mount point of the file system that holds `path`, by `mounts`; empty if they do not tell.

    Parameters
    ----------
    path : Path
        Absolute.
    mounts : str
        As in ``/proc/self/mountinfo``; of several at one point, the last covers the others.

    Examples
    --------
    >>> file_system(Path("/home/me"), "22 1 8:1 / / rw - ext4 /dev/sda rw\n30 22 0:9 / /home rw - nfs4 server:/ rw")
    ('nfs4', '/home')
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split()
        if separator and len(fields) > 4 and after:
            mount = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
            if path.is_relative_to(mount) and len(mount) >= len(best):
                best, kind = mount, after.split()[0]
    return kind, best
