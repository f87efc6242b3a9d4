"""``jupyter pipeline metrics``: targets and configuration for Prometheus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from traitlets import Unicode

from jupyter_pipeline.cli.base import Command, Group
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.workflows import metrics_targets

__all__ = ["MetricsGroup"]

_SERVER_HELP = "Address of the Jupyter server, with its base URL."
_SERVER = "http://127.0.0.1:8888"


class Targets(Command):
    """List the schedulers as targets of Prometheus."""

    name = "jupyter-pipeline metrics targets"
    description = (
        "Print the schedulers that run, in the format of file_sd_configs of Prometheus. Prometheus scrapes them "
        "through the Jupyter server."
    )
    examples = "jupyter pipeline metrics targets --server http://127.0.0.1:8888 > targets.json"
    server = Unicode(_SERVER, help=_SERVER_HELP).tag(config=True, metavar="URL")
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "server": "Targets.server"}

    def work(self) -> list[dict[str, Any]]:
        return metrics_targets.list_targets(self.server)

    def show(self, answer: list[dict[str, Any]]) -> str:
        return json.dumps(answer, indent=2)


class Configuration(Command):
    """Print a configuration of Prometheus."""

    name = "jupyter-pipeline metrics config"
    description = (
        "Print a configuration of Prometheus that scrapes the metrics of Jupyter Pipeline and of all schedulers. It "
        "refers to the file with the token."
    )
    examples = "jupyter pipeline metrics config --token-file ~/.jupyter/metrics-token > prometheus.yml"
    server = Unicode(_SERVER, help=_SERVER_HELP).tag(config=True, metavar="URL")
    token_file = Unicode("", help="Path of a file with a token of the Jupyter server.").tag(config=True, metavar="PATH")
    aliases: ClassVar[dict[str, Any]] = {
        **Command.aliases,
        "server": "Configuration.server",
        "token-file": "Configuration.token_file",
    }

    def work(self) -> str:
        if not self.token_file:
            raise UsageError("Prometheus needs a token of the Jupyter server. Name its file with --token-file PATH.")
        # Prometheus would look for a relative path beside its configuration.
        token_file = Path(self.token_file).expanduser().absolute()
        return metrics_targets.write_configuration(self.server, str(token_file))


class MetricsGroup(Group):
    """Metrics."""

    name = "jupyter-pipeline metrics"
    description = "Scrape metrics of clusters, runs, costs and schedulers with Prometheus."
    subcommands: ClassVar[dict[str, Any]] = {
        "config": (Configuration, "Print a configuration of Prometheus."),
        "targets": (Targets, "List the schedulers as targets of Prometheus."),
    }
