"""Read from the index of Git which files are versioned although ``.gitignore`` excludes them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

__all__ = ["GitIndex"]

_TIMEOUT = 5.0  # seconds


class GitIndex:
    """The index of the repository that holds a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = _find_index(folder)
        self._stamp: tuple[int, ...] = ()
        self._paths: frozenset[str] = frozenset()

    def list_ignored(self) -> frozenset[str]:
        """Return the paths in the folder, relative to it, of versioned files that ignore files exclude.

        Git is run only if the index has changed. Without a repository or without Git, there are none.
        """
        if self._index is None:
            return frozenset()
        stamp = tuple(_changed(path) for path in (self._index, self._folder / ".gitignore"))
        if stamp != self._stamp:
            self._stamp, self._paths = stamp, self._read() if stamp[0] else frozenset()
        return self._paths

    def _read(self) -> frozenset[str]:
        arguments = ["ls-files", "-z", "--cached", "--ignored", "--exclude-standard", "--", "."]
        command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false", *arguments]
        try:
            done = subprocess.run(
                command, cwd=self._folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=_TIMEOUT, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return frozenset()
        return frozenset(os.fsdecode(name) for name in done.stdout.split(b"\0") if name)


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - called for each sync
    except OSError:
        return 0


def _find_index(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        entry = place / ".git"
        try:
            if entry.is_dir():
                return entry / "index"
            if entry.is_file():  # a further work tree, or a submodule
                text = entry.read_text(encoding="utf-8", errors="replace").strip()
                return place / text.removeprefix("gitdir:").strip() / "index"
        except OSError:
            return None
    return None
