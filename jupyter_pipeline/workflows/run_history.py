"""Read logs with cells of the notebook, backfill, and promote deployments with their profiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jupyter_pipeline import arguments
from jupyter_pipeline.exceptions import ApiUnreachableError, NotFoundError
from jupyter_pipeline.models import DeploymentRecord, RunRecord
from jupyter_pipeline.progress import Progress, silent

__all__ = ["backfill", "has_ended", "promote"]


def has_ended(run: str) -> bool:
    """Return True if a run is in a final state, or the server does not know it; False if no server answers."""
    from jupyter_pipeline.orchestration import runs

    try:
        return runs.find(run).state_type in runs.FINAL
    except NotFoundError:
        return True
    except ApiUnreachableError:  # it may restart
        return False


def backfill(
    name: str, start: str, end: str, timezone: str = "", *, progress: Progress | None = None
) -> list[RunRecord]:
    """Run a deployment once for each time window between two times.

    Parameters
    ----------
    name : str
        Name of the deployment.
    start, end : str
        Dates or times in ISO 8601 format.
    timezone : str
        Time zone of times without an offset; by default the local one.
    progress : callable, optional
        Function that gets a line for each created run.

    Raises
    ------
    UsageError
        If a time is not valid, or no parameter of the deployment is bound to the time window.
    """
    from jupyter_pipeline.orchestration import runs, schedules

    zone = timezone or schedules.local_timezone()
    report = progress or silent
    return runs.backfill(
        name,
        schedules.parse_time(start, zone),
        schedules.parse_time(end, zone),
        progress=lambda run: report(f"{run.name}: {run.state}"),
    )


def promote(
    name: str,
    source: str = "staging",
    target: str = "production",
    required_runs: str = "",
    report: Callable[[str], None] | None = None,
) -> DeploymentRecord:
    """Deploy to one target the version that is live in another.

    Parameters
    ----------
    name : str
        Name of the pipeline.
    source, target : str
        Names of targets. ``pipelines/targets.yaml`` in the folder of the notebook describes them.
    required_runs : str
        Required number of successful runs in a row at `source`; empty for the number of the target.
    report : callable, optional
        Function that gets the settings of the target that change.

    Raises
    ------
    NotFoundError
        If there is no such target, or no deployment at `source`.
    OrchestrationError
        If there were too few successful runs.
    """
    from jupyter_pipeline.clusters import profiles, restrictions
    from jupyter_pipeline.exceptions import NotFoundError
    from jupyter_pipeline.orchestration import deployments
    from jupyter_pipeline.orchestration.deployments import targets
    from jupyter_pipeline.orchestration.versions import snapshots

    required = arguments.whole_number("--required-runs", required_runs, 0, 1000) if required_runs else None
    live = deployments.find(targets.deployment_name(name, source))
    folder = Path(live.notebook).parent if live.notebook else Path.cwd()
    known = targets.load(folder / "pipelines", name)
    if target not in known:
        raise NotFoundError("target", target, known)
    destination, file = known[target], ""
    if destination.profile:
        found = restrictions.restrict(profiles.get_profile(destination.profile, cwd=folder))
        _, stored = snapshots.store_snapshot({f"{found.name}.yaml": profiles.render_profile(found)})
        file = str(stored / f"{found.name}.yaml")
    return deployments.promote(
        name, source=source, target=destination, required_runs=required, profile_file=file, report=report
    )
