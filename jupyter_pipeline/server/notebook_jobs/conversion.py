"""Convert deployments and runs to the models of jupyter-scheduler (pure)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from jupyter_scheduler.models import DescribeJob, DescribeJobDefinition, SortDirection, SortField, Status

from jupyter_pipeline.models import SKIPPED, DeploymentRecord, RunRecord
from jupyter_pipeline.server.notebook_jobs.environments import NO_CLUSTER, OUTPUT_FORMATS

__all__ = ["STATUSES", "parameter_texts", "sort_and_cut", "to_job", "to_job_definition"]

STATUSES: Mapping[str, Status] = {
    "SCHEDULED": Status.QUEUED,
    "PENDING": Status.QUEUED,
    "PAUSED": Status.QUEUED,
    "RUNNING": Status.IN_PROGRESS,
    "COMPLETED": Status.COMPLETED,
    "FAILED": Status.FAILED,
    "CRASHED": Status.FAILED,
    "CANCELLING": Status.STOPPING,
    "CANCELLED": Status.STOPPED,
}
"""Status of a job by the type of Prefect's state."""

_OUTPUT_FOLDER = "{{input_filename}}-{{job_id}}"
"""Folder of the outputs of a run, as the dialogs show it."""

_Model = TypeVar("_Model", DescribeJob, DescribeJobDefinition)


def to_job_definition(record: DeploymentRecord, *, kernel: str, parameters: Mapping[str, Any]) -> DescribeJobDefinition:
    """Return a deployment as a job definition.

    The model has one cron expression. A deployment with another schedule, or with several, shows none.

    Parameters
    ----------
    record : DeploymentRecord
        The deployment.
    kernel : str
        Name of the kernel of its runs.
    parameters : mapping
        Parameters of its runs.
    """
    only = record.schedules[0] if len(record.schedules) == 1 else None
    changed = _milliseconds(record.updated)
    return DescribeJobDefinition(
        job_definition_id=record.id,
        name=record.name,
        input_filename=Path(record.notebook).name,
        runtime_environment_name=kernel,
        output_formats=[*OUTPUT_FORMATS],
        output_filename_template=_OUTPUT_FOLDER,
        parameters=parameter_texts(parameters),
        tags=list(record.tags),
        compute_type=record.profile or NO_CLUSTER,
        schedule=only.cron if only and only.cron else None,
        timezone=only.timezone if only and only.cron else None,
        active=not record.paused,
        create_time=changed,
        update_time=changed,
    )


def to_job(run: RunRecord, deployment: DeploymentRecord, *, kernel: str) -> DescribeJob:
    """Return a run as a job.

    Parameters
    ----------
    run : RunRecord
        The run.
    deployment : DeploymentRecord
        Its deployment.
    kernel : str
        Name of the kernel of the run.
    """
    message = f"{SKIPPED}: {run.message}" if run.state == SKIPPED else run.message
    return DescribeJob(
        job_id=run.id,
        job_definition_id=deployment.id,
        name=deployment.name,
        input_filename=Path(deployment.notebook).name,
        runtime_environment_name=kernel,
        output_formats=[*OUTPUT_FORMATS],
        output_filename_template=_OUTPUT_FOLDER,
        parameters=parameter_texts(run.parameters),
        tags=list(deployment.tags),
        compute_type=deployment.profile or NO_CLUSTER,
        url=run.url or f"/jobs/{run.id}",
        status=STATUSES.get(run.state_type, Status.CREATED),
        status_message=message or None,
        create_time=_milliseconds(run.expected_start or run.start),
        update_time=_milliseconds(run.end or run.start or run.expected_start),
        start_time=_milliseconds(run.start) if run.start else None,
        end_time=_milliseconds(run.end) if run.end else None,
    )


def parameter_texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return parameters as texts, from which `option_values.assignments` reads the same values."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in parameters.items()
    }


def sort_and_cut(
    found: Sequence[_Model], order: Sequence[SortField], start: str | None, count: int | str | None
) -> tuple[list[_Model], str | None]:
    """Return one page of models, and the beginning of the next page; ``None`` on the last one.

    Parameters
    ----------
    found : sequence of DescribeJob or DescribeJobDefinition
        All models.
    order : sequence of SortField
        Fields by which they are sorted, the most important first.
    start : str or None
        Beginning of the page; ``None`` for the first one.
    count : int, str or None
        Number of models of a page; ``None`` for no limit.
    """
    models = list(found)
    for field in reversed(order):
        models.sort(key=_sort_key(field.name), reverse=field.direction is SortDirection.desc)
    first = int(start or 0)
    last = len(models) if count is None else first + int(count)
    return models[first:last], str(last) if last < len(models) else None


def _sort_key(name: str) -> Callable[[Any], tuple[bool, Any]]:
    """Return a key by a field, in which a missing value comes first."""

    def key(model: Any) -> tuple[bool, Any]:
        value = getattr(model, name, None)
        return (False, 0) if value is None else (True, value)

    return key


def _milliseconds(seconds: float | None) -> int:
    return int((seconds or 0.0) * 1000)
