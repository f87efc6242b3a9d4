"""The limits of one cluster with a clock and a meter: `limits` decides, here is what it decides upon."""

from __future__ import annotations

import time

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import limits, preflight
from jupyter_pipeline.clusters.cost import CostMeter
from jupyter_pipeline.clusters.keeper.scheduler_monitor import SchedulerMonitor
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

__all__ = ["LimitMonitor"]


class LimitMonitor:
    """Holds a cluster to its limits.

    Parameters
    ----------
    profile : Profile
        The cluster's.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._meter = CostMeter(profile.price, time.monotonic())

    @property
    def cost(self) -> float | None:
        """What it has cost; ``None`` without a price."""
        return self._meter.total

    def spend(self, record: ClusterRecord) -> float:
        """Count what ran since the last call, and return the cost until now."""
        return self._meter.read(time.monotonic(), workers=record.workers, threads=record.threads)

    def judge(self, record: ClusterRecord, pulse: SchedulerMonitor | None) -> limits.Decision:
        """Return whether a limit ends the cluster now, or is about to; `pulse` is ``None`` before it runs."""
        owner = record.owner
        usage = limits.Usage(
            now=time.time(),
            idle_since=pulse.idle_since if pulse else None,
            expires=record.expires,
            cost=self.spend(record),
            owner_alive=processes.is_running(owner) if owner else None,
            currency=record.currency,
        )
        return limits.check_limits(record.limits, usage)

    def misses_workers(self, record: ClusterRecord, pulse: SchedulerMonitor | None) -> str:
        """Return why the cluster is given up if no worker came in time; empty otherwise."""
        wanted = record.adaptive[0] if record.adaptive else record.workers_wanted
        timeout = record.limits.start_timeout
        if pulse is None or pulse.had_worker or record.state is not ClusterState.RUNNING or not wanted:
            return ""
        if time.time() - record.started <= timeout:
            return ""
        why = f": {record.reason}" if record.reason else ""
        waiting = record.jobs and all(job["state"] == "pending" for job in record.jobs)
        doubts = [] if waiting else preflight.doubts(self._profile)
        return " ".join([f"No worker came within {timeout:g} s (limits.start_timeout){why}.", *doubts]).rstrip(".")
