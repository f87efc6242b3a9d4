"""Publish a summary of the report as an artifact of the run on the Prefect server."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from jupyter_pipeline.units import format_duration

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.run_report.recording import Recording, Summary

__all__ = ["describe_summary", "publish_summary"]

_MOST_ERRORS = 3


def publish_summary(recording: Recording) -> None:
    """Create the artifact of a run, with its steps, its errors and the command that shows the report.

    Parameters
    ----------
    recording : Recording
        Recording that has ended.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import ArtifactCreate

    key = re.sub(r"[^a-z0-9]+", "-", f"report-{recording.notebook.lower()}").strip("-")
    artifact = ArtifactCreate(
        key=key,
        type="markdown",
        description="Report of the run.",
        data=describe_summary(recording.name, recording.summary),
        flow_run_id=uuid.UUID(recording.run),
    )
    with get_client(sync_client=True) as client:
        client.request("POST", "/artifacts/", json=artifact.model_dump(mode="json", exclude_unset=True))


def describe_summary(name: str, summary: Summary) -> str:
    """Return the text of the artifact of a run, as Markdown."""
    lines = ["The report has the outputs of the cells:", "", "```bash"]
    lines += [f"jupyter pipeline runs show {name} --html", "```"]
    if summary.steps:
        lines += ["", "| Step | Duration |", "|---|---|"]
        lines += [f"| {step} | {format_duration(seconds)} |" for step, seconds in summary.steps.items()]
    for step, text in summary.errors[:_MOST_ERRORS]:
        fence = "`" * (3 + max((len(run) for run in re.findall("`+", text)), default=0))
        lines += ["", f"**{step or 'The code'} failed:**", "", fence, text.rstrip(), fence]
    return "\n".join(lines)
