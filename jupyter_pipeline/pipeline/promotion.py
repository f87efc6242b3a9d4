"""Promotion with orchestration: a cell that becomes files and a deployment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec, Record

if TYPE_CHECKING:
    from jupyter_pipeline.promotion import Cell, Promotion, PromotionOptions

__all__ = ["Deployed", "deploy_cell", "options"]


def options(
    *,
    name: str,
    notebook: str = "",
    cron: str = "",
    every: str = "",
    rrule: str = "",
    timezone: str = "",
    profile: str = "",
    work_pool: str = "",
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
        work_pool=work_pool,
        retries=int(retries),
        parameters=tuple(parameters),
        tags=tuple(tags),
        kernel_names=kernel_names,
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
