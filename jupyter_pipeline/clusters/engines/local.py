"""`distributed.LocalCluster`: workers on this host."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.clusters.engines.base import Context, Engine
from jupyter_pipeline.models import Profile

__all__ = ["LocalEngine"]


class LocalEngine(Engine):
    """Workers that are processes or threads of this host."""

    name = "local"

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments: TLS, private dashboard, the number of workers."""
        kwargs = super().prepare(profile, context)
        kwargs["name"] = context.name
        kwargs["security"] = context.security
        kwargs.setdefault("dashboard_address", context.dashboard_address)
        if context.security is not None:
            kwargs.setdefault("protocol", "tls://")
        kwargs["scheduler_kwargs"] = {**context.scheduler_options, **(kwargs.get("scheduler_kwargs") or {})}
        if context.workers is not None:
            kwargs["n_workers"] = context.workers
        return kwargs
