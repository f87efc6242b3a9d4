"""Compare the deployments of a notebook with its current cells.

The cost is one list of deployments and one compilation for each deployment of the notebook. The badges of the panel
repeat it after each change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import DeploymentRecord, DeploymentStatus
from jupyter_pipeline.paths import read_object, snapshots_dir
from jupyter_pipeline.workflows.artifacts import LOCK, ORIGIN
from jupyter_pipeline.workflows.deploy_plan import MANIFEST
from jupyter_pipeline.workflows.moved_notebooks import is_moved_notebook

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell

__all__ = ["status"]

_FAILED = ("Failed", "Crashed", "TimedOut")


def status(cells: Sequence[Cell], notebook: Path) -> list[DeploymentStatus]:
    """Return the status of each deployment of a notebook.

    Parameters
    ----------
    cells : sequence of Cell
        Current cells of the notebook, saved or not.
    notebook : Path
        Path of the notebook. A deployment refers to its notebook by path, and by its file after a move.

    Raises
    ------
    ApiUnreachableError
        If no Prefect server answers.
    """
    from jupyter_pipeline.orchestration import deployments

    here = str(notebook.absolute())
    return [
        _status(cells, record, notebook)
        for record in deployments.list_deployments()
        if record.notebook == here or is_moved_notebook(record, cells, notebook)
    ]


def _status(cells: Sequence[Cell], record: DeploymentRecord, notebook: Path) -> DeploymentStatus:
    folder = snapshots_dir() / (record.deployed_version or record.version)
    try:
        origin = read_object(folder / ORIGIN)
        ids, reason = tuple(origin["cells"]), ""
        changed = _is_changed(cells, ids, origin["options"], folder, notebook.absolute().parent)
        ids = ids[:1] if origin["options"].get("whole") else ids
    except (OSError, ValueError, KeyError):
        ids, changed, reason = (), False, "The snapshot is not on this machine, or another tool deployed it."
    except PipelineError as error:
        changed, reason = True, str(error)
    if record.notebook != str(notebook.absolute()):
        affected = Path(record.notebook).parent != notebook.absolute().parent
        effect = ": its runs use the folder of that path" if affected else ""
        moved = f"The notebook was at {record.notebook}. Deploy it again{effect}."
        reason = f"{moved} {reason}".strip()
    last = record.last_run
    return DeploymentStatus(
        name=record.name,
        cells=ids,
        version=record.version,
        changed=changed,
        reason=reason,
        server_changes=record.server_changes,
        schedule_text=record.schedule_text,
        last_run=last.state if last else "",
        failing=last is not None and last.state in _FAILED,
        paused=record.paused,
        target=record.target,
        url=record.url,
    )


def _is_changed(
    cells: Sequence[Cell], ids: Sequence[str], options: Mapping[str, Any], folder: Path, beside: Path
) -> bool:
    """Return True if the cells now compile to code that differs from the snapshot, or a module beside them does."""
    from jupyter_pipeline import compiler
    from jupyter_pipeline.compiler.local_modules import find_local_modules

    whole = bool(options.get("whole"))
    indices = compiler.select_cells(cells, [], whole=True) if whole else [compiler.select_cell(cells, i) for i in ids]
    again = compiler.compile_cells(
        cells,
        indices[0] if len(indices) == 1 else indices,
        compiler.CompileOptions.from_dict({k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}),
    )
    code = {**again.files, **find_local_modules(again.files, beside)}
    code = {name: text for name, text in code.items() if name not in (LOCK, MANIFEST)}
    return any(_read(folder / name) != text for name, text in code.items())


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
