"""Route of the embedded Prefect service."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.exceptions import ApiUnreachableError
from jupyter_pipeline.models import ServiceStatus
from jupyter_pipeline.orchestration import service
from jupyter_pipeline.orchestration.prefect_api.endpoint import resolve
from jupyter_pipeline.server.handler import Document, PipelineHandler, endpoint

__all__ = ["ServiceHandler", "describe_service"]


class ServiceHandler(PipelineHandler):
    """``service``."""

    @endpoint
    async def get(self) -> Document:
        """Return the state of the service, and under ``api`` the Prefect API in use, or ``null``."""
        return await self.share(describe_service)

    @endpoint
    async def post(self) -> Any:
        """Start the service in the environment of the default kernel, and return when it runs."""
        return await self.find_interpreter().run(["up"], timeout=300)

    @endpoint
    async def delete(self) -> ServiceStatus:
        """Stop the service."""
        return await self.in_thread(service.down)


def describe_service() -> dict[str, Any]:
    """Return the state of the embedded service, and under ``api`` the Prefect API in use, or ``None``."""
    status = service.status().to_dict()
    try:
        found = resolve()
    except ApiUnreachableError:
        return {**status, "api": None}
    return {**status, "api": {"url": found.url, "source": found.source, "embedded": found.embedded}}
