"""Replace, remove and compare files below a folder without following links."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from jupyter_pipeline.environments.plugins.content import Entry, content_hash


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` in one step."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def make_parents(tree: Path, place: Path) -> None:
    """Create the folders above `place`; replace links and files that are in the way."""
    current = tree
    current.mkdir(parents=True, exist_ok=True)
    for part in place.parent.relative_to(tree).parts:
        current = current / part
        if current.is_symlink() or (current.exists() and not current.is_dir()):
            current.unlink()
        current.mkdir(exist_ok=True)


def remove_file(tree: Path, path: PurePosixPath) -> None:
    """Remove the file at `path`, its bytecode, and folders that become empty."""
    place = tree / path
    if any(p.is_symlink() for p in place.parents if tree in p.parents):
        return
    with contextlib.suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
        place.unlink()
    remove_bytecode(place)
    for parent in place.parents:
        if parent == tree:
            break
        with contextlib.suppress(OSError):
            if {p.name for p in parent.iterdir()} == {"__pycache__"}:
                shutil.rmtree(parent / "__pycache__")
        try:
            parent.rmdir()
        except OSError:
            break


def remove_bytecode(place: Path) -> None:
    """Remove the bytecode of the module at `place`."""
    if place.suffix != ".py":
        return
    for old in [*(place.parent / "__pycache__").glob(f"{place.stem}.*.pyc"), place.with_suffix(".pyc")]:
        old.unlink(missing_ok=True)


def list_files(tree: Path) -> Iterator[Path]:
    """Yield all files and links except bytecode."""
    for folder, folders, files in os.walk(tree):
        here = Path(folder)
        yield from (here / name for name in files if not name.endswith(".pyc"))
        yield from (here / name for name in folders if (here / name).is_symlink())


def matches_entry(place: Path, entry: Entry) -> bool:
    """Return True if the file or link at `place` equals `entry`."""
    kind, value, size = entry
    if kind == "l":
        return place.is_symlink() and str(place.readlink()) == value
    if place.is_symlink() or not place.is_file():
        return False
    info = place.stat()
    if info.st_size != size or bool(info.st_mode & 0o100) != (kind == "x"):
        return False
    return content_hash(place.read_bytes()) == str(value)
