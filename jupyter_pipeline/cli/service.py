"""``jupyter pipeline up | down | status``: the embedded Prefect server and worker."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Unicode

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, note
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import ServiceStatus
from jupyter_pipeline.orchestration.service import control as service

__all__ = ["Down", "Status", "Up"]


class _ServiceCommand(Command):
    def show(self, answer: ServiceStatus) -> str:
        return tables.service(answer)


class Up(_ServiceCommand):
    """Start the service."""

    name = "jupyter-pipeline up"
    description = "Start the embedded Prefect server and worker, one a user; nothing happens where they run already."
    port = Unicode("", help="Port of the server; by default the last one used, or a free one.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "port": "Up.port"}

    def work(self) -> ServiceStatus:
        if self.port and not (self.port.isdigit() and 0 < int(self.port) < 65536):
            raise UsageError(f"{self.port!r} is not a port: give a number from 1 to 65535.")
        return service.up(port=int(self.port) if self.port else None, progress=note)


class Down(_ServiceCommand):
    """Stop the service."""

    name = "jupyter-pipeline down"
    description = "Stop the embedded Prefect server and worker."

    def work(self) -> ServiceStatus:
        return service.down()


class Status(_ServiceCommand):
    """Say whether the service runs."""

    name = "jupyter-pipeline status"
    description = "Say whether the embedded Prefect server and worker run, and where."

    def work(self) -> ServiceStatus:
        return service.status()
