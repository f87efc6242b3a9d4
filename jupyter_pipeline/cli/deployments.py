"""``jupyter pipeline deployments``: list, run, compare, roll back and promote deployments."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import List as ListTrait
from traitlets import Unicode

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, Group, note
from jupyter_pipeline.cli.deploy import notebook_path, read_cells
from jupyter_pipeline.cli.runs import RunCommand
from jupyter_pipeline.models import DeploymentRecord, DeploymentStatus, RunRecord, VersionRecord
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.workflows import deployment_status, option_values, run_history

__all__ = ["DeploymentsGroup"]


class _DeploymentCommand(Command):
    positional: ClassVar[tuple[str, ...]] = ("NAME",)

    def show(self, answer: DeploymentRecord) -> str:
        return str(tables.deployments([answer]))


class _LiveCommand(Command):
    positional: ClassVar[tuple[str, ...]] = ("NAME",)

    def show(self, answer: DeploymentRecord) -> str:
        return tables.live(answer)


class List(Command):
    """List deployments."""

    name = "jupyter-pipeline deployments list"
    description = "List the deployments with their last run and the next one."
    examples = "jupyter pipeline deployments list"

    def work(self) -> list[DeploymentRecord]:
        return deployments.list_deployments()

    def show(self, answer: list[DeploymentRecord]) -> str:
        return str(tables.deployments(answer))


class Pause(_DeploymentCommand):
    """Pause a deployment."""

    name = "jupyter-pipeline deployments pause"
    description = "Pause the schedules of a deployment."
    examples = "jupyter pipeline deployments pause daily"

    def work(self, name: str) -> DeploymentRecord:
        return deployments.pause(name)


class Resume(_DeploymentCommand):
    """Resume a deployment."""

    name = "jupyter-pipeline deployments resume"
    description = "Resume the schedules of a deployment."
    examples = "jupyter pipeline deployments resume daily"

    def work(self, name: str) -> DeploymentRecord:
        return deployments.resume(name)


class Run(RunCommand):
    """Run a deployment now."""

    name = "jupyter-pipeline deployments run"
    description = "Run a deployment now, in addition to its schedules."
    examples = "jupyter pipeline deployments run daily --param region=eu"
    positional = ("NAME",)
    values = "deployments"
    param = ListTrait(Unicode(), help="Parameter of this run, NAME=VALUE; repeatable.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "param": "Run.param"}

    def work(self, name: str) -> RunRecord:
        return deployments.run_now(name, option_values.assignments("--param", self.param))


class Delete(Command):
    """Delete a deployment."""

    name = "jupyter-pipeline deployments delete"
    description = "Delete a deployment and its schedules, but not its files and runs."
    examples = "jupyter pipeline deployments delete daily"
    positional = ("NAME",)
    values = "deployments"

    def work(self, name: str) -> dict[str, Any]:
        deployments.delete(name)
        return {"deleted": name}

    def show(self, answer: dict[str, Any]) -> str:
        return f"Deployment {answer['deleted']!r} was deleted."


class Backfill(Command):
    """Run a deployment for past time windows."""

    name = "jupyter-pipeline deployments backfill"
    description = "Run a deployment once for each time window of its schedule between two times, oldest first."
    examples = "jupyter pipeline deployments backfill daily 2027-01-01 2027-02-01"
    positional = ("NAME", "START", "END")
    values = "deployments"
    timezone = Unicode("", help="Time zone of the two times; by default the local one.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "timezone": "Backfill.timezone"}

    def work(self, name: str, start: str, end: str) -> list[RunRecord]:
        return run_history.backfill(name, start, end, self.timezone, progress=note)

    def show(self, answer: list[RunRecord]) -> str:
        return str(tables.runs(answer))


class Versions(Command):
    """List the versions of a deployment."""

    name = "jupyter-pipeline deployments versions"
    description = "List the versions of a deployment, newest first."
    examples = "jupyter pipeline deployments versions daily"
    positional = ("NAME",)
    values = "deployments"

    def work(self, name: str) -> list[VersionRecord]:
        return deployments.list_versions(name)

    def show(self, answer: list[VersionRecord]) -> str:
        return str(tables.versions(answer))


class Compare(Command):
    """Compare two versions."""

    name = "jupyter-pipeline deployments compare"
    description = "Show the differences between two versions, by default the current one and its predecessor."
    examples = "jupyter pipeline deployments compare daily 3 4"
    positional = ("NAME", "[OLD]", "[NEW]")
    values = "deployments"

    def work(self, name: str, old: str | None = None, new: str | None = None) -> dict[str, Any]:
        return {"name": name, "difference": deployments.compare_versions(name, old, new)}

    def show(self, answer: dict[str, Any]) -> str:
        return answer["difference"] or "The versions are equal."


class Rollback(_LiveCommand):
    """Deploy an earlier version again."""

    name = "jupyter-pipeline deployments rollback"
    description = "Deploy an earlier version again, by default the one before the current one."
    examples = "jupyter pipeline deployments rollback daily 3"
    positional = ("NAME", "[VERSION]")
    values = "deployments"

    def work(self, name: str, version: str | None = None) -> DeploymentRecord:
        return deployments.rollback(name, version)


class Promote(_LiveCommand):
    """Deploy to one target the version that is live in another."""

    name = "jupyter-pipeline deployments promote"
    description = "Deploy to production the version that is live in staging."
    examples = "jupyter pipeline deployments promote daily"
    source = Unicode("staging", help="Target with the version; by default staging.").tag(config=True)
    target = Unicode("production", help="Target to deploy to; by default production.").tag(config=True)
    required_runs = Unicode("", help="Required number of successful runs in a row.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {
        **Command.aliases,
        "from": "Promote.source",
        "to": "Promote.target",
        "required-runs": "Promote.required_runs",
    }

    def work(self, name: str) -> DeploymentRecord:
        return run_history.promote(name, self.source, self.target, self.required_runs, report=note)


class Status(Command):
    """Show the deployments of a notebook."""

    name = "jupyter-pipeline deployments status"
    description = "Show for each deployment of a notebook (a file, or - for standard input) if its cells have changed."
    examples = "jupyter pipeline deployments status report.ipynb"
    positional = ("NOTEBOOK",)
    path = Unicode("", help="Path of a notebook that comes from standard input.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "path": "Status.path"}

    def work(self, notebook: str) -> list[DeploymentStatus]:
        path = notebook_path(notebook, self.path)
        return deployment_status.status(read_cells(notebook, path.name), path)

    def show(self, answer: list[DeploymentStatus]) -> str:
        return str(tables.statuses(answer))


class DeploymentsGroup(Group):
    """Deployments."""

    name = "jupyter-pipeline deployments"
    description = "List, run, compare, roll back and promote deployments."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (List, "List the deployments."),
        "pause": (Pause, "Pause the schedules of a deployment."),
        "resume": (Resume, "Resume the schedules of a deployment."),
        "run": (Run, "Run a deployment now."),
        "backfill": (Backfill, "Run a deployment for past time windows."),
        "versions": (Versions, "List the versions of a deployment."),
        "compare": (Compare, "Show the differences between two versions."),
        "rollback": (Rollback, "Deploy an earlier version again."),
        "promote": (Promote, "Deploy to production the version that is live in staging."),
        "status": (Status, "Show the deployments of a notebook."),
        "delete": (Delete, "Delete a deployment."),
    }
