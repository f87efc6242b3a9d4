"""Recognize a notebook that was renamed or moved after its deploy.

A deployment records the ids of the notebook's cells, which Jupyter keeps when the file is renamed or copied. A notebook
at another path is the deployed one only if the deploy was on this host and its file is no longer there. So a copy never
takes over the deployments of the original, and a clone on another host does not either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.exceptions import ApiUnreachableError, NotFoundError
from jupyter_pipeline.paths import snapshots_dir
from jupyter_pipeline.workflows.artifacts import ORIGIN

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell
    from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec

__all__ = ["find_old_path", "is_same_notebook", "note_move"]

_POSITIONAL = re.compile(r"cell-\d+|ran-\d+|")
"""Ids of cells that have none in the file."""


def is_same_notebook(cells: Sequence[Cell], version: str) -> bool:
    """Return True if at least half of the cells of a deployed notebook are among `cells`.

    Parameters
    ----------
    cells : sequence of Cell
        Cells of the notebook.
    version : str
        Content hash of the deployed code.
    """
    try:
        stored = json.loads((snapshots_dir() / version / ORIGIN).read_text("utf-8"))["notebook"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    deployed = {each for each in stored if not _POSITIONAL.fullmatch(each)}
    return bool(deployed) and 2 * len(deployed & {cell.id for cell in cells}) >= len(deployed)


def find_old_path(spec: DeploymentSpec, cells: Sequence[Cell]) -> str:
    """Return the path at which the notebook of a deploy was when it was deployed before; empty if it did not move."""
    from jupyter_pipeline.orchestration import deployments
    from jupyter_pipeline.orchestration.versions import history

    if not spec.notebook or spec.name not in history.list_names():
        return ""
    try:
        record: DeploymentRecord = deployments.find(f"{spec.flow_name}/{spec.name}")
    except (ApiUnreachableError, NotFoundError):
        return ""
    moved = record.notebook_missing and record.notebook != spec.notebook
    return record.notebook if moved and is_same_notebook(cells, record.deployed_version) else ""


def note_move(old: str, new: Path, name: str) -> str:
    """Return a note on a notebook that has moved."""
    note = f"The notebook was at {old}. Its deployment {name!r} and the versions stay."
    files = Path(old).parent / "pipelines" / name
    return f"{note} Remove the old files: {files}" if files.parent.parent != new and files.is_dir() else note
