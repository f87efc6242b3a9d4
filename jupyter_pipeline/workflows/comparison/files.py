"""Compare the files that a rehearsal wrote with those before it, and find the source of the files that it read.

A file that the run reads may come from a line that is not in the pipeline, such as ``!wget``. The source of a file is
known in four cases:

- the run wrote it before,
- git tracks it,
- a parameter names it,
- the code of the pipeline names it, and no other line of the notebook may have written it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import ComparisonStatus, ItemComparison
from jupyter_pipeline.workflows.comparison import pictures, text
from jupyter_pipeline.workflows.comparison.pictures import PictureError
from jupyter_pipeline.workflows.rehearsal_recorder.file_access import describe_content

__all__ = ["FolderState", "OmittedLine", "compare_files", "find_read_files", "relative_name", "scan_folder"]

_MOST_FILES = 5000
_MOST_BYTES = 8_000_000
"""Bytes of a file whose content is compared."""
_MOST_TEXT = 400_000
"""Bytes of a text file whose lines are compared."""
_SKIPPED = {"node_modules", "__pycache__", "pipelines", ".git", ".ipynb_checkpoints"}
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_WRITES = re.compile(
    r"^\s*[!%]|\b(?:to_\w+|savefig|save\w*|dump|write\w*|urlretrieve|download\w*|extract\w*|unpack_archive|copy\w*|move|"
    r"rename|replace|symlink|system|run|call|check_call|check_output|Popen|connect|sink_\w+|tofile|unlink|remove|getoutput)\("
    r"|open\([^)]*[\"'][wax]|mode\s*=\s*[\"'][wax]|%%(?:writefile|bash|sh|script|file)|\bcurl\b|\bwget\b"
)
_READS_ONLY = re.compile(r"^\s*!?\s*(?:ls|cat|head|tail|wc|file|du|stat|less|more|grep|tree)\b")
_UNPACKS = re.compile(
    r"\b(?:unzip|tar|gunzip|extract\w*|unpack_archive|clone|kaggle|gdown|make|download\w*|dvc|rsync)\b"
)

FolderState = Mapping[str, tuple[int, int]]
"""Size and time of change by path."""


@dataclass(frozen=True, slots=True)
class OmittedLine:
    """Line of the notebook that is not in the pipeline."""

    cell: int
    line: int
    text: str
    label: str
    selected: bool = False
    """True if its cell is a selected cell, so that the pipeline should have it."""


def scan_folder(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the state of the files in a folder; hidden ones and generated ones are left out."""
    found: dict[str, tuple[int, int]] = {}
    pending = [str(folder)]
    while pending and len(found) < _MOST_FILES:
        try:
            entries = list(os.scandir(pending.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name in _SKIPPED or entry.name.startswith("."):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.is_file():
                    state = entry.stat()
                    found[os.path.realpath(entry.path)] = (state.st_size, state.st_mtime_ns)
            except OSError:
                continue
    return found


def compare_files(
    recording: Mapping[str, Any],
    before: FolderState,
    *,
    folder: Path,
    expected: Sequence[str] = (),
    omitted: Sequence[OmittedLine] = (),
    elsewhere: Sequence[str] = (),
    excuses: Mapping[int, Mapping[str, str]],
    noise: Callable[[int], text.Noise],
    rehearsed: Collection[str] = (),
    find_copy: Callable[[str], Path | None] | None = None,
) -> list[ItemComparison]:
    """Compare the written files with their state before the rehearsal.

    Parameters
    ----------
    recording : mapping
        Result of the recorder: ``writes`` and ``reads`` by path.
    before : mapping
        Result of `scan_folder` before the rehearsal.
    folder : Path
        Working folder of the run.
    expected : sequence of str
        Files that the kernel wrote when it ran the selected cells.
    omitted : sequence of OmittedLine
        Lines that are not in the pipeline.
    elsewhere : sequence of str
        Sources of the cells that are not in the pipeline: they may have written a file later.
    excuses : mapping
        Reason why ``text`` or a ``picture`` of a cell cannot be compared, by cell.
    noise : callable
        Parts of the texts of a cell that may change from run to run.
    rehearsed : collection of str
        Files whose content before is an earlier rehearsal's.
    find_copy : callable, optional
        Function that returns the copy of a file before the rehearsal, for files that Python did not open.
    """
    after = scan_folder(folder)
    written: dict[str, dict[str, Any]] = {path: dict(state) for path, state in recording.get("writes", {}).items()}
    for path, state in after.items():
        if before.get(path) != state and (path in before or len(before) < _MOST_FILES) and path not in written:
            written[path] = {"cell": -1, **_describe_before(path, before, find_copy)}
    for path in written.keys() & set(rehearsed):
        written[path] = {"cell": written[path]["cell"], "size": None, "is_rehearsed": True}
    items: list[ItemComparison] = []
    for path, recorded in sorted(written.items()):
        excuse = _find_excuse(path, recorded, elsewhere, excuses)
        item = _compare_file(path, recorded, folder, excuse, noise(int(recorded["cell"])))
        items += [item] if item is not None else []
    touched = {*written, *recording.get("reads", {})}
    for path in sorted({os.path.realpath(folder / each) for each in expected} - touched):
        if Path(path).is_file():
            items.append(_item(path, folder, "the notebook's cell wrote it; the run did not"))
    for path in sorted(set(before) - touched):
        name = Path(path).name
        line = next((x for x in omitted if x.selected and _names(x.text, name) and _WRITES.search(x.text)), None)
        if line is not None and not any(each.name == relative_name(path, folder) for each in items):
            items.append(_item(path, folder, f"{_place(line)} names it and is not in the pipeline"))
    return items


def _describe_before(
    path: str, before: FolderState, find_copy: Callable[[str], Path | None] | None
) -> Mapping[str, Any]:
    """Return the state of a file before the rehearsal, with its content if there is a copy."""
    copy = find_copy(path) if find_copy is not None else None
    if copy is not None:
        return describe_content(copy, Path(path).suffix)
    return {"size": before[path][0] if path in before else None}


def _compare_file(
    path: str,
    state: Mapping[str, Any],
    folder: Path,
    excuse: Mapping[str, str],
    noise: text.Noise,
) -> ItemComparison | None:
    file, size = Path(path), state.get("size")
    if not file.is_file():
        return None  # a temporary file of the run
    now = file.stat().st_size
    no_file = "not known" if state.get("is_rehearsed") else "no file"
    sides = {"notebook": no_file if size is None else _describe_size(size), "run": _describe_size(now)}
    if now == 0 and size:
        return _item(path, folder, "the run wrote an empty file", sides=sides)
    if size is None:
        if file.suffix.lower() in _PICTURES and now:
            return _compare_picture(file, state, folder, "", sides)
        return _item(path, folder, _explain_absence(state), ComparisonStatus.NOT_COMPARED, sides)
    if state.get("digest") and now <= _MOST_BYTES and hashlib.sha256(file.read_bytes()).hexdigest() == state["digest"]:
        return _item(path, folder, "", ComparisonStatus.SAME, sides)
    if file.suffix.lower() in _PICTURES and now:
        return _compare_picture(file, state, folder, excuse.get("picture", ""), sides)
    if size == now == 0:
        return _item(path, folder, "", ComparisonStatus.SAME, sides)
    if state.get("appends"):
        return _item(path, folder, "the run appends to it", ComparisonStatus.NOT_COMPARED, sides)
    return _compare_content(file, state, folder, excuse.get("text", ""), sides, noise)


def _explain_absence(state: Mapping[str, Any]) -> str:
    """Return the reason why the notebook's content of a file is not known."""
    if state.get("is_rehearsed"):
        return "the file before is an earlier rehearsal's; run its cell in the notebook to compare it"
    return "the file did not exist before"


def _find_excuse(
    path: str, state: Mapping[str, Any], elsewhere: Sequence[str], excuses: Mapping[int, Mapping[str, str]]
) -> Mapping[str, str]:
    """Return the reason why other content of a file proves nothing, by ``text`` and ``picture``."""
    name = Path(path).name
    lines = (line for source in elsewhere for line in source.split("\n"))
    if any(_names(line, name) and _WRITES.search(line) for line in lines):
        reason = "a cell that is not in the pipeline writes it, too"
        return {"text": reason, "picture": reason}
    return excuses.get(int(state["cell"]), {})


def _compare_content(
    file: Path, state: Mapping[str, Any], folder: Path, excuse: str, sides: dict[str, str], noise: text.Noise
) -> ItemComparison:
    """Compare a text file with its content before; other formats may have times and compressed data."""
    before = state.get("text")
    try:
        run = file.read_text("utf-8") if before is not None and file.stat().st_size <= _MOST_TEXT else None
    except (OSError, UnicodeDecodeError):
        run = None
    if before is None or run is None:
        reason = "its bytes differ; only pictures and short texts are compared by content"
        reason = reason if state.get("digest") else "its content before is not known"
        return _item(str(file), folder, reason, ComparisonStatus.NOT_COMPARED, sides)
    if file.suffix.lower() == ".svg":
        if pictures.are_same_svg(before, run):
            return _item(str(file), folder, "ignored: identifiers, the date", ComparisonStatus.SAME, sides)
        reason = "pictures in SVG are compared as text, and it differs"
        return _item(str(file), folder, reason, ComparisonStatus.NOT_COMPARED, sides)
    if (kinds := text.find_noise(before, run, noise)) is not None:
        return _item(str(file), folder, f"ignored: {', '.join(kinds)}" if kinds else "", ComparisonStatus.SAME, sides)
    one, other = (text.normalize(each, noise.rules)[0] for each in (before, run))
    sides = {"notebook": text.excerpt(one, other), "run": text.excerpt(other, one)}
    if excuse:
        return _item(str(file), folder, excuse, ComparisonStatus.NOT_COMPARED, sides)
    return _item(str(file), folder, "the text differs; compared with the file before", sides=sides)


def _compare_picture(
    file: Path, state: Mapping[str, Any], folder: Path, excuse: str, sides: dict[str, str]
) -> ItemComparison:
    try:
        run = pictures.open_picture(file.read_bytes())
        before = pictures.open_picture(base64.b64decode(state["picture"])) if state.get("picture") else None
    except (PictureError, OSError) as error:
        return _item(str(file), folder, str(error), ComparisonStatus.NOT_COMPARED)
    sides["run"], sides["run_picture"] = pictures.describe_picture(run), pictures.thumbnail(run)
    if before is None:
        if pictures.is_blank(run):
            return _item(str(file), folder, "the picture of the run is blank", sides=sides)
        reason = _explain_absence(state) if state.get("size") is None else "its content before is not known"
        return _item(str(file), folder, reason, ComparisonStatus.NOT_COMPARED)
    sides["notebook"], sides["notebook_picture"] = pictures.describe_picture(before), pictures.thumbnail(before)
    try:
        reason = pictures.compare_pictures(before, run)
    except PictureError as error:
        return _item(str(file), folder, str(error), ComparisonStatus.NOT_COMPARED, sides)
    if not reason:
        return _item(str(file), folder, "", ComparisonStatus.SAME)
    if excuse and not pictures.is_blank(run):
        return _item(str(file), folder, excuse, ComparisonStatus.NOT_COMPARED, sides)
    return _item(str(file), folder, f"{reason}; compared with the file before", sides=sides)


def find_read_files(
    recording: Mapping[str, Any],
    *,
    folder: Path,
    code: str,
    values: Sequence[Any],
    omitted: Sequence[OmittedLine],
) -> list[ItemComparison]:
    """Return the files that the run read and whose source is not known.

    Parameters
    ----------
    recording : mapping
        Result of the recorder.
    folder : Path
        Working folder of the run.
    code : str
        Generated code.
    values : sequence
        Values of the parameters.
    omitted : sequence of OmittedLine
        Lines of the notebook that are not in the pipeline.
    """
    reads = list(recording.get("reads", {}))
    tracked = _tracked_by_git(reads, folder)
    named = {os.path.realpath(folder / str(value)) for value in values if isinstance(value, str) and value}
    items = []
    for path in reads:
        if path in tracked or path in named or any(path.startswith(f"{each}{os.sep}") for each in named):
            continue
        name = Path(path).name
        writers = [x for x in omitted if _WRITES.search(x.text) and not _READS_ONLY.search(x.text)]
        exact = next((x for x in writers if _names(x.text, name)), None)
        if exact is not None:
            reason = f"read, but {_place(exact)}, which names it, is not in the pipeline: {_cut(exact.text)}"
            items.append(_item(path, folder, reason))
        elif unpacking := next((x for x in writers if _UNPACKS.search(x.text)), None):
            place = f"{_place(unpacking)}, which is not in the pipeline"
            reason = f"read; it may come from {place}: {_cut(unpacking.text)}"
            items.append(_item(path, folder, reason, ComparisonStatus.NOT_COMPARED))
        elif name not in code and not name.endswith(".py"):
            reason = "read, but neither the pipeline nor git nor a path in the code accounts for it"
            items.append(_item(path, folder, reason, ComparisonStatus.NOT_COMPARED))
    return items


def _place(line: OmittedLine) -> str:
    return f"line {line.line} of {line.label}"


def _tracked_by_git(paths: Sequence[str], folder: Path) -> set[str]:
    """Return the paths that git tracks in the repository of the folder."""
    if not paths:
        return set()
    git = ["git", "-C", str(folder)]
    try:
        root = os.path.realpath(_output_of([*git, "rev-parse", "--show-toplevel"]).strip())
        inside = [path for path in paths if path.startswith(f"{root}{os.sep}")]
        listed = _output_of([*git, "ls-files", "-z", "--full-name", "--", *inside]) if inside else ""
    except (OSError, subprocess.SubprocessError):
        return set()
    return {f"{root}{os.sep}{name}" for name in listed.split("\0") if name}


def _output_of(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout


def _names(text: str, name: str) -> bool:
    """Return True if a line contains the name of a file as a word."""
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def _describe_size(size: int) -> str:
    return "empty" if size == 0 else f"{size:,} bytes"


def relative_name(path: str, folder: Path) -> str:
    """Return the path of a file relative to the folder, if it is inside."""
    root = f"{os.path.realpath(folder)}{os.sep}"
    return path.removeprefix(root) if path.startswith(root) else path


def _cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 80 else f"{text[:79]}…"


def _item(
    path: str,
    folder: Path,
    reason: str,
    status: ComparisonStatus = ComparisonStatus.DIFFERS,
    sides: Mapping[str, str] | None = None,
) -> ItemComparison:
    return ItemComparison(kind="file", name=relative_name(path, folder), status=status, reason=reason, **(sides or {}))
