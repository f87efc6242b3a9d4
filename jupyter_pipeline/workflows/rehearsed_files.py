"""Put back the files of the notebook that a rehearsal changes.

A rehearsal is a real run in the folder of the notebook. Before it, `protect_files` copies the files that the code
names, and the recorder copies each further file before its first change. After it:

- If the rehearsal fails, is interrupted or refused, all changed files are put back.
- If it succeeds, the files that differ from the notebook's are put back. The others stay.

Files that a rehearsal left in place are recorded: no later comparison takes them as the notebook's. If the processes
are killed, the next rehearsal puts the files back.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths
from jupyter_pipeline.models import ComparisonStatus, RehearsalComparison
from jupyter_pipeline.progress import Progress
from jupyter_pipeline.workflows.comparison.files import relative_name, scan_folder
from jupyter_pipeline.workflows.rehearsal_recorder import backup as backups
from jupyter_pipeline.workflows.rehearsal_recorder.backup import Backup, Restored

__all__ = ["RehearsedFiles", "protect_files"]

_MOST_BYTES = 20_000_000
_MOST_BYTES_IN_ALL = 200_000_000
"""Bytes of the files that are copied because the code names them."""
_EDITED = {".py", ".ipynb", ".md", ".yaml", ".yml", ".toml", ".json", ".cfg", ".ini", ".txt", ".rst", ".qmd"}
"""Suffixes of files that people edit: only files that Python opens to write are put back."""
_MOST_NAMES = 5


class RehearsedFiles:
    """Files of the working folder during a rehearsal.

    Parameters
    ----------
    folder : Path
        Working folder of the run.
    backup : Backup
        Copies of the changed files.
    """

    def __init__(self, folder: Path, backup: Backup) -> None:
        self.backup = backup
        self.before = scan_folder(folder)
        """State of the files before the rehearsal."""
        self.rehearsed = backups.find_rehearsed_files(backup.folder.parent)
        """Files whose content is an earlier rehearsal's."""
        self._folder = folder
        self._is_settled = False

    def protect(self, code: str, values: Iterable[Any]) -> None:
        """Copy the files that the code or a parameter names: a library of C may write them without the recorder."""
        text = "\n".join([code, *(str(value) for value in values)])
        size = 0
        for path, (length, _) in self.before.items():
            name = Path(path)
            if length > _MOST_BYTES or name.suffix in _EDITED or name.name not in text:
                continue
            size += length
            if size > _MOST_BYTES_IN_ALL:
                return
            self.backup.protect(path)

    def restore(self) -> tuple[str, ...]:
        """Put back all changed files, and return sentences that name them."""
        if self._is_settled:
            return ()
        done = self.backup.restore()
        for path in done.created:
            backups.mark_rehearsed_file(self.backup.folder.parent, path)
        self.backup.finish(keep_copies=bool(done.failed))
        self._is_settled = True
        known = {*done.restored, *done.created, *done.failed}
        after = scan_folder(self._folder)
        others = [path for path, state in after.items() if self.before.get(path) != state and path not in known]
        return self._describe(done, others)

    def settle(self, comparison: RehearsalComparison, recording: Mapping[str, Any]) -> tuple[str, ...]:
        """Put back the files that differ, and return sentences that name them.

        Parameters
        ----------
        comparison : RehearsalComparison
            Result of the comparison.
        recording : mapping
            Result of the recorder.
        """
        status = {each.name: each.status for each in comparison.files}
        after = scan_folder(self._folder)
        written = {*recording.get("writes", {}), *(p for p, state in after.items() if self.before.get(p) != state)}
        by_path = {path: status.get(relative_name(path, self._folder)) for path in written}
        differing = {path for path, found in by_path.items() if found is ComparisonStatus.DIFFERS}
        done = self.backup.restore(differing)
        for path in written - {path for path, found in by_path.items() if found is ComparisonStatus.SAME}:
            if path not in done.restored:
                backups.mark_rehearsed_file(self.backup.folder.parent, path)
        self.backup.finish(keep_copies=bool(done.failed))
        self._is_settled = True
        return self._describe(Restored(done.restored, done.failed, folder=done.folder), ())

    def _describe(self, done: Restored, others: Sequence[str]) -> tuple[str, ...]:
        lines = []
        if done.restored:
            place = f" The files of the rehearsal are in {done.folder}." if done.folder else ""
            lines.append(f"Put back as before the rehearsal: {self._names(done.restored)}.{place}")
        if done.failed:
            lines.append(f"Changed by the rehearsal and not put back: {self._names(_explain(done.failed))}.")
        if done.created:
            lines.append(f"New files of the rehearsal: {self._names(done.created)}.")
        if others:
            lines.append(f"Changed during the rehearsal, without a copy: {self._names(others)}.")
        return tuple(lines)

    def _names(self, found: Sequence[str]) -> str:
        names = [relative_name(path, self._folder) for path in found]
        more = len(names) - _MOST_NAMES
        return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


@contextlib.contextmanager
def protect_files(folder: Path, code: str, values: Iterable[Any], *, progress: Progress) -> Iterator[RehearsedFiles]:
    """Copy files before a rehearsal, and put back all that changed if the block raises.

    Parameters
    ----------
    folder : Path
        Working folder of the run.
    code : str
        Generated code.
    values : iterable
        Values of the parameters.
    progress : callable
        Function that gets one line for each group of files that were put back.
    """
    root = paths.rehearsals_dir()
    for line in _restore_interrupted(root, folder):
        progress(line)
    backups.remove_old_backups(root)
    backup = Backup(root / f"{os.getpid()}-{secrets.token_hex(4)}")
    backup.open()
    try:
        files = RehearsedFiles(folder, backup)
        files.protect(code, values)
        try:
            yield files
        except BaseException:
            for line in files.restore():
                progress(line)
            raise
    finally:
        backup.close()


def _restore_interrupted(root: Path, folder: Path) -> Iterator[str]:
    """Put back the files of rehearsals whose processes were killed."""
    for backup, last in backups.find_interrupted(root):
        done = backup.restore(before=last)
        for path in done.created:
            backups.mark_rehearsed_file(root, path)
        backup.finish(keep_copies=bool(done.failed))
        if done.restored:
            names = ", ".join(relative_name(path, folder) for path in done.restored)
            yield f"An earlier rehearsal was killed. Put back as before it: {names}."
        if done.failed:
            yield f"An earlier rehearsal was killed. Not put back: {', '.join(_explain(done.failed))}."


def _explain(failed: Mapping[str, str]) -> list[str]:
    """Return the path of each file with the reason in parentheses."""
    return [f"{path} ({reason})" for path, reason in failed.items()]
