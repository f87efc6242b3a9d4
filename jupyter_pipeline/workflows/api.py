"""Functions of the Python API that read notebooks, synchronize clusters and list runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError
from jupyter_pipeline.models import RUN_LIMIT, Deployed, RunRecord, SyncReport

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.attached import AttachedCluster

__all__ = ["deploy", "runs", "sync"]


def deploy(
    notebook: str | Path,
    cell: int | str | Sequence[int | str] | None = None,
    *,
    name: str,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
    **options: Any,
) -> Deployed:
    """Deploy cells of a notebook file.

    Parameters
    ----------
    notebook : str or Path
        Notebook file.
    cell : int, str or sequence of them, optional
        Zero-based index, id or tag of each cell. A tag selects every cell that has it. By default all cells that are
        marked as steps and checks, or the whole notebook with ``all=True``.
    name : str
        Name of the deployment, and of its folder in ``pipelines/`` beside the notebook.
    dry_run : bool, default False
        Return the effects of the deploy without changing anything.
    progress : callable, optional
        Function that gets a line for each stage.
    **options
        Options of ``jupyter pipeline deploy``, with underscores for hyphens: ``cron``, ``profile``, ``retries``,
        ``all``, ``work_pool`` and so on. A repeatable option takes a text or a list of texts.

    Returns
    -------
    Deployed
        Generated files, changes, notes, next runs, and the record of the deployment.

    Raises
    ------
    NotFoundError
        If an option, a cell or a profile does not exist.
    UsageError
        If the value of an option is not accepted.
    ConfigurationError
        If the notebook cannot be read.
    CompileRefusedError
        If the cells cannot be compiled. The error lists the reasons.
    EditedByHandError
        If generated files were edited by hand, without ``overwrite=True``.
    RehearsalError
        If the rehearsal failed. Nothing was deployed.
    ApiUnreachableError
        If no Prefect server answers.

    Examples
    --------
    >>> import jupyter_pipeline
    >>> jupyter_pipeline.deploy("report.ipynb", "daily", name="daily", cron="0 6 * * *")  # doctest: +SKIP
    >>> jupyter_pipeline.deploy("report.ipynb", name="report", all=True, cron="0 6 * * *")  # doctest: +SKIP
    """
    from jupyter_pipeline.compiler import read_notebook, select_cells
    from jupyter_pipeline.workflows import deploy as deploys
    from jupyter_pipeline.workflows import deploy_options, deploy_plan

    known = [option.attribute for option in (*deploy_options.OPTIONS, *deploy_options.WHOLE_OPTIONS)]
    if unknown := [option for option in options if option not in known]:
        raise NotFoundError("option of a deploy", unknown[0], known)
    path = Path(notebook)
    try:
        cells = read_notebook(path.read_bytes(), path.name)
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise ConfigurationError(str(path), "", reason, "Pass the path of a notebook file.") from error
    selectors = [] if cell is None else [cell] if isinstance(cell, int | str) else list(cell)
    settings = deploy_options.parse_options(options, name=name, notebook=path.name)
    selected = select_cells(cells, [str(each) for each in selectors], whole=settings.compile_options.whole)
    plan = deploy_plan.plan(cells, selected, settings, folder=path.absolute().parent, dry_run=dry_run)
    return plan.preview() if dry_run else deploys.deploy(plan, progress=progress)


def sync(
    cluster: AttachedCluster | str,
    *,
    directories: Sequence[str | Path] | None = None,
    packages: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SyncReport:
    """Send the packages and the local code of this process to a cluster.

    Parameters
    ----------
    cluster : AttachedCluster or str
        The cluster, or its name.
    directories : sequence of str or Path, optional
        Folders with local code, beside the folders of the profile. By default the folders that this process imports
        from.
    packages : bool, default True
        Compare packages and install those that differ.
    progress : callable, optional
        Function that gets a line for each stage.

    Returns
    -------
    SyncReport
        Installed packages, uploaded files, and remaining differences.

    Raises
    ------
    NotFoundError
        If no cluster of that name is running.
    SyncError
        If the synchronization failed. The previous packages and files are intact.

    Examples
    --------
    >>> import jupyter_pipeline
    >>> jupyter_pipeline.sync("local-1").summary  # doctest: +SKIP
    '1 package installed'
    """
    from jupyter_pipeline.workflows.clusters import attach
    from jupyter_pipeline.workflows.environments import sync_cluster

    attached = attach(cluster) if isinstance(cluster, str) else cluster
    try:
        folders = None if directories is None else [Path(each) for each in directories]
        return sync_cluster(attached, directories=folders, packages=packages, progress=progress)
    finally:
        if isinstance(cluster, str):
            attached.detach()


def runs(deployment: str | None = None, *, limit: int = RUN_LIMIT) -> list[RunRecord]:
    """Return the last runs, newest first.

    Parameters
    ----------
    deployment : str, optional
        Name of a deployment; by default all deployments.
    limit : int, optional
        Maximum number of runs; by default `jupyter_pipeline.models.RUN_LIMIT`.

    Returns
    -------
    list of RunRecord

    Raises
    ------
    NotFoundError
        If there is no such deployment.
    ApiUnreachableError
        If no Prefect server answers.

    Examples
    --------
    >>> import jupyter_pipeline
    >>> [run.state for run in jupyter_pipeline.runs("daily")]  # doctest: +SKIP
    ['Completed', 'Completed']
    """
    from jupyter_pipeline.orchestration import runs as orchestrated

    return orchestrated.list_runs(deployment, limit=limit)
