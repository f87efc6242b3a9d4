"""Find and read the policy file in a system folder. No environment variable selects the folder.

The first file that exists applies: ``/etc/jupyter``, ``/usr/local/etc/jupyter``, then ``etc/jupyter`` of the
environment that has this package. A file that users may change, or that cannot be read, is an error: without the
policy, nothing starts.
"""

from __future__ import annotations

import errno
import functools
import os
import shlex
import stat
from pathlib import Path

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.site_policy.parsing import SitePolicy, parse_policy

__all__ = ["check_protection", "find_administrator_folders", "find_policy"]

_FILE = Path("jupyter_pipeline", "policy.yaml")
_SYSTEM_FOLDERS = (Path("/etc/jupyter"), Path("/usr/local/etc/jupyter"))
_MOST_LINKS = 40  # as in Linux
_PACKAGE = Path(__file__).resolve().parent.parent


def find_administrator_folders() -> list[Path]:
    """Return the folders in which the administrator writes files of this package, the most important first."""
    site_packages = _PACKAGE.parent
    # From the place of this code: environment variables change `sys.prefix`.
    environment = [site_packages.parents[2] / "etc" / "jupyter"] if site_packages.name == "site-packages" else []
    return [folder / _FILE.parent for folder in (*_SYSTEM_FOLDERS, *environment)]


def find_policy() -> SitePolicy | None:
    """Return the policy of the administrator, ``None`` if there is no file.

    Raises
    ------
    ConfigurationError
        If a file exists that cannot be read, is not valid, or may be changed by other users than root and the owner of
        the installation.
    """
    for folder in find_administrator_folders():
        path = folder / _FILE.name
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise _build_error(path, f"cannot be read ({error.strerror})", f"Run as root: {_open(path)}") from error
        return _read(path)
    return None


def _read(path: Path) -> SitePolicy:
    try:
        check_protection(path)
        info = path.stat()
        return _parse(path, (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns))
    except OSError as error:
        raise _build_error(path, f"cannot be read ({error.strerror})", f"Run as root: {_open(path)}") from error


@functools.lru_cache(maxsize=4)
def _parse(path: Path, stamp: tuple[int, ...]) -> SitePolicy:
    return parse_policy(safe_yaml.read_file(path), str(path))


def check_protection(path: Path) -> None:
    """Raise an error if users other than root and the owner of the installation could change or replace a file.

    Parameters
    ----------
    path : Path
        The policy file, or a file with profiles beside it.

    Raises
    ------
    ConfigurationError
        If the file, or a folder or link on the way to it, belongs to another user, or is writable for its group or for
        others. A folder with the sticky bit protects the files of their owners.
    OSError
        If the path does not exist, or cannot be read.
    """
    trusted = {0, _PACKAGE.stat().st_uid}
    for each in _list_hops(path):
        info = each.lstat()
        if info.st_uid not in trusted:
            reason = f"is not protected: {each} belongs to the user {info.st_uid}"
            fix = "Replace the links to it by a file" if each not in (path, *path.parents) else ""
            raise _build_error(path, reason, fix or f"Run as root: chown root {shlex.quote(str(each))}")
        is_sticky = stat.S_ISDIR(info.st_mode) and bool(info.st_mode & stat.S_ISVTX)
        is_writable = info.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not stat.S_ISLNK(info.st_mode)
        if is_writable and not is_sticky:
            reason = f"is not protected: {each} is writable for its group or for others"
            raise _build_error(path, reason, f"Run as root: chmod go-w {shlex.quote(str(each))}")


def _list_hops(path: Path) -> list[Path]:
    """Return each folder, link and file that the system visits to open a path.

    Raises
    ------
    OSError
        If the path does not exist, or has a loop of links.
    """
    hops: dict[Path, None] = {}
    links = 0
    current, remaining = Path("/"), list(path.absolute().parts[1:])
    while True:
        hops[current] = None
        if not remaining:
            return list(hops)
        part = remaining.pop(0)
        if part == "..":
            current = current.parent
            continue
        following = current / part
        if not stat.S_ISLNK(following.lstat().st_mode):
            current = following
            continue
        hops[following] = None
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = following.readlink()
        remaining = [*(target.parts[1:] if target.is_absolute() else target.parts), *remaining]
        current = Path("/") if target.is_absolute() else current


def _open(path: Path) -> str:
    return f"chmod a+rX {' '.join(shlex.quote(str(each)) for each in (path.parent.parent, path.parent, path))}"


def _build_error(path: Path, reason: str, fix: str) -> ConfigurationError:
    return ConfigurationError(str(path), "", reason, f"{fix}. Until then, clusters and deployments are refused.")
