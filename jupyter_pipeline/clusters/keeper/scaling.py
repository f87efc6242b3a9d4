"""The requested size of a cluster: a fixed number of workers, or bounds for adaptive scaling."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import UsageError

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Scaler"]

_UNBOUNDED = 10**6
_SETTLING_TIME = 60.0  # seconds after a change during which workers start or stop


class Scaler:
    """Hold the requested size and apply it to the cluster.

    The first size is the request's if it has one, otherwise the profile's.

    Parameters
    ----------
    backend : Backend
        Backend of the cluster.
    request : StartRequest
        The start request.
    """

    def __init__(self, backend: Backend, request: StartRequest) -> None:
        profile = request.profile
        self._backend = backend
        self._max_workers = profile.limits.max_workers or _UNBOUNDED
        self._options, profile_bounds = _split_bounds(profile.adapt_kwargs)
        self.n_workers = request.workers if request.workers is not None else profile.workers
        self.bounds = request.adapt
        self._unit_bounds: Mapping[str, Any] = {}
        """Bounds in jobs, cores or memory, which only the cluster class can convert to workers."""
        if profile.adapt_kwargs and request.workers is None and request.adapt is None:
            low, high = profile_bounds.pop("minimum", 0), profile_bounds.pop("maximum", None)
            self.bounds = int(low), min(int(high or _UNBOUNDED), self._max_workers)
            self._unit_bounds = profile_bounds
        self._changed = time.time()

    @property
    def minimum(self) -> int | None:
        """Minimum number of workers, ``None`` if the cluster class decides."""
        return self.bounds[0] if self.bounds else self.n_workers

    @property
    def is_settling(self) -> bool:
        """True if the size was changed within the last minute."""
        return time.time() - self._changed < _SETTLING_TIME

    async def apply(self, cluster: Cluster) -> None:
        """Scale a new cluster to the requested size."""
        if self.bounds:
            await self._adapt(cluster, *self.bounds, **self._unit_bounds)
        elif self.n_workers is not None and scheduler_info.count_planned_workers(cluster) != self.n_workers:
            await self._backend.scale(cluster, self.n_workers)
        elif self.n_workers is None and (scheduler_info.count_planned_workers(cluster) or 0) > self._max_workers:
            self.n_workers = self._max_workers  # the default of the class is above the limit
            await self._backend.scale(cluster, self.n_workers)
        self._changed = time.time()

    async def scale(self, cluster: Cluster | None, n: int) -> None:
        """Request `n` workers. With `cluster` ``None``, the cluster starts with them.

        Raises
        ------
        UsageError
            If this host cannot run them.
        """
        self._check_host(n)
        self.bounds, self.n_workers = None, n
        if cluster is not None:
            adaptive = getattr(cluster, "_adaptive", None)
            if adaptive is not None:
                adaptive.stop()
            await self._backend.scale(cluster, n)
        self._changed = time.time()

    async def adapt(self, cluster: Cluster | None, minimum: int, maximum: int) -> None:
        """Scale adaptively between `minimum` and `maximum` workers.

        Raises
        ------
        UsageError
            If this host cannot run `maximum` workers.
        """
        self._check_host(maximum)
        self.bounds, self.n_workers = (minimum, maximum), None
        if cluster is not None:
            await self._adapt(cluster, minimum, maximum)

    def _check_host(self, n: int) -> None:
        problem = self._backend.check_workers(n)
        if problem:
            raise UsageError(problem)

    async def _adapt(self, cluster: Cluster, minimum: int, maximum: int, **unit_bounds: Any) -> None:
        bounds = {"minimum": minimum, "maximum": maximum, **unit_bounds}
        result = cluster.adapt(**{**self._backend.adapt_defaults, **self._options, **bounds})
        if hasattr(result, "__await__"):
            result = await result
        if unit_bounds and hasattr(result, "maximum"):
            result.maximum = min(result.maximum, self._max_workers)
            result.minimum = min(result.minimum, result.maximum)  # Dask prefers the minimum
            self.bounds = int(result.minimum), int(result.maximum)


def _split_bounds(adapt_kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options and the bounds in `adapt_kwargs`."""
    options: dict[str, Any] = {}
    bounds: dict[str, Any] = {}
    for key, value in adapt_kwargs.items():
        (bounds if key.startswith(("minimum", "maximum")) else options)[key] = value
    return options, {key: value for key, value in bounds.items() if value is not None}
