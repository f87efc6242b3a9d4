"""How many workers a cluster is to have: a fixed number, or bounds between which it adapts."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters import observe
from jupyter_pipeline.clusters.engines import Engine
from jupyter_pipeline.clusters.request import Request

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Size"]

_UNBOUNDED = 10**6
_SETTLING = 60.0  # seconds after a change during which workers are expected to come or go


class Size:
    """The size that was asked for last; at first the request's, else the profile's.

    Parameters
    ----------
    engine : Engine
        Brings it about.
    request : Request
        The start.
    """

    def __init__(self, engine: Engine, request: Request) -> None:
        self._engine = engine
        self._options = request.profile.adapt_kwargs
        self.bounds = request.adapt or _bounds(self._options)
        self.fixed = request.workers if request.workers is not None else request.profile.workers
        self.changed = time.time()

    @property
    def at_least(self) -> int | None:
        """Workers that the cluster should have whatever its work; ``None`` leaves that to its class."""
        return self.bounds[0] if self.bounds else self.fixed

    @property
    def settling(self) -> bool:
        """Whether the size was changed just now."""
        return time.time() - self.changed < _SETTLING

    async def apply(self, cluster: Cluster) -> None:
        """Give a new cluster this size."""
        if self.bounds:
            await self._adapt(cluster, *self.bounds)
        elif self.fixed is not None and observe.planned(cluster) != self.fixed:
            await self._engine.scale(cluster, self.fixed)
        self.changed = time.time()

    async def scale(self, cluster: Cluster | None, n: int) -> None:
        """Ask for `n` workers from now on; a cluster that is not there yet starts with them."""
        self.bounds, self.fixed = None, n
        if cluster is not None:
            adaptive = getattr(cluster, "_adaptive", None)
            if adaptive is not None:
                adaptive.stop()
            await self._engine.scale(cluster, n)
        self.changed = time.time()

    async def adapt(self, cluster: Cluster | None, minimum: int, maximum: int) -> None:
        """Let the cluster adapt between `minimum` and `maximum` from now on."""
        self.bounds, self.fixed = (minimum, maximum), None
        if cluster is not None:
            await self._adapt(cluster, minimum, maximum)

    async def _adapt(self, cluster: Cluster, minimum: int, maximum: int) -> None:
        result = cluster.adapt(
            **{**self._engine.adapt_defaults, **self._options, "minimum": minimum, "maximum": maximum}
        )
        if hasattr(result, "__await__"):
            await result


def _bounds(adapt_kwargs: Mapping[str, Any]) -> tuple[int, int] | None:
    if not adapt_kwargs:
        return None
    maximum = adapt_kwargs.get("maximum", math.inf)
    return int(adapt_kwargs.get("minimum", 0)), _UNBOUNDED if maximum == math.inf else int(maximum)
