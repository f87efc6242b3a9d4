"""Code by content hash: a run uses what was deployed, whatever happens to the notebook or to its files."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.paths import snapshots_dir

__all__ = ["content_hash", "snapshot"]


def content_hash(files: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that stand for names and contents."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name].encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()[:16]


def snapshot(files: Mapping[str, str]) -> tuple[str, Path]:
    """Store files under the hash of their content and return both; nothing is written if they are there already.

    Parameters
    ----------
    files : mapping of str to str
        Text by relative path.

    Raises
    ------
    UsageError
        If a path is absolute or leaves the folder.
    """
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise UsageError(f"{name!r} is not a path inside a snapshot.")
    version = content_hash(files)
    target = snapshots_dir() / version
    if target.is_dir() and all(_same(target / name, text) for name, text in files.items()):
        return version, target
    made = Path(tempfile.mkdtemp(prefix=f".{version}.", dir=target.parent))
    try:
        for name, text in files.items():
            file = made / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o400)
        if target.is_dir():  # damaged: somebody has edited it
            shutil.rmtree(target)
        made.rename(target)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not target.is_dir():  # otherwise another process was faster
            raise
    return version, target


def _same(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
