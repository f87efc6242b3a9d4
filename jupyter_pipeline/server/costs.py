"""Route of usage and costs."""

from __future__ import annotations

from jupyter_pipeline.models import CostRow
from jupyter_pipeline.server.handler import PipelineHandler, endpoint
from jupyter_pipeline.workflows import costs

__all__ = ["CostsHandler"]


class CostsHandler(PipelineHandler):
    """``costs``."""

    @endpoint
    async def get(self) -> list[CostRow]:
        """Return core-hours and costs; ``?by=`` is the grouping, ``?since=`` a date or a duration before now."""
        by, since = self.get_argument("by", ""), self.get_argument("since", "")
        return await self.in_thread(costs.report_costs, by, since)
