"""The manifest that Prefect reads, and writing the generated files beside the notebook.

What was written is remembered by hash in ``.jupyter-pipeline.json`` of the same folder, so that an edit by hand is
noticed and never overwritten unasked. All files are written under temporary names first and renamed at the end.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jupyter_pipeline.exceptions import CompileError, EditedByHandError
from jupyter_pipeline.models import WORK_POOL

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.options import Compilation, CompileOptions
    from jupyter_pipeline.models import Schedule

__all__ = ["RECORD", "diff", "edited", "manifest_notes", "render_manifest", "write"]

RECORD = ".jupyter-pipeline.json"
"""Name of the file with the hashes of what was written."""


def render_manifest(options: CompileOptions, entrypoint: str, parameters: Mapping[str, Any], version: str) -> str:
    """Return the text of ``prefect.yaml``, which ``prefect deploy --all`` accepts in its folder.

    Parameters
    ----------
    options : CompileOptions
        Name, schedules, tags, work pool, concurrency.
    entrypoint : str
        ``flow.py:function``.
    parameters : mapping
        Their defaults.
    version : str
        Content hash of the code.
    """
    deployment: dict[str, Any] = {"name": options.name, "entrypoint": entrypoint, "version": version}
    if options.description:
        deployment["description"] = options.description
    if options.tags:
        deployment["tags"] = list(options.tags)
    if parameters:
        deployment["parameters"] = dict(parameters)
    deployment["schedules"] = [_schedule(s) for s in options.schedules]
    deployment["concurrency_limit"] = {
        "limit": options.concurrency,
        "collision_strategy": "CANCEL_NEW" if options.overlap == "skip" else "ENQUEUE",
    }
    deployment["work_pool"] = {"name": options.work_pool or WORK_POOL}
    text = yaml.safe_dump(
        {"name": options.name, "deployments": [deployment]}, sort_keys=False, allow_unicode=True, width=110
    )
    return f"# Deploy it with: prefect deploy --all\n{text}"


def manifest_notes(options: CompileOptions) -> list[str]:
    """Return notes on what ``prefect.yaml`` has no word for; a deploy by Jupyter Pipeline does it nevertheless."""
    edged = [s for s in options.schedules if s.end is not None or (s.start is not None and s.every is None)]
    return ["prefect.yaml cannot say when a schedule begins or ends: prefect deploy leaves it out."] if edged else []


def write(folder: Path, compilation: Compilation, *, overwrite: bool = False) -> list[str]:
    """Write the files of `compilation` into `folder`, all or none.

    Parameters
    ----------
    folder : Path
        Created if needed.
    compilation : Compilation
        What to write.
    overwrite : bool
        Replace files that were edited by hand.

    Returns
    -------
    list of str
        Names of the files that changed; empty when everything was as it should be.

    Raises
    ------
    EditedByHandError
        If a file is not as it was written, and `overwrite` is false. Nothing was written.
    CompileError
        If the folder cannot be written. Nothing was written.
    """
    if not overwrite and (changed := edited(folder, compilation)):
        raise EditedByHandError([str(folder / name) for name in changed])
    record = {"notebook": compilation.notebook, "files": {n: _hash(t) for n, t in sorted(compilation.files.items())}}
    contents = {**compilation.files, RECORD: json.dumps(record, indent=1) + "\n"}
    needed = {name: text for name, text in contents.items() if _read(folder / name) != text}
    staged: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in needed.items():
            handle, path = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            staged.append((path, folder / name))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(path).chmod(0o644)  # it belongs in git, like the notebook
        for path, final in staged:
            Path(path).replace(final)
    except OSError as error:
        raise CompileError(
            f"{folder} cannot be written ({error.strerror}). Make it writable, or move the notebook."
        ) from error
    finally:
        for path, _ in staged:
            with contextlib.suppress(OSError):
                Path(path).unlink()
    return [name for name in needed if name != RECORD]


def edited(folder: Path, compilation: Compilation) -> list[str]:
    """Return the names of files in `folder` which are neither what was written last nor what would be written now."""
    try:
        known = json.loads((folder / RECORD).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        known = {}
    found = []
    for name, text in compilation.files.items():
        present = _read(folder / name)
        if present is not None and present != text and _hash(present) != known.get(name):
            found.append(name)
    return found


def diff(folder: Path, compilation: Compilation) -> str:
    """Return the unified diff between the files in `folder` and those of `compilation`; empty if equal."""
    parts = []
    for name, text in compilation.files.items():
        before = (_read(folder / name) or "").splitlines(keepends=True)
        lines = difflib.unified_diff(before, text.splitlines(keepends=True), f"a/{name}", f"b/{name}")
        parts.append("".join(lines))
    return "".join(parts)


def _schedule(schedule: Schedule) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if schedule.cron:
        entry["cron"] = schedule.cron
    elif schedule.rrule:
        entry["rrule"] = schedule.rrule
    else:
        entry["interval"] = schedule.every
        if schedule.start is not None:
            import datetime

            entry["anchor_date"] = datetime.datetime.fromtimestamp(schedule.start, datetime.UTC).isoformat()
    entry["timezone"] = schedule.timezone
    entry["slug"] = schedule.slug
    if schedule.parameters:
        entry["parameters"] = dict(schedule.parameters)
    if schedule.active is not None:
        entry["active"] = schedule.active
    return entry


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
