"""Check the limits of one cluster with the current time, cost and owner; `limits` has the rules."""

from __future__ import annotations

import time

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import limits, preflight
from jupyter_pipeline.clusters.caps import CapMonitor
from jupyter_pipeline.clusters.cost import CostMeter, hourly_rate
from jupyter_pipeline.clusters.keeper.scheduler_monitor import SchedulerMonitor
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile
from jupyter_pipeline.units import format_duration

__all__ = ["LimitMonitor"]


class LimitMonitor:
    """Check a cluster against the limits of its profile.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._meter = CostMeter(profile.price, time.monotonic())
        self._caps: CapMonitor | None = None
        self._waiting_since: float | None = None
        """Start of the time in which tasks wait without a worker or a pending job."""

    @property
    def cost(self) -> float | None:
        """Cost until the last update, ``None`` without a price."""
        return self._meter.total

    def update_cost(self, record: ClusterRecord) -> float:
        """Add the cost of `record`'s workers since the last call, and return the total."""
        return self._meter.add(time.monotonic(), workers=record.workers, threads=record.threads)

    def check(self, record: ClusterRecord, monitor: SchedulerMonitor | None) -> limits.Decision:
        """Decide whether a limit stops the cluster now or soon.

        Parameters
        ----------
        record : ClusterRecord
            The cluster.
        monitor : SchedulerMonitor or None
            Monitor of its scheduler, ``None`` before the scheduler runs.
        """
        owner = record.owner
        usage = limits.Usage(
            now=time.time(),
            idle_since=monitor.idle_since if monitor else None,
            expires=record.expires,
            cost=self.update_cost(record),
            owner_alive=processes.is_running(owner) if owner else None,
            currency=record.currency,
            core_hours=self._meter.core_hours,
            hourly_rate=hourly_rate(self._profile.price, workers=record.workers, threads=record.threads),
        )
        decision = limits.check_limits(record.limits, usage)
        if decision.stop or monitor is None:
            return decision
        self._caps = self._caps or CapMonitor(record.limits, record.origin, record.currency)
        shared = self._caps.check()
        return shared if shared.stop or not decision.warning else decision

    def explain_missing_workers(self, record: ClusterRecord, monitor: SchedulerMonitor | None) -> str:
        """Return the reason to stop a cluster whose first worker did not start in time, empty otherwise."""
        requested = record.adaptive[0] if record.adaptive else record.workers_wanted
        timeout = record.limits.start_timeout
        if monitor is None or monitor.had_worker or record.state is not ClusterState.RUNNING or not requested:
            return ""
        if time.time() - record.started <= timeout:
            return ""
        why = f": {record.reason}" if record.reason else ""
        pending = record.jobs and all(job["state"] == "pending" for job in record.jobs)
        hints = [] if pending else preflight.find_doubts(self._profile)
        return " ".join([f"No worker started within {timeout:g} s (limits.start_timeout){why}.", *hints]).rstrip(".")

    def explain_waiting_tasks(self, record: ClusterRecord, monitor: SchedulerMonitor | None) -> str:
        """Return the reason to stop a cluster whose tasks wait in vain, empty otherwise.

        They wait in vain if there has been no worker and no pending job for ``limits.start_timeout``.
        """
        pending = any(job["state"] == "pending" for job in record.jobs)
        if monitor is None or not monitor.is_busy or record.workers or pending or not record.state.alive:
            self._waiting_since = None
            return ""
        now, timeout = time.monotonic(), record.limits.start_timeout
        self._waiting_since = self._waiting_since or now
        if now - self._waiting_since <= timeout:
            return ""
        size = format_duration(timeout)
        if record.workers_wanted == 0 and not record.adaptive:
            why = "No worker was requested. Start it with --workers N, or add workers or adapt_kwargs to its profile"
        else:
            why = " ".join([record.reason.rstrip("."), *preflight.find_doubts(self._profile)]).strip().rstrip(".")
        return (
            f"Its tasks have waited for {size} (limits.start_timeout) without a worker or a pending job. {why}".strip()
        )
