"""``jupyter pipeline deployments`` and ``jupyter pipeline runs``."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Unicode

from jupyter_pipeline import present
from jupyter_pipeline.app.base import Command, Group
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import DeploymentRecord, RunRecord
from jupyter_pipeline.orchestration import deployments, runs

__all__ = ["DeploymentsGroup", "RunsGroup"]


class _DeploymentCommand(Command):
    positional = ("NAME",)

    def show(self, answer: DeploymentRecord) -> str:
        return str(present.deployments([answer]))


class _RunCommand(Command):
    def show(self, answer: RunRecord) -> str:
        return str(present.runs([answer]))


class List(Command):
    """List deployments."""

    name = "jupyter-pipeline deployments list"
    description = "List what is deployed, with the state of the last run and the next one."

    def work(self) -> list[DeploymentRecord]:
        return deployments.list_deployments()

    def show(self, answer: list[DeploymentRecord]) -> str:
        return str(present.deployments(answer))


class Pause(_DeploymentCommand):
    """Pause a deployment."""

    name = "jupyter-pipeline deployments pause"
    description = "Keep the schedules of a deployment from making runs."

    def work(self, name: str) -> DeploymentRecord:
        return deployments.pause(name)


class Resume(_DeploymentCommand):
    """Resume a deployment."""

    name = "jupyter-pipeline deployments resume"
    description = "Let the schedules of a paused deployment make runs again."

    def work(self, name: str) -> DeploymentRecord:
        return deployments.resume(name)


class Run(_RunCommand):
    """Run a deployment now."""

    name = "jupyter-pipeline deployments run"
    description = "Run a deployment now, beside its schedule."
    positional = ("NAME",)

    def work(self, name: str) -> RunRecord:
        return deployments.run_now(name)


class Delete(Command):
    """Delete a deployment."""

    name = "jupyter-pipeline deployments delete"
    description = "Delete a deployment and its schedules; its files and the records of its runs stay."
    positional = ("NAME",)

    def work(self, name: str) -> dict[str, Any]:
        deployments.delete(name)
        return {"deleted": name}

    def show(self, answer: dict[str, Any]) -> str:
        return f"Deployment {answer['deleted']!r} is deleted."


class ListRuns(Command):
    """List runs."""

    name = "jupyter-pipeline runs list"
    description = "List the last runs, of one deployment or of all."
    positional = ("[DEPLOYMENT]",)
    limit = Unicode("20", help="How many.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "limit": "ListRuns.limit"}

    def work(self, deployment: str = "") -> list[RunRecord]:
        if not self.limit.isdigit() or not 0 < int(self.limit) <= 200:
            raise UsageError(f"{self.limit!r} is not a limit: give a number from 1 to 200.")
        return runs.list_runs(deployment or None, limit=int(self.limit))

    def show(self, answer: list[RunRecord]) -> str:
        return str(present.runs(answer))


class Logs(Command):
    """Print the log of a run."""

    name = "jupyter-pipeline runs logs"
    description = "Print the log of a run."
    positional = ("RUN",)

    def work(self, run: str) -> str:
        return runs.logs(run)


class Cancel(_RunCommand):
    """Cancel a run."""

    name = "jupyter-pipeline runs cancel"
    description = "Cancel a run; its cluster is stopped."
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        return runs.cancel(run)


class DeploymentsGroup(Group):
    """Deployments."""

    name = "jupyter-pipeline deployments"
    description = "List, pause, resume and run deployments."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (List, "List what is deployed."),
        "pause": (Pause, "Stop the schedules of a deployment."),
        "resume": (Resume, "Let them make runs again."),
        "run": (Run, "Run a deployment now."),
        "delete": (Delete, "Delete a deployment."),
    }


class RunsGroup(Group):
    """Runs."""

    name = "jupyter-pipeline runs"
    description = "List, read and cancel runs."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (ListRuns, "List the last runs."),
        "logs": (Logs, "Print the log of a run."),
        "cancel": (Cancel, "Cancel a run."),
    }
