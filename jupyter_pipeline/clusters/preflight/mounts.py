"""Find out if a path is on a disk of this host, from the kernel's list of mounts.

Other hosts cannot see such a disk. They may see a network file system, which cannot be verified from this host.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["find_file_system", "find_private_disk"]

_LOCAL_TYPES = frozenset(("btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs"))
_SYSTEM_FOLDERS = ("/bin", "/lib", "/lib64", "/opt", "/sbin", "/usr")  # the same on hosts with one installation
_MOUNTS = Path("/proc/self/mountinfo")


def find_private_disk(path: Path) -> str:
    """Return the disk of `path` if other hosts cannot see it, such as ``"ext4 at /"``; empty if they may.

    Empty for folders of the operating system, and on systems other than Linux.
    """
    try:
        mounts = _MOUNTS.read_text(errors="replace")
        paths = {path.absolute(), path.resolve()}
    except (OSError, RuntimeError):
        return ""
    for place in sorted(paths):
        kind, mount = find_file_system(place, mounts)
        if kind in _LOCAL_TYPES and not any(place.is_relative_to(folder) for folder in _SYSTEM_FOLDERS):
            return f"{kind} at {mount}"
    return ""


def find_file_system(path: Path, mounts: str) -> tuple[str, str]:
    r"""Return type and mount point of the file system of `path`; empty if it is not in `mounts`.

    Parameters
    ----------
    path : Path
        Absolute path.
    mounts : str
        Text of ``/proc/self/mountinfo``. The last of several mounts at one point covers the others.

    Examples
    --------
    >>> mounts = "22 1 8:1 / / rw - ext4 /dev/sda rw\n30 22 0:9 / /home rw - nfs4 server:/ rw"
    >>> find_file_system(Path("/home/me"), mounts)
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
