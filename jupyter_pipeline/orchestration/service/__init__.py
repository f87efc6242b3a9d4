"""Start, stop and watch the embedded Prefect service: a server and a worker under one supervisor."""

from __future__ import annotations

from jupyter_pipeline.orchestration.service.control import down, status, up

__all__ = ["down", "status", "up"]
