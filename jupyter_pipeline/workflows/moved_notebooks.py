"""Recognize a notebook that was renamed or moved after its deploy.

A copy has the cell ids of its original, so ids alone do not identify a notebook. A deploy records the inode of the
file too: a rename keeps it, and a copy has another one. A notebook at another path is the deployed one if four
conditions hold: the deploy was on this host, its path has no file, the ids match, and the inode is the same. Without
this proof a deploy under the same name needs ``--overwrite``. Copies between file systems and checkouts of git change
the inode, so they need it too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.exceptions import ApiUnreachableError, NotFoundError, OrchestrationError
from jupyter_pipeline.paths import read_object, snapshots_dir
from jupyter_pipeline.workflows.artifacts import ORIGIN

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell
    from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec

__all__ = ["find_candidates", "find_old_path", "is_moved_notebook", "note_move"]

_POSITIONAL = re.compile(r"cell-\d+|ran-\d+|")
"""Ids of cells that have none in the file."""


def is_moved_notebook(record: DeploymentRecord, cells: Sequence[Cell], notebook: Path) -> bool:
    """Return True if a notebook is the deployed file at a new path.

    Parameters
    ----------
    record : DeploymentRecord
        The deployment.
    cells : sequence of Cell
        Cells of the notebook.
    notebook : Path
        Path of the notebook.
    """
    return (
        record.notebook_missing
        and _has_deployed_cells({cell.id for cell in cells}, _deployed_ids(record.deployed_version))
        and _is_deployed_file(record, notebook)
    )


def find_old_path(spec: DeploymentSpec, cells: Sequence[Cell], *, overwrite: bool = False) -> str:
    """Return the path at which the notebook of a deploy was when it was deployed before; empty if it did not move.

    Parameters
    ----------
    spec : DeploymentSpec
        The planned deployment.
    cells : sequence of Cell
        Cells of the notebook.
    overwrite : bool
        Take the name even if it belongs to another notebook.

    Raises
    ------
    OrchestrationError
        If the deployed file is no longer there, the notebook may be a copy of it, and `overwrite` is false.
    """
    from jupyter_pipeline.orchestration import deployments
    from jupyter_pipeline.orchestration.versions import history

    if not spec.notebook or spec.name not in history.list_names():
        return ""
    try:
        record: DeploymentRecord = deployments.find(f"{spec.flow_name}/{spec.name}")
    except (ApiUnreachableError, NotFoundError):
        return ""
    if not record.notebook_missing or record.notebook == spec.notebook:
        return ""
    if is_moved_notebook(record, cells, Path(spec.notebook)):
        return record.notebook
    deployed = _deployed_ids(record.deployed_version)
    if not overwrite and _has_deployed_cells({cell.id for cell in cells}, deployed):
        raise OrchestrationError(_describe_ambiguity(record, Path(spec.notebook), deployed))
    return ""


def find_candidates(folders: Iterable[Path], deployed: Set[str]) -> list[Path]:
    """Return the notebooks in folders that have at least half of the cells of a deployed notebook.

    Parameters
    ----------
    folders : iterable of Path
        Folders to search, without their subfolders.
    deployed : set of str
        Ids of the deployed cells.
    """
    found = (path for folder in dict.fromkeys(folders) for path in sorted(folder.glob("*.ipynb")))
    return [path for path in found if _has_deployed_cells(_read_ids(path), deployed)]


def _describe_ambiguity(record: DeploymentRecord, notebook: Path, deployed: Set[str]) -> str:
    """Return the refusal of a notebook that may be a copy, with the candidates."""
    candidates = find_candidates((Path(record.notebook).parent, notebook.parent), deployed)
    original = next((path for path in candidates if _is_deployed_file(record, path)), None)
    others = [str(path) for path in candidates if path != notebook]
    if original is not None:
        cause = f"The deployed file is now {original}. Deploy that one"
    elif others:
        cause = f"Other notebooks have the same cells: {', '.join(others)}. Deploy the original one"
    else:
        cause = "It is another file, so it may be a copy. Deploy the original one"
    return (
        f"The deployment {record.name!r} belongs to the notebook {record.notebook}, which was renamed, moved or "
        f"deleted. {notebook} has the same cells. {cause}, choose another name, or deploy with --overwrite to take the "
        "deployment over."
    )


def _deployed_ids(version: str) -> Set[str]:
    """Return the ids of the cells of a deployed notebook; empty if they are unknown."""
    try:
        stored = read_object(snapshots_dir() / version / ORIGIN)["notebook"]
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    return {each for each in stored if not _POSITIONAL.fullmatch(each)}


def _has_deployed_cells(ids: Set[str], deployed: Set[str]) -> bool:
    return bool(deployed) and 2 * len(deployed & ids) >= len(deployed)


def _is_deployed_file(record: DeploymentRecord, notebook: Path) -> bool:
    from jupyter_pipeline.orchestration.versions import history

    inode = history.read_inode(record.name, record.notebook)
    try:
        return bool(inode) and notebook.stat().st_ino == inode
    except OSError:
        return False


def _read_ids(path: Path) -> Set[str]:
    """Return the ids of the cells of a file; empty if it is not a notebook."""
    try:
        return {str(cell.get("id", "")) for cell in json.loads(path.read_bytes())["cells"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()


def note_move(old: str, new: Path, name: str) -> str:
    """Return a note on a notebook that has moved."""
    note = f"The notebook was at {old}. Its deployment {name!r} and the versions stay."
    files = Path(old).parent / "pipelines" / name
    return f"{note} Remove the old files: {files}" if files.parent.parent != new and files.is_dir() else note
