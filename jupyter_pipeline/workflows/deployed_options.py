"""Read the options of deployments, with which the next deploy of their names starts.

The stored versions on this machine have them, so that no Prefect server is queried. A value that contains a secret is
not stored; its option is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import ApiUnreachableError
from jupyter_pipeline.models import DeployedOptions
from jupyter_pipeline.paths import read_object, snapshots_dir
from jupyter_pipeline.secret_detection import has_secret
from jupyter_pipeline.workflows.artifacts import ORIGIN

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell
    from jupyter_pipeline.orchestration.versions.history import Version

__all__ = ["find_deployed", "without_secrets"]


def without_secrets(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the options whose values contain no secret, and the names of the others.

    Parameters
    ----------
    values : mapping
        Values of `deploy_options.Settings.values`.

    Examples
    --------
    >>> without_secrets({"retries": 2, "sample": ["n=1", "api_key=abc"]})
    ({'retries': 2, 'sample': ['n=1']}, ('sample api_key=',))
    """
    plain: dict[str, Any] = {}
    hidden: list[str] = []
    for option, value in values.items():
        if isinstance(value, list):
            secret = {text: text.partition("=")[0].strip() for text in value if _is_secret(text)}
            hidden += [f"{option} {name}=" if "=" in text else option for text, name in secret.items()]
            plain[option] = [text for text in value if text not in secret]
        elif has_secret(option, value):
            hidden.append(option)
        else:
            plain[option] = value
    return plain, tuple(dict.fromkeys(hidden))


def find_deployed(
    cells: Sequence[Cell], notebook: Path, *, cell: int | None = None, name: str = ""
) -> list[DeployedOptions]:
    """Return the options of the deployments of a cell or a notebook, and of the deployments of a pipeline.

    Parameters
    ----------
    cells : sequence of Cell
        Current cells of the notebook.
    notebook : Path
        Path of the notebook.
    cell : int, optional
        Index of the cell; by default the whole notebook.
    name : str, optional
        Name of a pipeline. Its deployments are returned, too, from all notebooks.
    """
    from jupyter_pipeline.orchestration.versions import history

    here = str(notebook.absolute())
    ids = {each.index: each.id for each in cells}
    chosen = ids.get(cell) if cell is not None else None
    found = []
    for deployment in history.list_names():
        version = _current(deployment)
        if version is None:
            continue
        each = _describe(deployment, version)
        matches = each.whole if cell is None else chosen in each.cells and not each.whole
        is_here = each.notebook == here and matches
        if is_here or (name and each.name == name):
            found.append(replace(each, here=is_here))
    return sorted(found, key=lambda each: (not each.here, each.name != name, each.deployment))


def _current(deployment: str) -> Version | None:
    """Return the version that the next deploy of a name replaces, or ``None``."""
    from jupyter_pipeline.orchestration.prefect_api.endpoint import resolve
    from jupyter_pipeline.orchestration.versions import history

    last = history.last_version(deployment)
    if last is None:
        return None
    try:
        server = resolve(server=str(last.spec.get("server") or "")).key
    except ApiUnreachableError:  # the service is stopped, and its deployments stay
        server = last.server
    return history.current_version(deployment, server)


def _describe(deployment: str, version: Version) -> DeployedOptions:
    spec = version.spec
    target = str(spec.get("target") or "")
    options = spec.get("options")
    if options is not None:
        # A promotion changes the target, and keeps the options.
        options = {**options, "target": target}
        options = {key: value for key, value in options.items() if value != ""}
    cells, whole = _origin(str(spec.get("version") or ""))
    return DeployedOptions(
        name=str((spec.get("base") or {}).get("name") or spec.get("name") or deployment),
        deployment=deployment,
        target=target,
        version=version.number,
        cells=cells,
        whole=whole,
        notebook=str(spec.get("notebook") or ""),
        options=options,
        hidden_options=tuple(spec.get("hidden_options") or ()),
    )


def _origin(version: str) -> tuple[tuple[str, ...], bool]:
    """Return the ids of the cells of a snapshot, and True if it is a whole notebook."""
    try:
        origin = read_object(snapshots_dir() / version / ORIGIN)
        return tuple(origin["cells"]), bool(origin["options"].get("whole"))
    except (OSError, ValueError, KeyError):
        return (), False


def _is_secret(text: str) -> bool:
    name, equals, value = text.partition("=")
    return has_secret("", text) or bool(equals and has_secret(name.strip(), value.strip()))
