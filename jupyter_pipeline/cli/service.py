"""``jupyter pipeline up``, ``down`` and ``status``: the embedded Prefect server and worker."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Bool, Unicode

from jupyter_pipeline import arguments, tables
from jupyter_pipeline.cli.base import Command, note
from jupyter_pipeline.models import ServiceStatus
from jupyter_pipeline.orchestration import service

__all__ = ["Down", "Status", "Up"]


class _ServiceCommand(Command):
    def show(self, answer: ServiceStatus) -> str:
        return tables.service(answer)


class Up(_ServiceCommand):
    """Start the service."""

    name = "jupyter-pipeline up"
    description = "Start the embedded Prefect server and worker, if they do not run yet."
    examples = """
        jupyter pipeline up
        jupyter pipeline up --postgres local --workers 2
    """
    port = Unicode("", help="Port of the server; by default the last one, or a free one.").tag(config=True)
    postgres = Unicode(
        "", help="PostgreSQL instead of SQLite: local for a server of the service, or an address without a password."
    ).tag(config=True, metavar="local|URL")
    workers = Unicode("", help="Number of server processes; more than one need PostgreSQL and Redis.").tag(config=True)
    broker = Unicode(
        "", help="Redis server of several processes: local for a server of the service, or an address."
    ).tag(config=True, metavar="local|URL")
    migrate = Bool(None, allow_none=True).tag(config=True)
    take_over = Bool(False).tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {
        **Command.aliases,
        "port": "Up.port",
        "postgres": "Up.postgres",
        "workers": "Up.workers",
        "broker": "Up.broker",
    }
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "migrate": ({"Up": {"migrate": True}}, "Copy the deployments of SQLite to PostgreSQL."),
        "take-over": ({"Up": {"take_over": True}}, "Start the service of another host here, if that host is gone."),
        "no-migrate": ({"Up": {"migrate": False}}, "Leave the deployments of SQLite there."),
    }

    def work(self) -> ServiceStatus:
        port = arguments.whole_number("--port", self.port, 1, 65535) if self.port else None
        workers = arguments.whole_number("--workers", self.workers, 1, 32) if self.workers else None
        return service.up(
            port=port,
            postgres=self.postgres,
            migrate=self.migrate,
            workers=workers,
            broker=self.broker,
            take_over=self.take_over,
            progress=note,
        )


class Down(_ServiceCommand):
    """Stop the service."""

    name = "jupyter-pipeline down"
    description = "Stop the embedded Prefect server and worker."
    examples = "jupyter pipeline down"

    def work(self) -> ServiceStatus:
        return service.down(progress=note)


class Status(_ServiceCommand):
    """Show the state of the service."""

    name = "jupyter-pipeline status"
    description = "Show the state and the addresses of the embedded Prefect server and worker."
    examples = "jupyter pipeline status --json"

    def work(self) -> ServiceStatus:
        return service.status()

    def show(self, answer: ServiceStatus) -> str:
        return tables.service(answer, start="jupyter pipeline up")
