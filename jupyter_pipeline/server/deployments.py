"""Routes of deployments, runs and schedules."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline import arguments
from jupyter_pipeline.models import DeploymentRecord, RunRecord, Schedule, ShownRun, VersionRecord
from jupyter_pipeline.orchestration import deployments, runs, schedules, service_state
from jupyter_pipeline.server.handler import Document, PipelineHandler, endpoint
from jupyter_pipeline.workflows import run_details, run_history
from jupyter_pipeline.workflows.log_search import search
from jupyter_pipeline.workflows.run_report import reports
from jupyter_pipeline.workflows.run_report.page import CONTENT_SECURITY_POLICY
from jupyter_pipeline.workflows.run_report.reports import ReportRecord

__all__ = [
    "DeploymentHandler",
    "DeploymentPromoteHandler",
    "DeploymentRunsHandler",
    "DeploymentVersionsHandler",
    "DeploymentsHandler",
    "RunDetailsHandler",
    "RunHandler",
    "RunReportHandler",
    "ScheduleHandler",
    "parse_schedule",
]

_MAX_AGE = 1.9
"""Seconds. A panel alone polls less often, and so gets a new list each time."""
_MOST_ENTRIES = 10_000
"""Last entries of a log that the panel shows."""


class DeploymentsHandler(PipelineHandler):
    """``deployments``."""

    @endpoint
    async def get(self) -> Document:
        """List the deployments."""
        return await self.share(deployments.list_deployments, max_age=_MAX_AGE, stamp=service_state.get_change_stamp())


class DeploymentHandler(PipelineHandler):
    """``deployments/NAME``."""

    @endpoint
    async def patch(self, name: str) -> DeploymentRecord:
        """Pause or resume the schedules."""
        body = self.body({"paused": bool}, required=("paused",))
        return await self.in_thread(deployments.pause if body["paused"] else deployments.resume, name)

    @endpoint
    async def delete(self, name: str) -> None:
        """Delete the deployment, but not its files and runs."""
        await self.in_thread(deployments.delete, name)


class DeploymentRunsHandler(PipelineHandler):
    """``deployments/NAME/runs``."""

    @endpoint
    async def get(self, name: str) -> list[RunRecord]:
        """List the last runs; ``?limit=`` is their maximum number."""
        limit = arguments.run_limit("limit", self.get_argument("limit", None))
        return await self.in_thread(runs.list_runs, name, limit=limit)

    @endpoint
    async def post(self, name: str) -> RunRecord:
        """Run the deployment now."""
        body = self.body({"parameters": dict})
        self.set_status(201)
        return await self.in_thread(deployments.run_now, name, body.get("parameters"))


class DeploymentVersionsHandler(PipelineHandler):
    """``deployments/NAME/versions``."""

    @endpoint
    async def get(self, name: str) -> list[VersionRecord]:
        """List the versions, newest first."""
        return await self.in_thread(deployments.list_versions, name)

    @endpoint
    async def post(self, name: str) -> DeploymentRecord:
        """Deploy an earlier version again: ``version`` is its number, by default the one before the current one."""
        body = self.body({"version": (str, int)})
        version = str(body["version"]) if "version" in body else None
        return await self.in_thread(deployments.rollback, name, version)


class DeploymentPromoteHandler(PipelineHandler):
    """``deployments/NAME/promote``."""

    @endpoint
    async def post(self, name: str) -> DeploymentRecord:
        """Deploy to production the version that is live in staging; `name` is the name of the pipeline."""
        self.body({})
        return await self.in_thread(run_history.promote, name)


class RunHandler(PipelineHandler):
    """``runs/ID``."""

    @endpoint
    async def get(self, run: str) -> dict[str, str]:
        """Return the last entries of the log of a run."""
        return {"logs": await self.in_thread(lambda: search.read_text(run, tail=_MOST_ENTRIES))}

    @endpoint
    async def post(self, run: str) -> RunRecord:
        """Run the deployment again with the parameters of a run."""
        self.body({})
        self.set_status(201)
        return await self.in_thread(runs.rerun, run)

    @endpoint
    async def delete(self, run: str) -> RunRecord:
        """Cancel a run."""
        return await self.in_thread(runs.cancel, run)


class RunReportHandler(PipelineHandler):
    """``runs/ID/report``."""

    @endpoint
    async def get(self, run: str) -> Document | ReportRecord:
        """Return the report of a run; ``?format=`` is ``html``, ``notebook``, or ``json`` for facts on it.

        Outputs are code of anyone whose data the notebook shows, so the page is sandboxed.
        """
        kind = arguments.choice("format", self.get_argument("format", "html"), ("html", "notebook", "json"))
        report = await self.in_thread(reports.find_run_report, run)
        if kind == "json":
            return report
        content = await self.in_thread(lambda: reports.build_report(report, html=kind == "html").read_bytes())
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-store"}
        if kind == "html":
            return Document(content, "text/html; charset=utf-8", headers)
        headers["Content-Disposition"] = f'attachment; filename="{report.file_name}.ipynb"'
        return Document(content, "application/x-ipynb+json", headers)


class RunDetailsHandler(PipelineHandler):
    """``runs/ID/details``."""

    @endpoint
    async def get(self, run: str) -> ShownRun:
        """Return the cause of the end of a run, its steps, clusters and costs."""
        return await self.in_thread(run_details.show_run, run)


class ScheduleHandler(PipelineHandler):
    """``schedule``."""

    @endpoint
    async def post(self) -> dict[str, Any]:
        """Describe a schedule in words, with its next five runs."""
        schedule = parse_schedule(self.body(SCHEDULE_KEYS, required=()))
        return {
            "description": schedules.describe_schedule(schedule),
            "timezone": schedule.timezone,
            "next_runs": [
                {"time": time.timestamp(), "text": schedules.format_time(time)}
                for time in schedules.next_runs(schedule, 5)
            ],
        }


SCHEDULE_KEYS: dict[str, type | tuple[type, ...]] = {
    "cron": str,
    "every": (str, int, float),
    "rrule": str,
    "timezone": str,
}


def parse_schedule(body: dict[str, Any]) -> Schedule:
    """Return the schedule that the keys ``cron``, ``every``, ``rrule`` and ``timezone`` describe."""
    return schedules.parse_schedule(**{key: body[key] for key in SCHEDULE_KEYS if body.get(key)})
