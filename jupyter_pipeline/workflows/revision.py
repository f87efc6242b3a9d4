"""Read the commit of the repository that contains a notebook."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.exceptions import PipelineError

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell

__all__ = ["read_revision"]

_PATIENCE = 10.0
"""Seconds that git has for an answer; a repository whose state is unknown counts as changed."""


def read_revision(folder: Path, notebook: str, cells: Sequence[Cell], modules: Iterable[str] = ()) -> tuple[str, bool]:
    """Return the commit of a notebook's repository, and True if the commit does not have all that is deployed.

    Parameters
    ----------
    folder : Path
        Folder of the notebook.
    notebook : str
        File name of the notebook; empty if it is unknown.
    cells : sequence of Cell
        Deployed cells. An editor may not have saved them.
    modules : iterable of str
        Deployed modules by path relative to `folder`.

    Returns
    -------
    tuple of str and bool
        An empty text without a repository or without a commit. Generated files in ``pipelines`` do not count as
        changes, because they follow from the notebook.
    """
    head = _run(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    if not head:
        return "", False
    return head.strip(), not (
        notebook
        and _run(folder, "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(exclude)pipelines") == ""
        and _run(folder, "ls-files", "--error-unmatch", "--", notebook, *modules) is not None
        and _is_saved(folder / notebook, cells)
    )


def _run(folder: Path, *command: str) -> str | None:
    """Return the output of git, or ``None`` if it fails."""
    # In a hook of git, these variables name the repository of the hook.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *command],
            env={**environment, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _is_saved(notebook: Path, cells: Sequence[Cell]) -> bool:
    """Return True if the file has the code of all cells. A kernel does not know cells that did not run."""
    from jupyter_pipeline.compiler import read_notebook

    try:
        saved = {cell.source.strip() for cell in read_notebook(notebook.read_bytes(), notebook.name)}
    except (OSError, PipelineError):
        return False
    return all(cell.source.strip() in saved for cell in cells if cell.kind == "code" and cell.source.strip())
