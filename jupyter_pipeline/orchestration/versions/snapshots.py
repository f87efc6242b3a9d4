"""Store code by content hash, so that runs use the deployed code even if the notebook or its files change."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.paths import snapshots_dir, write_private

__all__ = ["content_hash", "read_snapshot", "snapshot_path", "store_snapshot"]


def content_hash(files: Mapping[str, str]) -> str:
    """Return a hash of names and contents: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()[:16]


def snapshot_path(files: Mapping[str, str]) -> tuple[str, Path]:
    """Return the content hash of files and the folder in which `store_snapshot` would store them."""
    version = content_hash(files)
    return version, snapshots_dir() / version


def store_snapshot(files: Mapping[str, str], *, beside: Mapping[str, str] | None = None) -> tuple[str, Path]:
    """Store files under their content hash, unless they are stored already, and return hash and folder.

    Parameters
    ----------
    files : mapping of str to str
        Text by relative path.
    beside : mapping of str to str, optional
        Text by name of further files in the same folder. They are replaced each time and are not part of the hash.

    Raises
    ------
    UsageError
        If a path is absolute or leaves the folder.
    """
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise UsageError(f"{name!r} is not a path inside a snapshot.")
    version, target = snapshot_path(files)
    if _is_stored(target, files):
        os.utime(target)  # pruning keeps recently used snapshots
    else:
        _store(files, target)
    for name, text in (beside or {}).items():
        if not _has_text(target / name, text):
            write_private(target / name, text)
    return version, target


def read_snapshot(folder: Path) -> dict[str, str]:
    """Return the text of the code files of a snapshot by relative path; empty if the snapshot was removed.

    Code files are read-only; other files in the folder are not.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.stat().st_mode & 0o200:
            found[str(path.relative_to(folder))] = path.read_text(encoding="utf-8", errors="replace")
    return found


def _is_stored(target: Path, files: Mapping[str, str]) -> bool:
    return target.is_dir() and all(_has_text(target / name, text) for name, text in files.items())


def _store(files: Mapping[str, str], target: Path) -> None:
    """Write files to a temporary folder, and rename it when it is complete."""
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for name, text in files.items():
            file = temporary / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o400)
        _rename(temporary, files, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _rename(temporary: Path, files: Mapping[str, str], target: Path) -> None:
    """Rename the complete folder to its final name, and replace a damaged one; other processes may do the same."""
    while True:
        try:
            temporary.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return
        if _is_stored(target, files):
            return  # another process has stored it
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            with contextlib.suppress(FileNotFoundError):
                target.rename(aside / "damaged")
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _has_text(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
