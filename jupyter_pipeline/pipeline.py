"""Where the domains meet: clusters with environments, promotion with orchestration.

The domains know nothing of one another. Magics, command line and panel call what is here when a job needs two of them.
Generated flows import `run_on`, and notebooks import `start_cluster` and `attach`.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.models import ClusterRecord, DeploymentRecord, DeploymentSpec, Profile, Record, SyncReport

if TYPE_CHECKING:
    import distributed

    from jupyter_pipeline.clusters.handle import AttachedCluster
    from jupyter_pipeline.promotion import Cell, Promotion, PromotionOptions

__all__ = ["Deployed", "attach", "deploy_cell", "options", "run_on", "start_cluster", "sync_cluster"]


def start_cluster(
    profile: str,
    *,
    name: str | None = None,
    workers: int | None = None,
    adapt: tuple[int, int] | None = None,
    overrides: Mapping[str, Any] | None = None,
    owner: str | None = None,
    cwd: Path | None = None,
    progress: Callable[[ClusterRecord], None] | None = None,
) -> AttachedCluster:
    """Start a cluster and return it once its scheduler answers.

    Parameters
    ----------
    profile : str
        Name of a profile, or path of a file with one.
    name : str, optional
        Name of the cluster; by default the profile's name and a number.
    workers : int, optional
        Fixed number of workers.
    adapt : tuple of int, optional
        Minimum and maximum number of workers between which the cluster adapts.
    overrides : mapping, optional
        Dotted keys of the profile and the values to use instead.
    owner : str, optional
        ``"kernel"``, ``"server"`` or ``"detached"`` instead of the profile's owner policy.
    cwd : Path, optional
        From where profiles are looked for; by default the working folder.
    progress : callable, optional
        Called with the cluster's record when it changes.

    Returns
    -------
    AttachedCluster
        With ``get_client()``, ``scale()``, ``adapt()``, ``close()``; usable as a context manager.

    Raises
    ------
    ConfigurationError, PreflightError, ClusterStartError, ClusterConflictError
        Nothing is left running.

    Examples
    --------
    >>> from jupyter_pipeline import start_cluster
    >>> with start_cluster("local", workers=2) as cluster:  # doctest: +SKIP
    ...     client = cluster.get_client()
    """
    from jupyter_pipeline.clusters import identity, manager, profiles

    described = profiles.get_profile(profile, overrides=overrides, cwd=cwd)
    if owner:
        described = dataclasses.replace(described, owner=owner)
    record = manager.start(
        described,
        name=name,
        workers=workers,
        adapt=adapt,
        progress=progress,
        owner=identity.this_process(),
    )
    cluster = attach(record.name)
    if described.environment.get("at_start") == "sync":
        sync_cluster(cluster, profile=described)
    return cluster


def attach(name: str) -> AttachedCluster:
    """Return the living cluster called `name`, whoever started it.

    Raises
    ------
    NotFoundError
        If there is none; the nearest names are offered.
    """
    from jupyter_pipeline.clusters import handle

    return handle.attach(name)


def sync_cluster(
    cluster: AttachedCluster,
    *,
    profile: Profile | None = None,
    directories: Sequence[Path] | None = None,
    packages: bool = True,
    progress: Callable[[str], None] | None = None,
) -> SyncReport:
    """Make scheduler and workers of `cluster` equal to this process's packages and local code.

    Parameters
    ----------
    cluster : AttachedCluster
        The cluster.
    profile : Profile, optional
        Its ``environment`` says how; by default the profile that the cluster was started from.
    directories : sequence of Path, optional
        Local code to send; by default what this process imports from.
    packages : bool, default True
        Whether packages are compared and installed.
    progress : callable, optional
        Called with a line for each stage.
    """
    from jupyter_pipeline.clusters import profiles
    from jupyter_pipeline.environments import sync
    from jupyter_pipeline.exceptions import NotFoundError

    options: Mapping[str, Any] = {}
    with suppress(NotFoundError):  # the profile may have been deleted since; its cluster lives
        options = (profile or profiles.get_profile(cluster.record().profile)).environment
    return sync.sync(
        cluster.get_client(set_as_default=False),
        options=options,
        directories=directories,
        packages=packages,
        progress=progress,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed(Record):
    """What a deploy did."""

    deployment: DeploymentRecord | None
    """``None`` after a dry run."""
    folder: str
    """Where the files are: ``pipelines/NAME``."""
    files: Mapping[str, str]
    """Text of each file by its path relative to `folder`."""
    written: tuple[str, ...]
    """Paths that changed."""
    changes: str
    """Difference to the files that were there, as ``diff -u`` writes it."""
    notes: tuple[str, ...]
    version: str
    next_runs: tuple[float, ...] = ()


def deploy_cell(
    cells: Sequence[Cell],
    target: int | Sequence[int],
    options: PromotionOptions,
    *,
    folder: Path,
    overwrite: bool = False,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Deployed:
    """Promote a cell, write its files to ``folder/pipelines/NAME``, and deploy it.

    Whatever can be refused is refused before anything is written: the cell, the profile, a server that does not answer.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    target : int or sequence of int
        Index of the cell, or of the cells that are steps.
    options : PromotionOptions
        Name, profile, schedules, retries and so on.
    folder : Path
        The notebook's folder.
    overwrite : bool, default False
        Whether generated files that were edited by hand may be replaced.
    dry_run : bool, default False
        Say what would be done, and change nothing.
    progress : callable, optional
        Called with a line for each stage.

    Raises
    ------
    PromotionRefusedError
        The cell cannot be promoted.
    EditedByHandError
        The files were edited since; `overwrite` is false.
    ApiUnreachableError
        No Prefect server answers.
    """
    from jupyter_pipeline import promotion
    from jupyter_pipeline.clusters import preflight, profiles
    from jupyter_pipeline.orchestration import api, deployments, schedules, snapshots
    from jupyter_pipeline.promotion import manifest
    from jupyter_pipeline.promotion.neighbours import find_neighbours

    say = progress or (lambda text: None)
    promoted = promotion.promote(cells, target, options)
    profile = profiles.get_profile(options.profile) if options.profile else None
    problems = preflight.check(profile) if profile else []
    neighbours = find_neighbours(promoted.files, folder)
    notes = (
        *promoted.notes,
        *(f"{path} travels with the deployment as it is now." for path in sorted(neighbours)),
        *(f"The profile {options.profile!r} could not start here now: {problem}" for problem in problems),
    )
    home = folder / "pipelines" / promoted.name
    changes = manifest.diff(home, promoted)
    files = dict(promoted.files)
    upcoming = sorted(t.timestamp() for s in options.schedules for t in schedules.next_runs(s, 5))[:5]
    if dry_run:
        return Deployed(
            deployment=None,
            folder=str(home),
            files=files,
            written=(),
            changes=changes,
            notes=notes,
            version=promoted.version,
            next_runs=tuple(upcoming),
        )
    say("Looking for the Prefect server")
    api.check()
    written = manifest.write(home, promoted, overwrite=overwrite)
    say(f"Wrote {home}")
    # The profile travels with the code, so that editing it later does not change what was deployed.
    frozen = {} if profile is None else {f"{profile.name}.yaml": profiles.resolved(profile)}
    version, path = snapshots.snapshot({**files, **neighbours, **frozen})
    say("Deploying")
    record = deployments.deploy(
        _spec(promoted, options, version=version, path=path, folder=folder), overwrite=overwrite
    )
    return Deployed(
        deployment=record,
        folder=str(home),
        files=files,
        written=tuple(written),
        changes=changes,
        notes=notes,
        version=version,
        next_runs=tuple(upcoming),
    )


def _spec(promoted: Promotion, options: PromotionOptions, *, version: str, path: Path, folder: Path) -> DeploymentSpec:
    return DeploymentSpec(
        name=promoted.name,
        flow_name=promoted.flow_name,
        entrypoint=promoted.entrypoint,
        path=str(path),
        version=version,
        profile=options.profile,
        schedules=options.schedules,
        parameters=promoted.parameters,
        parameter_schema=promoted.parameter_schema,
        tags=options.tags,
        description=options.description,
        work_pool=options.work_pool,
        python=sys.executable,
        notebook=str(folder / options.notebook) if options.notebook else "",
        # Relative paths mean in a run what they mean in the notebook.
        working_directory=str(folder),
    )


@contextmanager
def run_on(profile: str, flow_file: str, *, workers: int | None = None) -> Iterator[distributed.Client]:
    """Start the profile's cluster, make its client Dask's default, and stop the cluster at the end.

    This is what a generated flow runs in. The cluster belongs to this process: when the process is killed, its keeper
    stops the cluster.

    Parameters
    ----------
    profile : str
        Name of the profile. When the folder of the flow has ``PROFILE.yaml``, as it was when the flow was deployed,
        that is used; otherwise the profile that is found from that folder.
    flow_file : str
        ``__file__`` of the flow. What is imported from its folder is sent to the workers by value, since they cannot
        import it.
    workers : int, optional
        Number of workers instead of the profile's.

    Yields
    ------
    distributed.Client
        Connected to the cluster.
    """
    folder = Path(flow_file).absolute().parent
    frozen = folder / f"{profile}.yaml"
    name = f"{profile[:40]}-run-{os.getpid()}"
    with start_cluster(
        str(frozen) if frozen.is_file() else profile, name=name, workers=workers, owner="kernel", cwd=folder
    ) as cluster:
        client = cluster.get_client()
        _send_by_value(folder)
        try:
            if workers or cluster.record().workers_wanted:
                client.wait_for_workers(1, timeout=cluster.record().limits.start_timeout)
            yield client
        finally:
            client.close()


def _send_by_value(folder: Path) -> None:
    """Let functions of the modules in `folder` travel inside the tasks that call them."""
    import cloudpickle

    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and module.__name__ != "__main__" and Path(file).absolute().is_relative_to(folder):
            cloudpickle.register_pickle_by_value(module)


def options(
    *,
    name: str,
    notebook: str = "",
    cron: str = "",
    every: str = "",
    rrule: str = "",
    timezone: str = "",
    profile: str = "",
    retries: str = "0",
    parameters: Sequence[str] = (),
    tags: Sequence[str] = (),
    kernel_names: frozenset[str] = frozenset(),
) -> PromotionOptions:
    """Return the options of a promotion from the text that a magic, the command line or the panel was given.

    Raises
    ------
    UsageError
        If a name, the schedule or a number cannot be used.
    """
    import tzlocal

    from jupyter_pipeline.exceptions import UsageError
    from jupyter_pipeline.orchestration import schedules
    from jupyter_pipeline.paths import check_name
    from jupyter_pipeline.promotion import PromotionOptions

    if not name:
        raise UsageError("Name the deployment: --name NAME.")
    check_name("deployment", name)
    if not (retries.isascii() and retries.isdigit() and int(retries) <= 100):
        raise UsageError(f"{retries!r} is not a number of retries: give a whole number from 0 to 100.")
    scheduled = []
    if cron or every or rrule:
        zone = timezone or tzlocal.get_localzone_name() or "UTC"
        scheduled.append(schedules.parse(cron=cron, every=every or None, rrule=rrule, timezone=zone))
    elif timezone:
        raise UsageError("A time zone needs a schedule: give --cron, --every or --rrule too.")
    return PromotionOptions(
        name=name,
        notebook=notebook,
        schedules=tuple(scheduled),
        profile=profile,
        retries=int(retries),
        parameters=tuple(parameters),
        tags=tuple(tags),
        kernel_names=kernel_names,
    )
