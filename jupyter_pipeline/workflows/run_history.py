"""What became of deployments, told in the notebook's words: logs with cells, promotions with profiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jupyter_pipeline import arguments
from jupyter_pipeline.models import DeploymentRecord, RunRecord
from jupyter_pipeline.workflows.tracebacks import in_notebook

__all__ = ["backfill", "follow", "logs", "promote"]


def logs(run: str) -> str:
    """Return the log of a run; its tracebacks point at the notebook.

    Parameters
    ----------
    run : str
        Id or name.
    """
    from jupyter_pipeline.orchestration import runs

    return in_notebook(runs.read_log(run))


def follow(run: str, write: Callable[[str], None]) -> RunRecord:
    """Write the log of a run as it comes, and return the run once it has ended; an interrupt leaves the run at work."""
    from jupyter_pipeline.orchestration import runs

    return runs.follow(run, lambda text: write(in_notebook(text)))


def backfill(
    name: str, start: str, end: str, timezone: str = "", *, progress: Callable[[str], None] | None = None
) -> list[RunRecord]:
    """Run a deployment once for each time window between two times.

    Parameters
    ----------
    name : str
        The deployment.
    start, end : str
        Dates or times as ISO 8601 writes them.
    timezone : str
        What they mean where they do not say so; by default the local one.
    progress : callable, optional
        Called with a line for each run that was made.

    Raises
    ------
    UsageError
        If a time cannot be read, or nothing of the deployment is bound to the window.
    """
    import tzlocal

    from jupyter_pipeline.orchestration import runs, schedules

    zone = timezone or tzlocal.get_localzone_name() or "UTC"
    say = progress or (lambda text: None)
    return runs.backfill(
        name,
        schedules.parse_time(start, zone),
        schedules.parse_time(end, zone),
        progress=lambda run: say(f"{run.name}: {run.state}"),
    )


def promote(name: str, source: str = "staging", target: str = "production", after: str = "") -> DeploymentRecord:
    """Deploy at one target exactly the code that is live at another.

    Parameters
    ----------
    name : str
        The pipeline.
    source, target : str
        Names of the targets. Those of the notebook's folder say what differs.
    after : str
        Good runs in a row that the source must have seen; empty for what the target asks for.

    Raises
    ------
    NotFoundError
        If there is no such target, or nothing is deployed at `source`.
    OrchestrationError
        If there were too few good runs.
    """
    from jupyter_pipeline.clusters import profiles
    from jupyter_pipeline.exceptions import NotFoundError
    from jupyter_pipeline.orchestration import deployments
    from jupyter_pipeline.orchestration.deployments import targets
    from jupyter_pipeline.orchestration.versions import snapshots

    wanted = arguments.whole_number("--after", after, 0, 1000) if after else None
    live = deployments.find(targets.deployment_name(name, source))
    folder = Path(live.notebook).parent if live.notebook else Path.cwd()
    known = targets.load(folder / "pipelines", name)
    if target not in known:
        raise NotFoundError("target", target, known)
    goal, file = known[target], ""
    if goal.profile:
        found = profiles.get_profile(goal.profile, cwd=folder)
        file = str(snapshots.snapshot({f"{found.name}.yaml": profiles.render_profile(found)})[1] / f"{found.name}.yaml")
    return deployments.promote(name, source=source, target=goal, after=wanted, profile_file=file)
