"""Write generated files, compare them with those on disk, and detect manual edits.

`write_files` stores a hash of each file in ``.jupyter-pipeline.json`` of the same folder. A file whose hash differs was
edited by hand and is never overwritten without `overwrite`. All files are written under temporary names first and
renamed at the end. Copies of local modules that the pipeline does not import any longer are removed then.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import CompileError, EditedByHandError
from jupyter_pipeline.paths import FORMAT, read_object

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.options import Compilation

__all__ = ["RECORD", "diff_files", "find_manual_edits", "read_written_files", "write_files"]

RECORD = ".jupyter-pipeline.json"
"""Name of the file with the hashes of the written files."""


def write_files(folder: Path, compilation: Compilation, *, overwrite: bool = False) -> list[str]:
    """Write the files of `compilation` into `folder`, all or none.

    Parameters
    ----------
    folder : Path
        Created if needed.
    compilation : Compilation
        Files to write, and the notebook they come from.
    overwrite : bool, default False
        Replace files that were edited by hand.

    Returns
    -------
    list of str
        Names of the changed and removed files; empty if all were up to date.

    Raises
    ------
    EditedByHandError
        If a file was edited by hand and `overwrite` is false. Nothing was written.
    CompileError
        If the folder cannot be written. Nothing was written.
    """
    if not overwrite and (edited := find_manual_edits(folder, compilation)):
        raise EditedByHandError([str(folder / name) for name in edited])
    hashes = {name: _hash(text) for name, text in sorted(compilation.files.items())}
    record: dict[str, Any] = {"format": FORMAT, "notebook": compilation.notebook, "files": hashes}
    if compilation.local_modules:
        record["local_modules"] = sorted(compilation.local_modules)
    unused = _find_unused_modules(folder, compilation)
    contents = {**compilation.files, RECORD: json.dumps(record, indent=1) + "\n"}
    changed = {name: text for name, text in contents.items() if _read(folder / name) != text}
    staged: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in changed.items():
            final = folder / name
            final.parent.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(prefix=f".{final.name}.", dir=final.parent)
            staged.append((path, final))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(path).chmod(0o644)  # these files belong in git, like the notebook
        for path, final in staged:
            Path(path).replace(final)
        for name in unused:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise CompileError(
            f"{folder} cannot be written ({error.strerror}). Make it writable, or move the notebook."
        ) from error
    finally:
        for path, _ in staged:
            with contextlib.suppress(OSError):
                Path(path).unlink()
    return [*(name for name in changed if name != RECORD), *unused]


def find_manual_edits(folder: Path, compilation: Compilation) -> list[str]:
    """Return the names of files in `folder` that differ from the last written and from the new text."""
    written = _read_record(folder)["files"]
    edited = []
    for name, text in compilation.files.items():
        present = _read(folder / name)
        if present is not None and present != text and _hash(present) != written.get(name):
            edited.append(name)
    return edited


def read_written_files(folder: Path) -> dict[str, str]:
    """Return the text of the files that `write_files` wrote into a folder, by name.

    Raises
    ------
    EditedByHandError
        If a file was changed or removed since.
    CompileError
        If the folder has no record of written files.
    """
    hashes = _read_record(folder)["files"]
    if not hashes:
        raise CompileError(f"{folder / RECORD} lists no files. Deploy the pipeline again.")
    texts = {name: _read(folder / name) or "" for name in hashes}
    if edited := [str(folder / name) for name, text in texts.items() if _hash(text) != hashes[name]]:
        raise EditedByHandError(edited)
    return texts


def diff_files(folder: Path, compilation: Compilation) -> str:
    """Return the unified diff from the files in `folder` to `compilation.files`; empty if they are equal."""
    parts = []
    for name, text in compilation.files.items():
        before = (_read(folder / name) or "").splitlines(keepends=True)
        lines = difflib.unified_diff(before, text.splitlines(keepends=True), f"a/{name}", f"b/{name}")
        parts.append("".join(lines))
    return "".join(parts)


def _find_unused_modules(folder: Path, compilation: Compilation) -> list[str]:
    """Return the unedited copies of modules that the last deploy wrote and that the pipeline does not import now."""
    record = _read_record(folder)
    old = [name for name in record.get("local_modules", ()) if name not in compilation.files]
    return [name for name in old if _hash(_read(folder / name) or "") == record["files"].get(name)]


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record: Any = read_object(folder / RECORD)
    except (OSError, ValueError):
        record = None
    is_valid = isinstance(record, dict) and isinstance(record.get("files"), dict)
    return record if is_valid else {"files": {}}


def _read(path: Path) -> str | None:
    """Return the text of a file: ``None`` if it does not exist, empty if it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
