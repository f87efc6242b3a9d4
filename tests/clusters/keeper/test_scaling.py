"""Which size counts, and how a profile's bounds become workers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.base import Backend
from jupyter_pipeline.clusters.keeper.scaling import Scaler
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.models import Limits, Profile


def size(
    adapt_kwargs: dict[str, Any],
    *,
    fixed: int | None = None,
    workers: int | None = None,
    adapt: tuple[int, int] | None = None,
    max_workers: int | None = None,
) -> Scaler:
    profile = Profile(
        name="p",
        cluster_class="a.B",
        workers=fixed,
        adapt_kwargs=adapt_kwargs,
        limits=Limits(max_workers=max_workers),
    )
    return Scaler(Backend(), StartRequest(profile=profile, workers=workers, adapt=adapt))


@pytest.mark.parametrize(
    ("asked", "bounds", "fixed"),
    [
        ({"adapt_kwargs": {"minimum": 1, "maximum": 4}}, (1, 4), None),
        ({"adapt_kwargs": {"minimum": 1, "maximum": 4}, "workers": 2}, None, 2),
        ({"adapt_kwargs": {"minimum": 1, "maximum": 4}, "workers": 0}, None, 0),
        ({"adapt_kwargs": {"minimum": 1, "maximum": 4}, "adapt": (0, 2)}, (0, 2), None),
        ({"adapt_kwargs": {}, "fixed": 3}, None, 3),
        ({"adapt_kwargs": {}, "fixed": 3, "adapt": (0, 2)}, (0, 2), 3),
        ({"adapt_kwargs": {"minimum": 1}}, (1, 10**6), None),
        ({"adapt_kwargs": {"minimum": 1}, "max_workers": 5}, (1, 5), None),
    ],
)
def test_the_request_takes_precedence_over_the_profile(asked: Any, bounds: Any, fixed: Any) -> None:
    found = size(**asked)
    assert (found.bounds, found.n_workers) == (bounds, fixed)


def test_bounds_in_cores_are_converted_to_workers_within_the_limit() -> None:
    async def adapted(max_workers: int | None) -> tuple[tuple[int, int] | None, tuple[int, int] | None, float]:
        from distributed import LocalCluster

        async with LocalCluster(
            n_workers=0, threads_per_worker=2, processes=False, asynchronous=True, dashboard_address=None
        ) as cluster:
            of_profile = size({"minimum_cores": 2, "maximum_cores": 8}, max_workers=max_workers)
            await of_profile.apply(cluster)
            first = of_profile.bounds
            await of_profile.adapt(cluster, 0, 1)
            return first, of_profile.bounds, cluster._adaptive.maximum

    assert asyncio.run(adapted(None)) == ((1, 4), (0, 1), 1)
    assert asyncio.run(adapted(3)) == ((1, 3), (0, 1), 1)
