"""Routes of metrics for Prometheus."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.exceptions import MissingDependencyError
from jupyter_pipeline.server.handler import Document, PipelineHandler, endpoint
from jupyter_pipeline.workflows import metrics, metrics_targets

__all__ = ["MetricsHandler", "MetricsTargetsHandler"]

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_EXPORTER = metrics.MetricsExporter()


class MetricsHandler(PipelineHandler):
    """``metrics``."""

    @endpoint
    async def get(self) -> Document:
        """Return the metrics of clusters, usage, costs and deployments."""
        try:
            content = await self.in_thread(_EXPORTER.export)
        except ModuleNotFoundError as missing:
            if missing.name != "prometheus_client":
                raise
            raise MissingDependencyError("prometheus-client", "lab") from missing
        return Document(content, _CONTENT_TYPE)


class MetricsTargetsHandler(PipelineHandler):
    """``metrics/targets``."""

    @endpoint
    async def get(self) -> list[dict[str, Any]]:
        """List the schedulers in the format of ``http_sd`` of Prometheus."""
        server = f"{self.request.protocol}://{self.request.host}{self.base_url}"
        return await self.in_thread(metrics_targets.list_targets, server)
