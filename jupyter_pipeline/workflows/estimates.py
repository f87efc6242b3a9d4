"""Estimate core-hours and costs of a cluster and of a deployment, from the profile and the ledger."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

from jupyter_pipeline.models import Estimate, Profile, Schedule

__all__ = ["estimate_cluster", "estimate_deployment"]

_MONTH = 30 * 86400.0
_HISTORY = 90 * 86400.0
_MOST_STARTS = 100_000


def estimate_cluster(profile: Profile, *, workers: int | None = None, adapt: tuple[int, int] | None = None) -> Estimate:
    """Return the expected usage of a cluster, from its profile and the last interactive clusters of the profile.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    workers : int, optional
        Fixed number of workers, in place of the profile's.
    adapt : tuple of int, optional
        Minimum and maximum number of workers, in place of the profile's.

    Raises
    ------
    PolicyError
        If the policy of the administrator does not allow the profile or the size.
    """
    from jupyter_pipeline.clusters import estimates, ledger, restrictions

    # The policy may replace the price, and lower limits and sizes.
    profile = restrictions.restrict(profile, workers=workers if workers is not None else adapt and adapt[1])
    past = [
        each for each in ledger.read_intervals(time.time() - _HISTORY) if each.profile == profile.name and not each.run
    ]
    return estimates.estimate(
        profile,
        workers=restrictions.find_workers(profile, workers=workers, adapt=adapt),
        threads=restrictions.read_threads(profile),
        runs=estimates.collect_runs(past),
    )


def estimate_deployment(name: str, profile: Profile, scheduled: Sequence[Schedule]) -> Estimate:
    """Return the expected usage of a deployment, from its schedules, its profile and its last runs.

    Parameters
    ----------
    name : str
        Name of the deployment.
    profile : Profile
        Profile of its cluster.
    scheduled : sequence of Schedule
        Its schedules.
    """
    from jupyter_pipeline.clusters import estimates, ledger, restrictions
    from jupyter_pipeline.orchestration import schedules

    now = time.time()
    past = [each for each in ledger.read_intervals(now - _HISTORY) if each.run and each.deployment == name]
    starts = itertools.chain.from_iterable(schedules.runs_between(each, now, now + _MONTH) for each in scheduled)
    return estimates.estimate(
        profile,
        workers=restrictions.find_workers(profile),
        threads=restrictions.read_threads(profile),
        runs=estimates.collect_runs(past),
        runs_per_month=sum(1 for _ in itertools.islice(starts, _MOST_STARTS)),
    )
