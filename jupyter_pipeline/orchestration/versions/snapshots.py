"""Code by content hash: a run uses what was deployed, whatever happens to the notebook or to its files."""

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

__all__ = ["content_hash", "place", "read", "snapshot"]


def content_hash(files: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that stand for names and contents."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()[:16]


def place(files: Mapping[str, str]) -> tuple[str, Path]:
    """Return the hash of the content of files, and the folder in which `snapshot` stores them; nothing is written."""
    version = content_hash(files)
    return version, snapshots_dir() / version


def snapshot(files: Mapping[str, str], *, beside: Mapping[str, str] | None = None) -> tuple[str, Path]:
    """Store files under the hash of their content and return both; nothing is written if they are there already.

    Parameters
    ----------
    files : mapping of str to str
        Text by relative path.
    beside : mapping of str to str, optional
        Text by name of files that are put into the same folder, replaced each time: they do not count for the hash.

    Raises
    ------
    UsageError
        If a path is absolute or leaves the folder.
    """
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise UsageError(f"{name!r} is not a path inside a snapshot.")
    version, target = place(files)
    if _is_there(target, files):
        os.utime(target)  # pruning spares what was in use lately
    else:
        _store(files, target)
    for name, text in (beside or {}).items():
        if not _same(target / name, text):
            write_private(target / name, text)
    return version, target


def read(folder: Path) -> dict[str, str]:
    """Return the text of each file of a snapshot by its relative path, without what lies beside the code.

    The code is read-only. Nothing is returned for a snapshot that is not there any longer.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.stat().st_mode & 0o200:
            found[str(path.relative_to(folder))] = path.read_text(encoding="utf-8", errors="replace")
    return found


def _is_there(target: Path, files: Mapping[str, str]) -> bool:
    return target.is_dir() and all(_same(target / name, text) for name, text in files.items())


def _store(files: Mapping[str, str], target: Path) -> None:
    """Write files into a folder of another name, which gets its own once it is complete."""
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for name, text in files.items():
            file = made / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o400)
        _put(made, files, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put(made: Path, files: Mapping[str, str], target: Path) -> None:
    """Rename the complete folder, after a damaged one was moved out of the way; others may do the same meanwhile."""
    while True:
        try:
            made.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        else:
            return
        if _is_there(target, files):
            return  # another process was faster
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            with contextlib.suppress(FileNotFoundError):
                target.rename(aside / "damaged")
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _same(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
