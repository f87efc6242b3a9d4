"""How the deployments of a notebook are: still what the cells say, and still going well.

It costs a list of deployments and a compilation for each of this notebook, so that a badge can ask often.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import DeploymentRecord, DeploymentStatus
from jupyter_pipeline.paths import snapshots_dir
from jupyter_pipeline.workflows.artifacts import LOCK, ORIGIN
from jupyter_pipeline.workflows.deploy_plan import MANIFEST

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell

__all__ = ["status"]

_FAILED = ("Failed", "Crashed", "TimedOut")


def status(cells: Sequence[Cell], notebook: Path) -> list[DeploymentStatus]:
    """Return how each deployment that was made from a notebook is.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook as it is now, saved or not.
    notebook : Path
        Where it is: by its path, a deployment knows its notebook.

    Raises
    ------
    ApiUnreachableError
        If no Prefect server answers.
    """
    from jupyter_pipeline.orchestration import deployments

    here = str(notebook.absolute())
    return [_status(cells, record) for record in deployments.list_deployments() if record.notebook == here]


def _status(cells: Sequence[Cell], record: DeploymentRecord) -> DeploymentStatus:
    folder = snapshots_dir() / record.version
    try:
        origin = json.loads((folder / ORIGIN).read_text("utf-8"))
        targets, reason = tuple(origin["cells"]), ""
        changed = _changed(cells, targets, origin["options"], folder)
    except (OSError, ValueError, KeyError):
        targets, changed, reason = (), False, "It was deployed by other means, or from another machine."
    except PipelineError as error:
        changed, reason = True, str(error)
    last = record.last_run
    return DeploymentStatus(
        name=record.name,
        cells=targets,
        version=record.version,
        changed=changed,
        reason=reason,
        last_run=last.state if last else "",
        failing=last is not None and last.state in _FAILED,
        paused=record.paused,
        target=record.target,
        url=record.url,
    )


def _changed(cells: Sequence[Cell], targets: Sequence[str], options: Mapping[str, Any], folder: Path) -> bool:
    """Return whether the same cells now compile to other code than a snapshot has."""
    from jupyter_pipeline import compiler

    indices = [compiler.select_cell(cells, target) for target in targets]
    again = compiler.compile_cells(
        cells,
        indices[0] if len(indices) == 1 else indices,
        compiler.CompileOptions.from_dict({k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}),
    )
    code = {name: text for name, text in again.files.items() if name not in (LOCK, MANIFEST)}
    return any(_read(folder / name) != text for name, text in code.items())


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
