"""Route of the embedded Prefect service."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.models import ServiceStatus
from jupyter_pipeline.orchestration import service
from jupyter_pipeline.server.base import PipelineHandler, endpoint
from jupyter_pipeline.server.kernel import find_interpreter

__all__ = ["ServiceHandler"]


class ServiceHandler(PipelineHandler):
    """``service``."""

    @endpoint
    async def get(self) -> ServiceStatus:
        """Say whether the service runs, and where."""
        return await self.in_thread(service.status)

    @endpoint
    async def post(self) -> Any:
        """Start the service, in the environment of the default kernel, and return when it answers."""
        kernel = str(self.settings["kernel_manager"].default_kernel_name)
        return await find_interpreter(self.kernel_spec_manager, kernel).run(["up"], timeout=300)

    @endpoint
    async def delete(self) -> ServiceStatus:
        """Stop the service."""
        return await self.in_thread(service.down)
