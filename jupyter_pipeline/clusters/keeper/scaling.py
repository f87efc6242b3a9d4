"""How many workers a cluster is to have: a fixed number, or bounds between which it adapts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.registry.start_request import StartRequest

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Scaler"]

_UNBOUNDED = 10**6
_SETTLING = 60.0  # seconds after a change during which workers are expected to come or go


class Scaler:
    """The size that was asked for last; at first the request's, else the profile's.

    Parameters
    ----------
    backend : Backend
        Brings it about.
    request : Request
        The start.
    """

    def __init__(self, backend: Backend, request: StartRequest) -> None:
        profile = request.profile
        self._backend = backend
        self._most = profile.limits.max_workers or _UNBOUNDED
        self._options, of_profile = _parted(profile.adapt_kwargs)
        self.fixed = request.workers if request.workers is not None else profile.workers
        self.bounds = request.adapt
        self._in_units: Mapping[str, Any] = {}
        """Bounds in jobs, cores or memory, which only the class can turn into workers."""
        if profile.adapt_kwargs and request.workers is None and request.adapt is None:
            low, high = of_profile.pop("minimum", 0), of_profile.pop("maximum", None)
            self.bounds = int(low), min(int(high or _UNBOUNDED), self._most)
            self._in_units = of_profile
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
            await self._adapt(cluster, *self.bounds, **self._in_units)
        elif self.fixed is not None and scheduler_info.count_planned_workers(cluster) != self.fixed:
            await self._backend.scale(cluster, self.fixed)
        self.changed = time.time()

    async def scale(self, cluster: Cluster | None, n: int) -> None:
        """Ask for `n` workers from now on; a cluster that is not there yet starts with them."""
        self.bounds, self.fixed = None, n
        if cluster is not None:
            adaptive = getattr(cluster, "_adaptive", None)
            if adaptive is not None:
                adaptive.stop()
            await self._backend.scale(cluster, n)
        self.changed = time.time()

    async def adapt(self, cluster: Cluster | None, minimum: int, maximum: int) -> None:
        """Let the cluster adapt between `minimum` and `maximum` from now on."""
        self.bounds, self.fixed = (minimum, maximum), None
        if cluster is not None:
            await self._adapt(cluster, minimum, maximum)

    async def _adapt(self, cluster: Cluster, minimum: int, maximum: int, **in_units: Any) -> None:
        bounds = {"minimum": minimum, "maximum": maximum, **in_units}
        result = cluster.adapt(**{**self._backend.adapt_defaults, **self._options, **bounds})
        if hasattr(result, "__await__"):
            result = await result
        if in_units and hasattr(result, "maximum"):
            result.maximum = min(result.maximum, self._most)
            self.bounds = int(result.minimum), int(result.maximum)


def _parted(adapt_kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how it adapts, and between which bounds."""
    how: dict[str, Any] = {}
    bounds: dict[str, Any] = {}
    for key, value in adapt_kwargs.items():
        (bounds if key.startswith(("minimum", "maximum")) else how)[key] = value
    return how, {key: value for key, value in bounds.items() if value is not None}
